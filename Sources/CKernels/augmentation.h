// What augmentation does to the numbers of one example.

/// (w − 2³¹ + ½) / 2³¹, in (−1, 1): conversions of signed numbers are vector instructions everywhere.
INLINE T symmetric(uint32_t word) { return ((T)(int32_t)(word ^ 0x80000000u) + (T)0.5) * (T)0x1p-31; }

enum { NUMBER_BLOCKS = 64 };
/// Room for the words of NUMBER_BLOCKS blocks, whole vectors of them.
typedef uint32_t NumberWords[4 * NUMBER_BLOCKS + 4 * STREAMS * VL64];

/// Blocks of the next numbers of which `left` are wanted.
INLINE int64_t next_blocks(int64_t left) { return left < 4 * NUMBER_BLOCKS ? (left + 3) / 4 : NUMBER_BLOCKS; }

static void displacements(void *out_, int64_t count, uint64_t seed, uint32_t major, uint32_t minor) {
    T *out = out_;
    PhiloxKeys keys;
    philox_keys(&keys, seed);
    for (int64_t first = 0; first < count; first += 4 * NUMBER_BLOCKS) {
        NumberWords words;
        int64_t blocks = next_blocks(count - first);
        int64_t numbers = count - first < 4 * blocks ? count - first : 4 * blocks;
        philox_words(&keys, words, (uint64_t)(first / 4), blocks, minor, major, ELASTIC);
        for (int64_t i = 0; i < numbers; i++) out[first + i] = symmetric(words[i]);
    }
}

/// cos and sin of 2π u, |u| ≤ 1, by fdlibm's polynomials (float: Cephes') within an eighth of a turn.
INLINE void turn(V u, V *cosine, V *sine) {
    V quarters = u * splat(4), shifted = quarters + splat(ROUNDER);
    V r = (quarters - (shifted - splat(ROUNDER))) * splat((T)1.57079632679489661923), z = r * r;
#if CK_DOUBLE
    V s = splat(-2.50507602534068634195e-08) + z * splat(1.58969099521155010221e-10);
    s = splat(2.75573137070700676789e-06) + z * s;
    s = splat(-1.98412698298579493134e-04) + z * s;
    s = splat(8.33333333332248946124e-03) + z * s;
    s = splat(-1.66666666666666324348e-01) + z * s;
    V c = splat(2.08757232129817482790e-09) + z * splat(-1.13596475577881948265e-11);
    c = splat(-2.75573143513906633035e-07) + z * c;
    c = splat(2.48015872894767294178e-05) + z * c;
    c = splat(-1.38888888888741095749e-03) + z * c;
    c = splat(4.16666666666666019037e-02) + z * c;
#else
    V s = splat(8.3321608736e-3f) + z * splat(-1.9515295891e-4f);
    s = splat(-1.6666654611e-1f) + z * s;
    V c = splat(-1.388731625493765e-3f) + z * splat(2.443315711809948e-5f);
    c = splat(4.166664568298827e-2f) + z * c;
#endif
    s = r + r * z * s;
    c = splat(1) - z * splat((T)0.5) + z * z * c;
    VI quarter = as_bits(shifted);
    VI swaps = (quarter & 1) != 0;
    V x = swaps ? s : c, y = swaps ? c : s;
    *cosine = ((quarter + 1) & 2) != 0 ? -x : x;
    *sine = (quarter & 2) != 0 ? -y : y;
}

static void add_noise(
    void *x_, const void *deviations_, int64_t count, uint64_t seed, uint32_t major, uint32_t minor
) {
    T *x = x_;
    const T *deviations = deviations_;
    PhiloxKeys keys;
    philox_keys(&keys, seed);
    for (int64_t first = 0; first < count; first += 4 * NUMBER_BLOCKS) {
        NumberWords words;
        T radius[2 * NUMBER_BLOCKS], angle[2 * NUMBER_BLOCKS];
        int64_t blocks = next_blocks(count - first), pairs = 2 * blocks;
        philox_words(&keys, words, (uint64_t)(first / 4), blocks, minor, major, NOISE);
        for (int64_t p = 0; p < pairs; p++) {
            T share = (symmetric(words[2 * p]) + 1) * (T)0.5;
            radius[p] = share > (T)0x1p-33 ? share : (T)0x1p-33;
            angle[p] = symmetric(words[2 * p + 1]) * (T)0.5;
        }
        for (int64_t p = pairs; p < round_up(pairs, VL); p++) radius[p] = angle[p] = (T)0.5;
        for (int64_t p = 0; p < pairs; p += VL) {
            V cosine, sine, r = __builtin_elementwise_sqrt(splat(-2) * v_log(load(radius + p)));
            turn(load(angle + p), &cosine, &sine);
            store(radius + p, r * cosine);
            store(angle + p, r * sine);
        }
        int64_t numbers = count - first < 2 * pairs ? count - first : 2 * pairs;
        for (int64_t i = 0; i < numbers; i++)
            x[first + i] += deviations[first + i] * (i & 1 ? angle : radius)[i >> 1];
    }
}

