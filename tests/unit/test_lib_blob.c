// SPDX-License-Identifier: GPL-2.0
/*
 * libomasec's calls about blobs against a fake of the family: only an answer that
 * says so is an acceptance, what goes out is what was given, and what cannot be
 * judged is not sent.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib_fake.h"

static _Alignas(8) uint8_t sent[131072];
static struct attrs reply;

static void answer(const struct nlmsghdr *req)
{
	memcpy(sent, req, req->nlmsg_len);
	fake_reply(req, &reply);
	fake_ack(req, 0);
}

static void ack_only(const struct nlmsghdr *req)
{
	memcpy(sent, req, req->nlmsg_len);
	fake_ack(req, 0);
}

static void must_not_be_sent(const struct nlmsghdr *req)
{
	(void)req;
	abort();
}

static bool sent_is(int type, const void *data, size_t len)
{
	const struct nlattr *a = nlmsg_find_attr((struct nlmsghdr *)sent, GENL_HDRLEN, type);

	return a && (size_t)nla_len(a) == len && !memcmp(nla_data(a), data, len);
}

static bool sent_has(int type)
{
	return nlmsg_find_attr((struct nlmsghdr *)sent, GENL_HDRLEN, type);
}

static struct omasec_blob blob = {
	.kind = OMASEC_BLOB_KIND_BOOTSTRAP_CP, .role = OMASEC_ROLE_SERVER, .sec = OMASEC_SEC_USERPIN,
	.account = "mgmt", .body = "0123456789", .len = 10, .mac = "AA", .pin = "1234",
};

static void verdict_reply(uint32_t reason)
{
	reply.len = 0;
	attr_u8(&reply, OMASEC_A_BLOB_KIND, blob.kind);
	attr_u32(&reply, OMASEC_A_BLOB_REASON, reason);
	attr_str(&reply, OMASEC_A_BLOB_ACCOUNT, "mgmt");
	attr_u8(&reply, OMASEC_A_BLOB_MESSAGE, OMASEC_MESSAGE_KIND_BOOTSTRAP);
	attr_u16(&reply, OMASEC_A_BLOB_SESSION, 0x1234);
	attr_u8(&reply, OMASEC_A_BLOB_SEC, OMASEC_SEC_USERPIN);
	fake.handler = answer;
}

static void accepts_what_the_module_accepts(void **state)
{
	struct omasec_blob_verdict v;

	(void)state;
	verdict_reply(0);
	attr_put(&reply, OMASEC_A_BLOB_UNCHECKED, NULL, 0);
	attr_u32(&reply, OMASEC_A_BLOB_OFFSET, 4);
	attr_u32(&reply, OMASEC_A_BLOB_LENGTH, 6);
	assert_int_equal(omasec_blob_verify(fake.o, &blob, &v), 0);
	assert_true(v.unchecked && v.has_message);
	assert_int_equal(v.message, OMASEC_MESSAGE_KIND_BOOTSTRAP);
	assert_int_equal(v.sec, OMASEC_SEC_USERPIN);
	assert_int_equal(v.session, 0x1234);
	assert_int_equal(v.offset, 4);
	assert_int_equal(v.length, 6);
	assert_string_equal(v.account, "mgmt");
	assert_int_equal(genl_command((struct nlmsghdr *)sent), OMASEC_CMD_BLOB_VERIFY);
	assert_true(sent_is(OMASEC_A_BLOB_BODY, "0123456789", 10));
	assert_true(sent_is(OMASEC_A_BLOB_PIN, "1234", 4));
	assert_true(sent_is(OMASEC_A_BLOB_ACCOUNT, "mgmt", 5));
	assert_true(sent_is(OMASEC_A_BLOB_MAC, "AA", 3));
	assert_true(sent_is(OMASEC_A_BLOB_KIND, &blob.kind, 1));
	assert_true(sent_is(OMASEC_A_BLOB_ROLE, &blob.role, 1));
	assert_true(sent_is(OMASEC_A_BLOB_SEC, &blob.sec, 1));
	assert_false(sent_has(OMASEC_A_BLOB_HMAC) || sent_has(OMASEC_A_BLOB_CONTENT_TYPE));
}

static void refuses_what_the_module_refuses(void **state)
{
	struct omasec_blob_verdict v;

	(void)state;
	verdict_reply(OMASEC_REASON_PIN_WRONG);
	attr_str(&reply, OMASEC_A_BLOB_TEXT, "the third wrong PIN");
	assert_int_equal(omasec_blob_verify(fake.o, &blob, &v), -EKEYREJECTED);
	assert_int_equal(v.reason, OMASEC_REASON_PIN_WRONG);
	assert_string_equal(v.text, "the third wrong PIN");
	assert_string_equal(omasec_error(fake.o), "the third wrong PIN");
}

/* No answer, or one without a reason, is no acceptance. */
static void refuses_without_a_verdict(void **state)
{
	struct omasec_blob_verdict v;

	(void)state;
	fake.handler = ack_only;
	assert_int_equal(omasec_blob_verify(fake.o, &blob, &v), -EBADMSG);
	reply.len = 0;
	attr_u8(&reply, OMASEC_A_BLOB_KIND, blob.kind);
	fake.handler = answer;
	assert_int_equal(omasec_blob_verify(fake.o, &blob, &v), -EBADMSG);
	assert_int_equal(v.length, 0);
}

