// The load generator: replays a file of ready-made requests over kept-alive connections and measures each answer.
//
//     load PORT CONNECTIONS FILE [--seconds S] [--count N] [--rate R] [--loop]
//
// The file holds requests one behind the other, each behind its length in four bytes, least significant first. Without
// a rate it is a closed loop: each connection sends its next request when the last is answered. With a rate, request i
// is due at i / R seconds, whatever the server does, and its latency counts from that moment, also while it waits for
// a connection: a server that stalls is charged for everything that should have happened meanwhile.
//
// Prints one line of JSON; times are in microseconds. Ends with 1 when an answer was lost.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 18, PATIENCE = 30 };

typedef struct {
    int socket;
    bool busy;
    int64_t since; // when the request under way was due
    const char *rest;
    size_t left;  // of the request, still to be sent
    size_t held;  // bytes of the answer so far
    size_t whole; // length of the answer once its header is known, else 0
    int status;
    bool closes;
    bool awaits_room;
    char *answer;
} Connection;

static struct { const char *start; uint32_t length; } *requests;
static size_t request_count, next_request, begun, answered, broken, reopened;
static size_t status_count[600];
static int64_t *latencies;
static size_t latency_room;
static Connection *connections;
static int connection_count, port, poll_handle, busy_count;
static int64_t started, until, largest_backlog;
static size_t wanted;
static double rate;
static bool repeats;

static void fail(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(2);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void read_file(const char *name) {
    int file = open(name, O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) < 0) fail(name);
    const char *bytes = mmap(NULL, about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED) fail(name);
    size_t room = 0;
    for (off_t at = 0; at + 4 <= about.st_size;) {
        uint32_t length;
        memcpy(&length, bytes + at, 4);
        if (request_count == room) {
            room = room ? room * 2 : 1024;
            requests = realloc(requests, room * sizeof *requests);
            if (!requests) fail("memory");
        }
        requests[request_count].start = bytes + at + 4;
        requests[request_count++].length = length;
        at += 4 + length;
    }
    if (!request_count) fail("the file holds no request");
}

static void open_connection(Connection *c) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->socket < 0 || connect(c->socket, (struct sockaddr *)&to, sizeof to) < 0) fail("connect");
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(c->socket, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(poll_handle, EPOLL_CTL_ADD, c->socket, &event) < 0) fail("epoll_ctl");
    c->held = c->whole = c->left = 0;
    c->closes = c->awaits_room = false;
}

static void reopen(Connection *c) {
    close(c->socket);
    reopened++;
    open_connection(c);
}

static void lose(Connection *c) {
    if (c->busy) {
        c->busy = false;
        busy_count--;
        broken++;
    }
    reopen(c);
}

static void send_rest(Connection *c) {
    while (c->left) {
        ssize_t sent = send(c->socket, c->rest, c->left, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EAGAIN) break;
            return lose(c);
        }
        c->rest += sent;
        c->left -= sent;
    }
    if (c->awaits_room == (c->left > 0)) return;
    c->awaits_room = c->left > 0;
    struct epoll_event event = {.events = EPOLLIN | (c->left ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poll_handle, EPOLL_CTL_MOD, c->socket, &event);
}

static bool is_over(int64_t at) {
    if (wanted && begun >= wanted) return true;
    if (!repeats && next_request >= request_count) return true;
    return until && at >= until;
}

static void begin(Connection *c, int64_t due) {
    c->busy = true;
    busy_count++;
    c->since = due;
    c->rest = requests[next_request % request_count].start;
    c->left = requests[next_request % request_count].length;
    next_request++;
    begun++;
    c->held = c->whole = 0;
    send_rest(c);
}

// Starts what is due on the connections that are free; answers when to look again, 0 when an answer must come first.
static int64_t begin_due(int64_t at) {
    for (int i = 0; i < connection_count && busy_count < connection_count; i++) {
        Connection *c = &connections[i];
        if (c->busy) continue;
        int64_t due = rate > 0 ? started + (int64_t)(begun * 1e9 / rate) : at;
        if (is_over(due > at ? at : due)) return 0;
        if (due > at) return due;
        begin(c, due);
    }
    if (rate > 0) {
        int64_t backlog = (int64_t)((at - started) / 1e9 * rate) - (int64_t)begun;
        if (backlog > largest_backlog) largest_backlog = backlog;
    }
    return 0;
}

static void note(Connection *c, int64_t at) {
    if (answered == latency_room) {
        latency_room = latency_room ? latency_room * 2 : 1 << 16;
        latencies = realloc(latencies, latency_room * sizeof *latencies);
        if (!latencies) fail("memory");
    }
    latencies[answered++] = at - c->since;
    status_count[c->status]++;
    c->busy = false;
    busy_count--;
    if (c->closes) reopen(c);
}

