// A network's state: where the tiles of one batch lie, all in one block.

typedef struct {
    int units, inputs, activation;
    /// Number of the layer in the dropout stream; 0 for the network's input.
    uint32_t number;
    int has_dropout;
    KeepRule keep;
    /// 1 / keep_prob
    T scale;
    /// Whether the weights' gradient is taken by weights rather than by samples.
    int by_weights;
    ptrdiff_t weights, biases;
    /// (units, samples): what the layer hands on, then ∂J/∂z.
    T *values;
    /// (units, samples): 1 / keep_prob or 0; NULL where the values themselves tell.
    T *factors;
} Layer;

typedef struct {
    /// Most rows of a batch, and of a tile (whole vectors).
    int64_t rows;
    int tile_rows;
    /// Numbers between rows of a tile.
    ptrdiff_t stride;
    int keeps_inputs, task, layer_count;
    int has_dropout;
    PhiloxKeys keys;
    /// The network's input: units, dropout and factors.
    Layer input;
    /// (inputs, samples) of the tile at hand, or of all tiles.
    T *x;
    /// (samples) of the same.
    T *y;
    /// (samples) of the same, and whether the loaded batch has weights at all.
    T *weights;
    int is_weighted;
    /// (samples) of the tile at hand: what its examples count in accuracy.
    T *shares;
    /// What comes back through the layer at hand before its derivative, (units, samples).
    T *delta;
    /// (samples, units) of the layer at hand, rows `transposed_stride` apart.
    T *transposed;
    ptrdiff_t transposed_stride;
    Layer *layers;
} State;

enum { TILE_BYTES = 28 << 10 };

INLINE int64_t round_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

/// Lays out `network`'s state in `block` (NULL: only measures); answers its bytes.
static size_t lay_out(char *block, const ck_network *network, int64_t rows, int keeps_inputs) {
    size_t end = 0;
#define TAKE(type, count) \
    (end = (size_t)round_up((int64_t)end, 64), end += sizeof(type) * (size_t)(count), \
     (type *)(block + end - sizeof(type) * (size_t)(count)))
    State *s = TAKE(State, 1);
    Layer *layers = TAKE(Layer, network->layer_count);
    int64_t per_row = network->inputs, widest = network->inputs;
    for (int i = 0; i < network->layer_count; i++) {
        int units = network->layers[i].units;
        per_row += units;
        widest = units > widest ? units : widest;
    }
    int64_t vectors = (rows + VL - 1) / VL;
    int64_t fitting = TILE_BYTES / (int64_t)(per_row * CK_VECTOR_BYTES);
    fitting = fitting < 2 ? 2 : fitting;
    // Tiles of equal size, of an even number of vectors where there are several.
    int64_t tiles = (vectors + fitting - 1) / fitting;
    int64_t tile_vectors = (vectors + tiles - 1) / tiles;
    if (tiles > 1) tile_vectors = round_up(tile_vectors, 2);
    tiles = (vectors + tile_vectors - 1) / tile_vectors;
    int64_t stride = tile_vectors * VL;
    // Rows a large power of two apart would share few sets of the cache.
    if (stride * (int64_t)sizeof(T) % 1024 == 0) stride += 64 / (int64_t)sizeof(T);
    int64_t kept = keeps_inputs ? tiles : 1;
    // Whole blocks of 16 bytes, as the transposition reads them.
#define TILE(units) TAKE(T, round_up(units, QL) * stride)
    int drops = network->input_keep_prob < 1;
    T *x = TAKE(T, kept * round_up(network->inputs, QL) * stride);
    T *y = TAKE(T, kept * stride);
    T *weights = TAKE(T, kept * stride);
    T *shares = TAKE(T, stride);
    T *input_values = drops ? TILE(network->inputs) : NULL;
    T *delta = TILE(widest);
    ptrdiff_t transposed_stride = round_up(widest, VL) + VL;
    T *transposed = TAKE(T, stride * transposed_stride);
    for (int i = 0; i < network->layer_count; i++) drops |= network->layers[i].keep_prob < 1;
    int inputs = network->inputs;
    for (int i = 0; i < network->layer_count; i++) {
        const ck_layer *l = &network->layers[i];
        int has_dropout = l->keep_prob < 1;
        T *values = TILE(l->units);
        T *factors = has_dropout && l->activation != CK_RELU ? TILE(l->units) : NULL;
        if (block) {
            int64_t weights = (int64_t)l->units * inputs;
            // In vector operations: each weight's sum is reduced, or the tile transposed.
            int64_t by_samples = weights * (tile_vectors + 2);
            int64_t by_weights = (int64_t)l->units * ((inputs + VL - 1) / VL) * (rows < stride ? rows : stride)
                + (int64_t)inputs * tile_vectors * VL / QL;
            layers[i] = (Layer){
                .units = l->units, .inputs = inputs, .activation = l->activation, .number = (uint32_t)i + 1,
                .has_dropout = has_dropout, .keep = keep_rule(has_dropout ? l->keep_prob : 0),
                .scale = has_dropout ? (T)(1 / l->keep_prob) : 1, .by_weights = by_weights < by_samples,
                .weights = l->weights, .biases = l->biases, .values = values, .factors = factors,
            };
        }
        inputs = l->units;
    }
    if (block) {
        int has_dropout = network->input_keep_prob < 1;
        *s = (State){
            .rows = rows, .tile_rows = (int)(tile_vectors * VL), .stride = stride, .keeps_inputs = keeps_inputs,
            .task = network->task, .layer_count = network->layer_count, .has_dropout = drops,
            .input = {.units = network->inputs, .has_dropout = has_dropout,
                .keep = keep_rule(has_dropout ? network->input_keep_prob : 0),
                .scale = has_dropout ? (T)(1 / network->input_keep_prob) : 1, .values = input_values},
            .x = x, .y = y, .weights = weights, .shares = shares, .delta = delta, .transposed = transposed,
            .transposed_stride = transposed_stride, .layers = layers,
        };
        philox_keys(&s->keys, network->dropout_seed);
    }
#undef TILE
#undef TAKE
    return (size_t)round_up((int64_t)end + 2 * CK_VECTOR_BYTES, 64);
}

static size_t state_bytes(const ck_network *network, int64_t rows, int32_t keeps_inputs) {
    return lay_out(NULL, network, rows, keeps_inputs);
}

static void prepare(void *state, const ck_network *network, int64_t rows, int32_t keeps_inputs) {
    lay_out(state, network, rows, keeps_inputs);
}
