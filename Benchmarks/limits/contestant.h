// How a limit takes part in a contest: a line of JSON when it is ready, then one for each line it reads.
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

static inline void ready(const char *version) {
  printf("{\"ready\": true, \"version\": \"%s\"}\n", version);
  fflush(stdout);
}

// Waits for the next turn; 0 when there is none.
static inline int turn(void) {
  char line[64];
  return fgets(line, sizeof line, stdin) != NULL;
}

static inline void answer(double taken, double cost) {
  printf("{\"seconds\": %.9f, \"cost\": %.12g}\n", taken, cost);
  fflush(stdout);
}

// `count` numbers of a file that the harness wrote, or the end.
static inline void take(FILE *file, void *numbers, size_t size, size_t count) {
  if (!file || fread(numbers, size, count, file) != count) {
    fprintf(stderr, "the data file is too short\n");
    exit(1);
  }
}
