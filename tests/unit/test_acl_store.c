// SPDX-License-Identifier: GPL-2.0
/*
 * The store of the management tree: what was changed is there after SIGKILL and nothing
 * else, and other processes see it.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include <dm/facts.h>

#include "acl_store_dir.h"

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

static void steps_are_one_change(void **state)
{
	struct acl_change a = change(ACL_CHANGE_ADD, "./A", NULL), gone = change(ACL_CHANGE_DELETE, "./None", NULL);
	struct acl_due due = { .msg = 1, .cmd = 2, .what = ACL_DUE_ADD, .command = DM_CMD_ADD };
	static struct acl_dues dues;
	struct acl_tree *t;

	(void)state;
	open_at(&store);
	acl_dues_init(&dues);
	assert_int_equal(acl_dues_add(&dues, &due, "./A", NULL), 0);
	assert_int_equal(acl_store_begin(store, &t), 0);
	assert_int_equal(acl_store_step(store, &a), 0);
	assert_int_equal(acl_store_step(store, &gone), 1);
	assert_int_equal(acl_store_dues_put(store, "x", "s", &dues), 0);
	assert_int_equal(acl_store_finish(store, -EIO), -EIO);
	reopen();
	assert_null(list_at(store, "./A"));
	assert_int_equal(acl_store_dues(store, "x", "s", &dues), 0);
	assert_int_equal(acl_dues_add(&dues, &due, "./A", NULL), 0);
	assert_int_equal(acl_store_begin(store, &t), 0);
	assert_int_equal(acl_store_step(store, &a), 0);
	assert_int_equal(acl_store_dues_put(store, "x", "s", &dues), 0);
	assert_int_equal(acl_store_finish(store, 0), 0);
	reopen();
	assert_non_null(list_at(store, "./A"));
	assert_int_equal(acl_store_dues(store, "x", "s", &dues), 1);
	assert_int_equal(dues.count, 1);
	assert_string_equal(acl_due_text(&dues, dues.due[0].uri), "./A");
}

/* One session an account; others see what waits in it. */
static void what_is_due_is_of_one_session(void **state)
{
	struct acl_tree empty;
	struct acl_due due = { .msg = 1, .cmd = 2, .what = ACL_DUE_ADD, .command = DM_CMD_ADD };
	static struct acl_dues dues;

	(void)state;
	open_at(&store);
	acl_dues_init(&dues);
	acl_dues_add(&dues, &due, "./A", NULL);
	due.what = ACL_DUE_STATUS;
	due.code = 425;
	acl_dues_add(&dues, &due, "./B", NULL);
	assert_int_equal(acl_store_dues_put(store, "x", "1", &dues), 0);
	assert_int_equal(acl_store_dues(store, "x", "2", &dues), 0);
	assert_int_equal(dues.count, 0);
	assert_int_equal(acl_store_dues(store, "y", "1", &dues), 0);
	assert_int_equal(acl_store_dues_others(store, "x", &dues), 0);
	assert_int_equal(dues.count, 0);
	assert_int_equal(acl_store_dues_others(store, "y", &dues), 0);
	assert_int_equal(dues.count, 1);
	/* what ended without a Status stays, for its own server too, until the tree is replaced */
	assert_int_equal(acl_store_dues_put(store, "x", "", NULL), 0);
	assert_int_equal(acl_store_dues(store, "x", "1", &dues), 0);
	assert_int_equal(acl_store_dues_others(store, "x", &dues), 0);
	assert_int_equal(dues.count, 1);
	assert_string_equal(acl_due_text(&dues, dues.due[0].uri), "./A");
	assert_int_equal(acl_store_dues_put(store, "x", "1", &dues), 0);
	assert_int_equal(acl_store_dues_put(store, "x", "2", NULL), 0);
	assert_int_equal(acl_store_dues_others(store, "x", &dues), 0);
	assert_int_equal(dues.count, 2);
	tree_new(&empty);
	assert_int_equal(acl_tree_set(&empty, &empty.root, "Get=*", 5, NULL), 0);
	assert_int_equal(acl_store_replace(store, &empty), 0);
	acl_tree_free(&empty);
	assert_int_equal(acl_store_dues_others(store, "x", &dues), 0);
	assert_int_equal(dues.count, 0);
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

/* Of this process: what else the machine does must not count. */
static double cpu_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Writes a tree of so many nodes and reads it again; seconds of the processor. */
static double written_and_read(int nodes)
{
	struct acl_node *parent = NULL, *n;
	struct acl_tree t;
	char name[16];
	double begin;
	int i;

	tree_new(&t);
	for (i = 0; i < nodes; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_int_equal(acl_tree_add(&t, i % 100 ? parent : &t.root, name, strlen(name),
					      ACL_KIND_UNKNOWN, &n), 0);
		if (i % 100 == 0)
			parent = n;
		if (i % 10 == 0)
			assert_int_equal(acl_tree_set(&t, n, "Get=a+b&Replace=a", 17, NULL), 0);
	}
	begin = cpu_now();
	assert_int_equal(acl_store_replace(store, &t), 0);
	reopen();
	begin = cpu_now() - begin;
	assert_same_tree(&t, tree(store));
	acl_tree_free(&t);
	return begin;
}

static void hundred_thousand_nodes(void **state)
{
	double few, many;

	(void)state;
	open_at(&store);
	few = written_and_read(10000);
	many = written_and_read(100000);
	print_message("10,000 nodes written and read in %.2f s, 100,000 in %.2f s\n", few, many);
	/* as much for each node: ten times; a square would be a hundred */
	assert_true(many < 40 * few);
	assert_int_equal(do_one(store, ACL_CHANGE_DELETE, "./n0", NULL), 0);
	assert_int_equal(tree(store)->count, 100000 - 100);
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
	/* A slow machine gets more time for a change, and more rounds. */
	for (round = 0; round < 60 || (killed <= 20 && round < 300); round++) {
		assert_int_equal(pipe(fd), 0);
		pid = fork();
		if (!pid) {
			close(fd[0]);
			writer(told + 1, fd[1]);
		}
		close(fd[1]);
		usleep(1000 + tree_random(&seed) % (40000 * (1 + round / 60)));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(begins_with_the_root), TEST(keeps_what_was_changed), TEST(describes),
		TEST(deletion_takes_lists_along), TEST(renaming_moves_lists), TEST(copying_leaves_lists_behind),
		TEST(steps_are_one_change), TEST(what_is_due_is_of_one_session), TEST(all_or_nothing), TEST(others_see_changes), TEST(trees_are_replaced), TEST(changes_at_random),
		TEST(hundred_thousand_nodes), TEST(killed_at_any_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
