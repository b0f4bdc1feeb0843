// SPDX-License-Identifier: GPL-2.0
/*
 * The text of an ACL: what is read and how it is written again, what is refused and
 * where; and rules that have to hold for lists made at random, against an oracle that
 * reads the text octet by octet.
 */
#include <errno.h>
#include <stdio.h>

#include "acl_tree.h"

static struct acl *parse(const char *text)
{
	char *copy = exact_copy(text, strlen(text));
	struct acl *acl;
	unsigned int star;

	assert_int_equal(acl_parse(copy, strlen(text), &acl, NULL), 0);
	assert_int_equal(acl_check(copy, strlen(text), &star, NULL), 0);
	assert_int_equal(star, acl ? acl->star : 0);
	free(copy);
	return acl;
}

static void canonical(const char *text, char out[ACL_TEXT_MAX + 1])
{
	struct acl *acl = parse(text);

	assert_true(acl_format(acl, out) <= strlen(text));
	acl_free(acl);
}

static const struct taken {
	const char *name, *text, *canonical;
	unsigned int loose;
} taken[] = {
	{ "empty is no value", "", "", 0 },
	{ "one", "Get=*", "Get=*", 0 },
	{ "all commands sorted", "Replace=a&Get=a&Exec=a&Delete=a&Add=a", "Add=a&Delete=a&Exec=a&Get=a&Replace=a", 0 },
	{ "identifiers sorted", "Get=srv10+srv1", "Get=srv1+srv10", 0 },
	{ "identifier twice", "Get=b+a+b", "Get=a+b", 0 },
	{ "star overrides", "Get=a+*+b", "Get=*", ACL_LOOSE_STAR },
	{ "star overrides one entry only", "Get=*+a&Replace=a", "Get=*&Replace=a", ACL_LOOSE_STAR },
	{ "command twice is their union", "Get=ServerA&Replace=ServerA&Get=ServerB",
	  "Get=ServerA+ServerB&Replace=ServerA", ACL_LOOSE_REPEATED },
	{ "star in the second entry", "Get=a&Get=*", "Get=*", ACL_LOOSE_REPEATED },
	{ "specification's example",
	  "Add=www.sonera.fi-8765&Delete=www.sonera.fi-8765&Replace=www.sonera.fi-8765+321_ibm.com&Get=*",
	  "Add=www.sonera.fi-8765&Delete=www.sonera.fi-8765&Get=*&Replace=321_ibm.com+www.sonera.fi-8765", 0 },
	{ "punctuation", "Get=!\"#$%'(),-./:;<>?@[\\]^_`{|}~", "Get=!\"#$%'(),-./:;<>?@[\\]^_`{|}~", 0 },
	{ "command as an identifier", "Get=Get", "Get=Get", 0 },
};

static void takes(void **state)
{
	const struct taken *v = *state;
	char out[ACL_TEXT_MAX + 1], again[ACL_TEXT_MAX + 1];
	struct acl *acl = parse(v->text), *same;

	assert_int_equal(acl ? acl->loose : 0, v->loose);
	acl_free(acl);
	canonical(v->text, out);
	assert_string_equal(out, v->canonical);
	canonical(out, again);
	assert_string_equal(again, out);
	/* and it is the same list, not only the same text */
	acl = parse(v->text);
	same = parse(out);
	assert_true(acl_same(acl, same));
	acl_free(same);
	acl_free(acl);
}

