// SPDX-License-Identifier: GPL-2.0
/*
 * Management trees in files: what is read, what of it is a fault and of what weight,
 * that a fault never opens a node, and that what is written reads as the same tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "acl_tree.h"
#include "userspace/tool/tnds.h"

#define NAME(n) "<NodeName>" n "</NodeName>"
#define ACL(a) "<RTProperties><ACL>" a "</ACL></RTProperties>"
#define NODE(n, x) "<Node>" NAME(n) x "</Node>"
#define FORMAT(f) "<RTProperties><Format><" f "/></Format></RTProperties>"
#define TREE(x) "<MgmtTree xmlns='syncml:dmddf1.2'><VerDTD>1.2</VerDTD>\n" x "</MgmtTree>"

static struct tnds doc;

static int teardown(void **state)
{
	(void)state;
	tnds_free(&doc);
	return 0;
}

static int read_octets(const char *text, size_t len)
{
	char *copy = exact_copy(text, len);
	int rc;

	tnds_free(&doc);
	rc = tnds_read(&doc, (uint8_t *)copy, len, tree_seed);
	free(copy);
	return rc;
}

static int read_text(const char *text)
{
	return read_octets(text, strlen(text));
}

static const char *list_of(const char *uri)
{
	static char out[ACL_TEXT_MAX + 1];

	assert_non_null(tree_at(&doc.tree, uri));
	acl_format(tree_at(&doc.tree, uri)->acl, out);
	return out;
}

static unsigned int faults(void)
{
	return doc.count[TNDS_TREE] + doc.count[TNDS_LIST];
}

static bool told(const char *text)
{
	unsigned int i;

	for (i = 0; i < doc.kept; i++)
		if (strstr(doc.fault[i].text, text))
			return true;
	return false;
}

/* ------------------------------------------------------------------ reading */

static const struct shape {
	const char *name, *text;
} shapes[] = {
	{ "nested", TREE(NODE("A", ACL("Get=x") NODE("B", FORMAT("chr")))) },
	{ "by path", TREE(NODE("A", ACL("Get=x")) NODE("B", "<Path>./A</Path>" FORMAT("chr"))) },
	{ "path with a slash at its end", TREE(NODE("A", ACL("Get=x")) NODE("B", "<Path>./A/</Path>" FORMAT("chr"))) },
	{ "path before its node", TREE(NODE("B", "<Path>./A</Path>" FORMAT("chr")) NODE("A", ACL("Get=x"))) },
	{ "path of the root", TREE(NODE("A", "<Path>.</Path>" ACL("Get=x") NODE("B", FORMAT("chr")))) },
	{ "under a root", TREE(NODE(".", NODE("A", ACL("Get=x") NODE("B", FORMAT("chr"))))) },
	{ "list behind the nodes", TREE(NODE("A", NODE("B", FORMAT("chr")) ACL("Get=x"))) },
	{ "list in CDATA", TREE(NODE("A", ACL("<![CDATA[Get=x]]>") NODE("B", FORMAT("chr")))) },
	{ "leaf by its value", TREE(NODE("A", ACL("Get=x") NODE("B", "<Value>v<Node/></Value>"))) },
	{ "format of a description", TREE(NODE("A", ACL("Get=x")
		NODE("B", "<DFProperties><DFFormat><chr/></DFFormat></DFProperties>"))) },
	{ "prefix", "<d:MgmtTree xmlns:d='syncml:dmddf1.2'><d:Node><d:NodeName>A</d:NodeName><d:RTProperties>"
		"<d:ACL>Get=x</d:ACL></d:RTProperties><d:Node><d:NodeName>B</d:NodeName><d:Value/></d:Node></d:Node>"
		"</d:MgmtTree>" },
	{ "document type", "<!DOCTYPE MgmtTree PUBLIC \"-//OMA//DTD-DM-DDF 1.2//EN\" 'x'>"
		TREE(NODE("A", ACL("Get=x") NODE("B", FORMAT("chr")))) },
};

