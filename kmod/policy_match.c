// SPDX-License-Identifier: GPL-2.0
/*
 * Does a selector select a socket? Pure: compiled into the module, into KUnit
 * and into host tests. Constant time but for the cgroup question, which is asked
 * last because it walks up a tree.
 *
 * A socket whose peer is not known yet (a listener) is selected by a rule with an
 * address: its children are judged one by one when they are accepted.
 */
#include "policy_match.h"

/* The first @bits bits of @a and @b are the same. */
static bool omasec_prefix_equal(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;
	u8 mask = (u8)(0xff << (8 - rest));

	if (memcmp(a, b, whole))
		return false;
	return !rest || !((a[whole] ^ b[whole]) & mask);
}

static bool omasec_address_match(const struct omasec_selector *sel,
				 const struct omasec_sock_key *key)
{
	unsigned int bits = sel->family == 4 ? 32 : 128;

	if (!sel->family || !key->family)
		return true;
	if (sel->family != key->family || sel->prefix > bits)
		return false;
	return omasec_prefix_equal(sel->address, key->address, sel->prefix);
}

/**
 * omasec_selector_match() - does a selector select a socket?
 * @sel: the selector
 * @key: the socket
 *
 * Context: any in which key->in_cgroup works.
 * Return: true when every part of @sel that counts fits.
 */
bool omasec_selector_match(const struct omasec_selector *sel, const struct omasec_sock_key *key)
{
	if (sel->direction != key->direction || sel->protocol != key->protocol)
		return false;
	if (key->port < sel->port_min || key->port > sel->port_max)
		return false;
	if (sel->has_uid && sel->uid != key->uid)
		return false;
	if (!omasec_address_match(sel, key))
		return false;
	if (sel->has_cgroup)
		return key->in_cgroup && key->in_cgroup(key->cgroup_arg, sel->cgroup);
	return true;
}
