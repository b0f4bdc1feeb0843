// SPDX-License-Identifier: GPL-2.0
/*
 * Accounts, their nonces and keys, the MAC of a real key (worked values of DM
 * Security 1.2, 5.4.3), and the buffers that messages lie in.
 */
#include <keys/user-type.h>
#include <linux/key-type.h>
#include <linux/cred.h>
#include <linux/random.h>

#include "control_kunit.h"
#include "../../kmod/crypto.h"
#include "../../kmod/key.h"
#include "../../kmod/proto/base64.h"

/* Base64(MD5("Bruce2:OhBehave")) */
static const char key_k[] = "PtEdr8lBQ45IbT1bZIkrOQ==";

static struct key *make_key(struct kunit *test, struct key_type *type, const char *payload,
			    size_t len)
{
	struct key *key = key_alloc(type, "omasec:kunit", GLOBAL_ROOT_UID, GLOBAL_ROOT_GID,
				    current_cred(), KEY_POS_ALL | KEY_USR_ALL,
				    KEY_ALLOC_NOT_IN_QUOTA, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(key));
	KUNIT_ASSERT_EQ(test, key_instantiate_and_link(key, payload, len, NULL, NULL), 0);
	return key;
}

static struct omasec_nonce make_nonce(const char *s)
{
	struct omasec_nonce n = { .known = true, .len = strlen(s) };

	memcpy(n.data, s, n.len);
	return n;
}

static struct omasec_account *make_account(struct kunit *test,
					   const struct omasec_account_spec *spec)
{
	struct omasec_account *a;

	KUNIT_ASSERT_EQ(test, control_account(test->priv, spec), 0);
	a = omasec_account_find(test->priv, spec->name);
	KUNIT_ASSERT_NOT_NULL(test, a);
	return a;
}

/* ---- MAC ---- */

static const struct mac_case {
	const char *nonce, *mac;
	u8 form;
} mac_cases[] = {
	{ "Nonce", "6AZk96DG6F0jSIaEpbK4Ng==", OMASEC_MAC_FORM_OMA },
	{ "", "+oJ2VSFVTFlKiNuU9rE+XA==", OMASEC_MAC_FORM_OMA },
	{ "Nonce", "gSVT0ww+LdOVoILKTyw+5w==", OMASEC_MAC_FORM_RFC2104 },
};

static void mac_of_a_logon_key(struct kunit *test)
{
	static const char body[] = "<SyncML xmlns='SYNCML:SYNCML1.2'></SyncML>";
	struct key *key = make_key(test, &key_type_logon, key_k, 24);
	u8 digest[OMASEC_MD5_LEN], mac[OMASEC_MD5_LEN];
	struct omasec_md5_state *s = omasec_md5_new(GFP_KERNEL);
	char text[OMASEC_B64_LEN(OMASEC_MD5_LEN) + 1] = {};
	size_t i;

	KUNIT_ASSERT_NOT_NULL(test, s);
	/* In two pieces, after something else: reset must forget it. */
	omasec_md5_update(s, "xyz", 3);
	KUNIT_EXPECT_EQ(test, omasec_md5_reset(s), 0);
	KUNIT_EXPECT_EQ(test, omasec_md5_update(s, body, 7), 0);
	KUNIT_EXPECT_EQ(test, omasec_md5_update(s, body + 7, sizeof(body) - 8), 0);
	KUNIT_EXPECT_EQ(test, omasec_md5_final(s, digest), 0);
	omasec_md5_free(s);

	for (i = 0; i < ARRAY_SIZE(mac_cases); i++) {
		struct omasec_account_spec spec = {
			.name = "a", .mac_form = mac_cases[i].form,
			.user = { "Bruce2" }, .key = { key },
		};
		struct omasec_nonce nonce = make_nonce(mac_cases[i].nonce);
		struct omasec_account *a = make_account(test, &spec);

		KUNIT_EXPECT_EQ(test, omasec_account_mac(a, OMASEC_CRED_CLIENT, &nonce, digest, mac),
				(unsigned int)OMASEC_REASON_NONE);
		omasec_base64_encode(mac, sizeof(mac), text);
		KUNIT_EXPECT_STREQ(test, text, mac_cases[i].mac);
		omasec_account_put(a);
	}
	key_put(key);
}

