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
