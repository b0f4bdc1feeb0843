// SPDX-License-Identifier: GPL-2.0
/*
 * The Cred of a signed message: who may have it judged and made, that a nonce serves one
 * message and one only, and that no verdict goes past it.
 */
#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/key-type.h>

#include "control_kunit.h"
#include "../../kmod/cred_md5.h"
#include "../../kmod/proto/base64.h"
#include "../../kmod/proto/reason.h"

/* Base64(MD5("Bruce2:OhBehave")) */
#define KEY_K "PtEdr8lBQ45IbT1bZIkrOQ=="
/* With the nonce "Nonce"; worked value of DM Security 1.2, 5.3.2. */
#define DIGEST "Zz6EivR3yeaaENcRN6lpAQ=="

struct cred_test {
	struct omasec_msg *m;
	struct key *key;
	u8 digest[OMASEC_MD5_LEN];
};

static void nobody(struct omasec_msg *m, void *arg)
{
}

static struct omasec_nonce nonce_of(const char *s)
{
	struct omasec_nonce n = { .known = true, .len = strlen(s) };

	memcpy(n.data, s, n.len);
	return n;
}

/* A message of such a rule that the helper has. */
static struct omasec_msg *cred_msg_of(struct kunit *test, struct omasec_account *a, u8 integrity,
				      u8 path)
{
	struct omasec_rule *r = control_rule(test, OMASEC_DIRECTION_IN, 80);
	const char *why = NULL;
	struct omasec_msg *m;

	r->integrity = integrity;
	r->account = omasec_account_get(a);
	m = omasec_msg_new(test->priv, r, a);
	omasec_rule_put(r);
	KUNIT_ASSERT_NOT_NULL(test, m);
	KUNIT_ASSERT_EQ(test, omasec_buf_append(&m->body, "<x/>", 4), 0);
	m->path = path;
	m->decided = nobody;
	KUNIT_ASSERT_EQ(test, omasec_upcall_submit(m), 0U);
	omasec_msg_put(omasec_upcall_next(test->priv, HELPER_PORT, &why));
	return m;
}

static struct omasec_msg *cred_msg(struct kunit *test, struct omasec_account *a, u8 path)
{
	return cred_msg_of(test, a, OMASEC_INTEGRITY_SIGNATURE, path);
}

static struct omasec_account *cred_account(struct kunit *test, struct cred_test *t)
{
	struct omasec_account_spec spec = {
		.name = "a", .user = { "Bruce2", "Bruce2" },
		.nonce = { nonce_of("Nonce"), nonce_of("other") },
	};
	const char *why = NULL;
	struct omasec_account *a;

	t->key = key_alloc(&key_type_logon, "omasec:kunit", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID,
			   current_cred(), KEY_POS_ALL | KEY_USR_ALL, KEY_ALLOC_NOT_IN_QUOTA, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(t->key));
	KUNIT_ASSERT_EQ(test, key_instantiate_and_link(t->key, KEY_K, 24, NULL, NULL), 0);
	spec.key[0] = t->key;
	spec.key[1] = t->key;
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	a = omasec_account_find(test->priv, "a");
	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_EQ(test, (int)omasec_base64_decode(DIGEST, 24, t->digest, OMASEC_MD5_LEN),
			OMASEC_MD5_LEN);
	KUNIT_ASSERT_EQ(test, omasec_upcall_register(test->priv, HELPER_PORT, "kunit", true, &why),
			0);
	return a;
}

static void cred_end(struct omasec_msg *m)
{
	omasec_upcall_cancel(m);
	omasec_msg_put(m);
}

static int judge(struct omasec_msg *m, u32 port, const u8 *digest, u8 *state)
{
	const char *why = NULL;

	return omasec_msg_cred_judge(m, port, digest, state, &why);
}

static int make(struct omasec_msg *m, u32 port, const char *nonce, u8 *digest)
{
	struct omasec_nonce n = nonce_of(nonce);
	const char *why = NULL;

	return omasec_msg_cred_make(m, port, &n, digest, &why);
}