static void mac_needs_a_key_that_is_good_now(struct kunit *test)
{
	struct key *good = make_key(test, &key_type_logon, key_k, 24);
	struct key *brief = make_key(test, &key_type_logon, key_k, 23);
	struct omasec_account_spec spec = {
		.name = "a", .user = { "u", "s" }, .key = { good, brief },
	};
	struct omasec_account_spec none = { .name = "n", .user = { "v" } };
	struct omasec_account *a = make_account(test, &spec), *n = make_account(test, &none);
	u8 digest[OMASEC_MD5_LEN] = {}, mac[OMASEC_MD5_LEN];
	struct omasec_nonce nonce = make_nonce("x");

	KUNIT_EXPECT_EQ(test, omasec_account_mac(a, OMASEC_CRED_CLIENT, &nonce, digest, mac), 0U);
	KUNIT_EXPECT_EQ(test, omasec_account_mac(a, OMASEC_CRED_SERVER, &nonce, digest, mac),
			(unsigned int)OMASEC_REASON_KEY_MISSING);
	KUNIT_EXPECT_EQ(test, omasec_account_mac(n, OMASEC_CRED_CLIENT, &nonce, digest, mac),
			(unsigned int)OMASEC_REASON_KEY_MISSING);
	KUNIT_EXPECT_EQ(test, omasec_key_state(brief), -EKEYREJECTED);
	key_revoke(good);
	KUNIT_EXPECT_EQ(test, omasec_account_mac(a, OMASEC_CRED_CLIENT, &nonce, digest, mac),
			(unsigned int)OMASEC_REASON_KEY_REVOKED);
	KUNIT_EXPECT_EQ(test, omasec_key_state(good), -EKEYREVOKED);
	omasec_account_put(a);
	omasec_account_put(n);
	key_put(good);
	key_put(brief);
}

static void key_by_serial(struct kunit *test)
{
	struct key *logon = make_key(test, &key_type_logon, key_k, 24);
	struct key *brief = make_key(test, &key_type_logon, key_k, 23);
	struct key *user = make_key(test, &key_type_user, key_k, 24), *key = NULL;
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, omasec_key_get(key_serial(logon), &key, &why), 0);
	KUNIT_EXPECT_PTR_EQ(test, key, logon);
	key_put(key);
	KUNIT_EXPECT_EQ(test, omasec_key_get(key_serial(brief), &key, &why), -EKEYREJECTED);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "24"));
	KUNIT_EXPECT_EQ(test, omasec_key_get(key_serial(user), &key, &why), -EKEYREJECTED);
	KUNIT_EXPECT_NOT_NULL(test, strstr(why, "logon"));
	KUNIT_EXPECT_EQ(test, omasec_key_get(-3, &key, &why), -EINVAL);
	KUNIT_EXPECT_PTR_EQ(test, key, (struct key *)NULL);
	key_put(logon);
	key_put(brief);
	key_put(user);
}

/* ---- tables and nonces ---- */

static void user_name_must_be_unique(struct kunit *test)
{
	struct omasec_account_spec a = { .name = "a", .user = { "u1", "server" } };
	struct omasec_account_spec b = { .name = "b", .user = { "u2", "server" } };
	struct omasec_net *on = test->priv;
	struct omasec_account *x = make_account(test, &a), *y, *z;

	y = omasec_account_find_user(on, OMASEC_CRED_SERVER, "server");
	KUNIT_EXPECT_PTR_EQ(test, x, y);
	omasec_account_put(y);
	z = make_account(test, &b);
	KUNIT_EXPECT_PTR_EQ(test, omasec_account_find_user(on, OMASEC_CRED_SERVER, "server"),
			    (struct omasec_account *)NULL);
	y = omasec_account_find_user(on, OMASEC_CRED_CLIENT, "u2");
	KUNIT_EXPECT_PTR_EQ(test, z, y);
	omasec_account_put(y);
	KUNIT_EXPECT_PTR_EQ(test, omasec_account_find_user(on, OMASEC_CRED_CLIENT, "server"),
			    (struct omasec_account *)NULL);
	KUNIT_EXPECT_PTR_EQ(test, omasec_account_find_user(on, OMASEC_CRED_CLIENT, ""),
			    (struct omasec_account *)NULL);
	/* The first of the ring goes; then there is only one again. */
	a.user[OMASEC_CRED_SERVER] = "other";
	omasec_account_put(x);
	x = make_account(test, &a);
	y = omasec_account_find_user(on, OMASEC_CRED_SERVER, "server");
	KUNIT_EXPECT_PTR_EQ(test, z, y);
	omasec_account_put(y);
	omasec_account_put(x);
	omasec_account_put(z);
}

