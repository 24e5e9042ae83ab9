// Vector types of CK_VECTOR_BYTES, and what every loop needs of them.
#if CK_DOUBLE
typedef double T;
typedef int64_t I;
typedef uint64_t U;
#else
typedef float T;
typedef int32_t I;
typedef uint32_t U;
#endif

/// Numbers in a vector.
#define VL ((int)(CK_VECTOR_BYTES / sizeof(T)))
#define VL64 (CK_VECTOR_BYTES / 8)
/// Numbers in 16 bytes.
#define QL ((int)(16 / sizeof(T)))
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef T V __attribute__((ext_vector_type(CK_VECTOR_BYTES / sizeof(T))));
typedef I VI __attribute__((ext_vector_type(CK_VECTOR_BYTES / sizeof(T))));
typedef U VU __attribute__((ext_vector_type(CK_VECTOR_BYTES / sizeof(T))));
typedef uint64_t V64 __attribute__((ext_vector_type(VL64)));
typedef double VD __attribute__((ext_vector_type(VL64)));
typedef T Q __attribute__((ext_vector_type(16 / sizeof(T))));

INLINE V load(const T *p) { V v; memcpy(&v, p, sizeof v); return v; }
INLINE void store(T *p, V v) { memcpy(p, &v, sizeof v); }
INLINE Q load_q(const T *p) { Q q; memcpy(&q, p, sizeof q); return q; }
INLINE void store_q(T *p, Q q) { memcpy(p, &q, sizeof q); }
INLINE V splat(T x) { return (V)x; }
INLINE V lanes(void) {
    V v;
    UNROLL for (int i = 0; i < VL; i++) v[i] = (T)i;
    return v;
}

/// The vector's sum, folded down to 16 bytes.
INLINE Q fold(V v) {
#if CK_VECTOR_BYTES == 16
    return v;
#elif CK_VECTOR_BYTES == 32
    return v.lo + v.hi;
#else
    typedef T H __attribute__((ext_vector_type(32 / sizeof(T))));
    H h = v.lo + v.hi;
    return h.lo + h.hi;
#endif
}

/// (Σa, Σb, Σc, Σd) of four folded vectors.
INLINE void store_sums4(T *out, Q a, Q b, Q c, Q d) {
#if CK_DOUBLE
    store_q(out, __builtin_shufflevector(a, b, 0, 2) + __builtin_shufflevector(a, b, 1, 3));
    store_q(out + 2, __builtin_shufflevector(c, d, 0, 2) + __builtin_shufflevector(c, d, 1, 3));
#else
    Q ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    Q cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    store_q(out, __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
#endif
}

INLINE T sum(V v) {
    Q q = fold(v);
#if CK_DOUBLE
    return q[0] + q[1];
#else
    return (q[0] + q[2]) + (q[1] + q[3]);
#endif
}

INLINE double sum_d(VD v) {
#if CK_VECTOR_BYTES == 16
    return v[0] + v[1];
#elif CK_VECTOR_BYTES == 32
    return (v[0] + v[2]) + (v[1] + v[3]);
#else
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
#endif
}

/// A vector's numbers in float64, in two halves or one.
#if CK_DOUBLE
#define WIDE 1
INLINE VD widened(V v, int half) { (void)half; return v; }
#else
#define WIDE 2
INLINE VD widened(V v, int half) {
    return half ? __builtin_convertvector(v.hi, VD) : __builtin_convertvector(v.lo, VD);
}
#endif

/// out (columns, rows) = in (rows, columns); row `r` of the source starts at in + (order ? order[r] : r) * in_stride.
static void transpose(
    const T *in, ptrdiff_t in_stride, const int32_t *order, T *out, ptrdiff_t out_stride, int rows, int columns
) {
    int r = 0;
    for (; r + QL <= rows; r += QL) {
        const T *p[QL];
        for (int i = 0; i < QL; i++) p[i] = in + (order ? (ptrdiff_t)order[r + i] : (ptrdiff_t)(r + i)) * in_stride;
        int c = 0;
        for (; c + QL <= columns; c += QL) {
#if CK_DOUBLE
            Q a = load_q(p[0] + c), b = load_q(p[1] + c);
            store_q(out + c * out_stride + r, __builtin_shufflevector(a, b, 0, 2));
            store_q(out + (c + 1) * out_stride + r, __builtin_shufflevector(a, b, 1, 3));
#else
            Q a = load_q(p[0] + c), b = load_q(p[1] + c), d = load_q(p[2] + c), e = load_q(p[3] + c);
            Q ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(d, e, 0, 4, 1, 5);
            Q AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), CD = __builtin_shufflevector(d, e, 2, 6, 3, 7);
            store_q(out + c * out_stride + r, __builtin_shufflevector(ab, cd, 0, 1, 4, 5));
            store_q(out + (c + 1) * out_stride + r, __builtin_shufflevector(ab, cd, 2, 3, 6, 7));
            store_q(out + (c + 2) * out_stride + r, __builtin_shufflevector(AB, CD, 0, 1, 4, 5));
            store_q(out + (c + 3) * out_stride + r, __builtin_shufflevector(AB, CD, 2, 3, 6, 7));
#endif
        }
        for (; c < columns; c++)
            for (int i = 0; i < QL; i++) out[c * out_stride + r + i] = p[i][c];
    }
    for (; r < rows; r++) {
        const T *p = in + (order ? (ptrdiff_t)order[r] : (ptrdiff_t)r) * in_stride;
        for (int c = 0; c < columns; c++) out[c * out_stride + r] = p[c];
    }
}
