/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One engine and a peer that is written down message by message, with what the
 * tests of it share: how such a peer speaks, what is to be seen in answers, and
 * what the local application writes.
 */
#ifndef TESTS_ENGINE_PEER_H
#define TESTS_ENGINE_PEER_H

#include "engine_play.h"

#include <daemon/engine_internal.h>

static struct host h;
static struct sim_msg up, down, msg;
static struct dm_facts app;
static enum dm_auth peer_auth = DM_AUTH_MAC;	/* what the two ask each other for */

/* ---- a native peer of the host ---- */

/* A message of the peer: Status for SyncHdr of @ref (0: none) with @code and nonce @chal. */
static inline void peer(struct sim_msg *m, uint32_t msg_id, uint32_t ref, uint16_t code, const char *chal)
{
	struct dm_status *st;

	memset(m, 0, sizeof(*m));
	play_begin(&m->facts, "1", msg_id, h.role == OMASEC_ROLE_SERVER);
	if (!ref)
		return;
	st = play_status(&m->facts, ref, 0, DM_CMD_SYNCHDR, code);
	if (chal)
		play_chal(st, peer_auth, chal);
}

static inline void sign(struct sim_msg *m, const struct omasec_nonce *n)
{
	m->mac.present = true;
	m->mac.nonce = *n;
}

static inline void sign_text(struct sim_msg *m, const char *nonce)
{
	m->mac.present = true;
	sim_nonce(&m->mac.nonce, nonce);
}

/* The nonce that a message of the host has for the peer. */
static inline struct omasec_nonce issued(const struct sim_msg *m)
{
	struct omasec_nonce n = { 0 };
	const struct dm_status *st = &m->facts.status[0];

	assert_true(m->facts.status_count > 0);
	assert_int_equal(st->cmd_ref, 0);
	assert_true(st->has_chal && st->chal_type == peer_auth && st->has_chal_nonce);
	assert_int_equal(st->chal_nonce_len, NONCE_FRESH_LEN);
	nonce_set(&n, st->nonce, st->chal_nonce_len);
	return n;
}

static inline void used(const struct sim_msg *m, const char *nonce)
{
	struct omasec_nonce n;

	sim_nonce(&n, nonce);
	assert_true(m->mac.present);
	if (!nonce_equal(&m->mac.nonce, &n))
		fail_msg("MAC with '%.*s' instead of '%s'", m->mac.nonce.len,
			 (const char *)m->mac.nonce.data, nonce);
}

static inline void rejected(uint8_t verdict, uint32_t reason)
{
	assert_int_equal(verdict, OMASEC_VERDICT_REJECT);
	assert_string_equal(omasec_reason_name(h.d.reason), omasec_reason_name(reason));
	assert_true(h.d.detail[0]);
	assert_false(h.d.mac_nonce.known || h.d.expect_nonce.known || h.d.no_mac);
}

/* A challenge of the host: only Status, all @code. */
static inline void challenged(uint8_t verdict, uint16_t code)
{
	unsigned int i;

	assert_int_equal(verdict, OMASEC_VERDICT_RESPOND);
	assert_int_equal(h.d.body, ENGINE_CHALLENGE);
	for (i = 0; i < msg.facts.status_count; i++)
		assert_int_equal(msg.facts.status[i].code, code);
}

/* ---- the local applications ---- */

static inline void client_first(bool cred)
{
	play_begin(&app, "1", 1, true);
	play_command(&app, DM_CMD_ALERT);
	play_command(&app, DM_CMD_REPLACE);
	if (cred) {
		app.has_cred = 1;
		app.cred_type = DM_AUTH_BASIC;
	}
}

static inline void client_next(uint32_t msg_id)
{
	play_begin(&app, "1", msg_id, true);
	play_status(&app, msg_id - 1, 0, DM_CMD_SYNCHDR, 200);
	play_command(&app, DM_CMD_RESULTS);
}

static inline void server_next(uint32_t msg_id, uint32_t ref, uint16_t code)
{
	play_begin(&app, "1", msg_id, false);
	play_status(&app, ref, 0, DM_CMD_SYNCHDR, code);
	play_status(&app, ref, 1, DM_CMD_ALERT, 200);
	play_command(&app, DM_CMD_GET);
}

static inline void as_client(void)
{
	host_init(&h, OMASEC_ROLE_CLIENT);
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_CLIENT], "c0");
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_SERVER], "s0");
	sim_nonce(&h.kernel[ACCOUNT_SERVER].cur, "s0");
}

static inline void as_server(void)
{
	host_init(&h, OMASEC_ROLE_SERVER);
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_CLIENT], "c0");
	sim_nonce(&host_account(&h)->nonce[ACCOUNT_SERVER], "s0");
	sim_nonce(&h.kernel[ACCOUNT_CLIENT].cur, "c0");
}

#endif
