// SPDX-License-Identifier: GPL-2.0
/*
 * Every allocation of the library, and of libxml2 on its behalf, fails once:
 * the call has to be refused or to give the right result, without a leak.
 */
/* LINK: -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc */
#include "dm_samples.h"

#include <libxml/parser.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);

/* The allocation that fails, counted down; negative: none. */
static int countdown = -1;
static bool failed;

static bool fails(void)
{
	if (countdown < 0 || countdown--)
		return false;
	failed = true;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

/* libxml2 is not linked with us, but asks for its memory here. */
static void *xml_malloc(size_t size)
{
	return __wrap_malloc(size);
}

static void *xml_realloc(void *p, size_t size)
{
	return __wrap_realloc(p, size);
}

static char *xml_strdup(const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = __wrap_malloc(size);

	return copy ? memcpy(copy, s, size) : NULL;
}

/* libxml2 2.9.14 loses a buffer of its own in one case; that is not ours to fix. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:xmlBufCreateSize";
}

struct step {
	const char *name;
	int (*run)(const struct dm_doc *doc, uint8_t **out, size_t *len, struct dm_error *err);
};

static struct dm_edits edits = {
	.set_msg_id = 9, .remove_cred = 1, .insert_status = 1, .insert_code = 200, .insert_msg_ref = 4,
	.insert_chal = DM_CHAL_MAC, .insert_nonce_len = 64, .map_count = 1, .map = { { 7, 8 } },
	.status_count = 2, .status = {
		{ .op = DM_STATUS_SET, .code = 401, .chal = DM_CHAL_MAC },
		{ .op = DM_STATUS_REMOVE, .index = 1 },
	},
};

static int do_edit(const struct dm_doc *doc, uint8_t **out, size_t *len, struct dm_error *err)
{
	return dm_apply(doc, &edits, out, len, err);
}

static int do_copy(const struct dm_doc *doc, uint8_t **out, size_t *len, struct dm_error *err)
{
	static const struct dm_edits none;

	return dm_apply(doc, &none, out, len, err);
}

static int do_challenge(const struct dm_doc *doc, uint8_t **out, size_t *len, struct dm_error *err)
{
	static const struct dm_challenge c = { .msg_id = 1, .code = 401, .has_chal = 1, .nonce_len = 3 };

	return dm_challenge_build(doc, &c, out, len, err);
}

static int do_xml(const struct dm_doc *doc, uint8_t **out, size_t *len, struct dm_error *err)
{
	return dm_encode(doc, DM_XML, out, len, err);
}

static int do_wbxml(const struct dm_doc *doc, uint8_t **out, size_t *len, struct dm_error *err)
{
	return dm_encode(doc, DM_WBXML, out, len, err);
}

static const struct step steps[] = {
	{ "edit", do_edit }, { "copy", do_copy }, { "challenge", do_challenge }, { "xml", do_xml },
	{ "wbxml", do_wbxml },
};

/* Many edits, so that every table has to grow. */
static char *big_message(void)
{
	char *s = malloc(1 << 17), *p = s;
	unsigned int i;

	p = stpcpy(p, "<SyncML xmlns='" DM_NS "'><SyncHdr>" HDR_FIELDS CRED "</SyncHdr><SyncBody>");
	for (i = 0; i < 100; i++)
		p += sprintf(p, STATUS("%u", "7", "1", "Get", "200"), i + 1);
	stpcpy(p, "<Add><CmdID>200</CmdID></Add><Final/></SyncBody></SyncML>");
	return s;
}

static void try_all(const uint8_t *body, size_t len, const char *type)
{
	size_t i, want_len, out_len;
	struct dm_error err;
	struct dm_doc *doc;
	uint8_t *want, *out;
	int n, ret, refused = 0;

	for (n = 0, failed = true; failed; n++) {
		failed = false;
		countdown = n;
		ret = parse(body, len, type, &doc, &err);
		countdown = -1;
		assert_true(!ret == (doc != NULL));
		assert_true(!ret || failed);
		refused += ret != 0;
		/* not the fault of the message; what libxml2 makes of it is less clear */
		if (ret)
			assert_true(err.reason == OMASEC_REASON_NO_MEMORY || !strcmp(type, TYPE_XML));
		dm_doc_free(doc);
	}
	assert_true(refused > 1);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		doc = parse_good(body, len, type);
		assert_int_equal(steps[i].run(doc, &want, &want_len, &err), 0);
		for (n = 0, failed = true; failed; n++) {
			failed = false;
			out = NULL;
			countdown = n;
			ret = steps[i].run(doc, &out, &out_len, &err);
			countdown = -1;
			assert_int_equal(ret, failed ? -ENOMEM : 0);
			if (ret) {
				assert_int_equal(err.reason, OMASEC_REASON_NO_MEMORY);
				assert_null(out);
				continue;
			}
			assert_int_equal(out_len, want_len);
			assert_memory_equal(out, want, want_len);
			free(out);
		}
		assert_true(n > 1);
		free(want);
		dm_doc_free(doc);
	}
}

static void xml_survives(void **state)
{
	char *body = big_message();

	(void)state;
	try_all((const uint8_t *)body, strlen(body), TYPE_XML);
	free(body);
}

static void wbxml_survives(void **state)
{
	char *xml = big_message();
	size_t len;
	uint8_t *body = recode(xml, strlen(xml), DM_WBXML, &len);

	(void)state;
	assert_non_null(body);
	try_all(body, len, TYPE_WBXML);
	free(body);
	free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xml_survives),
		cmocka_unit_test(wbxml_survives),
	};

	if (xmlMemSetup(free, xml_malloc, xml_realloc, xml_strdup))
		return 1;
	dm_init();
	return cmocka_run_group_tests_name("dm_memory", tests, NULL, NULL);
}
