// SPDX-License-Identifier: GPL-2.0
/*
 * The engine, see engine.h: its frame, and what sending and receiving share.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_internal.h"

int engine_init(struct engine *e, const struct session_limits *limits, nonce_random_fn random,
		account_load_fn load, void *load_arg)
{
	int err;

	memset(e, 0, sizeof(*e));
	e->random = random;
	err = accounts_init(&e->accounts, load, load_arg);
	if (err)
		return err;
	err = sessions_init(&e->sessions, limits);
	if (err)
		accounts_free(&e->accounts);
	return err;
}

void engine_free(struct engine *e)
{
	sessions_free(&e->sessions);
	accounts_free(&e->accounts);
}

void engine_reject(struct engine_decision *d, uint32_t reason, const char *fmt, ...)
{
	va_list ap;

	engine_decision_done(d);
	memset(&d->mac_nonce, 0, sizeof(d->mac_nonce));
	memset(&d->expect_nonce, 0, sizeof(d->expect_nonce));
	d->verdict = OMASEC_VERDICT_REJECT;
	d->body = ENGINE_KEEP;
	d->no_mac = false;
	d->reason = reason;
	va_start(ap, fmt);
	vsnprintf(d->detail, sizeof(d->detail), fmt, ap);
	va_end(ap);
}

void engine_decision_done(struct engine_decision *d)
{
	free(d->repeat);
	free(d->repeat_type);
	d->repeat = NULL;
	d->repeat_type = NULL;
	d->repeat_len = 0;
}

/* Everything that is not a large array; those are cleared by their counts. */
static void decision_init(struct engine_decision *d)
{
	memset(d, 0, sizeof(*d));
}

static uint32_t engine_cred_reason(uint8_t mac_state)
{
	switch (mac_state) {
	case OMASEC_MAC_STATE_MISSING:
		return OMASEC_REASON_CRED_MISSING;
	case OMASEC_MAC_STATE_REPLAYED:
		return OMASEC_REASON_CRED_REPLAYED;
	default:
		return OMASEC_REASON_CRED_WRONG;
	}
}

uint32_t engine_mac_reason(const struct engine_in *in, uint8_t mac_state)
{
	if (engine_creds(in))
		return engine_cred_reason(mac_state);
	switch (mac_state) {
	case OMASEC_MAC_STATE_MISSING:
		return OMASEC_REASON_MAC_MISSING;
	case OMASEC_MAC_STATE_REPLAYED:
		return OMASEC_REASON_MAC_REPLAYED;
	case OMASEC_MAC_STATE_MALFORMED:
		return OMASEC_REASON_MAC_MALFORMED;
	case OMASEC_MAC_STATE_USER_UNKNOWN:
		return OMASEC_REASON_USER_UNKNOWN;
	default:
		return OMASEC_REASON_MAC_WRONG;
	}
}

int engine_issue(struct engine *e, struct account *a, enum account_who who,
		 struct engine_decision *d)
{
	int err = nonce_make(&d->expect_nonce, e->random);

	if (err) {
		engine_reject(d, OMASEC_REASON_HELPER_ERROR, "no random numbers for a nonce: %s",
			      strerror(-err));
		return err;
	}
	if (a)
		account_issue(&e->accounts, a, who, &d->expect_nonce);
	return 0;
}

bool engine_mac_out(const struct engine_in *in, const struct session *s)
{
	return in->msg->integrity != OMASEC_INTEGRITY_ON_CHALLENGE || s->mac_out;
}

bool engine_mac_in(const struct engine_in *in, const struct session *s)
{
	return in->msg->integrity != OMASEC_INTEGRITY_ON_CHALLENGE || s->mac_in;
}

bool engine_unasked(const struct engine_in *in)
{
	return in->msg->integrity == OMASEC_INTEGRITY_ON_CHALLENGE && in->acct &&
	       in->msg->mac_state == OMASEC_MAC_STATE_MISSING;
}

void engine_unanswered(struct engine_decision *d)
{
	engine_reject(d, OMASEC_REASON_AUTH_TYPE,
		      "the peer was asked for auth-MAC and sends a message without");
}

/*
 * Before anything was ever issued, both sides use the empty nonce (or what the
 * accounts were provisioned with, which the store then has).
 */
void engine_protect(const struct engine_in *in, const struct session *s,
		    const struct omasec_nonce *fresh, struct engine_decision *d)
{
	if (!in->acct || !engine_mac_out(in, s)) {
		d->no_mac = true;
		return;
	}
	if (fresh && fresh->known)
		d->mac_nonce = *fresh;
	else if (in->acct->nonce[in->send].known)
		d->mac_nonce = in->acct->nonce[in->send];
	else if (in->msg->role == OMASEC_ROLE_CLIENT &&
		 in->msg->first_contact == OMASEC_FIRST_CONTACT_CHALLENGE)
		d->no_mac = true;
	else
		d->mac_nonce.known = true;
}

void engine_rearm(const struct engine_in *in, struct engine_decision *d)
{
	if (!in->acct->guard[in->expect].uses)
		return;
	d->expect_nonce = in->acct->nonce[in->expect];
	d->expect_nonce.known = true;	/* before the first one it is the empty one */
}

struct session *engine_session(struct engine *e, const struct engine_in *in,
			       struct engine_decision *d)
{
	const char *id = in->facts->session_id;
	struct session *s = session_find(&e->sessions, in->acct, in->msg->role, id);

