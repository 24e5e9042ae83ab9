#include "CSimdJSON.h"
#include <new>
#include <simdjson.h>

struct csimdjson_document {
    simdjson::dom::document document;
};

size_t csimdjson_padding(void) { return simdjson::SIMDJSON_PADDING; }

int csimdjson_parse(const uint8_t *bytes, size_t length, int has_padding, size_t max_depth,
                    csimdjson_document **out) {
    *out = nullptr;
    auto *owner = new (std::nothrow) csimdjson_document();
    if (!owner) return simdjson::MEMALLOC;
    // The parser goes at return, and its index with it: only the tape and the strings stay.
    simdjson::dom::parser parser(SIZE_MAX);
    auto error = parser.allocate(length, max_depth);
    if (!error) {
        error = parser.parse_into_document(owner->document, bytes, length, has_padding == 0).error();
    }
    if (error) {
        delete owner;
        return error;
    }
    *out = owner;
    return simdjson::SUCCESS;
}

const uint64_t *csimdjson_tape(const csimdjson_document *d) { return d->document.tape.get(); }
const uint8_t *csimdjson_strings(const csimdjson_document *d) { return d->document.string_buf.get(); }
void csimdjson_free(csimdjson_document *d) { delete d; }
const char *csimdjson_message(int code) {
    return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
int csimdjson_number_error(void) { return simdjson::NUMBER_ERROR; }
