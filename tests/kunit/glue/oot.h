/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit on a kernel that was built without it: included before everything else
 * in each test file. sched.h and module.h come first, as the running kernel has
 * them (struct task_struct has no kunit_test there, struct module no suites);
 * then KUnit's headers as if it were configured. kunit.ko is built in the same
 * way (tools/vm/kunit-lib), and keeps the current test in journal_info, which
 * only file systems use. kunit_test_suites() leaves a list for glue.c to run.
 */
#ifndef OMASEC_KUNIT_OOT_H
#define OMASEC_KUNIT_OOT_H

#include <linux/sched.h>
#include <linux/module.h>
#include <linux/version.h>

struct kunit;
#define CONFIG_KUNIT_MODULE 1
#define kunit_test journal_info
#include <kunit/test.h>

struct kunit_oot_file {
	struct kunit_suite **suites;
	int count;
};

#undef kunit_test_suites
#undef kunit_test_suite
#define kunit_test_suites(s...)							\
	static struct kunit_suite *kunit_oot_suites[] = { s };			\
	const struct kunit_oot_file __PASTE(kunit_oot_, KUNIT_FILE) = {		\
		.suites = kunit_oot_suites,					\
		.count = ARRAY_SIZE(kunit_oot_suites),				\
	}
#define kunit_test_suite(s) kunit_test_suites(&s)

#endif
