// SPDX-License-Identifier: GPL-2.0
/* How often messages may fail to be decrypted, over time and restarts. */
#include <daemon/budget.h>

#include "cmocka_table.h"

#define NOW 1700000000u

static struct budget b;

static int setup(void **state)
{
	(void)state;
	memset(&b, 0, sizeof(b));
	return 0;
}

static void spend(unsigned int count, uint64_t at)
{
	while (count--) {
		int slot = budget_take(&b, at);

		assert_in_range(slot, 0, BUDGET_SLOTS - 1);
		budget_spend(&b, slot, at);
	}
}

/* Sixteen in an hour, and the next one when the first of them is over. */
static void sixteen_in_an_hour(void **state)
{
	(void)state;
	spend(1, NOW);
	spend(15, NOW + 100);
	assert_int_equal(budget_take(&b, NOW + 100), -1);
	assert_int_equal(budget_wait(&b, NOW + 100), BUDGET_SECONDS - 100);
	assert_int_equal(budget_take(&b, NOW + BUDGET_SECONDS - 1), -1);
	spend(1, NOW + BUDGET_SECONDS);
	assert_int_equal(budget_take(&b, NOW + BUDGET_SECONDS), -1);
	assert_int_equal(budget_wait(&b, NOW + BUDGET_SECONDS), 100);
	spend(15, NOW + BUDGET_SECONDS + 100);
	assert_int_equal(budget_take(&b, NOW + BUDGET_SECONDS + 100), -1);
}

/* What goes well costs nothing, however often; what nobody knows yet counts meanwhile. */
static void right_ones_are_free(void **state)
{
	int slot[BUDGET_SLOTS], i;

	(void)state;
	for (i = 0; i < 100; i++)
		budget_give(&b, budget_take(&b, NOW));
	spend(15, NOW);
	slot[0] = budget_take(&b, NOW);
	assert_int_not_equal(slot[0], -1);
	assert_int_equal(budget_take(&b, NOW), -1);
	budget_give(&b, slot[0]);
	assert_int_equal(budget_wait(&b, NOW), 0);
	setup(NULL);
	for (i = 0; i < BUDGET_SLOTS; i++)
		slot[i] = budget_take(&b, NOW);
	assert_int_equal(budget_take(&b, NOW), -1);
	for (i = 0; i < BUDGET_SLOTS; i++)
		budget_give(&b, slot[i]);
	spend(16, NOW);
	budget_give(&b, -1);
	budget_spend(&b, -1, NOW);
	budget_spend(&b, BUDGET_SLOTS, NOW);
}

/* A clock that was set back blocks for an hour from then, not until it is right again. */
static void clock_set_back(void **state)
{
	(void)state;
	spend(16, NOW + 1000000);
	assert_int_equal(budget_take(&b, NOW), -1);
	assert_int_equal(budget_take(&b, NOW + BUDGET_SECONDS - 1), -1);
	assert_int_equal(budget_take(&b, NOW + BUDGET_SECONDS), 0);
	/* one without a battery */
	setup(NULL);
	spend(16, 0);
	assert_int_equal(budget_take(&b, 0), -1);
	assert_int_equal(budget_take(&b, BUDGET_SECONDS), -1);
	assert_int_equal(budget_take(&b, BUDGET_SECONDS + 1), 0);
}

/* What is stored are the failures; who died with a message had not failed yet. */
static void packed(void **state)
{
	uint8_t octets[BUDGET_SIZE];
	struct budget was;

	(void)state;
	spend(3, NOW + 258);
	budget_take(&b, NOW + 258);
	was = b;
	budget_pack(&b, octets);
	memset(&b, 0xee, sizeof(b));
	budget_unpack(&b, octets);
	assert_memory_equal(b.failed, was.failed, sizeof(b.failed));
	assert_int_equal(b.taken, 0);
	assert_int_equal(octets[0], (NOW + 258) & 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sixteen_in_an_hour, setup),
		cmocka_unit_test_setup(right_ones_are_free, setup),
		cmocka_unit_test_setup(clock_set_back, setup),
		cmocka_unit_test_setup(packed, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
