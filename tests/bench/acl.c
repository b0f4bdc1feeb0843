// SPDX-License-Identifier: GPL-2.0
/*
 * acl DIR: what a decision by Access Control Lists costs, and the store beneath it, in
 * processor time on the host (tools/bench). A decision is acl_judge() of a Get on one of
 * 4096 nodes at random, which inherits from the first node of its URI. Beside it two naive
 * ways: "scan" walks from the node upwards and looks through the text of a list for the
 * command and the identifier; "fetch" is that of libdmclient, which asks for a copy of the
 * text of each node by its URI. All find nodes in the same table. Prints tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "userspace/daemon/acl_store.h"

#define ASKED	4096
#define RUNS	5
#define LIST	"Add=srv1+srv2+srv3&Delete=srv1+srv2&Get=srv1+srv2+srv3+srv4&Replace=srv1+srv2"

static const uint8_t seed[16] = "sixteen octets!";
static char uris[ASKED][ACL_URI_MAX + 1];

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "acl: %s\n", what);
	exit(1);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint32_t number(void)
{
	static uint64_t s = 88172645463325252u;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return (uint32_t)(s >> 32);
}

/* @nodes in chains of @depth; the first node of each has the list. */
static void grow(struct acl_tree *t, unsigned int nodes, unsigned int depth)
{
	struct acl_node *n = &t->root, **last;
	unsigned int i, ends = 0;
	char name[16];

	check(!acl_tree_init(t, seed), "no memory");
	last = calloc(nodes, sizeof(*last));
	check(last, "no memory");
	for (i = 0; i + depth - i % depth <= nodes; i++) {
		if (i % depth == 0)
			n = &t->root;
		snprintf(name, sizeof(name), "node%u", i);
		check(!acl_tree_add(t, n, name, strlen(name), ACL_KIND_UNKNOWN, &n), "cannot add");
		if (i % depth == 0)
			check(!acl_tree_set(t, n, LIST, strlen(LIST), NULL), "cannot set");
		if (i % depth == depth - 1)
			last[ends++] = n;
	}
	for (i = 0; i < ASKED; i++)
		acl_node_uri(last[number() % ends], uris[i]);
	free(last);
}

static bool judge(const struct acl_tree *t, const struct acl_principal *who, const char *uri)
{
	struct acl_request q = { ACL_CMD_GET, uri, strlen(uri), NULL, 0 };
	struct acl_decision d;

	acl_judge(t, who, &q, &d);
	return d.allow;
}

/* Whole identifiers, so that it gives the right answer. */
static bool scan(const char *list, const char *command, const char *id)
{
	const char *at = strstr(list, command);
	size_t len = strlen(id);

	if (!at)
		return false;
	for (at += strlen(command); *at && *at != '&'; at += *at == '+') {
		size_t n = strcspn(at, "+&");

		if ((n == 1 && *at == '*') || (n == len && !memcmp(at, id, len)))
			return true;
		at += n;
	}
	return false;
}

/* The text of a list is not in the tree: nodes with one are those of the first level. */
static const char *text_of(const struct acl_node *n)
{
	return !n->parent ? ACL_ROOT_DEFAULT : n->depth == 1 ? LIST : "";
}

static bool by_scan(const struct acl_tree *t, const struct acl_principal *who, const char *text)
{
	const struct acl_node *n;
	struct acl_uri uri;

	if (acl_uri_parse(text, strlen(text), &uri))
		return false;
	for (n = acl_tree_find(t, &uri); n; n = n->parent)
		if (*text_of(n))
			return scan(text_of(n), "Get=", who->id);
	return false;
}

static char *fetch(const struct acl_tree *t, const char *text)
{
	const struct acl_node *n;
	struct acl_uri uri;

	check(!acl_uri_parse(text, strlen(text), &uri), "no URI");
	n = acl_tree_find(t, &uri);
	return n ? strdup(text_of(n)) : NULL;
}

