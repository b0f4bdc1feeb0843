// SPDX-License-Identifier: GPL-2.0
/*
 * The store of the management tree: what was changed is there after SIGKILL and nothing
 * else, other processes see it, and a file that is not right is told apart from one that is.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <daemon/acl_store.h>

#include "acl_tree.h"

static char dir[64], file[128], err[512];
static struct acl_store *store, *other;

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/omasec-acl-XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(file, sizeof(file), "%s/" ACL_STORE_FILE, dir);
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm", "-journal" };
	char path[160];
	unsigned int i;

	(void)state;
	acl_store_close(store);
	acl_store_close(other);
	store = NULL;
	other = NULL;
	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", file, names[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static void open_at(struct acl_store **st)
{
	if (acl_store_open(dir, true, st, err, sizeof(err)))
		fail_msg("%s", err);
}

static void reopen(void)
{
	acl_store_close(store);
	open_at(&store);
}

static struct acl_tree *tree(struct acl_store *st)
{
	struct acl_tree *t;

	if (acl_store_load(st, &t))
		fail_msg("%s", acl_store_error(st));
	return t;
}

static struct acl_change change(enum acl_change_what what, const char *uri, const char *text)
{
	return (struct acl_change){
		.what = what, .uri = uri, .uri_len = strlen(uri), .text = text,
		.text_len = text ? strlen(text) : 0, .access = ACL_ACCESS_ANY,
	};
}

static int do_one(struct acl_store *st, enum acl_change_what what, const char *uri, const char *text)
{
	struct acl_change c = change(what, uri, text);

	return acl_store_change(st, &c, 1);
}

static int add(const char *uri, enum acl_kind kind, const char *server)
{
	struct acl_change c = change(ACL_CHANGE_ADD, uri, NULL);
	struct acl_principal who;

	c.kind = kind;
	if (server) {
		assert_int_equal(acl_principal_server(&who, server, strlen(server)), 0);
		c.creator = &who;
	}
	return acl_store_change(store, &c, 1);
}

/* NULL for a node that is not there; "" for one that inherits. */
static const char *list_at(struct acl_store *st, const char *uri)
{
	static char text[ACL_TEXT_MAX + 1];
	const struct acl_node *n = tree_at(tree(st), uri);

	if (!n)
		return NULL;
	acl_format(n->acl, text);
	return text;
}

static void assert_alike(const struct acl_node *a, const struct acl_node *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->access, b->access);
	assert_int_equal(a->permanent, b->permanent);
	assert_true(acl_same(a->acl, b->acl));
	assert_int_equal(a->broken, b->broken);
}

static void assert_same_tree(const struct acl_tree *a, const struct acl_tree *b)
{
	const struct acl_node *n, *m;
	char uri[ACL_URI_MAX + 1];

	assert_int_equal(a->count, b->count);
	for (n = &a->root; n; n = acl_node_after(&a->root, n, false)) {
		acl_node_uri(n, uri);
		m = tree_at(b, uri);
		if (!m)
			fail_msg("%s is missing", uri);
		assert_alike(n, m);
	}
}

static void begins_with_the_root(void **state)
{
	(void)state;
	assert_int_equal(acl_store_open(dir, false, &store, err, sizeof(err)), -ENOENT);
	assert_non_null(strstr(err, "omasec acl import"));
	open_at(&store);
	assert_int_equal(tree(store)->count, 0);
	assert_string_equal(list_at(store, "."), ACL_ROOT_DEFAULT);
}

