// SPDX-License-Identifier: GPL-2.0
/* omasec acl check, why and export. See omasec-acl(8). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acl/judge.h"
#include "acl_source.h"
#include "value.h"
#include "words.h"

/* Exit codes of why and diff, which answer a question. */
enum { ANSWER_YES = 0, ANSWER_NO = 1, ANSWER_NONE = 2 };

static int count_lists(const struct acl_tree *t)
{
	return (int)t->root.below + (t->root.acl ? 1 : 0);
}

/* ------------------------------------------------------------------ check */

static json_t *faults_json(const struct tnds *d)
{
	static const char *const weight[TNDS_WEIGHTS] = { "note", "acl", "tree" };
	json_t *all = json_array();
	unsigned int i;

	for (i = 0; i < d->kept; i++) {
		json_t *o = json_object();

		out_set(o, "line", json_integer(d->fault[i].line));
		out_set(o, "kind", json_string(weight[d->fault[i].weight]));
		out_set(o, "text", out_text(d->fault[i].text ? d->fault[i].text : "out of memory"));
		json_array_append_new(all, o);
	}
	return all;
}

static int print_check(const struct tool *t, const char *path, const struct tnds *d)
{
	unsigned int faults = d->count[TNDS_LIST] + d->count[TNDS_TREE];
	json_t *o;

	if (t->json) {
		o = json_object();
		out_set(o, "file", out_text(path));
		out_set(o, "nodes", json_integer(d->tree.count + 1));
		out_set(o, "acls", json_integer(count_lists(&d->tree)));
		out_set(o, "faults", json_integer(faults));
		out_set(o, "notes", json_integer(d->count[TNDS_NOTE]));
		out_set(o, "found", faults_json(d));
		return out_json(t, "acl-check", o);
	}
	acl_file_faults(faults ? stderr : stdout, path, d);
	if (!faults)
		printf("Correct: %u nodes, %d with an ACL of their own.\n", d->tree.count + 1, count_lists(&d->tree));
	return out_finish(t);
}

int cmd_acl_check(struct tool *t, int argc, char **argv)
{
	struct tnds d;
	int rc;

	if (argc != 1)
		return argc ? tool_usage(t, "%s: nothing is expected here", argv[1]) :
			      tool_usage(t, "the name of the file is missing");
	rc = acl_file_read(t, argv[0], &d, EXIT_REFUSED);
	if (rc <= 0) {
		if (!rc)
			tnds_review(&d);
		rc = print_check(t, argv[0], &d);
		if (!rc && (d.count[TNDS_LIST] || d.count[TNDS_TREE]))
			rc = EXIT_REFUSED;
	}
	tnds_free(&d);
	return rc;
}

/* ------------------------------------------------------------------ export */

int cmd_acl_export(struct tool *t, int argc, char **argv)
{
	struct acl_source s;
	int rc;

	if (argc)
		return tool_usage(t, "%s: nothing is expected here (--file FILE?)", argv[0]);
	if (t->json)
		return tool_usage(t, "expected no --json: the tree is XML (omasec acl show -j)");
	rc = acl_source_load(t, &s, EXIT_REFUSED);
	if (!rc) {
		rc = tnds_write(stdout, s.tree);
		rc = rc == -EINVAL ? tool_error(t, EXIT_REFUSED, "%s: expected ACLs that can be read; without them these nodes would inherit",
						s.name) : out_finish(t);
	}
	acl_source_free(&s);
	return rc;
}

/* ------------------------------------------------------------------ why */

static json_t *why_json(const struct acl_request *q, const char *server, const struct acl_decision *d)
{
	char uri[ACL_URI_MAX + 1], list[ACL_TEXT_MAX + 1];
	json_t *o = json_object();

	out_set(o, "allowed", json_boolean(d->allow));
	out_set(o, "status", json_integer(d->status));
	out_set(o, "server", json_string(server));
	out_set(o, "command", json_string(acl_command_name(q->command)));
	out_set(o, "uri", out_text(q->uri));
	out_set(o, "right", d->right ? json_string(acl_right_name(d->right)) : json_null());
	if (d->node) {
		acl_node_uri(d->node, uri);
		out_set(o, "node", json_string(uri));
		out_set(o, "acl", d->node->acl ? json_string(acl_file_list(d->node, list)) : json_null());
	} else {
		out_set(o, "node", json_null());
	}
	out_set(o, "clause", json_string(acl_clause_name(d->clause)));
	out_set(o, "section", json_string(acl_clause_section(d->clause)));
	out_set(o, "means", json_string(acl_clause_text(d->clause)));
	return o;
}

