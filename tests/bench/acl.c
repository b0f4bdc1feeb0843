// SPDX-License-Identifier: GPL-2.0
/*
 * acl DIR WORKER: what a decision by Access Control Lists costs, a message under them, and the
 * store beneath, in processor time on the host (tools/bench). A decision is acl_judge() of a Get on one of
 * 4096 nodes at random, which inherits from the first node of its URI. Beside it two naive
 * ways: "scan" walks from the node upwards and looks through the text of a list for the
 * command and the identifier; "fetch" is that of libdmclient, which asks for a copy of the
 * text of each node by its URI. All find nodes in the same table. A message has Get and
 * Delete in turns, of which Delete is denied; WORKER is omasecd-worker, which reads and
 * writes it. Prints tables.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "userspace/acl/filter.h"
#include "userspace/daemon/acl_store.h"
#include "userspace/dm/doc.h"
#include "userspace/dm/worker_client.h"

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

/* ---- a message ------------------------------------------------------------ */

#define TYPE	"application/vnd.syncml.dm+xml"
#define ROUNDS	40

/* A message of a server, and what is made of it. */
static struct message {
	char xml[1 << 16];
	size_t len;
	struct dm_facts facts;
	struct dm_list list;
	struct acl_dues dues;
	struct dm_changes changes;
	uint8_t *out;
	size_t out_len;
} m;

static void write_message(unsigned int commands)
{
	static const char *const word[] = { "Get", "Delete" };
	size_t room = sizeof(m.xml);
	unsigned int i;

	m.len = (size_t)snprintf(m.xml, room, "<SyncML xmlns='SYNCML:SYNCML1.2'><SyncHdr><VerDTD>1.2</VerDTD>"
				 "<VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>2</MsgID>"
				 "<Target><LocURI>IMEI:1</LocURI></Target><Source><LocURI>s</LocURI></Source>"
				 "</SyncHdr><SyncBody>");
	for (i = 0; i < commands; i++)
		m.len += (size_t)snprintf(m.xml + m.len, room - m.len, "<%s><CmdID>%u</CmdID><Item><Target><LocURI>%s"
					  "</LocURI></Target></Item></%s>", word[i % 2], i + 1, uris[i], word[i % 2]);
	m.len += (size_t)snprintf(m.xml + m.len, room - m.len, "<Final/></SyncBody></SyncML>");
	check(m.len < room, "a message is too long");
}

static void read_message(void)
{
	struct dm_error err;
	struct dm_doc *doc;

	check(!dm_parse((const uint8_t *)m.xml, m.len, TYPE, &doc, &err), "no message");
	check(!dm_commands(doc, true, &m.list, &err), "no commands");
	m.facts = doc->facts;
	dm_doc_free(doc);
}

/* Reading and writing as the worker does, without the way to it. */
static void rewrite(const struct acl_tree *t, const struct acl_principal *who)
{
	struct dm_edits none = { 0 };
	struct dm_error err;
	struct dm_doc *doc;

	(void)t;
	(void)who;
	check(!dm_parse((const uint8_t *)m.xml, m.len, TYPE, &doc, &err), "no message");
	check(!dm_commands(doc, true, &m.list, &err), "no commands");
	check(!dm_change(doc, &none, &m.changes, &m.out, &m.out_len, &err), "no changes");
	free(m.out);
	dm_doc_free(doc);
}

static void filter(const struct acl_tree *t, const struct acl_principal *who)
{
	acl_dues_init(&m.dues);
	check(!acl_filter(t, who, &m.facts, &m.list, NULL, &m.dues, &m.changes, NULL, NULL), "no decisions");
	check(m.changes.cut_count == m.facts.command_count / 2, "a decision was wrong");
}

static void naive(const struct acl_tree *t, const struct acl_principal *who)
{
	unsigned int i;

	for (i = 0; i < m.facts.command_count; i++)
		check(by_fetch(t, who, uris[i]), "a decision was wrong");
}

static struct worker_client *worker;

/* What the helper does with a message that is under no lists... */
static void by_worker(const struct acl_tree *t, const struct acl_principal *who)
{
	struct dm_error err;

	(void)t;
	(void)who;
	check(!worker_client_parse(worker, TYPE, (const uint8_t *)m.xml, m.len, &m.facts, &err), err.text);
}

/* ...and with one that is. */
static void by_worker_and_lists(const struct acl_tree *t, const struct acl_principal *who)
{
	struct dm_edits none = { 0 };
	struct dm_error err;

	by_worker(t, who);
	check(!worker_client_list(worker, true, &m.facts, &m.list, &err), err.text);
	filter(t, who);
	if (dm_changes_empty(&m.changes))
		return;
	check(!worker_client_change(worker, &none, &m.changes, &m.out, &m.out_len, &err), err.text);
	free(m.out);
}

/* Microseconds for one, the least of some runs. */
static double take_one(const struct acl_tree *t, double (*clock)(void),
		       void (*what)(const struct acl_tree *, const struct acl_principal *))
{
	struct acl_principal who;
	unsigned int run, i;
	double best = 1e9;

	check(!acl_principal_server(&who, "srv4", 4), "no principal");
	for (run = 0; run < RUNS; run++) {
		double begin = clock();

		for (i = 0; i < ROUNDS; i++)
			what(t, &who);
		begin = (clock() - begin) * 1e6 / ROUNDS;
		best = begin < best ? begin : best;
	}
	return best;
}

static void take_messages(const char *path)
{
	const struct worker_client_options options = { .path = path };
	static const unsigned int commands[] = { 1, 10, 100 };
	struct acl_tree t;
	unsigned int i;

	worker = worker_client_new(&options);
	check(worker, "no worker");
	grow(&t, 10000, 8);
	puts("\nA message, every second command denied, depth 8, 10,000 nodes, us:\n");
	puts("| commands | acl_filter | fetch | times | reading and writing | filter, times that |"
	     " by the worker | and with lists | times |\n"
	     "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
	for (i = 0; i < 3; i++) {
		double ours, theirs, rest, plain, all;

		write_message(commands[i]);
		read_message();
		check(m.facts.command_count == commands[i], "not what was written");
		ours = take_one(&t, now, filter);
		theirs = take_one(&t, now, naive);
		rest = take_one(&t, now, rewrite);
		plain = take_one(&t, wall, by_worker);
		all = take_one(&t, wall, by_worker_and_lists);
		printf("| %u | %.1f | %.1f | %.2f | %.1f | %.2f | %.0f | %.0f | %.2f |\n", commands[i], ours, theirs,
		       ours / theirs, rest, ours / rest, plain, all, all / plain);
	}
	worker_client_free(worker);
	acl_tree_free(&t);
}

/* ---- the store ------------------------------------------------------------ */

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
	check(argc == 3, "expected a directory and omasecd-worker");
	dm_init();
	take_decisions();
	take_messages(argv[2]);
	take_store(argv[1]);
	return fflush(stdout) || ferror(stdout);
}
