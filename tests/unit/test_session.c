// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts, sessions and numbers as data: bounds, order, and look-up.
 */
#include <errno.h>
#include <stdio.h>

#include <daemon/nonce.h>
#include <daemon/session.h>

#include "cmocka_table.h"

static struct accounts accounts;
static struct sessions sessions;
static struct account *acct;

static const struct session_limits small = {
	.established = 4, .provisional = 3,
	.established_ms = 1000, .provisional_ms = 100, .held = 100,
};

static int setup(void **state)
{
	(void)state;
	return accounts_init(&accounts, NULL, NULL) || sessions_init(&sessions, &small) ||
	       account_need(&accounts, "acct", &acct);
}

static int teardown(void **state)
{
	(void)state;
	sessions_free(&sessions);
	accounts_free(&accounts);
	return 0;
}

/* ---- numbers ---- */

static void numbers_without_rounds_are_the_same(void **state)
{
	struct numbers n = { 0 };
	uint32_t i;

	(void)state;
	for (i = 1; i < 1000; i++) {
		assert_int_equal(number_out_app(&n, i), i);
		assert_int_equal(number_in(&n, i), i);
		assert_int_equal(map_to_app(&n.out, i), i);
		assert_int_equal(map_to_wire(&n.in, i), i);
	}
	assert_false(number_shifted(&n));
	assert_int_equal(n.out.count, 1);
}

static void numbers_begin_where_the_session_is(void **state)
{
	struct numbers n = { 0 };

	(void)state;
	assert_int_equal(number_in(&n, 7), 7);
	assert_int_equal(number_out_app(&n, 6), 6);
	assert_false(number_shifted(&n));
}

static void challenge_before_the_first_message(void **state)
{
	struct numbers n = { 0 };

	(void)state;
	number_in_seen(&n, 1);
	assert_int_equal(number_out_own(&n, 1), 1);
	assert_int_equal(number_in(&n, 2), 1);
	assert_int_equal(number_out_app(&n, 1), 2);
	assert_int_equal(map_to_app(&n.out, 1), 0);
	assert_int_equal(map_to_app(&n.out, 2), 1);
	assert_int_equal(map_to_wire(&n.in, 1), 2);
	assert_true(number_shifted(&n));
}

static void repetition_keeps_the_number_of_the_application(void **state)
{
	struct numbers n = { 0 };

	(void)state;
	assert_int_equal(number_out_app(&n, 1), 1);
	assert_int_equal(number_out_app(&n, 2), 2);
	assert_int_equal(number_out_again(&n, 2), 3);
	assert_int_equal(map_to_app(&n.out, 1), 1);
	assert_int_equal(map_to_app(&n.out, 2), 2);
	assert_int_equal(map_to_app(&n.out, 3), 2);
	assert_int_equal(number_out_app(&n, 3), 4);
	assert_int_equal(map_to_app(&n.out, 4), 3);
	assert_int_equal(map_to_wire(&n.out, 2), 3);
}

static void retransmission_keeps_its_number(void **state)
{
	struct numbers n = { 0 };

	(void)state;
	number_out_own(&n, 1);
	assert_int_equal(number_out_app(&n, 1), 2);
	assert_int_equal(number_out_app(&n, 1), 2);
	assert_int_equal(number_out_app(&n, 2), 3);
	number_in_seen(&n, 1);
	assert_int_equal(number_in(&n, 2), 1);
	assert_int_equal(number_in(&n, 2), 1);
	assert_int_equal(number_in(&n, 3), 2);
	/* The number of a message that was refused, used again. */
	assert_int_equal(number_in(&n, 1), 3);
}

static void own_messages_in_the_middle_are_known(void **state)
{
	struct numbers n = { 0 };
	uint32_t i, wire = 0, app = 0;

	(void)state;
	for (i = 0; i < 5; i++) {
		assert_int_equal(number_out_app(&n, ++app), ++wire);
		assert_int_equal(number_out_own(&n, 1), ++wire);
		assert_int_equal(map_to_app(&n.out, wire), 0);
		assert_int_equal(map_to_app(&n.out, wire - 1), app);
	}
}

