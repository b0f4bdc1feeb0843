// SPDX-License-Identifier: GPL-2.0
/*
 * What the benchmark measures, as one static program for the guest:
 *	serve PORT [obex|wsp|wtp]               a management server
 *	exchange ROW HOST PORT OCTETS N         N exchanges on one connection; over OBEX, WSP or
 *	                                        WTP when ROW begins with obex, wsp or wtp
 *	connect ROW PORT N                      N times connect, accept, close
 *	idle ROW HOST PORT N                    kernel memory of N connections
 * An exchange is the POST of a DM message of exactly so many octets and a response
 * with one of that size. The messages are valid DM 1.2 of a session that goes
 * on as long as it has to. A first part of the work is done outside of the marks, so that
 * caches are warm. Every result is one line on standard output; icnt.c writes
 * the counts in the same order. Any answer but the expected one ends the run.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "mark.h"
#include "net.h"
#include "obex.h"
#include "wsp.h"
#include "wtp.h"

#define BODY_MAX	(256 * 1024)
#define ROOM		(BODY_MAX + 16384)
#define TYPE		"application/vnd.syncml.dm+xml"
#define CLIENT		"IMEI:493005100592800"
#define SERVER		"http://10.9.0.2:8080/dm"

/* A connection, on either side. */
struct peer {
	int fd;
	unsigned int sent;		/* MsgID of our last message */
	unsigned int session;
	char *buf;			/* the last message that was received, with 0 behind it */
	char *body;
	size_t body_len;
};

static char pad[BODY_MAX];
static enum { HTTP, OBEX, WSP, WTP } binding;
static bool server;

static void pad_init(void)
{
	size_t i;

	for (i = 0; i < sizeof(pad); i++)
		pad[i] = (char)(i % 64 == 63 ? '\n' : 'a' + (i * 7 + i / 64) % 26);
	memcpy(pad, "PAD:", 4);
}

/* ---- messages ---- */

/* The parts of messages; the data stand between a start and its end. */
static const char http_fields[] = "\r\nContent-Type: " TYPE "\r\nCache-Control: no-store\r\nContent-Length: ";
static const char http_request[] = "POST /dm HTTP/1.1\r\nHost: 10.9.0.2:8080\r\nAccept: " TYPE;
static const char http_response[] = "HTTP/1.1 200 OK\r\nServer: bench";
static const char dm_versions[] = "<VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto>";
static const char dm_alert[] = "<Alert><CmdID>1</CmdID><Data>1201</Data></Alert>";
static const char dm_info[] = "<Replace><CmdID>2</CmdID><Item><Source><LocURI>./DevInfo/DevId</LocURI></Source><Data>";
static const char dm_info_end[] = "</Data></Item></Replace><Final/></SyncBody></SyncML>";
static const char dm_results[] = "<Item><Source><LocURI>./DevDetail/A</LocURI></Source><Data>";
static const char dm_results_end[] = "</Data></Item></Results><Final/></SyncBody></SyncML>";
static const char dm_get[] = "<Get><CmdID>4</CmdID><Item><Target><LocURI>./DevDetail/A</LocURI></Target></Item></Get>";
static const char dm_exec[] = "<Exec><CmdID>5</CmdID><Item><Target><LocURI>./A</LocURI></Target><Data>";
static const char dm_exec_end[] = "</Data></Item></Exec><Final/></SyncBody></SyncML>";

/* One message over another binding, as below. */
static bool receive_other(struct peer *p)
{
	if (binding == WSP)
		p->body_len = server ? wsp_serve(p->fd, p->buf, ROOM) : wsp_get(p->fd, p->buf, ROOM);
	else if (binding == WTP)
		p->body_len = server ? wtp_serve(p->fd, p->buf, ROOM) : wtp_get(p->fd, p->buf, ROOM);
	else if (!server)
		p->body_len = obex_get(p->fd, p->buf, ROOM, TYPE);
	else if (!obex_serve(p->fd, p->buf, ROOM, &p->body_len))
		return false;
	p->body = p->buf;
	p->buf[p->body_len] = 0;
	return true;
}

