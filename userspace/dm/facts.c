// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Document to facts (RepPro 1.2, sections 6.1 to 6.6): everything between the
 * root and the parts that the session engine reads is checked strictly, every
 * field once, no unknown neighbour, no text where elements belong, because
 * whatever we took one way and the application another would be a way around
 * the checks. What commands carry (Item, Data, Meta of commands) is not looked
 * into.
 */
#include "want.h"

#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define dm_bad(err, ...) dm_fail(err, OMASEC_REASON_DM_BAD, __VA_ARGS__)

static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool all_blank(const uint8_t *text, size_t len)
{
	while (len && blank(text[len - 1]))
		len--;
	return !len;
}

static int want_child(const struct dm_doc *doc, uint32_t child, const struct want *wants,
		      size_t count, enum strictness others, struct dm_error *err)
{
	const struct dm_node *n = &doc->nodes[child];
	const char *parent = dm_tag_label(doc->nodes[n->parent].tag);
	size_t i;

	if (n->kind != DM_ELEMENT) {
		if (!all_blank(dm_node_text(doc, n), n->text_len))
			return dm_bad(err, "text in %s, where elements belong", parent);
		return 0;
	}
	for (i = 0; i < count; i++) {
		if (wants[i].tag != n->tag)
			continue;
		if (n->flags & DM_NODE_ATTRS)
			return dm_bad(err, "attribute on %s in %s", dm_tag_label(n->tag), parent);
		if (wants[i].many)
			return 0;
		if (*wants[i].node)
			return dm_bad(err, "second %s in %s", dm_tag_label(n->tag), parent);
		*wants[i].node = child;
		return 0;
	}
	if (others == ONLY_WANTED || (others == OTHERS_OF_SYNCML &&
				      DM_TAG_TABLE(n->tag) != DM_TABLE_SYNCML))
		return dm_bad(err, "%s does not belong in %s", dm_tag_label(n->tag), parent);
	return 0;
}

int want_children(const struct dm_doc *doc, uint32_t parent, const struct want *wants, size_t count,
		  enum strictness others, struct dm_error *err)
{
	uint32_t child;
	size_t i;
	int ret;

	for (i = 0; i < count; i++) {
		if (wants[i].node)
			*wants[i].node = 0;
	}
	for (child = doc->nodes[parent].child; child; child = doc->nodes[child].next) {
		ret = want_child(doc, child, wants, count, others, err);
		if (ret)
			return ret;
	}
	for (i = 0; i < count; i++) {
		if (wants[i].required && !*wants[i].node)
			return dm_bad(err, "%s without %s", dm_tag_label(doc->nodes[parent].tag),
				      dm_tag_label(wants[i].tag));
	}
	return 0;
}

int facts_text(const struct dm_doc *doc, uint32_t node, char *text, size_t size,
	       struct dm_error *err)
{
	const struct dm_node *leaf = &doc->nodes[node], *n;
	const char *name = dm_tag_label(leaf->tag);
	size_t len = 0, skip = 0;
	uint32_t child;

	if (leaf->flags & DM_NODE_COMMENT)
		return dm_bad(err, "comment inside %s", name);
	for (child = leaf->child; child; child = n->next) {
		const uint8_t *from;

		n = &doc->nodes[child];
		if (n->kind == DM_ELEMENT)
			return dm_bad(err, "%s in %s, where text belongs", dm_tag_label(n->tag),
				      name);
		from = dm_node_text(doc, n);
		if (n->text_len >= size - len) {
			/* longer than allowed, unless the rest is white space */
			size_t fits = size - len - 1;

			if (!all_blank(from + fits, n->text_len - fits))
				return dm_bad(err, "%s is over %zu octets", name, size - 1);
			memcpy(text + len, from, fits);
			len += fits;
			continue;
		}
		memcpy(text + len, from, n->text_len);
		len += n->text_len;
	}
	while (len && blank((uint8_t)text[len - 1]))
		len--;
	while (skip < len && blank((uint8_t)text[skip]))
		skip++;
	len -= skip;
	memmove(text, text + skip, len);
	text[len] = '\0';
	if (strlen(text) != len || !dm_label_valid(text, size))
		return dm_bad(err, "%s has control characters or is not UTF-8", name);
	return 0;
}

static int text_required(const struct dm_doc *doc, uint32_t node, char *text, size_t size,
			 struct dm_error *err)
{
	int ret = facts_text(doc, node, text, size, err);

	if (!ret && !text[0])
		ret = dm_bad(err, "%s is empty", dm_tag_label(doc->nodes[node].tag));
	return ret;
}

