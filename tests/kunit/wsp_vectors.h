/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Posts, Replies and Gets of connectionless WSP, for unit tests and KUnit alike. Those
 * named as_sent were read back with Wireshark's WSP dissector.
 */
#ifndef TESTS_WSP_VECTORS_H
#define TESTS_WSP_VECTORS_H

#include "../../kmod/proto/wsp_pdu.h"

/**
 * struct pdu_vector - a datagram
 * @name: the promise
 * @what: part of what is said to be wrong, NULL when it is read
 * @type: name of its content type, NULL for none that is known
 * @uri: NULL for none
 * @hmac: NULL for none that is text
 * @data: NULL for none
 * @edited: what @edit makes of it, without the data; NULL: not tried
 * @edit: how
 */
struct pdu_vector {
	const char *name, *wire;
	size_t len;
	const char *what;
	u8 method;
	bool is_dm, harmless, encoded;
	const char *type, *uri, *hmac, *data;
	u16 hmac_count;
	const char *edited;
	size_t edited_len;
	struct omasec_wsp_edit edit;
};

#define PDU_WIRE(s) .wire = (s), .len = sizeof(s) - 1
#define PDU_EDITED(s) .edited = (s), .edited_len = sizeof(s) - 1
#define PDU_BAD(n, w, t) { .name = (n), PDU_WIRE(w), .what = (t) }
#define PDU_SLICE(s) { (s), sizeof(s) - 1 }
#define PDU_POST .method = OMASEC_WSP_IS_POST
#define PDU_REPLY .method = OMASEC_WSP_IS_REPLY
#define PDU_DM_WBXML .is_dm = true, .type = "application/vnd.syncml.dm+wbxml"
#define PDU_DM_XML .is_dm = true, .type = "application/vnd.syncml.dm+xml"
#define PDU_URI "http://a/dm"
#define PDU_VALUE "algorithm=MD5, username=\"Bruce2\", mac=6AZk96DG6F0jSIaEpbK4Ng=="
#define PDU_HMAC "x-syncml-hmac\0" PDU_VALUE "\0"
#define PDU_ALL_OF(s) s s s s s s s s

