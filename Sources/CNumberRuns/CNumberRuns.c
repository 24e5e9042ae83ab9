#include "CNumberRuns.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/// Bytes that may be looked at: 64 are compared, and the last number among them is loaded by words.
enum { WINDOW = 96 };

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
static const uint64_t whole_powers[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000, 1000000000000,
    10000000000000, 100000000000000, 1000000000000000};

/// The first `count` digits at `text`, 1 to 8, moved to the last places of a word; zeros before them.
static inline __attribute__((always_inline)) uint64_t digits(const uint8_t *text, size_t count) {
    uint64_t word;
    memcpy(&word, text, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return (word ^ 0x3030303030303030) << (64 - 8 * count);
}

/// The number that eight digits spell: pairs, then fours, then all.
static inline __attribute__((always_inline)) uint64_t eight(uint64_t word) {
    word = word * 10 + (word >> 8);
    return ((word & 0x000000FF000000FF) * 0x000F424000000064 + ((word >> 16) & 0x000000FF000000FF) * 0x0000271000000001)
        >> 32;
}

/// The number that `count` digits spell, 1 to 16.
static inline __attribute__((always_inline)) uint64_t whole(const uint8_t *text, size_t count) {
    if (count <= 8) return eight(digits(text, count));
    return eight(digits(text, count - 8)) * 100000000 + eight(digits(text + count - 8, 8));
}

/// 1 if JSON forbids a number of which `count` digits from `text` on come before the point; with no branch, for lengths
/// vary, and a branch on one cannot be foretold.
static inline __attribute__((always_inline)) uint64_t leading_zero(const uint8_t *text, size_t count, int is_json) {
    return (uint64_t)((uint8_t)(*text - '1') >> 7) & (count > 1) & (uint64_t)is_json;
}

/// Reads a number of `length` bytes, of which those in `marks` are no digits; 0 if it is not plain.
static inline __attribute__((always_inline)) int plain_number(
    const uint8_t *text, size_t length, uint64_t marks, int is_json, double *cell) {
    if (marks == 0) {
        if (((length > 16) | leading_zero(text, length, is_json)) != 0) return 0;
        *cell = (double)(int64_t)whole(text, length);
        return 1;
    }
    unsigned is_negative = *text == '-';
    text += is_negative;
    length -= is_negative;
    marks >>= is_negative;
    if (marks == 0) {
        if (((length - 1 > 15) | leading_zero(text, length, is_json)) != 0) return 0;
        int64_t number = (int64_t)whole(text, length);
        *cell = is_json ? (double)-number : -(double)number;
        return 1;
    }
    size_t before = (size_t)__builtin_ctzll(marks);
    size_t after = length - before - 1;
    uint64_t is_odd = (text[before] != '.') | ((marks & (marks - 1)) != 0) | (before - 1 > 7) | (after - 1 > 14 - before)
        | leading_zero(text, before, is_json);
    if (is_odd) return 0;
    // Both are exact, so the one rounding is the right one (Clinger 1990).
    int64_t mantissa = (int64_t)(eight(digits(text, before)) * whole_powers[after] + whole(text + before + 1, after));
    double magnitude = (double)mantissa / powers[after];
    *cell = is_negative ? -magnitude : magnitude;
    return 1;
}

/// The top bit of every byte that is zero, side by side; exact, unlike the usual trick.
static inline uint64_t zeros(uint64_t word) {
    uint64_t low = (word & 0x7F7F7F7F7F7F7F7F) + 0x7F7F7F7F7F7F7F7F;
    return ~(low | word) & 0x8080808080808080;
}

static inline uint64_t gather(uint64_t tops) { return ((tops >> 7) * 0x0102040810204080) >> 56; }

static inline __attribute__((always_inline)) void masks_in_words(
    const uint8_t *text, uint8_t delimiter, uint8_t closer1, uint8_t closer2, uint64_t *others, uint64_t *stops) {
    const uint64_t ones = 0x0101010101010101;
    *others = *stops = 0;
    for (int part = 0; part < 8; part++) {
        uint64_t word;
        memcpy(&word, text + 8 * part, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        uint64_t value = word ^ ones * '0';
        uint64_t other = (((value & ones * 0x7F) + ones * 0x76) | value) & ones * 0x80;
        uint64_t stop = zeros(word ^ ones * delimiter) | zeros(word ^ ones * closer1) | zeros(word ^ ones * closer2);
        *others |= gather(other) << (8 * part);
        *stops |= gather(stop) << (8 * part);
    }
}

#define RUN_NAME run_in_words
#define RUN_TARGET
#define RUN_MASKS masks_in_words
#define RUN_CSV csv_in_words
#define RUN_JSON json_in_words
#include "run.h"

#if defined(__x86_64__)
static inline __attribute__((always_inline)) void masks_sse2(
    const uint8_t *text, uint8_t delimiter, uint8_t closer1, uint8_t closer2, uint64_t *others, uint64_t *stops) {
    *others = *stops = 0;
    for (int part = 0; part < 4; part++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(text + 16 * part));
        __m128i value = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
        __m128i stop = _mm_or_si128(
            _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)delimiter)),
            _mm_or_si128(
                _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)closer1)),
                _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)closer2))));
        *others |= (uint64_t)(uint16_t)~_mm_movemask_epi8(is_digit) << (16 * part);
        *stops |= (uint64_t)(uint16_t)_mm_movemask_epi8(stop) << (16 * part);
    }
}