static const struct refused {
	const char *name, *text;
	size_t at;
} refused[] = {
	{ "no identifier", "Get=", 4 },
	{ "no equals sign", "Get", 0 },
	{ "no command", "=a", 0 },
	{ "other command", "Foo=*", 0 },
	{ "Copy", "Copy=*", 0 },
	{ "lower case", "get=*", 0 },
	{ "upper case", "GET=*", 0 },
	{ "begins like a command", "GetX=*", 0 },
	{ "ends with &", "Get=*&", 6 },
	{ "begins with &", "&Get=*", 0 },
	{ "&& between", "Get=a&&Add=a", 6 },
	{ "empty identifier between", "Get=a++b", 6 },
	{ "empty identifier first", "Get=+b", 4 },
	{ "empty identifier last", "Get=a+", 6 },
	{ "two equals signs", "Get==a", 4 },
	{ "equals sign in an identifier", "Get=a=b", 5 },
	{ "star in an identifier", "Get=a*", 5 },
	{ "identifier behind the star", "Get=*a", 5 },
	{ "two stars", "Get=**", 5 },
	{ "blank in an identifier", "Get=a b", 5 },
	{ "blank first", " Get=a", 0 },
	{ "blank last", "Get=a ", 5 },
	{ "blank before the equals sign", "Get =a", 0 },
	{ "blank behind the equals sign", "Get= a", 4 },
	{ "blank behind +", "Get=a+ b", 6 },
	{ "blank behind &", "Get=a& Add=a", 6 },
	{ "line end", "Get=a\n", 5 },
	{ "tabulator", "Get=a\tb", 5 },
	{ "not ASCII", "Get=\xc3\xa4", 4 },
	{ "delete character", "Get=a\x7f", 5 },
	{ "semicolon list", "Get=a&Replace=a;Get=b&", 19 },
	{ "only a blank", " ", 0 },
	{ "only a star", "*", 0 },
};

static void rejects(void **state)
{
	const struct refused *v = *state;
	size_t len = strlen(v->text);
	char *copy = exact_copy(v->text, len);
	struct acl_fault fault = { 99, NULL }, check = { 99, NULL };
	unsigned int star = 77;
	struct acl *acl = (struct acl *)copy;

	assert_int_equal(acl_parse(copy, len, &acl, &fault), -EINVAL);
	assert_null(acl);
	assert_int_equal(fault.at, v->at);
	assert_non_null(fault.expected);
	assert_int_equal(acl_check(copy, len, &star, &check), -EINVAL);
	assert_int_equal(check.at, fault.at);
	assert_int_equal(star, 0);
	free(copy);
}

static void rejects_octet_0(void **state)
{
	struct acl *acl;

	(void)state;
	assert_int_equal(acl_parse("Get=a\0b", 7, &acl, NULL), -EINVAL);
	assert_int_equal(acl_parse("Get=a\0", 6, &acl, NULL), -EINVAL);
	assert_int_equal(acl_parse("\0", 1, &acl, NULL), -EINVAL);
}

static void length_is_limited(void **state)
{
	static char text[ACL_TEXT_MAX + 2];
	char out[ACL_TEXT_MAX + 1];
	struct acl *acl;
	size_t i;

	(void)state;
	memcpy(text, "Get=", 4);
	/* As many identifiers as there is room for: a+b+c... */
	for (i = 4; i <= ACL_TEXT_MAX; i++)
		text[i] = i % 2 ? '+' : "abcdefghijklmnopqrstuvwxyz"[i / 2 % 26];
	text[ACL_TEXT_MAX - 1] = 'z';
	assert_int_equal(acl_parse(text, ACL_TEXT_MAX, &acl, NULL), 0);
	assert_true(acl_format(acl, out) <= ACL_TEXT_MAX);
	assert_int_equal(acl->count, 27);	/* the last is of two letters */
	acl_free(acl);
	text[ACL_TEXT_MAX] = 'z';
	assert_int_equal(acl_parse(text, ACL_TEXT_MAX + 1, &acl, NULL), -EMSGSIZE);
	assert_null(acl);
}

