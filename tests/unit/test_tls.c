// SPDX-License-Identifier: GPL-2.0
/*
 * TLS records and hellos. Every connection of tls_vectors.h runs in one piece, octet
 * by octet and in seeded random cuts, and gives the same in all of them; what is
 * taken is also taken up to each of its octets, and what is refused stays refused.
 * Pieces lie at the end of their allocation.
 */
#include "cmocka_table.h"
#include "../kunit/tls_drive.h"

static unsigned int walk_copy(struct omasec_tls_conn *t, enum omasec_tls_side side, const u8 *p,
			      size_t len)
{
	char *copy = exact_copy(p, len);
	unsigned int reason = omasec_tls_walk(t, side, copy, len);

	free(copy);
	return reason;
}

static void run(const struct tls_vector *v, u32 seed, struct omasec_tls_conn *t)
{
	const struct tls_piece *p;

	omasec_tls_init(t, v->min);
	for (p = v->piece; p->octets; p++) {
		size_t len = tls_octets(p->octets, NULL), at = 0, n;
		u8 *octets = malloc(len + 1);

		assert_non_null(octets);
		tls_octets(p->octets, octets);
		for (; at < len; at += n) {
			n = tls_cut(&seed, len - at);
			if (walk_copy(t, tls_side(p), octets + at, n))
				break;
		}
		free(octets);
		if (t->reason)
			break;
	}
}

static void gives_the_same_in_all_cuts(void **state)
{
	const struct tls_vector *v = *state;
	struct omasec_tls_conn t;
	const char *fault;
	u32 round;

	for (round = 0; round < 50; round++) {
		run(v, round < 2 ? round : round * 2654435761U | 2, &t);
		fault = tls_judge(v, &t);
		if (fault)
			fail_msg("round %u: %s: reason %u, \"%s\", version %x suite %x name %s",
				 round, fault, t.reason, t.what ? t.what : "", t.version, t.suite, t.sni);
		if (!v->reason)
			continue;
		/* A walker that has refused takes nothing more. */
		assert_int_equal(walk_copy(&t, OMASEC_TLS_CLIENT, (const u8 *)"\x17\x03\x03", 3),
				 v->reason);
	}
}

static void first_octet_tells(void **state)
{
	unsigned int c;

	(void)state;
	for (c = 0; c < 256; c++)
		assert_int_equal(omasec_tls_begins((u8)c), c == 22);
}

static void records_are_counted(void **state)
{
	struct omasec_tls_conn t;

	(void)state;
	assert_string_equal(tls_vectors[0].name, "takes_tls_1_3");
	run(&tls_vectors[0], 0, &t);
	/* hello; hello, change, four of the server; change, finished, data; answer */
	assert_in_range(t.records, 8, 12);
}

int main(void)
{
	static struct table tests;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tls_vectors); i++)
		table_add(&tests, tls_vectors[i].name, gives_the_same_in_all_cuts, &tls_vectors[i]);
	table_add(&tests, "first_octet_tells", first_octet_tells, NULL);
	table_add(&tests, "records_are_counted", records_are_counted, NULL);
	return table_run("tls", &tests);
}
