#include "CSimdJSON.h"
#include <new>
#include <simdjson.h>

struct csimdjson_document {
    simdjson::dom::document document;
};

int csimdjson_parse(const uint8_t *bytes, size_t length, size_t max_depth, csimdjson_document **out) {
    *out = nullptr;
    auto *owner = new (std::nothrow) csimdjson_document();
    if (!owner) return simdjson::MEMALLOC;
    // The parser goes at return, and its index with it: only the tape and the strings stay.
    simdjson::dom::parser parser(SIZE_MAX);
    auto error = parser.allocate(length, max_depth);
    if (!error) {
        error = parser.parse_into_document(owner->document, bytes, length, true).error();
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
int csimdjson_code(csimdjson_failure failure) {
    switch (failure) {
    case CSIMDJSON_TAPE: return simdjson::TAPE_ERROR;
    case CSIMDJSON_DEPTH: return simdjson::DEPTH_ERROR;
    case CSIMDJSON_STRING: return simdjson::STRING_ERROR;
    case CSIMDJSON_NUMBER: return simdjson::NUMBER_ERROR;
    case CSIMDJSON_TRUE: return simdjson::T_ATOM_ERROR;
    case CSIMDJSON_FALSE: return simdjson::F_ATOM_ERROR;
    case CSIMDJSON_NULL: return simdjson::N_ATOM_ERROR;
    case CSIMDJSON_UTF8: return simdjson::UTF8_ERROR;
    case CSIMDJSON_EMPTY: return simdjson::EMPTY;
    case CSIMDJSON_CONTROL_CHARACTER: return simdjson::UNESCAPED_CHARS;
    case CSIMDJSON_UNCLOSED_STRING: return simdjson::UNCLOSED_STRING;
    }
    return simdjson::UNEXPECTED_ERROR;
}
