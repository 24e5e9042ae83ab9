// A disk that keeps only what was synced. Preloaded into the server, it copies a file's content to the folder
// DISK_SHADOW whenever the server syncs that file, and a folder's names whenever it syncs that folder; volatile_disk.py makes of the
// copies, and of what was written since, what power loss may leave. With DISK_LIES the syncs do nothing: a disk that lies.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void complain(const char *what) {
    perror(what);
    abort();
}

static void copy_file(const char *from, int to) {
    char block[1 << 16];
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0) complain("volatile disk: open");
    ssize_t count;
    while ((count = read(source, block, sizeof block)) > 0)
        if (write(to, block, count) != count) complain("volatile disk: write");
    if (count < 0) complain("volatile disk: read");
    close(source);
}

static void list_folder(const char *path, int to) {
    DIR *folder = opendir(path);
    if (!folder) complain("volatile disk: opendir");
    struct dirent *entry;
    while ((entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            dprintf(to, "%lu %s\n", (unsigned long)entry->d_ino, entry->d_name);
    closedir(folder);
}

static int keep(int descriptor) {
    const char *root = getenv("DISK_ROOT"), *shadow = getenv("DISK_SHADOW");
    if (!root || !shadow || getenv("DISK_LIES")) return 0;
    char link[64], path[PATH_MAX], temporary[PATH_MAX], final[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) complain("volatile disk: readlink");
    path[length] = 0;
    if (strncmp(path, root, strlen(root))) return 0;
    struct stat status;
    if (fstat(descriptor, &status)) complain("volatile disk: fstat");
    snprintf(final, sizeof final, "%s/%lu", shadow, (unsigned long)status.st_ino);
    snprintf(temporary, sizeof temporary, "%s/.%lu-XXXXXX", shadow, (unsigned long)status.st_ino);
    int to = mkostemp(temporary, O_CLOEXEC);
    if (to < 0) complain("volatile disk: mkostemp");
    if (S_ISDIR(status.st_mode)) list_folder(link, to); else copy_file(link, to);
    close(to);
    if (rename(temporary, final)) complain("volatile disk: rename");
    return 0;
}

int fsync(int descriptor) { return keep(descriptor); }

int fdatasync(int descriptor) { return keep(descriptor); }