/* One message, over HTTP with a Content-Length, into p->buf; false at its end. */
static bool receive(struct peer *p)
{
	size_t have = 0, want = 0;
	char *end, *field;
	ssize_t n;

	if (!p->buf)
		p->buf = malloc(ROOM + 1);
	if (!p->buf)
		errx(1, "out of memory");
	p->body = NULL;
	if (binding != HTTP)
		return receive_other(p);
	while (!want || have < want) {
		if (have == ROOM)
			errx(1, "a message of more than %d octets", ROOM);
		n = read(p->fd, p->buf + have, ROOM - have);
		/* proxies end idle connections in either way */
		if (!have && (!n || (n < 0 && errno == ECONNRESET)))
			return false;
		if (n < 0)
			err(1, "read");
		if (!n)
			errx(1, "connection closed within a message");
		have += (size_t)n;
		p->buf[have] = 0;
		if (want)
			continue;
		end = strstr(p->buf, "\r\n\r\n");
		if (!end)
			continue;
		field = strcasestr(p->buf, "\r\nContent-Length:");
		if (!field || field > end)
			errx(1, "no Content-Length in: %.300s", p->buf);
		p->body = end + 4;
		p->body_len = strtoul(field + strlen("\r\nContent-Length:"), NULL, 10);
		want = (size_t)(p->body - p->buf) + p->body_len;
	}
	if (have != want)
		errx(1, "more than one message at a time");
	return true;
}

static unsigned int number_after(const struct peer *p, const char *tag)
{
	const char *at = strstr(p->body, tag);

	if (!at)
		errx(1, "no %s in: %.600s", tag, p->buf);
	return (unsigned int)strtoul(at + strlen(tag), NULL, 10);
}

/* The octets of @v over another binding than HTTP. */
static void deliver_other(struct peer *p, const struct iovec *v, int n)
{
	if (binding == OBEX && server)
		obex_answer(p->fd, v, n, TYPE);
	else if (binding == OBEX)
		obex_put(p->fd, v, n, TYPE);
	else if (binding == WSP && server)
		wsp_answer(p->fd, v, n);
	else if (binding == WSP)
		wsp_post(p->fd, v, n, SERVER);
	else if (server)
		wtp_answer(p->fd, v, n);
	else
		wtp_post(p->fd, v, n, SERVER);
}

/* Sends a message of @size octets: @start, as many octets of data as it takes, @end. */
static void deliver(struct peer *p, const char *first_line, const char *start, const char *end,
		    size_t size)
{
	char head[512];
	size_t fixed = strlen(start) + strlen(end);
	struct iovec v[4] = {
		{ head, 0 },
		{ (void *)start, strlen(start) },
		{ pad, size - fixed },
		{ (void *)end, strlen(end) },
	};

	if (fixed + 8 > size || size > (binding == WSP ? WSP_BODY_MAX : BODY_MAX))
		errx(2, "no message of %zu octets can be made", size);
	if (binding != HTTP) {
		deliver_other(p, v + 1, 3);
		return;
	}
	v[0].iov_len = (size_t)snprintf(head, sizeof(head), "%s%s%zu\r\n\r\n", first_line,
					http_fields, size);
	write_all(p->fd, v, 4);
}

static int header(struct peer *p, char *to, size_t room, const char *target, const char *source)
{
	int n = snprintf(to, room, "<SyncML xmlns=\"SYNCML:SYNCML1.2\"><SyncHdr>%s", dm_versions);

	n += snprintf(to + n, room - (size_t)n, "<SessionID>%u</SessionID><MsgID>%u</MsgID>",
		      p->session, ++p->sent);
	n += snprintf(to + n, room - (size_t)n, "<Target><LocURI>%s</LocURI></Target>", target);
	n += snprintf(to + n, room - (size_t)n, "<Source><LocURI>%s</LocURI></Source>", source);
	return n + snprintf(to + n, room - (size_t)n, "</SyncHdr><SyncBody>");
}

static int status(char *to, size_t room, unsigned int id, unsigned int msg, unsigned int ref,
		  const char *cmd)
{
	int n = snprintf(to, room, "<Status><CmdID>%u</CmdID><MsgRef>%u</MsgRef>", id, msg);

	return n + snprintf(to + n, room - (size_t)n,
			    "<CmdRef>%u</CmdRef><Cmd>%s</Cmd><Data>200</Data></Status>", ref, cmd);
}

