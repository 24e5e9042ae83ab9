// Whole passes over a batch, tile by tile.

/// Writes `rows` examples into a tile: x (inputs, samples) and y (samples), zeros in the rest of the last vector.
static void pack(
    const State *s, T *tile_x, T *tile_y, const T *x, const T *y, const int32_t *order, int64_t first, int rows
) {
    int inputs = s->input.units;
    if (!order) {
        x += first * inputs;
        if (y) y += first;
    } else {
        order += first;
    }
    transpose(x, inputs, order, tile_x, s->stride, rows, inputs);
    if (y)
        for (int r = 0; r < rows; r++) tile_y[r] = y[order ? order[r] : r];
    int end = (int)round_up(rows, VL);
    if (end == rows) return;
    for (int k = 0; k < inputs; k++)
        for (int r = rows; r < end; r++) tile_x[k * s->stride + r] = 0;
    for (int r = rows; r < end; r++) tile_y[r] = 0;
}

/// The same of the examples' weights.
static void pack_weights(T *tile, const T *weights, const int32_t *order, int64_t first, int rows) {
    for (int r = 0; r < rows; r++) tile[r] = weights[order ? order[first + r] : first + r];
    for (int r = rows; r < round_up(rows, VL); r++) tile[r] = 0;
}

INLINE void drop(T *values, T *factor, VI kept, V scale) {
    store(values, kept ? load(values) * scale : splat(0));
    if (factor) store(factor, kept ? scale : splat(0));
}

/// Drops by a word of masks in each lane: a unit's samples from `place` on, an even one and the next to each lane, as
/// far as `end`.
INLINE void drop_samples(T *values, T *factors, ptrdiff_t place, V64 word, VU cut, V scale, int vectors) {
#if CK_DOUBLE
    const V64 even = word & (V64)0xffffull, odd = word >> 16 & (V64)0xffffull;
    drop(values + place, factors ? factors + place : NULL, interleaved_lower(even, odd) < cut, scale);
    if (vectors == 1) return;
    place += VL;
    drop(values + place, factors ? factors + place : NULL, interleaved_upper(even, odd) < cut, scale);
#else
    (void)vectors;
    const VU number = (VU)((word & (V64)0xffffull) | (word << 16 & (V64)0xffff00000000ull));
    drop(values + place, factors ? factors + place : NULL, number < cut, scale);
#endif
}

/// Inverted dropout on `values` (units, samples), whose first sample is example `first` of the batch, an even one; see
/// `mask_bytes` for the order of the numbers.
INLINE void drop_units(
    const State *s, const Layer *l, T *values, T *const factors, int64_t first, int rows, uint32_t step,
    const int whole_quads
) {
    enum { SAMPLES = 2 * VL64 };
    const ptrdiff_t stride = s->stride;
    const V scale = splat(l->scale);
    const VU cut = (VU)(U)l->keep.cut;
    const int end = (int)round_up(rows, VL), groups = (rows + SAMPLES - 1) / SAMPLES, quads = (l->units + 3) / 4;
    const V64 lane = lanes64() * (V64)(uint64_t)quads;
    int sample = 0, quad = 0;
    for (int left = groups * quads; left > 0; left -= STREAMS) {
        V64 blocks[STREAMS];
        Words words[STREAMS];
        int samples[STREAMS], quads_at[STREAMS];
        UNROLL for (int q = 0; q < STREAMS; q++) {
            samples[q] = sample;
            quads_at[q] = quad;
            blocks[q] = lane + (V64)((uint64_t)((first + sample) >> 1) * (uint64_t)quads + (uint64_t)quad);
            if (++quad == quads) {
                quad = 0;
                sample += SAMPLES;
            }
        }
        mask_words(&s->keys, l->keep, blocks, words, l->number, step);
        UNROLL for (int q = 0; q < STREAMS; q++) {
            const int unit = 4 * quads_at[q], vectors = samples[q] + VL < end ? 2 : 1;
            const int units = q >= left ? 0 : whole_quads ? 4 : l->units - unit;
            UNROLL for (int w = 0; w < 4; w++)
                if (w < units)
                    drop_samples(
                        values, factors, (unit + w) * stride + samples[q], words[q].words[w], cut, scale, vectors);
        }
    }
}