static const struct pdu_vector pdu_vectors[] = {
	{ "post_as_sent", PDU_WIRE("\x05\x60\x0b\x01" PDU_URI "\xc2" "body"), PDU_POST, PDU_DM_WBXML,
	  .uri = PDU_URI, .data = "body",
	  PDU_EDITED("\x05\x60\x0b\x4e" PDU_URI "\xc2" PDU_HMAC),
	  .edit = { .tid = 5, .hmac = PDU_SLICE(PDU_VALUE) } },
	{ "post_with_mac_as_sent", PDU_WIRE("\x05\x60\x0b\x4e" PDU_URI "\xc2" PDU_HMAC "body"),
	  PDU_POST, PDU_DM_WBXML, .uri = PDU_URI, .data = "body", .hmac = PDU_VALUE, .hmac_count = 1,
	  PDU_EDITED("\x05\x60\x0b\x01" PDU_URI "\xc2"), .edit = { .tid = 5, .drop_hmac = true } },
	{ "reply_as_sent", PDU_WIRE("\x05\x04\x20\x01\xc3<SyncML/>"), PDU_REPLY, PDU_DM_XML,
	  .data = "<SyncML/>", PDU_EDITED("\x85\x04\x20\x4e\xc3" PDU_HMAC),
	  .edit = { .tid = 0x85, .hmac = PDU_SLICE(PDU_VALUE) } },
	{ "mac_replaces_mac", PDU_WIRE("\x05\x04\x20\x11\xc2" "X-SyncML-HMAC\0z\0" "b"), PDU_REPLY,
	  PDU_DM_WBXML, .data = "b", .hmac = "z", .hmac_count = 1,
	  PDU_EDITED("\x05\x04\x20\x4e\xc2" PDU_HMAC),
	  .edit = { .tid = 5, .hmac = PDU_SLICE(PDU_VALUE) } },
	{ "type_as_text", PDU_WIRE("\x05\x04\x20\x1e" "application/vnd.syncml.dm+xml\0" "b"), PDU_REPLY,
	  PDU_DM_XML, .data = "b", PDU_EDITED("\x05\x04\x20\x1e" "application/vnd.syncml.dm+xml\0"),
	  .edit = { .tid = 5, .content_type = PDU_SLICE("Application/vnd.syncml.dm+xml") } },
	{ "type_with_charset", PDU_WIRE("\x05\x04\x20\x04\x03\xc3\x81\xea" "b"), PDU_REPLY, PDU_DM_XML,
	  .data = "b", PDU_EDITED("\x05\x04\x20\x01\xc2"),
	  .edit = { .tid = 5, .content_type = PDU_SLICE("application/vnd.syncml.dm+wbxml") } },
	{ "other_type_as_text", PDU_WIRE("\x05\x04\x20\x01\xc3" "b"), PDU_REPLY, PDU_DM_XML, .data = "b",
	  PDU_EDITED("\x05\x04\x20\x15" "application/x-dm+xml\0"),
	  .edit = { .tid = 5, .content_type = PDU_SLICE("application/x-dm+xml") } },
	{ "type_again", PDU_WIRE("\x05\x04\x20\x03\xc3\x91\xc3" "b"), PDU_REPLY, PDU_DM_XML,
	  .data = "b", PDU_EDITED("\x05\x04\x20\x03\xc3\x91\xc3"),
	  .edit = { .tid = 5, .drop_hmac = true } },
	{ "type_again_goes_with_it", PDU_WIRE("\x05\x04\x20\x49" "application/vnd.syncml.dm+xml\0"
	  "Content-Type\0" "application/vnd.syncml.dm+xml\0" "b"), PDU_REPLY, PDU_DM_XML, .data = "b",
	  PDU_EDITED("\x05\x04\x20\x01\xc2"),
	  .edit = { .tid = 5, .content_type = PDU_SLICE("application/vnd.syncml.dm+wbxml") } },
	{ "length_goes_with_its_body", PDU_WIRE("\x05\x04\x20\x0f\xc3\x8d\x81\x90\x02xx\x84\xaa"
	  "x-a\0b\0" "b"), PDU_REPLY, PDU_DM_XML, .data = "b",
	  PDU_EDITED("\x05\x04\x20\x09\xc3\x84\xaa" "x-a\0b\0"),
	  .edit = { .tid = 5, .new_body = true } },
	{ "length_stays_with_its_body", PDU_WIRE("\x05\x04\x20\x03\xc3\x8d\x81" "b"), PDU_REPLY,
	  PDU_DM_XML, .data = "b", PDU_EDITED("\x05\x04\x20\x03\xc3\x8d\x81"),
	  .edit = { .tid = 5, .drop_hmac = true } },
	{ "two_macs_are_counted", PDU_WIRE("\x05\x04\x20\x21\xc3" "x-syncml-hmac\0a\0" "x-syncml-hmac\0b\0"),
	  PDU_REPLY, PDU_DM_XML, .hmac = "a", .hmac_count = 2,
	  PDU_EDITED("\x05\x04\x20\x01\xc3"), .edit = { .tid = 5, .drop_hmac = true } },
	{ "mac_as_number_counts", PDU_WIRE("\x05\x04\x20\x10\xc3" "x-syncml-hmac\0\x81"), PDU_REPLY,
	  PDU_DM_XML, .hmac_count = 1 },
	{ "encoding", PDU_WIRE("\x05\x04\x20\x03\xc3\x8b\x80" "b"), PDU_REPLY, PDU_DM_XML, .data = "b",
	  .encoded = true },
	{ "encoding_identity", PDU_WIRE("\x05\x04\x20\x0b\xc3\x8bidentity\0b"), PDU_REPLY, PDU_DM_XML,
	  .data = "b" },
	{ "reply_without_content", PDU_WIRE("\x05\x04\x44\x00"), PDU_REPLY, .harmless = true },
	{ "post_of_a_form", PDU_WIRE("\x05\x60\x0b\x01" PDU_URI "\x92" "a=b"), PDU_POST,
	  .harmless = true, .uri = PDU_URI, .data = "a=b" },
	{ "post_of_plain_text", PDU_WIRE("\x05\x60\x0b\x0b" PDU_URI "text/plain\0" "a"), PDU_POST,
	  .harmless = true, .type = "text/plain", .uri = PDU_URI, .data = "a" },
	{ "type_of_wap_is_dm", PDU_WIRE("\x05\x04\x20\x24" "application/vnd.wap.multipart.mixed\0"),
	  PDU_REPLY, .is_dm = true, .type = "application/vnd.wap.multipart.mixed" },
	{ "multipart_is_not_harmless", PDU_WIRE("\x05\x04\x20\x01\xa3" "b"), PDU_REPLY, .data = "b" },
	{ "notification_is_not_harmless", PDU_WIRE("\x05\x04\x20\x01\xc4" "b"), PDU_REPLY, .data = "b" },
	{ "unknown_number_is_not_harmless", PDU_WIRE("\x05\x04\x20\x04\x03\x02\x03\x01" "b"), PDU_REPLY,
	  .data = "b" },
	{ "get_as_sent", PDU_WIRE("\x05\x40\x0b" PDU_URI "\x80\xc3"), .harmless = true, .uri = PDU_URI },
	PDU_BAD("empty", "", "neither"),
	PDU_BAD("two_octets", "\x05\x60", "neither"),
	PDU_BAD("push", "\x01\x06\x03\xc4\xaf\x87x", "a push"),
	PDU_BAD("confirmed_push", "\x01\x07\x03\xc4\xaf\x87x", "a push"),
	PDU_BAD("put", "\x05\x61\x0b\x01" PDU_URI "\xc2", "a Put"),
	PDU_BAD("connect", "\x05\x01\x10\x00\x00", "neither"),
	PDU_BAD("fragment", "\x05\x80\x0b\x01" PDU_URI "\xc2", "neither"),
	PDU_BAD("no_uri", "\x05\x60\x00\x01\xc2", "a URI"),
	PDU_BAD("uri_with_nul", "\x05\x60\x02\x01" "a\0\xc2", "a URI"),
	PDU_BAD("uri_with_blank", "\x05\x60\x03\x01" "a b\xc2", "a URI"),
	PDU_BAD("uri_beyond_the_datagram", "\x05\x60\x0c\x01" PDU_URI, "a URI"),
	PDU_BAD("uri_length_padded", "\x05\x60\x80\x0b\x01" PDU_URI "\xc2", "a length"),
	PDU_BAD("headers_beyond_the_datagram", "\x05\x04\x20\x02\xc3", "longer than"),
	PDU_BAD("headers_too_long", "\x05\x04\x20\xa0\x01\xc3", "above 4096"),
	PDU_BAD("data_without_type", "\x05\x04\x20\x00" "b", "without a content type"),
	PDU_BAD("type_without_end", "\x05\x04\x20\x03" "a/b", "content type"),
	PDU_BAD("type_with_parameter_in_text", "\x05\x04\x20\x09" "a/b; c=d\0", "content type"),
	PDU_BAD("type_longer_than_headers", "\x05\x04\x20\x02\x03\xc3\x81\xea", "content type"),
	PDU_BAD("parameter_without_value", "\x05\x04\x20\x03\x02\xc3\x81", "content type"),
	PDU_BAD("second_type", "\x05\x04\x20\x03\xc3\x91\xc2", "second content type"),
	PDU_BAD("second_type_by_name", "\x05\x04\x20\x0f\xc3" "Content-Type\0\xc2", "second content type"),
	PDU_BAD("type_again_longer", "\x05\x04\x20\x04\xc3\x91\x01\xc3", "second content type"),
	PDU_BAD("type_in_get", "\x05\x40\x0b" PDU_URI "\x91\xc3", "second content type"),
	PDU_BAD("code_page", "\x05\x04\x20\x03\xc3\x7f\x02", "code page"),
	PDU_BAD("code_page_short", "\x05\x04\x20\x03\xc3\x02\x81", "code page"),
	PDU_BAD("name_no_token", "\x05\x04\x20\x06\xc3" "a b\0\x81", "no token"),
	PDU_BAD("value_without_end", "\x05\x04\x20\x04\xc3\x84" "ab", "without end"),
	PDU_BAD("transfer_encoding", "\x05\x04\x20\x03\xc3\xa7\x80", "transfer encoding"),
};

/* What counts as secured. */
struct secured_vector {
	const char *name, *wire;
	size_t len;
	bool secured;
};

static const struct secured_vector pdu_secured_vectors[] = {
	{ "dtls", PDU_WIRE("\x16\xfe\xfd\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01x"), true },
	{ "wtls", PDU_WIRE("\xe1\x00\x01\x00\x01x"), true },
	{ "wtls_that_could_be_a_post", PDU_WIRE("\xe1\x60\x01\x00\x01x"), false },
	{ "wtls_that_could_be_a_reply", PDU_WIRE("\xe1\x04\x01\x00\x01x"), false },
	{ "wtls_that_could_be_a_get", PDU_WIRE("\xe1\x40\x01\x00\x01x"), false },
	{ "wtls_that_could_be_a_push", PDU_WIRE("\xe1\x06\x01\x00\x01x"), false },
	{ "post", PDU_WIRE("\x05\x60\x0b\x01" PDU_URI "\xc2" "body"), false },
};

#endif
