// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The helper's side. The module accepts calls about messages only from the
 * socket that registered, and sends its notices there too: so one socket carries
 * both, and notices that come in while a call waits for its reply are queued.
 *
 * Nothing is forgotten: a notice that the module could not send (ENOBUFS here,
 * EAGAIN there) leaves its message unannounced, and MSG_NEXT finds it. The
 * queue is bounded by what the module lets wait.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

struct notice {
	struct notice *next;
	struct omasec_message message;
};

static const struct hint helper_hints[] = {
	{ EPERM, "not permitted: another helper took over, or CAP_NET_ADMIN is missing", NULL },
	{ ENOENT, "the message is not there any more", NULL },
	{ ESTALE, "the message is decided already", NULL },
	{ EBUSY, "another helper is registered", "stop it, or take over from it" },
	{ ERANGE, "a piece of the body does not follow the one before", NULL },
	{ EMSGSIZE, "the body is longer than the rule allows", NULL },
	{ 0, NULL, NULL }
};

/* ------------------------------------------------------------------ notices */

static void helper_wake(struct helper *h)
{
	bool wanted = h->head || h->ask || h->broken;
	uint64_t v = 1;

	if (wanted == h->awake)
		return;
	/* Neither can fail on a counter that goes between 0 and 1. */
	if (wanted)
		h->awake = write(h->wake, &v, sizeof(v)) == sizeof(v);
	else
		h->awake = read(h->wake, &v, sizeof(v)) != sizeof(v);
}

static void helper_notice(void *arg, const struct nlmsghdr *nlh)
{
	struct helper *h = arg;
	struct notice *n;

	if (genl_command(nlh) != OMASEC_CMD_MSG_READY)
		return;
	n = calloc(1, sizeof(*n));
	if (!n) {
		h->broken = -ENOMEM;
		return;
	}
	if (genl_decode_msg(&omasec_set_message, nlh, &n->message) || !n->message.cookie) {
		h->broken = -EBADMSG;
		free(n);
		return;
	}
	*h->tail = n;
	h->tail = &n->next;
}

static void helper_pop(struct helper *h, struct omasec_message *message)
{
	struct notice *n = h->head;

	*message = n->message;
	h->head = n->next;
	if (!h->head)
		h->tail = &h->head;
	free(n);
}

/* ------------------------------------------------------------------ life */

void omasec_helper_init(struct omasec *o)
{
	struct helper *h = &o->helper;

	genl_init(&h->g);
	h->wake = -1;
	h->poll = -1;
	h->tail = &h->head;
}

void omasec_helper_close(struct omasec *o)
{
	struct helper *h = &o->helper;
	struct omasec_message message;

	while (h->head)
		helper_pop(h, &message);
	if (h->poll >= 0)
		close(h->poll);
	if (h->wake >= 0)
		close(h->wake);
	genl_close(&h->g);
	memset(h, 0, sizeof(*h));
	omasec_helper_init(o);
	h->g.timeout_ms = o->timeout_ms;
}

static int helper_poll_init(struct helper *h)
{
	struct epoll_event ev = { .events = EPOLLIN };

	h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->poll = epoll_create1(EPOLL_CLOEXEC);
	if (h->wake < 0 || h->poll < 0 ||
	    epoll_ctl(h->poll, EPOLL_CTL_ADD, h->wake, &ev) ||
	    epoll_ctl(h->poll, EPOLL_CTL_ADD, h->g.fd, &ev))
		return -errno;
	h->g.notice = helper_notice;
	h->g.arg = h;
	return 0;
}

int omasec_helper_open_io(struct omasec *o, int fd, uint16_t family, const struct genl_io *io)
{
	int rc = genl_open_io(&o->helper.g, fd, family, io);

	return rc ? rc : helper_poll_init(&o->helper);
}

