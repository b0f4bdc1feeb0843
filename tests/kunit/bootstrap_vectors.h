/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bootstrap messages: parameters, keys and MACs, for unit tests and KUnit alike.
 * MACs were computed with Python's hmac and hashlib.
 */
#ifndef TESTS_BOOTSTRAP_VECTORS_H
#define TESTS_BOOTSTRAP_VECTORS_H

#include "../../kmod/proto/bootstrap.h"
#include "../../kmod/proto/wsp.h"

#define MAC40 "00112233445566778899aAbBcCdDeEfF00112233"
#define TYPE_DM "application/vnd.syncml.dm+wbxml"
#define TYPE_CP "application/vnd.wap.connectivity-wbxml"

/**
 * struct content_type_vector - a Content-Type
 * @name: the promise
 * @reason: 0 when it is read
 * @what: part of what is said to be wrong
 * @type: number of the media type
 * @sec: enum omasec_sec
 * @claims: it is read, and claims to be of a bootstrap message
 */
struct content_type_vector {
	const char *name, *text;
	unsigned int reason;
	const char *what;
	u32 type;
	u8 sec;
	bool colon, claims;
};

#define BAD(n, t, w) { n, t, OMASEC_REASON_BOOTSTRAP_BAD, w, 0, 0, false, false }

static const struct content_type_vector content_type_vectors[] = {
	{ "reads_networkid", TYPE_DM "; SEC=NETWORKID; MAC=" MAC40, 0, NULL, 0x42,
	  OMASEC_SEC_NETWPIN, false, true },
	{ "reads_userpin_networkid", TYPE_DM ";sec=userpin_networkid;mac=" MAC40, 0, NULL, 0x42,
	  OMASEC_SEC_USERNETWPIN, true, true },
	{ "reads_usernetwpin", TYPE_CP "; MAC=" MAC40 " ; SEC=\"USERNETWPIN\"", 0, NULL, 0x36,
	  OMASEC_SEC_USERNETWPIN, false, true },
	{ "reads_netwpin_beside_charset", TYPE_CP "; charset=\"utf-8\"; SEC=NETWPIN; MAC=" MAC40, 0,
	  NULL, 0x36, OMASEC_SEC_NETWPIN, false, true },
	{ "reads_userpinmac", TYPE_DM ";SEC=USERPINMAC", 0, NULL, 0x42, OMASEC_SEC_USERPINMAC, false,
	  true },
	{ "reads_unsecured", "  " TYPE_CP " ", 0, NULL, 0x36, OMASEC_SEC_NONE, false, true },
	{ "reads_provisioning_in_xml", "text/vnd.wap.connectivity-xml; charset=utf-8", 0, NULL, 0x35,
	  OMASEC_SEC_NONE, false, true },
	{ "reads_another_type", "text/plain", 0, NULL, OMASEC_WSP_NONE, OMASEC_SEC_NONE, false, false },
	{ "reads_a_session", TYPE_DM "; charset=utf-8", 0, NULL, 0x42, OMASEC_SEC_NONE, false, false },
	{ "reads_a_session_with_parameters_like_them", TYPE_DM "; SECT=USERPIN; XMAC=1", 0, NULL, 0x42,
	  OMASEC_SEC_NONE, false, false },
	BAD("rejects_nothing", "", "cannot be read"),
	BAD("rejects_no_subtype", "application/; SEC=USERPIN; MAC=" MAC40, "cannot be read"),
	BAD("rejects_second_slash", "a/b/c", "cannot be read"),
	BAD("rejects_sec_twice", TYPE_DM "; SEC=USERPIN; sec=NETWPIN; MAC=" MAC40, "twice"),
	BAD("rejects_mac_twice", TYPE_DM "; SEC=USERPIN; MAC=" MAC40 "; MAC=" MAC40, "twice"),
	BAD("rejects_unknown_sec", TYPE_DM "; SEC=OTHER; MAC=" MAC40, "not known"),
	BAD("rejects_sec_without_mac", TYPE_DM "; SEC=USERPIN", "without MAC"),
	BAD("rejects_mac_without_sec", TYPE_DM "; MAC=" MAC40, "without SEC"),
	BAD("rejects_mac_beside_userpinmac", TYPE_CP "; SEC=USERPINMAC; MAC=" MAC40, "USERPINMAC"),
	BAD("rejects_short_mac", TYPE_DM "; SEC=USERPIN; MAC=0011", "40"),
	BAD("rejects_long_mac", TYPE_DM "; SEC=USERPIN; MAC=" MAC40 "00", "40"),
	BAD("rejects_mac_with_other_digits",
	    TYPE_DM "; SEC=USERPIN; MAC=g0112233445566778899aabbccddeeff00112233", "40"),
	BAD("rejects_empty_mac", TYPE_DM "; SEC=USERPIN; MAC=\"\"", "40"),
	BAD("rejects_empty_parameter", TYPE_DM ";; SEC=USERPIN; MAC=" MAC40, "cannot be read"),
	BAD("rejects_no_value", TYPE_DM "; SEC", "cannot be read"),
	BAD("rejects_no_semicolon", TYPE_DM " SEC=USERPIN", "cannot be read"),
	BAD("rejects_open_quote", TYPE_DM "; SEC=\"USERPIN; MAC=" MAC40, "cannot be read"),
	BAD("rejects_quoted_pair", TYPE_DM "; SEC=\"USER\\PIN\"; MAC=" MAC40, "cannot be read"),
};

