// SPDX-License-Identifier: GPL-2.0
/*
 * Blobs and bootstrap messages in the kernel: its HMAC-SHA1, secrets of logon keys,
 * tries of PINs, and that a message and a notification are accepted once.
 */
#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/key-type.h>

#include "control_kunit.h"
#include "../../kmod/blob.h"
#include "../../kmod/bootstrap.h"
#include "../../kmod/crypto.h"
#include "../../kmod/key.h"
#include "bootstrap_vectors.h"

/* Base64(MD5("com.mgmtsrv.manage:srvpwd")), and the worked notification of it. */
static const char key_v4[] = "k1gvMfTJFGLXJE7GnEG0CQ==";
#define V4_TRIGGER "\x02\xd0\x00\x00\x00\x12\x34\x12" "com.mgmtsrv.manage"
#define V4_DIGEST "\x10\x36\x9e\x83\xe3\xfc\x71\x03\xa4\xa2\x1a\xcc\xe6\xe2\x42\xae"

static const struct omasec_slice document = { BOOTSTRAP_BODY, sizeof(BOOTSTRAP_BODY) - 1 };

static struct key *make_key(struct kunit *test, const char *payload, size_t len)
{
	struct key *key = key_alloc(&key_type_logon, "omasec:kunit", GLOBAL_ROOT_UID,
				    GLOBAL_ROOT_GID, current_cred(), KEY_POS_ALL | KEY_USR_ALL,
				    KEY_ALLOC_NOT_IN_QUOTA, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(key));
	KUNIT_ASSERT_EQ(test, key_instantiate_and_link(key, payload, len, NULL, NULL), 0);
	return key;
}

static struct omasec_account *make_account(struct kunit *test, struct omasec_account_spec *spec)
{
	struct omasec_account *a;

	KUNIT_ASSERT_EQ(test, control_account(test->priv, spec), 0);
	a = omasec_account_find(test->priv, spec->name);
	KUNIT_ASSERT_NOT_NULL(test, a);
	return a;
}

static struct omasec_slice text(const char *s)
{
	return (struct omasec_slice) { .p = s, .len = strlen(s) };
}

/* The module's HMAC gives the MACs that OpenSSL and Python give. */
static void hmac_of_the_kernel(struct kunit *test)
{
	char mac[OMASEC_BOOTSTRAP_MAC_TEXT];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bootstrap_vectors); i++) {
		const struct bootstrap_vector *v = &bootstrap_vectors[i];
		struct omasec_bootstrap_secrets s = { text(v->netw), text(v->pin), v->colon };

		KUNIT_EXPECT_EQ(test, omasec_bootstrap_make(&omasec_kernel_hmac_sha1, v->sec, &s,
							    document, mac), 0);
		KUNIT_EXPECT_STREQ(test, mac, v->mac);
	}
}

static void content_types(struct kunit *test)
{
	struct omasec_bootstrap b;
	size_t i;
	u32 type;

	for (i = 0; i < ARRAY_SIZE(content_type_vectors); i++) {
		const struct content_type_vector *v = &content_type_vectors[i];
		unsigned int reason;

		reason = omasec_bootstrap_content_type(v->text, strlen(v->text), &type, &b);
		KUNIT_EXPECT_EQ_MSG(test, reason, v->reason, "%s", v->name);
		if (!reason)
			KUNIT_EXPECT_EQ_MSG(test, b.sec, v->sec, "%s", v->name);
		KUNIT_EXPECT_EQ_MSG(test, omasec_bootstrap_claims(v->text, strlen(v->text)),
				    reason || v->claims, "%s", v->name);
	}
}

/* Judges the document as secured with @sec by the account's secrets and @pin. */
static unsigned int judge(struct omasec_account *a, u8 sec, const char *mac, const char *pin)
{
	struct omasec_slice none = {};
	struct omasec_bootstrap b;
	const char *what;
	bool unchecked;

	if (omasec_bootstrap_parse(OMASEC_WSP_SEC_CODE, sec - OMASEC_SEC_NETWPIN, none,
				   sec == OMASEC_SEC_USERPINMAC ? none : text(mac), &b))
		return OMASEC_REASON_BOOTSTRAP_BAD;
	return omasec_bootstrap_judge(a, &b, document, text(pin), &unchecked, &what);
}

