// SPDX-License-Identifier: GPL-2.0
/*
 * The list of reasons: every value of the enum has a name, an errno, a text and
 * an advice, and the guide an entry that says the same. The switch below does not
 * compile when the enum grows without this list; the errno are promised to
 * applications.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include "cmocka_table.h"
#include "../../kmod/proto/reason.h"

#define REASONS(X) \
	X(NONE, 0) X(MAC_MISSING, EBADMSG) X(MAC_WRONG, EBADMSG) X(MAC_REPLAYED, EBADMSG) \
	X(MAC_MALFORMED, EBADMSG) X(MAC_ALGORITHM, EBADMSG) X(USER_UNKNOWN, EBADMSG) \
	X(USER_MISMATCH, EBADMSG) X(KEY_MISSING, ENOKEY) X(KEY_REVOKED, EKEYREVOKED) \
	X(NONCE_MISSING, ENOKEY) X(HTTP_SYNTAX, EPROTO) X(HTTP_LINE_END, EPROTO) \
	X(HTTP_TOO_MANY, EPROTO) X(HTTP_LENGTH, EPROTO) X(HTTP_ENCODING, EPROTO) \
	X(HTTP_CHUNK, EPROTO) X(HTTP_UPGRADE, EPROTO) X(HTTP_UNEXPECTED, EPROTO) \
	X(HTTP_TRUNCATED, EPROTO) X(NOT_DM, EBADMSG) X(TOO_LARGE, EMSGSIZE) \
	X(NO_MEMORY, ENOBUFS) X(TOO_MANY, ENOBUFS) X(URGENT_DATA, EPROTO) \
	X(HELPER_ABSENT, EHOSTDOWN) X(HELPER_LOST, EHOSTDOWN) X(DEADLINE, ETIMEDOUT) \
	X(HELPER_ERROR, EHOSTDOWN) X(WORKER_DIED, EHOSTDOWN) X(XML_BAD, EBADMSG) \
	X(WBXML_BAD, EBADMSG) X(DM_BAD, EBADMSG) X(AUTH_FAILED, EACCES) X(AUTH_TYPE, EACCES) \
	X(NONCE_NOT_STORED, EHOSTDOWN) X(UNATTACHED, ECONNABORTED) X(FOREIGN_ULP, EBUSY) \
	X(MPTCP, EPROTONOSUPPORT) X(FAST_OPEN, EOPNOTSUPP) X(KILLED, ECONNABORTED) \
	X(NATIVE_UNPROTECTED, EBADMSG) X(RESPONSE_LOST, ECONNRESET) \
	X(WSP_SYNTAX, EPROTO) X(NOTIFICATION_BAD, EBADMSG) \
	X(NOTIFICATION_VERSION, EPROTONOSUPPORT) X(SERVER_UNKNOWN, EBADMSG) \
	X(SERVER_MISMATCH, EBADMSG) X(DIGEST_WRONG, EBADMSG) X(SESSION_REPLAYED, EBADMSG) \
	X(RESYNC_LIMIT, EBUSY) X(KIND_UNCHECKED, EPROTONOSUPPORT) X(TLS_REQUIRED, EPROTO) \
	X(TLS_FORBIDDEN, EPROTO) X(DATAGRAM_BAD, EPROTO) X(QUEUE_FULL, ENOBUFS) X(BOOTSTRAP_BAD, EBADMSG) \
	X(BOOTSTRAP_UNSECURED, EBADMSG) X(BOOTSTRAP_MAC_WRONG, EBADMSG) X(PIN_MISSING, ENOKEY) \
	X(PIN_WRONG, EACCES) X(PIN_LOCKED, EACCES) X(TLS_VERSION, EPROTO) \
	X(TLS_RECORD, EPROTO) X(TLS_TUNNEL, EPROTO) X(PIN_WAITING, EALREADY) \
	X(SESSIONLESS_REFUSED, EBADMSG) X(NONCE_EXHAUSTED, EKEYEXPIRED) \
	X(SIGNATURE_MISSING, EBADMSG) X(SIGNATURE_WRONG, EBADMSG) X(SIGNER_UNKNOWN, EBADMSG) \
	X(ALGORITHM_REFUSED, EBADMSG) X(PROFILE_VIOLATED, EBADMSG) X(DECRYPTION_FAILED, EBADMSG) \
	X(OBEX_PACKET, EPROTO) X(OBEX_HEADER, EPROTO) X(OBEX_REFUSED, EPROTO) X(OBEX_TRUNCATED, EPROTO) \
	X(WSP_UNASKED, EPROTO) \
	X(WTP_SYNTAX, EPROTO) X(WTP_UNASKED, EPROTO) X(WTP_SDU, EMSGSIZE) X(NOT_CONVERTIBLE, EBADMSG) \
	X(CRED_MISSING, EBADMSG) X(CRED_WRONG, EBADMSG) X(CRED_REPLAYED, EBADMSG) X(CRED_TAKEN, EBADMSG) \
	X(DECRYPTION_BLOCKED, EBUSY)

static const struct {
	unsigned int reason;
	const char *symbol;
	int err;
} list[] = {
#define X(s, e) { OMASEC_REASON_##s, #s, e },
	REASONS(X)
#undef X
};

/* -Werror=switch: a value without case stops the build */
static bool listed(enum omasec_reason reason)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"
	switch (reason) {
#define X(s, e) case OMASEC_REASON_##s:
	REASONS(X)
#undef X
		return true;
	}
