/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pushes, notifications and records of secure transports, for unit tests and
 * KUnit alike. The frames named as_sent were read back with Wireshark's WSP
 * dissector (tests/e2e/push_wire.sh does so with what tests send).
 */
#ifndef TESTS_PUSH_VECTORS_H
#define TESTS_PUSH_VECTORS_H

#include "../../kmod/proto/notification.h"
#include "../../kmod/proto/wsp.h"

#ifndef WIRE
#define WIRE(s) .wire = (s), .len = sizeof(s) - 1
#endif

/* ------------------------------------------------------------------ pushes */

/**
 * struct wsp_vector - a datagram
 * @name: the promise
 * @reason: 0 when it is read
 * @what: part of what is said to be wrong
 * @type: content type
 * @app: application id
 * @sec_form: enum omasec_wsp_sec
 * @sec: number of SEC
 * @sec_text: word of SEC, NULL for none
 * @mac: text of MAC, NULL for none
 * @hmac: text of x-syncml-hmac, NULL for none
 * @data: what is pushed, NULL for nothing
 */
struct wsp_vector {
	const char *name, *wire;
	size_t len;
	unsigned int reason;
	const char *what;
	u32 type, app;
	u8 sec_form;
	u32 sec;
	const char *sec_text, *mac, *data, *hmac;
};

#define TEN(s) s s s s s s s s s s
#define HEX40 "0123456789ABCDEF0123456789ABCDEF01234567"
#define TYPE_NOTIFICATION_TEXT "application/vnd.syncml.notification"
#define NOT_PUSH(n, w) { .name = n, WIRE(w), .reason = OMASEC_REASON_NOT_DM }
#define WRONG(n, w, t) { .name = n, WIRE(w), .reason = OMASEC_REASON_WSP_SYNTAX, .what = t }
#define NO_APP .app = OMASEC_WSP_NONE
#define APP_DM .app = OMASEC_WSP_APP_DM

