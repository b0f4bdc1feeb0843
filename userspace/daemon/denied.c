// SPDX-License-Identifier: GPL-2.0
/* See denied.h. */
#include <string.h>

#include "denied.h"

/* The module takes no control characters; what is too long is cut between characters. */
static void put(char *out, size_t size, const char *text)
{
	size_t len = strnlen(text, size), i;

	if (len == size) {
		len--;
		while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
			len--;
	}
	for (i = 0; i < len; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
	out[len] = '\0';
}

void denied_init(struct denied *d)
{
	d->count = 0;
	d->kept = 0;
}

void denied_add(struct denied *d, const char *server, const struct acl_filtered *f)
{
	struct omasec_denial *to = &d->denial[d->kept];

	d->count++;
	if (d->kept == OMASEC_DENIALS_MAX)
		return;
	d->kept++;
	put(to->server, sizeof(to->server), server ? server : "");
	put(to->command, sizeof(to->command), f->word);
	put(to->uri, sizeof(to->uri), f->uri);
	put(to->clause, sizeof(to->clause), acl_clause_name(f->d.clause));
	to->status = f->d.status;
}