/* The client's next message: DevInfo at first, then Results for what it was asked. */
static void request(struct peer *p, size_t size)
{
	char start[2048], *at = start, *end = start + sizeof(start);
	unsigned int ref = p->body ? number_after(p, "<MsgID>") : 0;

	at += header(p, at, (size_t)(end - at), SERVER, CLIENT);
	if (!ref) {
		snprintf(at, (size_t)(end - at), "%s%s", dm_alert, dm_info);
		deliver(p, http_request, start, dm_info_end, size);
		return;
	}
	at += status(at, (size_t)(end - at), 1, ref, 0, "SyncHdr");
	at += status(at, (size_t)(end - at), 2, ref, 4, "Get");
	at += status(at, (size_t)(end - at), 3, ref, 5, "Exec");
	snprintf(at, (size_t)(end - at),
		 "<Results><CmdID>4</CmdID><MsgRef>%u</MsgRef><CmdRef>4</CmdRef>%s", ref, dm_results);
	deliver(p, http_request, start, dm_results_end, size);
}

/* The server's answer, of the size of what it received. */
static void respond(struct peer *p, size_t size)
{
	char start[2048], *at = start, *end = start + sizeof(start);
	unsigned int ref = number_after(p, "<MsgID>");

	p->session = number_after(p, "<SessionID>");
	at += header(p, at, (size_t)(end - at), CLIENT, SERVER);
	at += status(at, (size_t)(end - at), 1, ref, 0, "SyncHdr");
	if (ref == 1) {
		at += status(at, (size_t)(end - at), 2, ref, 1, "Alert");
		at += status(at, (size_t)(end - at), 3, ref, 2, "Replace");
	}
	snprintf(at, (size_t)(end - at), "%s%s", dm_get, dm_exec);
	deliver(p, http_response, start, dm_exec_end, size);
}

/* The data of a message arrived as they were sent. */
static void check_data(const struct peer *p)
{
	const char *data = strstr(p->body, "<Data>PAD:"), *end;

	if (!data)
		errx(1, "the data are missing in: %.800s", p->buf);
	data += strlen("<Data>");
	end = strstr(data, "</Data>");
	if (!end || memcmp(data, pad, (size_t)(end - data)) ||
	    memcmp(p->body + p->body_len - strlen("</SyncML>"), "</SyncML>", strlen("</SyncML>")))
		errx(1, "the data are damaged");
}

/* One exchange of the client; with check, what came back is looked at octet by octet. */
static void exchange(struct peer *p, size_t size, bool check)
{
	request(p, size);
	if (!receive(p))
		errx(1, "the server closed the connection");
	if (binding == HTTP && strncmp(p->buf, "HTTP/1.1 200", 12))
		errx(1, "the response is: %.300s", p->buf);
	if (number_after(p, "<MsgRef>") != p->sent || p->body_len + 64 < size)
		errx(1, "that is no answer to message %u: %.600s", p->sent, p->buf);
	if (check)
		check_data(p);
}

/* ---- what is run ---- */

/* The size that the client's application sent: canonical XML is longer, what has lost a challenge shorter. */
static size_t size_of(const struct peer *p)
{
	size_t size = 1024;

	while (size + size / 8 < p->body_len)
		size *= 2;
	return size;
}

/* One session after the other: there are no connections. */
static void serve_datagrams(const char *port)
{
	struct peer p = { .fd = wsp_listen(port) };

	printf("ready\n");
	while (receive(&p)) {
		if (number_after(&p, "<MsgID>") == 1) {
			p.sent = 0;
			check_data(&p);
		}
		respond(&p, size_of(&p));
	}
}

static void serve(const char *port)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int lfd = listen_on(port), ep = epoll_create1(0);
	static char room[ROOM + 1];

	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, lfd, &ev))
		err(1, "epoll");
	printf("ready\n");
	for (;;) {
		struct peer *p;

		if (epoll_wait(ep, &ev, 1, -1) != 1)
			err(1, "epoll_wait");
		p = ev.data.ptr;
		if (!p) {
			p = calloc(1, sizeof(*p));
			if (!p)
				errx(1, "out of memory");
			p->fd = accept(lfd, NULL, NULL);
			if (p->fd < 0)
				err(1, "accept");
			setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
			p->buf = room;
			ev.events = EPOLLIN;
			ev.data.ptr = p;
			if (epoll_ctl(ep, EPOLL_CTL_ADD, p->fd, &ev))
				err(1, "epoll_ctl");
		} else if (receive(p)) {
			/* the client checks now and then, the server at first */
			if (!p->sent)
				check_data(p);
			respond(p, size_of(p));
		} else {
			close(p->fd);
			free(p);
		}
	}
}

