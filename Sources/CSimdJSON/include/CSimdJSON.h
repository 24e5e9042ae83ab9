#pragma once
#include <stddef.h>
#include <stdint.h>

// simdjson is C++ without a C interface: this shim parses and hands out the tape
// (https://github.com/simdjson/simdjson/blob/master/doc/tape.md) and the string buffer.
#ifdef __cplusplus
extern "C" {
#endif

typedef struct csimdjson_document csimdjson_document;

/// Parses `length` bytes. Returns 0 and a document to free, or simdjson's error code.
/// `max_depth` bounds nesting.
int csimdjson_parse(const uint8_t *bytes, size_t length, size_t max_depth, csimdjson_document **document);

const uint64_t *csimdjson_tape(const csimdjson_document *document);
const uint8_t *csimdjson_strings(const csimdjson_document *document);
void csimdjson_free(csimdjson_document *document);

/// What may be wrong with a text.
typedef enum {
    CSIMDJSON_TAPE,
    CSIMDJSON_DEPTH,
    CSIMDJSON_STRING,
    CSIMDJSON_NUMBER,
    CSIMDJSON_TRUE,
    CSIMDJSON_FALSE,
    CSIMDJSON_NULL,
    CSIMDJSON_UTF8,
    CSIMDJSON_EMPTY,
    CSIMDJSON_CONTROL_CHARACTER,
    CSIMDJSON_UNCLOSED_STRING
} csimdjson_failure;

/// simdjson's error code for it, which differs between its versions.
int csimdjson_code(csimdjson_failure failure);

/// A static text for an error code.
const char *csimdjson_message(int code);

#ifdef __cplusplus
}
#endif
