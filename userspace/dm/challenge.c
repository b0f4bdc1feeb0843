// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The answer to a message that fails authentication (DM Security 1.2, 5.3): a
 * message that has nothing but Status, for the SyncHdr with the challenge, and
 * with the same code for every command, so that the peer sends all again.
 */
#include "doc.h"

#include <linux/omasec.h>
#include <string.h>

static void write_location(struct dm_writer *w, uint16_t tag, const char *uri, const char *name)
{
	writer_open(w, tag);
	writer_leaf(w, DM_LOCURI, uri);
	if (name[0])
		writer_leaf(w, DM_LOCNAME, name);
	writer_close(w);
}

static int write_header(struct dm_writer *w, const struct dm_doc *received,
			const struct dm_challenge *c, struct dm_error *err)
{
	const struct dm_facts *f = &received->facts;
	char ver_dtd[DM_TEXT_MAX], ver_proto[DM_TEXT_MAX];
	int ret;

	ret = facts_text(received, received->ver_dtd, ver_dtd, sizeof(ver_dtd), err);
	if (!ret)
		ret = facts_text(received, received->ver_proto, ver_proto, sizeof(ver_proto), err);
	if (ret)
		return ret;
	writer_open(w, DM_SYNCHDR);
	writer_leaf(w, DM_VERDTD, ver_dtd);
	writer_leaf(w, DM_VERPROTO, ver_proto);
	writer_leaf(w, DM_SESSIONID, f->session_id);
	writer_number(w, DM_MSGID, c->msg_id);
	write_location(w, DM_TARGET, f->source, f->source_name);
	write_location(w, DM_SOURCE, f->target, f->target_name);
	if (c->set_cred)
		writer_cred(w, c->cred);
	writer_close(w);
	return 0;
}

static void write_synchdr_status(struct dm_writer *w, const struct dm_facts *f,
				 const struct dm_challenge *c)
{
	writer_open(w, DM_STATUS);
	writer_number(w, DM_CMDID, 1);
	writer_number(w, DM_MSGREF, f->msg_id);
	writer_number(w, DM_CMDREF, 0);
	writer_leaf(w, DM_CMD, "SyncHdr");
	writer_leaf(w, DM_TARGETREF, f->target);
	writer_leaf(w, DM_SOURCEREF, f->source);
	if (c->has_chal)
		writer_chal(w, c->md5, c->nonce, c->nonce_len);
	writer_number(w, DM_DATA, c->code);
	writer_close(w);
}

static void write_command_status(struct dm_writer *w, const struct dm_doc *received,
				 unsigned int index, uint32_t cmd_id, uint16_t code)
{
	uint16_t tag = received->nodes[received->command[index].node].tag;

	writer_open(w, DM_STATUS);
	writer_number(w, DM_CMDID, cmd_id);
	writer_number(w, DM_MSGREF, received->facts.msg_id);
	writer_number(w, DM_CMDREF, received->facts.command[index].cmd_id);
	writer_leaf(w, DM_CMD, dm_tag_name(tag));
	writer_number(w, DM_DATA, code);
	writer_close(w);
}

int dm_challenge_build(const struct dm_doc *received, const struct dm_challenge *c,
		       uint8_t **out, size_t *len, struct dm_error *err)
{
	const struct dm_facts *f = &received->facts;
	struct dm_writer w;
	uint32_t cmd_id = 1;
	unsigned int i;
	int ret;

	*out = NULL;
	if (!dm_challenge_valid(c))
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "challenge is out of range");
	writer_message(&w, received, received->encoding);
	writer_open(&w, DM_SYNCML);
	ret = write_header(&w, received, c, err);
	if (ret) {
		dm_out_free(&w.out);
		return ret;
	}
	writer_open(&w, DM_SYNCBODY);
	write_synchdr_status(&w, f, c);
	for (i = 0; i < f->command_count; i++) {
		if (f->command[i].cmd == DM_CMD_RESULTS || f->command[i].no_resp)
			continue;
		write_command_status(&w, received, i, ++cmd_id, c->code);
	}
	writer_empty(&w, DM_FINAL);
	writer_close(&w);
	writer_close(&w);
	return dm_out_take(&w.out, out, len, err);
}
