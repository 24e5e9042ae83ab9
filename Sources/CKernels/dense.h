// A layer's products on a batch, with what comes before and after them done on what lies in the first cache.

// MARK: Forward

INLINE V activated(V z, const int activation) {
    switch (activation) {
    // NaN stays NaN, so that a broken weight cannot hide behind a unit that is off.
    case CK_RELU: return z < splat(0) ? splat(0) : z;
    case CK_LEAKY_RELU: return z < splat(0) ? z * splat((T)0.01) : z;
    case CK_TANH: return v_tanh(z);
    case CK_SIGMOID: return v_sigmoid(z);
    default: return z;
    }
}

INLINE void finish_forward_by(
    const ck_forward *f, const T *tile, int rows, int64_t first, int64_t panel, const int activation
) {
    const int64_t columns = panel_columns(f->units, panel), space = writable(&f->output, columns);
    const T *factors = f->factors, *biases = f->biases;
    const V scale = splat((T)f->scale);
    for (int64_t c = 0; c < columns; c += VL) {
        const int64_t unit = panel * PANEL + c, left = columns - c;
        const V factor = factors ? load_part(factors + unit, left) : splat(1);
        const V bias = biases ? load_part(biases + unit, left) : splat(0);
        const uint8_t *mask = f->mask ? f->mask + first * f->units + unit : NULL;
        T *out = at(&f->output, first, panel) + c;
        for (int i = 0; i < rows; i++) {
            V z = load(tile + i * PANEL + c);
            z = factors ? z * factor + bias : z + bias;
            z = activated(z, activation);
            if (mask) z *= kept(mask + i * f->units, scale, left);
            store_first(out + i * f->output.row_step, z, space - c);
        }
    }
}

static void finish_forward(const ck_forward *f, const T *tile, int rows, int64_t first, int64_t panel) {
#define FINISH(activation) case activation: finish_forward_by(f, tile, rows, first, panel, activation); break;
    switch (f->activation) {
        FINISH(CK_IDENTITY) FINISH(CK_RELU) FINISH(CK_LEAKY_RELU) FINISH(CK_TANH) FINISH(CK_SIGMOID)
    }
#undef FINISH
}

// What a permutation does to one 16-byte lane that starts at number l, and that in all lanes.
#if CK_DOUBLE
#define LOW(l) l, VL + l
#define HIGH(l) l + 1, VL + l + 1
#else
#define LOW(l) l, VL + l, l + 1, VL + l + 1
#define HIGH(l) l + 2, VL + l + 2, l + 3, VL + l + 3
#define LOW_PAIRS(l) l, l + 1, VL + l, VL + l + 1
#define HIGH_PAIRS(l) l + 2, l + 3, VL + l + 2, VL + l + 3
#endif
#if CK_VECTOR_BYTES == 64
#define PERMUTED(a, b, lane) __builtin_shufflevector(a, b, lane(0), lane(QL), lane(2 * QL), lane(3 * QL))
#elif CK_VECTOR_BYTES == 32
#define PERMUTED(a, b, lane) __builtin_shufflevector(a, b, lane(0), lane(QL))
#else
#define PERMUTED(a, b, lane) __builtin_shufflevector(a, b, lane(0))
#endif

/// 16 bytes each from as many places `step` apart as fill a vector.
INLINE V load_lanes(const T *p, ptrdiff_t step) {
    V v;
    T *lanes = (T *)&v;
    UNROLL for (int l = 0; l < VL / QL; l++) memcpy(lanes + l * QL, p + l * step, 16);
    return v;
}

/// out (QL, PANEL) = the transpose of in (VL, QL).
INLINE void transpose_lanes(const T *in, ptrdiff_t in_stride, T *out) {
    V v[QL];
    UNROLL for (int i = 0; i < QL; i++) v[i] = load_lanes(in + i * in_stride, QL * in_stride);
#if CK_DOUBLE
    store(out, PERMUTED(v[0], v[1], LOW));
    store(out + PANEL, PERMUTED(v[0], v[1], HIGH));
#else
    V ab = PERMUTED(v[0], v[1], LOW), cd = PERMUTED(v[2], v[3], LOW);
    V AB = PERMUTED(v[0], v[1], HIGH), CD = PERMUTED(v[2], v[3], HIGH);
    store(out, PERMUTED(ab, cd, LOW_PAIRS));
    store(out + PANEL, PERMUTED(ab, cd, HIGH_PAIRS));
    store(out + 2 * PANEL, PERMUTED(AB, CD, LOW_PAIRS));
    store(out + 3 * PANEL, PERMUTED(AB, CD, HIGH_PAIRS));
#endif
}