/* Each a case that a comparison of beginnings or of parts gets wrong. */
static void whole_identifiers_are_compared(void **state)
{
	static const struct { const char *text, *id; enum acl_grant grant; } rows[] = {
		{ "Get=srv10+srv1", "srv1", ACL_GRANT_NAMED }, { "Get=srv10", "srv1", ACL_GRANT_NOT_NAMED },
		{ "Get=srv1", "srv10", ACL_GRANT_NOT_NAMED }, { "Get=xsrv1", "srv1", ACL_GRANT_NOT_NAMED },
		{ "Get=Srv1", "srv1", ACL_GRANT_NOT_NAMED }, { "Add=srv1&Get=a", "srv1", ACL_GRANT_NOT_NAMED },
		{ "Add=srv1", "srv1", ACL_GRANT_NO_ENTRY }, { "Get=a+b+c+d+e", "e", ACL_GRANT_NAMED },
		{ "Add=a&Get=a", "a", ACL_GRANT_NAMED }, { "Get=*", "a", ACL_GRANT_STAR },
		{ "Get=Get", "Get", ACL_GRANT_NAMED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct acl *acl = parse(rows[i].text);

		assert_int_equal(acl_grant(acl, ACL_GET, rows[i].id, strlen(rows[i].id)), rows[i].grant);
		acl_free(acl);
	}
	for (i = 0; i < 2; i++) {
		/* One check leaves nothing behind that the next one reads. */
		struct acl *acl = parse("Add=a&Replace=a");

		assert_int_equal(acl_grant(acl, ACL_ADD, "a", 1), ACL_GRANT_NAMED);
		assert_int_equal(acl_grant(acl, ACL_REPLACE, "a", 1), ACL_GRANT_NAMED);
		acl_free(acl);
	}
}

static void servers_are_taken_out(void **state)
{
	static const struct { const char *text, *id, *left, *root; } rows[] = {
		{ "Get=a+b&Replace=a", "a", "Get=b", "Get=b" },
		{ "Get=a", "a", "", "Get=*" },
		{ "Replace=a", "a", "", "" },
		{ "Add=a&Get=a&Exec=a", "a", "", "Add=*&Get=*" },
		{ "Add=*&Get=a", "a", "Add=*", "Add=*&Get=*" },
		{ "Get=ab+a", "a", "Get=ab", "Get=ab" },
		{ "Get=b", "a", "Get=b", "Get=b" },
	};
	char out[ACL_TEXT_MAX + 1];
	unsigned int root;
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct acl *acl = parse(rows[i / 2].text), *left;

		root = i % 2;
		assert_int_equal(acl_without(acl, rows[i / 2].id, strlen(rows[i / 2].id), root, &left), 0);
		acl_format(left, out);
		assert_string_equal(out, root ? rows[i / 2].root : rows[i / 2].left);
		assert_int_equal(!left, !out[0]);
		acl_free(left);
		acl_free(acl);
	}
}

/* ------------------------------------------------------------------ at random */

static const char *const ids[] = { "a", "b", "ab", "srv1", "srv10", "x.example.com-1", "*" };

#define IDS (sizeof(ids) / sizeof(ids[0]))

struct list {
	struct { unsigned int right, count, id[4]; } entry[6];
	unsigned int count;
};

static void list_make(struct list *l, uint64_t *seed)
{
	unsigned int i, k;

	l->count = 1 + tree_random(seed) % 6;
	for (i = 0; i < l->count; i++) {
		l->entry[i].right = tree_random(seed) % ACL_RIGHTS;
		l->entry[i].count = 1 + tree_random(seed) % 4;
		for (k = 0; k < l->entry[i].count; k++)
			l->entry[i].id[k] = tree_random(seed) % IDS;
	}
}

static void list_shuffle(struct list *l, uint64_t *seed)
{
	unsigned int i, k, other;

	for (i = 0; i < l->count; i++) {
		struct list was = *l;

		other = tree_random(seed) % l->count;
		l->entry[i] = was.entry[other];
		l->entry[other] = was.entry[i];
		for (k = 0; k < l->entry[i].count; k++) {
			unsigned int at = tree_random(seed) % l->entry[i].count, id = l->entry[i].id[k];

			l->entry[i].id[k] = l->entry[i].id[at];
			l->entry[i].id[at] = id;
		}
	}
}

static void list_write(const struct list *l, char *out)
{
	unsigned int i, k;

	for (i = 0; i < l->count; i++) {
		out += sprintf(out, "%s%s=", i ? "&" : "", acl_right_name(1u << l->entry[i].right));
		for (k = 0; k < l->entry[i].count; k++)
			out += sprintf(out, "%s%s", k ? "+" : "", ids[l->entry[i].id[k]]);
	}
}