static void keeps_what_was_changed(void **state)
{
	(void)state;
	open_at(&store);
	assert_int_equal(add("./A/B/C", ACL_KIND_LEAF, NULL), 0);
	assert_int_equal(add("./New/X", ACL_KIND_LEAF, "srv"), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A/B", "Replace=z+a&Get=*+q&Replace=a"), 0);
	reopen();
	assert_string_equal(list_at(store, "./A/B"), "Get=*&Replace=a+z");
	assert_string_equal(list_at(store, "./A/B/C"), "");
	assert_string_equal(list_at(store, "./New"), "Add=srv&Delete=srv&Get=srv&Replace=srv");
	assert_int_equal(tree_at(tree(store), "./A")->kind, ACL_KIND_INTERIOR);
	assert_int_equal(tree_at(tree(store), "./A/B/C")->kind, ACL_KIND_LEAF);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A/B", ""), 0);
	reopen();
	assert_string_equal(list_at(store, "./A/B"), "");
}

static void describes(void **state)
{
	struct acl_change c = change(ACL_CHANGE_DESCRIBE, "./A", NULL);

	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_UNKNOWN, NULL), 0);
	c.kind = ACL_KIND_LEAF;
	c.access = ACL_GET | ACL_ACCESS_COPY;
	c.permanent = true;
	assert_int_equal(acl_store_change(store, &c, 1), 0);
	reopen();
	assert_int_equal(tree_at(tree(store), "./A")->kind, ACL_KIND_LEAF);
	assert_int_equal(tree_at(tree(store), "./A")->access, ACL_GET | ACL_ACCESS_COPY);
	assert_true(tree_at(tree(store), "./A")->permanent);
	assert_int_equal(add("./A/B", ACL_KIND_LEAF, NULL), -ENOTDIR);
	c.kind = ACL_KIND_UNKNOWN;
	assert_int_equal(acl_store_change(store, &c, 1), 0);
	/* becomes an interior node by what is added beneath, and stays one */
	assert_int_equal(add("./A/B", ACL_KIND_LEAF, NULL), 0);
	reopen();
	assert_int_equal(tree_at(tree(store), "./A")->kind, ACL_KIND_INTERIOR);
	c.kind = ACL_KIND_LEAF;
	assert_int_equal(acl_store_change(store, &c, 1), -ENOTEMPTY);
	assert_int_equal(tree_at(tree(store), "./A")->kind, ACL_KIND_INTERIOR);
}

static void deletion_takes_lists_along(void **state)
{
	(void)state;
	open_at(&store);
	assert_int_equal(add("./A/B/C", ACL_KIND_LEAF, NULL), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A/B/C", "Get=x"), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A/B", "Get=y"), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_DELETE, "./A/B", NULL), 0);
	reopen();
	assert_null(list_at(store, "./A/B"));
	assert_int_equal(tree(store)->count, 1);
	assert_int_equal(add("./A/B/C", ACL_KIND_LEAF, NULL), 0);
	reopen();
	assert_string_equal(list_at(store, "./A/B"), "");
	assert_string_equal(list_at(store, "./A/B/C"), "");
}

static void renaming_moves_lists(void **state)
{
	(void)state;
	open_at(&store);
	assert_int_equal(add("./A/B/C", ACL_KIND_LEAF, NULL), 0);
	assert_int_equal(add("./A/Z", ACL_KIND_LEAF, NULL), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A/B/C", "Get=x"), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_RENAME, "./A/B", "Z"), -EEXIST);
	assert_int_equal(do_one(store, ACL_CHANGE_RENAME, "./A/B", "b\303\244r"), 0);
	reopen();
	assert_null(list_at(store, "./A/B"));
	assert_string_equal(list_at(store, "./A/b\303\244r/C"), "Get=x");
	assert_int_equal(do_one(store, ACL_CHANGE_RENAME, ".", "x"), -EPERM);
}

static void copying_leaves_lists_behind(void **state)
{
	(void)state;
	open_at(&store);
	assert_int_equal(add("./A/B", ACL_KIND_LEAF, NULL), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A/B", "Get=x"), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_COPY, "./A/B", "./A/C"), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_COPY, "./A/B", "./A/C"), -EEXIST);
	assert_int_equal(do_one(store, ACL_CHANGE_COPY, "./A/B", "./X/C"), -ENOENT);
	assert_int_equal(do_one(store, ACL_CHANGE_COPY, "./A", "./X"), -EISDIR);
	reopen();
	assert_string_equal(list_at(store, "./A/C"), "");
	assert_int_equal(tree(store)->count, 3);
}

static void all_or_nothing(void **state)
{
	struct acl_change c[3];

	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_INTERIOR, NULL), 0);
	c[0] = change(ACL_CHANGE_ADD, "./A/B", NULL);
	c[1] = change(ACL_CHANGE_SET, "./A", "Get=x");
	c[2] = change(ACL_CHANGE_SET, "./A/B", "Get=");
	assert_int_equal(acl_store_change(store, c, 3), -EINVAL);
	assert_non_null(strstr(acl_store_error(store), "./A/B"));
	assert_string_equal(list_at(store, "./A"), "");
	assert_null(list_at(store, "./A/B"));
	reopen();
	assert_string_equal(list_at(store, "./A"), "");
	assert_int_equal(tree(store)->count, 1);
	c[2].text = "";
	c[2].text_len = 0;
	assert_int_equal(acl_store_change(store, c, 3), 0);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, ".", ""), -EPERM);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A?prop=ACL", "Get=*"), -EINVAL);
	assert_int_equal(do_one(store, ACL_CHANGE_DELETE, "./N", NULL), -ENOENT);
}

