// SPDX-License-Identifier: GPL-2.0
/*
 * Any octets as an ACL, as a URI, as a command on the tree of the standard's example,
 * and as a management tree in a file; the first octet says which (a, u, j, anything
 * else). What cannot be read allows nothing; what can is written in one form only.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/acl/judge.h"
#include "userspace/tool/tnds.h"

#define MUST(c) do { if (!(c)) abort(); } while (0)

static const uint8_t seed[16] = "fuzz";

static void fuzz_list(const char *text, size_t len)
{
	char out[ACL_TEXT_MAX + 1], again[ACL_TEXT_MAX + 1];
	struct acl_fault fault = { 0, NULL };
	struct acl *acl, *same;
	unsigned int star, r;
	int rc = acl_parse(text, len, &acl, &fault);

	MUST(acl_check(text, len, &star, NULL) == rc);
	if (rc) {
		MUST(!acl && !star && fault.at <= len && fault.expected);
		return;
	}
	MUST(!acl == !len);
	MUST(acl_format(acl, out) <= len);
	MUST(!acl_parse(out, strlen(out), &same, NULL));
	MUST(acl_same(acl, same));
	acl_format(same, again);
	MUST(!strcmp(out, again));
	for (r = 0; acl && r < ACL_RIGHTS; r++) {
		/* in the list as a whole word, or everybody */
		bool may = acl_grant(acl, 1u << r, "a", 1) >= ACL_GRANT_NAMED;

		MUST(!may || acl->named & 1u << r);
		MUST(!may || acl->star & 1u << r || memchr(text, 'a', len));
		MUST(!(star & 1u << r) || may);
	}
	acl_free(same);
	acl_free(acl);
}

static void fuzz_uri(const char *text, size_t len)
{
	struct acl_uri uri, again;
	char out[ACL_URI_MAX + 1];
	size_t at = 1, n, m;
	unsigned int i;

	if (acl_uri_parse(text, len, &uri))
		return;
	MUST(uri.depth <= ACL_DEPTH_MAX);
	out[0] = '.';
	for (i = 0; i < uri.depth; i++) {
		const char *name = acl_uri_name(&uri, i, &n);

		MUST(n > 0 && n <= ACL_NAME_MAX && !memchr(name, '/', n) && !memchr(name, 0, n));
		MUST(!(n == 1 && *name == '.') && !(n == 2 && !memcmp(name, "..", 2)));
		out[at++] = '/';
		at += acl_name_encode(name, n, out + at);
	}
	MUST(at <= len);
	MUST(!acl_uri_parse(out, at, &again) && again.depth == uri.depth);
	for (i = 0; i < uri.depth; i++) {
		const char *a = acl_uri_name(&uri, i, &n), *b = acl_uri_name(&again, i, &m);

		MUST(n == m && !memcmp(a, b, n));
	}
}

/* Nobody may do more than "everybody" may, nor more than the owner of everything. */
static void check_request(const struct acl_tree *t, const char *server, size_t len, const struct acl_request *q)
{
	struct acl_principal who, local = { ACL_LOCAL, NULL, 0 }, nobody = { ACL_NOBODY, NULL, 0 };
	struct acl_decision d, again;
	int rc = acl_principal_server(&who, server, len);

	acl_judge(t, &nobody, q, &d);
	MUST(!d.allow && d.status == 425);
	acl_judge(t, &who, q, &d);
	MUST(d.allow == (d.status == 200) && d.clause < ACL_CLAUSES);
	MUST(!rc || !d.allow);
	acl_judge(t, &who, q, &again);
	MUST(again.clause == d.clause && again.node == d.node);
	/* What needs no right is the same for all; the rest needs no less for a server. */
	acl_judge(t, &local, q, &again);
	MUST(!d.allow || again.allow);
	MUST(!d.allow || !d.node || acl_node_governs(d.node));
	MUST(!d.allow || d.node->acl);
}