static char *field(Connection *c, char *end, const char *name) {
    size_t length = strlen(name);
    for (char *line = strstr(c->answer, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, name, length) && line[2 + length] == ':') return line + 3 + length;
    return NULL;
}

static bool read_header(Connection *c) {
    c->answer[c->held] = 0;
    char *end = strstr(c->answer, "\r\n\r\n");
    if (!end) return false;
    c->status = atoi(c->answer + 9);
    if (c->status < 200 || c->status > 599) fail("an answer without a status");
    char *length = field(c, end, "content-length"), *connection = field(c, end, "connection");
    if (!length && c->status != 204 && c->status != 304) fail("an answer without Content-Length");
    c->closes = connection && !strncasecmp(connection + 1, "close", 5);
    c->whole = end + 4 - c->answer + (length ? strtoul(length, NULL, 10) : 0);
    if (c->whole >= ROOM) fail("an answer too large");
    return true;
}

static void receive(Connection *c) {
    for (;;) {
        ssize_t got = recv(c->socket, c->answer + c->held, ROOM - 1 - c->held, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return lose(c);
        if (!c->busy) fail("an answer that nobody asked for");
        c->held += got;
        if (!c->whole && !read_header(c)) continue;
        if (c->held < c->whole) continue;
        if (c->held > c->whole) fail("more than one answer");
        return note(c, now());
    }
}

static int ascending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double percentile(double share) {
    size_t rank = (size_t)(share * answered);
    return answered ? latencies[rank < answered ? rank : answered - 1] / 1e3 : 0;
}

static void report(double seconds) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    qsort(latencies, answered, sizeof *latencies, ascending);
    double processor = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    printf("{\"answered\": %zu, \"broken\": %zu, \"reopened\": %zu, \"seconds\": %.6f, \"per_second\": %.1f, ", answered,
           broken, reopened, seconds, answered / seconds);
    printf("\"p50\": %.1f, \"p95\": %.1f, \"p99\": %.1f, \"max\": %.1f, \"largest_backlog\": %lld, \"own_cpu\": %.3f, ",
           percentile(0.5), percentile(0.95), percentile(0.99), percentile(1), (long long)largest_backlog, processor);
    printf("\"statuses\": {");
    const char *comma = "";
    for (int status = 0; status < 600; status++)
        if (status_count[status]) {
            printf("%s\"%d\": %zu", comma, status, status_count[status]);
            comma = ", ";
        }
    printf("}}\n");
}

static void run(void) {
    int64_t last_progress = started = now();
    if (until) until += started;
    struct epoll_event events[256];
    for (;;) {
        int64_t at = now(), again = begin_due(at);
        if (!busy_count && !again) return;
        if (at - last_progress > PATIENCE * 1000000000LL) fail("no answer for 30 s");
        struct timespec wait = {.tv_sec = 1}, *timeout = &wait;
        if (again) {
            int64_t rest = again - now();
            wait.tv_sec = 0;
            wait.tv_nsec = rest > 0 ? rest : 0;
        }
        int count = epoll_pwait2(poll_handle, events, 256, timeout, NULL);
        if (count < 0 && errno != EINTR) fail("epoll_pwait2");
        if (count > 0 || again) last_progress = at;
        for (int i = 0; i < count; i++) {
            Connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) send_rest(c);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(c);
        }
    }
}

int main(int count, char **words) {
    if (count < 4) return fprintf(stderr, "load PORT CONNECTIONS FILE [--seconds S] [--count N] [--rate R] [--loop]\n"), 2;
    port = atoi(words[1]);
    connection_count = atoi(words[2]);
    read_file(words[3]);
    for (int i = 4; i < count; i++) {
        const char *value = i + 1 < count ? words[i + 1] : "";
        if (!strcmp(words[i], "--loop")) repeats = true;
        else if (!strcmp(words[i], "--seconds")) until = (int64_t)(atof(value) * 1e9), i++;
        else if (!strcmp(words[i], "--count")) wanted = strtoul(value, NULL, 10), i++;
        else if (!strcmp(words[i], "--rate")) rate = atof(value), i++;
        else return fprintf(stderr, "load: %s is unknown\n", words[i]), 2;
    }
    if (repeats && !until && !wanted) return fprintf(stderr, "load: --loop needs an end\n"), 2;
    poll_handle = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc(connection_count, sizeof *connections);
    if (poll_handle < 0 || !connections) fail("start");
    for (int i = 0; i < connection_count; i++) {
        connections[i].answer = malloc(ROOM);
        if (!connections[i].answer) fail("memory");
        open_connection(&connections[i]);
    }
    run();
    report((now() - started) / 1e9);
    return broken ? 1 : 0;
}
