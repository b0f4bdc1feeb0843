// SPDX-License-Identifier: GPL-2.0
/*
 * Replies and notices of the module, as octets: the first one chooses what is
 * asked, the rest comes back, message by message. Whatever it is, texts are
 * terminated, lengths hold, and the call ends.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <netlink/msg.h>

#include "userspace/lib/internal.h"

#define FAMILY 0x2a
#define MUST(c) do { if (!(c)) abort(); } while (0)
#define TERMINATED(text) MUST(memchr((text), '\0', sizeof(text)))

static const uint8_t *input;
static size_t left;
static uint32_t seq;

static int fuzz_send(struct genl *g, struct nl_msg *msg)
{
	(void)g;
	seq = nlmsg_hdr(msg)->nlmsg_seq;
	return 0;
}

/*
 * A datagram: length (2 octets), then messages, in which the sequence number is
 * replaced by ours unless its first octet is 0 (a notice).
 */
static ssize_t fuzz_recv(struct genl *g, void *buf, size_t cap, uint32_t *port)
{
	struct nlmsghdr *nlh = buf;
	size_t n;
	int rest;

	(void)g;
	*port = 0;
	if (left < 2)
		return -EIO;
	n = (size_t)(input[0] | input[1] << 8);
	input += 2;
	left -= 2;
	if (n > left)
		n = left;
	if (n > cap)
		n = cap;
	memcpy(buf, input, n);
	input += n;
	left -= n;
	for (rest = (int)n; nlmsg_ok(nlh, rest); nlh = nlmsg_next(nlh, &rest))
		if (nlh->nlmsg_seq & 0xff)
			nlh->nlmsg_seq = seq;
	return (ssize_t)n;
}

static const struct genl_io fuzz_io = { .send = fuzz_send, .recv = fuzz_recv };

static void check_cred(const struct omasec_cred *c)
{
	TERMINATED(c->user);
	MUST(c->nonce.len <= sizeof(c->nonce.data));
}

static int check_account(void *arg, const struct omasec_account *a)
{
	(void)arg;
	TERMINATED(a->name);
	TERMINATED(a->server_id);
	check_cred(&a->client);
	check_cred(&a->server);
	return 0;
}

static int check_rule(void *arg, const struct omasec_rule *r)
{
	(void)arg;
	TERMINATED(r->name);
	TERMINATED(r->account);
	return 0;
}

static int check_flow(void *arg, const struct omasec_flow *f)
{
	(void)arg;
	TERMINATED(f->account);
	TERMINATED(f->rx_state);
	TERMINATED(f->tx_state);
	return 0;
}

static int check_counter(void *arg, const struct omasec_counter *c)
{
	(void)arg;
	TERMINATED(c->name);
	return 0;
}

static void check_message(struct omasec *o)
{
	struct omasec_message m;
	uint8_t *body;
	int n;

	for (n = 0; n < 16 && omasec_helper_next(o, &m) > 0; n++) {
		TERMINATED(m.account);
		TERMINATED(m.user);
		TERMINATED(m.content_type);
		MUST(m.cookie);
		/* Not the memory of a fuzzer's own numbers. */
		if (m.length < 65536 && !omasec_message_get(o, &m, &body)) {
			MUST(body && body[m.length] == 0);
			free(body);
		}
	}
}

static void check_events(struct omasec *o)
{
	struct omasec_event e;
	int n;

	for (n = 0; n < 16 && omasec_events_read(o, &e) > 0; n++) {
		TERMINATED(e.account);
		TERMINATED(e.user);
		TERMINATED(e.text);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct omasec_account account;
	struct omasec_status status;
	struct omasec *o;
	uint32_t generation;

	if (!size)
		return 0;
	if (fd < 0)
		fd = eventfd(0, EFD_CLOEXEC);	/* one that epoll takes */
	input = data + 1;
	left = size - 1;
	MUST(!omasec_open_io(&o, fd, FAMILY, &fuzz_io));
	omasec_set_timeout(o, 0);
	switch (data[0] % 9) {
	case 0:
		if (!omasec_status_get(o, &status)) {
			TERMINATED(status.version);
			TERMINATED(status.helper_version);
			TERMINATED(status.md5_driver);
		}
		break;
	case 1:
		omasec_stats_each(o, check_counter, NULL);
		break;
	case 2:
		omasec_account_each(o, check_account, NULL);
		break;
	case 3:
		if (!omasec_account_get(o, "a", &account))
			check_account(NULL, &account);
		break;
	case 4:
		omasec_rule_each(o, check_rule, NULL);
		break;
	case 5:
		omasec_flow_each(o, check_flow, NULL);
		break;
	case 6:
		omasec_config_commit(o, &generation);
		break;
	case 7:
		if (!omasec_helper_open_io(o, fd, FAMILY, &fuzz_io))
			check_message(o);
		break;
	default:
		if (!omasec_events_open_io(o, fd, FAMILY, &fuzz_io))
			check_events(o);
	}
	TERMINATED(o->error);
	omasec_close(o);
	return 0;
}
