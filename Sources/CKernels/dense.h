// The products of a layer on a batch, with what comes before and after them. What is multiplied lies in panels: all rows
// of PANEL columns after each other, so that a panel is read in one stream. Each number of a product is one chain of
// additions along the inner dimension, from its start to its end, so that no cut into blocks changes a bit.
#define PANEL (2 * VL)

// Rows of a register block: as many as there are registers for beside two vectors of each.
#if CK_VECTOR_BYTES == 64 || defined(__aarch64__)
#define TILE_ROWS 8
#elif CK_VECTOR_BYTES == 32
#define TILE_ROWS 6
#else
#define TILE_ROWS 4
#endif

enum {
    /// Most inner numbers of a block of weights that is packed.
    STRIP_ROWS = 512,
    SCRATCH_BYTES = STRIP_ROWS * PANEL * sizeof(T),
    /// Most rows that a gradient is added up over in registers, and bytes of the inputs of a block of them.
    GRADIENT_ROWS = 256,
    GRADIENT_BYTES = 384 << 10,
};

INLINE T *at(const ck_matrix *m, int64_t row, int64_t panel) {
    return (T *)m->base + panel * m->panel_step + row * m->row_step;
}

INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/// `total` cut into equal blocks of at most `most`, whole multiples of `step`.
INLINE int64_t block_size(int64_t total, int64_t most, int64_t step) {
    int64_t blocks = (total + most - 1) / most;
    return blocks <= 1 ? total : round_up((total + blocks - 1) / blocks, step);
}

// MARK: Register blocks

/// out (ROWS, PANEL), rows out_step apart, = Σ over j of a(i, j) · b (j, PANEL), or that added;
/// a(i, j) = a[i * step_i + j * step_j] in stretches of `stretch` that lie `jump` apart.
INLINE void tile_product(
    const T *restrict a, ptrdiff_t step_i, ptrdiff_t step_j, int64_t stretch, ptrdiff_t jump, const T *restrict b,
    int64_t count, T *restrict out, ptrdiff_t out_step, int adds, const int ROWS, const int VECTORS
) {
    V sums[TILE_ROWS][2];
    UNROLL for (int i = 0; i < ROWS; i++)
        UNROLL for (int q = 0; q < VECTORS; q++) sums[i][q] = adds ? load(out + i * out_step + q * VL) : splat(0);
    for (; count > 0; count -= stretch, a += jump) {
        const int64_t end = least(count, stretch);
        const T *p = a;
        for (int64_t j = 0; j < end; j++) {
            V v[2];
            UNROLL for (int q = 0; q < VECTORS; q++) v[q] = load(b + q * VL);
            UNROLL for (int i = 0; i < ROWS; i++) {
                V m = splat(p[i * step_i]);
                UNROLL for (int q = 0; q < VECTORS; q++) sums[i][q] += m * v[q];
            }
            p += step_j;
            b += PANEL;
        }
    }
    UNROLL for (int i = 0; i < ROWS; i++)
        UNROLL for (int q = 0; q < VECTORS; q++) store(out + i * out_step + q * VL, sums[i][q]);
}

#define TILE_OF(ROWS, VECTORS) \
    static __attribute__((noinline)) void tile_by_rows_##ROWS##_##VECTORS( \
        const ck_matrix *m, const T *a, const T *b, int64_t count, T *out, ptrdiff_t out_step, int adds \
    ) { \
        (void)out_step; \
        if (m->row_step == PANEL) \
            tile_product(a, PANEL, 1, PANEL, m->panel_step, b, count, out, PANEL, adds, ROWS, VECTORS); \
        else \
            tile_product(a, m->row_step, 1, PANEL, m->panel_step, b, count, out, PANEL, adds, ROWS, VECTORS); \
    } \
    static __attribute__((noinline)) void tile_by_columns_##ROWS##_##VECTORS( \
        const ck_matrix *m, const T *a, const T *b, int64_t count, T *out, ptrdiff_t out_step, int adds \
    ) { \
        tile_product(a, 1, m->row_step, count, 0, b, count, out, out_step, adds, ROWS, VECTORS); \
    }
TILE_OF(1, 1)
TILE_OF(1, 2)
TILE_OF(2, 1)
TILE_OF(2, 2)
TILE_OF(4, 1)
TILE_OF(4, 2)
#if TILE_ROWS == 6
TILE_OF(6, 1)
TILE_OF(6, 2)
#elif TILE_ROWS == 8
TILE_OF(8, 1)
TILE_OF(8, 2)
#endif
#undef TILE_OF