/* The daemon judges by what the tool wrote, without being told. */
static void others_see_changes(void **state)
{
	struct acl_tree *before;

	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	open_at(&other);
	before = tree(other);
	assert_int_equal(tree_judge(before, "srv", ACL_CMD_GET, "./A", NULL).status, 200);
	assert_ptr_equal(tree_at(tree(other), "./A"), tree_at(before, "./A"));
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A", "Get=other"), 0);
	assert_int_equal(tree_judge(tree(other), "srv", ACL_CMD_GET, "./A", NULL).status, 425);
	/* and a change is made to what is there, not to what was */
	assert_int_equal(do_one(store, ACL_CHANGE_DELETE, "./A", NULL), 0);
	assert_int_equal(do_one(other, ACL_CHANGE_SET, "./A", "Get=*"), -ENOENT);
	assert_null(list_at(store, "./A"));
}

static void trees_are_replaced(void **state)
{
	struct acl_tree t;

	(void)state;
	open_at(&store);
	assert_int_equal(add("./Old/X", ACL_KIND_LEAF, NULL), 0);
	tree_example(&t);
	tree_at(&t, "./NodeC")->permanent = true;
	tree_at(&t, "./NodeB/Node2")->access = ACL_GET;
	assert_int_equal(acl_tree_set(&t, &t.root, "Add=*&Get=a", 11, NULL), 0);
	assert_int_equal(acl_store_replace(store, &t), 0);
	assert_same_tree(&t, tree(store));
	reopen();
	assert_same_tree(&t, tree(store));
	acl_tree_break(&t, tree_at(&t, "./NodeC"));
	assert_int_equal(acl_store_replace(store, &t), -EINVAL);
	assert_string_equal(list_at(store, "./NodeC"), "Get=ServerA&Replace=ServerA");
	acl_tree_free(&t);
}

/* ---- changes at random, beside a tree that has no store ------------------- */

static void uri_at_random(char *uri, uint64_t *seed)
{
	unsigned int depth = 1 + tree_random(seed) % 4;
	char *at = uri;

	*at++ = '.';
	while (depth--)
		at += sprintf(at, "/%c", 'a' + (int)(tree_random(seed) % 4));
}

/* The same change of a plain tree. 0 or whatever it is refused with. */
static int change_plain(struct acl_tree *t, const struct acl_change *c)
{
	static const struct acl_principal local = { ACL_LOCAL, NULL, 0 };
	struct acl_node *n = tree_at(t, c->uri), *made;
	struct acl_uri uri;

	assert_int_equal(acl_uri_parse(c->uri, c->uri_len, &uri), 0);
	if (c->what == ACL_CHANGE_ADD)
		return acl_tree_create(t, &uri, c->kind, c->creator ? c->creator : &local, &made);
	if (!n)
		return -ENOENT;
	if (c->what == ACL_CHANGE_DELETE)
		return acl_tree_delete(t, n);
	if (c->what == ACL_CHANGE_RENAME)
		return acl_tree_rename(t, n, c->text, c->text_len);
	return acl_tree_set(t, n, c->text, c->text_len, NULL);
}

