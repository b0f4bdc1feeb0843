/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A wire with a host at each end, for tests of the engine: the module as far as
 * nonces go (one current nonce a credential, spent by use, kept with the flow
 * while there is no account), the worker as far as facts go (edits are applied
 * to facts, challenges are made as facts), and a MAC that is right exactly when
 * it was made with the nonce that counts. The octets of a message are its facts.
 */
#ifndef TESTS_ENGINE_SIM_H
#define TESTS_ENGINE_SIM_H

#include <stdio.h>

#include <daemon/engine.h>

#include "cmocka_table.h"

struct sim_mac {
	bool present;
	bool other_key;		/* made by somebody who does not know K */
	struct omasec_nonce nonce;
};

struct sim_msg {
	struct dm_facts facts;
	struct sim_mac mac;
};

struct sim_cred {
	struct omasec_nonce cur, prev;
	bool spent;
};

/* One end: an engine, and its module. */
struct host {
	struct engine e;
	uint8_t role, mode, first_contact, app_cred, integrity;
	bool rule_account;	/* the rule names the account */
	struct sim_cred kernel[2];
	struct omasec_nonce flow_expect;
	bool flow_known;	/* the account of the flow is known */
	struct engine_decision d;
	unsigned int challenges, repeats, rejects;
};

static inline int sim_random(void *data, size_t len)
{
	static uint64_t x = 88172645463325252u;
	uint8_t *p = data;

	while (len--) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		*p++ = (uint8_t)(x >> 24);
	}
	return 0;
}

static inline void host_init(struct host *h, uint8_t role)
{
	struct account *a;

	memset(h, 0, sizeof(*h));
	h->role = role;
	h->rule_account = role == OMASEC_ROLE_CLIENT;
	assert_int_equal(engine_init(&h->e, &session_limits_default, sim_random, NULL, NULL), 0);
	assert_int_equal(account_need(&h->e.accounts, "acct", &a), 0);
	assert_int_equal(account_set_user(&h->e.accounts, a, "Bruce2"), 0);
}

static inline struct account *host_account(struct host *h)
{
	return account_find(&h->e.accounts, "acct");
}

/* The helper starts anew: sessions are gone, the store has the nonces. */
static inline void host_restart(struct host *h, bool keep_nonces)
{
	struct account *a, old = *host_account(h);

	engine_decision_done(&h->d);
	engine_free(&h->e);
	assert_int_equal(engine_init(&h->e, &session_limits_default, sim_random, NULL, NULL), 0);
	assert_int_equal(account_need(&h->e.accounts, "acct", &a), 0);
	assert_int_equal(account_set_user(&h->e.accounts, a, "Bruce2"), 0);
	if (keep_nonces) {
		memcpy(a->nonce, old.nonce, sizeof(a->nonce));
		memcpy(a->guard, old.guard, sizeof(a->guard));
	}
}

static inline void host_done(struct host *h)
{
	engine_decision_done(&h->d);
	engine_free(&h->e);
}

static inline void sim_nonce(struct omasec_nonce *n, const char *s)
{
	nonce_set(n, s, strlen(s));
}

/* ---- the module ---- */

static inline enum account_who host_peer(const struct host *h)
{
	return h->role == OMASEC_ROLE_CLIENT ? ACCOUNT_SERVER : ACCOUNT_CLIENT;
}

static inline uint8_t kernel_check(struct host *h, const struct sim_mac *mac)
{
	struct sim_cred *c = &h->kernel[host_peer(h)];
	struct omasec_nonce cur = c->cur;

	if (!mac->present)
		return OMASEC_MAC_STATE_MISSING;
	if (mac->other_key)
		return OMASEC_MAC_STATE_WRONG;
	if (h->flow_expect.known && nonce_equal(&h->flow_expect, &mac->nonce)) {
		h->flow_expect.known = false;
		return OMASEC_MAC_STATE_OK;
	}
	cur.known = true;	/* none counts as the empty one */
	if (!c->spent && nonce_equal(&cur, &mac->nonce)) {
		c->prev = cur;
		c->spent = true;
		return OMASEC_MAC_STATE_OK;
	}
	if (c->prev.known && nonce_equal(&c->prev, &mac->nonce))
		return OMASEC_MAC_STATE_REPLAYED;
	return OMASEC_MAC_STATE_WRONG;
}

