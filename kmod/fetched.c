// SPDX-License-Identifier: GPL-2.0
/*
 * Bootstrap messages over HTTP: fetched by a client, or posted to one that listens.
 *
 * They have no session and no x-syncml-hmac; what secures them is the MAC in their
 * Content-Type, which the account judges as it judges that of a push. That must not
 * become a way around the MAC of a session: what answers a DM message is one of
 * that session whatever its type says, and so is everything with x-syncml-hmac.
 *
 * What a server sends is judged in the same way, so that none leaves unsecured.
 */
#include "bootstrap.h"
#include "flow_internal.h"
#include "proto/wsp.h"
#include "trace.h"

/**
 * omasec_fetched_is() - is the message whose head was read a bootstrap message?
 * @f: the flow
 * @path: enum omasec_path
 *
 * Of a posted one only the type can tell; what then has neither SEC nor
 * x-syncml-hmac and is not of client provisioning is one of a session.
 *
 * Context: process, f->mtx held.
 * Return: true when it is.
 */
bool omasec_fetched_is(struct omasec_flow *f, int path)
{
	const struct omasec_http_head *h = &omasec_flow_dir(f, path)->h;
	bool from_server = (path == OMASEC_PATH_RX) == (f->rule->role == OMASEC_ROLE_CLIENT);

	lockdep_assert_held(&f->mtx);
	if (!from_server || h->hmac_count)
		return false;
	if (h->kind == OMASEC_HTTP_KIND_RESPONSE)
		return !f->exch.dm;
	return omasec_bootstrap_claims(h->content_type_full.p, h->content_type_full.len);
}

/**
 * omasec_fetched_asks() - is this a request with which a bootstrap message is fetched?
 * @f: the flow; the head of the request was read and is not DM
 * @path: enum omasec_path
 *
 * Context: process, f->mtx held.
 * Return: true when the rule lets it go although other content is refused.
 */
bool omasec_fetched_asks(struct omasec_flow *f, int path)
{
	const struct omasec_http_head *h = &omasec_flow_dir(f, path)->h;

	/* The rule is one for a client that connects. */
	return f->rule->bootstrap == OMASEC_BOOTSTRAP_HTTP_FETCH && path == OMASEC_PATH_TX &&
	       h->method.len == 3 && !memcmp(h->method.p, "GET", 3) && !h->chunked && !h->length;
}

/* What secures it, and its assigned number; enum omasec_reason. */
static unsigned int omasec_fetched_read(struct omasec_flow *f, int path,
					struct omasec_bootstrap *b, u32 *type, const char **what)
{
	const struct omasec_http_head *h = &omasec_flow_dir(f, path)->h;
	unsigned int reason;

	*type = OMASEC_WSP_NONE;
	reason = omasec_bootstrap_content_type(h->content_type_full.p, h->content_type_full.len,
					       type, b);
	*what = b->what;
	if (reason || *type == OMASEC_WSP_TYPE_DM_WBXML || *type == OMASEC_WSP_TYPE_CP_WBXML)
		return reason;
	*what = "outside of a session, and of a type that has no SEC and MAC";
	return OMASEC_REASON_KIND_UNCHECKED;
}

/**
 * omasec_fetched_begin() - a bootstrap message begins
 * @f: the flow
 * @path: enum omasec_path
 *
 * What its head forbids is refused before any of its body is kept.
 *
 * Context: process, f->mtx held, may sleep.
 * Return: false when it was refused.
 */
bool omasec_fetched_begin(struct omasec_flow *f, int path)
{
	struct omasec_dir *d = omasec_flow_dir(f, path);
	struct omasec_bootstrap b;
	const char *what = NULL;
	unsigned int reason;
	u32 type;

	lockdep_assert_held(&f->mtx);
	omasec_account_put(d->msg->account);
	d->msg->account = f->rule->account ? omasec_account_get(f->rule->account) : NULL;
	if (f->rule->bootstrap == OMASEC_BOOTSTRAP_HTTP_REFUSE) {
		reason = OMASEC_REASON_KIND_UNCHECKED;
		what = "a bootstrap message, which the rule refuses";
	} else if (!f->rule->account) {
		reason = OMASEC_REASON_KIND_UNCHECKED;
		what = "a bootstrap message, where no account is set";
	} else if (d->h.encoded) {
		reason = OMASEC_REASON_BOOTSTRAP_BAD;
		what = "the body has a Content-Encoding";
	} else {
		reason = omasec_fetched_read(f, path, &b, &type, &what);
	}
	if (reason)
		omasec_flow_refuse(f, path, reason, what);
	return !reason;
}

