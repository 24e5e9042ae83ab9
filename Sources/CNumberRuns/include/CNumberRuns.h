#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Where a run of numbers ended: the first byte that was not taken, how many numbers were, and whether the last of them
/// is followed by a closer, which then is that first byte.
typedef struct {
    const uint8_t *next;
    size_t count;
    int32_t is_closed;
} number_run;

/// Reads numbers, each followed by `delimiter`, into `cells`, at most `count`; ends after one that is followed by one of
/// the two `closers` (which may be equal), and before the first that is not plain: digits, of which at most 15 with a
/// point between them, after an optional "-". Nothing at or after `end` is read. Every number is the Double nearest to
/// its text. Results are the same on every machine.
number_run number_run_csv(
    const uint8_t *text, const uint8_t *end, uint8_t delimiter, uint8_t closer1, uint8_t closer2, double *cells,
    size_t count);

/// The same for the numbers of JSON: no leading zeros, no negative zero without a point, and a blank may follow the
/// delimiter.
number_run number_run_json(
    const uint8_t *text, const uint8_t *end, uint8_t delimiter, uint8_t closer1, uint8_t closer2, double *cells,
    size_t count);

/// How bytes are compared: 0 in words, then what the processor has of 1 (SSE2 or NEON), 2 (AVX2) and 3 (AVX-512).
/// Answers the level in use, at most `most`. For tests; not while a run is under way.
int32_t number_run_use(int32_t most);

#pragma clang assume_nonnull end
