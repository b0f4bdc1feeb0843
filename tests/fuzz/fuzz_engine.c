// SPDX-License-Identifier: GPL-2.0
/*
 * The engine under any sequence of messages: facts, MAC states and flows come
 * from the input, as from a hostile peer and a broken application. Every decision
 * must be one that the module and the worker would take, and nothing may grow
 * beyond its bounds.
 */
#include <stdlib.h>
#include <string.h>

#include <daemon/engine.h>
#include "../../kmod/proto/reason.h"

struct input {
	const uint8_t *p;
	size_t len;
};

static uint8_t take(struct input *in)
{
	if (!in->len)
		return 0;
	in->len--;
	return *in->p++;
}

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static int fuzz_random(void *data, size_t len)
{
	static uint8_t n;

	memset(data, 0, len);
	*(uint8_t *)data = n++;
	return 0;
}

static uint32_t number(struct input *in)
{
	uint8_t b = take(in);

	return b < 0xf0 ? b % 8 + 1 : b == 0xff ? INT32_MAX : (uint32_t)b << 8;
}

static void make_status(struct input *in, struct dm_facts *f)
{
	static const uint16_t codes[] = { 200, 212, 401, 407, 404, 500, 101, 513 };
	struct dm_status *st = &f->status[f->status_count++];
	uint8_t b = take(in);

	memset(st, 0, sizeof(*st));
	st->cmd_id = ++f->max_cmd_id;
	st->msg_ref = number(in);
	st->cmd_ref = b & 1 ? 0 : b >> 5;
	st->cmd = st->cmd_ref ? DM_CMD_GET : DM_CMD_SYNCHDR;
	st->code = codes[take(in) % 8];
	if (!(b & 2))
		return;
	st->has_chal = 1;
	st->chal_type = b & 4 ? DM_AUTH_MAC : DM_AUTH_MD5;
	st->has_chal_nonce = !!(b & 8);
	if (st->has_chal_nonce) {
		st->chal_nonce_len = take(in) % (DM_NONCE_MAX + 1);
		memset(st->nonce, take(in), st->chal_nonce_len);
	}
}

static void make_facts(struct input *in, struct dm_facts *f)
{
	uint8_t b = take(in);
	unsigned int n;

	memset(f, 0, offsetof(struct dm_facts, status));
	f->version = 12;
	f->has_cred = b & 1;
	f->cred_type = b & 1 ? DM_AUTH_BASIC : DM_AUTH_NONE;
	f->length = 100u + (b >> 6);
	f->msg_id = number(in);
	strcpy(f->session_id, b & 2 ? "1" : "2");
	strcpy(f->source, b & 4 ? "IMEI:1" : "IMEI:2");
	strcpy(f->source_name, b & 8 ? "Bruce2" : "");
	strcpy(f->target, "server");
	n = b >> 4 & 3;
	if (n == 3)
		n = take(in) * 2;
	while (n--)
		make_status(in, f);
	n = take(in) % 3;
	while (n--) {
		struct dm_command *c = &f->command[f->command_count++];

		memset(c, 0, sizeof(*c));
		c->cmd_id = ++f->max_cmd_id;
		c->cmd = DM_CMD_GET;
	}
	CHECK(dm_facts_valid(f));
}

static void make_message(struct input *in, struct omasec_message *m, uint32_t length)
{
	uint8_t b = take(in), c = take(in);

	memset(m, 0, sizeof(*m));
	m->cookie = 1;
	m->flow = b & 3;
	m->path = b & 4 ? OMASEC_PATH_TX : OMASEC_PATH_RX;
	m->role = b & 8 ? OMASEC_ROLE_CLIENT : OMASEC_ROLE_SERVER;
	m->auth_mode = b & 16 ? OMASEC_AUTH_MODE_NATIVE : OMASEC_AUTH_MODE_TRANSPARENT;
	m->first_contact = !!(b & 32);
	m->app_cred = !!(b & 64);
	m->integrity = b & 128 ? OMASEC_INTEGRITY_ON_CHALLENGE : OMASEC_INTEGRITY_HMAC;
	if (b & 128 && c & 0x20) {
		m->integrity = OMASEC_INTEGRITY_SIGNATURE;
		m->auth_mode = OMASEC_AUTH_MODE_TRANSPARENT;
		c |= 0x80;	/* such rules name their account */
	}
	m->mac_state = c % (OMASEC_MAC_STATE_USER_UNKNOWN + 1);
	if (c & 0x80)
		strcpy(m->account, c & 0x40 ? "acct" : "other");
	strcpy(m->content_type, "application/vnd.syncml.dm+xml");
	m->length = length;
}

