// SPDX-License-Identifier: GPL-2.0
/*
 * Which sockets a selector selects: a table of cases that a person has decided,
 * and every prefix length against a comparison bit by bit.
 */
#include "cmocka_table.h"
#include "../../kmod/policy_match.h"

#define OUT OMASEC_DIRECTION_OUT
#define IN OMASEC_DIRECTION_IN

static bool cgroup_is(const void *arg, u64 id)
{
	return id == *(const u64 *)arg;
}

static bool cgroup_must_not_be_asked(const void *arg, u64 id)
{
	fail_msg("the cgroup was asked about although the port does not fit");
	return true;
}

static const u64 five = 5;

static const struct row {
	const char *name;
	struct omasec_selector sel;
	struct omasec_sock_key key;
	bool match;
} rows[] = {
	{ "port_first", { .port_min = 80, .port_max = 90 }, { .port = 80 }, true },
	{ "port_last", { .port_min = 80, .port_max = 90 }, { .port = 90 }, true },
	{ "port_below", { .port_min = 80, .port_max = 90 }, { .port = 79 }, false },
	{ "port_above", { .port_min = 80, .port_max = 90 }, { .port = 91 }, false },
	{ "port_highest", { .port_min = 1, .port_max = 65535 }, { .port = 65535 }, true },
	{ "direction_out", { .direction = OUT, .port_max = 99 },
	  { .direction = IN, .port = 80 }, false },
	{ "direction_in", { .direction = IN, .port_max = 99 },
	  { .direction = IN, .port = 80 }, true },
	{ "protocol_other", { .protocol = OMASEC_PROTOCOL_UDP, .port_max = 99 },
	  { .port = 80 }, false },
	{ "protocol_udp", { .protocol = OMASEC_PROTOCOL_UDP, .port_max = 99 },
	  { .protocol = OMASEC_PROTOCOL_UDP, .port = 80 }, true },
	{ "uid", { .has_uid = true, .uid = 7, .port_max = 99 }, { .port = 1, .uid = 7 }, true },
	{ "uid_other", { .has_uid = true, .uid = 7, .port_max = 99 },
	  { .port = 1, .uid = 8 }, false },
	{ "uid_root_is_one", { .has_uid = true, .port_max = 99 }, { .port = 1, .uid = 8 }, false },
	{ "uid_not_asked", { .uid = 7, .port_max = 99 }, { .port = 1, .uid = 8 }, true },
	{ "address_any", { .port_max = 99 }, { .port = 1, .family = 6 }, true },
	{ "address_other_family", { .family = 4, .port_max = 99 },
	  { .port = 1, .family = 6 }, false },
	{ "address_family_only", { .family = 6, .port_max = 99 },
	  { .port = 1, .family = 6, .address = { 0x20, 1 } }, true },
	{ "address_of_a_listener", { .family = 4, .prefix = 32, .address = { 10, 0, 0, 1 },
	  .port_max = 99 }, { .port = 1 }, true },
	{ "address_v4", { .family = 4, .prefix = 32, .address = { 10, 0, 0, 1 }, .port_max = 99 },
	  { .port = 1, .family = 4, .address = { 10, 0, 0, 1 } }, true },
	{ "address_v4_ignores_the_rest", { .family = 4, .prefix = 32, .address = { 10, 0, 0, 1 },
	  .port_max = 99 }, { .port = 1, .family = 4, .address = { 10, 0, 0, 1, 9 } }, true },
	{ "prefix_longer_than_v4", { .family = 4, .prefix = 33, .port_max = 99 },
	  { .port = 1, .family = 4 }, false },
	{ "prefix_longer_than_v6", { .family = 6, .prefix = 129, .port_max = 99 },
	  { .port = 1, .family = 6 }, false },
	{ "cgroup", { .has_cgroup = true, .cgroup = 5, .port_max = 99 },
	  { .port = 1, .in_cgroup = cgroup_is, .cgroup_arg = &five }, true },
	{ "cgroup_other", { .has_cgroup = true, .cgroup = 6, .port_max = 99 },
	  { .port = 1, .in_cgroup = cgroup_is, .cgroup_arg = &five }, false },
	{ "cgroup_nobody_to_ask", { .has_cgroup = true, .cgroup = 5, .port_max = 99 },
	  { .port = 1 }, false },
	{ "cgroup_asked_last", { .has_cgroup = true, .cgroup = 5, .port_min = 2, .port_max = 99 },
	  { .port = 1, .in_cgroup = cgroup_must_not_be_asked }, false },
};

static void decides(void **state)
{
	const struct row *r = *state;

	assert_int_equal(omasec_selector_match(&r->sel, &r->key), r->match);
}

/* Flips bit @bit of an address that is equal: only bits in the prefix may matter. */
static void one_bit(u8 family, unsigned int bits)
{
	unsigned int prefix, bit, i;

	for (prefix = 0; prefix <= bits; prefix++) {
		struct omasec_selector sel = {
			.family = family, .prefix = (u8)prefix, .port_max = 9,
		};
		struct omasec_sock_key key = { .family = family, .port = 5 };

		for (i = 0; i < 16; i++)
			sel.address[i] = (u8)(37 * i + prefix);
		memcpy(key.address, sel.address, sizeof(key.address));
		assert_true(omasec_selector_match(&sel, &key));
		for (bit = 0; bit < bits; bit++) {
			key.address[bit / 8] ^= (u8)(0x80 >> bit % 8);
			assert_int_equal(omasec_selector_match(&sel, &key), bit >= prefix);
			key.address[bit / 8] ^= (u8)(0x80 >> bit % 8);
		}
	}
}

static void every_bit_of_every_prefix(void **state)
{
	one_bit(4, 32);
	one_bit(6, 128);
}

int main(void)
{
	static struct table t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		table_add(&t, rows[i].name, decides, &rows[i]);
	table_add(&t, "every_bit_of_every_prefix", every_bit_of_every_prefix, NULL);
	return table_run("policy_match", &t);
}