/* Always within its bounds, always right about what is newest. */
static void long_histories_are_forgotten_from_the_end(void **state)
{
	struct numbers n = { 0 };
	uint32_t i, app = 0, wire;

	(void)state;
	for (i = 0; i < 1000; i++) {
		wire = number_out_app(&n, ++app);
		if (i % 3 == 0)
			wire = number_out_again(&n, app);
		assert_int_equal(map_to_app(&n.out, wire), app);
		assert_int_equal(map_to_wire(&n.out, app), wire);
		if (i % 5 == 0)
			assert_int_equal(map_to_app(&n.out, number_out_own(&n, 1)), 0);
		assert_true(number_valid(&n));
	}
}

static void numbers_at_their_end_do_no_harm(void **state)
{
	struct numbers n = { 0 };
	uint32_t i, k, id, got[6];

	(void)state;
	for (i = 0; i < 20; i++) {
		id = INT32_MAX - 10 + i % 11;
		got[0] = number_out_app(&n, id);
		got[1] = number_out_again(&n, id);
		got[2] = number_out_own(&n, INT32_MAX);
		got[3] = number_in(&n, id);
		got[4] = map_to_wire(&n.out, INT32_MAX);
		got[5] = map_to_wire(&n.in, INT32_MAX);
		for (k = 0; k < 6; k++)
			assert_true(got[k] && got[k] <= INT32_MAX);
		assert_true(map_to_app(&n.out, INT32_MAX) <= INT32_MAX);
		assert_true(number_valid(&n));
	}
}

/* ---- sessions ---- */

static struct session *established(const char *id, uint64_t now)
{
	struct session *s = session_new(&sessions, acct, 1, id, NULL, now);

	assert_non_null(s);
	return s;
}

static void found_by_account_role_and_id(void **state)
{
	struct account *other;
	struct session *s, *p;

	(void)state;
	assert_int_equal(account_need(&accounts, "other", &other), 0);
	s = established("1", 0);
	p = session_new(&sessions, acct, 1, "1", "IMEI:1", 0);
	assert_ptr_equal(session_find(&sessions, acct, 1, "1"), s);
	assert_null(session_find(&sessions, acct, 2, "1"));
	assert_null(session_find(&sessions, other, 1, "1"));
	assert_null(session_find(&sessions, acct, 1, "2"));
	assert_null(session_find(&sessions, acct, 1, ""));
	assert_ptr_equal(session_find_provisional(&sessions, acct, 1, "1", "IMEI:1"), p);
	assert_null(session_find_provisional(&sessions, acct, 1, "1", "IMEI:2"));
	assert_null(session_find_provisional(&sessions, NULL, 1, "1", "IMEI:1"));
	assert_int_equal(acct->sessions, 2);
}

static void longest_idle_goes_first(void **state)
{
	unsigned int i;
	char id[8];

	(void)state;
	for (i = 0; i < 4; i++) {
		snprintf(id, sizeof(id), "%u", i);
		established(id, i);
	}
	session_touch(&sessions, session_find(&sessions, acct, 1, "0"), 10);
	established("new", 11);
	assert_int_equal(sessions.established.count, 4);
	assert_non_null(session_find(&sessions, acct, 1, "0"));
	assert_null(session_find(&sessions, acct, 1, "1"));
	assert_int_equal(sessions.evicted, 1);
	assert_int_equal(acct->sessions, 4);
}

static void strangers_push_out_strangers_only(void **state)
{
	unsigned int i;
	char source[16];

	(void)state;
	established("mine", 0);
	for (i = 0; i < 100; i++) {
		snprintf(source, sizeof(source), "IMEI:%u", i);
		assert_non_null(session_new(&sessions, NULL, 2, "1", source, 0));
	}
	assert_int_equal(sessions.provisional.count, 3);
	assert_non_null(session_find(&sessions, acct, 1, "mine"));
	assert_non_null(session_find_provisional(&sessions, NULL, 2, "1", "IMEI:99"));
	assert_null(session_find_provisional(&sessions, NULL, 2, "1", "IMEI:96"));
}

static void idle_sessions_end(void **state)
{
	(void)state;
	established("1", 0);
	established("2", 500);
	session_new(&sessions, NULL, 2, "1", "IMEI:1", 450);
	assert_int_equal(sessions_expire(&sessions, 500), 50);
	assert_int_equal(sessions_expire(&sessions, 999), 1);
	assert_int_equal(sessions.provisional.count, 0);
	assert_int_equal(sessions.established.count, 2);
	assert_int_equal(sessions_expire(&sessions, 1000), 500);
	assert_null(session_find(&sessions, acct, 1, "1"));
	assert_int_equal(sessions_expire(&sessions, 5000), -1);
	assert_int_equal(sessions.table.count, 0);
}