static void a_nonce_serves_one_message(struct kunit *test)
{
	struct cred_test t;
	struct omasec_account *a = cred_account(test, &t);
	struct omasec_msg *first = cred_msg(test, a, OMASEC_PATH_RX);
	struct omasec_msg *second = cred_msg(test, a, OMASEC_PATH_RX);
	u8 state = 99, wrong[OMASEC_MD5_LEN] = {};

	KUNIT_EXPECT_EQ(test, judge(first, OTHER_PORT, t.digest, &state), -EPERM);
	KUNIT_EXPECT_EQ(test, judge(first, HELPER_PORT, t.digest, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_OK);
	/* A helper that was started anew: the same answer, and nothing is used up for it. */
	KUNIT_EXPECT_EQ(test, judge(first, HELPER_PORT, t.digest, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_OK);
	KUNIT_EXPECT_EQ(test, judge(first, HELPER_PORT, wrong, &state), -EPERM);
	KUNIT_EXPECT_EQ(test, judge(first, HELPER_PORT, NULL, &state), -EPERM);
	KUNIT_EXPECT_EQ(test, first->mac_state, (u8)OMASEC_MAC_STATE_OK);

	KUNIT_EXPECT_EQ(test, judge(second, HELPER_PORT, t.digest, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_REPLAYED);
	omasec_upcall_cancel(first);
	KUNIT_EXPECT_EQ(test, judge(first, HELPER_PORT, t.digest, &state), -ESTALE);
	omasec_msg_put(first);
	cred_end(second);
	omasec_account_put(a);
	key_put(t.key);
}

static void wrong_and_missing(struct kunit *test)
{
	struct cred_test t;
	struct omasec_account *a = cred_account(test, &t);
	struct omasec_msg *m = cred_msg(test, a, OMASEC_PATH_RX);
	u8 state = 99, wrong[OMASEC_MD5_LEN] = {};

	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, NULL, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_MISSING);
	/* It had none: one that is shown later is another message's. */
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), -EPERM);
	cred_end(m);
	m = cred_msg(test, a, OMASEC_PATH_RX);
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, wrong, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_WRONG);
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), -EPERM);
	cred_end(m);
	/* The nonce is still there. */
	m = cred_msg(test, a, OMASEC_PATH_RX);
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_OK);
	cred_end(m);
	/* With the other credential, the other nonce. */
	m = cred_msg(test, a, OMASEC_PATH_RX);
	m->role = OMASEC_ROLE_CLIENT;
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_WRONG);
	cred_end(m);
	omasec_account_put(a);
	key_put(t.key);
}

static void only_where_it_counts(struct kunit *test)
{
	struct cred_test t;
	struct omasec_account *a = cred_account(test, &t);
	struct omasec_msg *m = cred_msg(test, a, OMASEC_PATH_TX), *other;
	u8 state, digest[OMASEC_MD5_LEN];

	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), -EPERM);
	KUNIT_EXPECT_EQ(test, make(m, OTHER_PORT, "Nonce", digest), -EPERM);
	other = cred_msg_of(test, a, OMASEC_INTEGRITY_BOTH, OMASEC_PATH_TX);
	KUNIT_EXPECT_EQ(test, make(other, HELPER_PORT, "Nonce", digest), -EPERM);
	cred_end(other);
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "Nonce", digest), 0);
	KUNIT_EXPECT_EQ(test, memcmp(digest, t.digest, OMASEC_MD5_LEN), 0);
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "x:AAAAAAAAAAAAAAAAAAAAAA==", digest), -EINVAL);
	key_revoke(t.key);
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "Nonce", digest), -EKEYREVOKED);
	cred_end(m);
	m = cred_msg(test, a, OMASEC_PATH_RX);
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), -EKEYREVOKED);
	KUNIT_EXPECT_EQ(test, m->mac_state, (u8)OMASEC_MAC_STATE_UNCHECKED);
	cred_end(m);
	omasec_account_put(a);
	key_put(t.key);
}