#define RUN_NAME run_sse2
#define RUN_TARGET
#define RUN_MASKS masks_sse2
#define RUN_CSV csv_sse2
#define RUN_JSON json_sse2
#include "run.h"

#define AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt")))
AVX2 static inline __attribute__((always_inline)) void masks_avx2(
    const uint8_t *text, uint8_t delimiter, uint8_t closer1, uint8_t closer2, uint64_t *others, uint64_t *stops) {
    *others = *stops = 0;
    for (int part = 0; part < 2; part++) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(text + 32 * part));
        __m256i value = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
        __m256i is_digit = _mm256_cmpeq_epi8(_mm256_min_epu8(value, _mm256_set1_epi8(9)), value);
        __m256i stop = _mm256_or_si256(
            _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)delimiter)),
            _mm256_or_si256(
                _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)closer1)),
                _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8((char)closer2))));
        *others |= (uint64_t)(uint32_t)~_mm256_movemask_epi8(is_digit) << (32 * part);
        *stops |= (uint64_t)(uint32_t)_mm256_movemask_epi8(stop) << (32 * part);
    }
}

#define RUN_NAME run_avx2
#define RUN_TARGET AVX2
#define RUN_MASKS masks_avx2
#define RUN_CSV csv_avx2
#define RUN_JSON json_avx2
#include "run.h"

#define AVX512 __attribute__((target("avx2,bmi,bmi2,lzcnt,avx512f,avx512bw,avx512vl")))
AVX512 static inline __attribute__((always_inline)) void masks_avx512(
    const uint8_t *text, uint8_t delimiter, uint8_t closer1, uint8_t closer2, uint64_t *others, uint64_t *stops) {
    __m512i bytes = _mm512_loadu_si512(text);
    __m512i value = _mm512_sub_epi8(bytes, _mm512_set1_epi8('0'));
    *others = _mm512_cmpgt_epu8_mask(value, _mm512_set1_epi8(9));
    *stops = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)delimiter))
        | _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)closer1))
        | _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)closer2));
}

#define RUN_NAME run_avx512
#define RUN_TARGET AVX512
#define RUN_MASKS masks_avx512
#define RUN_CSV csv_avx512
#define RUN_JSON json_avx512
#include "run.h"
#elif defined(__aarch64__)
static inline uint64_t gather_neon(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    const uint8x16_t bits = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t low = vpaddq_u8(vandq_u8(a, bits), vandq_u8(b, bits));
    uint8x16_t high = vpaddq_u8(vandq_u8(c, bits), vandq_u8(d, bits));
    uint8x16_t all = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

static inline __attribute__((always_inline)) void masks_neon(
    const uint8_t *text, uint8_t delimiter, uint8_t closer1, uint8_t closer2, uint64_t *others, uint64_t *stops) {
    uint8x16_t other[4], stop[4];
    for (int part = 0; part < 4; part++) {
        uint8x16_t bytes = vld1q_u8(text + 16 * part);
        other[part] = vcgtq_u8(vsubq_u8(bytes, vdupq_n_u8('0')), vdupq_n_u8(9));
        stop[part] = vorrq_u8(
            vceqq_u8(bytes, vdupq_n_u8(delimiter)),
            vorrq_u8(vceqq_u8(bytes, vdupq_n_u8(closer1)), vceqq_u8(bytes, vdupq_n_u8(closer2))));
    }
    *others = gather_neon(other[0], other[1], other[2], other[3]);
    *stops = gather_neon(stop[0], stop[1], stop[2], stop[3]);
}

#define RUN_NAME run_neon
#define RUN_TARGET
#define RUN_MASKS masks_neon
#define RUN_CSV csv_neon
#define RUN_JSON json_neon
#include "run.h"
#endif

typedef number_run (*runner)(
    const uint8_t *, const uint8_t *, uint8_t, uint8_t, uint8_t, double *, size_t);

static struct { int32_t level; runner csv, json; } used = {0, csv_in_words, json_in_words};

int32_t number_run_use(int32_t most) {
    used.level = 0;
    used.csv = csv_in_words;
    used.json = json_in_words;
#if defined(__x86_64__)
    if (most >= 1) used.level = 1, used.csv = csv_sse2, used.json = json_sse2;
    int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    if (most >= 2 && has_avx2) used.level = 2, used.csv = csv_avx2, used.json = json_avx2;
    int has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl");
    if (most >= 3 && has_avx512) used.level = 3, used.csv = csv_avx512, used.json = json_avx512;
#elif defined(__aarch64__)
    if (most >= 1) used.level = 1, used.csv = csv_neon, used.json = json_neon;
#endif
    return used.level;
}

/// Before anything else of the program runs, so that no run sees a change.
static __attribute__((constructor)) void choose(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
#endif
    number_run_use(3);
}

number_run number_run_csv(
    const uint8_t *text, const uint8_t *end, uint8_t delimiter, uint8_t closer1, uint8_t closer2, double *cells,
    size_t count) {
    return used.csv(text, end, delimiter, closer1, closer2, cells, count);
}

number_run number_run_json(
    const uint8_t *text, const uint8_t *end, uint8_t delimiter, uint8_t closer1, uint8_t closer2, double *cells,
    size_t count) {
    return used.json(text, end, delimiter, closer1, closer2, cells, count);
}
