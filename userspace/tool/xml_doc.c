// SPDX-License-Identifier: GPL-2.0
/* XML documents of other systems. See xml_doc.h. */
#include <errno.h>
#include <libxml/xmlmemory.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dm/doc.h"
#include "secret.h"
#include "xml_doc.h"

static void wiping_free(void *p)
{
	if (p)
		secret_wipe(p, malloc_usable_size(p));
	free(p);
}

static void *wiping_realloc(void *p, size_t size)
{
	size_t had = p ? malloc_usable_size(p) : 0;
	void *q = malloc(size ? size : 1);

	if (!q)
		return NULL;
	if (p)
		memcpy(q, p, had < size ? had : size);
	wiping_free(p);
	return q;
}

void xml_doc_prepare(void)
{
	static bool done;

	if (done)
		return;
	xmlMemSetup(wiping_free, malloc, wiping_realloc, strdup);
	dm_init();
	done = true;
}

static int bad(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

/* After white space and comments, as far as they are whole. */
static size_t skip_misc(const uint8_t *p, size_t len, size_t at)
{
	for (;;) {
		const uint8_t *end;

		while (at < len && (p[at] == ' ' || p[at] == '\t' || p[at] == '\r' || p[at] == '\n'))
			at++;
		if (len - at < 4 || memcmp(p + at, "<!--", 4))
			return at;
		end = memmem(p + at + 4, len - at - 4, "-->", 3);
		if (!end)
			return at;
		at = (size_t)(end - p) + 3;
	}
}

int xml_doc_blank_doctype(uint8_t *p, size_t len, const char **why)
{
	size_t at = 0, start;
	uint8_t quote = 0;

	if (len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		at = 3;
	if (len - at >= 5 && !memcmp(p + at, "<?xml", 5)) {
		const uint8_t *end = memmem(p + at, len - at, "?>", 2);

		if (!end)
			return 0;
		at = (size_t)(end - p) + 2;
	}
	at = skip_misc(p, len, at);
	if (len - at < 9 || memcmp(p + at, "<!DOCTYPE", 9))
		return 0;
	for (start = at; at < len; at++) {
		if (quote)
			quote = p[at] == quote ? 0 : quote;
		else if (p[at] == '"' || p[at] == '\'')
			quote = p[at];
		else if (p[at] == '[')
			return bad(why, "expected a document type without declarations of its own ([...])");
		else if (p[at] == '>')
			break;
	}
	if (at == len)
		return bad(why, "the document type declaration does not end");
	for (; start <= at; start++)
		if (p[start] != '\n' && p[start] != '\r')
			p[start] = ' ';
	return 0;
}