static int helper_open(struct omasec *o)
{
	struct helper *h = &o->helper;
	int rc;

	if (genl_is_open(&h->g))
		return 0;
	rc = genl_open(&h->g, "");
	return rc ? rc : helper_poll_init(h);
}

/* A call on the helper's socket; what it read besides is queued. */
static int helper_call(struct omasec *o, struct genl_msg *m, const struct genl_set *set,
		       genl_reply_fn fn, void *arg)
{
	struct helper *h = &o->helper;
	int rc;

	/* Room in the socket for the replies of this call. */
	rc = genl_drain(&h->g);
	if (rc == 0 || rc == -ENOBUFS)
		rc = genl_call(&h->g, m, set, fn, arg);
	else
		genl_msg_drop(m);
	if (h->g.overrun) {
		h->g.overrun = false;
		h->ask = true;
	}
	helper_wake(h);
	return rc;
}

struct genl *omasec_account_channel(struct omasec *o)
{
	return genl_is_open(&o->helper.g) ? &o->helper.g : &o->req;
}

int omasec_account_call(struct omasec *o, struct genl_msg *m, genl_reply_fn fn, void *arg,
			const struct hint *hints)
{
	if (!genl_is_open(&o->helper.g))
		return omasec_call(o, m, &omasec_set_account, fn, arg, hints);
	return omasec_explain(o, &o->helper.g, helper_call(o, m, &omasec_set_account, fn, arg), hints);
}

int omasec_helper_register(struct omasec *o, const char *version, bool replace)
{
	struct helper *h = &o->helper;
	struct genl_msg m;
	int rc = helper_open(o);

	if (rc)
		goto fail;
	genl_msg_init(&m, &h->g, OMASEC_CMD_HELPER_REGISTER, false, 256);
	genl_put_u32(&m, OMASEC_A_HELPER_ABI, OMASEC_ABI);
	genl_put_str(&m, OMASEC_A_HELPER_VERSION, version, OMASEC_VERSION_MAX);
	if (replace)
		genl_put_flag(&m, OMASEC_A_HELPER_REPLACE);
	rc = helper_call(o, &m, &omasec_set_register, NULL, NULL);
	if (rc)
		goto fail;
	/* Messages that waited for a helper were not announced to this one. */
	h->ask = true;
	helper_wake(h);
	return 0;

fail:
	rc = omasec_explain(o, &h->g, rc, rc == -EPERM ? NULL : helper_hints);
	omasec_helper_close(o);
	return rc;
}

int omasec_helper_fd(struct omasec *o)
{
	if (o->helper.poll < 0)
		return omasec_fail(o, -ENOTCONN, "not registered as the helper");
	return o->helper.poll;
}

int omasec_helper_need(struct omasec *o)
{
	if (genl_is_open(&o->helper.g))
		return 0;
	return omasec_fail(o, -ENOTCONN, "not registered as the helper");
}

int omasec_helper_call(struct omasec *o, struct genl_msg *m, const struct genl_set *set,
		       genl_reply_fn fn, void *arg, const struct hint *hints)
{
	return omasec_explain(o, &o->helper.g, helper_call(o, m, set, fn, arg), hints);
}

/* ------------------------------------------------------------------ messages */

static int message_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct omasec_message *message = arg;
	int rc;

	memset(message, 0, sizeof(*message));
	rc = genl_decode_msg(&omasec_set_message, nlh, message);
	return rc ? rc : message->cookie ? 0 : -EBADMSG;
}

/* Asks for a message that was not announced. 1, 0 for none, or a negative errno. */
static int helper_ask(struct omasec *o, struct omasec_message *message)
{
	struct helper *h = &o->helper;
	struct genl_msg m;
	int rc;

	h->ask = false;
	message->cookie = 0;
	genl_msg_init(&m, &h->g, OMASEC_CMD_MSG_NEXT, false, 0);
	rc = helper_call(o, &m, &omasec_set_message, message_reply, message);
	if (rc == -ENOENT)
		return 0;
	/* Until the module says that there is none left. */
	h->ask = true;
	if (rc == 0)
		return message->cookie ? 1 : -EBADMSG;
	return rc;
}