/* What the module demands of a verdict (kmod/verdict.c), and the worker of edits. */
static void check(const struct omasec_message *m, const struct dm_facts *f,
		  const struct engine_decision *d)
{
	bool known = *m->account || *d->account;

	CHECK(strlen(d->detail) < sizeof(d->detail));
	CHECK(d->mac_nonce.len <= OMASEC_NONCE_MAX && d->expect_nonce.len <= OMASEC_NONCE_MAX);
	switch (d->verdict) {
	case OMASEC_VERDICT_REJECT:
		CHECK(d->reason > OMASEC_REASON_NONE && d->reason < OMASEC_REASONS);
		CHECK(*d->detail && !d->mac_nonce.known && !d->no_mac && !d->expect_nonce.known);
		CHECK(d->body == ENGINE_KEEP && !d->repeat);
		return;
	case OMASEC_VERDICT_ACCEPT:
		CHECK(d->body == ENGINE_KEEP || d->body == ENGINE_EDIT);
		/* No Cred of the peer gets in, and the application's does not get out. */
		if (m->integrity == OMASEC_INTEGRITY_SIGNATURE && f->has_cred)
			CHECK(d->body == ENGINE_EDIT && d->edits.remove_cred);
		if (m->path == OMASEC_PATH_RX) {
			CHECK(!d->mac_nonce.known && !d->no_mac && !d->expect_nonce.known);
			CHECK(m->mac_state == OMASEC_MAC_STATE_OK ||
			      (m->integrity == OMASEC_INTEGRITY_ON_CHALLENGE &&
			       m->mac_state == OMASEC_MAC_STATE_MISSING) ||
			      (m->auth_mode == OMASEC_AUTH_MODE_NATIVE &&
			       m->role == OMASEC_ROLE_CLIENT));
			break;
		}
		CHECK(d->mac_nonce.known != d->no_mac);
		CHECK(!d->no_mac || m->first_contact == OMASEC_FIRST_CONTACT_CHALLENGE ||
		      m->integrity == OMASEC_INTEGRITY_ON_CHALLENGE);
		break;
	case OMASEC_VERDICT_RESPOND:
		CHECK(m->path == OMASEC_PATH_RX);
		CHECK(d->body == ENGINE_REPEAT || d->body == ENGINE_CHALLENGE);
		CHECK(d->mac_nonce.known != d->no_mac && (known || d->no_mac));
		CHECK((d->body == ENGINE_REPEAT) == !!d->repeat);
		break;
	default:
		abort();
	}
	if (d->body == ENGINE_CHALLENGE)
		CHECK(d->challenge.msg_id && (d->challenge.code == 401 || d->challenge.code == 407) &&
		      d->challenge.nonce_len <= DM_NONCE_MAX &&
		      (!d->challenge.has_chal ||
		       d->challenge.md5 == (m->integrity == OMASEC_INTEGRITY_SIGNATURE)));
	else if (d->body != ENGINE_KEEP)
		CHECK(dm_edits_valid(&d->edits));
	if (d->body == ENGINE_EDIT)
		for (unsigned int i = 0; i < d->edits.status_count; i++)
			CHECK(d->edits.status[i].index < f->status_count);
	if (m->auth_mode == OMASEC_AUTH_MODE_NATIVE)
		CHECK(d->body == ENGINE_KEEP || d->body == ENGINE_CHALLENGE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct session_limits limits = { 3, 2, 1000, 100, 1000 };
	static struct engine_decision d;
	static struct dm_facts facts;
	static const uint8_t body[256];
	struct input in = { data, size };
	struct omasec_message m;
	struct account *a;
	struct engine e;
	uint64_t now = 0;

	if (engine_init(&e, &limits, fuzz_random, NULL, NULL) ||
	    account_need(&e.accounts, "acct", &a) ||
	    account_set_user(&e.accounts, a, "Bruce2"))
		abort();
	while (in.len) {
		make_facts(&in, &facts);
		make_message(&in, &m, facts.length);
		now += take(&in) & 0x3f;
		engine_wait(&e, &m, now);
		engine_decide(&e, &m, &facts, body, now, &d);
		check(&m, &facts, &d);
		engine_decision_done(&d);
		CHECK(e.sessions.established.count <= 3 && e.sessions.provisional.count <= 2);
		CHECK(e.sessions.held <= 1000);
	}
	engine_free(&e);
	return 0;
}
