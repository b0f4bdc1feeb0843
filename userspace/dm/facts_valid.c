// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Checks on facts, edits and challenges as plain data. The parent runs them on
 * what a worker hands out, the worker on what it is asked to do: neither takes
 * the other's counts and lengths for granted.
 */
#include "text.h"

#include <string.h>

static bool status_valid(const struct dm_status *s)
{
	if (!s->cmd_id || s->cmd_id > INT32_MAX || !s->msg_ref || s->msg_ref > INT32_MAX ||
	    s->cmd_ref > INT32_MAX)
		return false;
	if (s->code < 100 || s->code > 999 || s->cmd == DM_CMD_NONE || s->cmd > DM_CMD_OTHER)
		return false;
	if (s->has_chal > 1 || s->chal_type > DM_AUTH_OTHER || s->has_chal_nonce > 1 ||
	    s->chal_nonce_len > DM_NONCE_MAX)
		return false;
	if (!s->has_chal && (s->chal_type || s->has_chal_nonce))
		return false;
	return s->has_chal_nonce || !s->chal_nonce_len;
}

static bool command_valid(const struct dm_command *c)
{
	return c->cmd_id && c->cmd_id <= INT32_MAX && c->cmd > DM_CMD_SYNCHDR &&
	       c->cmd <= DM_CMD_OTHER && c->cmd != DM_CMD_STATUS && c->depth <= DM_DEPTH_MAX &&
	       c->no_resp <= 1;
}

bool dm_facts_valid(const struct dm_facts *f)
{
	unsigned int i;

	if (f->encoding > DM_WBXML || f->version < 11 || f->version > 13 || f->final > 1 ||
	    f->has_cred > 1 || f->cred_type > DM_AUTH_OTHER || f->no_resp > 1)
		return false;
	if (!f->has_cred && f->cred_type)
		return false;
	if (f->has_digest > 1 || (f->has_digest && f->cred_type != DM_AUTH_MD5))
		return false;
	if (!dm_label_valid(f->session_id, DM_TEXT_MAX) || !f->session_id[0] ||
	    !dm_label_valid(f->source, DM_TEXT_MAX) || !f->source[0] ||
	    !dm_label_valid(f->source_name, DM_TEXT_MAX) ||
	    !dm_label_valid(f->target, DM_TEXT_MAX) || !f->target[0] ||
	    !dm_label_valid(f->target_name, DM_TEXT_MAX) ||
	    !dm_label_valid(f->resp_uri, DM_TEXT_MAX))
		return false;
	if (!f->msg_id || f->msg_id > INT32_MAX || f->max_cmd_id > INT32_MAX ||
	    f->max_msg_size > INT32_MAX || !f->length || f->length > DM_BODY_MAX)
		return false;
	if (f->status_count > DM_STATUS_MAX || f->command_count > DM_COMMAND_MAX)
		return false;
	for (i = 0; i < f->status_count; i++) {
		if (!status_valid(&f->status[i]) || f->status[i].cmd_id > f->max_cmd_id)
			return false;
	}
	for (i = 0; i < f->command_count; i++) {
		if (!command_valid(&f->command[i]) || f->command[i].cmd_id > f->max_cmd_id)
			return false;
	}
	return true;
}

bool dm_edits_empty(const struct dm_edits *e)
{
	unsigned int i;

	if (e->set_msg_id || e->remove_cred || e->set_cred || e->insert_status || e->map_count)
		return false;
	for (i = 0; i < e->status_count; i++) {
		if (e->status[i].op != DM_STATUS_KEEP)
			return false;
	}
	return true;
}

static bool insert_valid(const struct dm_edits *e)
{
	if (e->insert_status > 1)
		return false;
	if (!e->insert_status)
		return true;
	return e->insert_chal >= DM_CHAL_REMOVE && e->insert_chal <= DM_CHAL_MD5 &&
	       e->insert_nonce_len <= DM_NONCE_MAX && e->insert_code >= 100 &&
	       e->insert_code <= 999 && e->insert_msg_ref &&
	       e->insert_msg_ref <= INT32_MAX &&
	       dm_label_valid(e->insert_target_ref, DM_TEXT_MAX) &&
	       dm_label_valid(e->insert_source_ref, DM_TEXT_MAX);
}

bool dm_edits_valid(const struct dm_edits *e)
{
	bool seen[DM_STATUS_MAX] = { false };
	unsigned int i, j;

	if (e->set_msg_id > INT32_MAX || e->remove_cred > 1 || e->set_cred > 1 || !insert_valid(e) ||
	    e->map_count > DM_MAP_MAX || e->status_count > DM_STATUS_MAX)
		return false;
	for (i = 0; i < e->map_count; i++) {
		if (!e->map[i].from || !e->map[i].to || e->map[i].to > INT32_MAX)
			return false;
		for (j = 0; j < i; j++) {
			if (e->map[j].from == e->map[i].from)
				return false;
		}
	}
	for (i = 0; i < e->status_count; i++) {
		const struct dm_status_edit *s = &e->status[i];

		if (s->index >= DM_STATUS_MAX || seen[s->index] || s->op > DM_STATUS_SET ||
		    s->chal > DM_CHAL_MD5 || s->nonce_len > DM_NONCE_MAX)
			return false;
		if (s->op == DM_STATUS_SET && (s->code < 100 || s->code > 999))
			return false;
		seen[s->index] = true;
	}
	return true;
}

bool dm_challenge_valid(const struct dm_challenge *c)
{
	return c->msg_id && c->msg_id <= INT32_MAX && c->code >= 100 && c->code <= 999 &&
	       c->has_chal <= 1 && c->md5 <= 1 && c->set_cred <= 1 && c->nonce_len <= DM_NONCE_MAX;
}