static const struct wsp_vector wsp_vectors[] = {
	{ "reads_notification_as_sent", WIRE("\x01\x06\x03\xc4\xaf\x87" "data"),
	  .type = 0x44, APP_DM, .data = "data" },
	{ "reads_bootstrap_as_sent", WIRE("\x01\x06\x31" "\x1f\x2d" "\xc2\x91\x81\x92" HEX40
	  "\0" "\xaf\x87" "W"),
	  .type = 0x42, APP_DM, .sec_form = OMASEC_WSP_SEC_CODE, .sec = 1, .mac = HEX40,
	  .data = "W" },
	{ "reads_short_general_form", WIRE("\x01\x06\x06" "\x03\xb6\x91\x80" "\xaf\x87" "d"),
	  .type = 0x36, APP_DM, .sec_form = OMASEC_WSP_SEC_CODE, .sec = 0, .data = "d" },
	{ "reads_length_quote_for_short_length", WIRE("\x01\x06\x05" "\x1f\x01\xc4" "\xaf\x87"),
	  .type = 0x44, APP_DM },
	{ "reads_two_octet_uintvar", WIRE("\x01\x06\x81\x04" "\xc4"
	  "X-Pad\0" TEN("0123456789") "0123456789012345678901" "\0" "\xaf\x87" "d"),
	  .type = 0x44, APP_DM, .data = "d" },
	{ "reads_type_as_long_integer", WIRE("\x01\x06\x04" "\x03\x02\x00\x44"),
	  .type = 0x44, NO_APP },
	{ "reads_type_of_two_octets", WIRE("\x01\x06\x04" "\x03\x02\x03\x10"),
	  .type = 0x310, NO_APP },
	{ "reads_type_as_text", WIRE("\x01\x06\x26" TYPE_NOTIFICATION_TEXT "\0" "\xaf\x87"),
	  .type = 0x44, APP_DM },
	{ "reads_type_as_text_in_any_case",
	  WIRE("\x01\x06\x24" "Application/VND.SyncML.Notification\0"),
	  .type = 0x44, NO_APP },
	{ "reads_type_as_text_with_parameters",
	  WIRE("\x01\x06\x2a" "\x1f\x28" TYPE_NOTIFICATION_TEXT "\0" "\x91\x82" "\x81\xea"),
	  .type = 0x44, NO_APP, .sec_form = OMASEC_WSP_SEC_CODE, .sec = 2 },
	{ "reads_other_type_as_none", WIRE("\x01\x06\x0b" "text/plain\0" "hello"),
	  .type = OMASEC_WSP_NONE, NO_APP, .data = "hello" },
	{ "reads_hmac", WIRE("\x01\x06\x16" "\xc3\xaf\x87" "X-SyncML-HMAC\0" "mac=\0" "d"),
	  .type = 0x43, APP_DM, .hmac = "mac=", .data = "d" },
	WRONG("rejects_two_hmacs", "\x01\x06\x23" "\xc3" "x-syncml-hmac\0" "a=b\0"
	      "X-SYNCML-HMAC\0" "a\0", "x-syncml-hmac"),
	WRONG("rejects_hmac_that_is_no_text", "\x01\x06\x10" "\xc3" "x-syncml-hmac\0" "\x81",
	      "x-syncml-hmac"),
	WRONG("rejects_empty_hmac", "\x01\x06\x11" "\xc3" "x-syncml-hmac\0" "\x01\x00",
	      "x-syncml-hmac"),
	WRONG("rejects_hmac_without_end", "\x01\x06\x12" "\xc3" "x-syncml-hmac\0" "mac",
	      "without end"),
	{ "reads_1_3_notification", WIRE("\x01\x06\x01\xd8" "x"),
	  .type = 0x58, NO_APP, .data = "x" },
	{ "reads_app_id_as_long_integer", WIRE("\x01\x06\x04" "\xc4" "\xaf\x01\x07"),
	  .type = 0x44, APP_DM },
	{ "reads_app_id_as_text",
	  WIRE("\x01\x06\x1e" "\xc4" "\xaf" "x-wap-application:syncml.dm\0"),
	  .type = 0x44, APP_DM },
	{ "reads_app_id_under_its_name",
	  WIRE("\x01\x06\x17" "\xc4" "X-Wap-Application-Id\0" "\x87"),
	  .type = 0x44, APP_DM },
	{ "reads_other_app_id", WIRE("\x01\x06\x03\xc4\xaf\x85"), .type = 0x44, .app = 5 },
	{ "reads_app_id_before_other_headers",
	  WIRE("\x01\x06\x0f" "\xc4\xaf\x87" "\xb4\x80" "X-A\0" "\x7f\xe9" "b\0" "\x8d\x84"),
	  .type = 0x44, APP_DM },
	{ "reads_parameters_by_name", WIRE("\x01\x06\x1a" "\x19" "\xc2" "SEC\0" "USERPIN\0"
	  "mac\0" "AB12\0" "x\0" "\x80"),
	  .type = 0x42, NO_APP, .sec_form = OMASEC_WSP_SEC_TEXT, .sec_text = "USERPIN",
	  .mac = "AB12" },

	NOT_PUSH("is_no_push_when_empty", ""),
	NOT_PUSH("is_no_push_of_one_octet", "\x06"),
	NOT_PUSH("is_no_push_as_get", "\x01\x40\x03" "a/b"),
	NOT_PUSH("is_no_push_as_reply", "\x01\x04\x20\x01\xc4"),

	WRONG("rejects_confirmed_push", "\x01\x07\x03\xc4\xaf\x87", "confirmed"),
	WRONG("rejects_push_without_length", "\x01\x06", "length"),
	WRONG("rejects_length_that_does_not_end", "\x01\x06\x81\x81\x81\x81\x81\x01", "length"),
	WRONG("rejects_length_above_32_bits", "\x01\x06\x90\x80\x80\x80\x01", "length"),
	WRONG("rejects_length_with_zeros_in_front", "\x01\x06\x80\x03\xc4\xaf\x87", "length"),
	WRONG("rejects_length_above_1024", "\x01\x06\x88\x01\xc4\xaf\x87", "length"),
	WRONG("rejects_headers_longer_than_datagram", "\x01\x06\x04\xc4\xaf\x87", "longer"),
	WRONG("rejects_no_content_type", "\x01\x06\x00", "content type"),
	WRONG("rejects_content_type_text_without_end", "\x01\x06\x03" "a/b", "content type"),
	WRONG("rejects_content_type_without_slash", "\x01\x06\x04" "abc\0", "content type"),
	WRONG("rejects_content_type_with_parameters_in_text",
	      "\x01\x06\x2b" TYPE_NOTIFICATION_TEXT "; a=b\0\xaf\x87", "content type"),
	WRONG("rejects_content_type_of_no_octets", "\x01\x06\x01\x00", "content type"),
	WRONG("rejects_content_type_longer_than_headers", "\x01\x06\x02\x05\xc4", "content type"),
	WRONG("rejects_content_type_of_five_octets", "\x01\x06\x07" "\x06\x05\0\0\0\0\x44",
	      "content type"),
	WRONG("rejects_sec_twice", "\x01\x06\x06" "\x05\xc2\x91\x80\x91\x81", "twice"),
	WRONG("rejects_sec_by_number_and_name", "\x01\x06\x09" "\x08\xc2\x91\x80" "sec\0" "\x81",
	      "twice"),
	WRONG("rejects_mac_twice", "\x01\x06\x08" "\x07\xc2\x92" "A\0" "\x92" "B\0", "twice"),
	WRONG("rejects_mac_as_number", "\x01\x06\x04" "\x03\xc2\x92\x81", "parameter"),
	WRONG("rejects_empty_mac", "\x01\x06\x04" "\x03\xc2\x92\0", "parameter"),
	WRONG("rejects_parameter_without_value", "\x01\x06\x03" "\x02\xc2\x91", "parameter"),
	WRONG("rejects_parameter_value_longer_than_type", "\x01\x06\x05" "\x03\xc2\x91\x02" "a",
	      "parameter"),
	WRONG("rejects_second_content_type", "\x01\x06\x03" "\xb6" "\x91\xc4", "second"),
	WRONG("rejects_second_content_type_by_name", "\x01\x06\x0f" "\xb6" "content-type\0" "\xc4",
	      "second"),
	WRONG("rejects_app_id_twice", "\x01\x06\x05" "\xc4\xaf\x85\xaf\x87", "application"),
	WRONG("rejects_app_id_by_number_and_name",
	      "\x01\x06\x19" "\xc4\xaf\x85" "x-wap-application-id\0" "\x87", "application"),
	WRONG("rejects_empty_app_id", "\x01\x06\x03" "\xc4\xaf\0", "application"),
	WRONG("rejects_code_page_shift", "\x01\x06\x05" "\xc4" "\x7f\x02" "\xaf\x87", "code page"),
	WRONG("rejects_short_code_page_shift", "\x01\x06\x04" "\xc4" "\x02" "\xaf\x87",
	      "code page"),
	WRONG("rejects_header_without_value", "\x01\x06\x02\xc4\xaf", "value"),
	WRONG("rejects_header_value_without_end", "\x01\x06\x04\xc4\xb4" "ab", "value"),
	WRONG("rejects_header_name_without_end", "\x01\x06\x04\xc4" "X-A", "name"),
	WRONG("rejects_header_name_with_blank", "\x01\x06\x06\xc4" "X A\0" "\x80", "name"),
	WRONG("rejects_control_character_in_value", "\x01\x06\x05\xc4\xb4" "a\n\0", "value"),
	WRONG("rejects_quote_before_plain_text", "\x01\x06\x05\xc4\xb4" "\x7f" "a\0", "value"),
};

