// What moving the bytes of a document takes, without understanding them.
//
//   bandwidth in FILE BYTES    reads a file, looks at every byte, writes BYTES to disk and syncs them
//   bandwidth out BYTES        sends so many bytes over a loopback connection, which another thread reads
#include "contestant.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 1 << 18 };
static _Alignas(64) unsigned char buffer[BUFFER];
static volatile unsigned long seen;

static void check(long result, const char *what) {
  if (result < 0) {
    perror(what);
    exit(1);
  }
}

static void in(const char *file, long bytes) {
  char path[4096];
  snprintf(path, sizeof path, "%s.bandwidth", file);
  int from = open(file, O_RDONLY), to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  check(from, file);
  check(to, path);
  ssize_t count;
  unsigned long total = 0;
  while ((count = read(from, buffer, BUFFER)) > 0)
    for (ssize_t i = 0; i < count; i++) total += buffer[i];
  seen = total;
  for (long left = bytes; left > 0; left -= count) {
    count = write(to, buffer, left < BUFFER ? left : BUFFER);
    check(count, "write");
  }
  check(fsync(to), "fsync");
  close(from);
  close(to);
  unlink(path);
}

static int listener;
static void *reader(void *bytes) {
  static unsigned char other[1 << 20];
  int from = accept(listener, NULL, NULL);
  for (long left = *(long *)bytes; left > 0;) {
    ssize_t count = recv(from, other, sizeof other, 0);
    if (count <= 0) break;
    left -= count;
  }
  close(from);
  return NULL;
}

static void out(long bytes) {
  pthread_t thread;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  pthread_create(&thread, NULL, reader, &bytes);
  check(getsockname(listener, (struct sockaddr *)&address, &length), "getsockname");
  int to = socket(AF_INET, SOCK_STREAM, 0);
  check(connect(to, (struct sockaddr *)&address, length), "connect");
  ssize_t count;
  for (long left = bytes; left > 0; left -= count) {
    count = send(to, buffer, left < BUFFER ? left : BUFFER, 0);
    check(count, "send");
  }
  pthread_join(thread, NULL);
  close(to);
}

int main(int count, char **arguments) {
  int inwards = count == 4 && !strcmp(arguments[1], "in");
  if (!inwards && !(count == 3 && !strcmp(arguments[1], "out"))) return 2;
  long bytes = atol(arguments[count - 1]);
  memset(buffer, '7', BUFFER);
  if (!inwards) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    listener = socket(AF_INET, SOCK_STREAM, 0);
    check(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(listener, 1), "listen");
  }
  ready("");
  while (turn()) {
    double began = seconds();
    if (inwards) in(arguments[2], bytes);
    else out(bytes);
    printf("{\"seconds\": %.9f}\n", seconds() - began);
    fflush(stdout);
  }
  return 0;
}
