// SPDX-License-Identifier: GPL-2.0
/*
 * What a protected socket refuses, so that no octet passes omasec by: these run on
 * protected sockets only.
 */
#include "sock.h"

static int ulp_is_omasec(struct pair *p)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	EQ(getsockopt(p->c, IPPROTO_TCP, TCP_ULP, name, &len), 0);
	MUST(!strcmp(name, "omasec"));
	len = sizeof(name);
	EQ(getsockopt(p->s, IPPROTO_TCP, TCP_ULP, name, &len), 0);
	MUST(!strcmp(name, "omasec"));
	return 0;
}

static int another_ulp_is_eexist(struct pair *p)
{
	FAILS(setsockopt(p->c, IPPROTO_TCP, TCP_ULP, "tls", 3), EEXIST);
	FAILS(setsockopt(p->s, IPPROTO_TCP, TCP_ULP, "tls", 3), EEXIST);
	RUN(exchange(p, 100, 100));
	return 0;
}

static int urgent_data_is_refused(struct pair *p)
{
	char c;

	FAILS(send(p->c, "x", 1, MSG_OOB), EOPNOTSUPP);
	FAILS(recv(p->s, &c, 1, MSG_OOB), EINVAL);
	RUN(exchange(p, 100, 100));
	return 0;
}

static int zerocopy_send_is_refused(struct pair *p)
{
	size_t len;
	char *m = message(true, 1000, &len);

	set_int(p->c, SOL_SOCKET, SO_ZEROCOPY, 1);
	FAILS(send(p->c, m, len, MSG_ZEROCOPY), EOPNOTSUPP);
	RUN(exchange(p, 100, 100));
	return 0;
}

static int zerocopy_receive_is_refused(struct pair *p)
{
	struct tcp_zerocopy_receive zc = { 0 };
	socklen_t len = sizeof(zc);

	MUST(put(p->c, true, 9000));
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	MUST(mmap(NULL, 8192, PROT_READ, MAP_SHARED, p->s, 0) == MAP_FAILED);
	FAILS(getsockopt(p->s, IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE, &zc, &len), EOPNOTSUPP);
	MUST(get(p->s, 9000) > 0);
	return 0;
}

static int repair_is_refused(struct pair *p)
{
	FAILS(set_int(p->c, IPPROTO_TCP, TCP_REPAIR, 1), EPERM);
	RUN(exchange(p, 100, 100));
	return 0;
}

static int disconnect_is_refused(struct pair *p)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	RUN(exchange(p, 100, 100));
	FAILS(connect(p->c, &sa, sizeof(sa)), EOPNOTSUPP);
	RUN(exchange(p, 100, 100));
	return 0;
}

static int wrong_framing_is_eproto(struct pair *p)
{
	static const char bad[] = "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345";
	char c;

	send(p->c, bad, sizeof(bad) - 1, MSG_NOSIGNAL);
	MUST(events(p->c, POLLIN, 5000) & POLLERR);
	FAILS(recv(p->c, &c, 1, 0), EPROTO);
	EQ(recv(p->c, &c, 1, 0), 0);
	FAILS(send(p->c, "x", 1, MSG_NOSIGNAL), EPIPE);
	nap(100);
	MUST(events(p->s, POLLIN, 5000) & POLLIN);
	MUST(recv(p->s, &c, 1, 0) <= 0);
	return 0;
}

const struct item refuse_cases[] = {
	ONLY(ulp_is_omasec), ONLY(another_ulp_is_eexist), ONLY(urgent_data_is_refused),
	ONLY(zerocopy_send_is_refused), ONLY(zerocopy_receive_is_refused),
	ONLY(repair_is_refused), ONLY(disconnect_is_refused), ONLY(wrong_framing_is_eproto),
	{ 0 },
};
