#include "contract.h"

#ifndef __has_embed
#error "this compiler cannot embed a file; that of Swift 6.3 can"
#endif
#pragma clang diagnostic ignored "-Wc23-extensions"

/* In C, because a literal this long takes the Swift compiler minutes. */
static const unsigned char contract[] = {
#embed "../../openapi.yaml"
};

const unsigned char *espalier_contract(void) { return contract; }

size_t espalier_contract_size(void) { return sizeof contract; }
