/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two applications that know nothing of auth-MAC, and talk to each other through
 * two engines. Each insists that it gets exactly what the other has written.
 */
#ifndef TESTS_ENGINE_PLAY_H
#define TESTS_ENGINE_PLAY_H

#include "engine_sim.h"

enum play_auth {
	PLAY_NONE,
	PLAY_BASIC,	/* Cred in the first message, 212 */
	PLAY_EACH,	/* Cred in each message, 200 */
	PLAY_MD5,	/* 407 with a md5 challenge of the application, Cred, 212 with the next nonce */
};

struct play {
	struct host *c, *s;
	uint64_t flow;
	bool close_each;
	enum play_auth auth;
	bool mute_client, mute_server;	/* writes no Status for the SyncHdr */
	unsigned int messages;		/* of the client; the last answer has no commands */
	const char *id;
	/* running */
	unsigned int sent, served;
	uint32_t server_id;
	bool stripped;			/* Cred is taken out */
	const struct dm_facts *request;
	struct dm_facts response;
	struct dm_facts wrote, got;	/* the client's last message, and its answer */
	unsigned int extra;		/* exchanges that the applications did not see */
};

static inline struct dm_status *play_status(struct dm_facts *f, uint32_t ref, uint32_t cmd_ref,
					    uint8_t cmd, uint16_t code)
{
	struct dm_status *st = &f->status[f->status_count++];

	memset(st, 0, sizeof(*st));
	st->cmd_id = ++f->max_cmd_id;
	st->msg_ref = ref;
	st->cmd_ref = cmd_ref;
	st->cmd = cmd;
	st->code = code;
	return st;
}

static inline void play_command(struct dm_facts *f, uint8_t cmd)
{
	struct dm_command *c = &f->command[f->command_count++];

	memset(c, 0, sizeof(*c));
	c->cmd_id = ++f->max_cmd_id;
	c->cmd = cmd;
}

static inline void play_chal(struct dm_status *st, uint8_t type, const char *nonce)
{
	st->has_chal = 1;
	st->chal_type = type;
	st->has_chal_nonce = 1;
	st->chal_nonce_len = (uint8_t)strlen(nonce);
	memcpy(st->nonce, nonce, strlen(nonce));
}

static inline void play_begin(struct dm_facts *f, const char *id, uint32_t msg_id, bool client)
{
	memset(f, 0, sizeof(*f));
	f->version = 12;
	f->final = 1;
	f->length = 1000 + msg_id;
	f->msg_id = msg_id;
	strcpy(f->session_id, id);
	strcpy(f->source, client ? "IMEI:493005100592800" : "http://www.syncml.org/mgmt-server");
	strcpy(f->target, client ? "http://www.syncml.org/mgmt-server" : "IMEI:493005100592800");
	if (client)
		strcpy(f->source_name, "Bruce2");
}

/* @got is what @wrote says; @more: a Status for the SyncHdr that nobody wrote may be in front. */
static inline void play_same(const struct dm_facts *wrote, const struct dm_facts *got, bool more)
{
	unsigned int skip = 0, i;

	assert_int_equal(got->msg_id, wrote->msg_id);
	assert_string_equal(got->session_id, wrote->session_id);
	if (more && got->status_count == wrote->status_count + 1) {
		assert_int_equal(got->status[0].cmd_ref, 0);
		assert_int_equal(got->status[0].has_chal, 0);
		assert_int_equal(got->status[0].code / 100, 2);
		assert_int_equal(got->status[0].msg_ref, wrote->status_count ?
				 wrote->status[0].msg_ref : got->status[0].msg_ref);
		skip = 1;
	}
	assert_int_equal(got->status_count, wrote->status_count + skip);
	for (i = 0; i < wrote->status_count; i++)
		assert_memory_equal(&got->status[i + skip], &wrote->status[i],
				    sizeof(wrote->status[i]));
	assert_int_equal(got->command_count, wrote->command_count);
	assert_memory_equal(got->command, wrote->command,
			    wrote->command_count * sizeof(wrote->command[0]));
}