static void drop_layer(const State *s, const Layer *l, T *values, int64_t first, int rows, uint32_t step) {
    if (l->units % 4 == 0 && !l->factors)
        drop_units(s, l, values, NULL, first, rows, step, 1);
    else
        drop_units(s, l, values, l->factors, first, rows, step, 0);
}

#define EACH_VECTOR(l, rows) \
    for (int u = 0; u < (l)->units; u++) \
        for (ptrdiff_t i = u * s->stride; i < u * s->stride + (rows); i += VL)

static void activate(const State *s, const Layer *l, int rows) {
    T *a = l->values;
    switch (l->activation) {
    case CK_LEAKY_RELU:
        EACH_VECTOR(l, rows) {
            V z = load(a + i);
            store(a + i, z < splat(0) ? z * splat((T)0.01) : z);
        }
        break;
    case CK_TANH: EACH_VECTOR(l, rows) store(a + i, v_tanh(load(a + i))); break;
    case CK_SIGMOID: EACH_VECTOR(l, rows) store(a + i, v_sigmoid(load(a + i))); break;
    default: break;
    }
}

/// values = delta ∘ factors ∘ g′, g′ from what the layer handed on.
static void derive(const State *s, const Layer *l, const T *delta, int rows) {
    T *a = l->values;
    // What was handed on is g(z) · factor; where the factor is 0 the derivative does not matter.
    const V kept = splat(1) / splat(l->scale);
#define DERIVE(derivative) \
    EACH_VECTOR(l, rows) { \
        V d = load(delta + i), g = load(a + i); \
        if (l->factors) { \
            d *= load(l->factors + i); \
            g *= kept; \
        } \
        (void)g; \
        store(a + i, d * (derivative)); \
    }
    switch (l->activation) {
    case CK_LEAKY_RELU: DERIVE((g > splat(0) ? splat(1) : splat((T)0.01))) break;
    case CK_TANH: DERIVE((splat(1) - g * g)) break;
    case CK_SIGMOID: DERIVE((g * (splat(1) - g))) break;
    default: DERIVE(splat(1)) break;
    }
#undef DERIVE
}

/// Everything up to the logits of the tile in `x`, its first row being example `first`; `step` < 0 for inference.
static void forward(const State *s, const T *w, const T *x, int64_t first, int rows, int64_t step) {
    int vectors = (rows + VL - 1) / VL;
    if (step >= 0 && s->input.has_dropout) {
        for (int k = 0; k < s->input.units; k++)
            memcpy(s->input.values + k * s->stride, x + k * s->stride, (size_t)vectors * sizeof(V));
        drop_layer(s, &s->input, s->input.values, first, rows, (uint32_t)step);
        x = s->input.values;
    }
    for (int i = 0; i < s->layer_count; i++) {
        const Layer *l = &s->layers[i];
        forward_product(
            w + l->weights, w + l->biases, x, l->values, s->stride, l->units, l->inputs, vectors,
            l->activation == CK_RELU);
        activate(s, l, vectors * VL);
        if (step >= 0 && l->has_dropout) drop_layer(s, l, l->values, first, rows, (uint32_t)step);
        x = l->values;
    }
}

INLINE VD added(VD sums, V v) {
    UNROLL for (int h = 0; h < WIDE; h++) sums += widened(v, h);
    return sums;
}