static void many_accounts_come_and_go(struct kunit *test)
{
	struct omasec_account_spec spec = { .user = { NULL, "the same" } };
	struct omasec_net *on = test->priv;
	struct omasec_config *cfg;
	struct omasec_account *a;
	unsigned long id = 0;
	const char *why = "";
	unsigned int i, n = 0;
	char name[16];
	u32 generation;
	int err = 0;

	cfg = omasec_config_open(on, 1, &why);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cfg));
	for (i = 0; i < 5000 && !err; i++) {
		snprintf(name, sizeof(name), "dev%u", i);
		spec.name = name;
		spec.user[OMASEC_CRED_CLIENT] = name;
		err = omasec_config_account_set(cfg, &spec, &why);
	}
	KUNIT_EXPECT_EQ(test, omasec_config_close(cfg, err, &why), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&on->account_count), 5000);
	a = omasec_account_find_user(on, OMASEC_CRED_CLIENT, "dev4999");
	KUNIT_EXPECT_NOT_NULL(test, a);
	omasec_account_put(a);
	for (; (a = omasec_account_next(on, &id)); id++, n++)
		omasec_account_put(a);
	KUNIT_EXPECT_EQ(test, n, 5000U);

	KUNIT_EXPECT_EQ(test, omasec_config_begin(on, 1, true, &why), 0);
	KUNIT_EXPECT_EQ(test, omasec_config_commit(on, 1, &generation, &why), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&on->account_count), 0);
	id = 0;
	KUNIT_EXPECT_PTR_EQ(test, omasec_account_next(on, &id), (struct omasec_account *)NULL);
}

static void expect_nonce(struct kunit *test, struct omasec_account *a, const char *cur,
			 const char *prev)
{
	struct omasec_nonce c, p;

	omasec_account_nonce_read(a, OMASEC_CRED_CLIENT, &c, &p);
	KUNIT_EXPECT_EQ(test, c.known, !!cur);
	KUNIT_EXPECT_EQ(test, p.known, !!prev);
	if (cur) {
		KUNIT_EXPECT_EQ(test, (size_t)c.len, strlen(cur));
		KUNIT_EXPECT_EQ(test, memcmp(c.data, cur, c.len), 0);
	}
	if (prev) {
		KUNIT_EXPECT_EQ(test, (size_t)p.len, strlen(prev));
		KUNIT_EXPECT_EQ(test, memcmp(p.data, prev, p.len), 0);
	}
}

static void nonces_belong_to_the_name(struct kunit *test)
{
	struct omasec_account_spec spec = { .name = "a", .user = { "u" } };
	struct omasec_nonce one = make_nonce("one"), two = make_nonce("two");
	struct omasec_nonce three = make_nonce("three");
	struct omasec_account *v1 = make_account(test, &spec), *v2, *v3;

	expect_nonce(test, v1, NULL, NULL);
	omasec_account_nonce_set(v1, OMASEC_CRED_CLIENT, &one);
	omasec_account_nonce_set(v1, OMASEC_CRED_CLIENT, &two);
	expect_nonce(test, v1, "two", "one");
	omasec_account_nonce_set(v1, OMASEC_CRED_CLIENT, &two);
	expect_nonce(test, v1, "two", "one");	/* the same again is no step */

	/* Replaced without a nonce: it goes on, for flows of the old one as well. */
	spec.server_id = "s";
	v2 = make_account(test, &spec);
	KUNIT_EXPECT_PTR_NE(test, v1, v2);
	expect_nonce(test, v2, "two", "one");
	omasec_account_nonce_set(v1, OMASEC_CRED_CLIENT, &three);
	expect_nonce(test, v2, "three", "two");
	expect_nonce(test, v1, "three", "two");

	/* Replaced with a nonce: that one counts. */
	spec.nonce[OMASEC_CRED_CLIENT] = one;
	v3 = make_account(test, &spec);
	expect_nonce(test, v3, "one", "three");
	expect_nonce(test, v1, "one", "three");
	omasec_account_put(v2);
	omasec_account_put(v1);
	omasec_account_put(v3);
}

/* ---- buffers ---- */

static int collect(void *arg, const void *p, size_t len)
{
	u8 **at = arg;

	memcpy(*at, p, len);
	*at += len;
	return 0;
}