/// strip (count, PANEL) = wᵀ for `count` inputs from w on and `units` units; zeros in the rest of the vectors.
static void pack_transposed(const T *w, int64_t inputs, int64_t units, int64_t count, T *strip) {
    const int64_t whole = units / VL * VL, blocks = count / QL * QL, end = round_up(units, VL);
    for (int64_t u = 0; u < whole; u += VL) {
        for (int64_t c = 0; c < blocks; c += QL)
            transpose_lanes(w + u * inputs + c, inputs, strip + c * PANEL + u);
        for (int64_t c = blocks; c < count; c++)
            for (int64_t i = 0; i < VL; i++) strip[c * PANEL + u + i] = w[(u + i) * inputs + c];
    }
    if (whole == end) return;
    transpose(
        w + whole * inputs, inputs, NULL, strip + whole, PANEL, (int)(units - whole), (int)count);
    for (int64_t j = 0; j < count; j++)
        for (int64_t u = units; u < end; u++) strip[j * PANEL + u] = 0;
}

/// strip (count, PANEL) = w (count, columns), rows `inputs` apart; zeros in the rest.
static void pack_columns(const T *w, int64_t inputs, int64_t columns, int64_t count, T *strip) {
    for (int64_t j = 0; j < count; j++)
        for (int64_t c = 0; c < PANEL; c += VL)
            if (c < columns) store(strip + j * PANEL + c, load_part(w + j * inputs + c, columns - c));
}

/// Loads what an earlier block of the inner dimension has left at (first, panel), or stores it.
static void load_tile(const ck_matrix *m, T *tile, int rows, int64_t first, int64_t panel, int64_t columns) {
    for (int64_t c = 0; c < columns; c += VL)
        for (int i = 0; i < rows; i++)
            store(tile + i * PANEL + c, load_part(at(m, first + i, panel) + c, columns - c));
}

static void store_tile(const ck_matrix *m, const T *tile, int rows, int64_t first, int64_t panel, int64_t columns) {
    for (int64_t c = 0; c < columns; c += VL)
        for (int i = 0; i < rows; i++)
            store_first(at(m, first + i, panel) + c, load(tile + i * PANEL + c), columns - c);
}

static void dense_forward(
    const ck_forward *f, int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows, void *scratch
) {
    const T *w = f->w;
    T tile[TILE_ROWS * PANEL];
    const int64_t block = block_size(f->inputs, STRIP_ROWS, PANEL);
    for (int64_t panel = first_panel; panel < first_panel + panels; panel++) {
        const int64_t columns = panel_columns(f->units, panel);
        for (int64_t k = 0; k < f->inputs; k += block) {
            const int64_t count = least(block, f->inputs - k);
            pack_transposed(w + panel * PANEL * f->inputs + k, f->inputs, columns, count, scratch);
            for (int64_t r = first_row, height; r < first_row + rows; r += height) {
                height = tile_rows(first_row + rows - r);
                if (k > 0) load_tile(&f->output, tile, (int)height, r, panel, columns);
                tile_by_rows(
                    &f->input, at(&f->input, r, k / PANEL), scratch, count, tile, PANEL, k > 0, (int)height,
                    columns);
                if (k + count < f->inputs) store_tile(&f->output, tile, (int)height, r, panel, columns);
                else finish_forward(f, tile, (int)height, r, panel);
            }
        }
    }
}

// MARK: Backward

/// g′ from the layer's output `value` = g(z) · factor; where the factor is 0 the derivative does not matter.
INLINE V derivative(V value, V kept, const int activation) {
    const V g = value * kept;
    switch (activation) {
    case CK_RELU: return value > splat(0) ? splat(1) : splat(0);
    case CK_LEAKY_RELU: return value > splat(0) ? splat(1) : splat((T)0.01);
    case CK_TANH: return splat(1) - g * g;
    case CK_SIGMOID: return g * (splat(1) - g);
    default: return splat(1);
    }
}

INLINE void finish_backward_by(
    const ck_backward *f, const T *tile, int rows, int64_t first, int64_t panel, const int activation
) {
    const int64_t columns = panel_columns(f->inputs, panel), space = writable(&f->output, columns);
    const V scale = splat((T)f->scale), unscale = splat(1) / scale;
    for (int64_t c = 0; c < columns; c += VL) {
        const uint8_t *mask = f->mask ? f->mask + first * f->inputs + panel * PANEL + c : NULL;
        const T *values = at(&f->values, first, panel) + c;
        T *out = at(&f->output, first, panel) + c;
        for (int i = 0; i < rows; i++) {
            V d = load(tile + i * PANEL + c), value = load(values + i * f->values.row_step);
            // A unit that ReLU let through was not dropped.
            if (activation == CK_RELU) d = value > splat(0) ? d * scale : splat(0);
            else if (mask) d *= kept(mask + i * f->inputs, scale, columns - c) * derivative(value, unscale, activation);
            else d *= derivative(value, splat(1), activation);
            store_first(out + i * f->output.row_step, d, space - c);
        }
    }
}