static int print_why(const struct tool *t, const struct acl_request *q, const char *server,
		     const struct acl_decision *d)
{
	char uri[ACL_URI_MAX + 1], list[ACL_TEXT_MAX + 1], safe[2 * ACL_URI_MAX];

	if (t->json)
		return out_json(t, "acl-why", why_json(q, server, d));
	printf("%s%s%s (%u): %s %s %s\n", out_colour(t, d->allow ? OUT_GOOD : OUT_BAD),
	       d->allow ? "allowed" : "denied", out_colour(t, OUT_PLAIN), d->status, server,
	       acl_command_name(q->command), value_safe(q->uri, safe, sizeof(safe)));
	if (d->node) {
		acl_node_uri(d->node, uri);
		printf("  node:   %s%s%s\n", uri, acl_node_governs(d->node) ? ", its ACL is " : "",
		       acl_node_governs(d->node) ? acl_file_list(d->node, list) : "");
	}
	if (d->right)
		printf("  right:  %s\n", acl_right_name(d->right));
	printf("  clause: %s: %s (%s)\n", acl_clause_name(d->clause), acl_clause_text(d->clause),
	       acl_clause_section(d->clause));
	return out_finish(t);
}

static int why_command(struct tool *t, const char *word, enum acl_command *c)
{
	struct words_near near = { 0 };
	unsigned int i;

	*c = acl_command_find(word, strlen(word));
	if (*c < ACL_CMDS)
		return 0;
	for (i = 0; i < ACL_CMDS; i++)
		words_near(&near, word, acl_command_name((enum acl_command)i));
	return near.word ? tool_usage(t, "%s: no such command; did you mean %s?", word, near.word) :
			   tool_usage(t, "%s: no such command: expected Add, Copy, Delete, Exec, Get, Rename or Replace",
				      word);
}

static int why_request(struct tool *t, int argc, char **argv, struct acl_request *q)
{
	struct acl_uri uri;
	bool list;
	int rc;

	if (argc < 3)
		return tool_usage(t, "expected a server identifier, a command and a URI");
	if (argc > 4)
		return tool_usage(t, "%s: nothing is expected here", argv[4]);
	rc = why_command(t, argv[1], &q->command);
	if (rc)
		return rc;
	q->uri = argv[2];
	q->uri_len = strlen(argv[2]);
	q->operand = argc > 3 ? argv[3] : NULL;
	q->operand_len = argc > 3 ? strlen(argv[3]) : 0;
	list = !acl_uri_parse(q->uri, q->uri_len, &uri) && uri.query == ACL_QUERY_PROP &&
	       (uri.prop == ACL_PROP_ACL || uri.prop == ACL_PROP_NAME);
	if (q->command == ACL_CMD_COPY && !q->operand)
		return tool_usage(t, "Copy: expected the URI of the target");
	if (q->operand && q->command != ACL_CMD_COPY && q->command != ACL_CMD_RENAME &&
	    !(q->command == ACL_CMD_REPLACE && list))
		return tool_usage(t, "%s: nothing is expected here", q->operand);
	return 0;
}

int cmd_acl_why(struct tool *t, int argc, char **argv)
{
	struct acl_principal who;
	struct acl_decision d;
	struct acl_request q;
	struct acl_source s;
	int rc = why_request(t, argc, argv, &q);

	if (rc)
		return rc;
	if (acl_principal_server(&who, argv[0], strlen(argv[0])))
		return tool_usage(t, "%s: expected a server identifier (printable ASCII without blanks and = & * +)",
				  argv[0]);
	rc = acl_source_load(t, &s, ANSWER_NONE);
	if (!rc) {
		acl_judge(s.tree, &who, &q, &d);
		rc = print_why(t, &q, argv[0], &d) ? ANSWER_NONE : d.allow ? ANSWER_YES : ANSWER_NO;
	}
	acl_source_free(&s);
	return rc;
}
