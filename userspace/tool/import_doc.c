// SPDX-License-Identifier: GPL-2.0
/* The tree of an imported document. See import_doc.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import_doc.h"
#include "secret.h"
#include "value.h"

int import_doc_init(struct import_doc *d)
{
	memset(d, 0, sizeof(*d));
	d->node = calloc(IMPORT_NODES_MAX, sizeof(*d->node));
	d->text = calloc(1, IMPORT_TEXT_MAX);
	if (!d->node || !d->text)
		return -ENOMEM;
	/* The root, and the empty text, which offset 0 is. */
	d->count = 1;
	d->used = 1;
	return 0;
}

void import_doc_free(struct import_doc *d)
{
	if (d->text)
		secret_wipe(d->text, d->used);
	free(d->text);
	free(d->node);
	memset(d, 0, sizeof(*d));
}

int import_bad(struct import_doc *d, uint32_t where, const char *fmt, ...)
{
	va_list ap;

	if (!d->why[0]) {
		va_start(ap, fmt);
		vsnprintf(d->why, sizeof(d->why), fmt, ap);
		va_end(ap);
		d->where = where;
	}
	return -EINVAL;
}

int import_node_new(struct import_doc *d, uint32_t where, uint32_t *index)
{
	if (d->count == IMPORT_NODES_MAX)
		return import_bad(d, where, "expected at most %u nodes", IMPORT_NODES_MAX - 1);
	*index = d->count++;
	d->node[*index].where = where;
	return 0;
}

int import_text_add(struct import_doc *d, const void *text, size_t len)
{
	if (len >= IMPORT_TEXT_MAX - d->used)
		return import_bad(d, 0, "expected at most %u octets of names and values", IMPORT_TEXT_MAX);
	memcpy(d->text + d->used, text, len);
	d->used += len;
	return 0;
}

int import_text_end(struct import_doc *d)
{
	return import_text_add(d, "", 1);
}

void import_node_link(struct import_doc *d, uint32_t parent, uint32_t index)
{
	struct import_node *p = &d->node[parent];

	d->node[index].parent = parent;
	if (p->last)
		d->node[p->last].next = index;
	else
		p->child = index;
	p->last = index;
}

/* Exact: names of a management tree are. */
static uint32_t node_named(const struct import_doc *d, uint32_t parent, const char *name, size_t len)
{
	uint32_t i;

	for (i = d->node[parent].child; i; i = d->node[i].next) {
		const char *is = d->text + d->node[i].name;

		if (!strncmp(is, name, len) && !is[len])
			return i;
	}
	return 0;
}

static int node_imply(struct import_doc *d, uint32_t parent, const char *name, size_t len,
		      uint32_t where, uint32_t *index)
{
	int rc = import_node_new(d, where, index);

	if (rc)
		return rc;
	d->node[*index].name = (uint32_t)d->used;
	d->node[*index].implied = true;
	rc = import_text_add(d, name, len);
	if (!rc)
		rc = import_text_end(d);
	if (!rc)
		import_node_link(d, parent, *index);
	return rc;
}

/* The node that a path had named before takes over what the real one has. */
static void node_adopt(struct import_doc *d, uint32_t named, uint32_t index)
{
	struct import_node *to = &d->node[named], *from = &d->node[index];
	uint32_t i, next;

	to->where = from->where;
	to->type = from->type;
	to->form = from->form;
	to->value = from->value;
	to->value_len = from->value_len;
	to->has_value = from->has_value;
	to->implied = false;
	for (i = from->child; i; i = next) {
		next = d->node[i].next;
		d->node[i].next = 0;
		import_node_link(d, named, i);
	}
	from->child = 0;
	from->last = 0;
}

int import_node_place(struct import_doc *d, uint32_t index, char *path)
{
	struct import_node *n = &d->node[index];
	const char *name = d->text + n->name;
	uint32_t at = 0, next;

	while (*path) {
		size_t len = strcspn(path, "/");

		if (len && !(len == 1 && *path == '.')) {
			next = node_named(d, at, path, len);
			if (!next && node_imply(d, at, path, len, n->where, &next))
				return -EINVAL;
			at = next;
		}
		path += len;
		path += *path == '/';
	}
	next = node_named(d, at, name, strlen(name));
	if (next && d->node[next].implied)
		node_adopt(d, next, index);
	else
		import_node_link(d, at, index);
	return 0;
}

const struct import_node *import_child(const struct import_doc *d, const struct import_node *n,
				       const char *name, bool *twice)
{
	const struct import_node *found = NULL;
	uint32_t i;

	for (i = n->child; i; i = d->node[i].next) {
		if (strcasecmp(d->text + d->node[i].name, name))
			continue;
		if (found)
			*twice = true;
		else
			found = &d->node[i];
	}
	return found;
}

const char *import_name(const struct import_doc *d, const struct import_node *n)
{
	return d->text + n->name;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

int import_value(const struct import_doc *d, const struct import_node *n, char *out, size_t size)
{
	const char *text;
	size_t len;
	int rc;

	out[0] = '\0';
	if (!n || !n->has_value)
		return -ENOENT;
	text = d->text + n->value;
	len = n->value_len;
	if (memchr(text, '\0', len))
		return -EINVAL;
	while (len && blank(text[len - 1]))
		len--;
	while (len && blank(*text)) {
		text++;
		len--;
	}
	if (!len)
		return -ENOENT;
	if (len >= size)
		return -EINVAL;
	memcpy(out, text, len);
	out[len] = '\0';
	/* In place: it is checked, and stays as it is. */
	rc = value_text(out, size - 1, out);
	if (rc)
		out[0] = '\0';
	return rc;
}
