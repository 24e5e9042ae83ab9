// Vectors of REAL (float or double) as long as this processor's registers, by GCC's extension. Where an intrinsic says
// better what is meant, AVX-512 has it.
#pragma once
#include <math.h>
#include <stdint.h>
#if defined __AVX512F__
#include <immintrin.h>
enum { BYTES = 64, REGISTERS = 32 };
#elif defined __AVX__
enum { BYTES = 32, REGISTERS = 16 };
#elif defined __x86_64__
enum { BYTES = 16, REGISTERS = 16 };
#else
enum { BYTES = 16, REGISTERS = 32 };
#endif

#define FLOATS (sizeof(REAL) == 4)
enum { LANES = BYTES / sizeof(REAL) };
typedef REAL vector __attribute__((vector_size(BYTES)));
typedef __typeof__((vector){} > (vector){}) mask;
// As many unsigned integers, each as long as a REAL.
typedef __typeof__(__builtin_choose_expr(FLOATS, (uint32_t)0, (uint64_t)0)) word;
typedef word words __attribute__((vector_size(BYTES)));

static inline vector all(REAL x) { return x - (vector){}; }

#if defined __AVX512F__
static inline vector keep_positive(vector of, vector x) {
  if (FLOATS)
    return (vector)_mm512_maskz_mov_ps(_mm512_cmp_ps_mask((__m512)of, _mm512_setzero_ps(), _CMP_GT_OQ), (__m512)x);
  return (vector)_mm512_maskz_mov_pd(_mm512_cmp_pd_mask((__m512d)of, _mm512_setzero_pd(), _CMP_GT_OQ), (__m512d)x);
}
static inline vector keep_below(words drawn, word threshold, vector x) {
  if (FLOATS) {
    __mmask16 kept = _mm512_cmplt_epu32_mask((__m512i)drawn, _mm512_set1_epi32((int)threshold));
    return (vector)_mm512_maskz_mov_ps(kept, (__m512)x);
  }
  __mmask8 kept = _mm512_cmplt_epu64_mask((__m512i)drawn, _mm512_set1_epi64((long long)threshold));
  return (vector)_mm512_maskz_mov_pd(kept, (__m512d)x);
}
static inline vector at_least(vector x, REAL low) {
  if (FLOATS) return (vector)_mm512_max_ps((__m512)x, _mm512_set1_ps(low));
  return (vector)_mm512_max_pd((__m512d)x, _mm512_set1_pd(low));
}
static inline REAL sum(vector x) {
  return FLOATS ? _mm512_reduce_add_ps((__m512)x) : _mm512_reduce_add_pd((__m512d)x);
}
static inline vector root(vector x) {
  return FLOATS ? (vector)_mm512_sqrt_ps((__m512)x) : (vector)_mm512_sqrt_pd((__m512d)x);
}
#else
static inline vector keep_positive(vector of, vector x) { return (vector)((mask)x & (of > 0)); }
static inline vector keep_below(words drawn, word threshold, vector x) {
  // Both are small, and signed comparisons are what registers have.
  return (vector)((mask)x & ((mask)drawn < (mask)(threshold - (words){})));
}
static inline vector at_least(vector x, REAL low) {
  mask above = x > all(low);
  return (vector)(((mask)x & above) | ((mask)all(low) & ~above));
}
static inline REAL sum(vector x) {
  REAL total = 0;
  for (int i = 0; i < LANES; i++) total += x[i];
  return total;
}
static inline vector root(vector x) {
  for (int i = 0; i < LANES; i++) x[i] = FLOATS ? sqrtf(x[i]) : sqrt(x[i]);
  return x;
}
#endif

static inline vector relu(vector z) { return at_least(z, 0); }

// The C library's vector functions, where it has them.
#if defined __AVX512F__
vector _ZGVeN16v_expf(vector), _ZGVeN8v_exp(vector);
static inline vector exponential(vector x) { return FLOATS ? _ZGVeN16v_expf(x) : _ZGVeN8v_exp(x); }
#elif defined __AVX2__
vector _ZGVdN8v_expf(vector), _ZGVdN4v_exp(vector);
static inline vector exponential(vector x) { return FLOATS ? _ZGVdN8v_expf(x) : _ZGVdN4v_exp(x); }
#elif defined __x86_64__ && !defined __AVX__
vector _ZGVbN4v_expf(vector), _ZGVbN2v_exp(vector);
static inline vector exponential(vector x) { return FLOATS ? _ZGVbN4v_expf(x) : _ZGVbN2v_exp(x); }
#else
static inline vector exponential(vector x) {
  for (int i = 0; i < LANES; i++) x[i] = FLOATS ? expf(x[i]) : exp(x[i]);
  return x;
}
#endif

// Held where e^-z is finite: compilers divide by an estimate and Newton's step, which makes NaN of infinity.
static inline vector sigmoid(vector z) { return all(1) / (all(1) + exponential(-at_least(z, -80))); }
