// Flat passes over an arena: the updates, and sums in float64 with a fixed order of additions.
static void update(
    const ck_update *u, void *w_, const void *g_, void *first_, void *second_, int64_t count
) {
    T *restrict w = w_, *restrict first = first_, *restrict second = second_;
    const T *restrict g = g_;
    const V rate = splat((T)u->rate), kept1 = splat((T)u->kept1), added1 = splat((T)u->added1);
    const V kept2 = splat((T)u->kept2), added2 = splat((T)u->added2), epsilon = splat((T)u->epsilon);
    const V correction1 = splat((T)u->correction1), correction2 = splat((T)u->correction2);
    // Whole vectors: arenas end with a whole vector of zeros.
    switch (u->rule) {
    case CK_SGD:
        for (int64_t i = 0; i < count; i += VL) store(w + i, load(w + i) - rate * load(g + i));
        break;
    case CK_MOMENTUM:
        for (int64_t i = 0; i < count; i += VL) {
            V v = kept1 * load(first + i) + added1 * load(g + i);
            store(first + i, v);
            store(w + i, load(w + i) - rate * v);
        }
        break;
    case CK_RMSPROP:
        for (int64_t i = 0; i < count; i += VL) {
            V d = load(g + i);
            V s = kept2 * load(second + i) + added2 * d * d;
            store(second + i, s);
            store(w + i, load(w + i) - rate * d / (__builtin_elementwise_sqrt(s) + epsilon));
        }
        break;
    default:
        for (int64_t i = 0; i < count; i += VL) {
            V d = load(g + i);
            V m = kept1 * load(first + i) + added1 * d;
            V v = kept2 * load(second + i) + added2 * d * d;
            store(first + i, m);
            store(second + i, v);
            V root = __builtin_elementwise_sqrt(v * correction2);
            store(w + i, load(w + i) - rate * (m * correction1) / (root + epsilon));
        }
    }
}

static double squares(const void *x_, int64_t count) {
    const T *x = x_;
    VD sums[WIDE] = {0};
    int64_t i = 0;
    for (; i + VL <= count; i += VL) {
        V v = load(x + i);
        UNROLL for (int h = 0; h < WIDE; h++) { VD d = widened(v, h); sums[h] += d * d; }
    }
    double total = 0;
    UNROLL for (int h = 0; h < WIDE; h++) total += sum_d(sums[h]);
    for (; i < count; i++) total += (double)x[i] * (double)x[i];
    return total;
}

static double magnitudes(const void *x_, int64_t count) {
    const T *x = x_;
    VD sums[WIDE] = {0};
    int64_t i = 0;
    for (; i + VL <= count; i += VL) {
        V v = magnitude(load(x + i));
        UNROLL for (int h = 0; h < WIDE; h++) sums[h] += widened(v, h);
    }
    double total = 0;
    UNROLL for (int h = 0; h < WIDE; h++) total += sum_d(sums[h]);
    for (; i < count; i++) total += __builtin_fabs((double)x[i]);
    return total;
}

static int32_t all_finite(const void *x_, int64_t count) {
    // x − x is 0 for finite x and NaN for the others; NaN survives every sum.
    const T *x = x_;
    V sums = splat(0);
    int64_t i = 0;
    for (; i + VL <= count; i += VL) { V v = load(x + i); sums += v - v; }
    T total = sum(sums);
    for (; i < count; i++) total += x[i] - x[i];
    return total == 0;
}

static void scale_by(void *x_, double factor, int64_t count) {
    T *x = x_, f = (T)factor;
    int64_t i = 0;
    for (; i + VL <= count; i += VL) store(x + i, load(x + i) * splat(f));
    for (; i < count; i++) x[i] *= f;
}

/// g += decay · w + pull · sign(w), sign(0) = 0
static void add_penalty(void *g_, const void *w_, double decay, double pull, int64_t count) {
    T *restrict g = g_;
    const T *restrict w = w_;
    T d = (T)decay, p = (T)pull;
    int64_t i = 0;
    for (; i + VL <= count; i += VL) {
        V v = load(w + i);
        V sign = v > splat(0) ? splat(p) : (v < splat(0) ? splat(-p) : splat(0));
        store(g + i, load(g + i) + splat(d) * v + sign);
    }
    for (; i < count; i++) g[i] += d * w[i] + (w[i] > 0 ? p : w[i] < 0 ? -p : 0);
}
