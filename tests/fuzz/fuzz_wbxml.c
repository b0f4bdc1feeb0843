// SPDX-License-Identifier: GPL-2.0
/*
 * Any octets as WBXML. What is taken has to have valid facts, and to come back
 * the same after it was written and read again.
 */
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

#include "dm/doc.h"

#define CHECK(x) do { if (!(x)) abort(); } while (0)

static struct dm_facts facts, again;

/* What is converted is the same message in XML, and whoever has that gets the same one back. */
static void convert(const uint8_t *data, size_t len)
{
	struct dm_doc *one, *two;
	uint8_t *xml, *back;
	size_t xml_len, back_len;
	struct dm_error err;

	if (dm_convert(data, len, DM_XML, &xml, &xml_len, &err)) {
		CHECK(!xml && (err.reason == OMASEC_REASON_NOT_CONVERTIBLE ||
			       err.reason == OMASEC_REASON_TOO_LARGE));
		return;
	}
	CHECK(!dm_convert(xml, xml_len, DM_WBXML, &back, &back_len, &err));
	CHECK(!dm_parse(data, len, "application/vnd.syncml.dm+wbxml", &one, &err));
	CHECK(!dm_parse(back, back_len, "application/vnd.syncml.dm+wbxml", &two, &err));
	CHECK(dm_same(one, two));
	dm_doc_free(one);
	dm_doc_free(two);
	free(xml);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *out, *out2;
	struct dm_doc *doc, *doc2;
	size_t out_len, out2_len;
	struct dm_error err;

	memset(&err, 0, sizeof(err));
	if (dm_parse(data, len, "application/vnd.syncml.dm+wbxml", &doc, &err)) {
		CHECK(!doc);
		CHECK(err.reason == OMASEC_REASON_WBXML_BAD || err.reason == OMASEC_REASON_DM_BAD ||
		      err.reason == OMASEC_REASON_TOO_LARGE);
		CHECK(dm_label_valid(err.text, sizeof(err.text)) && err.text[0]);
		return 0;
	}
	CHECK(!dm_extract(doc, &facts, &err));
	CHECK(dm_facts_valid(&facts));
	CHECK(facts.length == len);
	CHECK(!dm_encode(doc, DM_WBXML, &out, &out_len, &err));
	CHECK(!dm_parse(out, out_len, "application/vnd.syncml.dm+wbxml", &doc2, &err));
	CHECK(!dm_extract(doc2, &again, &err));
	again.length = facts.length;
	CHECK(!memcmp(&facts, &again, sizeof(facts)));
	/* what was written is written so again */
	CHECK(!dm_encode(doc2, DM_WBXML, &out2, &out2_len, &err));
	CHECK(out_len == out2_len && !memcmp(out, out2, out_len));
	free(out2);
	dm_doc_free(doc2);
	convert(data, len);
	/* as XML too, unless it is binary */
	if (!dm_encode(doc, DM_XML, &out2, &out2_len, &err)) {
		CHECK(!dm_parse(out2, out2_len, "application/vnd.syncml.dm+xml", &doc2, &err));
		CHECK(!dm_extract(doc2, &again, &err));
		again.length = facts.length;
		again.encoding = facts.encoding;
		CHECK(!memcmp(&facts, &again, sizeof(facts)));
		dm_doc_free(doc2);
		free(out2);
	}
	free(out);
	dm_doc_free(doc);
	return 0;
}
