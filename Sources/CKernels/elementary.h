// Elementary functions of vectors, to 2 units in the last place where the result is a normal number. NaN stays NaN.
// Methods: exp by Cody and Waite's reduction, log and log1p as in fdlibm, tanh as in Cephes.
#if CK_DOUBLE
#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define ROUNDER 6755399441055744.0 // 1.5 · 2^52
#define EXP_LOWEST (-708.0)
#define EXP_HIGHEST 709.0
#define LN2_HIGH 6.93145751953125e-1
#define LN2_LOW 1.42860682030941723212e-6
#define LOG_LN2_HIGH 6.93147180369123816490e-01
#define LOG_LN2_LOW 1.90821492927058770002e-10
#define SQRT_HALF_BITS 0x3fe6a09e667f3bcdull
#define SIGNIFICAND 0x000fffffffffffffull
#else
#define MANTISSA_BITS 23
#define EXPONENT_BIAS 127
#define ROUNDER 12582912.0f // 1.5 · 2^23
#define EXP_LOWEST (-87.3f)
#define EXP_HIGHEST 88.0f
#define LN2_HIGH 0.693359375f
#define LN2_LOW (-2.12194440e-4f)
#define LOG_LN2_HIGH 6.9313812256e-01f
#define LOG_LN2_LOW 9.0580006145e-06f
#define SQRT_HALF_BITS 0x3f3504f3u
#define SIGNIFICAND 0x007fffffu
#endif

INLINE V as_real(VI x) { return (V)x; }
INLINE VI as_bits(V x) { return (VI)x; }
INLINE V magnitude(V x) { return as_real(as_bits(x) & (VI)(I)(((U)1 << (8 * sizeof(T) - 1)) - 1)); }

/// e^x; 0 below EXP_LOWEST, infinite above EXP_HIGHEST.
INLINE V v_exp(V x) {
    V shifted = x * splat((T)1.44269504088896340736) + splat(ROUNDER);
    V n = shifted - splat(ROUNDER);
    V r = x - n * splat(LN2_HIGH);
    r = r - n * splat(LN2_LOW);
#if CK_DOUBLE
    V r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    V a = splat(1.0 / 2) + r * splat(1.0 / 6), b = splat(1.0 / 24) + r * splat(1.0 / 120);
    V c = splat(1.0 / 720) + r * splat(1.0 / 5040), d = splat(1.0 / 40320) + r * splat(1.0 / 362880);
    V e = splat(1.0 / 3628800) + r * splat(1.0 / 39916800), f = splat(1.0 / 479001600) + r * splat(1.0 / 6227020800);
    V p = (a + r2 * b) + r4 * (c + r2 * d) + r8 * (e + r2 * f);
    V y = (r2 * p + r) + splat(1);
#else
    V p = splat(1.9875691500e-4f);
    p = p * r + splat(1.3981999507e-3f);
    p = p * r + splat(8.3334519073e-3f);
    p = p * r + splat(4.1665795894e-2f);
    p = p * r + splat(1.6666665459e-1f);
    p = p * r + splat(5.0000001201e-1f);
    V y = (p * (r * r) + r) + splat(1);
#endif
    y *= as_real((as_bits(shifted) + (VI)(I)EXPONENT_BIAS) << MANTISSA_BITS);
    y = x < splat(EXP_LOWEST) ? splat(0) : y;
    return x > splat(EXP_HIGHEST) ? splat((T)__builtin_inff()) : y;
}

/// k ln 2 + log(1 + f), f in √½ − 1 ... √2 − 1
INLINE V log_kernel(V f, V k) {
    V s = f / (splat(2) + f);
    V z = s * s, w = z * z;
#if CK_DOUBLE
    V odd = splat(2.222219843214978396e-01) + w * splat(1.531383769920937332e-01);
    odd = w * (splat(3.999999999940941908e-01) + w * odd);
    V even = splat(1.818357216161805012e-01) + w * splat(1.479819860511658591e-01);
    even = splat(2.857142874366239149e-01) + w * even;
    even = z * (splat(6.666666666666735130e-01) + w * even);
#else
    V odd = w * (splat(0.40000972152f) + w * splat(0.24279078841f));
    V even = z * (splat(0.66666662693f) + w * splat(0.28498786688f));
#endif
    V half = splat((T)0.5) * f * f;
    return k * splat(LOG_LN2_HIGH) - ((half - (s * (half + (odd + even)) + k * splat(LOG_LN2_LOW))) - f);
}

/// log x of normal numbers x > 0.
INLINE V v_log(V x) {
    VU bits = (VU)as_bits(x) + (VU)(U)(((U)EXPONENT_BIAS << MANTISSA_BITS) - SQRT_HALF_BITS);
    VI k = (VI)(bits >> MANTISSA_BITS) - (VI)(I)EXPONENT_BIAS;
    V m = as_real((VI)((bits & (VU)(U)SIGNIFICAND) + (VU)(U)SQRT_HALF_BITS));
    V result = log_kernel(m - splat(1), as_real(k + as_bits(splat(ROUNDER))) - splat(ROUNDER));
    return x != x ? x : result;
}

/// log(1 + x), 0 ≤ x ≤ 1
INLINE V v_log1p(V x) {
    VI large = x > splat((T)0.41421356);
    return log_kernel(large ? (x - splat(1)) * splat((T)0.5) : x, large ? splat(1) : splat(0));
}

INLINE V v_tanh(V x) {
    V a = magnitude(x), z = x * x;
#if CK_DOUBLE
    V p = splat(-9.64399179425052238628e-1) * z + splat(-9.92877231001918586564e1);
    p = p * z + splat(-1.61468768441708447952e3);
    V q = (z + splat(1.12811678491632931402e2)) * z + splat(2.23548839060100448583e3);
    q = q * z + splat(4.84406305325125486048e3);
    V near = x + x * (z * (p / q));
#else
    V p = splat(-5.70498872745e-3f);
    p = p * z + splat(2.06390887954e-2f);
    p = p * z + splat(-5.37397155531e-2f);
    p = p * z + splat(1.33314422036e-1f);
    p = p * z + splat(-3.33332819422e-1f);
    V near = x + x * (z * p);
#endif
    V far = splat(1) - splat(2) / (v_exp(a + a) + splat(1));
    far = x < splat(0) ? -far : far;
    return a < splat((T)0.625) ? near : far;
}

/// 1 / (1 + e^−x) from e = e^−|x|
INLINE V sigmoid_from(V x, V e) { return (x < splat(0) ? e : splat(1)) / (splat(1) + e); }
INLINE V v_sigmoid(V x) { return sigmoid_from(x, v_exp(-magnitude(x))); }

#define MAP(name, function) \
    static void name(const void *in, void *out, int64_t count) { \
        const T *x = in; \
        T *y = out; \
        for (int64_t i = 0; i < count; i += VL) { \
            T block[VL] = {0}; \
            size_t bytes = (size_t)(count - i < VL ? count - i : VL) * sizeof(T); \
            memcpy(block, x + i, bytes); \
            store(block, function(load(block))); \
            memcpy(y + i, block, bytes); \
        } \
    }
MAP(map_exp, v_exp)
MAP(map_log, v_log)
MAP(map_log1p, v_log1p)
MAP(map_tanh, v_tanh)
MAP(map_sigmoid, v_sigmoid)
