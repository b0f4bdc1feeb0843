/* SPDX-License-Identifier: GPL-2.0 */
/* PDUs of WTP, and of sessions of WSP, as they come and what is read, for host and kernel. */
#ifndef TESTS_WTP_VECTORS_H
#define TESTS_WTP_VECTORS_H

#include "../../kmod/proto/wsp_session.h"
#include "../../kmod/proto/wtp.h"

#define W(s) (s), sizeof(s) - 1

static const struct wtp_read {
	const char *name, *wire;
	size_t len;
	struct omasec_wtp_pdu is;
	const char *data, *writes;	/* NULL: the header as it came */
} wtp_reads[] = {
	{ "invoke", W("\x0a\x00\x05\x12Hi"),
	  { .type = 1, .ttr = true, .tid = 5, .how = 0x12, .class = 2 }, "Hi", NULL },
	{ "invoke_no_sar_again", W("\x0f\x7f\xff\x22x"),
	  { .type = 1, .gtr = true, .ttr = true, .rid = true, .tid = 0x7fff, .how = 0x22, .class = 2 }, "x", NULL },
	{ "invoke_first_of_many", W("\x0c\x00\x05\x02x"),
	  { .type = 1, .gtr = true, .tid = 5, .how = 2, .class = 2 }, "x", NULL },
	{ "invoke_class_0", W("\x0e\x00\x05\x00\x05\x01"),
	  { .type = 1, .gtr = true, .ttr = true, .tid = 5 }, "\x05\x01", NULL },
	{ "invoke_with_options", W("\x8a\x00\x05\x02\x93\x01\x05\x78\x14\x03\x02\x01\x02x"),
	  { .type = 1, .ttr = true, .tid = 5, .how = 2, .class = 2 }, "x", "\x0a\x00\x05\x02" },
	{ "result", W("\x12\x80\x05\x04"),
	  { .type = 2, .ttr = true, .answers = true, .tid = 5 }, "\x04", NULL },
	{ "segment", W("\x28\x00\x05\x01x"), { .type = 5, .tid = 5, .psn = 1 }, "x", NULL },
	{ "segmented_result", W("\x35\x80\x05\xffx"),
	  { .type = 6, .gtr = true, .rid = true, .answers = true, .tid = 5, .psn = 255 }, "x", NULL },
	{ "ack", W("\x18\x80\x05"), { .type = 3, .answers = true, .tid = 5 }, "", NULL },
	{ "ack_tve", W("\x1c\x80\x05"), { .type = 3, .tve = true, .answers = true, .tid = 5 }, "", NULL },
	{ "ack_psn", W("\x98\x00\x05\x19\x07"), { .type = 3, .has_psn = true, .psn = 7, .tid = 5 }, "", NULL },
	{ "ack_psn_long", W("\x98\x00\x05\x1c\x01\x07"),
	  { .type = 3, .has_psn = true, .psn = 7, .tid = 5 }, "", "\x98\x00\x05\x19\x07" },
	{ "ack_information", W("\x98\x00\x05\x0b\x01\x02\x03"), { .type = 3, .tid = 5 }, "", "\x18\x00\x05" },
	{ "abort", W("\x21\x00\x05\xeb"),
	  { .type = 4, .abort_type = 1, .abort_reason = 0xeb, .tid = 5 }, "", NULL },
};

static const struct wtp_bad {
	const char *name, *wire;
	size_t len;
	const char *what;
} wtp_bads[] = {
	{ "empty", W(""), "shorter" },
	{ "two_octets", W("\x0a\x00"), "shorter" },
	{ "invoke_without_class", W("\x0a\x00\x05"), "shorter" },
	{ "version_1", W("\x0a\x00\x05\x42x"), "version" },
	{ "class_3", W("\x0a\x00\x05\x03x"), "class" },
	{ "type_0", W("\x02\x00\x05x"), "type of PDU" },
	{ "type_8", W("\x42\x00\x05x"), "type of PDU" },
	{ "segment_0", W("\x28\x00\x05\x00x"), "first packet" },
	{ "segment_without_number", W("\x28\x00\x05"), "shorter" },
	{ "segment_from_who_makes_none", W("\x2e\x00\x05\x01x"), "makes none" },
	{ "ack_with_data", W("\x18\x00\x05x"), "data" },
	{ "ack_two_numbers", W("\x98\x00\x05\x99\x01\x19\x02"), "twice" },
	{ "ack_empty_number", W("\x98\x00\x05\x18"), "sequence number" },
	{ "number_in_an_invoke", W("\x8a\x00\x05\x02\x19\x01x"), "sequence number" },
	{ "extended", W("\x8a\x00\x05\x02\x29\x01x"), "extended" },
	{ "no_tpi", W("\x8a\x00\x05\x02"), "not there" },
	{ "tpi_without_length", W("\x8a\x00\x05\x02\x14"), "without its length" },
	{ "tpi_too_long", W("\x8a\x00\x05\x02\x13\x01\x02"), "longer" },
	{ "abort_without_reason", W("\x20\x00\x05"), "shorter" },
	{ "abort_type_2", W("\x22\x00\x05\x01"), "Abort" },
	{ "abort_with_data", W("\x20\x00\x05\x01\x02"), "data" },
	{ "nack_empty", W("\x38\x00\x05\x00"), "missing packets" },
	{ "nack_cut", W("\x38\x00\x05\x02\x01"), "missing packets" },
	{ "nack_with_data", W("\x38\x00\x05\x01\x01\x02"), "data" },
};

