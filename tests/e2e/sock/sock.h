/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the cases of sock_semantics share: a pair of connected sockets, HTTP
 * messages of type DM put and got through them, and checks that say what did
 * not hold. A case is a function that returns 0, or 1 after fail().
 */
#ifndef SOCK_H
#define SOCK_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KIB 1024
#define MIB (1024 * 1024)

struct pair {
	int c, s;	/* the connecting side, the accepted side */
};

/**
 * struct item - a case
 * @only: about what omasec does; not on plain sockets
 */
struct item {
	const char *name;
	int (*fn)(struct pair *p);
	bool only;
};

#define CASE(f) { #f, f, false }
#define ONLY(f) { #f, f, true }

/* Each ends with an item without a name. */
extern const struct item io_cases[], ready_cases[], end_cases[], refuse_cases[];

extern bool plain, six;
extern int port;
extern char why[256];

int fail(int line, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* In a case: leave it, saying what did not hold. */
#define MUST(cond) do { if (!(cond)) return fail(__LINE__, "%s", #cond); } while (0)
#define EQ(a, b) do { \
	long long va_ = (a), vb_ = (b); \
	if (va_ != vb_) \
		return fail(__LINE__, "%s is %lld, expected %s = %lld", #a, va_, #b, vb_); \
} while (0)
/* A call must fail with this errno. */
#define FAILS(call, err) do { \
	errno = 0; \
	long long v_ = (call); \
	int e_ = errno; \
	if (v_ != -1 || e_ != (err)) \
		return fail(__LINE__, "%s gave %lld errno %d, expected errno %d", #call, v_, e_, err); \
} while (0)
#define RUN(call) do { if (call) return 1; } while (0)

long now_ms(void);
void nap(int ms);

socklen_t address(struct sockaddr_storage *ss, int p);
int listener(void);
int dial(void);
int pair_open(struct pair *p);
void nonblock(int fd);
int set_int(int fd, int level, int name, int val);
void set_time(int fd, int name, int ms);
int events(int fd, int want, int ms);

/* The octet at place @i of every body. */
unsigned char octet(size_t i);
/* A request or response with @body octets; *len octets in all. To be freed. */
char *message(bool request, size_t body, size_t *len);
bool write_all(int fd, const char *p, size_t len);
bool put(int fd, bool request, size_t body);

/* What a reader has seen of messages so far. */
struct parser {
	char head[2048];
	size_t head_len, body_len, body_got, total;
	bool in_body, bad;
	unsigned int messages;
};

void parse(struct parser *p, const char *data, size_t len);
/* Reads one whole message in pieces of at most @piece; its length as it arrived, or -1. */
long get_by(int fd, size_t body, size_t piece);
long get(int fd, size_t body);
/* One request and its response. */
int exchange(struct pair *p, size_t up, size_t down);
/* How long a request with @body octets is when it arrives. Costs one exchange. */
int measure(struct pair *p, size_t body, long *len);

/* Puts octets through in the background: what a peer in another process does. */
struct job {
	pthread_t thread;
	int fd;
	bool request;
	size_t body, piece;
	int delay_ms, count;
	bool then_close;
	long result;
};

void *job_send(void *arg);
void *job_get(void *arg);
void start(struct job *j, void *(*fn)(void *));
long finish(struct job *j);

#endif
