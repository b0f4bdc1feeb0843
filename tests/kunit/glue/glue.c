// SPDX-License-Identifier: GPL-2.0
/*
 * Init and exit of omasec_kunit.ko: those of the module under test, which
 * tests/kunit/Kbuild renamed, and around them the suites. A kernel with KUnit
 * runs the suites by itself once init is over; without (KUNIT_FILES set), they
 * are run here, and their result is in the kernel's log as KTAP either way.
 */
#include <linux/module.h>
#include <linux/version.h>

int omasec_module_init(void);
void omasec_module_exit(void);

#ifdef KUNIT_FILES

#define FILE(name) extern const struct kunit_oot_file kunit_oot_##name;
KUNIT_FILES
#undef FILE

#define FILE(name) &kunit_oot_##name,
static const struct kunit_oot_file *const files[] = { KUNIT_FILES };
#undef FILE

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define SUITES_INIT(s, n) __kunit_test_suites_init(s, n, true)
#else
#define SUITES_INIT(s, n) __kunit_test_suites_init(s, n)
#endif

static void run_suites(void)
{
	size_t i;

	pr_info("KTAP version 1\n");
	for (i = 0; i < ARRAY_SIZE(files); i++)
		SUITES_INIT(files[i]->suites, files[i]->count);
}

static void forget_suites(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		__kunit_test_suites_exit(files[i]->suites, files[i]->count);
}

#else

static void run_suites(void)
{
}

static void forget_suites(void)
{
}

#endif

static int __init glue_init(void)
{
	int ret = omasec_module_init();

	if (ret)
		return ret;
	run_suites();
	return 0;
}
module_init(glue_init);

static void __exit glue_exit(void)
{
	forget_suites();
	omasec_module_exit();
}
module_exit(glue_exit);