int omasec_helper_next(struct omasec *o, struct omasec_message *message)
{
	struct helper *h = &o->helper;
	int rc = omasec_helper_need(o);

	if (rc)
		return rc;
	if (!h->head) {
		rc = genl_drain(&h->g);
		if (h->g.overrun) {
			h->g.overrun = false;
			h->ask = true;
		}
		if (rc == -ENOBUFS)
			rc = 0;
	}
	if (!rc && h->broken) {
		rc = h->broken;
		h->broken = 0;
	}
	if (rc >= 0 && !h->head && h->ask)
		rc = helper_ask(o, message);
	else if (rc >= 0 && h->head) {
		helper_pop(h, message);
		rc = 1;
	}
	/* What came in while it asked. */
	if (rc == 0 && h->head) {
		helper_pop(h, message);
		rc = 1;
	}
	helper_wake(h);
	return omasec_explain(o, &h->g, rc, helper_hints);
}

/**
 * struct pull - a body on its way in
 * @cookie: of the message
 * @body: of @len octets
 * @at: octets that have come
 */
struct pull {
	uint64_t cookie;
	uint8_t *body;
	size_t len, at;
};

static int message_chunk(void *arg, const struct nlmsghdr *nlh)
{
	struct reply_chunk reply = { 0 };
	struct pull *p = arg;

	if (genl_decode_msg(&omasec_set_chunk, nlh, &reply))
		return -EBADMSG;
	if (reply.cookie != p->cookie || reply.offset != p->at ||
	    reply.chunk.len > p->len - p->at)
		return -EBADMSG;
	if (reply.chunk.len)
		memcpy(p->body + p->at, reply.chunk.p, reply.chunk.len);
	p->at += reply.chunk.len;
	return 0;
}

int omasec_message_get(struct omasec *o, const struct omasec_message *message, uint8_t **body)
{
	struct pull p = { .cookie = message->cookie, .len = message->length };
	struct genl_msg m;
	int rc = omasec_helper_need(o);

	*body = NULL;
	if (rc)
		return rc;
	if (message->length > OMASEC_MESSAGE_MAX)
		return omasec_fail(o, -EMSGSIZE, "the message is longer than any rule allows");
	p.body = malloc(p.len + 1);
	if (!p.body)
		return omasec_fail(o, -ENOMEM, "out of memory");
	genl_msg_init(&m, &o->helper.g, OMASEC_CMD_MSG_GET, true, 64);
	genl_put_u64(&m, OMASEC_A_MSG_COOKIE, p.cookie);
	rc = helper_call(o, &m, &omasec_set_message, message_chunk, &p);
	if (!rc && p.at != p.len)
		rc = -EBADMSG;
	if (rc) {
		free(p.body);
		return omasec_explain(o, &o->helper.g, rc, helper_hints);
	}
	p.body[p.len] = '\0';
	*body = p.body;
	return 0;
}

int omasec_message_put(struct omasec *o, uint64_t cookie, const void *body, size_t len)
{
	const uint8_t *p = body;
	size_t at = 0;
	int rc = omasec_helper_need(o);

	if (rc)
		return rc;
	if (!len || len > OMASEC_MESSAGE_MAX)
		return omasec_fail(o, -EMSGSIZE, "a body has 1 to %u octets", OMASEC_MESSAGE_MAX);
	while (at < len) {
		size_t n = len - at < OMASEC_CHUNK_MAX ? len - at : OMASEC_CHUNK_MAX;
		struct genl_msg m;

		genl_msg_init(&m, &o->helper.g, OMASEC_CMD_MSG_PUT, false, n + 64);
		genl_put_u64(&m, OMASEC_A_MSG_COOKIE, cookie);
		genl_put_u32(&m, OMASEC_A_MSG_OFFSET, (uint32_t)at);
		genl_put(&m, OMASEC_A_MSG_CHUNK, p + at, n);
		rc = helper_call(o, &m, &omasec_set_message, NULL, NULL);
		if (rc)
			return omasec_explain(o, &o->helper.g, rc, helper_hints);
		at += n;
	}
	return 0;
}

