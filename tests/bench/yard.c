// SPDX-License-Identifier: GPL-2.0
/*
 * The yardsticks of the benchmark: what the kernel's own MD5 of a number of bytes
 * costs, and a copy of them. One page after the other, as bytes lie in socket
 * buffers. What is measured is given as module parameters; the count goes to
 * icnt.c by marks around it.
 */
#include <crypto/hash.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "mark.h"

static char *what = "md5";
module_param(what, charp, 0);
MODULE_PARM_DESC(what, "md5 or copy");
static unsigned int size = 1024;
module_param(size, uint, 0);
MODULE_PARM_DESC(size, "octets");
static unsigned int count = 10;
module_param(count, uint, 0);
MODULE_PARM_DESC(count, "how often");

static int yard_md5(struct shash_desc *desc, void *from)
{
	unsigned int left = size;
	u8 digest[16];
	int err;

	err = crypto_shash_init(desc);
	while (!err && left) {
		unsigned int n = min_t(unsigned int, left, PAGE_SIZE);

		err = crypto_shash_update(desc, from, n);
		left -= n;
	}
	return err ?: crypto_shash_final(desc, digest);
}

static int yard_copy(void *to, void *from)
{
	/* the kernel's function, which the compiler might replace by an instruction */
	void *(*volatile copy)(void *to, const void *from, size_t n) = __memcpy;
	unsigned int left = size;

	while (left) {
		unsigned int n = min_t(unsigned int, left, PAGE_SIZE);

		copy(to, from, n);
		left -= n;
	}
	return 0;
}

static int yard_run(struct shash_desc *desc, void *to, void *from)
{
	bool md5 = !strcmp(what, "md5");
	unsigned int i;
	int err = 0;

	mark_begin();
	for (i = 0; i < count && !err; i++)
		err = md5 ? yard_md5(desc, from) : yard_copy(to, from);
	mark_end();
	return err;
}

static int __init yard_init(void)
{
	void *to = (void *)get_zeroed_page(GFP_KERNEL);
	void *from = (void *)get_zeroed_page(GFP_KERNEL);
	struct crypto_shash *tfm = crypto_alloc_shash("md5", 0, 0);
	struct shash_desc *desc = NULL;
	int err = -ENOMEM;

	if (IS_ERR(tfm)) {
		err = PTR_ERR(tfm);
		tfm = NULL;
		goto out;
	}
	desc = kzalloc(sizeof(*desc) + crypto_shash_descsize(tfm), GFP_KERNEL);
	if (!to || !from || !desc)
		goto out;
	desc->tfm = tfm;
	err = yard_run(desc, to, from);
out:
	kfree(desc);
	if (tfm)
		crypto_free_shash(tfm);
	free_page((unsigned long)from);
	free_page((unsigned long)to);
	return err;
}

static void __exit yard_exit(void)
{
}

module_init(yard_init);
module_exit(yard_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("yardsticks of omasec's benchmark");
