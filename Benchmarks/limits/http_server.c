// libmicrohttpd with nothing behind it: every GET is answered with the same JSON document of a given size.
//
//   http_server PORT THREADS BYTES
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct MHD_Response *response;

static enum MHD_Result handle(
    void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
    const char *data, size_t *size, void **request) {
  static int seen;
  if (!*request) {
    *request = &seen;
    return MHD_YES;
  }
  return MHD_queue_response(connection, MHD_HTTP_OK, response);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  unsigned threads = atoi(arguments[2]);
  size_t bytes = atoi(arguments[3]) < 9 ? 9 : atoi(arguments[3]);
  char *body = malloc(bytes + 1);
  memset(body, 'x', bytes);
  memcpy(body, "{\"id\":\"", 7);
  memcpy(body + bytes - 2, "\"}", 2);
  response = MHD_create_response_from_buffer(bytes, body, MHD_RESPMEM_PERSISTENT);
  MHD_add_response_header(response, "Content-Type", "application/json");
  struct MHD_Daemon *daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, atoi(arguments[1]), NULL, NULL, handle, NULL,
      MHD_OPTION_CONNECTION_LIMIT, 1024u,
      threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END);
  if (!daemon) {
    perror("http_server");
    return 1;
  }
  pause();
  return 0;
}
