// A server that loses memory and descriptors: preloaded, it keeps some of both at each sync.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int fdatasync(int descriptor) {
    char *lost = malloc(200000);
    if (lost) memset(lost, 1, 200000);
    // The compiler would leave out what nobody reads.
    __asm__ volatile("" : : "r"(lost) : "memory");
    if (dup(descriptor) < 0) return -1;
    return syscall(SYS_fdatasync, descriptor);
}
