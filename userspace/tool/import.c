// SPDX-License-Identifier: GPL-2.0
/* A document on its way to accounts. See import.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "value.h"

void import_note_add(struct import *im, int account, uint32_t where, bool fault, const char *fmt, ...)
{
	struct import_note *n;
	va_list ap;

	if (fault && account >= 0)
		im->account[account].bad = true;
	if (im->note_count++ >= IMPORT_NOTES_MAX)
		return;
	n = &im->note[im->note_count - 1];
	n->account = account;
	n->where = where;
	n->fault = fault;
	va_start(ap, fmt);
	vsnprintf(n->text, sizeof(n->text), fmt, ap);
	va_end(ap);
}

unsigned int import_notes_kept(const struct import *im)
{
	return im->note_count < IMPORT_NOTES_MAX ? im->note_count : IMPORT_NOTES_MAX;
}

struct import_account *import_account_add(struct import *im, uint32_t where)
{
	struct import_account *a;

	if (im->count == IMPORT_ACCOUNTS_MAX) {
		import_note_add(im, -1, where, false, "there are over %u accounts; the rest is left out",
				IMPORT_ACCOUNTS_MAX);
		return NULL;
	}
	a = &im->account[im->count++];
	a->where = where;
	return a;
}

/* A document begins with its version in WBXML, with a bracket or before it in XML. */
static bool looks_like_wbxml(const uint8_t *data, size_t len)
{
	return len && data[0] >= 1 && data[0] <= 3;
}

static int read_document(struct import *im, struct import_doc *d, const uint8_t *data, size_t len)
{
	bool wbxml = looks_like_wbxml(data, len);
	int rc;

	if (!len)
		return import_bad(d, 0, "the document is empty");
	if (len > IMPORT_FILE_MAX)
		return import_bad(d, 0, "expected a document of at most %u octets", IMPORT_FILE_MAX);
	rc = wbxml ? import_read_wbxml(d, data, len) : import_read_xml(d, data, len);
	if (!rc && im->format != IMPORT_AUTO && im->format != (d->cp ? IMPORT_W7 : IMPORT_DMACC))
		rc = import_bad(d, 0, "expected %s, but this is %s",
				im->format == IMPORT_W7 ? "client provisioning (w7)" : "a management tree (dmacc)",
				d->cp ? "client provisioning (w7)" : "a management tree (dmacc)");
	return rc;
}

int import_parse(struct import *im, const uint8_t *data, size_t len, enum import_format format,
		 enum import_nonce_form nonce_form)
{
	struct import_doc d;
	int rc;

	memset(im, 0, sizeof(*im));
	im->format = format;
	im->nonce_form = nonce_form;
	im->account = calloc(IMPORT_ACCOUNTS_MAX, sizeof(*im->account));
	rc = import_doc_init(&d);
	if (!rc && !im->account)
		rc = -ENOMEM;
	if (!rc)
		rc = read_document(im, &d, data, len);
	im->lines = d.lines;
	if (rc == -EINVAL)
		import_note_add(im, -1, d.where, true, "%s", d.why);
	if (!rc) {
		im->format = d.cp ? IMPORT_W7 : IMPORT_DMACC;
		if (d.cp)
			import_w7(im, &d);
		else
			import_dmacc(im, &d);
		if (!im->count) {
			import_note_add(im, -1, 0, true, d.cp ? "there is no APPLICATION with APPID w7" :
					"there is no DM account (a node with ServerID, and with AppID w7 or AppAuth)");
			rc = -EINVAL;
		}
	}
	import_doc_free(&d);
	return rc;
}

void import_free(struct import *im)
{
	if (im->account)
		secret_wipe(im->account, IMPORT_ACCOUNTS_MAX * sizeof(*im->account));
	free(im->account);
	im->account = NULL;
	im->count = 0;
}

static int choose_by(const struct import *im, const char *which, bool label)
{
	unsigned int i;
	int found = -ENOENT;

	for (i = 0; i < im->count; i++) {
		if (strcmp(label ? im->account[i].label : im->account[i].server_id, which))
			continue;
		if (found >= 0)
			return -ENOTUNIQ;
		found = (int)i;
	}
	return found;
}

int import_choose(const struct import *im, const char *which)
{
	uint64_t n;
	int found;

	if (!which)
		return im->count == 1 ? 0 : im->count ? -ENOTUNIQ : -ENOENT;
	found = choose_by(im, which, false);
	if (found == -ENOENT)
		found = choose_by(im, which, true);
	if (found == -ENOENT && !value_u64(which, 1, im->count, &n))
		found = (int)n - 1;
	return found;
}

int import_suggest(const struct import_account *a, char name[OMASEC_NAME_MAX + 1])
{
	if ((!value_name(a->server_id, name) || !value_name(a->label, name)) && strcmp(name, "any"))
		return 0;
	return -ENOENT;
}
