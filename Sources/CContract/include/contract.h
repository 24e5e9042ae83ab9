#pragma once
#include <stddef.h>

/* The text of openapi.yaml, UTF-8, and how many bytes it has. */
const unsigned char *espalier_contract(void);
size_t espalier_contract_size(void);