int want_number(const struct dm_doc *doc, uint32_t node, uint32_t min, uint32_t *value,
		struct dm_error *err)
{
	char text[32];
	int ret = facts_text(doc, node, text, sizeof(text), err);

	if (!ret && (!dm_number(text, strlen(text), value) || *value < min))
		ret = dm_bad(err, "%s is not a number from %u to 2147483647",
			     dm_tag_label(doc->nodes[node].tag), min);
	return ret;
}

static int location(const struct dm_doc *doc, uint32_t node, char *uri, char *name,
		    struct dm_error *err)
{
	uint32_t uri_node, name_node;
	const struct want wants[] = {
		{ DM_LOCURI, true, false, &uri_node },
		{ DM_LOCNAME, false, false, &name_node },
	};
	int ret = WANT(doc, node, wants, ONLY_WANTED, err);

	if (!ret)
		ret = text_required(doc, uri_node, uri, DM_TEXT_MAX, err);
	if (!ret && name_node)
		ret = facts_text(doc, name_node, name, DM_TEXT_MAX, err);
	return ret;
}

static enum dm_auth auth_type(const char *type)
{
	if (!strcasecmp(type, "syncml:auth-basic"))
		return DM_AUTH_BASIC;
	if (!strcasecmp(type, "syncml:auth-md5"))
		return DM_AUTH_MD5;
	if (!strcasecmp(type, "syncml:auth-MAC"))
		return DM_AUTH_MAC;
	return DM_AUTH_OTHER;
}

/* What of it cannot be read is no digest; it may be for the application all the same. */
static void find_digest(struct dm_doc *doc, uint32_t format, uint32_t data)
{
	char text[DM_TEXT_MAX];
	struct dm_error none;
	size_t len = 0;

	if (format && (facts_text(doc, format, text, sizeof(text), &none) || strcmp(text, "b64")))
		return;
	if (facts_text(doc, data, text, sizeof(text), &none) ||
	    dm_base64_decode(text, strlen(text), doc->facts.digest, DM_CRED_LEN, &len))
		return;
	doc->facts.has_digest = len == DM_CRED_LEN;
}

static int find_cred(struct dm_doc *doc, struct dm_error *err)
{
	uint32_t meta, data, type, format;
	const struct want wants[] = {
		{ DM_META, false, false, &meta },
		{ DM_DATA, true, false, &data },
	}, metas[] = {
		{ DM_TYPE, false, false, &type },
		{ DM_FORMAT, false, false, &format },
	};
	char text[DM_TEXT_MAX];
	int ret;

	doc->facts.has_cred = 1;
	doc->facts.cred_type = DM_AUTH_OTHER;
	ret = WANT(doc, doc->cred, wants, ONLY_WANTED, err);
	if (ret || !meta)
		return ret;
	ret = WANT(doc, meta, metas, ANY_OTHER, err);
	if (ret || !type)
		return ret;
	ret = facts_text(doc, type, text, sizeof(text), err);
	if (ret)
		return ret;
	doc->facts.cred_type = (uint8_t)auth_type(text);
	if (doc->facts.cred_type == DM_AUTH_MD5)
		find_digest(doc, format, data);
	return 0;
}

static int find_versions(struct dm_doc *doc, struct dm_error *err)
{
	static const struct {
		const char *proto, *dtd;
		uint8_t version;
	} versions[] = {
		{ "DM/1.1", "1.1", 11 }, { "DM/1.2", "1.2", 12 }, { "DM/1.3", "1.3", 13 },
	};
	char proto[DM_TEXT_MAX], dtd[DM_TEXT_MAX];
	bool dtd_known = false;
	size_t i;
	int ret;

	ret = facts_text(doc, doc->ver_proto, proto, sizeof(proto), err);
	if (!ret)
		ret = facts_text(doc, doc->ver_dtd, dtd, sizeof(dtd), err);
	if (ret)
		return ret;
	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (!strcmp(proto, versions[i].proto))
			doc->facts.version = versions[i].version;
		/* which VerDTD goes with DM/1.3 was not to be had: any of the three */
		if (!strcmp(dtd, versions[i].dtd))
			dtd_known = true;
	}
	if (!doc->facts.version)
		return dm_bad(err, "VerProto is not DM/1.1, DM/1.2 or DM/1.3");
	if (!dtd_known)
		return dm_bad(err, "VerDTD is not 1.1, 1.2 or 1.3");
	return 0;
}