static void secrets_of_logon_keys(struct kunit *test)
{
	struct key *netw = make_key(test, IMSI_KEY, 8), *pin = make_key(test, "1234", 4);
	struct omasec_account_spec spec = { .name = "a", .secret = { netw, pin } };
	struct omasec_account_spec colon = {
		.name = "c", .secret = { netw, pin }, .usernetwpin = OMASEC_USERNETWPIN_COLON,
	};
	struct omasec_account_spec none = { .name = "n" };
	struct omasec_account *a = make_account(test, &spec), *c = make_account(test, &colon);
	struct omasec_account *n = make_account(test, &none);
	const char *right = bootstrap_vectors[0].mac;

	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_NETWPIN, right, ""), 0U);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, bootstrap_vectors[1].mac, ""), 0U);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERNETWPIN, bootstrap_vectors[2].mac, ""), 0U);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERNETWPIN, bootstrap_vectors[3].mac, ""),
			(unsigned int)OMASEC_REASON_BOOTSTRAP_MAC_WRONG);
	KUNIT_EXPECT_EQ(test, judge(c, OMASEC_SEC_USERNETWPIN, bootstrap_vectors[3].mac, ""), 0U);
	KUNIT_EXPECT_EQ(test, judge(n, OMASEC_SEC_NETWPIN, right, ""),
			(unsigned int)OMASEC_REASON_KEY_MISSING);
	KUNIT_EXPECT_EQ(test, judge(n, OMASEC_SEC_USERPIN, right, ""),
			(unsigned int)OMASEC_REASON_PIN_MISSING);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPINMAC, right, ""),
			(unsigned int)OMASEC_REASON_PIN_MISSING);
	key_revoke(netw);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_NETWPIN, right, ""),
			(unsigned int)OMASEC_REASON_KEY_REVOKED);
	omasec_account_put(a);
	omasec_account_put(c);
	omasec_account_put(n);
	key_put(netw);
	key_put(pin);
}

static void three_wrong_pins(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "a" }, again = { .name = "a", .app_cred = 1 };
	struct omasec_account *a = make_account(test, &spec), *b;
	const char *right = bootstrap_vectors[1].mac;
	unsigned int failures, locked;

	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, right, "1"),
			(unsigned int)OMASEC_REASON_PIN_WRONG);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, right, "2"),
			(unsigned int)OMASEC_REASON_PIN_WRONG);
	/* A right one in between forgives. */
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, right, "1234"), 0U);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, right, "3"),
			(unsigned int)OMASEC_REASON_PIN_WRONG);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, right, "4"),
			(unsigned int)OMASEC_REASON_PIN_WRONG);
	/* What does not come to a try does not count. */
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERNETWPIN, right, "5"),
			(unsigned int)OMASEC_REASON_KEY_MISSING);
	omasec_pin_state(a, &failures, &locked);
	KUNIT_EXPECT_EQ(test, failures, 2U);
	KUNIT_EXPECT_EQ(test, locked, 0U);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, right, "5x"),
			(unsigned int)OMASEC_REASON_PIN_WRONG);
	KUNIT_EXPECT_EQ(test, judge(a, OMASEC_SEC_USERPIN, right, "1234"),
			(unsigned int)OMASEC_REASON_PIN_LOCKED);
	/* The account that takes its place is locked, too. */
	b = make_account(test, &again);
	KUNIT_EXPECT_PTR_NE(test, a, b);
	KUNIT_EXPECT_EQ(test, judge(b, OMASEC_SEC_USERPIN, right, "1234"),
			(unsigned int)OMASEC_REASON_PIN_LOCKED);
	omasec_pin_state(b, &failures, &locked);
	KUNIT_EXPECT_EQ(test, failures, 3U);
	KUNIT_EXPECT_GT(test, locked, 0U);
	/* It ends by itself. */
	b->pin_tried -= OMASEC_PIN_LOCK_SECONDS + 1;
	KUNIT_EXPECT_EQ(test, judge(b, OMASEC_SEC_USERPIN, right, "6"),
			(unsigned int)OMASEC_REASON_PIN_WRONG);
	omasec_pin_state(b, &failures, &locked);
	KUNIT_EXPECT_EQ(test, failures, 1U);
	omasec_pin_reset(b);
	KUNIT_EXPECT_EQ(test, judge(b, OMASEC_SEC_USERPIN, right, "1234"), 0U);
	omasec_account_put(a);
	omasec_account_put(b);
}

static unsigned int verify(struct kunit *test, struct omasec_blob *blob)
{
	struct omasec_blob_verdict v;

	omasec_blob_verify(test->priv, blob, &v);
	omasec_account_put(v.account);
	return v.reason;
}

static void notification_once(struct kunit *test)
{
	static const char wire[] = V4_DIGEST V4_TRIGGER;
	struct key *key = make_key(test, key_v4, 24);
	struct omasec_account_spec spec = {
		.name = "a", .server_id = "com.mgmtsrv.manage",
		.user = { "v4", "com.mgmtsrv.manage" }, .key = { NULL, key },
		.nonce = { {}, { .known = true, .len = 5, .data = "Nonce" } },
	};
	struct omasec_account *a = make_account(test, &spec);
	struct omasec_blob blob = {
		.kind = OMASEC_BLOB_KIND_NOTIFICATION, .body = { wire, sizeof(wire) - 1 },
	};
	struct omasec_blob protect = {
		.kind = OMASEC_BLOB_KIND_NOTIFICATION, .account = a,
		.body = { V4_TRIGGER, sizeof(V4_TRIGGER) - 1 },
	};
	struct omasec_blob_protection p;
	const char *what;

	KUNIT_EXPECT_EQ(test, verify(test, &blob), 0U);
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_SESSION_REPLAYED);
	KUNIT_EXPECT_EQ(test, omasec_blob_protect(test->priv, &protect, &p, &what), 0U);
	KUNIT_EXPECT_TRUE(test, p.has_digest);
	KUNIT_EXPECT_EQ(test, memcmp(p.digest, V4_DIGEST, sizeof(p.digest)), 0);
	omasec_account_put(a);
	key_put(key);
}