static void changes_at_random(void **state)
{
	static const char *const lists[] = { "", "Get=*", "Replace=s+t&Add=s", "Get=", "Delete=t&Get=t" };
	static const char *const names[] = { "a", "b", "c", "d" };
	struct acl_principal who = { ACL_SERVER, "s", 1 };
	unsigned int round, done = 0, failed = 0;
	uint64_t seed = 0xacacac;
	struct acl_tree plain;
	char uri[32];

	(void)state;
	tree_new(&plain);
	open_at(&store);
	open_at(&other);
	for (round = 0; round < 1500; round++) {
		struct acl_store *by = tree_random(&seed) % 3 ? store : other;
		unsigned int what = tree_random(&seed) % 8;
		struct acl_change c;
		int rc;

		uri_at_random(uri, &seed);
		c = change(what < 4 ? ACL_CHANGE_ADD : what == 4 ? ACL_CHANGE_DELETE : what == 5 ?
			   ACL_CHANGE_RENAME : ACL_CHANGE_SET, uri, NULL);
		c.kind = (enum acl_kind)(tree_random(&seed) % 3);
		c.creator = tree_random(&seed) % 2 ? &who : NULL;
		c.text = what == 5 ? names[tree_random(&seed) % 4] : lists[tree_random(&seed) % 5];
		c.text_len = strlen(c.text);
		rc = change_plain(&plain, &c);
		assert_int_equal(acl_store_change(by, &c, 1), rc);
		done += !rc;
		failed += !!rc;
		if (round % 50)
			continue;
		assert_same_tree(&plain, tree(store));
		assert_same_tree(&plain, tree(other));
		if (round % 200 == 0)
			reopen();
	}
	assert_same_tree(&plain, tree(store));
	assert_true(done > 300 && failed > 300);
	acl_tree_free(&plain);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void hundred_thousand_nodes(void **state)
{
	struct acl_node *parent = NULL, *n;
	struct acl_tree t;
	char name[16];
	double begin;
	int i;

	(void)state;
	tree_new(&t);
	for (i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(acl_tree_add(&t, i % 100 ? parent : &t.root, name, strlen(name),
					      ACL_KIND_UNKNOWN, &n), 0);
		if (i % 100 == 0)
			parent = n;
		if (i % 10 == 0)
			assert_int_equal(acl_tree_set(&t, n, "Get=a+b&Replace=a", 17, NULL), 0);
	}
	open_at(&store);
	begin = now();
	assert_int_equal(acl_store_replace(store, &t), 0);
	reopen();
	assert_same_tree(&t, tree(store));
	print_message("written and read in %.2f s\n", now() - begin);
	assert_true(now() - begin < 20);	/* seconds, under sanitizers */
	assert_int_equal(do_one(store, ACL_CHANGE_DELETE, "./n0", NULL), 0);
	assert_int_equal(tree(store)->count, 100000 - 100);
	acl_tree_free(&t);
}

/* ---- a process that ends at any point ------------------------------------ */

/*
 * Change @i makes ./A/s@i and ./B/s@i with lists and deletes those of @i - 3, in one
 * transaction, and renames those of @i - 1 from s to t. Whatever happens there are as
 * many in A as in B and the last told one is there.
 */
static int kill_step(struct acl_store *st, unsigned int i)
{
	char uri[8][32], list[32], name[16];
	struct acl_change c[8];
	unsigned int n = 0, p;

	snprintf(list, sizeof(list), "Get=srv%u", i);
	snprintf(name, sizeof(name), "t%u", i - 1);
	for (p = 0; p < 2; p++) {
		snprintf(uri[n], sizeof(uri[n]), "./%c/s%u", 'A' + p, i);
		c[n] = change(ACL_CHANGE_ADD, uri[n], NULL);
		c[n + 1] = change(ACL_CHANGE_SET, uri[n], list);
		n += 2;
		if (i > 1) {
			snprintf(uri[n], sizeof(uri[n]), "./%c/s%u", 'A' + p, i - 1);
			c[n] = change(ACL_CHANGE_RENAME, uri[n], name);
			n++;
		}
		if (i > 3) {
			snprintf(uri[n], sizeof(uri[n]), "./%c/t%u", 'A' + p, i - 3);
			c[n] = change(ACL_CHANGE_DELETE, uri[n], NULL);
			n++;
		}
	}
	return acl_store_change(st, c, n);
}

static void writer(unsigned int from, int to)
{
	struct acl_store *st;
	unsigned int i;

	if (acl_store_open(dir, true, &st, err, sizeof(err)))
		_exit(2);
	for (i = from; ; i++)
		if (kill_step(st, i) || write(to, &i, sizeof(i)) != sizeof(i))
			_exit(3);
}

/* The number of the last change of which everything is there, and nothing is of another. */
static unsigned int last_whole(unsigned int from)
{
	const struct acl_tree *t = tree(store);
	unsigned int i, last = from;
	char uri[32], list[32];

	for (i = from; i < from + 2; i++) {
		snprintf(uri, sizeof(uri), "./A/s%u", i);
		if (tree_at(t, uri))
			last = i;
	}
	if (last < 4)
		return last;
	assert_int_equal(t->count, 2 + 6);
	for (i = last - 2; i <= last; i++) {
		snprintf(list, sizeof(list), "Get=srv%u", i);
		snprintf(uri, sizeof(uri), "./A/%c%u", i == last ? 's' : 't', i);
		assert_string_equal(list_at(store, uri), list);
		uri[2] = 'B';
		assert_string_equal(list_at(store, uri), list);
	}
	return last;
}

static void killed_at_any_point(void **state)
{
	unsigned int round, told = 0, got, killed = 0;
	uint64_t seed = 88172645463325252u;
	int status, fd[2];
	pid_t pid;

	(void)state;
	for (round = 0; round < 60; round++) {
		assert_int_equal(pipe(fd), 0);
		pid = fork();
		if (!pid) {
			close(fd[0]);
			writer(told + 1, fd[1]);
		}
		close(fd[1]);
		usleep(1000 + tree_random(&seed) % 40000);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		while (read(fd[0], &got, sizeof(got)) == sizeof(got)) {
			assert_int_equal(got, told + 1);
			told = got;
			killed++;
		}
		close(fd[0]);
		open_at(&store);
		if (told) {
			/* the one after it may be there as well: killed before it could tell */
			got = last_whole(told);
			assert_true(got == told || got == told + 1);
			told = got;
		} else {
			told = last_whole(0);
		}
		acl_store_close(store);
		store = NULL;
	}
	assert_true(killed > 20);
}

/* ---- files that are not right -------------------------------------------- */

static void sql(const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void refused(int rc, const char *says)
{
	assert_int_equal(acl_store_open(dir, true, &store, err, sizeof(err)), rc);
	assert_null(store);
	if (!strstr(err, says))
		fail_msg("%s", err);
}

static void refuses_what_is_not_its_own(void **state)
{
	int fd;

	(void)state;
	open_at(&store);
	acl_store_close(store);
	store = NULL;
	sql("PRAGMA user_version = 2");
	refused(-EPROTO, "newer omasec");
	sql("PRAGMA user_version = 1; PRAGMA application_id = 1869439347");
	refused(-EUCLEAN, "restore a copy");
	unlink(file);
	sql("CREATE TABLE t (x)");
	refused(-EUCLEAN, "restore a copy");
	fd = open(file, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, "no database at all, and long enough to be read", 46), 46);
	close(fd);
	refused(-EUCLEAN, "restore a copy");
	unlink(file);
	assert_int_equal(symlink("/dev/null", file), 0);
	refused(-ELOOP, "see to owner");
	unlink(file);
	chmod(dir, 0777);
	refused(-EPERM, "chmod it to 0700");
	chmod(dir, 0700);
}

static void refuses_damaged_pages(void **state)
{
	uint8_t noise[4096];
	char name[16];
	int i, fd;

	(void)state;
	open_at(&store);
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "./n%d", i);
		assert_int_equal(add(name, ACL_KIND_LEAF, NULL), 0);
	}
	acl_store_close(store);
	store = NULL;
	memset(noise, 0xa5, sizeof(noise));
	fd = open(file, O_WRONLY);
	assert_int_equal(pwrite(fd, noise, sizeof(noise), 4096), sizeof(noise));
	close(fd);
	refused(-EUCLEAN, "damaged");
}

