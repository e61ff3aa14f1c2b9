// A mail server that takes everything at once and keeps nothing: what is left is the sender's own work.
//
//     mailbox PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

typedef struct {
    int socket;
    bool in_message;
    size_t held;
    char *input;
} Peer;

static void say(Peer *peer, const char *text) {
    if (send(peer->socket, text, strlen(text), MSG_NOSIGNAL) < 0) perror("mailbox: send");
}

static void obey(Peer *peer, const char *line) {
    if (!strncasecmp(line, "EHLO", 4)) say(peer, "250-mailbox\r\n250-8BITMIME\r\n250 SIZE 1048576\r\n");
    else if (!strncasecmp(line, "DATA", 4)) peer->in_message = true, say(peer, "354 go on\r\n");
    else if (!strncasecmp(line, "QUIT", 4)) say(peer, "221 bye\r\n");
    else say(peer, "250 ok\r\n");
}

// Deals with what is whole; what is not stays.
static void read_lines(Peer *peer) {
    char *from = peer->input, *end = peer->input + peer->held;
    while (from < end) {
        const char *mark = peer->in_message ? "\r\n.\r\n" : "\r\n";
        char *found = memmem(from, end - from, mark, strlen(mark));
        if (!found) break;
        *found = 0;
        if (peer->in_message) peer->in_message = false, say(peer, "250 taken\r\n");
        else obey(peer, from);
        from = found + strlen(mark);
    }
    peer->held = end - from;
    memmove(peer->input, from, peer->held);
}

static void drop(Peer *peer) {
    close(peer->socket);
    free(peer->input);
    free(peer);
}

static void welcome(int server, int handle) {
    int on = 1;
    Peer *peer = calloc(1, sizeof *peer);
    if (!peer || !(peer->input = malloc(ROOM))) exit(1);
    if ((peer->socket = accept4(server, NULL, NULL, SOCK_CLOEXEC)) < 0) return free(peer->input), free(peer);
    setsockopt(peer->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    epoll_ctl(handle, EPOLL_CTL_ADD, peer->socket, &event);
    say(peer, "220 mailbox\r\n");
}

static void listen_to(Peer *peer) {
    ssize_t got = recv(peer->socket, peer->input + peer->held, ROOM - peer->held, 0);
    if (got <= 0) return drop(peer);
    peer->held += got;
    read_lines(peer);
    if (peer->held == ROOM) drop(peer);
}

int main(int count, char **words) {
    int on = 1, server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), handle = epoll_create1(EPOLL_CLOEXEC);
    if (count != 2) return fprintf(stderr, "mailbox PORT\n"), 2;
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(server, (struct sockaddr *)&at, sizeof at) || listen(server, 511)) return perror("mailbox"), 1;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
    epoll_ctl(handle, EPOLL_CTL_ADD, server, &event);
    for (;;) {
        int ready = epoll_wait(handle, events, 64, -1);
        for (int i = 0; i < ready; i++)
            if (events[i].data.ptr) listen_to(events[i].data.ptr);
            else welcome(server, handle);
    }
}
