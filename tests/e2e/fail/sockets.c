// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of a connection. One end is protected, the other is plain, so that what
 * goes over the wire can be compared with what went there when nothing failed: with
 * fixed nonces a message has the same MAC each time.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>

#include "fail.h"

#ifndef TCP_ULP
#define TCP_ULP 31
#endif
#define BODY_LONG 40000
#define MANY 300

struct octets got, wire_request, wire_small, wire_response, app_request, app_response;
static struct octets sent, scrap;
static int listen_out = -1, listen_in = -1, a = -1, b = -1, result, error;

/* ---- plain helpers ---- */

static void forget(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static struct sockaddr_in address(unsigned int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct timeval t = { PATIENCE_MS / 1000, 0 };

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
	return fd;
}

static int bound(unsigned int port)
{
	struct sockaddr_in sa = address(port);
	int fd = tcp();

	if (fd >= 0 && bind(fd, (void *)&sa, sizeof(sa)))
		forget(&fd);
	return fd;
}

int plain_listener(unsigned int port)
{
	int fd = bound(port);

	if (fd >= 0 && listen(fd, MANY))
		forget(&fd);
	return fd;
}

int dial(unsigned int port)
{
	struct sockaddr_in sa = address(port);
	int fd = tcp();

	if (fd >= 0 && connect(fd, (void *)&sa, sizeof(sa)))
		forget(&fd);
	return fd;
}

bool is_omasec(int fd)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	return !getsockopt(fd, IPPROTO_TCP, TCP_ULP, name, &len) && !strcmp(name, "omasec");
}

static int pick(int listener)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };

	return poll(&p, 1, PATIENCE_MS) == 1 ? accept4(listener, NULL, NULL, SOCK_CLOEXEC) : -1;
}

/*
 * The reset of a refused connection needs memory itself. Where that is lost, the
 * peer learns of the end as soon as it says something.
 */
bool gone(int fd)
{
	struct octets *rest = &scrap;
	bool ended;

	send(fd, "x", 1, MSG_NOSIGNAL);
	rest->len = 0;
	drain(fd, rest, 1, &ended);
	return ended && !rest->len;
}

/* Reads until there are @want octets, or the stream has ended, or patience has. */
void drain(int fd, struct octets *o, size_t want, bool *ended)
{
	/* Who may have lost the reset is asked soon. */
	long patience = mode_now == FROM_SLAB || mode_now == FROM_PAGE ? 700 : PATIENCE_MS;
	long until = now_ms() + patience;

	*ended = false;
	while (o->len < want && now_ms() < until) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, patience) != 1)
			return;
		n = recv(fd, o->data + o->len, sizeof(o->data) - o->len, MSG_DONTWAIT);
		if (n > 0) {
			o->len += n;
		} else if (!n || errno != EAGAIN) {
			*ended = true;
			return;
		}
	}
}

static bool begins(const struct octets *part, const struct octets *all)
{
	return part->len <= all->len && !memcmp(part->data, all->data, part->len);
}

static bool same(const struct octets *x, const struct octets *y)
{
	return x->len == y->len && begins(x, y);
}

static void message(struct octets *o, bool request, size_t body)
{
	size_t i;

	o->len = sprintf(o->data, "%s\r\nContent-Type: application/vnd.syncml.dm+xml\r\n"
			 "Content-Length: %zu\r\n\r\n", request ?
			 "POST /dm HTTP/1.1\r\nHost: localhost" : "HTTP/1.1 200 OK", body);
	for (i = 0; i < body; i++)
		o->data[o->len++] = "0123456789abcdefghijklmnopqrstuvwxyz"[i % 36];
}

static bool send_all(int fd, const struct octets *o)
{
	return send(fd, o->data, o->len, MSG_NOSIGNAL) == (ssize_t)o->len;
}

/* ---- what a message looks like on the wire and to applications ---- */

