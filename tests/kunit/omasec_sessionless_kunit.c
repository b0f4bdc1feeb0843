// SPDX-License-Identifier: GPL-2.0
/*
 * Sessionless messages in the kernel: which pushes are right with the agreed nonce,
 * that this nonce goes on with the account, and what a verdict may say of them.
 */
#include <keys/user-type.h>
#include <linux/cred.h>
#include <linux/key-type.h>

#include "control_kunit.h"
#include "../../kmod/crypto.h"
#include "../../kmod/proto/hmac_header.h"
#include "../../kmod/push.h"
#include "../../kmod/sessionless.h"

#define SERVER "Mgmt1"
#define K "PtEdr8lBQ45IbT1bZIkrOQ=="
#define BODY "<SyncML/>"

static struct omasec_nonce nonce_of(const char *s)
{
	struct omasec_nonce n = { .known = true, .len = strlen(s) };

	memcpy(n.data, s, n.len);
	return n;
}

#define SKIP_WITHOUT_MD5(test) do {					\
	if (!omasec_crypto_has_md5())					\
		kunit_skip(test, "this kernel has no MD5");		\
} while (0)

/* With @agreed ("" for none) as agreed nonce of the server; the caller puts it. */
static struct omasec_account *account(struct kunit *test, const char *agreed)
{
	struct key *key = key_alloc(&key_type_logon, "omasec:agreed", GLOBAL_ROOT_UID,
				    GLOBAL_ROOT_GID, current_cred(), KEY_POS_ALL | KEY_USR_ALL,
				    KEY_ALLOC_NOT_IN_QUOTA, NULL);
	struct omasec_account_spec spec = {
		.name = "srv", .server_id = SERVER, .user = { "device", SERVER },
		.nonce = { {}, nonce_of("session") },
	};
	struct omasec_account *a;

	KUNIT_ASSERT_FALSE(test, IS_ERR(key));
	KUNIT_ASSERT_EQ(test, key_instantiate_and_link(key, K, 24, NULL, NULL), 0);
	spec.key[OMASEC_CRED_SERVER] = key;
	if (*agreed)
		spec.agreed[OMASEC_CRED_SERVER] = nonce_of(agreed);
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &spec), 0);
	key_put(key);
	a = omasec_account_find(test->priv, "srv");
	KUNIT_ASSERT_NOT_NULL(test, a);
	return a;
}

static void make_mac(struct kunit *test, const char *nonce, u8 mac[OMASEC_MD5_LEN])
{
	struct omasec_slice body = { BODY, sizeof(BODY) - 1 };
	u8 sum[OMASEC_MD5_LEN];

	KUNIT_ASSERT_EQ(test, omasec_kernel_md5.digest(omasec_kernel_md5.ctx, &body, 1, sum), 0);
	KUNIT_ASSERT_EQ(test, omasec_mac_compute(&omasec_kernel_md5, OMASEC_MAC_FORM_OMA,
						 (const u8 *)K, nonce, strlen(nonce), sum, mac), 0);
}

struct pushed {
	const char *name;
	const char *head;	/* content type and application id */
	const char *user, *nonce, *agreed;
	unsigned int reason;
	bool refuse, twice, flip;
};

#define XML "\xc3\xaf\x87"
#define OK_PUSH .head = XML, .user = SERVER, .nonce = "n1", .agreed = "n1"