static void buffer_is_what_was_put_in(struct kunit *test)
{
	const size_t size = 50000;
	u8 *in = kunit_kmalloc(test, size, GFP_KERNEL), *out = kunit_kzalloc(test, size, GFP_KERNEL);
	struct omasec_net *on = test->priv;
	struct omasec_buf_cursor cur;
	struct omasec_buf a, b;
	size_t done = 0, n, i;
	const void *p;
	u8 *at = out;

	KUNIT_ASSERT_NOT_NULL(test, in);
	KUNIT_ASSERT_NOT_NULL(test, out);
	get_random_bytes(in, size);
	omasec_buf_init(&a, on);
	omasec_buf_init(&b, on);
	KUNIT_EXPECT_EQ(test, omasec_buf_append(&a, in, 0), 0);
	KUNIT_EXPECT_EQ(test, omasec_buf_front(&a, &p), (size_t)0);
	for (i = 1; done < size; i = i * 7 % 9973) {
		n = min(i, size - done);
		KUNIT_ASSERT_EQ(test, omasec_buf_append(done < 20000 ? &a : &b, in + done, n), 0);
		done += n;
	}
	omasec_buf_splice(&a, &b);
	KUNIT_EXPECT_EQ(test, a.len, size);
	KUNIT_EXPECT_EQ(test, b.len, (size_t)0);

	KUNIT_EXPECT_EQ(test, omasec_buf_walk(&a, collect, &at), 0);
	KUNIT_EXPECT_EQ(test, (size_t)(at - out), size);
	KUNIT_EXPECT_EQ(test, memcmp(in, out, size), 0);

	memset(out, 0, size);
	omasec_buf_cursor_init(&a, &cur);
	for (done = 0; (n = omasec_buf_cursor_read(&a, &cur, out + done,
						   min_t(size_t, 3001, size - done)));)
		done += n;
	KUNIT_EXPECT_EQ(test, done, size);
	KUNIT_EXPECT_EQ(test, memcmp(in, out, size), 0);

	for (i = 0; i + 100 <= size; i += 811) {
		KUNIT_EXPECT_EQ(test, omasec_buf_read(&a, i, out, 100), 0);
		KUNIT_EXPECT_EQ(test, memcmp(in + i, out, 100), 0);
	}
	KUNIT_EXPECT_EQ(test, omasec_buf_read(&a, size - 99, out, 100), -ERANGE);
	KUNIT_EXPECT_EQ(test, omasec_buf_read(&a, size, out, 0), 0);
	KUNIT_EXPECT_EQ(test, omasec_buf_read(&a, size + 1, out, 0), -ERANGE);

	for (done = 0; (n = omasec_buf_front(&a, &p)); done += n) {
		n = min_t(size_t, n, 1000);
		KUNIT_EXPECT_EQ(test, memcmp(in + done, p, n), 0);
		omasec_buf_consume(&a, n);
	}
	KUNIT_EXPECT_EQ(test, done, size);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&on->memory), 0L);
	omasec_buf_free(&a);
	omasec_buf_free(&b);
}

static void buffer_gives_room_in_one_piece(struct kunit *test)
{
	struct omasec_net *on = test->priv;
	struct omasec_buf a;
	const void *front;
	size_t room = 10;
	u8 *p;

	omasec_buf_init(&a, on);
	p = omasec_buf_reserve(&a, 1, &room);
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_GE(test, room, (size_t)10);
	omasec_buf_commit(&a, 0);	/* nothing came */
	KUNIT_EXPECT_EQ(test, a.len, (size_t)0);
	KUNIT_EXPECT_TRUE(test, list_empty(&a.chunks));
	KUNIT_EXPECT_EQ(test, atomic_long_read(&on->memory), 0L);

	KUNIT_EXPECT_EQ(test, omasec_buf_append(&a, "ab", 2), 0);
	room = 30000;
	p = omasec_buf_reserve(&a, 30000, &room);	/* longer than any chunk otherwise */
	KUNIT_ASSERT_FALSE(test, IS_ERR(p));
	KUNIT_EXPECT_GE(test, room, (size_t)30000);
	memset(p, 'c', 30000);
	omasec_buf_commit(&a, 30000);
	KUNIT_EXPECT_EQ(test, a.len, (size_t)30002);
	omasec_buf_consume(&a, 2);
	KUNIT_EXPECT_EQ(test, omasec_buf_front(&a, &front), (size_t)30000);
	KUNIT_EXPECT_PTR_EQ(test, front, (const void *)p);
	omasec_buf_free(&a);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&on->memory), 0L);
}