/* By the list that the text was written from. */
static bool list_allows(const struct list *l, unsigned int right, const char *id)
{
	unsigned int i, k;

	for (i = 0; i < l->count; i++)
		for (k = 0; 1u << l->entry[i].right == right && k < l->entry[i].count; k++)
			if (!strcmp(ids[l->entry[i].id[k]], "*") || !strcmp(ids[l->entry[i].id[k]], id))
				return true;
	return false;
}

static bool allows(const struct acl *acl, unsigned int right, const char *id)
{
	return acl && acl_grant(acl, right, id, strlen(id)) >= ACL_GRANT_NAMED;
}

static void lists_at_random(void **state)
{
	static const char *const ask[] = { "a", "b", "ab", "srv1", "srv10", "srv", "nobody" };
	uint64_t seed = 0x5eed;
	unsigned int round, i, r;

	(void)state;
	for (round = 0; round < 3000; round++) {
		char text[1024], out[ACL_TEXT_MAX + 1], other[ACL_TEXT_MAX + 1], star[1100];
		struct acl *acl, *more;
		struct list l;

		list_make(&l, &seed);
		list_write(&l, text);
		acl = parse(text);
		canonical(text, out);
		/* a fixed point */
		canonical(out, other);
		assert_string_equal(out, other);
		/* right by the oracle, and no less when somebody becomes everybody */
		snprintf(star, sizeof(star), "%s&%s=*", text, acl_right_name(1u << l.entry[0].right));
		more = parse(star);
		for (r = 0; r < ACL_RIGHTS; r++) {
			for (i = 0; i < sizeof(ask) / sizeof(ask[0]); i++) {
				assert_int_equal(allows(acl, 1u << r, ask[i]), list_allows(&l, 1u << r, ask[i]));
				assert_true(!allows(acl, 1u << r, ask[i]) || allows(more, 1u << r, ask[i]));
			}
		}
		assert_true(allows(more, 1u << l.entry[0].right, "nobody"));
		acl_free(more);
		/* order does not matter */
		list_shuffle(&l, &seed);
		list_write(&l, text);
		canonical(text, other);
		assert_string_equal(out, other);
		more = parse(text);
		assert_true(acl_same(acl, more));
		acl_free(more);
		acl_free(acl);
	}
}

/* One octet is changed: either it is refused, or it is a list in its own right. */
static void damaged_lists_at_random(void **state)
{
	uint64_t seed = 0xdead;
	unsigned int round, refusals = 0;

	(void)state;
	for (round = 0; round < 5000; round++) {
		char text[1024], out[ACL_TEXT_MAX + 1], again[ACL_TEXT_MAX + 1];
		struct acl *acl;
		struct list l;
		size_t len;
		char *copy;

		list_make(&l, &seed);
		list_write(&l, text);
		len = strlen(text);
		text[tree_random(&seed) % len] = (char)(tree_random(&seed) % 256);
		copy = exact_copy(text, len);
		if (acl_parse(copy, len, &acl, NULL)) {
			assert_null(acl);
			refusals++;
		} else {
			acl_format(acl, out);
			canonical(out, again);
			assert_string_equal(out, again);
			acl_free(acl);
		}
		free(copy);
	}
	assert_in_range(refusals, 1000, 4900);
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		table_add(&t, taken[i].name, takes, &taken[i]);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		table_add(&t, refused[i].name, rejects, &refused[i]);
	table_add(&t, "rejects_octet_0", rejects_octet_0, NULL);
	table_add(&t, "length_is_limited", length_is_limited, NULL);
	table_add(&t, "whole_identifiers_are_compared", whole_identifiers_are_compared, NULL);
	table_add(&t, "servers_are_taken_out", servers_are_taken_out, NULL);
	table_add(&t, "lists_at_random", lists_at_random, NULL);
	table_add(&t, "damaged_lists_at_random", damaged_lists_at_random, NULL);
	return table_run("acl_text", &t);
}