static void finish_backward(const ck_backward *f, const T *tile, int rows, int64_t first, int64_t panel) {
#define FINISH(activation) case activation: finish_backward_by(f, tile, rows, first, panel, activation); break;
    switch (f->activation) {
        FINISH(CK_IDENTITY) FINISH(CK_RELU) FINISH(CK_LEAKY_RELU) FINISH(CK_TANH) FINISH(CK_SIGMOID)
    }
#undef FINISH
}

static void dense_backward(
    const ck_backward *f, int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows, void *scratch
) {
    const T *w = f->w;
    T tile[TILE_ROWS * PANEL];
    const int64_t block = block_size(f->units, STRIP_ROWS, PANEL);
    for (int64_t panel = first_panel; panel < first_panel + panels; panel++) {
        const int64_t columns = panel_columns(f->inputs, panel);
        for (int64_t k = 0; k < f->units; k += block) {
            const int64_t count = least(block, f->units - k);
            pack_columns(w + k * f->inputs + panel * PANEL, f->inputs, columns, count, scratch);
            for (int64_t r = first_row, height; r < first_row + rows; r += height) {
                height = tile_rows(first_row + rows - r);
                if (k > 0) load_tile(&f->output, tile, (int)height, r, panel, columns);
                tile_by_rows(
                    &f->delta, at(&f->delta, r, k / PANEL), scratch, count, tile, PANEL, k > 0, (int)height,
                    columns);
                if (k + count < f->units) store_tile(&f->output, tile, (int)height, r, panel, columns);
                else finish_backward(f, tile, (int)height, r, panel);
            }
        }
    }
}

// MARK: Gradient and update

/// What is done with a row of derivatives, `count` of them for the weights at `place`.
static void finish_derivatives(const ck_gradient *f, T *derivatives, int64_t place, int64_t count) {
    T *const w = (T *)f->w + place;
    if (f->decay != 0 || f->pull != 0) add_penalty(derivatives, w, f->decay, f->pull, count);
    if (f->keeps || !f->update) memcpy((T *)f->g + place, derivatives, (size_t)count * sizeof(T));
    if (!f->update) return;
    if (f->weight_factor != 1) scale_by(w, f->weight_factor, count);
    update_part(f->update, w, derivatives, (T *)f->first + place, (T *)f->second + place, count);
}

static void dense_gradient(const ck_gradient *f, int64_t first, int64_t units, void *scratch) {
    const int64_t panels = (f->inputs + PANEL - 1) / PANEL;
    const int64_t block = block_size(f->rows, GRADIENT_ROWS, 1);
    int64_t group = GRADIENT_BYTES / (int64_t)(block * PANEL * (int64_t)sizeof(T));
    group = block_size(panels, least(group < 1 ? 1 : group, STRIP_ROWS / TILE_ROWS), 1);
    const int64_t step = group * PANEL;
    T *const derivatives = scratch, *const g = f->g;
    for (int64_t r = 0; r < f->rows; r += block) {
        const int64_t count = least(block, f->rows - r);
        for (int64_t p = 0; p < panels; p += group) {
            const int64_t columns = least(f->inputs - p * PANEL, step);
            const size_t bytes = (size_t)columns * sizeof(T);
            for (int64_t unit = first, height; unit < first + units; unit += height) {
                height = tile_rows(least(first + units - unit, PANEL - unit % PANEL));
                const T *delta = at(&f->delta, r, unit / PANEL) + unit % PANEL;
                const int64_t place = unit * f->inputs + p * PANEL;
                if (r > 0)
                    for (int64_t i = 0; i < height; i++)
                        memcpy(derivatives + i * step, g + place + i * f->inputs, bytes);
                for (int64_t c = 0; c < columns; c += PANEL)
                    tile_by_columns(
                        &f->delta, delta, at(&f->input, r, p + c / PANEL), count, derivatives + c, step, r > 0,
                        (int)height, columns - c);
                for (int64_t i = 0; i < height; i++) {
                    T *row = derivatives + i * step;
                    if (r + count < f->rows) memcpy(g + place + i * f->inputs, row, bytes);
                    else finish_derivatives(f, row, place + i * f->inputs, columns);
                }
            }
        }
    }
}