static int take(int fd, struct octets *o, size_t body)
{
	size_t want = body + 1;
	bool ended;
	char *end;

	o->len = 0;
	drain(fd, o, want, &ended);
	end = memmem(o->data, o->len, "\r\n\r\n", 4);
	MUST(!ended && end);
	want = (end + 4 - o->data) + body;
	drain(fd, o, want, &ended);
	MUST(o->len == want);
	return 0;
}

int references(void)
{
	listen_out = plain_listener(PORT_OUT);
	listen_in = plain_listener(PORT_IN);
	MUST(listen_out >= 0 && listen_in >= 0);
	MUST((a = dial(PORT_OUT)) >= 0);
	MUST((b = pick(listen_out)) >= 0);
	MUST(is_omasec(a) && !is_omasec(b));
	message(&sent, true, BODY);
	MUST(send_all(a, &sent) && !take(b, &wire_request, BODY));
	MUST(memmem(wire_request.data, wire_request.len, "x-syncml-hmac", 13));
	forget(&b);
	forget(&a);

	MUST((a = dial(PORT_IN)) >= 0);
	MUST((b = pick(listen_in)) >= 0);
	MUST(is_omasec(b) && !is_omasec(a));
	MUST(send_all(a, &wire_request) && !take(b, &app_request, BODY));
	message(&sent, false, BODY);
	MUST(send_all(b, &sent) && !take(a, &wire_response, BODY));
	MUST(memmem(wire_response.data, wire_response.len, "x-syncml-hmac", 13));
	forget(&b);
	forget(&a);

	MUST((a = dial(PORT_OUT)) >= 0);
	MUST((b = pick(listen_out)) >= 0);
	message(&sent, true, BODY);
	MUST(send_all(a, &sent) && !take(b, &got, BODY));
	MUST(send_all(b, &wire_response) && !take(a, &app_response, BODY));
	forget(&b);
	forget(&a);

	MUST((a = dial(PORT_OUT)) >= 0);
	MUST((b = pick(listen_out)) >= 0);
	message(&sent, true, BODY_SMALL);
	MUST(send_all(a, &sent) && !take(b, &wire_small, BODY_SMALL));
	forget(&b);
	forget(&a);
	return clean();
}

/* ---- the rules ---- */

static void both_end(void)
{
	forget(&a);
	forget(&b);
}

/* After the sender's call gave @result of @sent: whole, or cut and ended. */
static int judge_sent(int from, int *to, const struct octets *wire)
{
	bool ended = false;

	if (result < 0 && !injected)
		return fail("send: %s", strerror(error));
	if (result < 0)
		result = 0;
	/* What a failing call did not take the application gives again. */
	while (result < (int)sent.len) {
		int n = send(from, sent.data + result, sent.len - result, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		result += n;
	}
	got.len = 0;
	if (*to >= 0)
		drain(*to, &got, wire->len, &ended);
	if (!begins(&got, wire))
		return fail("the peer got %zu octets that are not the message", got.len);
	if (got.len == wire->len)
		return 0;
	if (!injected)
		return fail("the peer got %zu of %zu octets", got.len, wire->len);
	if (!ended && !gone(*to))
		return fail("the peer has %zu of %zu octets and waits; the sender gave %d (%s)",
			    got.len, wire->len, result, strerror(error));
	return 0;
}

static void run_send(void)
{
	result = send(a, sent.data, sent.len, MSG_NOSIGNAL);
	error = errno;
}

static void run_send_b(void)
{
	result = send(b, sent.data, sent.len, MSG_NOSIGNAL);
	error = errno;
}

/*
 * When workers fail, what they work on must come while they do; and they must have
 * had it before the application asks.
 */
static void run_recv(int fd, size_t want, int from, const struct octets *wire)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (wire && mode_now != NTH) {
		mark(false);
		send_all(from, wire);
		if (mode_now == WORKERS)
			poll(&p, 1, PATIENCE_MS);
		mark(true);
	}
	got.len = 0;
	do {
		result = recv(fd, got.data + got.len, sizeof(got.data) - got.len, 0);
		error = errno;
		if (result > 0)
			got.len += result;
	} while (result > 0 && got.len < want);
}