static void takes(void **state)
{
	const struct shape *s = *state;

	assert_int_equal(read_text(s->text), 0);
	assert_int_equal(faults(), 0);
	assert_string_equal(list_of("./A"), "Get=x");
	assert_string_equal(list_of("./A/B"), "");
	assert_int_equal(tree_at(&doc.tree, "./A/B")->kind, ACL_KIND_LEAF);
	assert_int_equal(tree_at(&doc.tree, "./A")->kind, ACL_KIND_INTERIOR);
	assert_int_equal(doc.tree.count, 2);
	assert_string_equal(list_of("."), "Add=*&Get=*");
}

static void reads_the_root(void **state)
{
	(void)state;
	assert_int_equal(read_text(TREE(NODE(".", ACL("Add=*&amp;Replace=x") NODE("A", "")))), 0);
	assert_int_equal(faults(), 0);
	assert_true(doc.root_listed);
	assert_string_equal(list_of("."), "Add=*&Replace=x");
	/* no value: the default, and that is told */
	assert_int_equal(read_text(TREE(NODE(".", ACL("")))), 0);
	assert_false(doc.root_listed);
	assert_string_equal(list_of("."), "Add=*&Get=*");
	tnds_review(&doc);
	assert_true(told("there is no ACL for the root"));
	assert_int_equal(read_text(TREE(NODE(".", "") NODE(".", ""))), -EINVAL);
}

static void reads_descriptions(void **state)
{
	struct acl_node *n;

	(void)state;
	assert_int_equal(read_text(TREE(NODE("A", "<DFProperties><AccessType><Get/><Copy/><Exec/></AccessType>"
					     "<Scope><Permanent/></Scope></DFProperties>")
					NODE("B", "<DFProperties><Scope><Dynamic/></Scope></DFProperties>")
					NODE("C", "<DFProperties><AccessType/></DFProperties>")
					NODE("D", "<DFProperties><CaseSense><CIS/></CaseSense></DFProperties>"))), 0);
	assert_int_equal(faults(), 0);
	n = tree_at(&doc.tree, "./A");
	assert_int_equal(n->access, ACL_GET | ACL_EXEC | ACL_ACCESS_COPY);
	assert_true(n->permanent);
	assert_int_equal(tree_at(&doc.tree, "./B")->access, ACL_ACCESS_ANY);
	assert_false(tree_at(&doc.tree, "./B")->permanent);
	assert_int_equal(tree_at(&doc.tree, "./C")->access, 0);
	assert_int_equal(doc.count[TNDS_NOTE], 1);
	assert_int_equal(read_text(TREE(NODE("A", "<DFProperties><AccessType><Gett/></AccessType></DFProperties>"))), 0);
	assert_int_equal(doc.count[TNDS_TREE], 1);
}

/* ------------------------------------------------------------------ faults */

