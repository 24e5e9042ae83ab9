// The three products of a layer on one tile. Tiles are (units, samples) with samples along the vectors: value (i, s)
// lies at i * stride + s.

// Units of a register block; with 16 registers four units by two vectors are what fits.
#if CK_VECTOR_BYTES == 64 || defined(__aarch64__)
#define WIDEST 8
#else
#define WIDEST 4
#endif

enum epilogue { ADD_BIAS, ADD_BIAS_RELU, RELU_DERIVATIVE, PLAIN };

/// out (i, s) = Σ over j of m(i, j) x(j, s), m(i, j) = w[i * step_i + j * step_j], for UB rows and SB vectors.
INLINE void product_block(
    const T *restrict w, ptrdiff_t step_i, ptrdiff_t step_j, const T *restrict bias, const T *restrict x,
    T *restrict out, ptrdiff_t stride, int count, T scale, const enum epilogue epilogue, const int UB, const int SB
) {
    V sums[8][4];
    UNROLL for (int i = 0; i < UB; i++)
        UNROLL for (int q = 0; q < SB; q++)
            sums[i][q] = epilogue == ADD_BIAS || epilogue == ADD_BIAS_RELU ? splat(bias[i]) : splat(0);
    for (int j = 0; j < count; j++) {
        V v[4];
        UNROLL for (int q = 0; q < SB; q++) v[q] = load(x + q * VL);
        UNROLL for (int i = 0; i < UB; i++) {
            V m = splat(w[i * step_i]);
            UNROLL for (int q = 0; q < SB; q++) sums[i][q] += m * v[q];
        }
        x += stride;
        w += step_j;
    }
    UNROLL for (int i = 0; i < UB; i++)
        UNROLL for (int q = 0; q < SB; q++) {
            T *place = out + i * stride + q * VL;
            V z = sums[i][q];
            // NaN stays NaN, so that a broken weight cannot hide behind a unit that is off.
            if (epilogue == ADD_BIAS_RELU) z = z < splat(0) ? splat(0) : z;
            if (epilogue == RELU_DERIVATIVE) z = load(place) > splat(0) ? z * splat(scale) : splat(0);
            store(place, z);
        }
}

INLINE void product_rows(
    const T *w, ptrdiff_t step_i, ptrdiff_t step_j, const T *bias, const T *x, T *out, ptrdiff_t stride, int count,
    int vectors, T scale, const enum epilogue epilogue, const int UB
) {
    // Few rows leave registers for more vectors, and need more chains of additions side by side.
    const int SB = UB >= 3 ? 2 : 4;
    int s = 0;
    for (; s + SB <= vectors; s += SB)
        product_block(w, step_i, step_j, bias, x + s * VL, out + s * VL, stride, count, scale, epilogue, UB, SB);
    if (SB == 4 && s + 2 <= vectors) {
        product_block(w, step_i, step_j, bias, x + s * VL, out + s * VL, stride, count, scale, epilogue, UB, 2);
        s += 2;
    }
    if (s < vectors)
        product_block(w, step_i, step_j, bias, x + s * VL, out + s * VL, stride, count, scale, epilogue, UB, 1);
}

INLINE void product(
    const T *w, ptrdiff_t step_i, ptrdiff_t step_j, const T *bias, const T *x, T *out, ptrdiff_t stride, int rows,
    int count, int vectors, T scale, const enum epilogue epilogue
) {
    int i = 0;
#define ROWS(UB) \
    product_rows( \
        w + i * step_i, step_i, step_j, bias + i, x, out + i * stride, stride, count, vectors, scale, epilogue, UB)
#if WIDEST == 8
    for (; i + 8 <= rows; i += 8) ROWS(8);
#endif
    for (; i + 4 <= rows; i += 4) ROWS(4);
    switch (rows - i) {
    case 3: ROWS(3); break;
    case 2: ROWS(2); break;
    case 1: ROWS(1); break;
    }
#undef ROWS
}

