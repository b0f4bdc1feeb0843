// SPDX-License-Identifier: GPL-2.0
/*
 * Reading Status out of the facts of a message, and asking for edits of them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "engine_internal.h"

/* Prints outlive the process in the store, so this is not hash_seed(). */
#define PRINT_SEED 0x6f6d617365632031u

static bool status_is_chal(const struct dm_status *st, enum dm_auth auth)
{
	return !st->cmd_ref && st->has_chal && st->chal_type == auth && st->has_chal_nonce;
}

const struct dm_status *facts_chal(const struct dm_facts *f, enum dm_auth auth, uint32_t wire)
{
	const struct dm_status *st, *best = NULL;

	for (st = f->status; st < f->status + f->status_count; st++) {
		if (!status_is_chal(st, auth))
			continue;
		if (st->msg_ref == wire)
			return st;
		if (!best || st->msg_ref > best->msg_ref)
			best = st;
	}
	return best;
}

void facts_nonce(const struct dm_status *st, struct omasec_nonce *n)
{
	nonce_set(n, st->nonce, st->chal_nonce_len);
}

bool facts_challenge_only(const struct dm_facts *f, enum dm_auth auth)
{
	const struct dm_status *st;
	bool chal = false;

	if (f->command_count)
		return false;
	for (st = f->status; st < f->status + f->status_count; st++) {
		if (st->code != 401 && st->code != 407)
			return false;
		chal |= status_is_chal(st, auth);
	}
	return chal;
}

const struct dm_status *facts_hdr(const struct dm_facts *f, uint32_t ref,
				  const struct dm_status *except)
{
	const struct dm_status *st;

	for (st = f->status; st < f->status + f->status_count; st++)
		if (st != except && !st->cmd_ref && st->msg_ref == ref)
			return st;
	return NULL;
}

const struct dm_status *facts_last_hdr(const struct dm_facts *f)
{
	const struct dm_status *st, *last = NULL;

	for (st = f->status; st < f->status + f->status_count; st++)
		if (!st->cmd_ref && (!last || st->msg_ref > last->msg_ref))
			last = st;
	return last;
}

uint64_t facts_print(const struct dm_facts *f, enum dm_auth auth, bool *unique)
{
	const struct dm_status *chal = facts_chal(f, auth, 0);
	uint64_t key = hash_text(PRINT_SEED, f->session_id);

	key = hash_text(key, f->source);
	key = hash_octets(key, &f->msg_id, sizeof(f->msg_id));
	key = hash_octets(key, &f->length, sizeof(f->length));
	if (chal)
		key = hash_octets(key, chal->nonce, chal->chal_nonce_len);
	*unique = chal;
	return key;
}

int edits_map(struct dm_edits *e, uint32_t from, uint32_t to)
{
	uint16_t i;

	if (from == to)
		return 0;
	for (i = 0; i < e->map_count; i++)
		if (e->map[i].from == from)
			return 0;
	if (e->map_count == DM_MAP_MAX)
		return -E2BIG;
	e->map[e->map_count++] = (struct dm_map){ from, to };
	return 0;
}

void edits_status(struct dm_edits *e, const struct dm_facts *f, const struct dm_status *st,
		  enum dm_status_op op, uint16_t code, enum dm_chal_op chal,
		  const struct omasec_nonce *n)
{
	struct dm_status_edit *ed = &e->status[e->status_count++];

	ed->index = (uint16_t)(st - f->status);
	ed->code = code;
	ed->op = (uint8_t)op;
	ed->chal = (uint8_t)chal;
	ed->nonce_len = n ? n->len : 0;
	if (n)
		memcpy(ed->nonce, n->data, n->len);
}

void edits_insert(struct dm_edits *e, uint16_t code, uint32_t ref, const char *target,
		  const char *source, enum dm_chal_op chal, const struct omasec_nonce *n)
{
	e->insert_status = 1;
	e->insert_code = code;
	e->insert_msg_ref = ref;
	e->insert_chal = n ? (uint8_t)chal : DM_CHAL_REMOVE;
	e->insert_nonce_len = n ? n->len : 0;
	if (n)
		memcpy(e->insert_nonce, n->data, n->len);
	snprintf(e->insert_target_ref, sizeof(e->insert_target_ref), "%s", target ? target : "");
	snprintf(e->insert_source_ref, sizeof(e->insert_source_ref), "%s", source ? source : "");
}