/**
 * struct bootstrap_vector - a document, its secrets, its MAC
 * @name: the promise
 * @sec: enum omasec_sec
 * @netw: network secret
 * @pin: PIN
 * @mac: the MAC, or the digits of userpinmac
 */
struct bootstrap_vector {
	const char *name;
	u8 sec;
	bool colon;
	const char *netw, *pin, *mac;
};

#define BOOTSTRAP_BODY "\x03\x0b\x6a\x05" "hello E\xc6\x01"
#define IMSI_KEY "\x29\x26\x10\x21\x43\x65\x87\x09"

static const struct bootstrap_vector bootstrap_vectors[] = {
	{ "mac_of_netwpin", OMASEC_SEC_NETWPIN, false, IMSI_KEY, "",
	  "0C86310606F08BC837A08C4E934FCAA69DE4ADC7" },
	{ "mac_of_userpin", OMASEC_SEC_USERPIN, false, "", "1234",
	  "869692925804A7D1EE1122FFA13ED8AA4D5D241F" },
	{ "mac_of_usernetwpin_concat", OMASEC_SEC_USERNETWPIN, false, IMSI_KEY, "1234",
	  "65AD21109CE1F8021C193C93BCB452ADDF795FB3" },
	{ "mac_of_usernetwpin_colon", OMASEC_SEC_USERNETWPIN, true, IMSI_KEY, "1234",
	  "11A60585E9854B4E0BADB9719BEC2ACBA39BCD2A" },
	{ "mac_of_userpinmac_4", OMASEC_SEC_USERPINMAC, false, "", "1234",
	  "4066" },
	{ "mac_of_userpinmac_20", OMASEC_SEC_USERPINMAC, false, "", "12345678901234567890",
	  "88652682215322827906" },
};

static const struct { const char *name, *digits, *octets; int len; } imsi_vectors[] = {
	{ "imsi_of_15_digits", "262011234567890", IMSI_KEY, 8 },
	{ "imsi_of_14_digits", "26201123456789", "\x21\x26\x10\x21\x43\x65\x87\xf9", 8 },
	{ "imsi_of_6_digits", "123456", "\x11\x32\x54\xf6", 4 },
	{ "rejects_imsi_of_5_digits", "12345", NULL, -EINVAL },
	{ "rejects_imsi_of_16_digits", "2620112345678901", NULL, -EINVAL },
	{ "rejects_imsi_with_letters", "26201123456789a", NULL, -EINVAL },
	{ "rejects_empty_imsi", "", NULL, -EINVAL },
};

#endif
