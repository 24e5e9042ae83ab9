// Philox 4x32-10 (Salmon et al. 2011) in the low halves of 64-bit lanes: as many counters at once as lanes. What lands
// in the high halves is never read.
#define PHILOX_LOW 0xffffffffull

typedef struct {
    V64 words[4];
} Words;

typedef struct {
    uint64_t k0[10], k1[10];
} PhiloxKeys;

static void philox_keys(PhiloxKeys *keys, uint64_t seed) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        keys->k0[round] = k0;
        keys->k1[round] = k1;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/// `Philox.Purpose`
enum purpose { SHUFFLE = 2, DROPOUT = 3 };

/// The words at (blocks[i], minor, major), i < COUNT ≤ 4. Round by round for all of them: a stream alone is one long
/// chain, longer than the core's window.
INLINE void philox(
    const PhiloxKeys *keys, const V64 *blocks, Words *out, uint32_t minor, uint32_t major, enum purpose purpose,
    const int COUNT
) {
    const V64 low = (V64)PHILOX_LOW, m0 = (V64)0xD2511F53ull, m1 = (V64)0xCD9E8D57ull;
    V64 c[4][4];
    UNROLL for (int i = 0; i < COUNT; i++) {
        c[i][0] = blocks[i];
        c[i][1] = (V64)(uint64_t)minor;
        c[i][2] = (V64)(uint64_t)major;
        c[i][3] = (V64)(uint64_t)purpose;
    }
    UNROLL for (int round = 0; round < 10; round++) {
        const V64 k0 = (V64)keys->k0[round], k1 = (V64)keys->k1[round];
        UNROLL for (int i = 0; i < COUNT; i++) {
            V64 p0 = m0 * (c[i][0] & low), p1 = m1 * (c[i][2] & low);
            c[i][0] = (p1 >> 32) ^ c[i][1] ^ k0;
            c[i][1] = p1;
            c[i][2] = (p0 >> 32) ^ c[i][3] ^ k1;
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

INLINE void store_words(uint32_t *out, const Words *w) {
    V64 a = packed(w->words[0], w->words[1]), b = packed(w->words[2], w->words[3]);
#if CK_VECTOR_BYTES == 64
    V64 even = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    V64 odd = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#elif CK_VECTOR_BYTES == 32
    V64 even = __builtin_shufflevector(a, b, 0, 4, 1, 5), odd = __builtin_shufflevector(a, b, 2, 6, 3, 7);
#else
    V64 even = __builtin_shufflevector(a, b, 0, 2), odd = __builtin_shufflevector(a, b, 1, 3);
#endif
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
static void philox_words(
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

/// Bytes of masks, 1 keeps: elements first ..< first + count of layer's mask of a step.
static void mask_bytes(
    uint8_t *out, uint64_t seed, uint32_t step, uint32_t layer, int64_t first, int64_t count, uint32_t threshold
) {
    PhiloxKeys keys;
    philox_keys(&keys, seed);
    uint32_t words[256 + 4 * STREAMS * VL64];
    while (count > 0) {
        int skipped = (int)(first & 3);
        int64_t part = count < 256 - skipped ? count : 256 - skipped;
        philox_words(&keys, words, (uint64_t)first >> 2, (skipped + part + 3) / 4, layer, step, DROPOUT);
        for (int64_t i = 0; i < part; i++) out[i] = words[skipped + i] < threshold;
        out += part;
        first += part;
        count -= part;
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
