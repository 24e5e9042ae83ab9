#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that a number and the comma after it take at most, and what may be written past the last one.
enum { SHORTEST_DECIMAL_FLOAT = 16, SHORTEST_DECIMAL_DOUBLE = 26, SHORTEST_DECIMAL_SLACK = 32 };

/// Writes `count` numbers with commas between them, each as the shortest decimal that reads back to the same bits; of
/// several the nearest. NaN and infinities become null. Answers the bytes written.
size_t shortest_decimal_floats(const float *numbers, size_t count, char *out);

/// The same for numbers of float64.
size_t shortest_decimal_doubles(const double *numbers, size_t count, char *out);

#ifdef __cplusplus
}
#endif