static int judge_received(const struct octets *app)
{
	if (result < 0 && error == EAGAIN)
		return fail("the application waits");
	if (!got.len) {
		if (!injected && app)
			return fail("nothing was delivered: %s", strerror(error));
		return 0;
	}
	if (!app)
		return fail("%zu octets of a message with a wrong MAC were delivered", got.len);
	if (!same(&got, app))
		return fail("%zu octets were delivered that are not the message", got.len);
	return 0;
}

/* ---- connect ---- */

static int prepare_connect(void)
{
	both_end();
	a = tcp();
	MUST(a >= 0);
	return 0;
}

static void run_connect(void)
{
	struct sockaddr_in sa = address(PORT_OUT);

	result = connect(a, (void *)&sa, sizeof(sa));
	error = errno;
}

static int judge_connect(void)
{
	int rc;

	if (result) {
		if (!injected)
			return fail("connect: %s", strerror(error));
		forget(&a);
		/* What reached the listener all the same must carry nothing. */
		fcntl(listen_out, F_SETFL, O_NONBLOCK);
		b = accept4(listen_out, NULL, NULL, SOCK_CLOEXEC);
		fcntl(listen_out, F_SETFL, 0);
		if (b >= 0) {
			bool ended;

			got.len = 0;
			drain(b, &got, 1, &ended);
			MUST(!got.len && ended);
		}
		both_end();
		return 0;
	}
	MUST(is_omasec(a));
	MUST((b = pick(listen_out)) >= 0);
	message(&sent, true, BODY);
	run_send();
	rc = judge_sent(a, &b, &wire_request);
	both_end();
	return rc;
}

/* ---- accept ---- */

static int prepare_accept(void)
{
	both_end();
	MUST((a = dial(PORT_IN)) >= 0);
	return 0;
}

static void run_accept(void)
{
	struct pollfd p = { .fd = listen_in, .events = POLLIN };

	poll(&p, 1, PATIENCE_MS);
	b = accept4(listen_in, NULL, NULL, SOCK_CLOEXEC);
	error = errno;
}

static int judge_accept(void)
{
	bool ended = false;

	if (b < 0 && !injected)
		return fail("accept: %s", strerror(error));
	if (b < 0) {
		/* Either it waits for another accept(), or it is gone. */
		fcntl(listen_in, F_SETFL, O_NONBLOCK);
		b = accept4(listen_in, NULL, NULL, SOCK_CLOEXEC);
		fcntl(listen_in, F_SETFL, 0);
		if (b < 0) {
			got.len = 0;
			drain(a, &got, 1, &ended);
			MUST(ended && !got.len);
			both_end();
			return 0;
		}
	}
	MUST(is_omasec(b));
	MUST(send_all(a, &wire_request));
	run_recv(b, app_request.len, a, NULL);
	if (judge_received(&app_request))
		return 1;
	MUST(injected || got.len);
	both_end();
	return 0;
}

/* ---- messages ---- */

static int pair_out(void)
{
	both_end();
	MUST((a = dial(PORT_OUT)) >= 0);
	MUST((b = pick(listen_out)) >= 0);
	message(&sent, true, BODY);
	return 0;
}

static int pair_in(void)
{
	both_end();
	MUST((a = dial(PORT_IN)) >= 0);
	MUST((b = pick(listen_in)) >= 0);
	return 0;
}

static int judge_request_sent(void)
{
	int rc = judge_sent(a, &b, &wire_request);

	both_end();
	return rc;
}

static struct octets arrives;

static void arriving(const struct octets *wire, bool forged)
{
	arrives.len = wire->len;
	memcpy(arrives.data, wire->data, wire->len);
	arrives.data[wire->len - 7] ^= forged;
}