/* What no check of SQLite finds must not become a tree that allows more. */
static void refuses_damaged_trees(void **state)
{
	static const char *const damage[] = {
		"UPDATE node SET acl = 'Get=' WHERE id = 2",
		"UPDATE node SET acl = 'Get=*&Replace' WHERE id = 1",
		"UPDATE node SET name = 'a/b' WHERE id = 2",
		"UPDATE node SET name = '' WHERE id = 2",
		"UPDATE node SET kind = 2 WHERE id = 2",
		"PRAGMA foreign_keys = OFF; DELETE FROM node WHERE id = 2",
		"PRAGMA foreign_keys = OFF; DELETE FROM node",
	};
	struct acl_tree *t;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		open_at(&store);
		assert_int_equal(add("./A/B", ACL_KIND_LEAF, NULL), 0);
		tree(store);
		sql(damage[i]);
		/* also while it is open */
		assert_int_equal(acl_store_load(store, &t), -EUCLEAN);
		assert_null(t);
		assert_non_null(strstr(acl_store_error(store), "restore a copy"));
		assert_int_equal(do_one(store, ACL_CHANGE_SET, ".", "Get=*&Replace=*"), -EUCLEAN);
		acl_store_close(store);
		store = NULL;
		unlink(file);
	}
}

static void waits_for_other_writers(void **state)
{
	sqlite3 *db;

	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	/* Reading goes on; writing gives up in time, and nothing has changed. */
	assert_string_equal(list_at(store, "./A"), "");
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A", "Get=x"), -EBUSY);
	assert_string_equal(list_at(store, "./A"), "");
	sqlite3_close(db);
	assert_int_equal(do_one(store, ACL_CHANGE_SET, "./A", "Get=x"), 0);
}

