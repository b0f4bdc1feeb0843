// SPDX-License-Identifier: GPL-2.0
/*
 * Edits, and the challenge, on any message that is taken. First octets: which
 * edits; the rest: the message, XML if it begins with "<". The result has to be
 * a message again, with just those facts changed that the edits name.
 */
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

#include "dm/doc.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)
#define CONTROL 8

static struct dm_facts before, after;
static struct dm_edits e;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	dm_init();
	return 0;
}

static void make_edits(const uint8_t *c, unsigned int statuses)
{
	unsigned int i;

	memset(&e, 0, sizeof(e));
	e.set_msg_id = c[0];
	e.remove_cred = c[1] & 1;
	e.insert_status = c[1] >> 1 & 1;
	e.set_cred = c[1] >> 4 & 1;
	memset(e.cred, c[0], sizeof(e.cred));
	e.insert_chal = !(c[1] & 4) ? DM_CHAL_REMOVE : c[1] & 32 ? DM_CHAL_MD5 : DM_CHAL_MAC;
	e.insert_code = (uint16_t)(200 + c[2]);
	e.insert_msg_ref = c[3] + 1u;
	e.insert_nonce_len = c[2] & 63;
	memset(e.insert_nonce, c[3], e.insert_nonce_len);
	if (c[1] & 8)
		memcpy(e.insert_target_ref, "<&>\"'", 6);
	e.map_count = c[4] & 3;
	for (i = 0; i < e.map_count; i++)
		e.map[i] = (struct dm_map){ i + 1, c[5] + 1u };
	for (i = 0; i < statuses; i++) {
		struct dm_status_edit *s = &e.status[e.status_count];
		unsigned int how = (c[6] >> i % 4 * 2) + i;

		s->op = how % 3;
		if (s->op == DM_STATUS_KEEP)
			continue;
		s->index = (uint16_t)(statuses - 1 - i);
		s->code = (uint16_t)(100 + c[7]);
		s->chal = c[7] % 4;
		s->nonce_len = c[6] & 31;
		memset(s->nonce, c[7], s->nonce_len);
		e.status_count++;
	}
}

static const struct dm_status_edit *edit_of(unsigned int index)
{
	unsigned int i;

	for (i = 0; i < e.status_count; i++) {
		if (e.status[i].index == index)
			return &e.status[i];
	}
	return NULL;
}

static void check_chal(const struct dm_status *s, unsigned int op, const uint8_t *nonce, size_t len)
{
	CHECK(s->has_chal && s->chal_type == (op == DM_CHAL_MD5 ? DM_AUTH_MD5 : DM_AUTH_MAC) && s->has_chal_nonce &&
	      s->chal_nonce_len == len && !memcmp(s->nonce, nonce, len));
}

static void check_statuses(void)
{
	unsigned int i, out = 0;

	if (e.insert_status) {
		const struct dm_status *s = &after.status[out++];

		CHECK(s->code == e.insert_code && s->cmd == DM_CMD_SYNCHDR && !s->cmd_ref &&
		      s->msg_ref == e.insert_msg_ref && s->cmd_id == before.max_cmd_id + 1);
		if (e.insert_chal != DM_CHAL_REMOVE)
			check_chal(s, e.insert_chal, e.insert_nonce, e.insert_nonce_len);
		else
			CHECK(!s->has_chal);
	}
	for (i = 0; i < before.status_count; i++) {
		const struct dm_status_edit *edit = edit_of(i);
		const struct dm_status *was = &before.status[i], *is = &after.status[out];
		uint32_t ref = was->msg_ref <= e.map_count ? e.map[was->msg_ref - 1].to : was->msg_ref;

		if (edit && edit->op == DM_STATUS_REMOVE)
			continue;
		CHECK(out < after.status_count);
		CHECK(is->cmd_id == was->cmd_id && is->cmd_ref == was->cmd_ref && is->cmd == was->cmd &&
		      is->msg_ref == ref);
		CHECK(is->code == (edit ? edit->code : was->code));
		if (edit && edit->chal >= DM_CHAL_MAC)
			check_chal(is, edit->chal, edit->nonce, edit->nonce_len);
		else if (edit && edit->chal == DM_CHAL_REMOVE)
			CHECK(!is->has_chal);
		else
			CHECK(is->has_chal == was->has_chal && is->chal_type == was->chal_type &&
			      is->chal_nonce_len == was->chal_nonce_len &&
			      !memcmp(is->nonce, was->nonce, DM_NONCE_MAX));
		out++;
	}
	CHECK(out == after.status_count);
}