#pragma GCC diagnostic pop
	return false;
}

static void names_follow_the_enum(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(list); i++) {
		const char *name = omasec_reason_name(list[i].reason), *s = list[i].symbol;

		assert_true(listed((enum omasec_reason)list[i].reason));
		assert_int_equal(list[i].reason, i);
		assert_int_equal(strlen(name), strlen(s));
		for (j = 0; s[j]; j++)
			assert_int_equal(name[j], s[j] == '_' ? '-' : tolower(s[j]));
	}
}

static void every_reason_has_its_errno(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(list); i++)
		assert_int_equal(omasec_reason_errno(list[i].reason), list[i].err);
}

static void assert_sentence(const char *text)
{
	size_t len;

	assert_non_null(text);
	len = strlen(text);
	assert_true(len > 15);
	assert_true(isupper((unsigned char)text[0]));
	assert_int_equal(text[len - 1], '.');
}

static void every_reason_has_sentences_of_its_own(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(list); i++) {
		assert_sentence(omasec_reason_text(list[i].reason));
		assert_sentence(omasec_reason_advice(list[i].reason));
		for (j = 0; j < i; j++)
			assert_string_not_equal(omasec_reason_text(list[i].reason),
						omasec_reason_text(list[j].reason));
	}
}

static void other_numbers_are_unknown_and_refused(void **state)
{
	static const unsigned int other[] = { ARRAY_SIZE(list), 255, 65536, 0x80000000U, ~0U };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		assert_string_equal(omasec_reason_name(other[i]), "unknown");
		assert_int_equal(omasec_reason_errno(other[i]), EPROTO);
		assert_sentence(omasec_reason_text(other[i]));
		assert_sentence(omasec_reason_advice(other[i]));
	}
}

#define GUIDE OMASEC_TEST_DATA "/../Documentation/guide/when-it-says-no.md"

/* The guide with every run of white space as one space. */
static char *guide_read(void)
{
	FILE *f = fopen(GUIDE, "r");
	size_t len = 0, cap = 1 << 20;
	char *text = malloc(cap);
	bool space = false;
	int c;

	assert_non_null(f);
	assert_non_null(text);
	while ((c = getc(f)) != EOF) {
		assert_true(len + 2 < cap);
		if (isspace(c)) {
			space = true;
			continue;
		}
		if (space && len)
			text[len++] = ' ';
		space = false;
		text[len++] = (char)c;
	}
	text[len] = '\0';
	fclose(f);
	return text;
}

static void every_reason_has_its_entry_in_the_guide(void **state)
{
	char *guide = guide_read(), entry[1024];
	size_t i, entries = 0, missing = 0;
	const char *at;

	(void)state;
	for (i = 1; i < ARRAY_SIZE(list); i++) {
		snprintf(entry, sizeof(entry), "### %s `%s` %s **Do:** %s ",
			 omasec_reason_name(list[i].reason), strerrorname_np(list[i].err),
			 omasec_reason_text(list[i].reason), omasec_reason_advice(list[i].reason));
		/* what follows is another heading or nothing */
		at = strstr(guide, entry);
		if (at ? at[strlen(entry)] == '#' : false)
			continue;
		entry[strlen(entry) - 1] = '\0';
		at = strstr(guide, entry);
		if (at && !at[strlen(entry)])
			continue;
		missing++;
		print_error("the guide lacks this entry:\n%s\n", entry);
	}
	for (at = guide; (at = strstr(at, "### ")); at += 4)
		entries++;
	free(guide);
	assert_int_equal(missing, 0);
	/* nor is there one for a reason that is no more */
	assert_int_equal(entries, ARRAY_SIZE(list) - 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_follow_the_enum),
		cmocka_unit_test(every_reason_has_its_errno),
		cmocka_unit_test(every_reason_has_sentences_of_its_own),
		cmocka_unit_test(other_numbers_are_unknown_and_refused),
		cmocka_unit_test(every_reason_has_its_entry_in_the_guide),
	};

	return cmocka_run_group_tests_name("reason", tests, NULL, NULL);
}
