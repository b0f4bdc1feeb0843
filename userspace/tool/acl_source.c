// SPDX-License-Identifier: GPL-2.0
/* See acl_source.h. */
#include <errno.h>
#include <string.h>

#include "acl_source.h"

static int code_of(int err, int refused)
{
	return refused == EXIT_REFUSED ? tool_exit_code(err) : refused;
}

int acl_source_store(struct tool *t, bool create, struct acl_store **st, int refused)
{
	char err[512];
	int rc = acl_store_open(t->store_dir ? t->store_dir : OMASEC_STATEDIR, create, st, err, sizeof(err));

	return rc ? tool_error(t, code_of(rc, refused), "%s", err) : 0;
}

int acl_source_refused(struct tool *t, const struct acl_store *st, int err)
{
	if (err == -EBUSY)
		return tool_error(t, EXIT_REFUSED, "%s: another process is writing; try again", acl_store_error(st));
	return tool_error(t, tool_exit_code(err), "%s", acl_store_error(st));
}

const struct acl_node *acl_source_node(const struct acl_tree *tree, const char *text)
{
	struct acl_uri uri;

	return acl_uri_parse(text, strlen(text), &uri) ? NULL : acl_tree_find(tree, &uri);
}

static int load_store(struct tool *t, struct acl_source *s, int refused)
{
	struct acl_tree *tree;
	int rc = acl_source_store(t, false, &s->store, refused);

	if (rc)
		return rc;
	rc = acl_store_load(s->store, &tree);
	if (rc)
		return tool_error(t, code_of(rc, refused), "%s", acl_store_error(s->store));
	s->tree = tree;
	s->name = "the store";
	s->root_listed = true;
	return 0;
}

int acl_source_load(struct tool *t, struct acl_source *s, int refused)
{
	int rc;

	memset(s, 0, sizeof(*s));
	if (t->tree_file && t->store_dir)
		return tool_usage(t, "expected --file or --store, not both");
	if (!t->tree_file)
		return load_store(t, s, refused);
	rc = acl_file_load(t, t->tree_file, &s->file, refused);
	s->tree = &s->file.tree;
	s->name = t->tree_file;
	s->root_listed = s->file.root_listed;
	return rc;
}

void acl_source_free(struct acl_source *s)
{
	acl_store_close(s->store);
	tnds_free(&s->file);
}
