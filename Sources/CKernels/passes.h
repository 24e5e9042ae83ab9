// Flat passes over an arena: the updates, and sums in float64 with a fixed order of additions.
typedef struct {
    V rate, kept1, added1, kept2, added2, epsilon, correction1, correction2;
} Update;

INLINE Update update_constants(const ck_update *u) {
    return (Update){
        splat((T)u->rate), splat((T)u->kept1), splat((T)u->added1), splat((T)u->kept2), splat((T)u->added2),
        splat((T)u->epsilon), splat((T)u->correction1), splat((T)u->correction2),
    };
}

/// w after a step against g; `first` and `second` are the moments that the rule has.
INLINE V updated(const Update *u, V w, V g, V *first, V *second, const int rule) {
    switch (rule) {
    case CK_SGD: return w - u->rate * g;
    case CK_MOMENTUM:
        *first = u->kept1 * *first + u->added1 * g;
        return w - u->rate * *first;
    case CK_RMSPROP:
        *second = u->kept2 * *second + u->added2 * g * g;
        return w - u->rate * g / (__builtin_elementwise_sqrt(*second) + u->epsilon);
    default:
        *first = u->kept1 * *first + u->added1 * g;
        *second = u->kept2 * *second + u->added2 * g * g;
        V root = __builtin_elementwise_sqrt(*second * u->correction2);
        return w - u->rate * (*first * u->correction1) / (root + u->epsilon);
    }
}

INLINE int has_first(const int rule) { return rule == CK_MOMENTUM || rule == CK_ADAM; }
INLINE int has_second(const int rule) { return rule == CK_RMSPROP || rule == CK_ADAM; }

INLINE void update_by(
    const Update *u, T *restrict w, const T *restrict g, T *restrict first, T *restrict second, int64_t count,
    const int rule
) {
    for (int64_t i = 0; i < count; i += VL) {
        V m = splat(0), s = splat(0);
        if (has_first(rule)) m = load(first + i);
        if (has_second(rule)) s = load(second + i);
        store(w + i, updated(u, load(w + i), load(g + i), &m, &s, rule));
        if (has_first(rule)) store(first + i, m);
        if (has_second(rule)) store(second + i, s);
    }
}

/// In whole vectors: arenas end with a whole vector of zeros.
static void update(
    const ck_update *constants, void *w, const void *g, void *first, void *second, int64_t count
) {
    const Update u = update_constants(constants);
    switch (constants->rule) {
    case CK_SGD: update_by(&u, w, g, first, second, count, CK_SGD); break;
    case CK_MOMENTUM: update_by(&u, w, g, first, second, count, CK_MOMENTUM); break;
    case CK_RMSPROP: update_by(&u, w, g, first, second, count, CK_RMSPROP); break;
    default: update_by(&u, w, g, first, second, count, CK_ADAM); break;
    }
}

static void update_part(
    const ck_update *constants, void *w_, const void *g_, void *first_, void *second_, int64_t count
) {
    T *w = w_, *first = first_, *second = second_;
    const T *g = g_;
    const int64_t whole = count / VL * VL;
    update(constants, w, g, first, second, whole);
    if (whole == count) return;
    const size_t bytes = (size_t)(count - whole) * sizeof(T);
    const int has1 = has_first(constants->rule), has2 = has_second(constants->rule);
    T part[4][VL] = {{0}};
    memcpy(part[0], w + whole, bytes);
    memcpy(part[1], g + whole, bytes);
    if (has1) memcpy(part[2], first + whole, bytes);
    if (has2) memcpy(part[3], second + whole, bytes);
    update(constants, part[0], part[1], part[2], part[3], VL);
    memcpy(w + whole, part[0], bytes);
    if (has1) memcpy(first + whole, part[2], bytes);
    if (has2) memcpy(second + whole, part[3], bytes);
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

INLINE V penalised(V g, V w, V decay, V pull) {
    V sign = w > splat(0) ? pull : (w < splat(0) ? -pull : splat(0));
    return g + decay * w + sign;
}

/// g += decay · w + pull · sign(w), sign(0) = 0
static void add_penalty(void *g_, const void *w_, double decay, double pull, int64_t count) {
    T *restrict g = g_;
    const T *restrict w = w_;
    T d = (T)decay, p = (T)pull;
    int64_t i = 0;
    for (; i + VL <= count; i += VL) {
        store(g + i, penalised(load(g + i), load(w + i), splat(d), splat(p)));
    }
    if (i == count) return;
    // The same additions in the same order: where an element lies must not matter.
    T part[2][VL] = {{0}};
    memcpy(part[0], g + i, (size_t)(count - i) * sizeof(T));
    memcpy(part[1], w + i, (size_t)(count - i) * sizeof(T));
    store(part[0], penalised(load(part[0]), load(part[1]), splat(d), splat(p)));
    memcpy(g + i, part[0], (size_t)(count - i) * sizeof(T));
}
