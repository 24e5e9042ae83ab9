// A server that does not hear of failed writes: preloaded, it turns them into successes.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    return written < 0 ? (ssize_t)count : written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) { return pwrite(descriptor, bytes, count, offset); }

int fsync(int descriptor) { return syscall(SYS_fsync, descriptor), 0; }

int fdatasync(int descriptor) { return syscall(SYS_fdatasync, descriptor), 0; }

int rename(const char *from, const char *to) { return syscall(SYS_rename, from, to), 0; }