/* Neither on the disk nor in memory, and the next one goes on from what was. */
static void full_disk_changes_nothing(void **state)
{
	struct rlimit old, small;
	struct acl_tree t, *now_there;
	char name[16];
	int i;

	(void)state;
	open_at(&store);
	assert_int_equal(add("./Old", ACL_KIND_LEAF, NULL), 0);
	tree_new(&t);
	for (i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "./n%d", i);
		tree_put(&t, name, ACL_KIND_LEAF, "Get=x");
	}
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 8192;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_true(acl_store_replace(store, &t) < 0);
	assert_non_null(strstr(acl_store_error(store), "cannot"));
	assert_true(do_one(store, ACL_CHANGE_SET, "./Old", "Get=x") < 0);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(acl_store_load(store, &now_there), 0);
	assert_int_equal(now_there->count, 1);
	assert_string_equal(list_at(store, "./Old"), "");
	assert_int_equal(acl_store_replace(store, &t), 0);
	reopen();
	assert_same_tree(&t, tree(store));
	acl_tree_free(&t);
}

/* A row that cannot be written takes those before it back, in memory too. */
static void failed_rows_take_all_back(void **state)
{
	struct acl_change c[2] = { change(ACL_CHANGE_SET, "./A", "Get=x"), change(ACL_CHANGE_ADD, "./bad", NULL) };

	(void)state;
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	sql("CREATE TRIGGER t BEFORE INSERT ON node WHEN new.name = 'bad' BEGIN SELECT RAISE(FAIL, 'no'); END");
	assert_true(acl_store_change(store, c, 2) < 0);
	assert_non_null(strstr(acl_store_error(store), "no"));
	assert_string_equal(list_at(store, "./A"), "");
	assert_null(list_at(store, "./bad"));
}