static void check_rest(void)
{
	CHECK(after.encoding == before.encoding && after.version == before.version &&
	      after.final == before.final && after.max_msg_size == before.max_msg_size);
	CHECK(after.msg_id == (e.set_msg_id ? e.set_msg_id : before.msg_id));
	CHECK(after.has_cred == (e.set_cred || (!e.remove_cred && before.has_cred)));
	CHECK(!e.set_cred || (after.has_digest && !memcmp(after.digest, e.cred, sizeof(e.cred))));
	CHECK(!strcmp(after.session_id, before.session_id) && !strcmp(after.source, before.source) &&
	      !strcmp(after.source_name, before.source_name) && !strcmp(after.target, before.target) &&
	      !strcmp(after.target_name, before.target_name) && !strcmp(after.resp_uri, before.resp_uri));
	CHECK(after.command_count == before.command_count &&
	      !memcmp(after.command, before.command, sizeof(after.command)));
}

static void check_challenge(const struct dm_doc *doc, const char *type)
{
	const struct dm_challenge c = { .msg_id = 5, .code = 401, .has_chal = 1, .nonce_len = 4, .nonce = "abcd",
					.md5 = e.set_cred, .set_cred = e.set_cred, .cred = "0123456789abcde" };
	struct dm_error err;
	struct dm_doc *answer;
	unsigned int i, wanted = 1;
	uint8_t *out;
	size_t len;

	for (i = 0; i < before.command_count; i++)
		wanted += before.command[i].cmd != DM_CMD_RESULTS && !before.command[i].no_resp;
	CHECK(!dm_challenge_build(doc, &c, &out, &len, &err));
	if (wanted <= DM_STATUS_MAX) {
		CHECK(!dm_parse(out, len, type, &answer, &err));
		CHECK(!dm_extract(answer, &after, &err));
		CHECK(dm_facts_valid(&after));
		CHECK(after.status_count == wanted && !after.command_count && after.final &&
		      after.has_cred == c.set_cred && after.has_digest == c.set_cred);
		CHECK(!strcmp(after.session_id, before.session_id) && !strcmp(after.source, before.target) &&
		      !strcmp(after.target, before.source) && after.version == before.version &&
		      after.msg_id == 5);
		check_chal(&after.status[0], c.md5 ? DM_CHAL_MD5 : DM_CHAL_MAC, c.nonce, c.nonce_len);
		dm_doc_free(answer);
	}
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct dm_doc *doc, *changed;
	struct dm_error err;
	const char *type;
	size_t out_len;
	uint8_t *out;
	int ret;

	if (len < CONTROL + 1)
		return 0;
	type = data[CONTROL] == '<' ? "application/vnd.syncml.dm+xml" : "application/vnd.syncml.dm+wbxml";
	if (dm_parse(data + CONTROL, len - CONTROL, type, &doc, &err))
		return 0;
	CHECK(!dm_extract(doc, &before, &err));
	make_edits(data, before.status_count);
	CHECK(dm_edits_valid(&e));
	ret = dm_apply(doc, &e, &out, &out_len, &err);
	if (ret) {
		CHECK(before.max_cmd_id == INT32_MAX);
	} else if (before.status_count + e.insert_status <= DM_STATUS_MAX) {
		CHECK(!dm_parse(out, out_len, type, &changed, &err));
		CHECK(!dm_extract(changed, &after, &err));
		CHECK(dm_facts_valid(&after));
		check_rest();
		check_statuses();
		if (dm_edits_empty(&e))
			CHECK(out_len == len - CONTROL && !memcmp(out, data + CONTROL, out_len));
		dm_doc_free(changed);
	}
	free(out);
	check_challenge(doc, type);
	dm_doc_free(doc);
	return 0;
}
