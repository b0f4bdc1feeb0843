/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs the pieces of a TLS vector through kmod/proto/tls.c in cuts of any size.
 * Shared by the unit tests and the KUnit suite.
 */
#ifndef TESTS_TLS_DRIVE_H
#define TESTS_TLS_DRIVE_H

#include "tls_vectors.h"

static inline unsigned int tls_digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Octets of a vector's text; returns their number, @out may be NULL. */
static inline size_t tls_octets(const char *s, u8 *out)
{
	size_t n = 0;

	while (*s) {
		size_t times = 1;
		bool repeat = *s == 'x';
		u8 c;

		s += repeat;
		c = (u8)(tls_digit(s[0]) << 4 | tls_digit(s[1]));
		s += 2;
		if (repeat) {
			times = 0;
			for (s++; *s != '-'; s++)
				times = times * 10 + tls_digit(*s);
			s++;
		}
		if (out)
			memset(out + n, c, times);
		n += times;
	}
	return n;
}

/* The next cut: @seed 0 for single octets, 1 for all at once, else random ones. */
static inline size_t tls_cut(u32 *seed, size_t left)
{
	size_t n;

	if (*seed <= 1)
		return *seed ? left : 1;
	*seed = *seed * 1664525U + 1013904223U;
	*seed |= 2;
	n = 1 + (*seed >> 16) % 61;
	return n < left ? n : left;
}

static inline enum omasec_tls_side tls_side(const struct tls_piece *p)
{
	return p->side == 'c' ? OMASEC_TLS_CLIENT : OMASEC_TLS_SERVER;
}

/* The promise that was broken, or NULL. */
static inline const char *tls_judge(const struct tls_vector *v, const struct omasec_tls_conn *t)
{
	if (t->reason != v->reason)
		return "reason";
	if (v->reason && !strstr(t->what, v->what))
		return "words for the reason";
	if (v->version && (t->version != v->version || t->suite != v->suite))
		return "version and suite";
	if (t->judged != (v->version && !v->reason) && !(v->reason && t->judged))
		return "judged";
	if (v->sni && strcmp(t->sni, v->sni))
		return "server name";
	return NULL;
}

#endif