/// Σ w loss of the tile's logits; these become the outputs' ∂(Σ w loss)/∂z · scale, 0 past the last row. With `counts` the
/// examples whose predicted class is theirs are added up too, each as its share, and Σ w (ŷ − y)². Weights w and shares
/// are 1 where they are NULL.
INLINE double loss_of(
    const State *s, const T *y, const T *weights, const T *shares, int rows, T scale, ck_score *counts
) {
    const Layer *out = &s->layers[s->layer_count - 1];
    T *z = out->values;
    VD sums = {0}, correct = {0};
    const V lane = lanes();
    for (int r = 0; r < rows; r += VL) {
        const VI real = lane < splat((T)(rows - r));
        const V target = load(y + r), weight = weights ? load(weights + r) : splat(1);
        V factor = real ? splat(scale) : splat(0);
        if (weights) factor *= weight;
        V loss, right = splat(0);
        switch (s->task) {
        case CK_BINARY: {
            V v = load(z + r), e = v_exp(-magnitude(v));
            V p = sigmoid_from(v, e);
            loss = (v < splat(0) ? splat(0) : v) - v * target + v_log1p(e);
            if (counts) right = ((p > splat((T)0.5)) ^ (target > splat((T)0.5))) ? splat(0) : splat(1);
            store(z + r, (p - target) * factor);
            break;
        }
        case CK_MULTICLASS: {
            V largest = load(z + r), wanted = largest;
            for (int k = 1; k < out->units; k++) {
                V v = load(z + k * s->stride + r);
                largest = v > largest ? v : largest;
                wanted = target == splat((T)k) ? v : wanted;
            }
            V total = splat(0);
            for (int k = 0; k < out->units; k++) {
                V e = v_exp(load(z + k * s->stride + r) - largest);
                total += e;
                store(z + k * s->stride + r, e);
            }
            loss = v_log(total) - (wanted - largest);
            const V share = splat(1) / total;
            if (counts) {
                // By the probabilities, as predictions are: logits may differ where these no longer do.
                V top = load(z + r) * share, best = splat(0);
                for (int k = 1; k < out->units; k++) {
                    V p = load(z + k * s->stride + r) * share;
                    VI above = p > top;
                    best = above ? splat((T)k) : best;
                    top = above ? p : top;
                }
                right = best == target ? splat(1) : splat(0);
                break;
            }
            for (int k = 0; k < out->units; k++) {
                V p = load(z + k * s->stride + r) * share;
                store(z + k * s->stride + r, (target == splat((T)k) ? p - splat(1) : p) * factor);
            }
            break;
        }
        default: {
            V difference = load(z + r) - target;
            loss = difference * difference;
            if (counts) {
                // Differences of the outputs as they are, squared in float64.
                UNROLL for (int h = 0; h < WIDE; h++) {
                    VD d = widened(real ? load(z + r) : splat(0), h) - widened(real ? target : splat(0), h);
                    if (weights)
                        correct += d * d * widened(weight, h);
                    else
                        correct += d * d;
                }
            }
            store(z + r, splat(2) * difference * factor);
        }
        }
        if (weights) loss *= weight;
        sums = added(sums, real ? loss : splat(0));
        if (counts && shares) right *= load(shares + r);
        if (counts && s->task != CK_REGRESSION) correct = added(correct, real ? right : splat(0));
    }
    double loss = sum_d(sums);
    if (counts) {
        if (s->task == CK_REGRESSION) {
            counts->squared_error += sum_d(correct);
            counts->loss += sum_d(correct);
        } else {
            counts->correct += sum_d(correct);
            counts->loss += loss;
        }
    }
    return loss;
}

/// The gradient from the outputs' ∂J/∂z of the tile, first the last layer's; `adds` to what is there.
static void backward(
    const State *s, const T *w, T *g, const T *x, const T *x_rows, const int32_t *order, int rows, int adds
) {
    int vectors = (rows + VL - 1) / VL;
    if (s->input.has_dropout) {
        x = s->input.values;
        x_rows = NULL;
    }
    for (int i = s->layer_count - 1; i >= 0; i--) {
        const Layer *l = &s->layers[i];
        const Layer *below = i > 0 ? &s->layers[i - 1] : NULL;
        const T *a = below ? below->values : x;
        if (l->by_weights) {
            const T *transposed = s->transposed;
            ptrdiff_t apart = s->transposed_stride;
            if (!below && x_rows && order) {
                const size_t bytes = (size_t)l->inputs * sizeof(T);
                for (int r = 0; r < rows; r++)
                    memcpy(s->transposed + r * apart, x_rows + (ptrdiff_t)order[r] * l->inputs, bytes);
            } else {
                transpose(a, s->stride, NULL, s->transposed, apart, (int)round_up(l->inputs, QL), vectors * VL);
            }
            gradient_by_weights(
                l->values, s->stride, vectors, transposed, apart, rows, g + l->weights, g + l->biases, l->units,
                l->inputs, adds);
        } else {
            gradient_by_samples(
                l->values, a, s->stride, vectors, g + l->weights, g + l->biases, l->units, l->inputs, adds);
        }
        if (!below) return;
        int relu = below->activation == CK_RELU;
        backward_product(
            w + l->weights, l->values, relu ? below->values : s->delta, s->stride, l->units, l->inputs, vectors, relu,
            below->scale);
        if (!relu) derive(s, below, s->delta, vectors * VL);
    }
}