static int response_arrives(bool forged)
{
	if (pair_out())
		return 1;
	MUST(send_all(a, &sent) && !take(b, &got, BODY));
	arriving(&wire_response, forged);
	MUST(mode_now != NTH || send_all(b, &arrives));
	return 0;
}

static int prepare_response_received(void) { return response_arrives(false); }
static int prepare_response_forged(void) { return response_arrives(true); }
static void run_response_received(void) { run_recv(a, app_response.len, b, &arrives); }

static int judge_end(const struct octets *app)
{
	int rc = judge_received(app);

	both_end();
	return rc;
}

static int judge_response_received(void) { return judge_end(&app_response); }
static int judge_request_received(void) { return judge_end(&app_request); }
static int judge_forged(void) { return judge_end(NULL); }

static int request_arrives(bool forged)
{
	if (pair_in())
		return 1;
	arriving(&wire_request, forged);
	MUST(mode_now != NTH || send_all(a, &arrives));
	return 0;
}

static int prepare_request_received(void) { return request_arrives(false); }
static int prepare_request_forged(void) { return request_arrives(true); }
static void run_request_received(void) { run_recv(b, app_request.len, a, &arrives); }

static int prepare_response_sent(void)
{
	if (pair_in())
		return 1;
	MUST(send_all(a, &wire_request));
	MUST(!take(b, &got, BODY));
	message(&sent, false, BODY);
	return 0;
}

static int judge_response_sent(void)
{
	int rc = judge_sent(b, &a, &wire_response);

	both_end();
	return rc;
}

/* ---- close ---- */