/* The body in one piece, in @flat when it is not. 0 or a negative errno. */
static int omasec_fetched_flatten(const struct omasec_buf *body, struct omasec_buf *flat,
				  struct omasec_slice *s)
{
	size_t room = body->len;
	const void *p = NULL;
	char *to;

	s->len = omasec_buf_front(body, &p);
	s->p = p;
	if (s->len == body->len)
		return 0;
	to = omasec_buf_reserve(flat, body->len, &room);
	if (IS_ERR(to))
		return PTR_ERR(to);
	omasec_buf_read(body, 0, to, body->len);
	omasec_buf_commit(flat, body->len);
	s->p = to;
	s->len = body->len;
	return 0;
}

/* Judges the whole message, secured by @b; enum omasec_reason. */
static unsigned int omasec_fetched_judge(struct omasec_flow *f, int path,
					 const struct omasec_bootstrap *b, bool *unchecked,
					 const char **what)
{
	struct omasec_msg *m = omasec_flow_dir(f, path)->msg;
	struct omasec_slice body, none = { NULL, 0 };
	struct omasec_buf flat;
	unsigned int reason;

	omasec_buf_init(&flat, f->on);
	if (omasec_fetched_flatten(&m->body, &flat, &body))
		reason = OMASEC_REASON_NO_MEMORY;
	else
		reason = omasec_bootstrap_judge(m->account, b, body, none, unchecked, what);
	omasec_buf_free(&flat);
	/* That an account takes what nothing secures is about what it is given. */
	if (!reason && *unchecked && path == OMASEC_PATH_TX)
		reason = OMASEC_REASON_BOOTSTRAP_UNSECURED;
	return reason;
}

/* It may go on. */
static void omasec_fetched_accept(struct omasec_flow *f, int path, bool unchecked)
{
	struct omasec_msg *m = omasec_flow_dir(f, path)->msg;

	m->no_mac = true;	/* of a session */
	m->mac_state = unchecked ? OMASEC_MAC_STATE_UNCHECKED : OMASEC_MAC_STATE_OK;
	trace_omasec_message(f, path, m->body.len, m->mac_state);
}

/**
 * omasec_fetched_right() - judges a bootstrap message that is whole
 * @f: the flow
 * @path: enum omasec_path
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when it may go on; false when it was refused, or waits for its PIN.
 */
bool omasec_fetched_right(struct omasec_flow *f, int path)
{
	struct omasec_bootstrap b;
	const char *what = NULL;
	bool unchecked = false;
	unsigned int reason;
	u32 type;

	lockdep_assert_held(&f->mtx);
	reason = omasec_fetched_read(f, path, &b, &type, &what);
	if (!reason)
		reason = omasec_fetched_judge(f, path, &b, &unchecked, &what);
	if (reason == OMASEC_REASON_PIN_MISSING && path == OMASEC_PATH_RX && f->rule->pin_wait) {
		reason = omasec_fetched_wait(f, &b, type, &what);
		if (!reason)
			return false;
	}
	if (reason) {
		omasec_flow_refuse(f, path, reason, what);
		return false;
	}
	omasec_fetched_accept(f, path, unchecked);
	return true;
}

/**
 * omasec_fetched_resume() - goes on with a received message that waits for its PIN
 * @f: the flow
 * @moved: set to whether it waits no more
 *
 * Context: process, f->mtx held, may sleep.
 * Return: true when it may go on; false when it waits on, or was refused.
 */
bool omasec_fetched_resume(struct omasec_flow *f, bool *moved)
{
	unsigned int reason;
	const char *what;

	*moved = omasec_fetched_settled(f, &reason, &what);
	if (!*moved)
		return false;
	if (reason)
		omasec_flow_refuse(f, OMASEC_PATH_RX, reason, what);
	else
		omasec_fetched_accept(f, OMASEC_PATH_RX, false);
	return !reason;
}

/**
 * omasec_fetched_gone() - counts and tells of a bootstrap message that went on
 * @f: the flow
 * @path: enum omasec_path
 *
 * Context: process, f->mtx held.
 */
void omasec_fetched_gone(struct omasec_flow *f, int path)
{
	struct omasec_msg *m = omasec_flow_dir(f, path)->msg;

	lockdep_assert_held(&f->mtx);
	atomic64_inc(&m->account->messages_ok);
	omasec_stat_inc(f->on, OMASEC_STAT_BOOTSTRAPS);
	omasec_flow_event(f, OMASEC_EVENT_KIND_ACCEPTED, 0, path, m,
			  m->mac_state == OMASEC_MAC_STATE_OK ? NULL :
			  "nothing secured it; the account takes that");
}