static const struct pushed pushed[] = {
	{ "right", OK_PUSH },
	{ "right_wbxml", .head = "\xc2\xaf\x87", .user = SERVER, .nonce = "n1", .agreed = "n1" },
	{ "rule_takes_none", OK_PUSH, .refuse = true, .reason = OMASEC_REASON_SESSIONLESS_REFUSED },
	{ "another_nonce", .head = XML, .user = SERVER, .nonce = "n2", .agreed = "n1",
	  .reason = OMASEC_REASON_MAC_WRONG },
	{ "nonce_of_the_session", .head = XML, .user = SERVER, .nonce = "session", .agreed = "n1",
	  .reason = OMASEC_REASON_MAC_WRONG },
	{ "changed_mac", OK_PUSH, .flip = true, .reason = OMASEC_REASON_MAC_WRONG },
	{ "no_agreed_nonce", .head = XML, .user = SERVER, .nonce = "session", .agreed = "",
	  .reason = OMASEC_REASON_NONCE_MISSING },
	{ "empty_nonce_is_none", .head = XML, .user = SERVER, .nonce = "", .agreed = "",
	  .reason = OMASEC_REASON_NONCE_MISSING },
	{ "unknown_user", .head = XML, .user = "Mgmt2", .nonce = "n1", .agreed = "n1",
	  .reason = OMASEC_REASON_USER_UNKNOWN },
	{ "name_of_the_client", .head = XML, .user = "device", .nonce = "n1", .agreed = "n1",
	  .reason = OMASEC_REASON_USER_UNKNOWN },
	{ "two_headers", OK_PUSH, .twice = true, .reason = OMASEC_REASON_WSP_SYNTAX },
	{ "without_application", .head = "\xc3", .user = SERVER, .nonce = "n1", .agreed = "n1",
	  .reason = OMASEC_REASON_WSP_SYNTAX },
	{ "another_application", .head = "\xc3\xaf\x85", .user = SERVER, .nonce = "n1",
	  .agreed = "n1", .reason = OMASEC_REASON_WSP_SYNTAX },
	{ "secured_as_bootstrap_too", .head = "\x03\xc2\x91\x81\xaf\x87", .user = SERVER,
	  .nonce = "n1", .agreed = "n1", .reason = OMASEC_REASON_WSP_SYNTAX },
	{ "client_provisioning_is_bootstrap", .head = "\xb6\xaf\x87", .user = SERVER, .nonce = "n1",
	  .agreed = "n1", .reason = OMASEC_REASON_BOOTSTRAP_BAD },
};

