// Adam for 64-32-16-1 (ReLU, ReLU, sigmoid) in batches of 32, one epoch of shuffled rows: a loop nest for these sizes
// alone, units along the lanes, everything but the rows in the first cache.
//
//   tabular_loop_nest DATA EXAMPLES
#define REAL float
#include "contestant.h"
#include "vectors.h"

enum { INPUTS = 64, FIRST = 32, SECOND = 16, BATCH = 32, WIDE1 = FIRST / LANES, WIDE2 = SECOND / LANES };

// One padded block for each of parameters, gradient and moments, so that the update is one flat loop.
typedef union {
  struct {
    float w1[INPUTS][FIRST], b1[FIRST], w2[FIRST][SECOND], b2[SECOND], w3[SECOND], b3[16];
  };
  vector all[(INPUTS * FIRST + FIRST + FIRST * SECOND + 2 * SECOND + 16) / LANES];
} block;

static block start, p, gradient, first_moment, second_moment;
static float *rows, *labels;
static int *order;
static _Alignas(64) float x[BATCH][INPUTS], y[BATCH], a1[BATCH][FIRST], a2[BATCH][SECOND], z3[BATCH], delta3[BATCH],
    delta2[BATCH][SECOND], delta1[BATCH][FIRST], w2_turned[SECOND][FIRST];

// out (count, LANES · WIDE) = [bias +] a (count, depth) · b (depth, LANES · WIDE), as many rows at a time as half of
// the registers hold. a is read by its strides, so that it may stand for its transpose.
#define PRODUCT(name, WIDE)                                                                                    \
  static inline __attribute__((always_inline)) void name(                                                      \
      const float *a, int next_row, int next_column, int depth, const float *b, const float *bias, float *out, \
      int count) {                                                                                             \
    enum { HIGH = REGISTERS / 2 / WIDE };                                                                      \
    for (int i = 0; i < count; i += HIGH) {                                                                    \
      vector acc[HIGH][WIDE];                                                                                  \
      for (int r = 0; r < HIGH; r++)                                                                           \
        for (int u = 0; u < WIDE; u++) acc[r][u] = bias ? ((const vector *)bias)[u] : (vector){};              \
      for (int k = 0; k < depth; k++)                                                                          \
        for (int r = 0; r < HIGH; r++)                                                                         \
          for (int u = 0; u < WIDE; u++)                                                                       \
            acc[r][u] += all(a[(i + r) * next_row + k * next_column]) * ((const vector *)b)[k * WIDE + u];     \
      for (int r = 0; r < HIGH; r++)                                                                           \
        for (int u = 0; u < WIDE; u++) ((vector *)out)[(i + r) * WIDE + u] = acc[r][u];                        \
    }                                                                                                          \
  }
PRODUCT(product_first, WIDE1)
PRODUCT(product_second, WIDE2)

static void step(const int *batch, int number) {
  for (int i = 0; i < BATCH; i++) {
    memcpy(x[i], rows + (size_t)batch[i] * INPUTS, sizeof x[i]);
    y[i] = labels[batch[i]];
  }
  product_first(x[0], INPUTS, 1, INPUTS, p.w1[0], p.b1, a1[0], BATCH);
  for (vector *a = (vector *)a1; a < (vector *)(a1 + BATCH); a++) *a = relu(*a);
  product_second(a1[0], FIRST, 1, FIRST, p.w2[0], p.b2, a2[0], BATCH);
  const vector *w3 = (vector *)p.w3;
  for (int i = 0; i < BATCH; i++) {
    vector *a = (vector *)a2[i], z = {};
    for (int u = 0; u < WIDE2; u++) z += (a[u] = relu(a[u])) * w3[u];
    z3[i] = sum(z);
  }
  vector gb3 = {}, gw3[WIDE2] = {}, gb2[WIDE2] = {}, gb1[WIDE1] = {};
  for (int i = 0; i < BATCH; i += LANES) {
    vector delta = (sigmoid(*(vector *)(z3 + i) + all(p.b3[0])) - *(vector *)(y + i)) * all(1.0f / BATCH);
    *(vector *)(delta3 + i) = delta;
    gb3 += delta;
  }
  for (int i = 0; i < BATCH; i++)
    for (int u = 0; u < WIDE2; u++) {
      vector a = ((vector *)a2[i])[u], delta = keep_positive(a, w3[u] * all(delta3[i]));
      gw3[u] += a * all(delta3[i]);
      ((vector *)delta2[i])[u] = delta;
      gb2[u] += delta;
    }
  memcpy(gradient.w3, gw3, sizeof gw3);
  memcpy(gradient.b2, gb2, sizeof gb2);
  gradient.b3[0] = sum(gb3);
  product_second(a1[0], 1, FIRST, BATCH, delta2[0], 0, gradient.w2[0], FIRST);
  for (int k = 0; k < FIRST; k++)
    for (int j = 0; j < SECOND; j++) w2_turned[j][k] = p.w2[k][j];
  product_first(delta2[0], SECOND, 1, SECOND, w2_turned[0], 0, delta1[0], BATCH);
  for (int i = 0; i < BATCH; i++)
    for (int u = 0; u < WIDE1; u++) {
      vector *delta = (vector *)delta1[i] + u;
      *delta = keep_positive(((vector *)a1[i])[u], *delta);
      gb1[u] += *delta;
    }
  memcpy(gradient.b1, gb1, sizeof gb1);
  product_first(x[0], 1, INPUTS, BATCH, delta1[0], 0, gradient.w1[0], INPUTS);

  const float rate = 1e-3 / (1 - pow(0.9, number)), scale = 1 / (1 - pow(0.999, number));
  for (size_t i = 0; i < sizeof p.all / sizeof *p.all; i++) {
    vector g = gradient.all[i];
    vector m = first_moment.all[i] = all(0.9f) * first_moment.all[i] + all(0.1f) * g;
    vector v = second_moment.all[i] = all(0.999f) * second_moment.all[i] + all(0.001f) * g * g;
    p.all[i] -= all(rate) * m / (root(v * all(scale)) + all(1e-8f));
  }
}