/* A helper that takes what was not said to have come before. */
struct helper {
	struct delayed_work work;
	struct omasec_net *on;
	u8 seen[8][OMASEC_MD5_LEN];
	unsigned int count;
};

static void help(struct work_struct *work)
{
	struct helper *h = container_of(to_delayed_work(work), struct helper, work);
	struct omasec_decision d = { .verdict = OMASEC_VERDICT_ACCEPT, .sessionless = true };
	const char *why;
	struct omasec_msg *m = omasec_upcall_next(h->on, HELPER_PORT, &why);
	unsigned int i;

	if (!IS_ERR(m)) {
		for (i = 0; i < h->count; i++) {
			if (!memcmp(h->seen[i], m->mac, sizeof(m->mac))) {
				d.verdict = OMASEC_VERDICT_REJECT;
				d.reason = OMASEC_REASON_MAC_REPLAYED;
				d.detail = "seen";
			}
		}
		if (!d.reason && h->count < ARRAY_SIZE(h->seen))
			memcpy(h->seen[h->count++], m->mac, sizeof(m->mac));
		omasec_upcall_verdict(m, HELPER_PORT, &d, &why);
		omasec_msg_put(m);
	}
	schedule_delayed_work(&h->work, 1);
}

/* What one side protects the other accepts, once. */
static void message_once(struct kunit *test)
{
	struct key *key = make_key(test, key_v4, 24);
	struct omasec_account_spec spec = {
		.name = "a", .user = { "client", "server" }, .key = { key, key },
		.nonce = { { .known = true, .len = 1, .data = "s" } },
		.agreed = { { .known = true, .len = 1, .data = "c" } },
	};
	struct omasec_account *a = make_account(test, &spec);
	struct helper *h = kunit_kzalloc(test, sizeof(*h), GFP_KERNEL);
	struct omasec_blob blob = {
		.kind = OMASEC_BLOB_KIND_MESSAGE, .role = OMASEC_ROLE_CLIENT, .account = a,
		.body = text("<SyncML/>"),
	};
	struct omasec_blob_protection p;
	const char *what;

	KUNIT_ASSERT_NOT_NULL(test, h);
	KUNIT_EXPECT_EQ(test, omasec_blob_protect(test->priv, &blob, &p, &what), 0U);
	blob.hmac = p.hmac;
	blob.role = OMASEC_ROLE_SERVER;
	/* Nobody remembers without helper. */
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_HELPER_ABSENT);
	h->on = test->priv;
	INIT_DELAYED_WORK(&h->work, help);
	KUNIT_ASSERT_EQ(test, omasec_upcall_register(h->on, HELPER_PORT, "kunit", false, &what), 0);
	schedule_delayed_work(&h->work, 1);
	KUNIT_EXPECT_EQ(test, verify(test, &blob), 0U);
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_MAC_REPLAYED);
	blob.body = text("<syncML/>");
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_MAC_WRONG);
	blob.role = OMASEC_ROLE_CLIENT;
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_USER_MISMATCH);
	blob.hmac = NULL;
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_MAC_MISSING);
	blob.role = OMASEC_ROLE_SERVER;
	KUNIT_EXPECT_EQ(test, omasec_blob_protect(test->priv, &blob, &p, &what),
			(unsigned int)OMASEC_REASON_NONCE_MISSING);
	cancel_delayed_work_sync(&h->work);
	omasec_upcall_release(h->on, HELPER_PORT);
	omasec_account_put(a);
	key_put(key);
}

/* Records of DTLS go through to a socket; a blob is to be used, so they are refused. */
static void blob_is_checked_or_refused(struct kunit *test)
{
	static const char dtls[] = "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\1x";
	static const char other[] = "\x01\x06\x0b" "text/plain\0" "hello";
	struct omasec_blob blob = {
		.kind = OMASEC_BLOB_KIND_PUSH, .body = { dtls, sizeof(dtls) - 1 },
	};

	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_TLS_FORBIDDEN);
	blob.body = (struct omasec_slice) { other, sizeof(other) - 1 };
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_NOT_DM);
	blob.kind = OMASEC_BLOB_KIND_MESSAGE + 1;
	KUNIT_EXPECT_EQ(test, verify(test, &blob), (unsigned int)OMASEC_REASON_NOT_DM);
}

static struct kunit_case blob_cases[] = {
	KUNIT_CASE(hmac_of_the_kernel),
	KUNIT_CASE(content_types),
	KUNIT_CASE(secrets_of_logon_keys),
	KUNIT_CASE(three_wrong_pins),
	KUNIT_CASE(notification_once),
	KUNIT_CASE(message_once),
	KUNIT_CASE(blob_is_checked_or_refused),
	{}
};

static struct kunit_suite blob_suite = {
	.name = "omasec_blob",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = blob_cases,
};

kunit_test_suites(&blob_suite);

MODULE_LICENSE("GPL");
