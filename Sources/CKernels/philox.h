// Philox 4x32 (Salmon et al. 2011) in the low halves of 64-bit lanes: as many counters at once as lanes. What lands in
// the high halves is never read.
#define PHILOX_LOW 0xffffffffull
#define PHILOX_M0 0xD2511F53ull
#define PHILOX_M1 0xCD9E8D57ull

typedef struct {
    V64 words[4];
} Words;

enum { MOST_ROUNDS = 10 };

typedef struct {
    uint64_t k0[MOST_ROUNDS], k1[MOST_ROUNDS];
} PhiloxKeys;

static void philox_keys(PhiloxKeys *keys, uint64_t seed) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < MOST_ROUNDS; round++) {
        keys->k0[round] = k0;
        keys->k1[round] = k1;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/// `Philox.Purpose`
enum purpose { SHUFFLE = 2, DROPOUT = 3, DROPOUT_TIES = 6, ELASTIC = 17, NOISE = 18 };

INLINE int rounds_of(enum purpose purpose) { return purpose == SHUFFLE ? 10 : 7; }

/// The words at (blocks[i], minor, major), i < COUNT ≤ 4. Round by round for all of them: a stream alone is one long
/// chain, longer than the core's window. Half of the first two rounds is the same for all blocks.
INLINE void philox(
    const PhiloxKeys *keys, const V64 *blocks, Words *out, uint32_t minor, uint32_t major, const enum purpose purpose,
    const int COUNT
) {
    const V64 low = (V64)PHILOX_LOW, m0 = (V64)PHILOX_M0, m1 = (V64)PHILOX_M1;
    const uint64_t *k0 = keys->k0, *k1 = keys->k1;
    const uint64_t first = PHILOX_M1 * major, second = PHILOX_M0 * ((first >> 32) ^ minor ^ k0[0]);
    const V64 c2_first = (V64)((uint64_t)purpose ^ k1[0]);
    const V64 c0_second = (V64)((first & PHILOX_LOW) ^ k0[1]), c2_second = (V64)((second >> 32) ^ k1[1]);
    const V64 c2_third = (V64)((second & PHILOX_LOW) ^ k1[2]);
    V64 c[4][4];
    UNROLL for (int i = 0; i < COUNT; i++) {
        V64 p0 = m0 * (blocks[i] & low);
        V64 p1 = m1 * (((p0 >> 32) ^ c2_first) & low);
        c[i][0] = (p1 >> 32) ^ c0_second;
        c[i][1] = p1;
        c[i][2] = p0 ^ c2_second;
    }
    UNROLL for (int i = 0; i < COUNT; i++) {
        V64 p0 = m0 * (c[i][0] & low), p1 = m1 * (c[i][2] & low);
        c[i][0] = (p1 >> 32) ^ c[i][1] ^ (V64)k0[2];
        c[i][1] = p1;
        c[i][2] = (p0 >> 32) ^ c2_third;
        c[i][3] = p0;
    }
    UNROLL for (int round = 3; round < rounds_of(purpose); round++) {
        UNROLL for (int i = 0; i < COUNT; i++) {
            V64 p0 = m0 * (c[i][0] & low), p1 = m1 * (c[i][2] & low);
            c[i][0] = (p1 >> 32) ^ c[i][1] ^ (V64)k0[round];
            c[i][1] = p1;
            c[i][2] = (p0 >> 32) ^ c[i][3] ^ (V64)k1[round];
            c[i][3] = p0;
        }
    }
    UNROLL for (int i = 0; i < COUNT; i++)
        UNROLL for (int w = 0; w < 4; w++) out[i].words[w] = c[i][w];
}

/// The low halves of `low` and `high`, side by side. As a permutation: shifts would be merged into slow products.
INLINE V64 packed(V64 low, V64 high) {
    typedef uint32_t H __attribute__((ext_vector_type(2 * VL64)));
#if CK_VECTOR_BYTES == 64
    return (V64)__builtin_shufflevector(
        (H)low, (H)high, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
#elif CK_VECTOR_BYTES == 32
    return (V64)__builtin_shufflevector((H)low, (H)high, 0, 8, 2, 10, 4, 12, 6, 14);
#else
    return (V64)__builtin_shufflevector((H)low, (H)high, 0, 4, 2, 6);
#endif
}

INLINE V64 lanes64(void) {
    V64 v;
    UNROLL for (int i = 0; i < VL64; i++) v[i] = (uint64_t)i;
    return v;
}

/// The lower, or upper, lanes of `even` and `odd` side by side.
INLINE V64 interleaved_lower(V64 even, V64 odd) {
#if CK_VECTOR_BYTES == 64
    return __builtin_shufflevector(even, odd, 0, 8, 1, 9, 2, 10, 3, 11);
#elif CK_VECTOR_BYTES == 32
    return __builtin_shufflevector(even, odd, 0, 4, 1, 5);
#else
    return __builtin_shufflevector(even, odd, 0, 2);
#endif
}

INLINE V64 interleaved_upper(V64 even, V64 odd) {
#if CK_VECTOR_BYTES == 64
    return __builtin_shufflevector(even, odd, 4, 12, 5, 13, 6, 14, 7, 15);
#elif CK_VECTOR_BYTES == 32
    return __builtin_shufflevector(even, odd, 2, 6, 3, 7);
#else
    return __builtin_shufflevector(even, odd, 1, 3);
#endif
}

INLINE void store_words(uint32_t *out, const Words *w) {
    V64 a = packed(w->words[0], w->words[1]), b = packed(w->words[2], w->words[3]);
    V64 even = interleaved_lower(a, b), odd = interleaved_upper(a, b);
    memcpy(out, &even, sizeof even);
    memcpy(out + 2 * VL64, &odd, sizeof odd);
}

/// Streams that are worked on side by side: as many as there are registers for.
#if CK_VECTOR_BYTES == 64 || defined(__aarch64__)
#define STREAMS 4
#else
#define STREAMS 2
#endif

/// The words of blocks first ..< first + count, one after the other; writes up to STREAMS vectors of blocks at once.
INLINE void philox_words(
    const PhiloxKeys *keys, uint32_t *out, uint64_t first, int64_t count, uint32_t minor, uint32_t major,
    enum purpose purpose
) {
    V64 block = lanes64() + (V64)first;
    for (int64_t i = 0; i < count; i += STREAMS * VL64) {
        V64 blocks[STREAMS];
        Words words[STREAMS];
        UNROLL for (int q = 0; q < STREAMS; q++) {
            blocks[q] = block;
            block += (V64)(uint64_t)VL64;
        }
        philox(keys, blocks, words, minor, major, purpose, STREAMS);
        UNROLL for (int q = 0; q < STREAMS; q++, out += 4 * VL64) store_words(out, &words[q]);
    }
}

/// When a layer keeps a unit: its 32-bit number, of which the stream of masks has the upper half and the stream of ties
/// the lower one, is below keep_prob · 2³². All but one number in 65,536 are decided by their upper halves.
typedef struct {
    uint32_t upper, lower;
    /// Numbers with upper halves below this are kept once the ties are settled.
    uint32_t cut;
} KeepRule;

static KeepRule keep_rule(double keep_prob) {
    // keep_prob < 1 in float64, so the product rounds down below 2³².
    uint32_t threshold = (uint32_t)(keep_prob * 0x1p32), upper = threshold >> 16;
    return (KeepRule){upper, threshold & 0xffff, upper > 0 ? upper : 1};
}

/// A word of masks in which halves equal to the rule's upper one are settled: 0 keeps, 0xffff drops.
static uint32_t settled(
    const PhiloxKeys *keys, KeepRule rule, uint32_t word, uint64_t block, int number, uint32_t minor, uint32_t major
) {
    if ((word & 0xffff) != rule.upper && word >> 16 != rule.upper) return word;
    const V64 blocks[1] = {(V64)block};
    Words ties[1];
    philox(keys, blocks, ties, minor, major, DROPOUT_TIES, 1);
    uint32_t tie = (uint32_t)ties[0].words[number][0];
    for (int shift = 0; shift < 32; shift += 16) {
        if ((word >> shift & 0xffff) != rule.upper) continue;
        word &= ~(0xffffu << shift);
        if ((tie >> shift & 0xffff) >= rule.lower) word |= 0xffffu << shift;
    }
    return word;
}

typedef uint16_t V16 __attribute__((ext_vector_type(CK_VECTOR_BYTES / 2)));

INLINE V16 ties_in(V64 word, KeepRule rule) { return (V16)((V16)word == (V16)(uint16_t)rule.upper); }

/// Whether there are any in the lanes' low halves.
INLINE int has_ties(V16 ties) {
    V64 any = (V64)ties;
    uint64_t found = 0;
    UNROLL for (int i = 0; i < VL64; i++) found |= any[i];
    return (found & PHILOX_LOW) != 0;
}

static __attribute__((noinline)) void settle(
    const PhiloxKeys *keys, KeepRule rule, const V64 *blocks, Words *words, uint32_t minor, uint32_t major
) {
    for (int q = 0; q < STREAMS; q++)
        for (int w = 0; w < 4; w++) {
            if (!has_ties(ties_in(words[q].words[w], rule))) continue;
            for (int i = 0; i < VL64; i++)
                words[q].words[w][i] =
                    settled(keys, rule, (uint32_t)words[q].words[w][i], blocks[q][i], w, minor, major);
        }
}

/// Words of masks at (blocks[q], minor, major), q < STREAMS, without ties.
INLINE void mask_words(
    const PhiloxKeys *keys, KeepRule rule, const V64 *blocks, Words *words, uint32_t minor, uint32_t major
) {
    philox(keys, blocks, words, minor, major, DROPOUT, STREAMS);
    V16 ties = (V16)(V64)0;
    UNROLL for (int q = 0; q < STREAMS; q++)
        UNROLL for (int w = 0; w < 4; w++) ties |= ties_in(words[q].words[w], rule);
    if (__builtin_expect(has_ties(ties), 0)) settle(keys, rule, blocks, words, minor, major);
}

/// Bytes of masks, 1 keeps: rows first ..< first + rows of a layer's mask of a step, each of `units` units. A block has
/// four units of two rows, an even one and the next: word (unit & 3) of block (row >> 1) · ⌈units / 4⌉ + (unit >> 2), the
/// even row's number in its low half.
static void mask_bytes(
    uint8_t *out, uint64_t seed, uint32_t step, uint32_t layer, int64_t first, int64_t rows, int32_t units,
    double keep_prob
) {
    enum { BLOCKS = STREAMS * VL64 };
    PhiloxKeys keys;
    philox_keys(&keys, seed);
    const KeepRule rule = keep_rule(keep_prob);
    const uint64_t quads = ((uint64_t)units + 3) / 4;
    const int64_t end = first + rows;
    uint64_t block = (uint64_t)(first >> 1) * quads;
    const uint64_t last = (uint64_t)((end + 1) >> 1) * quads;
    int64_t row = first & ~(int64_t)1;
    int32_t unit = 0;
    for (; block < last; block += BLOCKS) {
        V64 blocks[STREAMS];
        Words words[STREAMS];
        uint32_t flat[4 * BLOCKS];
        UNROLL for (int q = 0; q < STREAMS; q++) blocks[q] = lanes64() + (V64)(block + (uint64_t)(q * VL64));
        mask_words(&keys, rule, blocks, words, layer, step);
        UNROLL for (int q = 0; q < STREAMS; q++) store_words(flat + q * 4 * VL64, &words[q]);
        for (int at = 0; at < 4 * BLOCKS && row < end;) {
            int count = 4 * BLOCKS - at < units - unit ? 4 * BLOCKS - at : units - unit;
            uint8_t *even = out + (row - first) * units + unit;
            if (row >= first)
                for (int i = 0; i < count; i++) even[i] = (flat[at + i] & 0xffff) < rule.cut;
            if (row + 1 < end)
                for (int i = 0; i < count; i++) even[units + i] = flat[at + i] >> 16 < rule.cut;
            unit += count;
            at += count;
            if (unit == units) {
                unit = 0;
                row += 2;
                at = (at + 3) & ~3;
            }
        }
    }
}

/// Fisher–Yates, downwards, with Lemire's multiply-shift: the same order as `Philox.shuffle`.
static void shuffle(int32_t *order, int64_t count, uint64_t seed, uint32_t major) {
    enum { BLOCKS = 64 };
    PhiloxKeys keys;
    philox_keys(&keys, seed);
    uint32_t words[4 * BLOCKS + 4 * STREAMS * VL64];
    int left = 0;
    uint64_t block = 0;
    for (int64_t i = count - 1; i > 0; i--) {
        if (left == 0) {
            philox_words(&keys, words, block, i / 2 + 1 < BLOCKS ? i / 2 + 1 : BLOCKS, 0, major, SHUFFLE);
            block += BLOCKS;
            left = 2 * BLOCKS;
        }
        // The later half of a block comes first.
        const uint32_t *pair = words + 2 * ((2 * BLOCKS - left) ^ 1);
        left--;
        uint64_t draw = (uint64_t)pair[0] << 32 | pair[1];
        int64_t j = (int64_t)(((unsigned __int128)draw * (uint64_t)(i + 1)) >> 64);
        int32_t kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}