static void refuses_an_extent_outside_of_the_body(void **state)
{
	struct omasec_blob_verdict v;

	(void)state;
	verdict_reply(0);
	attr_u32(&reply, OMASEC_A_BLOB_OFFSET, 4);
	attr_u32(&reply, OMASEC_A_BLOB_LENGTH, 7);
	assert_int_equal(omasec_blob_verify(fake.o, &blob, &v), -EBADMSG);
	verdict_reply(0);
	attr_u32(&reply, OMASEC_A_BLOB_OFFSET, 0xffffffff);
	attr_u32(&reply, OMASEC_A_BLOB_LENGTH, 2);
	assert_int_equal(omasec_blob_verify(fake.o, &blob, &v), -EBADMSG);
	assert_int_equal(v.length, 0);
}

static void sends_nothing_that_is_too_large(void **state)
{
	static uint8_t body[OMASEC_BLOB_MAX + 1];
	struct omasec_blob big = { .kind = OMASEC_BLOB_KIND_MESSAGE, .body = body, .len = sizeof(body) };
	struct omasec_blob_protection p;
	struct omasec_blob_verdict v;

	(void)state;
	fake.handler = must_not_be_sent;
	assert_int_equal(omasec_blob_verify(fake.o, &big, &v), -EMSGSIZE);
	assert_non_null(strstr(omasec_error(fake.o), "61440"));
	assert_int_equal(omasec_blob_protect(fake.o, &big, &p), -EMSGSIZE);
	big.len = 1;
	big.pin = "";
	assert_int_equal(omasec_blob_verify(fake.o, &big, &v), -EINVAL);
	big.pin = NULL;
	big.len = OMASEC_BLOB_MAX;
	verdict_reply(0);
	assert_int_equal(omasec_blob_verify(fake.o, &big, &v), 0);
	assert_true(sent_is(OMASEC_A_BLOB_BODY, body, OMASEC_BLOB_MAX));
}

static void reads_what_protects(void **state)
{
	struct omasec_blob_protection p;

	(void)state;
	reply.len = 0;
	attr_str(&reply, OMASEC_A_BLOB_ACCOUNT, "mgmt");
	attr_put(&reply, OMASEC_A_BLOB_DIGEST, "0123456789abcdef", 16);
	fake.handler = answer;
	assert_int_equal(omasec_blob_protect(fake.o, &blob, &p), 0);
	assert_true(p.has_digest);
	assert_memory_equal(p.digest, "0123456789abcdef", 16);
	assert_int_equal(genl_command((struct nlmsghdr *)sent), OMASEC_CMD_BLOB_PROTECT);
	reply.len = 0;
	attr_str(&reply, OMASEC_A_BLOB_CONTENT_TYPE, "a/b; SEC=USERPIN; MAC=00");
	attr_u8(&reply, OMASEC_A_BLOB_SEC, OMASEC_SEC_USERPIN);
	attr_str(&reply, OMASEC_A_BLOB_MAC, "00");
	attr_str(&reply, OMASEC_A_BLOB_HMAC, "mac=1");
	assert_int_equal(omasec_blob_protect(fake.o, &blob, &p), 0);
	assert_false(p.has_digest);
	assert_string_equal(p.content_type, "a/b; SEC=USERPIN; MAC=00");
	assert_string_equal(p.mac, "00");
	assert_string_equal(p.hmac, "mac=1");
	assert_int_equal(p.sec, OMASEC_SEC_USERPIN);
}

static void refuses_protection_that_is_none(void **state)
{
	struct omasec_blob_protection p;

	(void)state;
	reply.len = 0;
	attr_str(&reply, OMASEC_A_BLOB_ACCOUNT, "mgmt");
	attr_put(&reply, OMASEC_A_BLOB_DIGEST, "0123456789abcde", 15);
	fake.handler = answer;
	assert_int_equal(omasec_blob_protect(fake.o, &blob, &p), -EBADMSG);
	fake.handler = ack_only;
	assert_int_equal(omasec_blob_protect(fake.o, &blob, &p), -EBADMSG);
}