static void pushed_desc(const struct pushed *p, char *desc)
{
	strscpy(desc, p->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pushed, pushed, pushed_desc);

static size_t make_push(struct kunit *test, const struct pushed *p, u8 out[512])
{
	u8 head[400], mac[OMASEC_MD5_LEN];
	size_t n = strlen(p->head), at = 2;
	unsigned int i;
	ssize_t len;

	memcpy(head, p->head, n);
	make_mac(test, p->nonce, mac);
	mac[5] ^= p->flip;
	for (i = 0; i < 1U + p->twice; i++) {
		memcpy(head + n, "X-SyncML-HMAC", 14);
		n += 14;
		len = omasec_hmac_header_format(head + n, 150, p->user, strlen(p->user), mac);
		KUNIT_ASSERT_GT(test, len, 0);
		head[n + len] = '\0';
		n += len + 1;
	}
	out[0] = 1;
	out[1] = 6;
	if (n > 0x7f)
		out[at++] = 0x80 | n >> 7;
	out[at++] = n & 0x7f;
	memcpy(out + at, head, n);
	memcpy(out + at + n, BODY, sizeof(BODY) - 1);
	return at + n + sizeof(BODY) - 1;
}

static void push_is_judged(struct kunit *test)
{
	const struct pushed *p = test->param_value;
	struct omasec_push_terms terms = { .max_message = 1000 };
	u8 wire[512], mac[OMASEC_MD5_LEN];
	struct omasec_push_verdict v;
	struct omasec_nonce session;
	struct omasec_account *a;
	size_t len;

	SKIP_WITHOUT_MD5(test);
	a = account(test, p->agreed);
	terms.sessionless = p->refuse ? OMASEC_SESSIONLESS_REFUSE : OMASEC_SESSIONLESS_ACCEPT;
	if (p->reason == OMASEC_REASON_BOOTSTRAP_BAD)
		terms.account = a;
	len = make_push(test, p, wire);
	omasec_push_judge(test->priv, &terms, wire, len, &v);
	KUNIT_EXPECT_EQ(test, v.reason, p->reason);
	KUNIT_EXPECT_EQ(test, v.outcome, p->reason ? OMASEC_PUSH_REFUSE : OMASEC_PUSH_NOTE);
	if (p->reason != OMASEC_REASON_WSP_SYNTAX)
		KUNIT_EXPECT_EQ(test, v.kind,
				p->reason == OMASEC_REASON_BOOTSTRAP_BAD ?
				OMASEC_MESSAGE_KIND_BOOTSTRAP : OMASEC_MESSAGE_KIND_SESSIONLESS);
	if (v.outcome == OMASEC_PUSH_NOTE) {
		make_mac(test, "n1", mac);
		KUNIT_EXPECT_PTR_EQ(test, v.account, a);
		KUNIT_EXPECT_EQ(test, memcmp(v.mac, mac, sizeof(mac)), 0);
		KUNIT_EXPECT_EQ(test, v.agreed.len, 2);
		KUNIT_EXPECT_EQ(test, v.data.len, sizeof(BODY) - 1);
		KUNIT_EXPECT_STREQ(test, v.type, p->head[0] == '\xc3' ?
				   "application/vnd.syncml.dm+xml" :
				   "application/vnd.syncml.dm+wbxml");
		/* It may still be a replay. */
		KUNIT_EXPECT_EQ(test, atomic64_read(&a->messages_ok), 0);
	}
	/* No session lost its nonce by it. */
	omasec_account_nonce_read(a, OMASEC_CRED_SERVER, &session, NULL);
	KUNIT_EXPECT_FALSE(test, session.spent);
	omasec_account_put(v.account);
	omasec_account_put(a);
}

static void account_of_the_rule_is_meant(struct kunit *test)
{
	struct omasec_account_spec other = { .name = "other", .server_id = "elsewhere",
					     .user = { NULL, "elsewhere" } };
	struct omasec_push_terms terms = { .max_message = 1000,
					   .sessionless = OMASEC_SESSIONLESS_ACCEPT };
	struct omasec_push_verdict v;
	struct omasec_account *a;
	u8 wire[512];
	size_t len;

	SKIP_WITHOUT_MD5(test);
	a = account(test, "n1");
	KUNIT_ASSERT_EQ(test, control_account(test->priv, &other), 0);
	terms.account = omasec_account_find(test->priv, "other");
	len = make_push(test, &pushed[0], wire);
	omasec_push_judge(test->priv, &terms, wire, len, &v);
	KUNIT_EXPECT_EQ(test, v.reason, OMASEC_REASON_USER_MISMATCH);
	omasec_account_put(v.account);
	omasec_account_put(terms.account);
	terms.account = a;
	omasec_push_judge(test->priv, &terms, wire, len, &v);
	KUNIT_EXPECT_EQ(test, v.outcome, OMASEC_PUSH_NOTE);
	omasec_account_put(v.account);
	omasec_account_put(a);
}

/* An account that is replaced keeps its agreed nonce and what is known of its use. */
static void nonce_goes_on_with_the_account(struct kunit *test)
{
	struct omasec_nonce n1 = nonce_of("n1"), n2 = nonce_of("n2"), now;
	struct omasec_account *a, *b;
	u32 used;

	a = account(test, "n1");
	omasec_agreed_used(a, OMASEC_CRED_SERVER, &n2, 9);	/* not in force */
	omasec_agreed_read(a, OMASEC_CRED_SERVER, &now, &used);
	KUNIT_EXPECT_EQ(test, used, 0U);
	omasec_agreed_used(a, OMASEC_CRED_SERVER, &n1, 7);
	b = account(test, "");
	KUNIT_EXPECT_PTR_NE(test, a, b);
	omasec_agreed_read(b, OMASEC_CRED_SERVER, &now, &used);
	KUNIT_EXPECT_TRUE(test, omasec_nonce_equal(&now, &n1));
	KUNIT_EXPECT_EQ(test, used, 7U);
	/* Who holds the old one sees the same. */
	omasec_agreed_read(a, OMASEC_CRED_SERVER, &now, &used);
	KUNIT_EXPECT_EQ(test, used, 7U);
	omasec_account_put(a);
	a = account(test, "n2");
	omasec_agreed_read(b, OMASEC_CRED_SERVER, &now, &used);
	KUNIT_EXPECT_TRUE(test, omasec_nonce_equal(&now, &n2));
	KUNIT_EXPECT_EQ(test, used, 0U);
	omasec_account_put(a);
	omasec_account_put(b);
}

/* What one end sends could otherwise be sent back to it as if the other had. */
static void both_ends_never_have_one_nonce(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "srv", .server_id = SERVER };
	struct omasec_nonce n1 = nonce_of("n1"), now;
	struct omasec_account *a;

	omasec_account_put(account(test, "n1"));
	spec.agreed[OMASEC_CRED_CLIENT] = n1;
	KUNIT_EXPECT_EQ(test, control_account(test->priv, &spec), -EINVAL);
	spec.agreed[OMASEC_CRED_SERVER] = n1;
	KUNIT_EXPECT_EQ(test, control_account(test->priv, &spec), -EINVAL);
	spec.name = "new";
	KUNIT_EXPECT_EQ(test, control_account(test->priv, &spec), -EINVAL);
	/* They may change places, and nothing that was refused has left a trace. */
	spec.name = "srv";
	spec.agreed[OMASEC_CRED_SERVER] = nonce_of("n2");
	KUNIT_EXPECT_EQ(test, control_account(test->priv, &spec), 0);
	spec.agreed[OMASEC_CRED_CLIENT] = nonce_of("n2");
	spec.agreed[OMASEC_CRED_SERVER] = (struct omasec_nonce){};
	KUNIT_EXPECT_EQ(test, control_account(test->priv, &spec), -EINVAL);
	a = omasec_account_find(test->priv, "srv");
	KUNIT_ASSERT_NOT_NULL(test, a);
	omasec_agreed_read(a, OMASEC_CRED_CLIENT, &now, NULL);
	KUNIT_EXPECT_TRUE(test, omasec_nonce_equal(&now, &n1));
	omasec_account_put(a);
}

