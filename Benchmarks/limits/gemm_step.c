// The matrix products of one epoch of 784-512-512-10 with batches of 128, by oneDNN, and nothing else: no gathering of
// rows, no activations, no update. Weights as (units, inputs) or (inputs, units), whichever is faster here.
//
//   gemm_step EXAMPLES
#include "contestant.h"
#include <dnnl.h>

enum { BATCH = 128, LAYERS = 3 };
static const int units[LAYERS + 1] = {784, 512, 512, 10};
static float *inputs[LAYERS], *outputs[LAYERS], *weights[LAYERS], *gradients[LAYERS];

static float *numbers(size_t count) {
  float *block = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
  for (size_t i = 0; i < count; i++) block[i] = (float)((i * 2654435761u) >> 16 & 1023) / 1024 - 0.5f;
  return block;
}

// out (m, n) = a (m, k) · b (k, n), each transposed where its flag is 'T'.
static void product(char ta, char tb, int m, int n, int k, const float *a, const float *b, float *out) {
  dnnl_sgemm(ta, tb, m, n, k, 1, a, ta == 'T' ? m : k, b, tb == 'T' ? k : n, 0, out, n);
}

static void step(int rows, int units_first) {
  for (int l = 0; l < LAYERS; l++)
    product('N', units_first ? 'T' : 'N', rows, units[l + 1], units[l], inputs[l], weights[l], outputs[l]);
  for (int l = LAYERS - 1; l >= 0; l--) {
    if (units_first) product('T', 'N', units[l + 1], units[l], rows, outputs[l], inputs[l], gradients[l]);
    else product('T', 'N', units[l], units[l + 1], rows, inputs[l], outputs[l], gradients[l]);
    // The deltas of the layer below would be written over its activations; here another block of that size takes them.
    if (l) product('N', units_first ? 'N' : 'T', rows, units[l], units[l + 1], outputs[l], weights[l], outputs[l - 1]);
  }
}

static double steps(int count, int units_first) {
  double began = seconds();
  for (int i = 0; i < count; i++) step(BATCH, units_first);
  return seconds() - began;
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  int examples = atoi(arguments[1]);
  for (int l = 0; l < LAYERS; l++) {
    inputs[l] = numbers((size_t)BATCH * units[l]);
    outputs[l] = numbers((size_t)BATCH * units[l + 1]);
    weights[l] = numbers((size_t)units[l] * units[l + 1]);
    gradients[l] = numbers((size_t)units[l] * units[l + 1]);
  }
  steps(5, 0);
  steps(5, 1);
  int units_first = steps(40, 1) < steps(40, 0);
  const dnnl_version_t *version = dnnl_version();
  char name[64];
  snprintf(name, sizeof name, "oneDNN %d.%d.%d", version->major, version->minor, version->patch);
  ready(name);
  while (turn()) {
    double taken = steps(examples / BATCH, units_first), began = seconds();
    if (examples % BATCH) step(examples % BATCH, units_first);
    printf("{\"seconds\": %.9f}\n", taken + seconds() - began);
    fflush(stdout);
  }
  return 0;
}
