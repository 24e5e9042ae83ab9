// What one core can do: multiply-adds in registers, and reading memory.
#include "contestant.h"

// One register each, and the letter by which asm knows them.
#if defined __AVX512F__
enum { BYTES = 64 };
#define REGISTER "+v"
#elif defined __x86_64__
#if defined __AVX__
enum { BYTES = 32 };
#else
enum { BYTES = 16 };
#endif
#define REGISTER "+x"
#else
enum { BYTES = 16 };
#define REGISTER "+w"
#endif
typedef float floats __attribute__((vector_size(BYTES)));
typedef double doubles __attribute__((vector_size(BYTES)));
enum { TURNS = 2000000 };
static volatile double kept;

// Twelve chains, enough to hide the latency of a multiply-add. The empty asm keeps them from being simplified.
#define CHAINS(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
#define BEGIN(i) a##i = b * i;
#define MULTIPLY_ADD(i) a##i = a##i * b + c; __asm__ volatile("" : REGISTER(a##i));
#define KEEP(i) kept += a##i[0];
#define MULTIPLY_ADDS(name, vectors)                                                     \
  static double name(void) {                                                             \
    vectors b = (vectors){} + 0.999f, c = (vectors){} + 0.001f;                           \
    vectors a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11;                             \
    CHAINS(BEGIN)                                                                        \
    double began = seconds();                                                            \
    for (long i = 0; i < TURNS; i++) {                                                   \
      CHAINS(MULTIPLY_ADD)                                                               \
    }                                                                                    \
    double taken = seconds() - began;                                                    \
    CHAINS(KEEP)                                                                         \
    return 2.0 * 12 * sizeof(vectors) / sizeof a0[0] * TURNS / taken * 1e-9;             \
  }
MULTIPLY_ADDS(float_multiply_adds, floats)
MULTIPLY_ADDS(double_multiply_adds, doubles)

// Gigabytes a second out of a block far beyond the caches.
static double reading(const floats *block, long count) {
  floats sums[4] = {};
  double began = seconds();
  for (long i = 0; i < count; i += 4)
    for (int k = 0; k < 4; k++) sums[k] += block[i + k];
  double taken = seconds() - began;
  kept += (sums[0] + sums[1] + sums[2] + sums[3])[0];
  return count * sizeof *block / taken * 1e-9;
}

int main(void) {
  const long count = (256l << 20) / sizeof(floats);
  floats *block = aligned_alloc(64, count * sizeof *block);
  memset(block, 0, count * sizeof *block);
  ready("");
  while (turn()) {
    double f32 = float_multiply_adds(), f64 = double_multiply_adds(), memory = reading(block, count);
    printf("{\"seconds\": 0, \"float32\": %.4g, \"float64\": %.4g, \"memory\": %.4g}\n", f32, f64, memory);
    fflush(stdout);
  }
  return 0;
}
