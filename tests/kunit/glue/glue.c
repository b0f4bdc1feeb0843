// SPDX-License-Identifier: GPL-2.0
/*
 * Init and exit of omasec_kunit.ko: those of the module under test, which
 * tests/kunit/Kbuild renamed, and around them the suites of all test files
 * (SUITE_FILES). The result is in the kernel's log as KTAP.
 */
#include <linux/module.h>
#include <linux/version.h>

int omasec_module_init(void);
void omasec_module_exit(void);

#define FILE(name) extern const struct omasec_suites omasec_suites_##name;
SUITE_FILES
#undef FILE

#define FILE(name) &omasec_suites_##name,
static const struct omasec_suites *const files[] = { SUITE_FILES };
#undef FILE

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define SUITES_INIT(s, n) __kunit_test_suites_init(s, n, true)
#else
#define SUITES_INIT(s, n) __kunit_test_suites_init(s, n)
#endif

static int __init glue_init(void)
{
	int ret = omasec_module_init();
	size_t i;

	if (ret)
		return ret;
	pr_info("KTAP version 1\n");
	for (i = 0; i < ARRAY_SIZE(files); i++)
		SUITES_INIT(files[i]->list, files[i]->count);
	return 0;
}
module_init(glue_init);

static void __exit glue_exit(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		__kunit_test_suites_exit(files[i]->list, files[i]->count);
	omasec_module_exit();
}
module_exit(glue_exit);