/* In a process of another user. */
static void refuses_others(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	open_at(&store);
	acl_store_close(store);
	store = NULL;
	pid = fork();
	if (!pid) {
		struct acl_store *st;

		if (setuid(65534) || acl_store_open(dir, true, &st, err, sizeof(err)) != -EACCES ||
		    !strstr(err, "as root or as the user of omasecd"))
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* The tool is root's, the directory may be the helper's: so is what root makes in it. */
static void belongs_to_whom_the_directory_belongs(void **state)
{
	static const char *const names[] = { "", "-wal", "-shm" };
	char path[160];
	struct stat sb;
	int i;

	(void)state;
	if (geteuid())
		skip();
	assert_int_equal(chown(dir, 65534, 65534), 0);
	open_at(&store);
	assert_int_equal(add("./A", ACL_KIND_LEAF, NULL), 0);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", file, names[i]);
		assert_int_equal(stat(path, &sb), 0);
		assert_int_equal(sb.st_uid, 65534);
		assert_int_equal(sb.st_mode & 0777, 0600);
	}
}

/* ---- audit ---------------------------------------------------------------- */

static char found[4096];

static int gather(void *arg, const struct acl_audit *a)
{
	size_t at = strlen(found);

	(void)arg;
	snprintf(found + at, sizeof(found) - at, "%d:%s:%s:%s:%u:%s:%s\n", (int)a->time, a->server, a->command,
		 a->node, a->status, a->decider ? a->decider : "-", a->clause);
	return a->time == 999;
}

static const char *search(struct acl_audit_query q)
{
	found[0] = '\0';
	assert_int_equal(acl_store_search(store, &q, gather, NULL), 0);
	return found;
}

static void record(int time, const char *server, const char *node, bool allow)
{
	struct acl_audit a = {
		.time = time, .server = server, .command = "Get", .node = node, .allow = allow,
		.status = allow ? 200 : 425, .decider = allow ? NULL : "./A", .clause = allow ? "everybody" : "no-entry",
	};

	assert_int_equal(acl_store_audit(store, &a, 1), 0);
}

static void audit_is_searched(void **state)
{
	(void)state;
	open_at(&store);
	record(10, "one", "./A", true);
	record(20, "two", "./A/B?prop=ACL", false);
	record(30, "one", "./AB", false);
	record(40, "two", "./A?list=Struct", true);
	reopen();
	assert_string_equal(search((struct acl_audit_query){ .server = "one" }),
			    "10:one:Get:./A:200:-:everybody\n30:one:Get:./AB:425:./A:no-entry\n");
	assert_string_equal(search((struct acl_audit_query){ .node = "./A" }),
			    "10:one:Get:./A:200:-:everybody\n20:two:Get:./A/B?prop=ACL:425:./A:no-entry\n"
			    "40:two:Get:./A?list=Struct:200:-:everybody\n");
	assert_string_equal(search((struct acl_audit_query){ .node = ".", .since = 30 }),
			    "30:one:Get:./AB:425:./A:no-entry\n40:two:Get:./A?list=Struct:200:-:everybody\n");
	assert_string_equal(search((struct acl_audit_query){ .limit = 1 }), "40:two:Get:./A?list=Struct:200:-:everybody\n");
	assert_string_equal(search((struct acl_audit_query){ .denied_only = true, .server = "two" }),
			    "20:two:Get:./A/B?prop=ACL:425:./A:no-entry\n");
	assert_string_equal(search((struct acl_audit_query){ .server = "tw" }), "");
}

static void audit_is_rotated(void **state)
{
	struct acl_audit a[7];
	int i;

	(void)state;
	open_at(&store);
	acl_store_audit_keep(store, 3);
	for (i = 0; i < 7; i++)
		a[i] = (struct acl_audit){ .time = i, .server = "s", .command = "Get", .node = "./A", .clause = "everybody" };
	assert_int_equal(acl_store_audit(store, a, 7), 0);
	assert_string_equal(search((struct acl_audit_query){ 0 }),
			    "4:s:Get:./A:0:-:everybody\n5:s:Get:./A:0:-:everybody\n6:s:Get:./A:0:-:everybody\n");
	record(7, "s", "./A", true);
	assert_string_equal(search((struct acl_audit_query){ 0 }),
			    "5:s:Get:./A:0:-:everybody\n6:s:Get:./A:0:-:everybody\n7:s:Get:./A:200:-:everybody\n");
	/* Records are no change of the tree in this process. */
	assert_ptr_equal(tree(store), tree(store));
}

static void audit_is_filled_from_decisions(void **state)
{
	char decider[ACL_URI_MAX + 1];
	struct acl_audit a = { .time = 1, .server = "ServerX", .command = "Get", .node = "./NodeB/Node3/Node4" };
	struct acl_decision d;
	struct acl_tree t;

	(void)state;
	tree_example(&t);
	d = tree_judge(&t, "ServerA", ACL_CMD_GET, a.node, NULL);
	acl_audit_fill(&a, &d, decider);
	assert_false(a.allow);
	assert_int_equal(a.status, 425);
	assert_string_equal(a.decider, "./NodeB/Node3");
	assert_string_equal(a.clause, "not-named");
	acl_tree_free(&t);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(begins_with_the_root), TEST(keeps_what_was_changed), TEST(describes),
		TEST(deletion_takes_lists_along), TEST(renaming_moves_lists), TEST(copying_leaves_lists_behind),
		TEST(all_or_nothing), TEST(others_see_changes), TEST(trees_are_replaced),
		TEST(changes_at_random),
		TEST(hundred_thousand_nodes), TEST(killed_at_any_point), TEST(refuses_what_is_not_its_own),
		TEST(refuses_damaged_pages), TEST(refuses_damaged_trees), TEST(waits_for_other_writers),
		TEST(full_disk_changes_nothing), TEST(failed_rows_take_all_back), TEST(refuses_others),
		TEST(belongs_to_whom_the_directory_belongs),
		TEST(audit_is_searched), TEST(audit_is_rotated), TEST(audit_is_filled_from_decisions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