/* Well used chunks change hands, crumbs are copied together, and nothing gets lost. */
static void buffer_hands_octets_on(struct kunit *test)
{
	u8 *in = kunit_kmalloc(test, 1000, GFP_KERNEL), *out = kunit_kzalloc(test, 903, GFP_KERNEL);
	struct omasec_net *on = test->priv;
	struct omasec_buf a, b;
	const void *was, *is;

	KUNIT_ASSERT_NOT_NULL(test, in);
	KUNIT_ASSERT_NOT_NULL(test, out);
	get_random_bytes(in, 1000);
	omasec_buf_init(&a, on);
	omasec_buf_init(&b, on);
	KUNIT_ASSERT_EQ(test, omasec_buf_append(&a, in, 1000), 0);
	omasec_buf_consume(&a, 100);
	omasec_buf_front(&a, &was);
	KUNIT_EXPECT_EQ(test, omasec_buf_take(&b, &a, 900), 0);
	KUNIT_EXPECT_EQ(test, omasec_buf_front(&b, &is), (size_t)900);
	KUNIT_EXPECT_PTR_EQ(test, is, was);
	KUNIT_EXPECT_EQ(test, a.len, (size_t)0);

	KUNIT_ASSERT_EQ(test, omasec_buf_append(&a, "xyz0", 4), 0);
	KUNIT_EXPECT_EQ(test, omasec_buf_take(&b, &a, 3), 0);
	KUNIT_EXPECT_EQ(test, a.len, (size_t)1);
	KUNIT_EXPECT_EQ(test, b.len, (size_t)903);
	KUNIT_EXPECT_EQ(test, omasec_buf_read(&b, 0, out, 903), 0);
	KUNIT_EXPECT_EQ(test, memcmp(out, in + 100, 900), 0);
	KUNIT_EXPECT_EQ(test, memcmp(out + 900, "xyz", 3), 0);

	/* An octet at a time does not become a chunk at a time. */
	while (b.len < 1003) {
		omasec_buf_free(&a);
		KUNIT_ASSERT_EQ(test, omasec_buf_append(&a, "o", 1), 0);
		KUNIT_ASSERT_EQ(test, omasec_buf_take(&b, &a, 1), 0);
	}
	KUNIT_EXPECT_LE(test, atomic_long_read(&on->memory), 4096L);
	omasec_buf_free(&a);
	omasec_buf_free(&b);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&on->memory), 0L);
}

static void buffer_stays_below_the_cap(struct kunit *test)
{
	struct omasec_net *on = test->priv;
	unsigned long saved = omasec_memory_max;
	u8 *page = kunit_kzalloc(test, PAGE_SIZE * 4, GFP_KERNEL);
	struct omasec_buf a, b;

	KUNIT_ASSERT_NOT_NULL(test, page);
	omasec_buf_init(&a, on);
	omasec_buf_init(&b, on);
	omasec_memory_max = 3 * PAGE_SIZE;
	/* with the chunk's own header, two pages */
	KUNIT_EXPECT_EQ(test, omasec_buf_append(&a, page, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, omasec_buf_append(&a, page, 2 * PAGE_SIZE), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, a.len, (size_t)PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, omasec_buf_append(&b, page, 1), 0);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&on->memory), (long)(2 * PAGE_SIZE + 256));
	omasec_buf_free(&a);
	KUNIT_EXPECT_EQ(test, omasec_buf_append(&b, page, PAGE_SIZE), 0);
	omasec_buf_free(&b);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&on->memory), 0L);
	omasec_memory_max = saved;
}

static struct kunit_case account_cases[] = {
	KUNIT_CASE(mac_of_a_logon_key),
	KUNIT_CASE(mac_needs_a_key_that_is_good_now),
	KUNIT_CASE(key_by_serial),
	KUNIT_CASE(user_name_must_be_unique),
	KUNIT_CASE(many_accounts_come_and_go),
	KUNIT_CASE(nonces_belong_to_the_name),
	KUNIT_CASE(buffer_is_what_was_put_in),
	KUNIT_CASE(buffer_gives_room_in_one_piece),
	KUNIT_CASE(buffer_hands_octets_on),
	KUNIT_CASE(buffer_stays_below_the_cap),
	{}
};

static struct kunit_suite account_suite = {
	.name = "omasec_account",
	.init = control_kunit_init,
	.exit = control_kunit_exit,
	.test_cases = account_cases,
};

kunit_test_suites(&account_suite);

MODULE_LICENSE("GPL");
