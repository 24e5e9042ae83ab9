#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The loops of the engine, compiled once per instruction set and number format.
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
    const ck_layer *_Nullable layers;
    double input_keep_prob;
    /// Key of the Philox stream of dropout masks.
    uint64_t dropout_seed;
} ck_network;

/// Sums over the examples of a set in inference mode, each example taken as often as its weight says.
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

/// Where a matrix lies: value (r, c) at base + (c / panel) · panel_step + r · row_step + c % panel. Either in panels
/// (row_step = panel: the rows of `panel` columns after each other) or row-major (panel_step = panel).
typedef struct {
    void *base;
    int64_t row_step, panel_step;
} ck_matrix;

/// output (rows, units) = dropout(g(input (rows, inputs) · wᵀ (inputs, units) ∘ factors + biases)).
typedef struct {
    ck_matrix input, output;
    int64_t inputs, units;
    /// Row-major (units, inputs).
    const void *w;
    /// (units); NULL for none.
    const void *_Nullable biases, *_Nullable factors;
    /// A `ck_activation`.
    int32_t activation;
    /// Row-major (rows, units), 1 keeps and is multiplied by `scale`; NULL without dropout.
    const uint8_t *_Nullable mask;
    double scale;
} ck_forward;

/// output (rows, inputs) = delta (rows, units) · w (units, inputs), then back through dropout and activation of the
/// layer below, whose outputs are `values` (rows, inputs).
typedef struct {
    ck_matrix delta, output, values;
    int64_t units, inputs;
    const void *w;
    int32_t activation;
    const uint8_t *_Nullable mask;
    double scale;
} ck_backward;

/// g (units, inputs) = deltaᵀ (units, rows) · input (rows, inputs) + decay · w + pull · sign(w), and the update by it.
typedef struct {
    /// `input` in panels.
    ck_matrix delta, input;
    int64_t rows, inputs, units;
    /// Row-major (units, inputs). `g` holds the gradient afterwards if `keeps` or there is no update.
    void *g, *w;
    double decay, pull;
    int32_t keeps;
    /// NULL for none.
    const ck_update *_Nullable update;
    /// Of the weights, before the update.
    double weight_factor;
    /// The update's moments, laid out as w.
    void *_Nullable first, *_Nullable second;
} ck_gradient;

/// Batch normalisation of one layer in training: z becomes dropout(g(γ ẑ + β)), ẑ = (z − mean) · inverse_deviation.
typedef struct {
    /// (rows, units), all in panels: z and what it becomes; ẑ.
    ck_matrix values, normalised;
    int64_t units;
    /// (units).
    const void *mean, *inverse_deviation, *gamma, *beta;
    int32_t activation;
    const uint8_t *_Nullable mask;
    double scale;
} ck_norm;

/// Smoothing of (height, width) by the same weights along columns and along rows; what is outside counts as 0.
typedef struct {
    int32_t height, width, radius;
    /// (2 radius + 1), symmetric.
    const void *weights;
    /// What is made is multiplied by this.
    double scale;
    /// (width + 2 radius + SMOOTHING_SLACK): for the call's own use.
    void *line;
} ck_smoothing;

enum {
    /// Numbers that `smooth` may touch beyond the end of what it reads and writes.
    SMOOTHING_SLACK = 16
};

/// An image's pixels taken from other places of it, interpolated bilinearly.
typedef struct {
    int32_t height, width, channels;
    /// Whether the border takes part; without it the image's own edge goes on outside.
    int32_t beyond;
    /// (channels, height + 2, width + 2): the image in a border of one pixel.
    const void *source;
    /// Pixel (row i, column j) comes from column map[0] j + map[1] i + map[2] and row map[3] j + map[4] i + map[5].
    double map[6];
    /// (2, height, width), added to column and row; NULL for none.
    const void *_Nullable field;
    /// Pixel (i, j) of channel c goes to out + (i · width + j) · pixel_step + c · channel_step.
    void *out;
    int64_t pixel_step, channel_step;
    /// (width) and (2, width): for the call's own use.
    int32_t *corners;
    void *fractions;
} ck_warp;

