// What HTTP alone can do: libuv and llhttp, one thread, and the same short answer to whatever is asked.
//
//     hello PORT
#include <llhttp.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
static char input[65536]; // every read is parsed before the next begins
static llhttp_settings_t settings;

typedef struct {
    uv_tcp_t socket;
    llhttp_t parser;
    uv_write_t write;
} Peer;

static void freed(uv_handle_t *handle) { free(handle->data); }

static void allocate(uv_handle_t *handle, size_t size, uv_buf_t *buffer) {
    (void)handle, (void)size;
    *buffer = uv_buf_init(input, sizeof input);
}

static int complete(llhttp_t *parser) {
    Peer *peer = parser->data;
    uv_buf_t buffer = uv_buf_init((char *)answer, sizeof answer - 1);
    if (uv_try_write((uv_stream_t *)&peer->socket, &buffer, 1) < 0)
        uv_write(&peer->write, (uv_stream_t *)&peer->socket, &buffer, 1, NULL);
    return 0;
}

static void received(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer) {
    Peer *peer = stream->data;
    if (count > 0 && llhttp_execute(&peer->parser, buffer->base, count) == HPE_OK) return;
    if (count != 0) uv_close((uv_handle_t *)stream, freed);
}

static void accepted(uv_stream_t *server, int status) {
    Peer *peer = status == 0 ? calloc(1, sizeof *peer) : NULL;
    if (!peer) return;
    uv_tcp_init(server->loop, &peer->socket);
    peer->socket.data = peer;
    if (uv_accept(server, (uv_stream_t *)&peer->socket)) return uv_close((uv_handle_t *)&peer->socket, freed);
    uv_tcp_nodelay(&peer->socket, 1);
    llhttp_init(&peer->parser, HTTP_REQUEST, &settings);
    peer->parser.data = peer;
    uv_read_start((uv_stream_t *)&peer->socket, allocate, received);
}

int main(int count, char **words) {
    uv_tcp_t server;
    struct sockaddr_in address;
    if (count != 2) return fprintf(stderr, "hello PORT\n"), 2;
    llhttp_settings_init(&settings);
    settings.on_message_complete = complete;
    uv_tcp_init(uv_default_loop(), &server);
    uv_ip4_addr("127.0.0.1", atoi(words[1]), &address);
    int fault = uv_tcp_bind(&server, (const struct sockaddr *)&address, 0);
    if (!fault) fault = uv_listen((uv_stream_t *)&server, 511, accepted);
    if (fault) return fprintf(stderr, "hello: %s\n", uv_strerror(fault)), 1;
    return uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}
