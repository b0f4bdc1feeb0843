/* SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1-or-later */
/*
 * What the pure files of this folder need from their surroundings, so that the
 * same source compiles in the kernel, in KUnit, in host tests and under the
 * fuzzer. Nothing in this folder sleeps, allocates, locks or does I/O: it takes
 * octets and returns values.
 */
#ifndef OMASEC_PROTO_TYPES_H
#define OMASEC_PROTO_TYPES_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
#endif

#include "../../include/uapi/linux/omasec.h"

#ifndef __KERNEL__
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#ifndef min_t
#define min_t(t, a, b) ((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#endif
#ifndef fallthrough
#define fallthrough __attribute__((__fallthrough__))
#endif
#ifndef S64_MAX
#define S64_MAX INT64_MAX
#endif
#define memzero_explicit(p, n) explicit_bzero(p, n)
#endif

/**
 * struct omasec_slice - octets inside somebody else's buffer
 * @p: first octet; meaningless when @len is 0
 * @len: number of octets
 */
struct omasec_slice {
	const char *p;
	size_t len;
};

#endif
