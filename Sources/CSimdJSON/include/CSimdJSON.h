#pragma once
#include <stddef.h>
#include <stdint.h>

// simdjson is C++ without a C interface: this shim parses and hands out the tape
// (https://github.com/simdjson/simdjson/blob/master/doc/tape.md) and the string buffer.
#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_document csimdjson_document;

/// Bytes that must be readable after `length` (their content does not matter).
size_t csimdjson_padding(void);

/// Parses `length` bytes. Returns 0 and a document to free, or simdjson's error code.
/// `max_depth` bounds nesting.
int csimdjson_parse(const uint8_t *bytes, size_t length, int has_padding, size_t max_depth,
                    csimdjson_document **document);

const uint64_t *csimdjson_tape(const csimdjson_document *document);
const uint8_t *csimdjson_strings(const csimdjson_document *document);
void csimdjson_free(csimdjson_document *document);

/// The code for a number that is malformed or too large.
int csimdjson_number_error(void);

/// A static text for an error code.
const char *csimdjson_message(int code);

#ifdef __cplusplus
}
#endif