/// out[0 ..< COUNT · VL] = scale · Σ weights[k] · x[k · step ...], k < taps.
INLINE void weighted(
    const T *x, ptrdiff_t step, const T *weights, int taps, T scale, T *out, const int COUNT
) {
    V sums[4];
    UNROLL for (int q = 0; q < COUNT; q++) sums[q] = splat(0);
    for (int k = 0; k < taps; k++)
        UNROLL for (int q = 0; q < COUNT; q++) sums[q] += splat(weights[k]) * load(x + k * step + q * VL);
    UNROLL for (int q = 0; q < COUNT; q++) store(out + q * VL, splat(scale) * sums[q]);
}

/// The same for `count` numbers, and what is beyond them up to a whole vector.
INLINE void weighted_row(
    const T *x, ptrdiff_t step, const T *weights, int taps, T scale, T *out, int count
) {
    int i = 0;
    for (; i + 3 * VL < count; i += 4 * VL) weighted(x + i, step, weights, taps, scale, out + i, 4);
    for (; i < count; i += VL) weighted(x + i, step, weights, taps, scale, out + i, 1);
}

static void smooth(const ck_smoothing *s, const void *x_, void *out_) {
    const T *x = x_, *weights = s->weights;
    T *out = out_, *line = s->line;
    const int radius = s->radius, width = s->width, height = s->height;
    memset(line, 0, sizeof(T) * (size_t)(width + 2 * radius + SMOOTHING_SLACK));
    for (int i = 0; i < height; i++) {
        int first = i < radius ? -i : -radius, last = height - 1 - i < radius ? height - 1 - i : radius;
        weighted_row(
            x + (ptrdiff_t)(i + first) * width, width, weights + radius + first, last - first + 1, 1, line + radius,
            width);
        // What the last vector left beyond the row's end.
        memset(line + radius + width, 0, sizeof(T) * (size_t)VL);
        weighted_row(line, 1, weights, 2 * radius + 1, (T)s->scale, out + (ptrdiff_t)i * width, width);
    }
}

/// With `has_field` known: a masked load from nowhere is no fault, but takes as long as one.
INLINE void warp_image(const ck_warp *w, const ptrdiff_t pixel_step, const int has_field) {
    const int width = w->width, height = w->height;
    const ptrdiff_t row_step = width + 2, plane = row_step * (height + 2);
    const T low = w->beyond ? 0 : 1, right = (T)(width + !!w->beyond), bottom = (T)(height + !!w->beyond);
    const int32_t last_left = width - !w->beyond, last_top = height - !w->beyond;
    int32_t *restrict corners = w->corners;
    T *restrict across = w->fractions, *restrict down = across + width;
    const T m0 = (T)w->map[0], m3 = (T)w->map[3];
    for (int i = 0; i < height; i++) {
        // Counted in the bordered planes.
        const T x0 = (T)(w->map[1] * i + w->map[2] + 1), y0 = (T)(w->map[4] * i + w->map[5] + 1);
        const T *dx = has_field ? (const T *)w->field + (ptrdiff_t)i * width : NULL;
        const T *dy = has_field ? dx + (ptrdiff_t)width * height : NULL;
        for (int j = 0; j < width; j++) {
            T x = m0 * (T)j + x0, y = m3 * (T)j + y0;
            if (has_field) {
                x += dx[j];
                y += dy[j];
            }
            x = x > low ? x : low;
            y = y > low ? y : low;
            x = x < right ? x : right;
            y = y < bottom ? y : bottom;
            int32_t left = (int32_t)x, top = (int32_t)y;
            left = left < last_left ? left : last_left;
            top = top < last_top ? top : last_top;
            across[j] = x - (T)left;
            down[j] = y - (T)top;
            corners[j] = top * (int32_t)row_step + left;
        }
        for (int c = 0; c < w->channels; c++) {
            const T *restrict source = (const T *)w->source + c * plane;
            T *restrict out = (T *)w->out + (ptrdiff_t)i * width * pixel_step + c * w->channel_step;
            for (int j = 0; j < width; j++) {
                const T *p = source + corners[j], *q = p + row_step;
                T upper = (1 - across[j]) * p[0] + across[j] * p[1];
                T lower = (1 - across[j]) * q[0] + across[j] * q[1];
                out[j * pixel_step] = (1 - down[j]) * upper + down[j] * lower;
            }
        }
    }
}

static void warp(const ck_warp *w) {
    if (w->field) {
        if (w->pixel_step == 1) warp_image(w, 1, 1); else warp_image(w, w->pixel_step, 1);
    } else {
        if (w->pixel_step == 1) warp_image(w, 1, 0); else warp_image(w, w->pixel_step, 0);
    }
}