static void provisional_becomes_established(void **state)
{
	struct session *p = session_new(&sessions, NULL, 2, "1", "IMEI:1", 0);

	(void)state;
	session_establish(&sessions, p, acct, 5);
	assert_ptr_equal(session_find(&sessions, acct, 2, "1"), p);
	assert_null(session_find_provisional(&sessions, NULL, 2, "1", "IMEI:1"));
	assert_int_equal(sessions.provisional.count, 0);
	assert_int_equal(sessions.established.count, 1);
	assert_int_equal(acct->sessions, 1);
	assert_int_equal(p->stamp, 5);
}

static void sessions_of_gone_accounts_end(void **state)
{
	struct account *other;

	(void)state;
	assert_int_equal(account_need(&accounts, "other", &other), 0);
	acct->listed = true;
	established("1", 0);
	session_dirty(&sessions, session_new(&sessions, other, 1, "1", NULL, 0));
	session_new(&sessions, other, 1, "2", "x", 0);
	session_new(&sessions, NULL, 1, "2", "x", 0);
	account_dirty(&accounts, other);
	account_dirty(&accounts, acct);
	sessions_forget(&sessions);
	assert_int_equal(other->sessions, 0);
	assert_int_equal(sessions.established.count, 1);
	assert_int_equal(sessions.provisional.count, 1);
	assert_null(sessions.dirty);
	account_drop(&accounts, other);
	assert_null(account_find(&accounts, "other"));
	assert_ptr_equal(accounts.dirty, acct);
	assert_null(acct->next_dirty);
}

static void held_messages_are_bounded(void **state)
{
	struct dm_map map = { 1, 2 };
	struct session *a, *b;
	char body[101] = "";

	(void)state;
	a = established("a", 0);
	b = established("b", 0);
	assert_int_equal(session_hold(&sessions, a, body, 60, "t", &map, 1), 0);
	assert_int_equal(session_hold(&sessions, b, body, 40, "t", &map, 0), 0);
	assert_int_equal(sessions.held, 100);
	assert_int_equal(a->held.map[0].to, 2);
	/* The oldest gives way. */
	assert_int_equal(session_hold(&sessions, b, body, 41, "t", &map, 0), 0);
	assert_null(a->held.body);
	assert_int_equal(sessions.held, 41);
	assert_int_equal(session_hold(&sessions, b, body, 101, "t", &map, 0), -ENOMEM);
	assert_null(b->held.body);
	assert_int_equal(sessions.held, 0);
	assert_int_equal(session_hold(&sessions, b, body, 100, "t", &map, 0), 0);
	session_restart(&sessions, b);
	assert_int_equal(sessions.held, 0);
}

static void messages_with_cred_are_remembered(void **state)
{
	struct session *s = established("1", 0);
	uint32_t i;

	(void)state;
	assert_false(session_cred_has(s, 0));
	for (i = 1; i <= 10; i++) {
		session_cred_add(s, i);
		session_cred_add(s, i);
		assert_true(session_cred_has(s, i));
	}
	assert_false(session_cred_has(s, 10 - SESSION_CREDS));
	assert_true(session_cred_has(s, 11 - SESSION_CREDS));
}

/* ---- accounts ---- */

static void account_is_found_by_a_user_name_of_its_own(void **state)
{
	struct account *b;

	(void)state;
	assert_int_equal(account_need(&accounts, "b", &b), 0);
	assert_int_equal(account_set_user(&accounts, acct, "Bruce2"), 0);
	assert_ptr_equal(account_find_user(&accounts, "Bruce2"), acct);
	assert_null(account_find_user(&accounts, "bruce2"));
	assert_null(account_find_user(&accounts, ""));
	assert_int_equal(account_set_user(&accounts, b, "Bruce2"), 0);
	assert_null(account_find_user(&accounts, "Bruce2"));	/* whose? */
	assert_int_equal(account_set_user(&accounts, b, "Other"), 0);
	assert_ptr_equal(account_find_user(&accounts, "Bruce2"), acct);
	assert_int_equal(account_set_user(&accounts, b, ""), 0);
	assert_null(account_find_user(&accounts, ""));
}