/// Rows of the next register block.
INLINE int tile_rows(int64_t left) {
    return left >= TILE_ROWS ? TILE_ROWS : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

#define TILE_CASES(form, ROWS) \
    case 2 * ROWS: form##_##ROWS##_1(m, a, b, count, out, out_step, adds); break; \
    case 2 * ROWS + 1: form##_##ROWS##_2(m, a, b, count, out, out_step, adds); break;
#if TILE_ROWS == 6
#define LARGEST_CASES(form) TILE_CASES(form, 6)
#elif TILE_ROWS == 8
#define LARGEST_CASES(form) TILE_CASES(form, 8)
#else
#define LARGEST_CASES(form)
#endif
#define DISPATCH(form) \
    static void form( \
        const ck_matrix *m, const T *a, const T *b, int64_t count, T *out, ptrdiff_t out_step, int adds, int rows, \
        int64_t columns \
    ) { \
        switch (2 * rows + (columns > VL)) { \
            TILE_CASES(form, 1) TILE_CASES(form, 2) TILE_CASES(form, 4) LARGEST_CASES(form) \
        } \
    }
/// The rows of a are m's rows, summed over its columns; or its columns, summed over its rows.
DISPATCH(tile_by_rows)
DISPATCH(tile_by_columns)
#undef DISPATCH
#undef LARGEST_CASES
#undef TILE_CASES

// MARK: Parts of vectors

INLINE V load_part(const T *p, int64_t count) {
    if (count >= VL) return load(p);
    T numbers[VL] = {0};
    memcpy(numbers, p, (size_t)count * sizeof(T));
    return load(numbers);
}

INLINE void store_first(T *p, V v, int64_t count) {
    if (count >= VL) {
        store(p, v);
        return;
    }
    T numbers[VL];
    store(numbers, v);
    memcpy(p, numbers, (size_t)count * sizeof(T));
}

/// 1 · scale where the mask keeps, else 0; for `count` units.
INLINE V kept(const uint8_t *mask, V scale, int64_t count) {
    typedef uint8_t M __attribute__((ext_vector_type(VL)));
    M bytes = (M)(uint8_t)0;
    if (count >= VL) {
        memcpy(&bytes, mask, VL);
    } else {
        uint8_t numbers[VL] = {0};
        memcpy(numbers, mask, (size_t)count);
        memcpy(&bytes, numbers, VL);
    }
    return __builtin_convertvector(bytes, V) * scale;
}

/// Numbers of a row of panel `panel` that belong to the matrix, and those that may be written: panels are padded.
INLINE int64_t panel_columns(int64_t columns, int64_t panel) { return least(columns - panel * PANEL, PANEL); }
INLINE int64_t writable(const ck_matrix *m, int64_t columns) { return m->panel_step == PANEL ? columns : PANEL; }

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

// MARK: Sums over rows, in float64 and in order

/// out = Σ over the rows of x, x ∘ y or (x − mean)², for the columns of one vector.
INLINE void sum_column(
    const T *x, ptrdiff_t x_step, const T *y, ptrdiff_t y_step, const double *mean, int64_t rows, int64_t count,
    double *out
) {
    VD sums[WIDE] = {0}, means[WIDE] = {0};
    double numbers[VL] = {0};
    const size_t bytes = (size_t)least(count, VL) * sizeof(double);
    if (mean) {
        memcpy(numbers, mean, bytes);
        memcpy(means, numbers, sizeof means);
    }
    for (int64_t r = 0; r < rows; r++) {
        V v = load_part(x + r * x_step, count), w = y ? load_part(y + r * y_step, count) : splat(0);
        UNROLL for (int h = 0; h < WIDE; h++) {
            VD d = widened(v, h);
            if (y) {
                sums[h] += d * widened(w, h);
            } else if (mean) {
                d -= means[h];
                sums[h] += d * d;
            } else {
                sums[h] += d;
            }
        }
    }
    memcpy(numbers, sums, sizeof sums);
    memcpy(out, numbers, bytes);
}

static void column_sums(const ck_matrix *x, int64_t rows, int64_t first, int64_t columns, double *out) {
    for (int64_t c = 0; c < columns; c += VL)
        sum_column(
            at(x, 0, (first + c) / PANEL) + c % PANEL, x->row_step, NULL, 0, NULL, rows, columns - c, out + c);
}

static void column_products(
    const ck_matrix *x, const ck_matrix *y, int64_t rows, int64_t first, int64_t columns, double *out
) {
    for (int64_t c = 0; c < columns; c += VL) {
        const int64_t panel = (first + c) / PANEL;
        sum_column(
            at(x, 0, panel) + c % PANEL, x->row_step, at(y, 0, panel) + c % PANEL, y->row_step, NULL, rows,
            columns - c, out + c);
    }
}

static void column_squares(
    const ck_matrix *x, const double *mean, int64_t rows, int64_t first, int64_t columns, double *out
) {
    for (int64_t c = 0; c < columns; c += VL)
        sum_column(
            at(x, 0, (first + c) / PANEL) + c % PANEL, x->row_step, NULL, 0, mean + c, rows, columns - c, out + c);
}

// MARK: Batch normalisation

INLINE void norm_forward_by(
    const ck_norm *f, int64_t panel, int64_t first_row, int64_t rows, const int activation
) {
    const int64_t columns = panel_columns(f->units, panel);
    const T *mean = f->mean, *inverse = f->inverse_deviation, *gamma = f->gamma, *beta = f->beta;
    const V scale = splat((T)f->scale);
    for (int64_t c = 0; c < columns; c += VL) {
        const int64_t unit = panel * PANEL + c, left = columns - c;
        const V m = load_part(mean + unit, left), d = load_part(inverse + unit, left);
        const V y = load_part(gamma + unit, left), b = load_part(beta + unit, left);
        for (int64_t r = first_row; r < first_row + rows; r++) {
            T *place = at(&f->values, r, panel) + c;
            V z = (load(place) - m) * d;
            store(at(&f->normalised, r, panel) + c, z);
            V a = activated(y * z + b, activation);
            if (f->mask) a *= kept(f->mask + r * f->units + unit, scale, left);
            store(place, a);
        }
    }
}

static void norm_forward(const ck_norm *f, int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows) {
    for (int64_t panel = first_panel; panel < first_panel + panels; panel++)
        switch (f->activation) {
#define FORWARD(activation) case activation: norm_forward_by(f, panel, first_row, rows, activation); break;
            FORWARD(CK_IDENTITY) FORWARD(CK_RELU) FORWARD(CK_LEAKY_RELU) FORWARD(CK_TANH) FORWARD(CK_SIGMOID)
#undef FORWARD
        }
}

static void norm_backward(
    const ck_norm *f, const ck_matrix *delta, double share_, const void *plain_, const void *products_,
    int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows
) {
    const T *inverse = f->inverse_deviation, *gamma = f->gamma, *plain = plain_, *products = products_;
    const V share = splat((T)share_);
    for (int64_t panel = first_panel; panel < first_panel + panels; panel++) {
        const int64_t columns = panel_columns(f->units, panel);
        for (int64_t c = 0; c < columns; c += VL) {
            const int64_t unit = panel * PANEL + c, left = columns - c;
            const V factor = load_part(gamma + unit, left) * load_part(inverse + unit, left);
            const V sum = load_part(plain + unit, left), product = load_part(products + unit, left);
            for (int64_t r = first_row; r < first_row + rows; r++) {
                T *place = at(delta, r, panel) + c;
                V z = load(at(&f->normalised, r, panel) + c);
                store(place, factor * (load(place) - share * (sum + z * product)));
            }
        }
    }
}

// MARK: Passes

static void into_panels(const void *x_, const ck_matrix *to, int64_t columns, int64_t first, int64_t rows) {
    const T *x = x_;
    for (int64_t r = 0; r < rows; r++, x += columns)
        for (int64_t c = 0; c < columns; c += VL)
            store_first(at(to, first + r, c / PANEL) + c % PANEL, load_part(x + c, columns - c), columns - c);
}

static void drop_rows(
    const ck_matrix *from, const ck_matrix *to, const uint8_t *mask, double scale_, int64_t columns, int64_t first,
    int64_t rows
) {
    const V scale = splat((T)scale_);
    for (int64_t c = 0; c < columns; c += VL)
        for (int64_t r = first; r < first + rows; r++) {
            V v = load(at(from, r, c / PANEL) + c % PANEL) * kept(mask + r * columns + c, scale, columns - c);
            store(at(to, r, c / PANEL) + c % PANEL, v);
        }
}