/* A text of the helper's that is too long for the event is cut, not refused. */
static void message_put_detail(struct genl_msg *m, const char *detail)
{
	char text[OMASEC_DETAIL_MAX + 1];

	strncpy(text, detail, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	genl_put_str(m, OMASEC_A_MSG_DETAIL, text, OMASEC_DETAIL_MAX);
}

static void message_put_denial(struct genl_msg *m, int attr, const struct omasec_denial *d)
{
	struct nlattr *nest = genl_nest(m, attr);

	if (*d->server)
		genl_put_str(m, OMASEC_A_DENIAL_SERVER, d->server, OMASEC_SERVER_ID_MAX);
	genl_put_str(m, OMASEC_A_DENIAL_COMMAND, d->command, OMASEC_WORD_MAX);
	if (*d->uri)
		genl_put_str(m, OMASEC_A_DENIAL_URI, d->uri, OMASEC_URI_MAX);
	genl_put_u16(m, OMASEC_A_DENIAL_STATUS, d->status);
	genl_put_str(m, OMASEC_A_DENIAL_CLAUSE, d->clause, OMASEC_WORD_MAX);
	genl_nest_end(m, nest);
}

static void message_put_denials(struct genl_msg *m, const struct omasec_decision *d)
{
	struct nlattr *nest;
	uint32_t i;

	if (d->denied)
		genl_put_u32(m, OMASEC_A_MSG_DENIED, d->denied);
	if (!d->denial_count)
		return;
	nest = genl_nest(m, OMASEC_A_MSG_DENIALS);
	for (i = 0; i < d->denial_count; i++)
		message_put_denial(m, (int)i + 1, &d->denial[i]);
	genl_nest_end(m, nest);
}

int omasec_message_verdict(struct omasec *o, const struct omasec_decision *d)
{
	struct genl_msg m;
	int rc = omasec_helper_need(o);

	if (rc)
		return rc;
	if (d->denial_count > OMASEC_DENIALS_MAX)
		return omasec_fail(o, -EINVAL, "a verdict names %d denials at most", OMASEC_DENIALS_MAX);
	genl_msg_init(&m, &o->helper.g, OMASEC_CMD_MSG_VERDICT, false,
		      1024 + d->denial_count * (sizeof(*d->denial) + 64));
	genl_put_u64(&m, OMASEC_A_MSG_COOKIE, d->cookie);
	genl_put_u8(&m, OMASEC_A_MSG_VERDICT, d->verdict);
	if (d->reason)
		genl_put_u32(&m, OMASEC_A_MSG_REASON, d->reason);
	if (d->detail && *d->detail)
		message_put_detail(&m, d->detail);
	if (d->replaced)
		genl_put_u32(&m, OMASEC_A_MSG_LENGTH, d->length);
	if (d->content_type && *d->content_type)
		genl_put_str(&m, OMASEC_A_MSG_CONTENT_TYPE, d->content_type, OMASEC_TYPE_MAX);
	if (d->account && *d->account)
		genl_put_str(&m, OMASEC_A_MSG_ACCOUNT, d->account, OMASEC_NAME_MAX);
	if (d->mac_nonce.known)
		genl_put(&m, OMASEC_A_MSG_MAC_NONCE, d->mac_nonce.data, d->mac_nonce.len);
	if (d->no_mac)
		genl_put_flag(&m, OMASEC_A_MSG_NO_MAC);
	if (d->expect_nonce.known)
		genl_put(&m, OMASEC_A_MSG_EXPECT_NONCE, d->expect_nonce.data, d->expect_nonce.len);
	if (d->sessionless)
		genl_put_flag(&m, OMASEC_A_MSG_SESSIONLESS);
	if (d->agreed_used)
		genl_put_u32(&m, OMASEC_A_MSG_AGREED_USED, d->agreed_used);
	message_put_denials(&m, d);
	rc = helper_call(o, &m, &omasec_set_message, NULL, NULL);
	return omasec_explain(o, &o->helper.g, rc, helper_hints);
}

/* ------------------------------------------------------------------ nonces */

static void helper_put_nonce(struct genl_msg *m, int attr, const struct omasec_nonce *nonce)
{
	struct nlattr *nest;

	if (!nonce || !nonce->known)
		return;
	nest = genl_nest(m, attr);
	genl_put(m, OMASEC_A_CRED_NONCE, nonce->data, nonce->len);
	genl_nest_end(m, nest);
}

static const struct hint nonce_hints[] = {
	{ ENOENT, "there is no such account", "omasec account list" },
	{ EPERM, "not permitted: only the registered helper sets nonces this way", NULL },
	{ 0, NULL, NULL }
};

/* What of a credential ACCOUNT_NONCE changes. */
typedef void (*helper_put_cred)(struct genl_msg *m, int attr, const void *what);

static int helper_account_begin(struct omasec *o, struct genl_msg *m, const char *name)
{
	int rc = omasec_helper_need(o);

	if (rc)
		return rc;
	genl_msg_init(m, &o->helper.g, OMASEC_CMD_ACCOUNT_NONCE, false, 512);
	genl_put_str(m, OMASEC_A_ACCOUNT_NAME, name, OMASEC_NAME_MAX);
	return 0;
}

static int helper_account_end(struct omasec *o, struct genl_msg *m)
{
	int rc = helper_call(o, m, &omasec_set_account, NULL, NULL);

	return omasec_explain(o, &o->helper.g, rc, nonce_hints);
}

static int helper_account_nonce(struct omasec *o, const char *name, helper_put_cred put,
				const void *client, const void *server)
{
	struct genl_msg m;
	int rc = helper_account_begin(o, &m, name);

	if (rc)
		return rc;
	put(&m, OMASEC_A_ACCOUNT_CLIENT, client);
	put(&m, OMASEC_A_ACCOUNT_SERVER, server);
	return helper_account_end(o, &m);
}

static void helper_put_next(struct genl_msg *m, int attr, const void *nonce)
{
	helper_put_nonce(m, attr, nonce);
}

int omasec_account_nonce(struct omasec *o, const char *name, const struct omasec_nonce *client,
			 const struct omasec_nonce *server)
{
	return helper_account_nonce(o, name, helper_put_next, client, server);
}

static void helper_put_used(struct genl_msg *m, int attr, const void *what)
{
	const struct omasec_cred *cred = what;
	struct nlattr *nest;

	if (!cred || !cred->agreed.known)
		return;
	nest = genl_nest(m, attr);
	genl_put(m, OMASEC_A_CRED_AGREED, cred->agreed.data, cred->agreed.len);
	genl_put_u32(m, OMASEC_A_CRED_AGREED_USED, cred->agreed_used);
	genl_nest_end(m, nest);
}

int omasec_account_agreed_used(struct omasec *o, const char *name,
			       const struct omasec_cred *client, const struct omasec_cred *server)
{
	return helper_account_nonce(o, name, helper_put_used, client, server);
}

int omasec_account_blocked(struct omasec *o, const char *name, uint32_t seconds)
{
	struct genl_msg m;
	int rc = helper_account_begin(o, &m, name);

	if (rc)
		return rc;
	genl_put_u32(&m, OMASEC_A_ACCOUNT_DECRYPTION_BLOCKED, seconds);
	return helper_account_end(o, &m);
}
