/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before everything else in each test file. kunit_test_suites() leaves a
 * list that glue.c runs after the module's init; KUnit itself would run it before,
 * on kernels that find suites in modules at all.
 *
 * Debian's kernels have no KUnit. There, sched.h and module.h come first, as the
 * running kernel has them (struct task_struct has no kunit_test, struct module no
 * suites); then KUnit's headers as if it were configured. kunit.ko is built in the
 * same way (tools/vm/kunit-lib), and keeps the current test in journal_info, which
 * only file systems use.
 */
#ifndef OMASEC_KUNIT_SUITES_H
#define OMASEC_KUNIT_SUITES_H

#include <linux/sched.h>
#include <linux/module.h>
#include <linux/version.h>

#if !IS_ENABLED(CONFIG_KUNIT)
struct kunit;
#define CONFIG_KUNIT_MODULE 1
#define kunit_test journal_info
#endif
#include <kunit/test.h>

struct omasec_suites {
	struct kunit_suite **list;
	int count;
};

#undef kunit_test_suites
#undef kunit_test_suite
#define kunit_test_suites(s...)							\
	static struct kunit_suite *omasec_suites_list[] = { s };			\
	const struct omasec_suites __PASTE(omasec_suites_, SUITE_FILE) = {		\
		.list = omasec_suites_list,					\
		.count = ARRAY_SIZE(omasec_suites_list),				\
	}
#define kunit_test_suite(s) kunit_test_suites(&s)

#endif