static inline void kernel_expect(struct host *h, const struct omasec_nonce *n, bool account)
{
	struct sim_cred *c = &h->kernel[host_peer(h)];

	if (!n->known)
		return;
	if (!account) {
		h->flow_expect = *n;
		return;
	}
	if (!c->spent)
		c->prev = c->cur;
	c->cur = *n;
	c->spent = false;
}

/* ---- the worker ---- */

static inline void worker_edit(const struct dm_facts *in, const struct dm_edits *e,
			       struct dm_facts *out)
{
	unsigned int i, j, n = 0;

	assert_true(dm_edits_valid(e));
	*out = *in;
	if (e->set_msg_id)
		out->msg_id = e->set_msg_id;
	if (e->remove_cred)
		out->has_cred = out->has_digest = out->cred_type = 0;
	if (e->insert_status) {
		struct dm_status *st = &out->status[n++];

		memset(st, 0, sizeof(*st));
		st->cmd_id = ++out->max_cmd_id;
		st->msg_ref = e->insert_msg_ref;
		st->cmd = DM_CMD_SYNCHDR;
		st->code = e->insert_code;
		if (e->insert_chal != DM_CHAL_REMOVE) {
			st->has_chal = st->has_chal_nonce = 1;
			st->chal_type = e->insert_chal == DM_CHAL_MD5 ? DM_AUTH_MD5 : DM_AUTH_MAC;
			st->chal_nonce_len = e->insert_nonce_len;
			memcpy(st->nonce, e->insert_nonce, e->insert_nonce_len);
		}
	}
	for (i = 0; i < in->status_count; i++) {
		const struct dm_status_edit *ed = NULL;
		struct dm_status st = in->status[i];

		for (j = 0; j < e->status_count; j++)
			if (e->status[j].index == i)
				ed = &e->status[j];
		if (ed && ed->op == DM_STATUS_REMOVE)
			continue;
		for (j = 0; j < e->map_count; j++) {
			if (e->map[j].from == st.msg_ref) {
				st.msg_ref = e->map[j].to;
				break;
			}
		}
		if (ed && ed->op == DM_STATUS_SET) {
			st.code = ed->code;
			if (ed->chal != DM_CHAL_KEEP) {
				st.has_chal = st.has_chal_nonce = st.chal_type = 0;
				st.chal_nonce_len = 0;
				memset(st.nonce, 0, sizeof(st.nonce));
			}
			if (ed->chal == DM_CHAL_MAC || ed->chal == DM_CHAL_MD5) {
				st.has_chal = st.has_chal_nonce = 1;
				st.chal_type = ed->chal == DM_CHAL_MD5 ? DM_AUTH_MD5 : DM_AUTH_MAC;
				st.chal_nonce_len = ed->nonce_len;
				memcpy(st.nonce, ed->nonce, ed->nonce_len);
			}
		}
		assert_true(n < DM_STATUS_MAX);
		out->status[n++] = st;
	}
	out->status_count = (uint16_t)n;
}

static inline void worker_challenge(const struct dm_facts *in, const struct dm_challenge *c,
				    struct dm_facts *out)
{
	unsigned int i, n = 0;