/// The kernels of one instruction set for one number format; `void *` stands for float or double.
typedef struct {
    /// Columns of a panel, and the bytes of `scratch` below.
    int64_t panel, scratch_bytes;
    /// Panels first_panel ..< first_panel + panels of the output, its rows first_row ..< first_row + rows.
    void (*dense_forward)(
        const ck_forward *, int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows, void *scratch);
    void (*dense_backward)(
        const ck_backward *, int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows, void *scratch);
    /// Units first ..< first + units, `first` where a panel begins.
    void (*dense_gradient)(const ck_gradient *, int64_t first, int64_t units, void *scratch);
    /// Columns first ..< first + columns of x (rows, ·), `first` where a panel begins: out = Σ x over the rows in order.
    void (*column_sums)(const ck_matrix *, int64_t rows, int64_t first, int64_t columns, double *out);
    /// The same of x ∘ y.
    void (*column_products)(
        const ck_matrix *, const ck_matrix *, int64_t rows, int64_t first, int64_t columns, double *out);
    /// The same of (x − mean)².
    void (*column_squares)(
        const ck_matrix *, const double *mean, int64_t rows, int64_t first, int64_t columns, double *out);
    void (*norm_forward)(const ck_norm *, int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows);
    /// delta (rows, units) = γ / √(σ² + ε) · (delta − share · (plain + ẑ · products)), plain and products per unit.
    void (*norm_backward)(
        const ck_norm *, const ck_matrix *delta, double share, const void *plain, const void *products,
        int64_t first_panel, int64_t panels, int64_t first_row, int64_t rows);
    /// Rows first ..< first + rows of `to` (·, columns) in panels = x (rows, columns) row-major.
    void (*into_panels)(const void *x, const ck_matrix *to, int64_t columns, int64_t first, int64_t rows);
    /// Rows first ..< first + rows of `to` = those of `from` where the mask keeps, times scale; both (·, columns).
    void (*drop)(
        const ck_matrix *from, const ck_matrix *to, const uint8_t *mask, double scale, int64_t columns, int64_t first,
        int64_t rows);
    size_t (*bytes)(const ck_network *, int64_t rows, int32_t keeps_inputs);
    void (*prepare)(void *state, const ck_network *, int64_t rows, int32_t keeps_inputs);
    void (*load)(void *state, const void *x, const void *y, const void *_Nullable weights, int64_t rows);
    double (*step)(
        void *state, const void *w, void *g, const void *_Nullable x, const void *_Nullable y,
        const void *_Nullable weights, const int32_t *_Nullable order, int64_t rows, uint32_t step);
    void (*score)(
        void *state, const void *w, const void *x, const void *y, const void *_Nullable weights,
        const void *_Nullable shares, int64_t rows, ck_score *);
    void (*logits)(
        void *state, const void *w, const void *x, int64_t rows, int64_t first_row, int64_t step, void *out);
    void (*update)(const ck_update *, void *w, const void *g, void *first, void *second, int64_t count);
    /// The same, touching nothing beyond `count`.
    void (*update_part)(const ck_update *, void *w, const void *g, void *first, void *second, int64_t count);
    double (*squares)(const void *x, int64_t count);
    double (*magnitudes)(const void *x, int64_t count);
    int32_t (*all_finite)(const void *x, int64_t count);
    void (*scale)(void *x, double factor, int64_t count);
    void (*add_penalty)(void *g, const void *w, double decay, double pull, int64_t count);
    void (*masks)(
        uint8_t *out, uint64_t seed, uint32_t step, uint32_t layer, int64_t first, int64_t rows, int32_t units,
        double keep_prob);
    void (*shuffle)(int32_t *order, int64_t count, uint64_t seed, uint32_t major);
    /// Numbers 0 ..< count, uniform in (−1, 1), of the elastic field at (major, minor).
    void (*displacements)(void *out, int64_t count, uint64_t seed, uint32_t major, uint32_t minor);
    /// x[i] += deviations[i] · the i-th normal number of the noise at (major, minor).
    void (*add_noise)(
        void *x, const void *deviations, int64_t count, uint64_t seed, uint32_t major, uint32_t minor);
    void (*smooth)(const ck_smoothing *, const void *x, void *out);
    void (*warp)(const ck_warp *);
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

/// The kernels of the baseline, which every machine can run.
const ck_kernels *ck_baseline_kernels(int32_t is_double);

#pragma clang assume_nonnull end
