// Whole training jobs, and nothing around them: 4-16-3 (ReLU, softmax) on 150 rows, 200 epochs of Adam in batches of
// 32, starting weights drawn anew for each job. Hidden units along the lanes, on as many threads as asked for.
//
//   jobs_loop_nest DATA JOBS THREADS
#define REAL float
#include "contestant.h"
#include "vectors.h"
#include <pthread.h>

enum { ROWS = 150, INPUTS = 4, HIDDEN = 16, CLASSES = 3, BATCH = 32, EPOCHS = 200, WIDE = HIDDEN / LANES };

typedef union {
  struct {
    float w1[INPUTS][HIDDEN], b1[HIDDEN], w2[CLASSES][HIDDEN], b2[16];
  };
  float all[(INPUTS + 1 + CLASSES) * HIDDEN + 16];
} __attribute__((aligned(64))) block;

static float x[ROWS][INPUTS];
static int y[ROWS];

static uint64_t random_word(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static float normal(uint64_t *state) {
  double u = (random_word(state) >> 11) * 0x1p-53, v = (random_word(state) >> 11) * 0x1p-53;
  return (float)(sqrt(-2 * log(u + 0x1p-54)) * cos(6.283185307179586 * v));
}

static void gradient_of(const block *p, const int *batch, int rows, block *g) {
  float hidden[BATCH][HIDDEN] __attribute__((aligned(64)));
  float out[CLASSES][BATCH] __attribute__((aligned(64))) = {};
  const vector *w1 = (const vector *)p->w1, *b1 = (const vector *)p->b1, *w2 = (const vector *)p->w2;
  for (int i = 0; i < rows; i++) {
    vector *a = (vector *)hidden[i], z2[CLASSES] = {};
    for (int u = 0; u < WIDE; u++) {
      vector z = b1[u];
      for (int k = 0; k < INPUTS; k++) z += all(x[batch[i]][k]) * w1[k * WIDE + u];
      a[u] = relu(z);
      for (int c = 0; c < CLASSES; c++) z2[c] += a[u] * w2[c * WIDE + u];
    }
    for (int c = 0; c < CLASSES; c++) out[c][i] = sum(z2[c]) + p->b2[c];
  }
  for (int i = 0; i < BATCH; i += LANES) {
    vector *o[CLASSES], highest, total = {};
    for (int c = 0; c < CLASSES; c++) o[c] = (vector *)(out[c] + i);
    highest = *o[0];
    for (int c = 1; c < CLASSES; c++) highest += relu(*o[c] - highest);
    for (int c = 0; c < CLASSES; c++) total += *o[c] = exponential(*o[c] - highest);
    for (int c = 0; c < CLASSES; c++) *o[c] /= total;
  }
  vector gw1[INPUTS][WIDE] = {}, gb1[WIDE] = {}, gw2[CLASSES][WIDE] = {};
  float gb2[CLASSES] = {};
  const vector share = all(1.0f / rows);
  for (int i = 0; i < rows; i++) {
    const vector *a = (vector *)hidden[i];
    float d[CLASSES];
    for (int c = 0; c < CLASSES; c++) gb2[c] += d[c] = out[c][i] - (y[batch[i]] == c);
    for (int u = 0; u < WIDE; u++) {
      vector delta = {};
      for (int c = 0; c < CLASSES; c++) {
        gw2[c][u] += all(d[c]) * a[u];
        delta += all(d[c]) * w2[c * WIDE + u];
      }
      delta = keep_positive(a[u], delta);
      gb1[u] += delta;
      for (int k = 0; k < INPUTS; k++) gw1[k][u] += all(x[batch[i]][k]) * delta;
    }
  }
  for (int u = 0; u < WIDE; u++) {
    for (int k = 0; k < INPUTS; k++) ((vector *)g->w1)[k * WIDE + u] = gw1[k][u] * share;
    ((vector *)g->b1)[u] = gb1[u] * share;
    for (int c = 0; c < CLASSES; c++) ((vector *)g->w2)[c * WIDE + u] = gw2[c][u] * share;
  }
  for (int c = 0; c < CLASSES; c++) g->b2[c] = gb2[c] / rows;
}

static void update(block *p, const block *g, block *first, block *second, double rate, double scale) {
  for (size_t i = 0; i < sizeof *p / sizeof(vector); i++) {
    vector grad = ((const vector *)g)[i], *m = (vector *)first + i, *v = (vector *)second + i;
    *m = all(0.9f) * *m + all(0.1f) * grad;
    *v = all(0.999f) * *v + all(0.001f) * grad * grad;
    ((vector *)p)[i] -= all((float)rate) * *m / (root(*v * all((float)scale)) + all(1e-8f));
  }
}

static double cost(const block *p) {
  double total = 0;
  for (int i = 0; i < ROWS; i++) {
    double z[CLASSES], sum = 0;
    for (int c = 0; c < CLASSES; c++) z[c] = p->b2[c];
    for (int j = 0; j < HIDDEN; j++) {
      double h = p->b1[j];
      for (int k = 0; k < INPUTS; k++) h += x[i][k] * p->w1[k][j];
      for (int c = 0; c < CLASSES; c++) z[c] += (h > 0 ? h : 0) * p->w2[c][j];
    }
    for (int c = 0; c < CLASSES; c++) sum += exp(z[c] - z[y[i]]);
    total += log(sum);
  }
  return total / ROWS;
}

static double job(uint64_t *state) {
  block p = {}, g = {}, first = {}, second = {};
  int order[ROWS];
  for (int k = 0; k < INPUTS; k++)
    for (int j = 0; j < HIDDEN; j++) p.w1[k][j] = normal(state) * sqrtf(2.0f / INPUTS);
  for (int c = 0; c < CLASSES; c++)
    for (int j = 0; j < HIDDEN; j++) p.w2[c][j] = normal(state) * sqrtf(1.0f / HIDDEN);
  for (int i = 0; i < ROWS; i++) order[i] = i;
  double decay1 = 1, decay2 = 1;
  for (int e = 0; e < EPOCHS; e++) {
    for (int i = ROWS - 1; i > 0; i--) {
      int other = (int)(((random_word(state) >> 32) * (uint64_t)(i + 1)) >> 32), kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    for (int row = 0; row < ROWS; row += BATCH) {
      gradient_of(&p, order + row, ROWS - row < BATCH ? ROWS - row : BATCH, &g);
      decay1 *= 0.9;
      decay2 *= 0.999;
      update(&p, &g, &first, &second, 1e-3 / (1 - decay1), 1 / (1 - decay2));
    }
  }
  return cost(&p);
}

typedef struct {
  int jobs;
  uint64_t state;
  double costs;
} share;

static void *work(void *of) {
  share *mine = of;
  mine->costs = 0;
  for (int i = 0; i < mine->jobs; i++) mine->costs += job(&mine->state);
  return NULL;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  int jobs = atoi(arguments[2]), threads = atoi(arguments[3]);
  FILE *file = fopen(arguments[1], "rb");
  for (int i = 0; i < ROWS; i++) {
    double row[INPUTS + 1];
    take(file, row, sizeof(double), INPUTS + 1);
    for (int k = 0; k < INPUTS; k++) x[i][k] = row[k];
    y[i] = (int)row[INPUTS];
  }
  share *shares = calloc(threads, sizeof *shares);
  pthread_t *started = calloc(threads, sizeof *started);
  for (int t = 0; t < threads; t++)
    shares[t] = (share){.jobs = (jobs + t) / threads, .state = 88172645463325252u + 977 * t};
  ready("loop nest, training alone");
  while (turn()) {
    double began = seconds(), costs = 0;
    for (int t = 0; t < threads; t++) pthread_create(started + t, NULL, work, shares + t);
    for (int t = 0; t < threads; t++) pthread_join(started[t], NULL);
    double taken = seconds() - began;
    for (int t = 0; t < threads; t++) costs += shares[t].costs;
    answer(taken, costs / jobs);
  }
  return 0;
}