static void many_accounts_are_found(void **state)
{
	struct account *a;
	unsigned int i;
	char name[16];

	(void)state;
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "account%u", i);
		assert_int_equal(account_need(&accounts, name, &a), 0);
		assert_int_equal(account_set_user(&accounts, a, name), 0);
	}
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "account%u", i);
		a = account_find(&accounts, name);
		assert_non_null(a);
		assert_ptr_equal(account_find_user(&accounts, name), a);
	}
	assert_int_equal(accounts.names.count, 20001);
	assert_true(accounts.names.mask >= 16383);
}

static void guard_tells_replays(void **state)
{
	struct omasec_nonce n;
	unsigned int i;

	(void)state;
	nonce_set(&n, "one", 3);
	account_issue(&accounts, acct, ACCOUNT_CLIENT, &n);
	assert_false(account_replayed(acct, ACCOUNT_CLIENT, 1, false));
	account_accepted(&accounts, acct, ACCOUNT_CLIENT, 1, false);
	assert_true(account_replayed(acct, ACCOUNT_CLIENT, 1, false));
	assert_false(account_replayed(acct, ACCOUNT_CLIENT, 2, false));
	assert_false(account_replayed(acct, ACCOUNT_SERVER, 1, false));
	/* The message with the next nonce may never have left. */
	nonce_set(&n, "two", 3);
	account_issue(&accounts, acct, ACCOUNT_CLIENT, &n);
	assert_true(account_replayed(acct, ACCOUNT_CLIENT, 1, false));
	nonce_set(&n, "three", 5);
	account_issue(&accounts, acct, ACCOUNT_CLIENT, &n);
	assert_false(account_replayed(acct, ACCOUNT_CLIENT, 1, false));
	/* One that is like no other is told whatever the nonce. */
	account_accepted(&accounts, acct, ACCOUNT_CLIENT, 9, true);
	nonce_set(&n, "four", 4);
	account_issue(&accounts, acct, ACCOUNT_CLIENT, &n);
	assert_true(account_replayed(acct, ACCOUNT_CLIENT, 9, true));
	/* Before the first is forgotten, the nonce is worn out. */
	for (i = 0; i < GUARD_SEEN; i++) {
		assert_false(account_replayed(acct, ACCOUNT_CLIENT, 100 + i, true));
		account_accepted(&accounts, acct, ACCOUNT_CLIENT, 100 + i, true);
		assert_true(account_replayed(acct, ACCOUNT_CLIENT, 100, true));
	}
	assert_true(account_replayed(acct, ACCOUNT_CLIENT, 999, true));
	account_issue(&accounts, acct, ACCOUNT_CLIENT, &n);
	assert_false(account_replayed(acct, ACCOUNT_CLIENT, 999, true));
}

static void fresh_nonces_are_printable_and_differ(void **state)
{
	struct omasec_nonce a, b;
	unsigned int i, k;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(nonce_make(&a, nonce_system_random), 0);
		assert_int_equal(a.len, 16);
		for (k = 0; k < a.len; k++)
			assert_true(a.data[k] > 0x20 && a.data[k] < 0x7f);
		if (i)
			assert_false(nonce_equal(&a, &b));
		b = a;
	}
}

#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(numbers_without_rounds_are_the_same),
		test(numbers_begin_where_the_session_is),
		test(challenge_before_the_first_message),
		test(repetition_keeps_the_number_of_the_application),
		test(retransmission_keeps_its_number),
		test(own_messages_in_the_middle_are_known),
		test(long_histories_are_forgotten_from_the_end),
		test(numbers_at_their_end_do_no_harm),
		test(found_by_account_role_and_id),
		test(longest_idle_goes_first),
		test(strangers_push_out_strangers_only),
		test(idle_sessions_end),
		test(provisional_becomes_established),
		test(sessions_of_gone_accounts_end),
		test(held_messages_are_bounded),
		test(messages_with_cred_are_remembered),
		test(account_is_found_by_a_user_name_of_its_own),
		test(many_accounts_are_found),
		test(guard_tells_replays),
		test(fresh_nonces_are_printable_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