static const struct fault {
	const char *name, *text;
	int rc;
	unsigned int tree, list;
	const char *told;
} bad[] = {
	{ "not XML", "nothing", -EINVAL, 1, 0, "no element" },
	{ "empty", "", -EINVAL, 1, 0, "empty" },
	{ "ends early", "<MgmtTree><Node>", -EINVAL, 1, 0, "ends inside" },
	{ "ends are crossed", "<MgmtTree><Node></MgmtTree></Node>", -EINVAL, 1, 0, "well-formed" },
	{ "other root", "<Tree/>", -EINVAL, 1, 0, "expected MgmtTree" },
	{ "message", "<SyncML/>", -EINVAL, 1, 0, "DM message" },
	{ "entity", "<!DOCTYPE m [<!ENTITY a 'b'>]>" TREE(""), -EINVAL, 1, 0, "declarations of its own" },
	{ "undeclared entity", TREE(NODE("A", ACL("Get=&x;"))), -EINVAL, 1, 0, "well-formed" },
	{ "encoding", "<?xml version='1.0' encoding='UTF-16'?>" TREE(""), -EINVAL, 1, 0, "encoding" },
	{ "processing instruction", "<?x?>" TREE(""), -EINVAL, 1, 0, "processing instruction" },
	{ "element in a list", TREE(NODE("A", ACL("Get=<b/>x"))), -EINVAL, 1, 0, "text only" },
	{ "comment in a list", TREE(NODE("A", ACL("Get=<!-- -->x"))), -EINVAL, 1, 0, "comment" },
	{ "two lists", TREE(NODE("A", ACL("Get=x") ACL("Get=*"))), -EINVAL, 1, 0, "one ACL" },
	{ "two names", TREE(NODE("A", NAME("B"))), -EINVAL, 1, 0, "one NodeName" },
	{ "name behind the nodes", TREE("<Node>" NODE("B", "") NAME("A") "</Node>"), -EINVAL, 2, 0, "before the nodes" },
	{ "same name twice", TREE(NODE("A", ACL("Get=x")) NODE("A", ACL("Get=*"))), 0, 1, 0, "each name once" },
	{ "no name", TREE("<Node>" NODE("B", "") "</Node>"), 0, 1, 0, "without a name" },
	{ "empty name", TREE(NODE("", "")), 0, 1, 0, "without a name" },
	{ "slash in a name", TREE(NODE("A/B", "")), 0, 1, 0, "no node can have" },
	{ "dots as a name", TREE(NODE("..", "")), 0, 1, 0, "no node can have" },
	{ "other spelling", TREE(NODE("%41", "")), 0, 1, 0, "no node can have" },
	{ "other spelling, twice", TREE(NODE("a b", "") NODE("a%20b", "")), 0, 1, 0, "each name once" },
	{ "below a leaf", TREE(NODE("A", FORMAT("chr") NODE("B", ""))), 0, 1, 0, "below a leaf" },
	{ "leaf in the end", TREE(NODE("A", NODE("B", "") FORMAT("chr"))), 0, 1, 0, "nodes beneath" },
	{ "value of an interior node", TREE(NODE("A", FORMAT("node") "<Value>v</Value>")), 0, 1, 0, "no Value" },
	{ "path with dots", TREE(NODE("A", "<Path>./../B</Path>")), 0, 1, 0, "expected . or" },
	{ "path without dot", TREE(NODE("A", "<Path>B</Path>")), 0, 1, 0, "expected . or" },
	{ "path through a leaf", TREE(NODE("B", FORMAT("chr")) NODE("A", "<Path>./B/C</Path>")), 0, 1, 0, "leaf" },
	{ "path further down", TREE(NODE("B", NODE("A", "<Path>./B</Path>"))), 0, 1, 0, "first level" },
	{ "root that is a leaf", TREE(NODE(".", FORMAT("chr"))), 0, 1, 0, "Format node" },
	{ "list that ends with &", TREE(NODE("A", ACL("Get=*&amp;"))), 0, 0, 1, "octet 7" },
	{ "list with blanks", TREE(NODE("A", ACL(" Get=*"))), 0, 0, 1, "octet 1" },
	{ "list with a line end", TREE(NODE("A", ACL("Get=*\n"))), 0, 0, 1, "octet 6" },
	{ "list of a blank", TREE(NODE("A", ACL(" "))), 0, 0, 1, "./A: the ACL" },
	{ "list of the root", TREE(NODE(".", ACL("*"))), 0, 0, 1, ".: the ACL" },
};

static void tells(void **state)
{
	const struct fault *f = *state;

	if (read_text(f->text) != f->rc || doc.count[TNDS_TREE] != f->tree || doc.count[TNDS_LIST] != f->list ||
	    !told(f->told))
		fail_msg("%u of the tree, %u of lists: %s", doc.count[TNDS_TREE], doc.count[TNDS_LIST],
			 doc.kept ? doc.fault[0].text : "nothing told");
}

/* A node whose list is wrong allows nothing, nor does what inherits from it. */
static void broken_lists_allow_nothing(void **state)
{
	static const char *const lists[] = {
		"Get=*&amp;", "get=*", "Get= *", " ", "Get=*&amp;Foo=*", "Get=*\t", "Get=*&amp;&amp;Add=*", "*",
	};
	char text[512];
	size_t i;
	int c;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		snprintf(text, sizeof(text), TREE(NODE("A", ACL("%s") NODE("B", FORMAT("chr")))), lists[i]);
		assert_int_equal(read_text(text), 0);
		assert_int_equal(doc.count[TNDS_LIST], 1);
		for (c = 0; c < ACL_CMDS; c++) {
			assert_false(tree_judge(&doc.tree, "x", (enum acl_command)c, "./A", "./C").allow);
			assert_false(tree_judge(&doc.tree, "x", (enum acl_command)c, "./A/B", "./C").allow);
		}
		assert_int_equal(tree_judge(&doc.tree, "x", ACL_CMD_GET, ".", NULL).status, 200);
	}
}

