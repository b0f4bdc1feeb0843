// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU TCG plugin that counts instructions of the guest, in all its processes
 * and in its kernel. The guest marks where an interval begins and ends by two
 * instructions that do nothing (mark.h); for each interval one line goes to the
 * file that the argument out= names:
 *	interval NUMBER INSTRUCTIONS
 * and then, for each block of code that ran and is worth a line:
 *	at ADDRESS INSTRUCTIONS
 * For one virtual processor only.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"
#include "plugin.h"

/* ---- counters ---- */

/* One for each address; it stays when the block is translated again. */
struct place {
	struct place *next;
	uint64_t address, count, before;
};

#define BUCKETS 65536U
/* Places with less than this share of an interval are left out. */
#define SHARE 200000U

int qemu_plugin_version = 1;

static struct place *places[BUCKETS];
static uint64_t total, begun;
static unsigned int intervals;
static bool inside;
static FILE *out;

static struct place *place_of(uint64_t address)
{
	struct place **head = &places[(address ^ address >> 16) % BUCKETS], *p;

	for (p = *head; p; p = p->next)
		if (p->address == address)
			return p;
	p = calloc(1, sizeof(*p));
	if (!p) {
		fprintf(stderr, "icnt: out of memory\n");
		exit(1);
	}
	p->address = address;
	p->next = *head;
	*head = p;
	return p;
}

static void at_begin(unsigned int cpu, void *arg)
{
	struct place *p;
	unsigned int i;

	(void)cpu;
	(void)arg;
	if (inside)
		fprintf(out, "error: two beginnings without an end\n");
	for (i = 0; i < BUCKETS; i++)
		for (p = places[i]; p; p = p->next)
			p->before = p->count;
	begun = total;
	inside = true;
}

static void at_end(unsigned int cpu, void *arg)
{
	uint64_t n = total - begun;
	struct place *p;
	unsigned int i;

	(void)cpu;
	(void)arg;
	if (!inside)
		fprintf(out, "error: an end without a beginning\n");
	inside = false;
	fprintf(out, "interval %u %" PRIu64 "\n", intervals++, n);
	for (i = 0; i < BUCKETS; i++)
		for (p = places[i]; p; p = p->next)
			if (p->count - p->before > n / SHARE)
				fprintf(out, "at %" PRIx64 " %" PRIu64 "\n", p->address,
					p->count - p->before);
	fflush(out);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	static const unsigned char begin[] = { MARK_BYTES(MARK_BEGIN) };
	static const unsigned char end[] = { MARK_BYTES(MARK_END) };
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64, &total, n);
	qemu_plugin_register_vcpu_tb_exec_inline(tb, INLINE_ADD_U64,
						 &place_of(qemu_plugin_tb_vaddr(tb))->count, n);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_size(insn) != sizeof(begin))
			continue;
		if (!memcmp(qemu_plugin_insn_data(insn), begin, sizeof(begin)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_begin, CB_NO_REGS, NULL);
		else if (!memcmp(qemu_plugin_insn_data(insn), end, sizeof(end)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, at_end, CB_NO_REGS, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	if (!out) {
		fprintf(stderr, "icnt: needs out=FILE, a file that can be written\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