/* ---- verdicts ---- */

struct said {
	const char *name;
	u8 path, verdict, kind;
	bool agreed, sessionless, refuse, nonce;
	int err;
};

#define RX OMASEC_PATH_RX
#define TX OMASEC_PATH_TX
#define ACCEPT OMASEC_VERDICT_ACCEPT
#define RESPOND OMASEC_VERDICT_RESPOND

static const struct said said[] = {
	{ "noted", RX, ACCEPT, .agreed = true, .sessionless = true },
	{ "not_said_to_be_noted", RX, ACCEPT, .agreed = true, .err = -EPERM },
	{ "noted_without_agreed_nonce", RX, ACCEPT, .sessionless = true, .err = -EPERM },
	{ "responded", RX, RESPOND, .agreed = true, .err = -EPERM },
	{ "said_and_responded", RX, RESPOND, .sessionless = true, .err = -EPERM },
	{ "leaves", TX, ACCEPT, .sessionless = true },
	{ "leaves_with_another_nonce", TX, ACCEPT, .sessionless = true, .nonce = true, .err = -EINVAL },
	{ "leaves_against_the_rule", TX, ACCEPT, .sessionless = true, .refuse = true, .err = -EPERM },
	{ "leaves_as_response", TX, ACCEPT, OMASEC_HTTP_KIND_RESPONSE, .sessionless = true,
	  .err = -EPERM },
};

static void said_desc(const struct said *s, char *desc)
{
	strscpy(desc, s->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(said, said, said_desc);

static void verdict_is_checked(struct kunit *test)
{
	const struct said *s = test->param_value;
	struct omasec_rule *r = control_rule(test, OMASEC_DIRECTION_IN, 80);
	struct omasec_decision d = { .verdict = s->verdict, .sessionless = s->sessionless };
	struct omasec_msg *m = omasec_msg_new(test->priv, r, NULL);
	const char *why = NULL;

	KUNIT_ASSERT_NOT_NULL(test, m);
	r->sessionless = s->refuse ? OMASEC_SESSIONLESS_REFUSE : OMASEC_SESSIONLESS_ACCEPT;
	m->path = s->path;
	m->http_kind = s->kind;
	m->mac_state = OMASEC_MAC_STATE_OK;
	if (s->agreed)
		m->agreed = nonce_of("n1");
	if (s->nonce)
		d.mac_nonce = nonce_of("n2");
	if (s->verdict == RESPOND) {
		m->has_repl = true;
		KUNIT_ASSERT_EQ(test, omasec_buf_append(&m->repl, "body", 4), 0);
		d.has_length = true;
		d.length = 4;
		d.no_mac = true;
	}
	KUNIT_EXPECT_EQ(test, omasec_verdict_check(m, &d, &why), s->err);
	KUNIT_EXPECT_EQ(test, !!why, !!s->err);
	omasec_msg_put(m);
	omasec_rule_put(r);
}

static struct kunit_case sessionless_cases[] = {
	KUNIT_CASE_PARAM(push_is_judged, pushed_gen_params),
	KUNIT_CASE(account_of_the_rule_is_meant),
	KUNIT_CASE(nonce_goes_on_with_the_account),
	KUNIT_CASE(both_ends_never_have_one_nonce),
	KUNIT_CASE_PARAM(verdict_is_checked, said_gen_params),
	{}
};

static struct kunit_suite sessionless_suite = {
	.name = "omasec_sessionless",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = sessionless_cases,
};

kunit_test_suites(&sessionless_suite);

MODULE_LICENSE("GPL");