static void resets_pins_of_one_account(void **state)
{
	(void)state;
	fake.handler = ack_only;
	assert_int_equal(omasec_account_pin_reset(fake.o, "mgmt"), 0);
	assert_int_equal(genl_command((struct nlmsghdr *)sent), OMASEC_CMD_ACCOUNT_PIN_RESET);
	assert_true(sent_is(OMASEC_A_ACCOUNT_NAME, "mgmt", 5));
}

/* ---- messages that wait for a PIN */

static void wait_reply(uint32_t reason, bool waits)
{
	reply.len = 0;
	attr_u32(&reply, OMASEC_A_WAIT_ID, 7);
	attr_str(&reply, OMASEC_A_WAIT_ACCOUNT, "mgmt");
	attr_u8(&reply, OMASEC_A_WAIT_SEC, OMASEC_SEC_USERPIN);
	attr_u32(&reply, OMASEC_A_WAIT_REASON, reason);
	attr_u32(&reply, OMASEC_A_WAIT_TRIES, 2);
	if (waits)
		attr_put(&reply, OMASEC_A_WAIT_WAITS, NULL, 0);
	fake.handler = answer;
}

static void gives_a_pin(void **state)
{
	static const uint32_t id = 7;
	struct omasec_wait w;

	(void)state;
	wait_reply(0, false);
	assert_int_equal(omasec_wait_pin(fake.o, 7, "1234", &w), 0);
	assert_int_equal(genl_command((struct nlmsghdr *)sent), OMASEC_CMD_WAIT_PIN);
	assert_true(sent_is(OMASEC_A_WAIT_ID, &id, 4));
	assert_true(sent_is(OMASEC_A_WAIT_PIN, "1234", 4));
	assert_false(sent_has(OMASEC_A_WAIT_REFUSE));
	assert_string_equal(w.account, "mgmt");
	wait_reply(OMASEC_REASON_PIN_WRONG, true);
	assert_int_equal(omasec_wait_pin(fake.o, 7, "1234", &w), -EKEYREJECTED);
	assert_int_equal(w.reason, OMASEC_REASON_PIN_WRONG);
	assert_true(w.waits);
	assert_int_equal(w.tries, 2);
	wait_reply(OMASEC_REASON_KILLED, false);
	assert_int_equal(omasec_wait_pin(fake.o, 7, NULL, &w), -EKEYREJECTED);
	assert_true(sent_has(OMASEC_A_WAIT_REFUSE));
	assert_false(sent_has(OMASEC_A_WAIT_PIN));
}

/* No answer, or one without a reason, delivered nothing; nor did giving up. */
static void delivers_only_what_the_module_says(void **state)
{
	struct omasec_wait w;

	(void)state;
	fake.handler = ack_only;
	assert_int_equal(omasec_wait_pin(fake.o, 7, "1234", &w), -EBADMSG);
	reply.len = 0;
	attr_u32(&reply, OMASEC_A_WAIT_ID, 7);
	fake.handler = answer;
	assert_int_equal(omasec_wait_pin(fake.o, 7, "1234", &w), -EBADMSG);
	wait_reply(0, false);
	assert_int_equal(omasec_wait_pin(fake.o, 7, NULL, &w), -EBADMSG);
	fake.handler = must_not_be_sent;
	assert_int_equal(omasec_wait_pin(fake.o, 7, "", &w), -EINVAL);
}

static void sends_the_secrets_of_an_account(void **state)
{
	struct omasec_account a = {
		.name = "srv", .netw = { .key = 7 }, .pin = { .key = 8 }, .usernetwpin = 1,
		.bootstrap_unsecured = 1,
	}, back = { 0 };

	(void)state;
	fake.handler = ack_only;
	assert_int_equal(omasec_account_set(fake.o, &a), 0);
	assert_int_equal(genl_decode_msg(&omasec_set_account, (struct nlmsghdr *)sent, &back), 0);
	assert_memory_equal(&a, &back, sizeof(a));
}

#define T(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(accepts_what_the_module_accepts),
		T(refuses_what_the_module_refuses),
		T(refuses_without_a_verdict),
		T(refuses_an_extent_outside_of_the_body),
		T(sends_nothing_that_is_too_large),
		T(reads_what_protects),
		T(refuses_protection_that_is_none),
		T(resets_pins_of_one_account),
		T(gives_a_pin),
		T(delivers_only_what_the_module_says),
		T(sends_the_secrets_of_an_account),
	};

	return cmocka_run_group_tests_name("lib_blob", tests, NULL, NULL);
}
