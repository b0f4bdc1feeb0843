// SPDX-License-Identifier: GPL-2.0
/* Creds of signed messages, judged and made by a fake of the module. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib_fake.h"

static struct {
	int error, state;		/* -1: no state in the answer */
	size_t len;			/* octets of the Cred in it */
	unsigned int cookie, digest, nonce;	/* how often each was in a request */
	size_t nonce_len;
} cred;

static void module_cred(const struct nlmsghdr *req)
{
	static const uint8_t octets[32] = { 0x11, 0x22, 0x33 };
	static struct attrs a;
	const struct nlattr *attr;

	assert_int_equal(genl_command(req), OMASEC_CMD_MSG_CRED);
	attr = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)req, GENL_HDRLEN, OMASEC_A_MSG_COOKIE);
	cred.cookie += attr && nla_get_u64(attr) == 7;
	attr = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)req, GENL_HDRLEN, OMASEC_A_MSG_CRED);
	cred.digest += attr && nla_len(attr) == OMASEC_CRED_LEN && !memcmp(nla_data(attr), "0123456789abcdef", 16);
	attr = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)req, GENL_HDRLEN, OMASEC_A_MSG_MAC_NONCE);
	cred.nonce += !!attr;
	cred.nonce_len = attr ? (size_t)nla_len(attr) : 0;
	a.len = 0;
	if (cred.state >= 0)
		attr_put(&a, OMASEC_A_MSG_MAC_STATE, &(uint8_t){ (uint8_t)cred.state }, 1);
	if (cred.len)
		attr_put(&a, OMASEC_A_MSG_CRED, octets, cred.len);
	if (!cred.error)
		fake_reply(req, &a);
	fake_ack(req, cred.error);
}

static void has_creds_judged(void **state)
{
	static const int err[] = { EPERM, ENOENT, ESTALE, ENOKEY, EKEYREVOKED, ENOMEM };
	const uint8_t *digest = (const uint8_t *)"0123456789abcdef";
	unsigned int i;
	uint8_t mac;

	(void)state;
	fake.handler = module_cred;
	memset(&cred, 0, sizeof(cred));
	for (i = OMASEC_MAC_STATE_OK; i <= OMASEC_MAC_STATE_REPLAYED; i++) {
		cred.state = (int)i;
		assert_int_equal(omasec_message_cred_judge(fake.o, 7, digest, &mac), 0);
		assert_int_equal(mac, i);
		assert_int_equal(omasec_message_cred_judge(fake.o, 7, NULL, &mac), 0);
		assert_int_equal(mac, i);
	}
	assert_int_equal(cred.cookie, 8);
	assert_int_equal(cred.digest, 4);
	assert_int_equal(cred.nonce, 0);
	/* What says nothing is no answer. */
	for (i = 0; i < 2; i++) {
		cred.state = i ? -1 : OMASEC_MAC_STATE_UNCHECKED;
		assert_int_equal(omasec_message_cred_judge(fake.o, 7, digest, &mac), -EPROTO);
		assert_int_equal(mac, OMASEC_MAC_STATE_UNCHECKED);
	}
	cred.state = OMASEC_MAC_STATE_OK;
	for (i = 0; i < sizeof(err) / sizeof(err[0]); i++) {
		cred.error = -err[i];
		assert_int_equal(omasec_message_cred_judge(fake.o, 7, digest, &mac), -err[i]);
		assert_int_equal(mac, OMASEC_MAC_STATE_UNCHECKED);
		assert_string_not_equal(omasec_error(fake.o), "no error");
	}
}

static void has_creds_made(void **state)
{
	struct omasec_nonce nonce = { .known = true, .len = 5, .data = "Nonce" };
	uint8_t digest[OMASEC_CRED_LEN];

	(void)state;
	fake.handler = module_cred;
	memset(&cred, 0, sizeof(cred));
	cred.state = -1;
	for (cred.len = 0; cred.len <= 32; cred.len += 8) {
		memset(digest, 0xee, sizeof(digest));
		assert_int_equal(omasec_message_cred_make(fake.o, 7, &nonce, digest), cred.len == 16 ? 0 : -EPROTO);
		assert_int_equal(digest[0], cred.len == 16 ? 0x11 : 0);
		assert_int_equal(cred.nonce_len, 5);
	}
	cred.len = 16;
	nonce.len = 0;	/* the empty one is one, too */
	assert_int_equal(omasec_message_cred_make(fake.o, 7, &nonce, digest), 0);
	assert_int_equal(cred.nonce, cred.cookie);
	cred.error = -EINVAL;
	assert_int_equal(omasec_message_cred_make(fake.o, 7, &nonce, digest), -EINVAL);
	assert_int_equal(digest[0] | digest[15], 0);
	assert_int_equal(cred.digest, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, fake_setup_helper, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(has_creds_judged),
		T(has_creds_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