static const struct wtp_session {
	const char *name, *wire;
	size_t len;
	const char *becomes, *what;
	long client, server;	/* -1: not said */
} wtp_sessions[] = {
	{ "connect", W("\x01\x10\x00\x00"), "\x01\x10\x00\x00", NULL, -1, -1 },
	{ "connect_sizes", W("\x01\x10\x08\x00\x03\x80\x8b\x00\x03\x81\x9f\x40"),
	  "\x01\x10\x08\x00\x03\x80\x8b\x00\x03\x81\x9f\x40", NULL, 1408, 4032 },
	{ "connect_options", W("\x01\x10\x06\x00\x02\x82\xf8\x02\x83\x05"),
	  "\x01\x10\x06\x00\x02\x82\x00\x02\x83\x01", NULL, -1, -1 },
	{ "connect_headers", W("\x01\x10\x00\x07\x80\x83\xa9""a/b\0"), NULL, NULL, -1, -1 },
	{ "connect_named_capability", W("\x01\x10\x04\x00\x03x\0y"), NULL, NULL, -1, -1 },
	{ "reply", W("\x02\x81\x05\x03\x00\x02\x81\x00"), NULL, NULL, -1, 0 },
	{ "disconnect", W("\x05\x81\x05"), NULL, NULL, -1, -1 },
	{ "version_2", W("\x01\x20\x00\x00"), NULL, "version", 0, 0 },
	{ "type_for_all", W("\x01\x10\x00\x02\x91\xc2"), NULL, "belongs to one", 0, 0 },
	{ "mac_for_all", W("\x01\x10\x00\x10x-syncml-hmac\0a\0"), NULL, "belongs to one", 0, 0 },
	{ "page_for_all", W("\x01\x10\x00\x02\x7f\x02"), NULL, "code page", 0, 0 },
	{ "aliases", W("\x02\x05\x03\x00\x02\x87\x01"), NULL, "Aliases", 0, 0 },
	{ "aliases_known", W("\x01\x10\x02\x00\x01\x87"), NULL, NULL, -1, -1 },
	{ "size_twice", W("\x01\x10\x06\x00\x02\x80\x01\x02\x80\x01"), NULL, "twice", 0, 0 },
	{ "size_too_long", W("\x01\x10\x04\x00\x03\x80\x01\x01"), NULL, "Client-SDU-Size", 0, 0 },
	{ "mor_of_two", W("\x01\x10\x04\x00\x03\x83\x01\x01"), NULL, "Method-MOR", 0, 0 },
	{ "empty_capability", W("\x01\x10\x01\x00\x00"), NULL, "capability", 0, 0 },
	{ "capability_beyond", W("\x01\x10\x02\x00\x02\x80"), NULL, "capability", 0, 0 },
	{ "lengths", W("\x01\x10\x00\x01"), NULL, "add up", 0, 0 },
	{ "octets_behind", W("\x01\x10\x00\x00x"), NULL, "add up", 0, 0 },
	{ "disconnect_behind", W("\x05\x05x"), NULL, "behind", 0, 0 },
	{ "redirect", W("\x03\x00\x00"), NULL, "Redirect", 0, 0 },
	{ "suspend", W("\x08\x05"), NULL, "suspended", 0, 0 },
	{ "resume", W("\x09\x05\x00"), NULL, "resumed", 0, 0 },
	{ "fragment", W("\x80\x05"), NULL, "part of a message", 0, 0 },
	{ "push", W("\x06\x00"), NULL, "nothing that", 0, 0 },
	{ "one_octet", W("\x01"), NULL, "shorter", 0, 0 },
};

#endif
