#pragma once
#include <microhttpd.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* Swift imports neither variadic functions nor macros with casts: these are the only ones the daemon needs. */

static const uint64_t espalier_mhd_size_unknown = MHD_SIZE_UNKNOWN;
static const ssize_t espalier_mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t espalier_mhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;

/* The callbacks of one daemon; all of them get the same context. */
struct espalier_mhd_callbacks {
    MHD_AccessHandlerCallback access;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    size_t (*unescape)(void *context, struct MHD_Connection *connection, char *text);
    void *context;
};

struct espalier_mhd_limits {
    unsigned int connections;
    unsigned int idle_seconds;
    size_t connection_memory;
};

/* MHD_start_daemon is variadic. One thread, which gets its connections by MHD_add_connection. */
static inline struct MHD_Daemon *
espalier_mhd_start(const struct espalier_mhd_callbacks *callbacks, const struct espalier_mhd_limits *limits)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        callbacks->access, callbacks->context,
        MHD_OPTION_NOTIFY_COMPLETED, callbacks->completed, callbacks->context,
        MHD_OPTION_NOTIFY_CONNECTION, callbacks->connection, callbacks->context,
        MHD_OPTION_URI_LOG_CALLBACK, callbacks->target, callbacks->context,
        MHD_OPTION_UNESCAPE_CALLBACK, callbacks->unescape, callbacks->context,
        MHD_OPTION_CONNECTION_LIMIT, limits->connections,
        MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits->connection_memory,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
        MHD_OPTION_END);
}

/* MHD_set_response_options is variadic. */
static inline enum MHD_Result
espalier_mhd_never_chunk(struct MHD_Response *response)
{
    return MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}

/* MHD_get_connection_info is variadic. */
static inline void *
espalier_mhd_socket_context(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static inline int
espalier_mhd_socket(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* <sys/socket.h> shows it to GNU programs only. */
extern int accept4(int listening, struct sockaddr *address, socklen_t *length, int flags);

static inline int
espalier_accept(int listening, struct sockaddr *address, socklen_t *length)
{
    return accept4(listening, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