/* ----------------------------------------------------------- notifications */

#define V4_TRIGGER "\x02\xd0\0\0\0\x12\x34\x12" "com.mgmtsrv.manage"
#define V4_DIGEST "\x10\x36\x9e\x83\xe3\xfc\x71\x03\xa4\xa2\x1a\xcc\xe6\xe2\x42\xae"
#define ANY_DIGEST "0123456789abcdef"

/**
 * struct notification_vector - a notification
 * @name: the promise
 * @reason: 0 when it is read
 * @what: part of what is said to be wrong
 * The rest is what comes out.
 */
struct notification_vector {
	const char *name, *wire;
	size_t len;
	unsigned int reason;
	const char *what;
	u16 version, session;
	u8 ui_mode, initiator;
	const char *server_id, *vendor;
};

#define BAD(n, w, t) { .name = n, WIRE(w), .reason = OMASEC_REASON_NOTIFICATION_BAD, .what = t }
#define VERSION(n, w) { .name = n, WIRE(w), .reason = OMASEC_REASON_NOTIFICATION_VERSION, \
	.what = "version" }

static const struct notification_vector notification_vectors[] = {
	{ "reads_the_example_of_the_standard", WIRE(V4_DIGEST V4_TRIGGER), .version = 11,
	  .ui_mode = 1, .initiator = 0, .session = 0x1234, .server_id = "com.mgmtsrv.manage" },
	{ "reads_version_12", WIRE(ANY_DIGEST "\x03\x00\0\0\0\x00\x01\x01" "a"), .version = 12,
	  .session = 1, .server_id = "a" },
	{ "reads_all_that_can_be_set", WIRE(ANY_DIGEST "\x02\xf8\0\0\0\xff\xff\x02" "ab" "v\0w"),
	  .version = 11, .ui_mode = 3, .initiator = 1, .session = 0xffff, .server_id = "ab",
	  .vendor = "v" },
	{ "reads_utf8_in_server_id", WIRE(ANY_DIGEST "\x02\xc0\0\0\0\0\x09\x02" "\xc3\xbc"),
	  .version = 11, .session = 9, .server_id = "\xc3\xbc" },
	BAD("rejects_nothing", "", "shorter"),
	BAD("rejects_23_octets", ANY_DIGEST "\x02\xc0\0\0\0\x12\x34", "shorter"),
	BAD("rejects_empty_server_id", ANY_DIGEST "\x02\xc0\0\0\0\x12\x34\0", "empty"),
	BAD("rejects_empty_server_id_before_vendor", ANY_DIGEST "\x02\xc0\0\0\0\x12\x34\0" "abc",
	    "empty"),
	BAD("rejects_server_id_longer_than_rest", ANY_DIGEST "\x02\xc0\0\0\0\x12\x34\x04" "abc",
	    "longer"),
	BAD("rejects_nul_in_server_id", ANY_DIGEST "\x02\xc0\0\0\0\x12\x34\x03" "a\0b", "control"),
	BAD("rejects_line_end_in_server_id", ANY_DIGEST "\x02\xc0\0\0\0\x12\x34\x03" "a\nb",
	    "control"),
	BAD("rejects_session_id_0", ANY_DIGEST "\x02\xc0\0\0\0\0\0\x01" "a", "session"),
	BAD("rejects_first_future_bit", ANY_DIGEST "\x02\xc4\0\0\0\x12\x34\x01" "a", "future"),
	BAD("rejects_middle_future_bit", ANY_DIGEST "\x02\xc0\0\x10\0\x12\x34\x01" "a", "future"),
	BAD("rejects_last_future_bit", ANY_DIGEST "\x02\xc0\0\0\x01\x12\x34\x01" "a", "future"),
	VERSION("rejects_version_0", ANY_DIGEST "\0\0\0\0\0\x12\x34\x01" "a"),
	VERSION("rejects_version_10", ANY_DIGEST "\x02\x80\0\0\0\x12\x34\x01" "a"),
	VERSION("rejects_version_13", ANY_DIGEST "\x03\x40\0\0\0\x12\x34\x01" "a"),
	VERSION("rejects_version_1023", ANY_DIGEST "\xff\xc0\0\0\0\x12\x34\x01" "a"),
};