static void fuzz_request(const char *text, size_t len)
{
	static const char *const nodes[] = {
		"<MgmtTree><Node><NodeName>NodeA</NodeName><RTProperties><ACL>Get=C&amp;Replace=C</ACL></RTProperties>"
		"<Node><NodeName>Node1</NodeName><RTProperties><ACL>Get=*</ACL><Format><chr/></Format></RTProperties></Node>"
		"</Node><Node><NodeName>B</NodeName><RTProperties><ACL>Get=</ACL></RTProperties></Node></MgmtTree>"
	};
	static struct tnds t;
	static bool made;
	const char *end = text + len, *part[4];
	size_t size[4];
	struct acl_request q;
	int i;

	if (!made)
		MUST(!tnds_read(&t, (const uint8_t *)nodes[0], strlen(nodes[0]), seed));
	made = true;
	for (i = 0; i < 4; i++) {
		const char *stop = text < end ? memchr(text, '\n', (size_t)(end - text)) : NULL;

		part[i] = text;
		size[i] = (size_t)((stop ? stop : end) - text);
		text = stop ? stop + 1 : end;
	}
	q = (struct acl_request){ acl_command_find(part[1], size[1]), part[2], size[2],
				  size[3] ? part[3] : NULL, size[3] };
	check_request(&t.tree, part[0], size[0], &q);
}

static void check_written(const struct acl_tree *t)
{
	static struct tnds again;
	char *text = NULL, *twice = NULL;
	size_t len = 0, twice_len = 0;
	FILE *f = open_memstream(&text, &len);

	MUST(f);
	MUST(!tnds_write(f, t));
	fclose(f);
	MUST(!tnds_read(&again, (uint8_t *)text, len, seed));
	MUST(!again.count[TNDS_TREE] && !again.count[TNDS_LIST]);
	MUST(again.tree.count == t->count && again.tree.root.below == t->root.below);
	f = open_memstream(&twice, &twice_len);
	MUST(f);
	MUST(!tnds_write(f, &again.tree));
	fclose(f);
	MUST(len == twice_len && !memcmp(text, twice, len));
	free(text);
	free(twice);
	tnds_free(&again);
}

static void fuzz_tree(const uint8_t *data, size_t len)
{
	static struct tnds t;
	const struct acl_node *n;
	char uri[ACL_URI_MAX + 1];
	unsigned int i, broken = 0;
	int rc = tnds_read(&t, data, len, seed);

	MUST(rc == 0 || rc == -EINVAL);
	MUST(rc == 0 || t.count[TNDS_TREE]);
	for (n = &t.tree.root; !rc && n; n = acl_node_after(&t.tree.root, n, false)) {
		struct acl_request q = { (enum acl_command)(n->uri_len % ACL_CMDS), uri, acl_node_uri(n, uri), "./x", 3 };

		broken += n->broken;
		check_request(&t.tree, "a", 1, &q);
		if (n->broken) {
			struct acl_principal who = { ACL_SERVER, "a", 1 };
			struct acl_decision d;

			q.command = ACL_CMD_GET;
			acl_judge(&t.tree, &who, &q, &d);
			MUST(!d.allow);
		}
	}
	MUST(rc || broken == t.count[TNDS_LIST]);
	if (!rc && !t.count[TNDS_TREE] && !broken)
		check_written(&t.tree);
	tnds_review(&t);
	for (i = 0; i < t.kept; i++)
		MUST(t.fault[i].text && t.fault[i].text[0]);
	tnds_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Nothing is to be read behind its end. */
	char *copy = malloc(size ? size : 1);

	MUST(copy);
	if (size > 1)
		memcpy(copy, data + 1, size - 1);
	if (size && data[0] == 'a')
		fuzz_list(copy, size - 1);
	else if (size && data[0] == 'u')
		fuzz_uri(copy, size - 1);
	else if (size && data[0] == 'j')
		fuzz_request(copy, size - 1);
	else if (size)
		fuzz_tree((uint8_t *)copy, size - 1);
	free(copy);
	return 0;
}
