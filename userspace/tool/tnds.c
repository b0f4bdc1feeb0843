// SPDX-License-Identifier: GPL-2.0
/* What is wrong with a document, and the document written again. See tnds.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "acl/judge.h"
#include "tnds.h"

/* Nodes of this depth and more are told by Path: readers limit the depth of elements. */
#define NESTED_MAX	40

void tnds_free(struct tnds *t)
{
	unsigned int i;

	for (i = 0; i < t->kept; i++)
		free(t->fault[i].text);
	acl_tree_free(&t->tree);
	memset(t, 0, sizeof(*t));
}

void tnds_fault_add(struct tnds *t, enum tnds_weight weight, uint32_t line, const struct acl_node *n,
		    const char *fmt, ...)
{
	char uri[ACL_URI_MAX + 1], *text = NULL, *all = NULL;
	va_list ap;

	t->count[weight]++;
	if (t->kept == TNDS_FAULTS_MAX)
		return;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (n && text) {
		acl_node_uri(n, uri);
		if (asprintf(&all, "%s: %s", uri, text) < 0)
			all = NULL;
		free(text);
		text = all;
	}
	t->fault[t->kept++] = (struct tnds_fault){ weight, line, text };
}

/* ------------------------------------------------------------------ reviewing */

static void review_list(struct tnds *t, const struct acl_node *n, const struct acl_node *above)
{
	const struct acl *acl = n->acl;

	if (acl->loose & ACL_LOOSE_REPEATED)
		tnds_fault_add(t, TNDS_NOTE, n->where, n,
			       "a command is there twice: taken together here, while others may take one only");
	if (acl->loose & ACL_LOOSE_STAR)
		tnds_fault_add(t, TNDS_NOTE, n->where, n, "* overrides the identifiers beside it: expected it alone");
	if (!n->parent && !(acl->star & ACL_ADD))
		tnds_fault_add(t, TNDS_NOTE, n->where, n, "expected * for Add at the root");
	if (n->parent && !(above->acl && above->acl->named & ACL_REPLACE) &&
	    !(n->kind == ACL_KIND_INTERIOR && acl->named & ACL_REPLACE))
		tnds_fault_add(t, TNDS_NOTE, n->where, n, n->kind == ACL_KIND_INTERIOR ?
			       "no server may change this ACL: Replace is given to nobody, neither here nor at the parent" :
			       "no server may change this ACL: that takes Replace at the parent, which gives it to nobody");
}

static int by_line(const void *a, const void *b)
{
	const struct tnds_fault *p = a, *q = b;

	return (p->line > q->line) - (p->line < q->line);
}

void tnds_review(struct tnds *t)
{
	struct acl_walk w;

	if (!t->root_listed && !t->tree.root.broken)
		tnds_fault_add(t, TNDS_NOTE, 0, &t->tree.root, "there is no ACL for the root: taken for %s",
			       ACL_ROOT_DEFAULT);
	for (acl_walk_begin(&w, &t->tree.root); w.node; acl_walk_next(&w, false))
		if (w.node->acl)
			review_list(t, w.node, w.node->depth ? w.above[w.node->depth - 1] : NULL);
	qsort(t->fault, t->kept, sizeof(*t->fault), by_line);
}

/* ------------------------------------------------------------------ writing */

static void write_text(FILE *f, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (text[i] == '&')
			fputs("&amp;", f);
		else if (text[i] == '<')
			fputs("&lt;", f);
		else if (text[i] == '>')
			fputs("&gt;", f);
		else
			putc(text[i], f);
	}
}

static void write_access(FILE *f, const struct acl_node *n)
{
	unsigned int r;

	if (!n->permanent && n->access == ACL_ACCESS_ANY)
		return;
	fputs("<DFProperties>", f);
	if (n->access != ACL_ACCESS_ANY) {
		fputs("<AccessType>", f);
		for (r = 0; r < ACL_RIGHTS; r++)
			if (n->access & 1u << r)
				fprintf(f, "<%s/>", acl_right_name(1u << r));
		fprintf(f, "%s</AccessType>", n->access & ACL_ACCESS_COPY ? "<Copy/>" : "");
	}
	if (n->permanent)
		fputs("<Scope><Permanent/></Scope>", f);
	fputs("</DFProperties>", f);
}

/* Up to where its children go. */
static void write_node(FILE *f, const struct acl_node *n, bool by_path)
{
	static const char *const format[] = {
		[ACL_KIND_UNKNOWN] = "", [ACL_KIND_INTERIOR] = "<Format><node/></Format>",
		[ACL_KIND_LEAF] = "<Format><chr/></Format>",
	};
	char acl[ACL_TEXT_MAX + 1], uri[ACL_URI_MAX + 1], name[3 * ACL_NAME_MAX];
	size_t len;

	if (n->parent)
		len = acl_name_encode(n->name, n->name_len, name);
	else
		len = (size_t)(stpcpy(name, ".") - name);
	fputs("<Node><NodeName>", f);
	write_text(f, name, len);
	fputs("</NodeName>", f);
	if (by_path) {
		fputs("<Path>", f);
		write_text(f, uri, acl_node_uri(n->parent, uri));
		fputs("</Path>", f);
	}
	fputs("<RTProperties>", f);
	if (n->acl) {
		fputs("<ACL>", f);
		write_text(f, acl, acl_format(n->acl, acl));
		fputs("</ACL>", f);
	}
	fprintf(f, "%s</RTProperties>", format[n->kind]);
	if (n->parent)
		write_access(f, n);
	putc('\n', f);
}

int tnds_write(FILE *f, const struct acl_tree *t)
{
	const struct acl_node *n;
	unsigned int open = 0;

	for (n = &t->root; n; n = acl_node_after(&t->root, n, false))
		if (n->broken)
			return -EINVAL;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	      "<MgmtTree xmlns=\"syncml:dmddf1.2\"><VerDTD>1.2</VerDTD>\n", f);
	for (n = &t->root; n; n = acl_node_after(&t->root, n, n->depth == NESTED_MAX)) {
		for (; open > n->depth; open--)
			fputs("</Node>\n", f);
		write_node(f, n, false);
		open = n->depth + 1u;
	}
	for (; open; open--)
		fputs("</Node>\n", f);
	for (n = &t->root; n; n = acl_node_after(&t->root, n, false)) {
		if (n->depth <= NESTED_MAX)
			continue;
		write_node(f, n, true);
		fputs("</Node>\n", f);
	}
	fputs("</MgmtTree>\n", f);
	return ferror(f) ? -EIO : 0;
}