/// z (units, samples) = g(W (units, inputs) · x (inputs, samples) + b), g being ReLU or the identity.
static void forward_product(
    const T *w, const T *b, const T *x, T *z, ptrdiff_t stride, int units, int inputs, int vectors, int relu
) {
    if (relu) product(w, inputs, 1, b, x, z, stride, units, inputs, vectors, 0, ADD_BIAS_RELU);
    else product(w, inputs, 1, b, x, z, stride, units, inputs, vectors, 0, ADD_BIAS);
}

/// out (inputs, samples) = Wᵀ (inputs, units) · delta (units, samples); with `relu` multiplied by `scale` where `out`
/// was above 0, and 0 where not.
static void backward_product(
    const T *w, const T *delta, T *out, ptrdiff_t stride, int units, int inputs, int vectors, int relu, T scale
) {
    if (relu) product(w, 1, inputs, w, delta, out, stride, inputs, units, vectors, scale, RELU_DERIVATIVE);
    else product(w, 1, inputs, w, delta, out, stride, inputs, units, vectors, scale, PLAIN);
}

/// UB rows and KB columns of delta · aᵀ, sums of samples in vectors that are reduced at the end; with `has_bias` also
/// the rows' own sums.
INLINE void gradient_block(
    const T *restrict delta, const T *restrict a, ptrdiff_t stride, int vectors, T *restrict gw, T *restrict gb,
    int inputs, int adds, const int has_bias, const int UB, const int KB
) {
    V sums[4][4], own[4];
    UNROLL for (int u = 0; u < 4; u++) {
        own[u] = splat(0);
        UNROLL for (int k = 0; k < 4; k++) sums[u][k] = splat(0);
    }
    for (int s = 0; s < vectors * VL; s += VL) {
        V d[4], x[4];
        UNROLL for (int u = 0; u < UB; u++) d[u] = load(delta + u * stride + s);
        UNROLL for (int k = 0; k < KB; k++) x[k] = load(a + k * stride + s);
        UNROLL for (int u = 0; u < UB; u++) {
            UNROLL for (int k = 0; k < KB; k++) sums[u][k] += d[u] * x[k];
            if (has_bias) own[u] += d[u];
        }
    }
    UNROLL for (int u = 0; u < UB; u++) {
        T *g = gw + u * inputs, out[4];
        if (KB == 1) {
            out[0] = sum(sums[u][0]);
        } else {
            store_sums4(out, fold(sums[u][0]), fold(sums[u][1]), fold(sums[u][2]), fold(sums[u][3]));
        }
        UNROLL for (int k = 0; k < KB; k++) g[k] = adds ? g[k] + out[k] : out[k];
    }
    if (has_bias) {
        T out[4];
        store_sums4(out, fold(own[0]), fold(own[1]), fold(own[2]), fold(own[3]));
        UNROLL for (int u = 0; u < UB; u++) gb[u] = adds ? gb[u] + out[u] : out[u];
    }
}

INLINE void gradient_columns(
    const T *delta, const T *a, ptrdiff_t stride, int vectors, T *gw, T *gb, int inputs, int adds, const int UB
) {
    int k = 0;
#define COLUMNS(bias, KB) \
    gradient_block(delta, a + k * stride, stride, vectors, gw + k, gb, inputs, adds, bias, UB, KB)
    switch (inputs) {
    case 1: COLUMNS(1, 1); return;
    case 2: COLUMNS(1, 2); return;
    case 3: COLUMNS(1, 3); return;
    }
    COLUMNS(1, 4);
    for (k = 4; k + 4 <= inputs; k += 4) COLUMNS(0, 4);
    switch (inputs - k) {
    case 3: COLUMNS(0, 3); break;
    case 2: COLUMNS(0, 2); break;
    case 1: COLUMNS(0, 1); break;
    }
#undef COLUMNS
}

