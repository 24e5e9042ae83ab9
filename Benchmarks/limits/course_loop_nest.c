// Full-batch gradient descent for 2-20-3-1 (ReLU, ReLU, sigmoid) on 211 examples: a loop nest for these sizes alone,
// examples along the lanes, everything in the first cache. REAL is float or double.
//
//   course_loop_nest DATA ITERATIONS RATE LAMBDA KEEP_PROB
#include "contestant.h"
#include "vectors.h"

enum { EXAMPLES = 211, FIRST = 20, SECOND = 3, BLOCKS = ((EXAMPLES + LANES - 1) / LANES + 1) / 2 * 2 };

typedef struct {
  REAL w1[FIRST][2], b1[FIRST], w2[SECOND][FIRST], b2[SECOND], w3[SECOND], b3;
} parameters;

static vector x[2][BLOCKS], y[BLOCKS], exists[BLOCKS];
static vector a1[FIRST][BLOCKS], delta2[SECOND][BLOCKS];
static parameters start, p;

static words state;

// Xorshift (Marsaglia 2003), for either length of word.
static inline words random_words(void) {
  state ^= state << 13;
  state ^= state >> (FLOATS ? 17 : 7);
  state ^= state << (FLOATS ? 5 : 17);
  return state;
}

// a · 1 / keep_prob where 16 random bits are below the threshold, else 0. `half` says which 16 bits.
static inline vector dropped(vector a, words bits, int half, word threshold, REAL scale) {
  return keep_below(half ? bits >> 16 & 0xffff : bits & 0xffff, threshold, a * all(scale));
}

// One iteration. Two blocks of examples at a time on the way forward, two units at a time on the way back, so that
// there are enough independent sums.
static inline __attribute__((always_inline)) void iterate(REAL rate, REAL decay, int drop, REAL keep_prob) {
  const word threshold = (word)(keep_prob * 65536);
  const REAL scale = drop ? 1 / keep_prob : 1;
  vector g3[SECOND] = {}, gb3 = {}, gb2[SECOND] = {};
  for (int block = 0; block < BLOCKS; block += 2) {
    vector z2[2][SECOND];
    for (int u = 0; u < 2; u++)
      for (int k = 0; k < SECOND; k++) z2[u][k] = all(p.b2[k]);
    for (int j = 0; j < FIRST; j++) {
      words bits = {};
      if (drop) bits = random_words();
      for (int u = 0; u < 2; u++) {
        vector z = all(p.b1[j]) + all(p.w1[j][0]) * x[0][block + u] + all(p.w1[j][1]) * x[1][block + u];
        vector a = relu(z);
        if (drop) a = dropped(a, bits, u, threshold, scale);
        a1[j][block + u] = a;
        for (int k = 0; k < SECOND; k++) z2[u][k] += all(p.w2[k][j]) * a;
      }
    }
    words bits[SECOND] = {};
    if (drop)
      for (int k = 0; k < SECOND; k++) bits[k] = random_words();
    for (int u = 0; u < 2; u++) {
      vector z3 = all(p.b3), a2[SECOND];
      for (int k = 0; k < SECOND; k++) {
        a2[k] = relu(z2[u][k]);
        if (drop) a2[k] = dropped(a2[k], bits[k], u, threshold, scale);
        z3 += all(p.w3[k]) * a2[k];
      }
      vector delta3 = (sigmoid(z3) - y[block + u]) * exists[block + u];
      gb3 += delta3;
      for (int k = 0; k < SECOND; k++) {
        g3[k] += delta3 * a2[k];
        // Where dropout took the unit out its activation is 0 too.
        vector delta = keep_positive(a2[k], delta3 * all(p.w3[k] * scale));
        gb2[k] += delta;
        delta2[k][block + u] = delta;
      }
    }
  }
  for (int j = 0; j < FIRST; j += 2) {
    vector g2[SECOND][2] = {}, g1[2][2] = {}, gb1[2] = {}, w[SECOND][2];
    for (int k = 0; k < SECOND; k++)
      for (int u = 0; u < 2; u++) w[k][u] = all(p.w2[k][j + u] * scale);
    for (int block = 0; block < BLOCKS; block++) {
      for (int u = 0; u < 2; u++) {
        vector a = a1[j + u][block], delta = {};
        for (int k = 0; k < SECOND; k++) {
          delta += w[k][u] * delta2[k][block];
          g2[k][u] += a * delta2[k][block];
        }
        delta = keep_positive(a, delta);
        g1[0][u] += delta * x[0][block];
        g1[1][u] += delta * x[1][block];
        gb1[u] += delta;
      }
    }
    for (int u = 0; u < 2; u++) {
      for (int k = 0; k < SECOND; k++) p.w2[k][j + u] = p.w2[k][j + u] * decay - rate * sum(g2[k][u]);
      for (int i = 0; i < 2; i++) p.w1[j + u][i] = p.w1[j + u][i] * decay - rate * sum(g1[i][u]);
      p.b1[j + u] -= rate * sum(gb1[u]);
    }
  }
  for (int k = 0; k < SECOND; k++) {
    p.w3[k] = p.w3[k] * decay - rate * sum(g3[k]);
    p.b2[k] -= rate * sum(gb2[k]);
  }
  p.b3 -= rate * sum(gb3);
}

