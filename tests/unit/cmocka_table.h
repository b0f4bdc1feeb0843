/* SPDX-License-Identifier: GPL-2.0 */
/* cmocka with its prerequisites, and groups that are made from a table. */
#ifndef TESTS_CMOCKA_TABLE_H
#define TESTS_CMOCKA_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TABLE_MAX 512

/* Tests of a program, in order. */
struct table {
	struct CMUnitTest tests[TABLE_MAX];
	size_t n;
};

static inline void table_add(struct table *t, const char *name, CMUnitTestFunction run,
			     const void *row)
{
	struct CMUnitTest test = { .name = name, .test_func = run };

	if (t->n == TABLE_MAX)
		abort();
	/* cmocka hands the row back as *state */
	memcpy(&test.initial_state, &row, sizeof(row));
	t->tests[t->n++] = test;
}

static inline int table_run(const char *group, struct table *t)
{
	return _cmocka_run_group_tests(group, t->tests, t->n, NULL, NULL);
}

/* A copy that ends where its allocation ends, so that the sanitizer sees reads past it. */
static inline char *exact_copy(const void *p, size_t len)
{
	char *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	copy[0] = 0x55;
	if (len)
		memcpy(copy, p, len);
	return copy;
}

#endif