/// gw (units, inputs) = delta (units, samples) · aᵀ (samples, inputs) and gb (units) = Σ delta, or added to what is
/// there. For few weights and many samples.
static void gradient_by_samples(
    const T *delta, const T *a, ptrdiff_t stride, int vectors, T *gw, T *gb, int units, int inputs, int adds
) {
    int u = 0;
#define UNITS(UB) \
    gradient_columns(delta + u * stride, a, stride, vectors, gw + u * inputs, gb + u, inputs, adds, UB)
    for (; u + 4 <= units; u += 4) UNITS(4);
    switch (units - u) {
    case 3: UNITS(3); break;
    case 2: UNITS(2); break;
    case 1: UNITS(1); break;
    }
#undef UNITS
}

/// The first `count` numbers of a vector.
INLINE void store_part(T *p, V v, int count, int adds) {
    if (count >= VL) {
        store(p, adds ? load(p) + v : v);
        return;
    }
    T numbers[VL];
    store(numbers, v);
    for (int i = 0; i < count; i++) p[i] = adds ? p[i] + numbers[i] : numbers[i];
}

INLINE void outer_block(
    const T *restrict delta, ptrdiff_t stride, const T *restrict a, ptrdiff_t a_stride, int samples, T *restrict gw,
    int inputs, int columns, int adds, const int UB, const int KV
) {
    V sums[8][2];
    UNROLL for (int u = 0; u < UB; u++)
        UNROLL for (int q = 0; q < KV; q++) sums[u][q] = splat(0);
    for (int s = 0; s < samples; s++) {
        V x[2];
        UNROLL for (int q = 0; q < KV; q++) x[q] = load(a + q * VL);
        UNROLL for (int u = 0; u < UB; u++) {
            V d = splat(delta[u * stride]);
            UNROLL for (int q = 0; q < KV; q++) sums[u][q] += d * x[q];
        }
        delta++;
        a += a_stride;
    }
    UNROLL for (int u = 0; u < UB; u++)
        UNROLL for (int q = 0; q < KV; q++) store_part(gw + u * inputs + q * VL, sums[u][q], columns - q * VL, adds);
}

INLINE void outer_columns(
    const T *delta, ptrdiff_t stride, const T *a, ptrdiff_t a_stride, int samples, T *gw, int inputs, int adds,
    const int UB
) {
    int k = 0;
    for (; k + VL < inputs; k += 2 * VL)
        outer_block(delta, stride, a + k, a_stride, samples, gw + k, inputs, inputs - k, adds, UB, 2);
    if (k < inputs) outer_block(delta, stride, a + k, a_stride, samples, gw + k, inputs, inputs - k, adds, UB, 1);
}

/// The same from `a` as (samples, inputs), rows `a_stride` apart and readable up to a whole vector: for many weights
/// and few samples.
static void gradient_by_weights(
    const T *delta, ptrdiff_t stride, int vectors, const T *a, ptrdiff_t a_stride, int samples, T *gw, T *gb, int units,
    int inputs, int adds
) {
    int u = 0;
#define UNITS(UB) \
    outer_columns(delta + u * stride, stride, a, a_stride, samples, gw + u * inputs, inputs, adds, UB)
#if WIDEST == 8
    for (; u + 8 <= units; u += 8) UNITS(8);
#endif
    for (; u + 4 <= units; u += 4) UNITS(4);
    for (; u < units; u++) UNITS(1);
#undef UNITS
    for (u = 0; u < units; u += 4) {
        V own[4];
        T out[4];
        UNROLL for (int i = 0; i < 4; i++) {
            own[i] = splat(0);
            if (u + i < units)
                for (int s = 0; s < vectors; s++) own[i] += load(delta + (u + i) * stride + s * VL);
        }
        store_sums4(out, fold(own[0]), fold(own[1]), fold(own[2]), fold(own[3]));
        for (int i = 0; i < 4 && u + i < units; i++) gb[u + i] = adds ? gb[u + i] + out[i] : out[i];
    }
}