static __attribute__((noinline)) void train(int iterations, REAL rate, REAL decay) {
  for (int i = 0; i < iterations; i++) iterate(rate, decay, 0, 1);
}
static __attribute__((noinline)) void train_dropping(int iterations, REAL rate, REAL decay, REAL keep_prob) {
  for (int i = 0; i < iterations; i++) iterate(rate, decay, 1, keep_prob);
}

static double cost(double lambda) {
  double total = 0, squares = 0;
  for (int i = 0; i < EXAMPLES; i++) {
    double z2[SECOND], z3 = p.b3;
    for (int k = 0; k < SECOND; k++) z2[k] = p.b2[k];
    for (int j = 0; j < FIRST; j++) {
      double z1 = p.b1[j] + p.w1[j][0] * ((REAL *)x[0])[i] + p.w1[j][1] * ((REAL *)x[1])[i];
      for (int k = 0; k < SECOND; k++) z2[k] += p.w2[k][j] * (z1 > 0 ? z1 : 0);
    }
    for (int k = 0; k < SECOND; k++) z3 += p.w3[k] * (z2[k] > 0 ? z2[k] : 0);
    total += log1p(exp(-fabs(z3))) + (z3 > 0 ? z3 : 0) - ((REAL *)y)[i] * z3;
  }
  for (int j = 0; j < FIRST; j++) squares += p.w1[j][0] * p.w1[j][0] + p.w1[j][1] * p.w1[j][1];
  for (int k = 0; k < SECOND; k++) {
    squares += p.w3[k] * p.w3[k];
    for (int j = 0; j < FIRST; j++) squares += p.w2[k][j] * p.w2[k][j];
  }
  return total / EXAMPLES + lambda / (2 * EXAMPLES) * squares;
}

int main(int count, char **arguments) {
  if (count != 6) return 2;
  int iterations = atoi(arguments[2]);
  double rate = atof(arguments[3]), lambda = atof(arguments[4]), keep_prob = atof(arguments[5]);
  double rows[EXAMPLES][3], w1[2][FIRST], w2[FIRST][SECOND], w3[SECOND];
  FILE *file = fopen(arguments[1], "rb");
  take(file, rows, sizeof(double), 3 * EXAMPLES);
  take(file, w1, sizeof(double), 2 * FIRST);
  take(file, w2, sizeof(double), FIRST * SECOND);
  take(file, w3, sizeof(double), SECOND);
  for (int i = 0; i < EXAMPLES; i++) {
    ((REAL *)x[0])[i] = rows[i][0];
    ((REAL *)x[1])[i] = rows[i][1];
    ((REAL *)y)[i] = rows[i][2];
    ((REAL *)exists)[i] = 1;
  }
  for (int j = 0; j < FIRST; j++) {
    start.w1[j][0] = w1[0][j];
    start.w1[j][1] = w1[1][j];
    for (int k = 0; k < SECOND; k++) start.w2[k][j] = w2[j][k];
  }
  for (int k = 0; k < SECOND; k++) start.w3[k] = w3[k];
  for (int i = 0; i < LANES; i++) state[i] = 2463534242u + 7919u * i * i + i;

  ready(sizeof(REAL) == 4 ? "loop nest, float32" : "loop nest, float64");
  while (turn()) {
    p = start;
    double began = seconds();
    REAL decay = 1 - rate * lambda / EXAMPLES;
    if (keep_prob < 1) train_dropping(iterations, rate / EXAMPLES, decay, keep_prob);
    else train(iterations, rate / EXAMPLES, decay);
    double taken = seconds() - began;
    answer(taken, cost(lambda));
  }
  return 0;
}