/* Nodes are in document order. */
static uint32_t max_node(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* RepPro 1.2, 6.1.4 */
static int find_synchdr(struct dm_doc *doc, uint32_t hdr, struct dm_error *err)
{
	uint32_t session, target, source, resp, no_resp, meta, max_size;
	struct dm_facts *f = &doc->facts;
	const struct want wants[] = {
		{ DM_VERDTD, true, false, &doc->ver_dtd },
		{ DM_VERPROTO, true, false, &doc->ver_proto },
		{ DM_SESSIONID, true, false, &session },
		{ DM_MSGID, true, false, &doc->msg_id },
		{ DM_TARGET, true, false, &target },
		{ DM_SOURCE, true, false, &source },
		{ DM_RESPURI, false, false, &resp },
		{ DM_NORESP, false, false, &no_resp },
		{ DM_CRED, false, false, &doc->cred },
		{ DM_META, false, false, &meta },
	}, metas[] = {
		{ DM_MAXMSGSIZE, false, false, &max_size },
	};
	int ret;

	ret = WANT(doc, hdr, wants, ONLY_WANTED, err);
	if (!ret)
		ret = find_versions(doc, err);
	if (!ret)
		ret = text_required(doc, session, f->session_id, DM_TEXT_MAX, err);
	if (!ret)
		ret = want_number(doc, doc->msg_id, 1, &f->msg_id, err);
	if (!ret)
		ret = location(doc, target, f->target, f->target_name, err);
	if (!ret)
		ret = location(doc, source, f->source, f->source_name, err);
	if (!ret && resp)
		ret = text_required(doc, resp, f->resp_uri, DM_TEXT_MAX, err);
	f->no_resp = no_resp != 0;
	/* RepPro 1.2, 6.1.4: Source, RespURI, NoResp, Cred, Meta */
	doc->before_cred = max_node(max_node(source, resp), no_resp);
	if (!ret && doc->cred)
		ret = find_cred(doc, err);
	if (!ret && meta) {
		ret = WANT(doc, meta, metas, ANY_OTHER, err);
		if (!ret && max_size)
			ret = want_number(doc, max_size, 0, &f->max_msg_size, err);
	}
	return ret;
}

/* One of auth-md5 may be for us or for the application, which may have a form of its own. */
static void find_nonce_md5(struct dm_doc *doc, uint32_t format, uint32_t nonce, struct dm_status *s)
{
	char text[DM_TEXT_MAX];
	struct dm_error none;
	size_t len = 0;

	if (format && (facts_text(doc, format, text, sizeof(text), &none) || strcmp(text, "b64")))
		return;
	if (facts_text(doc, nonce, text, sizeof(text), &none) ||
	    dm_base64_decode(text, strlen(text), s->nonce, DM_NONCE_MAX, &len))
		return;
	s->has_chal_nonce = 1;
	s->chal_nonce_len = (uint8_t)len;
}

/* NextNonce is only read where it is for us; others belong to the application. */
static int find_nonce(struct dm_doc *doc, uint32_t format, uint32_t nonce, struct dm_status *s,
		      struct dm_error *err)
{
	char text[DM_TEXT_MAX];
	size_t len = 0;
	int ret;

	if (s->chal_type == DM_AUTH_MD5 && nonce)
		find_nonce_md5(doc, format, nonce, s);
	if (s->chal_type != DM_AUTH_MAC || !nonce)
		return 0;
	if (format) {
		ret = facts_text(doc, format, text, sizeof(text), err);
		if (ret)
			return ret;
		if (strcmp(text, "b64"))
			return dm_bad(err, "Format of an auth-MAC Chal is not b64");
	}
	ret = facts_text(doc, nonce, text, sizeof(text), err);
	if (ret)
		return ret;
	if (dm_base64_decode(text, strlen(text), s->nonce, DM_NONCE_MAX, &len))
		return dm_bad(err, "NextNonce is not Base64 of at most %u octets", DM_NONCE_MAX);
	s->has_chal_nonce = 1;
	s->chal_nonce_len = (uint8_t)len;
	return 0;
}

static int find_chal(struct dm_doc *doc, uint32_t chal, struct dm_status *s,
		     struct dm_error *err)
{
	uint32_t meta, type, format, nonce;
	const struct want wants[] = {
		{ DM_META, true, false, &meta },
	}, metas[] = {
		{ DM_TYPE, true, false, &type },
		{ DM_FORMAT, false, false, &format },
		{ DM_NEXTNONCE, false, false, &nonce },
	};
	char text[DM_TEXT_MAX];
	int ret;

	s->has_chal = 1;
	ret = WANT(doc, chal, wants, ONLY_WANTED, err);
	if (!ret)
		ret = WANT(doc, meta, metas, ANY_OTHER, err);
	if (!ret)
		ret = facts_text(doc, type, text, sizeof(text), err);
	if (ret)
		return ret;
	s->chal_type = (uint8_t)auth_type(text);
	return find_nonce(doc, format, nonce, s, err);
}

static enum dm_cmd cmd_of_tag(uint16_t tag)
{
	switch (tag) {
	case DM_SYNCHDR: return DM_CMD_SYNCHDR;
	case DM_ADD: return DM_CMD_ADD;
	case DM_ALERT: return DM_CMD_ALERT;
	case DM_ATOMIC: return DM_CMD_ATOMIC;
	case DM_COPY: return DM_CMD_COPY;
	case DM_DELETE: return DM_CMD_DELETE;
	case DM_EXEC: return DM_CMD_EXEC;
	case DM_GET: return DM_CMD_GET;
	case DM_REPLACE: return DM_CMD_REPLACE;
	case DM_RESULTS: return DM_CMD_RESULTS;
	case DM_SEQUENCE: return DM_CMD_SEQUENCE;
	case DM_STATUS: return DM_CMD_STATUS;
	/* carried, not understood */
	case DM_MAP: return DM_CMD_MAP;
	case DM_MOVE: return DM_CMD_MOVE;
	case DM_PUT: return DM_CMD_PUT;
	case DM_SEARCH: return DM_CMD_SEARCH;
	case DM_SYNC: return DM_CMD_SYNC;
	default: return DM_CMD_NONE;
	}
}

/* RepPro 1.2, 6.2.11 */
static int find_status(struct dm_doc *doc, uint32_t node, struct dm_error *err)
{
	struct dm_status *s = &doc->facts.status[doc->facts.status_count];
	struct dm_status_nodes *sn = &doc->status[doc->facts.status_count];
	uint32_t cmd_id, cmd_ref, cmd, cred, code;
	const struct want wants[] = {
		{ DM_CMDID, true, false, &cmd_id },
		{ DM_MSGREF, true, false, &sn->msg_ref },
		{ DM_CMDREF, true, false, &cmd_ref },
		{ DM_CMD, true, false, &cmd },
		{ DM_TARGETREF, false, true, NULL },
		{ DM_SOURCEREF, false, true, NULL },
		{ DM_CRED, false, false, &cred },
		{ DM_CHAL, false, false, &sn->chal },
		{ DM_DATA, true, false, &sn->data },
		{ DM_ITEM, false, true, NULL },
	};
	char text[DM_TEXT_MAX];
	int ret;

	if (doc->facts.status_count == DM_STATUS_MAX)
		return dm_bad(err, "over %u Status", DM_STATUS_MAX);
	sn->node = node;
	ret = WANT(doc, node, wants, ONLY_WANTED, err);
	if (!ret)
		ret = want_number(doc, cmd_id, 1, &s->cmd_id, err);
	if (!ret)
		ret = want_number(doc, sn->msg_ref, 1, &s->msg_ref, err);
	if (!ret)
		ret = want_number(doc, cmd_ref, 0, &s->cmd_ref, err);
	if (!ret)
		ret = want_number(doc, sn->data, 100, &code, err);
	if (!ret && code > 999)
		ret = dm_bad(err, "Data of a Status is not a code from 100 to 999");
	if (!ret)
		ret = text_required(doc, cmd, text, sizeof(text), err);
	if (ret)
		return ret;
	s->code = (uint16_t)code;
	s->cmd = (uint8_t)cmd_of_tag(dm_tag_find(DM_TABLE_SYNCML, text, strlen(text)));
	if (s->cmd == DM_CMD_NONE)
		s->cmd = DM_CMD_OTHER;
	if (s->cmd_id > doc->facts.max_cmd_id)
		doc->facts.max_cmd_id = s->cmd_id;
	doc->facts.status_count++;
	return sn->chal ? find_chal(doc, sn->chal, s, err) : 0;
}

static int find_command(struct dm_doc *doc, uint32_t node, unsigned int depth,
			struct dm_error *err)
{
	struct dm_command *c = &doc->facts.command[doc->facts.command_count];
	struct dm_command_nodes *cn = &doc->command[doc->facts.command_count];
	uint32_t cmd_id, no_resp, msg_ref;
	const struct want wants[] = {
		{ DM_CMDID, true, false, &cmd_id },
		{ DM_NORESP, false, false, &no_resp },
		{ DM_MSGREF, false, false, &msg_ref },
	};
	uint32_t ref;
	int ret;

	if (doc->facts.command_count == DM_COMMAND_MAX)
		return dm_bad(err, "over %u commands", DM_COMMAND_MAX);
	c->cmd = (uint8_t)cmd_of_tag(doc->nodes[node].tag);
	c->depth = (uint8_t)depth;
	ret = WANT(doc, node, wants, OTHERS_OF_SYNCML, err);
	if (!ret)
		ret = want_number(doc, cmd_id, 1, &c->cmd_id, err);
	if (!ret && msg_ref) {
		if (c->cmd != DM_CMD_RESULTS)
			return dm_bad(err, "MsgRef does not belong in %s",
				      dm_tag_label(doc->nodes[node].tag));
		ret = want_number(doc, msg_ref, 1, &ref, err);
	}
	if (ret)
		return ret;
	c->no_resp = no_resp != 0;
	cn->node = node;
	cn->msg_ref = msg_ref;
	if (c->cmd_id > doc->facts.max_cmd_id)
		doc->facts.max_cmd_id = c->cmd_id;
	doc->facts.command_count++;
	return 0;
}

/* One child of SyncBody, or of an Atomic or Sequence at @depth. */
static int find_in_body(struct dm_doc *doc, uint32_t node, unsigned int depth,
			struct dm_error *err)
{
	const struct dm_node *n = &doc->nodes[node];
	enum dm_cmd cmd = cmd_of_tag(n->tag);

	if (n->kind != DM_ELEMENT) {
		if (!all_blank(dm_node_text(doc, n), n->text_len))
			return dm_bad(err, "text in %s, where elements belong",
				      dm_tag_label(doc->nodes[n->parent].tag));
		return 0;
	}
	if (doc->facts.final)
		return dm_bad(err, "%s after Final", dm_tag_label(n->tag));
	if (n->flags & DM_NODE_ATTRS)
		return dm_bad(err, "attribute on %s", dm_tag_label(n->tag));
	if (n->tag == DM_FINAL && !depth) {
		char text[1];

		doc->facts.final = 1;
		return facts_text(doc, node, text, sizeof(text), err);
	}
	if (cmd == DM_CMD_NONE || cmd == DM_CMD_SYNCHDR) {
		/* find_command() has looked at these */
		if (depth && (n->tag == DM_CMDID || n->tag == DM_NORESP || n->tag == DM_META))
			return 0;
		return dm_bad(err, "%s does not belong in %s", dm_tag_label(n->tag),
			      dm_tag_label(doc->nodes[n->parent].tag));
	}
	if (depth && (cmd == DM_CMD_STATUS || cmd == DM_CMD_RESULTS))
		return dm_bad(err, "%s inside %s", dm_tag_label(n->tag),
			      dm_tag_label(doc->nodes[n->parent].tag));
	if (cmd == DM_CMD_STATUS)
		return find_status(doc, node, err);
	return find_command(doc, node, depth, err);
}

/* Walks the commands, into Atomic and Sequence, without recursion. */
static int find_commands(struct dm_doc *doc, struct dm_error *err)
{
	uint32_t node = doc->nodes[doc->syncbody].child;
	unsigned int depth = 0;
	int ret;

	while (node) {
		const struct dm_node *n = &doc->nodes[node];

		ret = find_in_body(doc, node, depth, err);
		if (ret)
			return ret;
		if (n->kind == DM_ELEMENT && n->child &&
		    (n->tag == DM_ATOMIC || n->tag == DM_SEQUENCE)) {
			node = n->child;
			depth++;
			continue;
		}
		while (!doc->nodes[node].next && depth) {
			node = doc->nodes[node].parent;
			depth--;
		}
		node = doc->nodes[node].next;
	}
	return 0;
}

int facts_find(struct dm_doc *doc, struct dm_error *err)
{
	uint32_t hdr;
	const struct want wants[] = {
		{ DM_SYNCHDR, true, false, &hdr },
		{ DM_SYNCBODY, true, false, &doc->syncbody },
	};
	int ret;

	if (doc->nodes[0].tag != DM_SYNCML)
		return dm_bad(err, "root is %s, not SyncML", dm_tag_label(doc->nodes[0].tag));
	if (doc->nodes[0].flags & DM_NODE_ATTRS)
		return dm_bad(err, "attribute on SyncML");
	ret = WANT(doc, 0, wants, ONLY_WANTED, err);
	if (ret)
		return ret;
	if (doc->syncbody < hdr)
		return dm_bad(err, "SyncBody stands before SyncHdr");
	doc->facts.encoding = (uint8_t)doc->encoding;
	doc->facts.length = (uint32_t)doc->len;
	ret = find_synchdr(doc, hdr, err);
	return ret ? ret : find_commands(doc, err);
}

int dm_extract(const struct dm_doc *doc, struct dm_facts *facts, struct dm_error *err)
{
	(void)err;
	*facts = doc->facts;
	return 0;
}
