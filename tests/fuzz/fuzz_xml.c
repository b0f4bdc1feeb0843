// SPDX-License-Identifier: GPL-2.0
/*
 * Any octets as XML. What is taken has to have valid facts and exact offsets,
 * and, where WBXML can say it, to mean the same as WBXML.
 */
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

#include "dm/doc.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static struct dm_facts facts, again;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	dm_init();
	return 0;
}

static void check_offsets(const struct dm_doc *doc)
{
	uint32_t i;

	for (i = 0; i < doc->count; i++) {
		const struct dm_node *n = &doc->nodes[i];

		if (n->kind != DM_ELEMENT) {
			CHECK(n->text + n->text_len <= doc->text_len);
			CHECK(dm_utf8_plain(dm_node_text(doc, n), n->text_len));
			continue;
		}
		CHECK(n->start < n->inner && n->inner <= n->inner_end && n->inner_end <= n->end &&
		      n->end <= doc->len);
		CHECK(doc->body[n->start] == '<' && doc->body[n->inner - 1] == '>' &&
		      doc->body[n->end - 1] == '>');
		if (n->flags & DM_NODE_EMPTY)
			CHECK(n->inner == n->end && doc->body[n->end - 2] == '/');
		else
			CHECK(!memcmp(doc->body + n->inner_end, "</", 2));
		if (i)
			CHECK(n->start >= doc->nodes[n->parent].inner &&
			      n->end <= doc->nodes[n->parent].inner_end);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct dm_doc *doc, *doc2;
	struct dm_error err;
	size_t out_len;
	uint8_t *out;

	memset(&err, 0, sizeof(err));
	if (dm_parse(data, len, "application/vnd.syncml.dm+xml", &doc, &err)) {
		CHECK(!doc);
		CHECK(err.reason == OMASEC_REASON_XML_BAD || err.reason == OMASEC_REASON_DM_BAD ||
		      err.reason == OMASEC_REASON_TOO_LARGE);
		CHECK(dm_label_valid(err.text, sizeof(err.text)) && err.text[0]);
		return 0;
	}
	CHECK(!dm_extract(doc, &facts, &err));
	CHECK(dm_facts_valid(&facts));
	CHECK(facts.length == len);
	check_offsets(doc);
	if (!dm_encode(doc, DM_WBXML, &out, &out_len, &err)) {
		CHECK(!dm_parse(out, out_len, "application/vnd.syncml.dm+wbxml", &doc2, &err));
		CHECK(!dm_extract(doc2, &again, &err));
		again.length = facts.length;
		again.encoding = facts.encoding;
		CHECK(!memcmp(&facts, &again, sizeof(facts)));
		dm_doc_free(doc2);
		free(out);
	}
	dm_doc_free(doc);
	if (!dm_convert(data, len, DM_WBXML, &out, &out_len, &err)) {
		CHECK(!dm_parse(data, len, "application/vnd.syncml.dm+xml", &doc, &err));
		CHECK(!dm_parse(out, out_len, "application/vnd.syncml.dm+wbxml", &doc2, &err));
		CHECK(dm_same(doc, doc2) && dm_same(doc2, doc));
		dm_doc_free(doc2);
		dm_doc_free(doc);
		free(out);
	} else {
		CHECK(err.reason == OMASEC_REASON_NOT_CONVERTIBLE ||
		      err.reason == OMASEC_REASON_TOO_LARGE);
	}
	return 0;
}
