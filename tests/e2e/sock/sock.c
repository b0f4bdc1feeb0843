// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets and messages for the cases. A message that arrives is judged by its own
 * Content-Length and the fixed contents of every body, not by what was sent: what
 * omasec delivers has one more header field, or another length field.
 */
#include "sock.h"

bool plain, six;
int port = 7000;
char why[256];

int fail(int line, const char *fmt, ...)
{
	int e = errno, n = snprintf(why, sizeof(why), "line %d: ", line);
	va_list ap;

	va_start(ap, fmt);
	n += vsnprintf(why + n, sizeof(why) - n, fmt, ap);
	va_end(ap);
	snprintf(why + n, sizeof(why) - n, " (errno %d %s)", e, strerror(e));
	return 1;
}

long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void nap(int ms)
{
	struct timespec t = { ms / 1000, (ms % 1000) * 1000000L };

	nanosleep(&t, NULL);
}

/* ---- sockets ---- */

socklen_t address(struct sockaddr_storage *ss, int p)
{
	struct sockaddr_in6 *a6 = (void *)ss;
	struct sockaddr_in *a = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (six) {
		a6->sin6_family = AF_INET6;
		a6->sin6_port = htons(p);
		a6->sin6_addr = in6addr_loopback;
		return sizeof(*a6);
	}
	a->sin_family = AF_INET;
	a->sin_port = htons(p);
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sizeof(*a);
}

int listener(void)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, port);
	int fd = socket(ss.ss_family, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (void *)&ss, len) || listen(fd, 64))
		return -1;
	return fd;
}

int dial(void)
{
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, port);
	int fd = socket(ss.ss_family, SOCK_STREAM, 0);

	if (fd >= 0 && connect(fd, (void *)&ss, len)) {
		close(fd);
		return -1;
	}
	return fd;
}

int pair_open(struct pair *p)
{
	int l = listener();

	MUST(l >= 0);
	p->c = dial();
	MUST(p->c >= 0);
	p->s = accept(l, NULL, NULL);
	MUST(p->s >= 0);
	close(l);
	return 0;
}

void nonblock(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

int set_int(int fd, int level, int name, int val)
{
	return setsockopt(fd, level, name, &val, sizeof(val));
}

void set_time(int fd, int name, int ms)
{
	struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };

	setsockopt(fd, SOL_SOCKET, name, &tv, sizeof(tv));
}

/* ---- messages ---- */

unsigned char octet(size_t i)
{
	return "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"[i % 49];
}

/* A request or response with @body octets; *len octets in all. To be freed. */
char *message(bool request, size_t body, size_t *len)
{
	char *m = malloc(body + 256);
	size_t i;
	int n;

	n = sprintf(m, "%s\r\nContent-Type: application/vnd.syncml.dm+xml\r\nContent-Length: %zu\r\n\r\n",
		    request ? "POST /dm HTTP/1.1\r\nHost: localhost" : "HTTP/1.1 200 OK", body);
	for (i = 0; i < body; i++)
		m[n + i] = octet(i);
	*len = n + body;
	return m;
}

bool write_all(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

bool put(int fd, bool request, size_t body)
{
	size_t len;
	char *m = message(request, body, &len);
	bool ok = write_all(fd, m, len);

	free(m);
	return ok;
}

void parse(struct parser *p, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len && !p->bad; i++) {
		p->total++;
		if (p->in_body) {
			if ((unsigned char)data[i] != octet(p->body_got++))
				p->bad = true;
		} else if (p->head_len >= sizeof(p->head) - 1) {
			p->bad = true;
		} else {
			const char *field;

			p->head[p->head_len++] = data[i];
			p->head[p->head_len] = '\0';
			if (p->head_len < 4 || strcmp(p->head + p->head_len - 4, "\r\n\r\n"))
				continue;
			field = strcasestr(p->head, "\r\nContent-Length:");
			p->in_body = true;
			p->body_got = 0;
			p->body_len = field ? strtoul(field + 17, NULL, 10) : 0;
		}
		if (p->in_body && p->body_got == p->body_len) {
			p->messages++;
			p->in_body = false;
			p->head_len = 0;
		}
	}
}

/* Reads one whole message in pieces of at most @piece; its length as it arrived, or -1. */
long get_by(int fd, size_t body, size_t piece)
{
	struct parser p = { .messages = 0 };
	char *buf = malloc(piece);
	bool at_head = true;

	while (!p.messages && !p.bad) {
		size_t want = at_head && !p.in_body ? 1 : piece;
		ssize_t n;

		if (p.in_body && want > p.body_len - p.body_got)
			want = p.body_len - p.body_got;
		n = recv(fd, buf, want, 0);
		if (n <= 0)
			break;
		parse(&p, buf, n);
	}
	free(buf);
	if (p.messages != 1 || p.bad || p.body_len != body) {
		fail(0, "message not whole: %u messages, %zu of %zu octets of body, bad %d",
		     p.messages, p.body_got, body, p.bad);
		return -1;
	}
	return p.total;
}

long get(int fd, size_t body)
{
	return get_by(fd, body, 64 * KIB);
}

/* One request and its response. */
int exchange(struct pair *p, size_t up, size_t down)
{
	MUST(put(p->c, true, up));
	MUST(get(p->s, up) > 0);
	MUST(put(p->s, false, down));
	MUST(get(p->c, down) > 0);
	return 0;
}

/* How long a request with @body octets is when it arrives. Costs one exchange. */
int measure(struct pair *p, size_t body, long *len)
{
	MUST(put(p->c, true, body));
	*len = get(p->s, body);
	MUST(*len > 0);
	MUST(put(p->s, false, 1));
	MUST(get(p->c, 1) > 0);
	return 0;
}

int events(int fd, int want, int ms)
{
	struct pollfd pf = { .fd = fd, .events = want };

	return poll(&pf, 1, ms) < 0 ? -1 : pf.revents;
}

void *job_send(void *arg)
{
	struct job *j = arg;
	size_t len, at;
	char *m = message(j->request, j->body, &len);
	size_t piece = j->piece ?: len;

	if (j->delay_ms)
		nap(j->delay_ms);
	j->result = 0;
	for (at = 0; at < len; at += piece)
		if (!write_all(j->fd, m + at, len - at < piece ? len - at : piece)) {
			j->result = -errno;
			break;
		}
	free(m);
	if (j->then_close)
		close(j->fd);
	return NULL;
}

void *job_get(void *arg)
{
	struct job *j = arg;

	if (j->delay_ms)
		nap(j->delay_ms);
	j->result = get_by(j->fd, j->body, j->piece ?: 64 * KIB);
	return NULL;
}

void start(struct job *j, void *(*fn)(void *))
{
	pthread_create(&j->thread, NULL, fn, j);
}

long finish(struct job *j)
{
	pthread_join(j->thread, NULL);
	return j->result;
}
