/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a configuration names outside of itself: users, cgroups, files with
 * passwords. Looked up when it is checked or applied.
 */
#ifndef TOOL_RESOLVE_H
#define TOOL_RESOLVE_H

#include <stddef.h>

#include "setting.h"

#define RESOLVE_WHY_MAX 320

/* 0, or a negative errno with @key (index into the keys of the object) and @why. */
int resolve_rule(struct rule_conf *r, int *key, char why[RESOLVE_WHY_MAX]);
/* Path of the file with a password; a relative one is relative to @dir (NULL: as it is). */
int resolve_path(const char *dir, const char *path, char *out, size_t cap);
/* The file with the password of @who is there and safe. */
int resolve_secret_check(const struct account_conf *a, enum who who, const char *dir, int *key,
			 char why[RESOLVE_WHY_MAX]);
/*
 * Computes K from the file or descriptor. 1 when the account names neither.
 */
int resolve_secret(const struct account_conf *a, enum who who, const char *dir,
		   uint8_t k[OMASEC_K_LEN], int *key, char why[RESOLVE_WHY_MAX]);

#endif
