#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The loops of small networks and of the optimizers, compiled once per instruction set and number format.
// Arrays of a run (parameters, gradient, moments) are 64-byte aligned and may be touched up to the next multiple of
// 64 bytes. Denormals are the caller's business.

/// One layer: z = W a + b, a = g(z), dropout.
typedef struct {
    int32_t units;
    /// A `ck_activation`.
    int32_t activation;
    /// Below 1 where the layer has dropout.
    double keep_prob;
    /// Places in the arena of parameters: row-major (units, inputs), and (units).
    int64_t weights, biases;
} ck_layer;

enum ck_activation { CK_IDENTITY, CK_RELU, CK_LEAKY_RELU, CK_TANH, CK_SIGMOID };
enum ck_task { CK_BINARY, CK_MULTICLASS, CK_REGRESSION };

typedef struct {
    int32_t inputs;
    /// A `ck_task`.
    int32_t task;
    /// Hidden layers and the output layer.
    int32_t layer_count;
    const ck_layer *layers;
    double input_keep_prob;
    /// Key of the Philox stream of dropout masks.
    uint64_t dropout_seed;
} ck_network;

/// Sums over the examples of a set in inference mode.
typedef struct {
    double loss, correct, squared_error;
} ck_score;

enum ck_rule { CK_SGD, CK_MOMENTUM, CK_RMSPROP, CK_ADAM };

/// One update's constants; `OptimizerSpecification` has the formulas.
typedef struct {
    /// A `ck_rule`.
    int32_t rule;
    double rate, kept1, added1, kept2, added2, epsilon, correction1, correction2;
} ck_update;

/// The kernels of one instruction set for one number format; `void *` stands for float or double.
typedef struct {
    size_t (*bytes)(const ck_network *, int64_t rows, int32_t keeps_inputs);
    void (*prepare)(void *state, const ck_network *, int64_t rows, int32_t keeps_inputs);
    void (*load)(void *state, const void *x, const void *y, int64_t rows);
    double (*step)(
        void *state, const void *w, void *g, const void *_Nullable x, const void *_Nullable y,
        const int32_t *_Nullable order, int64_t rows,
        uint32_t step);
    void (*score)(void *state, const void *w, const void *x, const void *y, int64_t rows, ck_score *);
    void (*logits)(void *state, const void *w, const void *x, int64_t rows, void *out);
    void (*update)(const ck_update *, void *w, const void *g, void *first, void *second, int64_t count);
    double (*squares)(const void *x, int64_t count);
    double (*magnitudes)(const void *x, int64_t count);
    int32_t (*all_finite)(const void *x, int64_t count);
    void (*scale)(void *x, double factor, int64_t count);
    void (*add_penalty)(void *g, const void *w, double decay, double pull, int64_t count);
    void (*masks)(
        uint8_t *out, uint64_t seed, uint32_t step, uint32_t layer, int64_t first, int64_t rows, int32_t units,
        double keep_prob);
    void (*shuffle)(int32_t *order, int64_t count, uint64_t seed, uint32_t major);
    void (*exp)(const void *x, void *out, int64_t count);
    void (*log1p)(const void *x, void *out, int64_t count);
    void (*log)(const void *x, void *out, int64_t count);
    void (*tanh)(const void *x, void *out, int64_t count);
    void (*sigmoid)(const void *x, void *out, int64_t count);
} ck_kernels;

/// The instruction sets, most capable first; NULL past the last one. "baseline" is always there.
const char *_Nullable ck_instruction_set(int32_t index);

/// The kernels compiled for `instruction_set`; NULL if there are none or this machine cannot run them.
const ck_kernels *_Nullable ck_kernels_of(const char *instruction_set, int32_t is_double);

#pragma clang assume_nonnull end
