#pragma once
#include <stddef.h>
#include <stdint.h>

/* libFuzzer as a library: runs `one` on inputs of its making until its options say stop; returns the exit status. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one)(const uint8_t *data, size_t size));