/* K = B64(MD5("com.mgmtsrv.manage:srvpwd")) */
#define V4_KEY "k1gvMfTJFGLXJE7GnEG0CQ=="

struct digest_vector {
	const char *name, *nonce;
	size_t nonce_len;
	const char *digest;
};

static const struct digest_vector digest_vectors[] = {
	{ "digest_with_empty_nonce", "", 0,
	  "\x91\xc8\xb5\x7a\x5a\xc3\xd5\x70\xc6\x77\x43\xec\x89\xe5\x77\x93" },
	{ "digest_with_nonce", "Nonce", 5, V4_DIGEST },
};

/* ----------------------------------------------- transports that are secure */

struct secured_vector {
	const char *name, *wire;
	size_t len;
	bool secured;
};

#define DTLS12(type, len) type "\xfe\xfd" "\0\x01" "\0\0\0\0\0\x07" len

static const struct secured_vector secured_vectors[] = {
	{ "knows_dtls_handshake", WIRE("\x16\xfe\xff" "\0\0" "\0\0\0\0\0\0" "\0\x03" "abc"), true },
	{ "knows_dtls_data", WIRE(DTLS12("\x17", "\0\x02") "ab"), true },
	{ "knows_two_dtls_records", WIRE(DTLS12("\x14", "\0\x01") "a" DTLS12("\x16", "\0\0")), true },
	{ "knows_wtls", WIRE("\xc3\0\x01\0\x02" "ab"), true },
	{ "knows_wtls_with_cipher", WIRE("\xe4\x05\x01\0\0" "\xe2\x05\x02\0\x01" "a"), true },
	{ "no_record_when_empty", WIRE(""), false },
	{ "no_record_of_12_octets", WIRE("\x17\xfe\xfd\0\x01\0\0\0\0\0\x07\0"), false },
	{ "no_record_longer_than_datagram", WIRE(DTLS12("\x17", "\0\x03") "ab"), false },
	{ "no_record_before_plain_octets", WIRE(DTLS12("\x17", "\0\x02") "ab" "c"), false },
	{ "no_record_of_type_19", WIRE(DTLS12("\x13", "\0\0")), false },
	{ "no_record_of_type_26", WIRE(DTLS12("\x1a", "\0\0")), false },
	{ "no_dtls_of_other_version", WIRE("\x17\xfe\xfc\0\x01\0\0\0\0\0\x07\0\0"), false },
	{ "no_tls_of_connections", WIRE("\x16\x03\x03\0\x01" "a"), false },
	{ "no_wtls_of_type_0", WIRE("\xc0\0\x01\0\0"), false },
	{ "no_wtls_of_type_5", WIRE("\xc5\0\x01\0\0"), false },
	{ "no_wtls_without_length", WIRE("\x43\0\x01" "ab"), false },
	{ "a_push_that_could_be_wtls_is_a_push", WIRE("\xc4\x06\x03\0\x03" "abc"), false },
	{ "a_push_of_any_tid_is_a_push", WIRE("\x16\x06\x03\xc4\xaf\x87"), false },
};

#endif