static bool by_fetch(const struct acl_tree *t, const struct acl_principal *who, const char *text)
{
	char uri[ACL_URI_MAX + 1], *list, *slash;
	bool allow;

	strcpy(uri, text);
	for (;;) {
		list = fetch(t, uri);
		if (!list || *list)
			break;
		free(list);
		slash = strrchr(uri, '/');
		*slash = '\0';
	}
	allow = list && scan(list, "Get=", who->id);
	free(list);
	return allow;
}

/* Nanoseconds for one, the least of some runs. */
static double take_decision(const struct acl_tree *t,
		       bool (*way)(const struct acl_tree *, const struct acl_principal *, const char *))
{
	struct acl_principal who;
	double best = 1e9;
	unsigned int run, i, round, allowed = 0;

	check(!acl_principal_server(&who, "srv4", 4), "no principal");
	for (run = 0; run < RUNS; run++) {
		double begin = now();

		for (round = 0; round < 20; round++)
			for (i = 0; i < ASKED; i++)
				allowed += way(t, &who, uris[i]);
		begin = (now() - begin) * 1e9 / (20 * ASKED);
		best = begin < best ? begin : best;
	}
	check(allowed == RUNS * 20 * ASKED, "a decision was wrong");
	return best;
}

static void take_decisions(void)
{
	static const unsigned int depths[] = { 1, 8, 32 }, sizes[] = { 100, 10000, 100000 };
	unsigned int d, s;
	struct acl_tree t;

	puts("A decision, ns (per second):\n");
	puts("| depth | nodes | omasec | | scan | fetch |\n| ---: | ---: | ---: | ---: | ---: | ---: |");
	for (d = 0; d < 3; d++) {
		for (s = 0; s < 3; s++) {
			double ours;

			grow(&t, sizes[s], depths[d]);
			ours = take_decision(&t, judge);
			printf("| %u | %u | %.0f | %.2f M | %.0f | %.0f |\n", depths[d], sizes[s], ours, 1e3 / ours,
			       take_decision(&t, by_scan), take_decision(&t, by_fetch));
			acl_tree_free(&t);
		}
	}
}

static void take_store(const char *dir)
{
	struct acl_change c = { .what = ACL_CHANGE_SET, .uri = "./node0", .uri_len = 7 };
	struct acl_store *st, *other;
	struct acl_tree t, *loaded;
	double begin, took[5];
	char err[512];
	int i;

	check(!acl_store_open(dir, true, &st, err, sizeof(err)), err);
	check(!acl_store_open(dir, true, &other, err, sizeof(err)), err);
	grow(&t, 100000, 8);
	begin = wall();
	check(!acl_store_replace(st, &t), "cannot replace");
	took[0] = wall() - begin;
	begin = wall();
	check(!acl_store_load(st, &loaded), "cannot load");
	took[1] = wall() - begin;
	check(loaded->count == t.count, "not what was written");
	begin = now();
	for (i = 0; i < 100000; i++)
		check(!acl_store_load(st, &loaded), "cannot look");
	took[2] = (now() - begin) / 100000;
	begin = wall();
	for (i = 0; i < 200; i++) {
		c.text = i % 2 ? "Get=a" : "Get=b";
		c.text_len = 5;
		check(!acl_store_change(st, &c, 1), "cannot change");
	}
	took[3] = (wall() - begin) / 200;
	begin = wall();
	check(!acl_store_load(other, &loaded) && loaded->count == t.count, "cannot follow");
	took[4] = wall() - begin;
	acl_store_close(st);
	acl_store_close(other);
	acl_tree_free(&t);
	puts("\nThe store, 100,000 nodes:\n\n|  | time |\n| --- | ---: |");
	printf("| import | %.2f s |\n| load | %.2f s |\n| load after another process's change | %.2f s |\n"
	       "| looking for changes before a batch | %.2f us |\n| a change, on the disk | %.0f us |\n",
	       took[0], took[1], took[4], took[2] * 1e6, took[3] * 1e6);
}

int main(int argc, char **argv)
{
	check(argc == 2, "expected a directory");
	take_decisions();
	take_store(argv[1]);
	return fflush(stdout) || ferror(stdout);
}