static void lists_and_names_are_limited(void **state)
{
	static char text[ACL_TEXT_MAX + 512], list[ACL_TEXT_MAX + 32];
	unsigned int over;

	(void)state;
	for (over = 0; over < 20; over++) {
		memset(list, 'x', sizeof(list));
		memcpy(list, "Get=", 4);
		list[ACL_TEXT_MAX + over] = '\0';
		snprintf(text, sizeof(text), TREE(NODE("A", ACL("%s"))), list);
		assert_int_equal(read_text(text), 0);
		assert_int_equal(doc.count[TNDS_LIST], over > 0);
		assert_int_equal(tree_at(&doc.tree, "./A")->broken, over > 0);
		/* A list that would be whole where it is cut. */
		list[ACL_TEXT_MAX - 1] = '&';
	}
	list[4 + ACL_NAME_MAX] = '\0';
	snprintf(text, sizeof(text), TREE(NODE("%s", "")), list + 4);
	assert_int_equal(read_text(text), 0);
	assert_int_equal(faults(), 0);
	snprintf(text, sizeof(text), TREE(NODE("x%s", "")), list + 4);
	assert_int_equal(read_text(text), 0);
	assert_true(told("too long"));
}

/* All of it at once, each in its line; not without end. */
static void all_faults_are_told(void **state)
{
	static char text[65536];
	size_t at = 0;
	unsigned int i;

	(void)state;
	at += (size_t)sprintf(text, "<MgmtTree>\n");
	for (i = 0; i < 300; i++)
		at += (size_t)sprintf(text + at, NODE("n%u", ACL("Get=")) "\n", i);
	sprintf(text + at, "</MgmtTree>");
	assert_int_equal(read_text(text), 0);
	assert_int_equal(doc.count[TNDS_LIST], 300);
	assert_int_equal(doc.kept, TNDS_FAULTS_MAX);
	for (i = 0; i < doc.kept; i++)
		assert_int_equal(doc.fault[i].line, i + 2);
	assert_string_equal(doc.fault[7].text,
			    "./n7: the ACL \"Get=\" cannot be read: expected a server identifier or * at octet 5; until then it allows nothing");
}

static void review_is_of_use(void **state)
{
	(void)state;
	assert_int_equal(read_text(TREE(NODE(".", ACL("Add=a&amp;Get=*") "\n"
		NODE("A", ACL("Get=a&amp;Get=b") FORMAT("chr")) "\n"
		NODE("B", ACL("Get=*+b&amp;Replace=b") FORMAT("node")) "\n"
		NODE("C", ACL("Get=*") FORMAT("node"))))), 0);
	assert_int_equal(faults(), 0);
	tnds_review(&doc);
	assert_int_equal(doc.count[TNDS_NOTE], 5);
	assert_true(told(".: expected * for Add at the root"));
	assert_true(told("./A: a command is there twice"));
	assert_true(told("./A: no server may change this ACL"));
	assert_true(told("./B: * overrides"));
	assert_true(told("./C: no server may change this ACL"));
}

/* ------------------------------------------------------------------ writing */

static char *written(const struct acl_tree *t, size_t *len, int rc)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	assert_non_null(f);
	assert_int_equal(tnds_write(f, t), rc);
	fclose(f);
	return text;
}

static void assert_same(const struct acl_tree *a, const struct acl_tree *b)
{
	const struct acl_node *n, *m;
	char uri[ACL_URI_MAX + 1];

	assert_int_equal(a->count, b->count);
	for (n = &a->root; n; n = acl_node_after(&a->root, n, false)) {
		acl_node_uri(n, uri);
		m = tree_at(b, uri);
		assert_non_null(m);
		assert_true(acl_same(n->acl, m->acl));
		assert_int_equal(n->kind, m->kind);
		assert_int_equal(n->access, m->access);
		assert_int_equal(n->permanent, m->permanent);
	}
}

