/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One message in a worker: from its octets to a decision with the octets that go
 * on. No netlink, no store: the helper gives it a message and takes the result.
 */
#ifndef DAEMON_JOB_H
#define DAEMON_JOB_H

#include <dm/worker_client.h>

#include "engine.h"
#include "keys.h"
#include "rights.h"

enum job_state {
	JOB_IDLE,
	JOB_ARRIVE,	/* the worker decrypts a message that came in, or looks at its signature */
	JOB_PARSE,	/* the worker reads the message */
	JOB_PARSE_HELD,	/* the worker reads the held message that is to be repeated */
	JOB_LIST,	/* the worker lists what its commands are about */
	JOB_EDIT,	/* the worker writes the octets that go on */
	JOB_LEAVE,	/* the worker converts, signs or encrypts the octets that go on */
	JOB_DONE,	/* @d and @out are the result */
};

/* Room for a message under Access Control Lists. */
struct job_acl {
	struct dm_list list;
	struct dm_changes changes;
	struct denied denied;
};

/**
 * struct job - a message under way
 * @msg: the message
 * @steps: what is done to the octets that go on
 * @step: how far it is with those, or with what is taken off
 * @type: Content-Type of the octets in hand
 * @converted: which is not the one that they came with
 * @body: its octets, owned; in the end those that were encrypted or signed
 * @bare: octets that are being signed or encrypted, owned
 * @bare_len: how many
 * @slot: of its account's budget, -1 for none: with AES-CBC, until it was read
 * @blocked: nothing of its account is decrypted for so many seconds; 0: that was not found out
 * @opened: it was decrypted so
 * @any: the rule leaves open what proves it; @msg.integrity says hmac or signature since that is known
 * @sealed: it was not, because nobody vouches for it: only its header was read
 * @keys: what the crypto of this message is done with; its handle is set once
 * @rights: the lists; NULL for none, with @acl
 * @acl: what they say of this message
 * @listed: it is under them
 * @d: what the engine decided
 * @out: the new octets, owned; NULL to leave them
 * @out_len: how many
 */
struct job {
	enum job_state state;
	struct worker_client *wc;
	struct omasec_message msg;
	const uint32_t *steps;
	unsigned int step;
	char type[OMASEC_TYPE_MAX + 1];
	bool converted;
	uint8_t *body, *bare;
	size_t bare_len;
	int slot;
	uint32_t blocked;
	bool opened, any, sealed;
	struct keys keys;
	struct xsec_crypto crypto;
	struct rights *rights;
	struct job_acl *acl;
	bool listed;
	struct dm_facts facts;
	struct engine_decision d;
	uint8_t *out;
	size_t out_len;
	struct dm_error err;
};

/* Takes @body over. The job is busy after this. */
void job_start(struct job *j, struct engine *e, const struct omasec_message *msg, uint8_t *body,
	       uint64_t now);
/* Goes on as far as the worker lets it. */
void job_step(struct job *j, struct engine *e, uint64_t now);
/* Frees what the result still owns; the job is idle after this. */
void job_reset(struct job *j);

#endif