/* Neither in nor out without it, whatever the helper says. */
static void no_verdict_goes_past_it(struct kunit *test)
{
	struct omasec_decision in = { .verdict = OMASEC_VERDICT_ACCEPT, .has_length = true, .length = 4 };
	struct omasec_decision out = { .verdict = OMASEC_VERDICT_ACCEPT, .has_length = true, .length = 4,
				       .mac_nonce = nonce_of("Nonce") };
	struct cred_test t;
	struct omasec_account *a = cred_account(test, &t);
	struct omasec_msg *m = cred_msg(test, a, OMASEC_PATH_RX);
	u8 state, digest[OMASEC_MD5_LEN];
	const char *why = NULL;

	KUNIT_ASSERT_EQ(test, omasec_upcall_put(m, HELPER_PORT, 0, "<x/>", 4, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &in, &why), -EPERM);
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), 0);
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &in, &why), 0);
	cred_end(m);

	m = cred_msg(test, a, OMASEC_PATH_TX);
	/* Octets as they came are never signed. */
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "Nonce", digest), 0);
	in.has_length = false;
	in.length = 0;
	in.mac_nonce = out.mac_nonce;
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &in, &why), -EPERM);
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "another", digest), 0);
	KUNIT_ASSERT_EQ(test, omasec_upcall_put(m, HELPER_PORT, 0, "<x/>", 4, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &out, &why), -EPERM);
	out.mac_nonce.known = false;
	out.no_mac = true;
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &out, &why), -EPERM);
	out.mac_nonce = nonce_of("Nonce");
	out.no_mac = false;
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "Nonce", digest), 0);
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &out, &why), 0);
	cred_end(m);
	omasec_account_put(a);
	key_put(t.key);
}

/* With integrity any it counts in what has no MAC, and only for the helper that asked for it. */
static void any_without_mac(struct kunit *test)
{
	struct omasec_decision in = { .verdict = OMASEC_VERDICT_ACCEPT };
	struct cred_test t;
	struct omasec_account *a = cred_account(test, &t);
	struct omasec_msg *m = cred_msg_of(test, a, OMASEC_INTEGRITY_ANY, OMASEC_PATH_RX);
	u8 state, digest[OMASEC_MD5_LEN];
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, omasec_msg_integrity(m), (u8)OMASEC_INTEGRITY_ANY);
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), 0);
	KUNIT_EXPECT_EQ(test, state, (u8)OMASEC_MAC_STATE_OK);
	/* what was signed is never delivered as it came */
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &in, &why), -EPERM);
	cred_end(m);

	m = cred_msg_of(test, a, OMASEC_INTEGRITY_ANY, OMASEC_PATH_RX);
	m->creds = false;
	KUNIT_EXPECT_EQ(test, omasec_msg_integrity(m), (u8)OMASEC_INTEGRITY_HMAC);
	KUNIT_EXPECT_EQ(test, judge(m, HELPER_PORT, t.digest, &state), -EPERM);
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "Nonce", digest), -EPERM);
	m->mac_state = OMASEC_MAC_STATE_WRONG;
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &in, &why), -EPERM);
	m->mac_state = OMASEC_MAC_STATE_OK;
	KUNIT_EXPECT_EQ(test, omasec_upcall_verdict(m, HELPER_PORT, &in, &why), 0);
	cred_end(m);

	m = cred_msg_of(test, a, OMASEC_INTEGRITY_ANY, OMASEC_PATH_TX);
	KUNIT_EXPECT_EQ(test, make(m, HELPER_PORT, "Nonce", digest), 0);
	KUNIT_EXPECT_TRUE(test, m->cred_nonce.known);
	KUNIT_ASSERT_EQ(test, omasec_upcall_put(m, HELPER_PORT, 0, "<x/>", 4, &why), 0);
	KUNIT_EXPECT_TRUE(test, m->cred_nonce.known);
	KUNIT_ASSERT_EQ(test, omasec_upcall_register(test->priv, OTHER_PORT, "kunit", true, &why), 0);
	omasec_msg_put(omasec_upcall_next(test->priv, OTHER_PORT, &why));
	KUNIT_ASSERT_EQ(test, omasec_upcall_put(m, OTHER_PORT, 0, "<x/>", 4, &why), 0);
	KUNIT_EXPECT_FALSE(test, m->cred_nonce.known);
	cred_end(m);
	omasec_account_put(a);
	key_put(t.key);
}

static struct kunit_case cred_cases[] = {
	KUNIT_CASE(a_nonce_serves_one_message),
	KUNIT_CASE(wrong_and_missing),
	KUNIT_CASE(only_where_it_counts),
	KUNIT_CASE(no_verdict_goes_past_it),
	KUNIT_CASE(any_without_mac),
	{}
};

static struct kunit_suite cred_suite = {
	.name = "omasec_cred",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = cred_cases,
};

kunit_test_suites(&cred_suite);

MODULE_LICENSE("GPL");