	assert_true(c->code == 401 || c->code == 407);
	memset(out, 0, sizeof(*out));
	out->version = in->version;
	out->final = 1;
	out->length = 300;
	strcpy(out->session_id, in->session_id);
	strcpy(out->source, in->target);
	strcpy(out->target, in->source);
	out->msg_id = c->msg_id;
	for (i = 0; i <= in->command_count && n < DM_STATUS_MAX; i++) {
		struct dm_status *st = &out->status[n++];

		st->cmd_id = ++out->max_cmd_id;
		st->msg_ref = in->msg_id;
		st->cmd_ref = i ? in->command[i - 1].cmd_id : 0;
		st->cmd = i ? in->command[i - 1].cmd : DM_CMD_SYNCHDR;
		st->code = c->code;
		if (!i && c->has_chal) {
			st->has_chal = st->has_chal_nonce = 1;
			st->chal_type = c->md5 ? DM_AUTH_MD5 : DM_AUTH_MAC;
			st->chal_nonce_len = c->nonce_len;
			memcpy(st->nonce, c->nonce, c->nonce_len);
		}
	}
	out->status_count = (uint16_t)n;
}

/* ---- a message through a host ---- */

/* With integrity signature what the message proves is in itself, where the worker finds it. */
static inline void sim_cred(const struct host *h, const struct sim_mac *mac, struct dm_facts *f)
{
	if (h->integrity != OMASEC_INTEGRITY_SIGNATURE || !mac->present)
		return;
	assert_false(f->has_cred);
	f->has_cred = f->has_digest = 1;
	f->cred_type = DM_AUTH_MD5;
}

/* What goes out by @d: the message and its MAC; installs the nonce that it expects. */
static inline void host_emit(struct host *h, const struct dm_facts *in, bool account,
			     struct sim_msg *out)
{
	struct engine_decision *d = &h->d;

	memset(out, 0, sizeof(*out));
	switch (d->body) {
	case ENGINE_KEEP:
		out->facts = *in;
		break;
	case ENGINE_EDIT:
		worker_edit(in, &d->edits, &out->facts);
		break;
	case ENGINE_REPEAT:
		assert_int_equal(d->repeat_len, sizeof(*in));
		h->repeats++;
		worker_edit((const struct dm_facts *)(const void *)d->repeat, &d->edits, &out->facts);
		break;
	case ENGINE_CHALLENGE:
		h->challenges++;
		worker_challenge(in, &d->challenge, &out->facts);
		break;
	}
	assert_true(dm_facts_valid(&out->facts));
	/* Exactly one of the two, as the module demands it. */
	if (d->body != ENGINE_KEEP || h->mode != OMASEC_AUTH_MODE_NATIVE)
		assert_true(d->no_mac != d->mac_nonce.known);
	out->mac.present = !d->no_mac;
	out->mac.nonce = d->mac_nonce;
	sim_cred(h, &out->mac, &out->facts);
	kernel_expect(h, &d->expect_nonce, account);
}

static inline void host_message(struct host *h, struct omasec_message *m, uint8_t path,
				uint64_t flow)
{
	memset(m, 0, sizeof(*m));
	m->cookie = 1;
	m->flow = flow;
	m->path = path;
	m->role = h->role;
	m->auth_mode = h->mode;
	m->first_contact = h->first_contact;
	m->integrity = h->integrity;
	m->app_cred = h->app_cred;
	m->length = sizeof(struct dm_facts);
	strcpy(m->content_type, "application/vnd.syncml.dm+xml");
}

/* The application sends. False: rejected. */
static inline bool host_tx(struct host *h, uint64_t flow, const struct dm_facts *in,
			   struct sim_msg *out)
{
	struct omasec_message m;

	assert_true(dm_facts_valid(in));
	host_message(h, &m, OMASEC_PATH_TX, flow);
	if (h->rule_account || h->flow_known)
		strcpy(m.account, "acct");
	engine_decision_done(&h->d);
	engine_decide(&h->e, &m, in, in, 0, &h->d);
	if (h->d.verdict == OMASEC_VERDICT_REJECT) {
		h->rejects++;
		return false;
	}
	assert_int_equal(h->d.verdict, OMASEC_VERDICT_ACCEPT);
	host_emit(h, in, true, out);
	return true;
}