/* What is written reads as the same tree, and is written the same again. */
static void assert_round(const struct acl_tree *t)
{
	size_t len, again_len;
	char *text = written(t, &len, 0), *again;

	assert_int_equal(read_octets(text, len), 0);
	assert_int_equal(faults(), 0);
	assert_same(t, &doc.tree);
	again = written(&doc.tree, &again_len, 0);
	assert_int_equal(again_len, len);
	assert_memory_equal(again, text, len);
	free(again);
	free(text);
}

static void writes_what_it_reads(void **state)
{
	char deep[ACL_URI_MAX + 1] = ".";
	struct acl_tree t;
	unsigned int i;

	(void)state;
	tree_example(&t);
	tree_put(&t, "./<&>\"'%25%3F \xc3\xa4", ACL_KIND_UNKNOWN, "Get=<\"'>");
	tree_put(&t, "./P", ACL_KIND_LEAF, "Exec=a+b")->permanent = true;
	tree_put(&t, "./Q", ACL_KIND_LEAF, NULL)->access = ACL_ACCESS_COPY | ACL_GET;
	for (i = 0; i < ACL_DEPTH_MAX; i++)
		strcat(deep, "/d");
	tree_put(&t, deep, ACL_KIND_LEAF, "Get=deep");
	strcpy(strrchr(deep, '/'), "/e");
	tree_put(&t, deep, ACL_KIND_LEAF, NULL);
	assert_round(&t);
	acl_tree_free(&t);
}

static void random_trees_come_back(void **state)
{
	static const char *const names[] = { "a", "b", "%", "&", "<x>", "\xc3\xa4", "a b" };
	uint64_t seed = 0xf11e;
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 60; round++) {
		struct acl_tree t;

		tree_new(&t);
		for (i = 0; i < 80; i++) {
			struct acl_node *n = &t.root, *made;
			const char *name = names[tree_random(&seed) % 7];

			while (n->child && tree_random(&seed) % 8)
				n = tree_random(&seed) % 2 ? n->child : n->last;
			if (!acl_tree_add(&t, n, name, strlen(name), (enum acl_kind)(tree_random(&seed) % 3), &made) &&
			    tree_random(&seed) % 2)
				assert_int_equal(acl_tree_set(&t, made, "Get=b+a&Add=*", 13, NULL), 0);
		}
		assert_round(&t);
		acl_tree_free(&t);
	}
}

/* Without its list the node would inherit: nothing is written then. */
static void broken_lists_are_not_written(void **state)
{
	struct acl_tree t;
	char *text;
	size_t len;

	(void)state;
	tree_example(&t);
	acl_tree_break(&t, tree_at(&t, "./NodeB/Node3/Node5"));
	text = written(&t, &len, -EINVAL);
	assert_int_equal(len, 0);
	free(text);
	acl_tree_free(&t);
}

static void full_disk_is_told(void **state)
{
	FILE *f = fopen("/dev/full", "w");
	struct acl_tree t;

	(void)state;
	tree_example(&t);
	setbuf(f, NULL);
	assert_int_equal(tnds_write(f, &t), -EIO);
	fclose(f);
	acl_tree_free(&t);
}

/* ------------------------------------------------------------------ size */

static size_t allocations;
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	allocations++;
	return __real_calloc(n, size);
}

static size_t load_many(unsigned int count)
{
	char *text = malloc(128 * (size_t)count + 64);
	size_t at = (size_t)sprintf(text, "<MgmtTree>"), before = allocations;
	unsigned int i;

	for (i = 0; i < count; i++)
		at += (size_t)sprintf(text + at, NODE("n%u", ACL("Get=s%u")) "\n", i, i % 1000);
	at += (size_t)sprintf(text + at, "</MgmtTree>");
	assert_int_equal(read_octets(text, at), 0);
	free(text);
	assert_int_equal(faults(), 0);
	assert_int_equal(doc.tree.count, count);
	return allocations - before;
}

/* Ten times the nodes take ten times the memory calls, and the table has short chains. */
static void hundred_thousand_nodes(void **state)
{
	size_t i, small = load_many(10000), large = load_many(100000), steps = 0;

	(void)state;
	assert_in_range(large, 9 * small, 11 * small);
	for (i = 0; i <= doc.tree.mask; i++) {
		const struct acl_node *n;
		size_t length = 0;

		for (n = doc.tree.bucket[i]; n; n = n->chain)
			steps += ++length;
	}
	assert_true(steps < 200000);
	assert_string_equal(list_of("./n99999"), "Get=s999");
}

