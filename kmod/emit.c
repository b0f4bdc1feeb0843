// SPDX-License-Identifier: GPL-2.0
/*
 * What leaves a flow after its verdict: the MAC is computed over the final
 * octets of the body, the head is rewritten, and both go to tx.out (or, for
 * verified messages, to rx.out). A nonce that a message carries to the peer
 * counts from here on.
 *
 * Bodies leave with Content-Length, whatever framing they came in: whoever reads
 * behind us cannot see another end of the message than we did.
 */
#include <crypto/algapi.h>
#include <linux/slab.h>

#include "flow_internal.h"
#include "sessionless.h"
#include "wsp_flow.h"

/* Room for the fields that are added to a head. */
#define OMASEC_EMIT_EXTRA (OMASEC_HMAC_VALUE_MAX + 128)

static int omasec_emit_hash_piece(void *arg, const void *p, size_t len)
{
	return omasec_md5_update(arg, p, len);
}

static unsigned int omasec_emit_hash(const struct omasec_buf *body, u8 out[OMASEC_MD5_LEN])
{
	struct omasec_md5_state *s = omasec_md5_new(GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;

	if (s) {
		err = omasec_buf_walk(body, omasec_emit_hash_piece, s);
		err = err ?: omasec_md5_final(s, out);
		omasec_md5_free(s);
	}
	return err ? OMASEC_REASON_NO_MEMORY : 0;
}

/* MAC of @body as the rule and the verdict want it, with our own credential. */
static unsigned int omasec_emit_mac(struct omasec_flow *f, struct omasec_msg *m,
				    const struct omasec_buf *body, u8 mac[OMASEC_MD5_LEN])
{
	enum omasec_cred_who who = omasec_flow_own(f);
	struct omasec_nonce nonce = m->mac_nonce, prev;
	u8 md5[OMASEC_MD5_LEN];
	unsigned int reason;

	if (!m->account)
		return OMASEC_REASON_USER_UNKNOWN;
	if (!m->account->cred[who].user[0])
		return OMASEC_REASON_KEY_MISSING;
	if (f->rule->auth_mode == OMASEC_AUTH_MODE_STATIC)
		omasec_account_nonce_read(m->account, who, &nonce, &prev);
	else if (!nonce.known && !m->sessionless)
		return OMASEC_REASON_NONCE_MISSING;
	reason = omasec_emit_hash(body, md5);
	if (reason)
		return reason;
	if (m->sessionless)
		return omasec_agreed_mac(m->account, who, md5, &nonce, mac);
	return omasec_account_mac(m->account, who, &nonce, md5, mac);
}

/* What leaves has a Cred in what is signed, which takes the place of the MAC. */
static bool omasec_emit_proved(const struct omasec_msg *m)
{
	if (!m->creds || m->no_mac)
		return false;
	return m->rule->integrity == OMASEC_INTEGRITY_SIGNATURE ||
	       (m->mac_nonce.known && omasec_nonce_equal(&m->mac_nonce, &m->cred_nonce));
}

/* The header value; 0 or enum omasec_reason. */
static unsigned int omasec_emit_value(struct omasec_flow *f, struct omasec_msg *m,
				      const struct omasec_buf *body, char *value,
				      struct omasec_slice *s)
{
	u8 mac[OMASEC_MD5_LEN];
	unsigned int reason;
	const char *user;
	ssize_t n;

	s->p = value;
	s->len = 0;
	if (m->no_mac || !omasec_rule_macs(f->rule) || omasec_emit_proved(m))
		return 0;
	reason = omasec_emit_mac(f, m, body, mac);
	if (reason)
		return reason;
	user = m->account->cred[omasec_flow_own(f)].user;
	n = omasec_hmac_header_format(value, OMASEC_HMAC_VALUE_MAX, user, strlen(user), mac);
	if (n < 0)
		return OMASEC_REASON_HELPER_ERROR;
	s->len = n;
	return 0;
}

/* Head and body to @to; all or nothing. */
static unsigned int omasec_emit_append(struct omasec_buf *to, const char *head, size_t len,
				       struct omasec_buf *body)
{
	if (omasec_buf_append(to, head, len))
		return OMASEC_REASON_NO_MEMORY;
	omasec_buf_splice(to, body);
	return 0;
}

/* The nonce that the message carries to the peer is the one that it must use. */
static unsigned int omasec_emit_expect(struct omasec_flow *f, struct omasec_msg *m)
{
	if (!m->expect_nonce.known)
		return 0;
	if (m->account) {
		omasec_account_nonce_set(m->account, omasec_flow_peer(f), &m->expect_nonce);
		return 0;
	}
	if (!f->expect)
		f->expect = kmalloc(sizeof(*f->expect), GFP_KERNEL_ACCOUNT);
	if (!f->expect)
		return OMASEC_REASON_NO_MEMORY;
	*f->expect = m->expect_nonce;
	return 0;
}

static unsigned int omasec_emit_head(struct omasec_flow *f, const char *head, u32 head_len,
				     const struct omasec_http_edit *e, struct omasec_buf *to,
				     struct omasec_buf *body)
{
	size_t cap = head_len + OMASEC_EMIT_EXTRA;
	char *out = omasec_buf_reserve(to, cap, &cap);
	ssize_t n;

	if (IS_ERR(out))
		return OMASEC_REASON_NO_MEMORY;
	n = omasec_http_edit_head(head, head_len, e, out, cap);
	omasec_buf_commit(to, max_t(ssize_t, n, 0));
	if (n < 0)
		return OMASEC_REASON_HTTP_TOO_MANY;
	omasec_buf_splice(to, body);
	return 0;
}

/* A native application made the MAC itself: it must be the right one. */
static unsigned int omasec_emit_native(struct omasec_flow *f, struct omasec_msg *m,
				       const struct omasec_http_head *h)
{
	struct omasec_hmac_header hdr;
	u8 mac[OMASEC_MD5_LEN];
	unsigned int reason;

	if (m->no_mac)
		return 0;
	if (h->hmac_count != 1 || omasec_hmac_header_parse(h->hmac.p, h->hmac.len, &hdr))
		return OMASEC_REASON_NATIVE_UNPROTECTED;
	reason = omasec_emit_mac(f, m, &m->body, mac);
	if (reason)
		return reason;
	return crypto_memneq(mac, hdr.mac, sizeof(mac)) ? OMASEC_REASON_NATIVE_UNPROTECTED : 0;
}

/* The new body says what it is, and for its answer only we know which encoding is right. */
static void omasec_emit_type(const struct omasec_msg *m, struct omasec_http_edit *e)
{
	if (!m->has_repl || !m->repl_type[0])
		return;
	e->drop_accept = omasec_rule_xml(m->rule);
	e->content_type.p = m->repl_type;
	e->content_type.len = strlen(m->repl_type);
}

/**
 * omasec_emit_tx() - sends a message of the application that was accepted
 * @f: the flow
 * @m: f->tx.msg; its body is moved to the wire
 *
 * Context: process, f->mtx held, may sleep.
 * Return: 0 or enum omasec_reason; then nothing of it was sent.
 */
unsigned int omasec_emit_tx(struct omasec_flow *f, struct omasec_msg *m)
{
	struct omasec_buf *body = m->has_repl ? &m->repl : &m->body;
	bool native = f->rule->auth_mode == OMASEC_AUTH_MODE_NATIVE;
	const struct omasec_http_head *h = &f->tx.h;
	struct omasec_http_edit e = { .drop_expect = true, .known = h };
	char value[OMASEC_HMAC_VALUE_MAX];
	size_t len = body->len;
	unsigned int reason;
	bool mac;

	e.set_length = h->chunked || !h->has_length || m->has_repl;
	e.length = len;
	omasec_emit_type(m, &e);
	if (native && f->rule->integrity != OMASEC_INTEGRITY_NONE) {
		reason = omasec_emit_native(f, m, h);
		mac = !m->no_mac;
	} else {
		e.drop_hmac = true;
		reason = omasec_emit_value(f, m, body, value, &e.hmac);
		mac = e.hmac.len || omasec_emit_proved(m);
	}
	if (!reason)
		reason = omasec_emit_expect(f, m);
	if (!reason && f->wsp)
		reason = omasec_wsp_forward(f, m, e.hmac, e.drop_hmac, body);
	else if (!reason && omasec_flow_obex(f))
		reason = omasec_relay_forward(f, OMASEC_PATH_TX, e.content_type, e.hmac,
					      e.drop_hmac, body);
	else if (!reason)
		reason = omasec_emit_head(f, f->tx.head, f->tx.head_len, &e, &f->tx.out, body);
	if (reason)
		return reason;
	f->tx.messages++;
	f->tx.bytes += len;
	mac |= m->mac_state == OMASEC_MAC_STATE_OK;	/* it came with its own */
	omasec_rule_saw(f->rule, mac ? OMASEC_SEEN_TX_MAC : OMASEC_SEEN_TX_PLAIN);
	omasec_stat_inc(f->on, OMASEC_STAT_TX_MESSAGES);
	omasec_stat_add(f->on, OMASEC_STAT_TX_BYTES, len);
	return 0;
}

/**
 * omasec_emit_respond() - sends the body that the helper put instead of @m
 * @f: the flow
 * @m: f->rx.msg; on the listening side a response goes out, on the connecting
 *	side the last request again with the new body
 *
 * Context: process, f->mtx held, may sleep.
 * Return: 0 or enum omasec_reason; then nothing was sent.
 */
unsigned int omasec_emit_respond(struct omasec_flow *f, struct omasec_msg *m)
{
	struct omasec_exchange *x = &f->exch;
	struct omasec_http_edit e = { .drop_expect = true, .drop_hmac = true, .set_length = true };
	char value[OMASEC_HMAC_VALUE_MAX], head[OMASEC_HMAC_VALUE_MAX + 512];
	struct omasec_slice type;
	size_t len = m->repl.len;
	unsigned int reason;
	ssize_t n;

	if (!m->has_repl)
		return OMASEC_REASON_HELPER_ERROR;
	reason = omasec_emit_value(f, m, &m->repl, value, &e.hmac);
	if (!reason)
		reason = omasec_emit_expect(f, m);
	if (reason)
		return reason;
	if (omasec_flow_connects(f)) {
		if (!x->req_head)
			return OMASEC_REASON_HELPER_ERROR;
		omasec_emit_type(m, &e);
		if (omasec_flow_obex(f)) {
			reason = omasec_relay_again(f, e.content_type, e.hmac, &m->repl);
			goto out;
		}
		if (f->wsp) {
			reason = omasec_wsp_again(f, m, e.hmac, &m->repl);
			goto out;
		}
		e.length = len;
		reason = omasec_emit_head(f, x->req_head, x->req_head_len, &e, &f->tx.out,
					  &m->repl);
	} else {
		type.p = m->repl_type[0] ? m->repl_type : m->content_type;
		type.len = strlen(type.p);
		if (omasec_flow_obex(f)) {
			reason = omasec_relay_answer(f, type, e.hmac, &m->repl);
			goto out;
		}
		if (f->wsp) {
			reason = omasec_wsp_answer(f, type, e.hmac, &m->repl);
			goto out;
		}
		n = omasec_http_make_response(head, sizeof(head), 200, type, len, e.hmac, false);
		reason = n < 0 ? OMASEC_REASON_HTTP_TOO_MANY :
				 omasec_emit_append(&f->tx.out, head, n, &m->repl);
	}
out:
	if (reason)
		return reason;
	f->tx.messages++;
	f->tx.bytes += len;
	omasec_rule_saw(f->rule, e.hmac.len || omasec_emit_proved(m) ? OMASEC_SEEN_TX_MAC :
								      OMASEC_SEEN_TX_PLAIN);
	return 0;
}

/**
 * omasec_emit_rx() - gives a verified message to the application
 * @f: the flow
 * @m: f->rx.msg; its body is moved to f->rx.out
 *
 * Context: process, f->mtx held, may sleep.
 * Return: 0 or enum omasec_reason; then nothing of it was delivered.
 */
unsigned int omasec_emit_rx(struct omasec_flow *f, struct omasec_msg *m)
{
	struct omasec_buf *body = m->has_repl ? &m->repl : &m->body;
	const struct omasec_http_head *h = &f->rx.h;
	struct omasec_http_edit e = {
		.drop_expect = h->kind == OMASEC_HTTP_KIND_REQUEST,
		/* The application knows nothing of it. */
		.drop_hmac = f->rule->auth_mode == OMASEC_AUTH_MODE_TRANSPARENT,
		.known = h,
	};
	size_t len = body->len;
	unsigned int reason;

	e.set_length = h->chunked || !h->has_length || m->has_repl;
	e.length = len;
	omasec_emit_type(m, &e);
	if (f->wsp)
		reason = omasec_wsp_forward(f, m, e.hmac, e.drop_hmac, body);
	else if (omasec_flow_obex(f))
		reason = omasec_relay_forward(f, OMASEC_PATH_RX, e.content_type, e.hmac,
					      e.drop_hmac, body);
	else
		reason = omasec_emit_head(f, f->rx.head, f->rx.head_len, &e, &f->rx.out, body);
	if (reason)
		return reason;
	f->rx.messages++;
	f->rx.bytes += len;
	omasec_rule_saw(f->rule, m->mac_state == OMASEC_MAC_STATE_OK ? OMASEC_SEEN_RX_MAC :
								       OMASEC_SEEN_RX_PLAIN);
	omasec_stat_inc(f->on, OMASEC_STAT_RX_MESSAGES);
	omasec_stat_add(f->on, OMASEC_STAT_RX_BYTES, len);
	return 0;
}