/* Which one @name begins with. */
static unsigned int binding_of(const char *name)
{
	return !strncmp(name, "obex", 4) ? OBEX : !strncmp(name, "wsp", 3) ? WSP :
	       !strncmp(name, "wtp", 3) ? WTP : HTTP;
}

static void run_exchanges(char **argv)
{
	struct sockaddr_in a = address_of(argv[1], argv[2]);
	struct peer p = { .session = (unsigned int)getpid() };
	size_t size = strtoul(argv[3], NULL, 10);
	unsigned int n = (unsigned int)atoi(argv[4]), i;

	binding = binding_of(argv[0]);
	p.fd = binding >= WSP ? wsp_connect(argv[1], argv[2]) : connect_to(&a);
	if (binding == OBEX)
		obex_connect(p.fd);
	else if (binding == WTP)
		wtp_begin(p.fd);
	for (i = 0; i < 4; i++)
		exchange(&p, size, true);
	mark_begin();
	for (i = 0; i < n; i++)
		exchange(&p, size, false);
	mark_end();
	exchange(&p, size, true);
	printf("interval exchange %s %zu %u\n", argv[0], size, n);
}

static void connect_once(int lfd, const struct sockaddr_in *a)
{
	int fd = connect_to(a), peer = accept(lfd, NULL, NULL);

	if (peer < 0)
		err(1, "accept");
	close(fd);
	close(peer);
}

static void run_connects(char **argv)
{
	struct sockaddr_in a = address_of("127.0.0.1", argv[1]);
	unsigned int n = (unsigned int)atoi(argv[2]), i;
	int lfd = listen_on(argv[1]);

	for (i = 0; i < 200; i++)
		connect_once(lfd, &a);
	mark_begin();
	for (i = 0; i < n; i++)
		connect_once(lfd, &a);
	mark_end();
	printf("interval connect %s 0 %u\n", argv[0], n);
}

/* Octets in objects of all slab caches. */
static long slab_octets(void)
{
	FILE *f = fopen("/proc/slabinfo", "r");
	char line[512];
	long sum = 0, objects, size;

	if (!f)
		err(1, "/proc/slabinfo");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %ld %*d %ld", &objects, &size) == 2)
			sum += objects * size;
	fclose(f);
	return sum;
}

static void run_idle(char **argv)
{
	struct sockaddr_in a = address_of(argv[1], argv[2]);
	unsigned int n = (unsigned int)atoi(argv[3]), i;
	static char room[ROOM + 1];
	struct peer *p = calloc(n, sizeof(*p));
	long before;

	if (!p)
		errx(1, "out of memory");
	slab_octets();
	sleep(2);
	before = slab_octets();
	for (i = 0; i < n; i++) {
		p[i].fd = connect_to(&a);
		p[i].session = 100000 + i;
		p[i].buf = room;
		exchange(&p[i], 1024, false);
	}
	/* what is freed after a grace period, and sent by delayed work */
	sleep(2);
	printf("memory idle %s %ld %u\n", argv[0], slab_octets() - before, n);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	pad_init();
	server = !strcmp(what, "serve");
	if (server && argc == 4)
		binding = binding_of(argv[3]);
	if (server && binding >= WSP)
		serve_datagrams(argv[2]);
	else if (server && argc == 3 + (binding != HTTP))
		serve(argv[2]);
	else if (!strcmp(what, "exchange") && argc == 7)
		run_exchanges(argv + 2);
	else if (!strcmp(what, "connect") && argc == 5)
		run_connects(argv + 2);
	else if (!strcmp(what, "idle") && argc == 6)
		run_idle(argv + 2);
	else
		errx(2, "see the head of exchange.c for what it takes");
	return 0;
}