static void load_batch(void *state, const void *x, const void *y, const void *weights, int64_t rows) {
    State *s = state;
    T *tile_x = s->x, *tile_y = s->y, *tile_weights = s->weights;
    s->is_weighted = weights != NULL;
    for (int64_t first = 0; first < rows; first += s->tile_rows) {
        int count = (int)(rows - first < s->tile_rows ? rows - first : s->tile_rows);
        pack(s, tile_x, tile_y, x, y, NULL, first, count);
        if (weights) pack_weights(tile_weights, weights, NULL, first, count);
        tile_weights += s->stride;
        tile_x += round_up(s->input.units, QL) * s->stride;
        tile_y += s->stride;
    }
}

/// The gradient of the mean of weight · loss of `rows` examples at `order` of x (·, inputs), y and weights (NULL: all 1), or
/// of the batch that was loaded if x is NULL; answers Σ weight · loss. `step` numbers the dropout masks.
static double train_step(
    void *state, const void *w, void *g, const void *x, const void *y, const void *weights, const int32_t *order,
    int64_t rows, uint32_t step
) {
    State *s = state;
    const T scale = (T)(1 / (double)rows);
    const int is_weighted = x ? weights != NULL : s->is_weighted;
    double loss = 0;
    ptrdiff_t tile = 0;
    for (int64_t first = 0; first < rows; first += s->tile_rows, tile++) {
        int count = (int)(rows - first < s->tile_rows ? rows - first : s->tile_rows);
        T *tile_x = s->x, *tile_y = s->y, *tile_weights = s->weights;
        const T *x_rows = NULL;
        const int32_t *tile_order = NULL;
        if (x) {
            pack(s, tile_x, tile_y, x, y, order, first, count);
            if (weights) pack_weights(tile_weights, weights, order, first, count);
            x_rows = x;
            tile_order = order ? order + first : NULL;
        } else {
            tile_x += tile * round_up(s->input.units, QL) * s->stride;
            tile_y += tile * s->stride;
            tile_weights += tile * s->stride;
        }
        forward(s, w, tile_x, first, count, step);
        loss += loss_of(s, tile_y, is_weighted ? tile_weights : NULL, NULL, count, scale, NULL);
        backward(s, w, g, tile_x, x_rows, tile_order, count, first > 0);
    }
    return loss;
}

static void score_set(
    void *state, const void *w, const void *x, const void *y, const void *weights, const void *shares, int64_t rows,
    ck_score *score
) {
    State *s = state;
    *score = (ck_score){0};
    for (int64_t first = 0; first < rows; first += s->tile_rows) {
        int count = (int)(rows - first < s->tile_rows ? rows - first : s->tile_rows);
        pack(s, s->x, s->y, x, y, NULL, first, count);
        if (weights) pack_weights(s->weights, weights, NULL, first, count);
        if (shares) pack_weights(s->shares, shares, NULL, first, count);
        forward(s, w, s->x, first, count, -1);
        loss_of(s, s->y, weights ? s->weights : NULL, shares ? s->shares : NULL, count, 1, score);
    }
}

/// The logits (rows, outputs) of x (rows, inputs). `step` < 0 for inference; else with the dropout masks of that step, the
/// rows being examples `first_row`, an even number, and those after it.
static void predict_logits(
    void *state, const void *w, const void *x, int64_t rows, int64_t first_row, int64_t step, void *out_
) {
    State *s = state;
    T *out = out_;
    const Layer *last = &s->layers[s->layer_count - 1];
    for (int64_t first = 0; first < rows; first += s->tile_rows) {
        int count = (int)(rows - first < s->tile_rows ? rows - first : s->tile_rows);
        pack(s, s->x, s->y, x, NULL, NULL, first, count);
        forward(s, w, s->x, first_row + first, count, step);
        for (int r = 0; r < count; r++)
            for (int k = 0; k < last->units; k++) *out++ = last->values[k * s->stride + r];
    }
}
