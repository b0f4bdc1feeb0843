// SPDX-License-Identifier: GPL-2.0
/* omasec acl as it is called: what is printed where, and the exit codes. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <jansson.h>

#include "cmocka_table.h"
#include "userspace/tool/tool.h"

#define TREE(x) "<MgmtTree>\n" x "</MgmtTree>"
#define EXAMPLE OMASEC_TEST_DATA "/../Documentation/examples/tree.xml"

/* What was printed by the last run. */
static char out[1 << 16], err[1 << 16];

static int capture(FILE *stream, int fd)
{
	int to = memfd_create("capture", MFD_CLOEXEC), was = dup(fd);

	assert_true(to >= 0 && was >= 0);
	fflush(stream);
	dup2(to, fd);
	close(to);
	return was;
}

static void captured(FILE *stream, int fd, int was, char *text, size_t size)
{
	ssize_t n;

	fflush(stream);
	n = pread(fd, text, size - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	dup2(was, fd);
	close(was);
}

/* Up to the first NULL. The command of the table is run, with its name in errors. */
#define omasec(json, ...) run_args(json, (const char *[]){ __VA_ARGS__, NULL })
static int run_args(bool json, const char *const *words)
{
	struct tool t = { .json = json, .secret_fd = -1 };
	char *argv[10] = { NULL };
	int argc = 0, used, rc, was[2], i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], "--file"))
			t.tree_file = words[++i];
		else
			argv[argc++] = (char *)(uintptr_t)words[i];
	t.command = command_find(argc, argv, &used);
	assert_non_null(t.command);
	was[0] = capture(stdout, STDOUT_FILENO);
	was[1] = capture(stderr, STDERR_FILENO);
	rc = t.command->run(&t, argc - used, argv + used);
	captured(stderr, STDERR_FILENO, was[1], err, sizeof(err));
	captured(stdout, STDOUT_FILENO, was[0], out, sizeof(out));
	return rc;
}

/* A file with @text; /dev/fd is read like any other. */
static const char *file(const char *text)
{
	static char path[4][32];
	static int fd[4], next;
	int i = next++ % 4;

	if (fd[i])
		close(fd[i]);
	fd[i] = memfd_create("tree", MFD_CLOEXEC);
	assert_int_equal(write(fd[i], text, strlen(text)), strlen(text));
	snprintf(path[i], sizeof(path[i]), "/proc/self/fd/%d", fd[i]);
	return path[i];
}