static void documents_are_limited(void **state)
{
	char *text = malloc(1u << 24), *p = text;
	unsigned int i;

	(void)state;
	/* more nodes than a tree has */
	p += sprintf(p, "<MgmtTree>");
	for (i = 0; i <= ACL_NODES_MAX; i++)
		p += sprintf(p, NODE("%u", ""), i);
	p += sprintf(p, "</MgmtTree>");
	assert_int_equal(read_octets(text, (size_t)(p - text)), 0);
	assert_int_equal(doc.tree.count, ACL_NODES_MAX);
	assert_int_equal(doc.count[TNDS_TREE], 1);
	assert_true(told("too many nodes"));
	/* more elements than a file may have */
	p = text + sprintf(text, "<MgmtTree>");
	for (i = 0; i < TNDS_ELEMENTS_MAX; i++)
		p += sprintf(p, "<x/>");
	p += sprintf(p, "</MgmtTree>");
	assert_int_equal(read_octets(text, (size_t)(p - text)), -EINVAL);
	assert_true(told("elements"));
	/* deeper than elements may be */
	p = text + sprintf(text, "<MgmtTree>");
	for (i = 0; i < 70; i++)
		p += sprintf(p, "<Node>" NAME("d"));
	for (i = 0; i < 70; i++)
		p += sprintf(p, "</Node>");
	p += sprintf(p, "</MgmtTree>");
	assert_int_equal(read_octets(text, (size_t)(p - text)), -EINVAL);
	assert_true(told("deeper"));
	free(text);
	/* larger than a file may be */
	tnds_free(&doc);
	text = calloc(1, TNDS_FILE_MAX + 1);
	assert_int_equal(tnds_read(&doc, (uint8_t *)text, TNDS_FILE_MAX + 1, tree_seed), -EINVAL);
	assert_true(told("64 MiB"));
	free(text);
}

static void example_is_that_of_the_tests(void **state)
{
	static uint8_t data[8192];
	int fd = open(OMASEC_TEST_DATA "/../Documentation/examples/tree.xml", O_RDONLY);
	struct acl_tree t;
	ssize_t len;

	(void)state;
	assert_true(fd >= 0);
	len = read(fd, data, sizeof(data));
	close(fd);
	assert_in_range(len, 100, sizeof(data) - 1);
	assert_int_equal(tnds_read(&doc, data, (size_t)len, tree_seed), 0);
	assert_int_equal(faults(), 0);
	tree_example(&t);
	assert_same(&t, &doc.tree);
	acl_tree_free(&t);
}

/* LINK: -Wl,--wrap=calloc */

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		table_add(&t, shapes[i].name, takes, &shapes[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		table_add(&t, bad[i].name, tells, &bad[i]);
	table_add(&t, "reads_the_root", reads_the_root, NULL);
	table_add(&t, "reads_descriptions", reads_descriptions, NULL);
	table_add(&t, "broken_lists_allow_nothing", broken_lists_allow_nothing, NULL);
	table_add(&t, "lists_and_names_are_limited", lists_and_names_are_limited, NULL);
	table_add(&t, "all_faults_are_told", all_faults_are_told, NULL);
	table_add(&t, "review_is_of_use", review_is_of_use, NULL);
	table_add(&t, "writes_what_it_reads", writes_what_it_reads, NULL);
	table_add(&t, "random_trees_come_back", random_trees_come_back, NULL);
	table_add(&t, "broken_lists_are_not_written", broken_lists_are_not_written, NULL);
	table_add(&t, "full_disk_is_told", full_disk_is_told, NULL);
	table_add(&t, "hundred_thousand_nodes", hundred_thousand_nodes, NULL);
	table_add(&t, "documents_are_limited", documents_are_limited, NULL);
	table_add(&t, "example_is_that_of_the_tests", example_is_that_of_the_tests, NULL);
	for (i = 0; i < t.n; i++)
		t.tests[i].teardown_func = teardown;
	return table_run("acl_tnds", &t);
}