/* A message that does not fit into the two sockets' queues waits in the flow. */
static int prepare_close(void)
{
	int small = 8192;

	both_end();
	MUST((a = tcp()) >= 0);
	setsockopt(a, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	setsockopt(listen_out, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	run_connect();
	MUST(!result && (b = pick(listen_out)) >= 0);
	message(&sent, true, BODY_LONG);
	MUST(send_all(a, &sent));
	return 0;
}

static void run_close(void)
{
	result = close(a);
	a = -1;
}

static int judge_close(void)
{
	const char *head = "POST /dm HTTP/1.1\r\n";
	bool ended;
	size_t body;
	char *end;

	got.len = 0;
	drain(b, &got, sizeof(got.data), &ended);
	if (!ended && !gone(b))
		return fail("the peer has %zu octets and waits", got.len);
	both_end();
	if (!got.len)
		return injected ? 0 : fail("nothing was sent");
	MUST(got.len >= strlen(head) && !memcmp(got.data, head, strlen(head)));
	end = memmem(got.data, got.len, "\r\n\r\n", 4);
	MUST(end && memmem(got.data, end - got.data, "x-syncml-hmac", 13));
	body = got.data + got.len - (end + 4);
	if (body > BODY_LONG || memcmp(end + 4, sent.data + sent.len - BODY_LONG, body))
		return fail("the body is not the message's");
	if (body < BODY_LONG && !injected)
		return fail("%zu octets of the body", body);
	return 0;
}

const struct step attach_steps[] = {
	{ "connect", prepare_connect, run_connect, judge_connect },
	{ "accept", prepare_accept, run_accept, judge_accept },
	{ NULL, NULL, NULL, NULL },
};

const struct step message_steps[] = {
	{ "send a request", pair_out, run_send, judge_request_sent },
	{ "receive a response", prepare_response_received, run_response_received,
	  judge_response_received },
	{ "receive a forged response", prepare_response_forged, run_response_received,
	  judge_forged },
	{ "receive a request", prepare_request_received, run_request_received,
	  judge_request_received },
	{ "receive a forged request", prepare_request_forged, run_request_received,
	  judge_forged },
	{ "send a response", prepare_response_sent, run_send_b, judge_response_sent },
	{ "close", prepare_close, run_close, judge_close },
	{ NULL, NULL, NULL, NULL },
};

/* ---- no flow for a connection ---- */

/*
 * Flows for connect() come from a pool that a worker fills. When it cannot, the pool
 * runs empty: whoever connects then is refused, and later ones are not.
 */
int pool_runs_empty(void)
{
	int fds[MANY], n, i;

	both_end();
	mode_now = FROM_SLAB;
	arm(FROM_SLAB, 0);
	mark(false);
	for (n = 0; n < MANY; n++) {
		fds[n] = dial(PORT_OUT);
		error = errno;
		if (fds[n] < 0 || !is_omasec(fds[n]))
			break;
	}
	injected = disarm(FROM_SLAB);
	for (i = 0; i < n; i++)
		close(fds[i]);
	for (i = 0; i < n; i++)
		close(pick(listen_out));
	if (!injected || n == MANY || fds[n] >= 0 || error != ECONNREFUSED)
		return fail("socket %d is %d, %s; allocations failed: %d", n,
			    n < MANY ? fds[n] : 0, strerror(error), injected);
	for (i = 0; i < 100 && (a = dial(PORT_OUT)) < 0; i++)
		usleep(10000);
	MUST(a >= 0 && is_omasec(a) && (b = pick(listen_out)) >= 0);
	both_end();
	return clean();
}

/* ---- setsockopt(TCP_ULP), listen ---- */

static int listen_ulp = -1;

static int prepare_ulp_connected(void)
{
	both_end();
	MUST(!config_rule_gone(PORT_ULP));
	if (listen_ulp < 0)
		MUST((listen_ulp = plain_listener(PORT_ULP)) >= 0);
	MUST((a = dial(PORT_ULP)) >= 0);
	MUST((b = pick(listen_ulp)) >= 0);
	MUST(!config_rule(PORT_ULP, OMASEC_DIRECTION_OUT, false));
	message(&sent, true, BODY);
	return 0;
}

static void run_ulp(void)
{
	result = setsockopt(a, IPPROTO_TCP, TCP_ULP, "omasec", 6);
	error = errno;
}

/* Refused, the guard stands where the flow does not. */
static int judge_ulp_connected(void)
{
	bool refused = result;
	int rc;

	if (refused && !injected)
		return fail("setsockopt: %s", strerror(error));
	MUST(is_omasec(a) == !refused);
	run_send();
	rc = judge_sent(a, &b, &wire_request);
	MUST(rc || !refused || !got.len);
	both_end();
	forget(&listen_ulp);
	return rc ?: config_rule_gone(PORT_ULP);
}

static int prepare_ulp_listener(void)
{
	both_end();
	MUST(!config_rule_gone(PORT_ULP));
	forget(&listen_ulp);
	MUST((a = plain_listener(PORT_ULP)) >= 0);
	MUST(!config_rule(PORT_ULP, OMASEC_DIRECTION_IN, false));
	return 0;
}

static int prepare_listen(void)
{
	both_end();
	forget(&listen_ulp);
	MUST(!config_rule_gone(PORT_ULP));
	MUST(!config_rule(PORT_ULP, OMASEC_DIRECTION_IN, false));
	MUST((a = bound(PORT_ULP)) >= 0);
	return 0;
}

static void run_listen(void)
{
	result = listen(a, 16);
	error = errno;
}

static int judge_listener(void)
{
	int c, s;

	if (result && !injected)
		return fail("%s", strerror(error));
	MUST(is_omasec(a) == !result);
	if (!result) {
		MUST((c = dial(PORT_ULP)) >= 0);
		MUST((s = pick(a)) >= 0);
		MUST(is_omasec(s));
		close(s);
		close(c);
	}
	both_end();
	return config_rule_gone(PORT_ULP);
}

const struct step ulp_steps[] = {
	{ "setsockopt of a connected socket", prepare_ulp_connected, run_ulp,
	  judge_ulp_connected },
	{ "setsockopt of a listener", prepare_ulp_listener, run_ulp, judge_listener },
	{ "listen", prepare_listen, run_listen, judge_listener },
	{ NULL, NULL, NULL, NULL },
};