static json_t *json_of(const char *key)
{
	json_t *all = json_loads(out, 0, NULL), *value;

	assert_non_null(all);
	assert_int_equal(json_integer_value(json_object_get(all, "schema")), 1);
	value = json_incref(json_object_get(all, key));
	assert_non_null(value);
	json_decref(all);
	return value;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

#define LIST(a) "<RTProperties><ACL>" a "</ACL></RTProperties>"
#define NODE(n, x) "<Node><NodeName>" n "</NodeName>" x "</Node>\n"

static void check_tells_all_faults(void **state)
{
	const char *path = file(TREE(NODE("A", LIST("Get=")) NODE("B", LIST("get=*")) NODE("A", "")));
	char line[256];
	json_t *o;

	(void)state;
	assert_int_equal(omasec(false, "acl", "check", path), 1);
	assert_string_equal(out, "");
	snprintf(line, sizeof(line), "%s:2: ./A: the ACL \"Get=\" cannot be read", path);
	assert_non_null(strstr(err, line));
	snprintf(line, sizeof(line), "%s:3: ./B: the ACL \"get=*\" cannot be read", path);
	assert_non_null(strstr(err, line));
	assert_non_null(strstr(err, ":4: .: node \"A\": there is a node of that name already"));
	assert_int_equal(omasec(true, "acl", "check", path), 1);
	o = json_of("acl-check");
	assert_int_equal(json_integer_value(json_object_get(o, "faults")), 3);
	assert_int_equal(json_array_size(json_object_get(o, "found")), 4);
	json_decref(o);
}

static void check_passes_what_is_right(void **state)
{
	(void)state;
	assert_int_equal(omasec(false, "acl", "check", EXAMPLE), 0);
	assert_string_equal(err, "");
	assert_non_null(strstr(out, "note: ./NodeB/Node3/Node5: a command is there twice"));
	assert_non_null(strstr(out, "Correct: 9 nodes, 7 with an ACL of their own.\n"));
}

static void files_are_told_apart(void **state)
{
	static const char *const verbs[] = { "show", "export" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(omasec(false, "acl", verbs[i], "--file", "/nonexistent"), 1);
		assert_non_null(strstr(err, "/nonexistent: No such file"));
		assert_int_equal(omasec(false, "acl", verbs[i], "--file", "/"), 1);
		assert_non_null(strstr(err, "this is a directory"));
		assert_int_equal(omasec(false, "acl", verbs[i], "--file", file("<x/>")), 1);
		assert_non_null(strstr(err, "expected MgmtTree"));
		assert_int_equal(omasec(false, "acl", verbs[i], ".", "more"), 2);
	}
	assert_int_equal(omasec(false, "acl", "check", "/nonexistent"), 1);
	assert_int_equal(omasec(false, "acl", "check"), 2);
	/* For questions 1 is an answer. */
	assert_int_equal(omasec(false, "acl", "why", "--file", "/nonexistent", "a", "Get", "."), 2);
	assert_int_equal(omasec(false, "acl", "why", "--file", file("<x/>"), "a", "Get", "."), 2);
	assert_int_equal(omasec(false, "acl", "diff", EXAMPLE, "/nonexistent"), 2);
	assert_int_equal(omasec(false, "acl", "diff", "/nonexistent", EXAMPLE), 2);
}

static void show_tells_from_where(void **state)
{
	json_t *o, *n;

	(void)state;
	assert_int_equal(omasec(false, "acl", "show", "--file", EXAMPLE), 0);
	assert_non_null(strstr(out, "    Node3/   Delete=ServerB&Get=ServerB&Replace=ServerB  own\n"));
	assert_non_null(strstr(out, "      Node4  Delete=ServerB&Get=ServerB&Replace=ServerB  from ./NodeB/Node3\n"));
	assert_int_equal(omasec(false, "acl", "show", "--file", EXAMPLE, "./NodeB/Node2"), 0);
	assert_string_equal(out, "Node2  Get=ServerA&Replace=ServerA  from ./NodeB\n");
	assert_int_equal(omasec(false, "acl", "show", "--file", EXAMPLE, "./None"), 1);
	assert_non_null(strstr(err, "there is no such node"));
	assert_int_equal(omasec(false, "acl", "show", "--file", EXAMPLE, "NodeB"), 2);
	assert_int_equal(omasec(false, "acl", "show", "--file", EXAMPLE, "./NodeB?prop=ACL"), 2);
	assert_int_equal(omasec(false, "acl", "show", "--file", file(TREE(NODE("A", "")))), 0);
	assert_non_null(strstr(out, ".     Add=*&Get=*  default\n"));
	assert_non_null(strstr(out, "  A   Add=*&Get=*  from .\n"));

	assert_int_equal(omasec(true, "acl", "show", "--file", EXAMPLE, "./NodeB/Node3"), 0);
	o = json_of("acl-nodes");
	assert_int_equal(json_array_size(o), 3);
	n = json_array_get(o, 1);
	assert_string_equal(text_of(n, "uri"), "./NodeB/Node3/Node4");
	assert_string_equal(text_of(n, "from"), "./NodeB/Node3");
	assert_true(json_is_null(json_object_get(n, "acl")));
	n = json_object_get(json_array_get(o, 2), "rights");
	assert_int_equal(json_object_size(n), 2);
	assert_int_equal(json_array_size(json_object_get(n, "Get")), 2);
	assert_string_equal(json_string_value(json_array_get(json_object_get(n, "Get"), 1)), "ServerB");
	json_decref(o);
}

static void lists_that_cannot_be_read_are_shown(void **state)
{
	const char *path = file(TREE(NODE("A", LIST("Get=*&amp;") NODE("B", ""))));
	json_t *o;

	(void)state;
	assert_int_equal(omasec(false, "acl", "show", "--file", path), 0);
	assert_non_null(strstr(out, "    B  (cannot be read)  from ./A\n"));
	assert_non_null(strstr(err, "cannot be read: expected"));
	assert_int_equal(omasec(false, "acl", "why", "--file", path, "x", "Get", "./A/B"), 1);
	assert_non_null(strstr(out, "broken: "));
	assert_int_equal(omasec(true, "acl", "show", "--file", path, "./A/B"), 0);
	o = json_of("acl-nodes");
	assert_int_equal(json_object_size(json_object_get(json_array_get(o, 0), "rights")), 0);
	json_decref(o);
	assert_int_equal(omasec(false, "acl", "export", "--file", path), 1);
	assert_string_equal(out, "");
}

/* A question about names that the device does not tell apart is answered with a warning. */
static void names_without_case_are_told_of(void **state)
{
	const char *path = file(TREE(NODE("A", "<DFProperties><CaseSense><CIS/></CaseSense></DFProperties>")));

	(void)state;
	assert_int_equal(omasec(false, "acl", "why", "--file", path, "x", "Get", "./A"), 0);
	assert_non_null(strstr(err, ":2: note: "));
	assert_non_null(strstr(err, "do not tell upper and lower case"));
}

static const struct answer {
	const char *words[6];
	int rc;
	const char *out;
} answers[] = {
	{ { "ServerB", "Replace", "./NodeB/Node3/Node4" }, 0,
	  "allowed (200): ServerB Replace ./NodeB/Node3/Node4\n"
	  "  node:   ./NodeB/Node3, its ACL is Delete=ServerB&Get=ServerB&Replace=ServerB\n"
	  "  right:  Replace\n  clause: named: " },
	{ { "ServerA", "Get", "./NodeB/Node3/Node4" }, 1, "denied (425): ServerA Get ./NodeB/Node3/Node4\n" },
	{ { "X", "Get", "./None" }, 1, "denied (404)" },
	{ { "X", "Get", "./A/../B" }, 1, "denied (400)" },
	{ { "ServerA", "Copy", "./NodeC", "./New" }, 0, "allowed" },
	{ { "ServerA", "Rename", "./NodeC", "NodeB" }, 1, "denied (418)" },
	{ { "ServerA", "Rename", "./NodeC" }, 0, "allowed" },
	{ { "ServerC", "Replace", "./NodeA/Node1?prop=ACL", "Get=X" }, 0, "allowed" },
	{ { "ServerC", "Replace", "./NodeA/Node1?prop=ACL", "Get=" }, 1, "denied (400)" },
	{ { "ServerA", "Replace", "./NodeC?prop=Name", "NodeB" }, 1, "denied (418)" },
	/* no answer */
	{ { "ServerA", "Copy", "./NodeC" }, 2, "" },
	{ { "ServerA", "Get", "./NodeC", "x" }, 2, "" },
	{ { "ServerA", "get", "./NodeC" }, 2, "" },
	{ { "a b", "Get", "./NodeC" }, 2, "" },
	{ { "*", "Get", "./NodeC" }, 2, "" },
	{ { "", "Get", "./NodeC" }, 2, "" },
	{ { "ServerA", "Get" }, 2, "" },
	{ { "ServerA" }, 2, "" },
	{ { "ServerA", "Copy", "./NodeC", "./New", "more" }, 2, "" },
};

static void why(void **state)
{
	const struct answer *a = *state;
	const char *const words[] = {
		"acl", "why", "--file", EXAMPLE, a->words[0], a->words[1], a->words[2], a->words[3], a->words[4], NULL,
	};

	assert_int_equal(run_args(false, words), a->rc);
	if (strncmp(out, a->out, strlen(a->out)))
		fail_msg("%s%s", out, err);
	assert_int_equal(!out[0], a->rc == 2);
	assert_int_equal(!err[0], a->rc != 2);
}

static void why_in_json(void **state)
{
	json_t *o;

	(void)state;
	assert_int_equal(omasec(true, "acl", "why", "--file", EXAMPLE, "ServerA", "Replace", "./NodeB/Node3?prop=ACL"), 0);
	o = json_of("acl-why");
	assert_true(json_is_true(json_object_get(o, "allowed")));
	assert_int_equal(json_integer_value(json_object_get(o, "status")), 200);
	assert_string_equal(text_of(o, "node"), "./NodeB");
	assert_string_equal(text_of(o, "acl"), "Get=ServerA&Replace=ServerA");
	assert_string_equal(text_of(o, "clause"), "parent-replace");
	assert_string_equal(text_of(o, "right"), "Replace");
	json_decref(o);
	assert_int_equal(omasec(true, "acl", "why", "--file", EXAMPLE, "ServerA", "Get", "./None"), 1);
	o = json_of("acl-why");
	assert_true(json_is_false(json_object_get(o, "allowed")));
	assert_true(json_is_null(json_object_get(o, "node")));
	json_decref(o);
}

static void nothing_is_told_of_a_faulty_tree(void **state)
{
	const char *path = file(TREE(NODE("A", LIST("Get=x")) NODE("A", LIST("Get=*"))));

	(void)state;
	assert_int_equal(omasec(false, "acl", "why", "--file", path, "y", "Get", "./A"), 2);
	assert_string_equal(out, "");
	assert_non_null(strstr(err, "each name once"));
	assert_int_equal(omasec(false, "acl", "show", "--file", path), 1);
	assert_int_equal(omasec(false, "acl", "export", "--file", path), 1);
	assert_int_equal(omasec(false, "acl", "diff", path, EXAMPLE), 2);
	assert_string_equal(out, "");
}

static void diff_tells_changes(void **state)
{
	const char *a = file(TREE(NODE("A", LIST("Get=b+a") NODE("B", "")) NODE("C", LIST("Get=*")) NODE("D", "")
				  NODE("F", "")));
	const char *b = file(TREE(NODE("F", "<Value/>") NODE("A", LIST("Get=a+b")) NODE("C", LIST("Get="))
				  NODE("D", LIST("Get=d")) NODE("E", LIST("Get=e"))));
	json_t *o;

	(void)state;
	assert_int_equal(omasec(false, "acl", "diff", a, b), 1);
	assert_string_equal(out, "~ ./A  other format\n- ./A/B  (inherits)\n~ ./C  Get=* -> (cannot be read)\n"
				 "~ ./D  (inherits) -> Get=d\n~ ./F  other format\n+ ./E  Get=e\n");
	assert_int_equal(omasec(true, "acl", "diff", a, b), 1);
	o = json_of("acl-diff");
	assert_int_equal(json_array_size(o), 6);
	assert_string_equal(text_of(json_array_get(o, 3), "to"), "Get=d");
	assert_string_equal(text_of(json_array_get(o, 5), "change"), "added");
	json_decref(o);
	assert_int_equal(omasec(false, "acl", "diff", a, a), 0);
	assert_string_equal(out, "");
}

static void export_is_the_same_tree(void **state)
{
	const char *path;

	(void)state;
	assert_int_equal(omasec(false, "acl", "export", "--file", EXAMPLE), 0);
	assert_non_null(strstr(out, "<ACL>Get=ServerA+ServerB&amp;Replace=ServerA</ACL>"));
	path = file(out);
	assert_int_equal(omasec(false, "acl", "diff", EXAMPLE, path), 0);
	assert_int_equal(omasec(true, "acl", "export", "--file", EXAMPLE), 2);
}

static void completes(void **state)
{
	static const struct { char *words[6]; const char *out; } rows[] = {
		{ { "acl" }, "show\nwhy\nset\ndel\noption\nimport\nexport\ndiff\naudit\ncheck\n" },
		{ { "acl", "option" }, "lists\ndelete\n" }, { { "acl", "option", "lists" }, "own\nmerge\n" },
		{ { "acl", "del" }, "" }, { { "acl", "import" }, "FILE\n" }, { { "acl", "diff", "x" }, "FILE\n" },
		{ { "acl", "diff", "x", "y" }, "" }, { { "acl", "why" }, "" },
		{ { "acl", "why", "x" }, "Add\nCopy\nDelete\nExec\nGet\nRename\nReplace\n" },
	};
	struct tool t = { .secret_fd = -1 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int argc = 0, was = capture(stdout, STDOUT_FILENO);

		while (rows[i].words[argc])
			argc++;
		help_complete(&t, argc, (char **)(uintptr_t)rows[i].words);
		captured(stdout, STDOUT_FILENO, was, out, sizeof(out));
		assert_string_equal(out, rows[i].out);
	}
}

int main(void)
{
	static char names[sizeof(answers) / sizeof(answers[0])][96];
	static struct table t;
	size_t i;

	table_add(&t, "check_tells_all_faults", check_tells_all_faults, NULL);
	table_add(&t, "check_passes_what_is_right", check_passes_what_is_right, NULL);
	table_add(&t, "files_are_told_apart", files_are_told_apart, NULL);
	table_add(&t, "show_tells_from_where", show_tells_from_where, NULL);
	table_add(&t, "lists_that_cannot_be_read_are_shown", lists_that_cannot_be_read_are_shown, NULL);
	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];

		snprintf(names[i], sizeof(names[i]), "why %s %s %s %s", a->words[0], a->words[1] ? a->words[1] : "",
			 a->words[2] ? a->words[2] : "", a->words[3] ? a->words[3] : "");
		table_add(&t, names[i], why, a);
	}
	table_add(&t, "names_without_case_are_told_of", names_without_case_are_told_of, NULL);
	table_add(&t, "why_in_json", why_in_json, NULL);
	table_add(&t, "nothing_is_told_of_a_faulty_tree", nothing_is_told_of_a_faulty_tree, NULL);
	table_add(&t, "diff_tells_changes", diff_tells_changes, NULL);
	table_add(&t, "export_is_the_same_tree", export_is_the_same_tree, NULL);
	table_add(&t, "completes", completes, NULL);
	return table_run("acl_tool", &t);
}
