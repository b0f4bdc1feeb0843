// SPDX-License-Identifier: GPL-2.0
/* omasec acl option: how the lists of the store are to be taken. See omasec-acl(8). */
#include <string.h>

#include "acl_source.h"
#include "words.h"

static const struct acl_option_words {
	const char *name, *value[2], *means[2];
} options[ACL_OPTIONS] = {
	[ACL_OPTION_CLIENT_LISTS] = { "lists", { "own", "merge" }, {
		"the client has no ACLs; omasec answers for them",
		"the client has ACLs too; what both allow is allowed" } },
	[ACL_OPTION_DELETE_NODE_ONLY] = { "delete", { "beneath", "node" }, {
		"each ACL beneath a node has to allow its deletion",
		"the ACL of a node decides on its deletion with all beneath" } },
};

void acl_option_complete(const char *name)
{
	unsigned int i;

	for (i = 0; i < ACL_OPTIONS; i++) {
		if (!name)
			puts(options[i].name);
		else if (!strcmp(name, options[i].name))
			printf("%s\n%s\n", options[i].value[0], options[i].value[1]);
	}
}

static bool value_of(const struct acl_tree *t, unsigned int i)
{
	return i == ACL_OPTION_CLIENT_LISTS ? t->client_lists : t->delete_node_only;
}

static int option_find(struct tool *t, const char *name, unsigned int *i)
{
	struct words_near near = { 0 };

	for (*i = 0; *i < ACL_OPTIONS; (*i)++) {
		if (!strcmp(name, options[*i].name))
			return 0;
		words_near(&near, name, options[*i].name);
	}
	return near.word ? tool_usage(t, "%s: no such option; did you mean %s?", name, near.word) :
			   tool_usage(t, "%s: no such option: expected lists or delete", name);
}

static int print_options(struct tool *t, const struct acl_tree *tree)
{
	json_t *o = t->json ? json_object() : NULL;
	unsigned int i;

	for (i = 0; i < ACL_OPTIONS; i++) {
		bool v = value_of(tree, i);

		if (o)
			out_set(o, options[i].name, json_string(options[i].value[v]));
		else
			printf("%-7s %-8s %s\n", options[i].name, options[i].value[v], options[i].means[v]);
	}
	return o ? out_json(t, "acl-option", o) : out_finish(t);
}

int cmd_acl_option(struct tool *t, int argc, char **argv)
{
	struct acl_store *st = NULL;
	struct acl_tree *tree;
	unsigned int i = 0;
	bool value = false;
	int rc = argc ? option_find(t, argv[0], &i) : 0;

	if (rc)
		return rc;
	if (argc > 2)
		return tool_usage(t, "%s: nothing is expected here", argv[2]);
	if (argc) {
		value = argc == 2 && !strcmp(argv[1], options[i].value[1]);
		if (argc == 1 || (!value && strcmp(argv[1], options[i].value[0])))
			return tool_usage(t, "%s: expected %s or %s", argc == 1 ? argv[0] : argv[1], options[i].value[0],
					  options[i].value[1]);
	}
	rc = acl_source_store(t, false, &st, EXIT_REFUSED);
	if (rc)
		return rc;
	if (argc)
		rc = acl_store_option(st, (enum acl_option)i, value);
	if (!rc)
		rc = acl_store_load(st, &tree);
	rc = rc ? tool_error(t, tool_exit_code(rc), "%s", acl_store_error(st)) :
		  argc && !t->json ? 0 : print_options(t, tree);
	acl_store_close(st);
	return rc;
}
