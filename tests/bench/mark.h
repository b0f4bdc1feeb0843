/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a program or a module in the guest tells icnt.c where to count: nops whose
 * displacement nobody else would write. Outside of QEMU they do nothing.
 */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

#define MARK_BEGIN	0x01
#define MARK_END	0x02

/* nopl 0x6f6d7300 + which (%rax) */
#define MARK_BYTES(which) 0x0f, 0x1f, 0x80, (which), 0x73, 0x6d, 0x6f

#define MARK_TEXT_(b0, b1, b2, b3, b4, b5, b6) \
	".byte " #b0 "," #b1 "," #b2 "," #b3 "," #b4 "," #b5 "," #b6
#define MARK_TEXT(...) MARK_TEXT_(__VA_ARGS__)

#define mark_begin() __asm__ volatile(MARK_TEXT(MARK_BYTES(0x01)) ::: "memory")
#define mark_end() __asm__ volatile(MARK_TEXT(MARK_BYTES(0x02)) ::: "memory")

#endif
