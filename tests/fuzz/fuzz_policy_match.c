// SPDX-License-Identifier: GPL-2.0
/*
 * Selectors against a second, slow and obvious reading of what they mean: each
 * condition by itself, addresses bit by bit. The input is a selector and a key.
 */
#include <stdio.h>
#include <stdlib.h>
#include "../../kmod/policy_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static u64 here;

static bool in_cgroup(const void *arg, u64 id)
{
	return id == *(const u64 *)arg;
}

static bool same_prefix(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++) {
		if ((a[i / 8] >> (7 - i % 8) & 1) != (b[i / 8] >> (7 - i % 8) & 1))
			return false;
	}
	return true;
}

static bool expected(const struct omasec_selector *s, const struct omasec_sock_key *k)
{
	bool port = s->port_min <= k->port && k->port <= s->port_max;
	bool uid = !s->has_uid || s->uid == k->uid;
	bool cgroup = !s->has_cgroup || (k->in_cgroup && here == s->cgroup);
	bool address = !s->family || !k->family ||
		       (s->family == k->family && s->prefix <= (s->family == 4 ? 32 : 128) &&
			same_prefix(s->address, k->address, s->prefix));

	return s->direction == k->direction && s->protocol == k->protocol && port && uid && cgroup && address;
}

/* Takes @n octets as a number; 0 when there are none left. */
static u32 take(const uint8_t **p, size_t *left, size_t n)
{
	u32 v = 0;

	while (n-- && *left) {
		v = v << 8 | *(*p)++;
		(*left)--;
	}
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u8 families[] = { 0, 4, 6 };
	struct omasec_selector s = { 0 };
	struct omasec_sock_key k = { 0 };
	u32 flags = take(&data, &size, 2);
	size_t i;

	s.direction = flags & 1;
	k.direction = flags >> 1 & 1;
	s.has_uid = flags >> 2 & 1;
	s.has_cgroup = flags >> 3 & 1;
	s.family = families[(flags >> 4 & 7) % 3];
	k.family = families[(flags >> 7 & 7) % 3];
	k.in_cgroup = flags >> 10 & 1 ? in_cgroup : NULL;
	k.cgroup_arg = &here;
	s.protocol = flags >> 11 & 1;
	k.protocol = flags >> 12 & 1;
	s.prefix = (u8)take(&data, &size, 1);
	s.port_min = (u16)take(&data, &size, 2);
	s.port_max = (u16)take(&data, &size, 2);
	k.port = (u16)take(&data, &size, 2);
	s.uid = take(&data, &size, 1);
	k.uid = take(&data, &size, 1);
	s.cgroup = take(&data, &size, 1);
	here = take(&data, &size, 1);
	for (i = 0; i < sizeof(s.address); i++) {
		s.address[i] = (u8)take(&data, &size, 1);
		/* what is left over changes the other address bit by bit */
		k.address[i] = s.address[i];
	}
	for (i = 0; size && i < sizeof(k.address); i++)
		k.address[i] ^= (u8)take(&data, &size, 1);

	if (omasec_selector_match(&s, &k) != expected(&s, &k)) {
		fprintf(stderr, "property: the match is what the conditions say\n");
		abort();
	}
	return 0;
}