/* The wire delivers @wire. The verdict; @out: for the application, or for the peer. */
static inline uint8_t host_rx(struct host *h, uint64_t flow, const struct sim_msg *wire,
			      struct sim_msg *out)
{
	static struct sim_msg copy;
	const struct sim_msg *in = &copy;
	struct omasec_message m;

	copy = *wire;
	if (!copy.facts.has_cred)
		sim_cred(h, &copy.mac, &copy.facts);

	host_message(h, &m, OMASEC_PATH_RX, flow);
	m.http_kind = h->role == OMASEC_ROLE_CLIENT ? OMASEC_HTTP_KIND_RESPONSE :
		      OMASEC_HTTP_KIND_REQUEST;
	if (in->mac.present && h->integrity != OMASEC_INTEGRITY_SIGNATURE)
		strcpy(m.user, h->role == OMASEC_ROLE_CLIENT ? "server" : "Bruce2");
	if (h->rule_account || h->flow_known || in->mac.present)
		strcpy(m.account, "acct");
	m.mac_state = kernel_check(h, &in->mac);
	engine_decision_done(&h->d);
	engine_decide(&h->e, &m, &in->facts, &in->facts, 0, &h->d);
	switch (h->d.verdict) {
	case OMASEC_VERDICT_REJECT:
		h->rejects++;
		break;
	case OMASEC_VERDICT_ACCEPT:
		if (m.mac_state != OMASEC_MAC_STATE_OK &&
		    (h->integrity != OMASEC_INTEGRITY_ON_CHALLENGE ||
		     m.mac_state != OMASEC_MAC_STATE_MISSING))
			assert_true(h->mode == OMASEC_AUTH_MODE_NATIVE &&
				    h->role == OMASEC_ROLE_CLIENT);
		if (m.mac_state == OMASEC_MAC_STATE_OK)
			h->flow_known = true;
		memset(out, 0, sizeof(*out));
		if (h->d.body == ENGINE_EDIT)
			worker_edit(&in->facts, &h->d.edits, &out->facts);
		else
			out->facts = in->facts;
		if (h->integrity == OMASEC_INTEGRITY_SIGNATURE)
			assert_false(out->facts.has_cred);
		break;
	case OMASEC_VERDICT_RESPOND:
		host_emit(h, &in->facts, *m.account || *h->d.account, out);
		break;
	default:
		fail_msg("no verdict");
	}
	return h->d.verdict;
}

/*
 * A request of the client's application until its response is delivered, with
 * the rounds of omasec; the exchanges on the wire, or -1 when one side rejected.
 * @serve is the application at the server.
 */
typedef void (*sim_serve_fn)(void *arg, const struct dm_facts *request, struct dm_facts *response);

static inline int sim_exchange(struct host *c, struct host *s, uint64_t *flow, bool close_each,
			       const struct dm_facts *request, sim_serve_fn serve, void *arg,
			       struct dm_facts *response)
{
	static struct sim_msg up, down, msg;
	static struct dm_facts answer;
	int n = 0;

	if (!host_tx(c, *flow, request, &up))
		return -1;
	for (;;) {
		assert_true(n < 10);
		n++;
		switch (host_rx(s, *flow, &up, &msg)) {
		case OMASEC_VERDICT_ACCEPT:
			serve(arg, &msg.facts, &answer);
			if (!host_tx(s, *flow, &answer, &down))
				return -1;
			break;
		case OMASEC_VERDICT_RESPOND:
			down = msg;
			break;
		default:
			return -1;
		}
		switch (host_rx(c, *flow, &down, &msg)) {
		case OMASEC_VERDICT_ACCEPT:
			*response = msg.facts;
			if (close_each) {
				(*flow)++;
				s->flow_known = false;
				s->flow_expect.known = false;
			}
			return n;
		case OMASEC_VERDICT_RESPOND:
			up = msg;
			break;
		default:
			return -1;
		}
	}
}

#endif