static inline void play_serve(void *arg, const struct dm_facts *req, struct dm_facts *resp)
{
	struct play *p = arg;
	bool refuse = p->auth == PLAY_MD5 && p->served == 0;
	struct dm_status *st;
	unsigned int i;

	play_same(p->request, req, p->mute_client && p->sent > 1);
	assert_int_equal(req->has_cred, p->stripped ? 0 : p->request->has_cred);
	p->served++;
	play_begin(resp, p->id, p->server_id++, false);
	if (!p->mute_server || refuse) {
		uint16_t code = refuse ? 407 :
				req->has_cred && p->auth != PLAY_EACH ? 212 : 200;

		st = play_status(resp, req->msg_id, 0, DM_CMD_SYNCHDR, code);
		if (p->auth == PLAY_MD5 && (refuse || req->has_cred))
			play_chal(st, DM_AUTH_MD5, refuse ? "md5-now" : "md5-next");
	}
	for (i = 0; i < req->command_count; i++)
		play_status(resp, req->msg_id, req->command[i].cmd_id, req->command[i].cmd,
			    refuse ? 407 : 200);
	if (!refuse && p->sent < p->messages) {
		play_command(resp, DM_CMD_GET);
		play_command(resp, DM_CMD_REPLACE);
	}
	assert_true(dm_facts_valid(resp));
	p->response = *resp;
}

/* What the client writes after @last; false when the session is over. */
static inline bool play_write(const struct play *p, const struct dm_facts *last, struct dm_facts *f)
{
	unsigned int i;

	play_begin(f, p->id, p->sent + 1, true);
	if (last && last->status_count && last->status[0].code == 407) {
		play_status(f, last->msg_id, 0, DM_CMD_SYNCHDR, 200);
		f->has_cred = 1;
		f->cred_type = DM_AUTH_MD5;
		last = NULL;
	} else if (last) {
		if (!last->command_count)
			return false;
		if (!p->mute_client)
			play_status(f, last->msg_id, 0, DM_CMD_SYNCHDR, 200);
	}
	if (last) {
		for (i = 0; i < last->command_count; i++)
			play_status(f, last->msg_id, last->command[i].cmd_id,
				    last->command[i].cmd, 200);
		play_command(f, DM_CMD_RESULTS);
	} else {
		play_command(f, DM_CMD_ALERT);
		play_command(f, DM_CMD_REPLACE);
	}
	if (p->auth == PLAY_EACH || (p->auth == PLAY_BASIC && !p->sent)) {
		f->has_cred = 1;
		f->cred_type = DM_AUTH_BASIC;
	}
	return true;
}

/* A whole session, from message to message. -1: rejected by an engine. */
static inline int play_step(struct play *p)
{
	int n;

	if (!play_write(p, p->sent ? &p->got : NULL, &p->wrote))
		return 0;
	p->sent++;
	p->request = &p->wrote;
	n = sim_exchange(p->c, p->s, &p->flow, p->close_each, &p->wrote, play_serve, p, &p->got);
	if (n < 0)
		return -1;
	p->extra += (unsigned int)n - 1;
	if (!p->stripped)
		play_same(&p->response, &p->got, p->mute_server);
	return 1;
}

static inline int play_session(struct play *p)
{
	int n;

	if (!p->server_id)
		p->server_id = 1;
	p->flow++;
	p->s->flow_known = false;
	p->s->flow_expect.known = false;
	while ((n = play_step(p)) > 0)
		;
	return n;
}

/* Stale or not: what each side thinks of both nonces. */
enum play_state { STATE_NONE, STATE_SAME, STATE_STALE, STATE_OURS_ONLY, STATE_THEIRS_ONLY,
		  STATE_COUNT };

static inline void play_set(struct host *owner, struct host *checker, enum account_who who,
			    enum play_state state)
{
	struct omasec_nonce *send = &host_account(owner)->nonce[who];
	struct omasec_nonce *expect = &host_account(checker)->nonce[who];

	switch (state) {
	case STATE_SAME:
		sim_nonce(send, "the same");
		sim_nonce(expect, "the same");
		break;
	case STATE_STALE:
		sim_nonce(send, "an old one");
		sim_nonce(expect, "a new one");
		break;
	case STATE_OURS_ONLY:
		sim_nonce(send, "only at the owner");
		break;
	case STATE_THEIRS_ONLY:
		sim_nonce(expect, "only at the checker");
		break;
	default:
		break;
	}
	if (expect->known)
		checker->kernel[who].cur = *expect;
}

#endif