static uint64_t state = 88172645463325252u;
static uint64_t random_word(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void epoch(int examples) {
  for (int i = 0; i < examples; i++) order[i] = i;
  for (int i = examples - 1; i > 0; i--) {
    int other = (int)(((random_word() >> 32) * (uint64_t)(i + 1)) >> 32), kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
  for (int i = 0; i < examples / BATCH; i++) step(order + i * BATCH, i + 1);
}

static double cost(int examples) {
  double total = 0;
  for (int i = 0; i < examples; i++) {
    double h1[FIRST], h2[SECOND], z = p.b3[0];
    for (int j = 0; j < FIRST; j++) {
      h1[j] = p.b1[j];
      for (int k = 0; k < INPUTS; k++) h1[j] += rows[(size_t)i * INPUTS + k] * p.w1[k][j];
    }
    for (int j = 0; j < SECOND; j++) {
      h2[j] = p.b2[j];
      for (int k = 0; k < FIRST; k++) h2[j] += (h1[k] > 0 ? h1[k] : 0) * p.w2[k][j];
      z += (h2[j] > 0 ? h2[j] : 0) * p.w3[j];
    }
    total += log1p(exp(-fabs(z))) + (z > 0 ? z : 0) - labels[i] * z;
  }
  return total / examples;
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int examples = atoi(arguments[2]) / BATCH * BATCH;
  rows = aligned_alloc(64, (size_t)examples * INPUTS * sizeof *rows);
  labels = aligned_alloc(64, (size_t)examples * sizeof *labels);
  order = malloc((size_t)examples * sizeof *order);
  FILE *file = fopen(arguments[1], "rb");
  for (int i = 0; i < examples; i++) {
    double row[INPUTS + 1];
    take(file, row, sizeof(double), INPUTS + 1);
    for (int k = 0; k < INPUTS; k++) rows[(size_t)i * INPUTS + k] = row[k];
    labels[i] = row[INPUTS];
  }
  double w1[INPUTS][FIRST], w2[FIRST][SECOND], w3[SECOND];
  take(file, w1, sizeof(double), INPUTS * FIRST);
  take(file, w2, sizeof(double), FIRST * SECOND);
  take(file, w3, sizeof(double), SECOND);
  for (int k = 0; k < INPUTS; k++)
    for (int j = 0; j < FIRST; j++) start.w1[k][j] = w1[k][j];
  for (int k = 0; k < FIRST; k++)
    for (int j = 0; j < SECOND; j++) start.w2[k][j] = w2[k][j];
  for (int j = 0; j < SECOND; j++) start.w3[j] = w3[j];

  ready("loop nest, float32");
  while (turn()) {
    p = start;
    memset(&first_moment, 0, sizeof first_moment);
    memset(&second_moment, 0, sizeof second_moment);
    double began = seconds();
    epoch(examples);
    double taken = seconds() - began;
    answer(taken, cost(examples < 10000 ? examples : 10000));
  }
  return 0;
}
