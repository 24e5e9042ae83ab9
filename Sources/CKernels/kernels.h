// One instruction set and one number format: everything is static but the table at the end.
#include "CKernels.h"
#include <stdint.h>
#include <string.h>

#ifdef CK_TARGET
#pragma clang attribute push(__attribute__((target(CK_TARGET))), apply_to = function)
#endif
#include "vectors.h"
#include "elementary.h"
#include "philox.h"
#include "passes.h"
#include "products.h"
#include "network.h"
#include "augmentation.h"
#include "steps.h"
#include "dense_tiles.h"
#include "dense.h"
#include "dense_passes.h"

extern const ck_kernels CK_TABLE;
const ck_kernels CK_TABLE = {
    .panel = PANEL, .scratch_bytes = SCRATCH_BYTES, .dense_forward = dense_forward, .dense_backward = dense_backward,
    .dense_gradient = dense_gradient, .column_sums = column_sums, .column_products = column_products,
    .column_squares = column_squares, .norm_forward = norm_forward, .norm_backward = norm_backward,
    .into_panels = into_panels, .drop = drop_rows,
    .bytes = state_bytes, .prepare = prepare, .load = load_batch, .step = train_step, .score = score_set,
    .logits = predict_logits, .update = update, .update_part = update_part, .squares = squares, .magnitudes = magnitudes,
    .all_finite = all_finite, .scale = scale_by, .add_penalty = add_penalty, .masks = mask_bytes, .shuffle = shuffle,
    .displacements = displacements, .add_noise = add_noise, .smooth = smooth, .warp = warp,
    .exp = map_exp, .log1p = map_log1p, .log = map_log, .tanh = map_tanh, .sigmoid = map_sigmoid,
};
#ifdef CK_TARGET
#pragma clang attribute pop
#endif