	if (s) {
		session_touch(&e->sessions, s, in->now);
		return s;
	}
	s = session_new(&e->sessions, in->acct, in->msg->role, id, NULL, in->now);
	if (!s) {
		engine_reject(d, OMASEC_REASON_NO_MEMORY, "no memory for the session");
		return NULL;
	}
	if (e->recall && e->recall(e->recall_arg, s, &s->num)) {
		if (number_valid(&s->num))
			s->stored = true;
		else
			memset(&s->num, 0, sizeof(s->num));
	}
	return s;
}

/*
 * The account that the module knows, or the one whose client has the name that
 * the message claims; that name proves nothing, it only chooses the nonce.
 */
static int engine_account(struct engine *e, struct engine_in *in, struct engine_decision *d)
{
	int err;

	if (*in->msg->account) {
		err = account_need(&e->accounts, in->msg->account, &in->acct);
		if (err)
			engine_reject(d, err == -ENOMEM ? OMASEC_REASON_NO_MEMORY :
				      OMASEC_REASON_HELPER_ERROR,
				      "the nonces of the account cannot be read from the store");
		return err;
	}
	if (in->msg->path != OMASEC_PATH_RX || in->msg->role != OMASEC_ROLE_SERVER)
		return 0;
	if (in->msg->mac_state == OMASEC_MAC_STATE_USER_UNKNOWN)
		return 0;
	in->acct = account_find_user(&e->accounts, in->facts->source_name);
	if (in->acct)
		snprintf(d->account, sizeof(d->account), "%s", in->acct->name);
	return 0;
}

uint8_t engine_integrity(const struct engine *e, const struct omasec_message *msg,
			 const struct dm_facts *facts)
{
	const struct account *a = account_find(&e->accounts, msg->account);
	const struct session *s = a ? session_find(&e->sessions, a, msg->role, facts->session_id) : NULL;

	return s && s->creds ? OMASEC_INTEGRITY_SIGNATURE : OMASEC_INTEGRITY_HMAC;
}

unsigned int engine_wait(const struct engine *e, const struct omasec_message *msg, uint64_t now)
{
	const struct account *a;

	if (msg->path != OMASEC_PATH_TX || msg->role != OMASEC_ROLE_CLIENT ||
	    msg->auth_mode != OMASEC_AUTH_MODE_TRANSPARENT)
		return 0;
	a = account_find(&e->accounts, msg->account);
	if (!a || a->busy_until <= now || a->busy == msg->flow)
		return 0;
	return (unsigned int)(a->busy_until - now);
}

void engine_flow_gone(struct engine *e, const char *account, uint64_t flow)
{
	struct account *a = account_find(&e->accounts, account);

	if (a && a->busy == flow)
		a->busy_until = 0;
}

/* An exchange begins when a request leaves and ends when its response is decided. */
static void engine_exchange(const struct engine_in *in, const struct engine_decision *d)
{
	struct account *a = in->acct;

	if (!a || in->msg->role != OMASEC_ROLE_CLIENT)
		return;
	if (d->verdict == OMASEC_VERDICT_RESPOND ||
	    (d->verdict == OMASEC_VERDICT_ACCEPT && in->msg->path == OMASEC_PATH_TX)) {
		a->busy = in->msg->flow;
		a->busy_until = in->now + ENGINE_EXCHANGE_MS;
	} else if (a->busy == in->msg->flow) {
		a->busy_until = 0;
	}
}

void engine_decide(struct engine *e, const struct omasec_message *msg,
		   const struct dm_facts *facts, const void *body, uint64_t now,
		   struct engine_decision *d)
{
	struct engine_in in = { .msg = msg, .facts = facts, .body = body, .now = now };
	bool tx = msg->path == OMASEC_PATH_TX, native;

	decision_init(d);
	in.send = msg->role == OMASEC_ROLE_CLIENT ? ACCOUNT_CLIENT : ACCOUNT_SERVER;
	in.expect = msg->role == OMASEC_ROLE_CLIENT ? ACCOUNT_SERVER : ACCOUNT_CLIENT;
	in.auth = msg->integrity == OMASEC_INTEGRITY_SIGNATURE ? DM_AUTH_MD5 : DM_AUTH_MAC;
	sessions_expire(&e->sessions, now);
	if (engine_account(e, &in, d))
		return;
	if (!in.acct && (tx || msg->role == OMASEC_ROLE_CLIENT)) {
		engine_reject(d, OMASEC_REASON_USER_UNKNOWN,
			      "no account is known for this connection; name one in the rule");
		return;
	}
	if (!tx && msg->mac_state == OMASEC_MAC_STATE_UNCHECKED) {
		engine_reject(d, OMASEC_REASON_KEY_MISSING,
			      "the %s was not checked; see the account's keys", engine_proof(&in));
		return;
	}
	if (!tx && msg->mac_state == OMASEC_MAC_STATE_OK && !*msg->account) {
		engine_reject(d, OMASEC_REASON_HELPER_ERROR, "a right MAC, but of no account");
		return;
	}
	if (engine_sessionless(e, &in, d))
		return;
	native = msg->auth_mode == OMASEC_AUTH_MODE_NATIVE;
	if (tx)
		(native ? engine_native_tx : engine_tx)(e, &in, d);
	else
		(native ? engine_native_rx : engine_rx)(e, &in, d);
	engine_exchange(&in, d);
}
