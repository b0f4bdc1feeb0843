/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Vectors for kmod/proto that both the unit tests and the KUnit suite run. Data
 * only. The name of a vector is what is promised.
 */
#ifndef TESTS_PROTO_VECTORS_H
#define TESTS_PROTO_VECTORS_H

#include "../../kmod/proto/hmac_header.h"
#include "../../kmod/proto/http.h"
#include "../../kmod/proto/mac.h"

/* ------------------------------------------------------------------ streams */

/**
 * struct http_vector - a stream of one direction
 * @name: the promise
 * @kind: 'q' request, 'p' response, 'h' response to HEAD
 * @wire: the stream
 * @len: its length
 * @eof: the connection ends after @wire
 * @reason: 0 when a complete message comes out
 * @what: part of the words for @reason
 * @body: what comes out
 * @rest: octets of @wire after the message
 */
struct http_vector {
	const char *name;
	char kind;
	const char *wire;
	size_t len;
	bool eof;
	unsigned int reason;
	const char *what, *body;
	size_t rest;
};

#define TAKES(n, k, w, b) { .name = n, .kind = k, .wire = w, .len = sizeof(w) - 1, .body = b }
#define TAKES_REST(n, k, w, b, r) \
	{ .name = n, .kind = k, .wire = w, .len = sizeof(w) - 1, .body = b, .rest = r }
#define TAKES_EOF(n, k, w, b) \
	{ .name = n, .kind = k, .wire = w, .len = sizeof(w) - 1, .body = b, .eof = true }
#define REJECTS(n, k, w, r, t) \
	{ .name = n, .kind = k, .wire = w, .len = sizeof(w) - 1, \
	  .reason = OMASEC_REASON_##r, .what = t }
#define REJECTS_EOF(n, k, w, r, t) \
	{ .name = n, .kind = k, .wire = w, .len = sizeof(w) - 1, .eof = true, \
	  .reason = OMASEC_REASON_##r, .what = t }

#define GET "GET / HTTP/1.1\r\n"
#define POST "POST /dm HTTP/1.1\r\nHost: dm.example\r\n"
#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define X10(s) s s s s s s s s s s
#define X100(s) X10(X10(s))
#define X1000(s) X10(X100(s))
#define SIXTEEN "0123456789abcdef"

static const struct http_vector http_vectors[] = {
	/* requests */
	TAKES("takes_request_without_body", 'q', GET "Host: a\r\n\r\n", ""),
	TAKES("takes_request_without_fields", 'q', GET "\r\n", ""),
	TAKES("takes_body_of_announced_length", 'q', POST "Content-Length: 5\r\n\r\nhello",
	      "hello"),
	TAKES("takes_field_names_in_any_case", 'q', POST "cONTENT-lENGTH:5\r\n\r\nhello", "hello"),
	TAKES("takes_blanks_around_a_value", 'q', POST "Content-Length: \t 5 \t\r\n\r\nhello",
	      "hello"),
	TAKES("takes_length_zero", 'q', POST "Content-Length: 0\r\n\r\n", ""),
	TAKES("takes_http_1_0", 'q', "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "hi"),
	TAKES("takes_octets_above_127_in_a_value", 'q', GET "X: \xc3\xa4\r\n\r\n", ""),
	TAKES("takes_empty_value", 'q', GET "X:\r\n\r\n", ""),
	TAKES("takes_empty_content_type", 'q', GET "Content-Type: \r\n\r\n", ""),
	TAKES("takes_any_octets_in_a_body", 'q',
	      POST "Content-Length: 8\r\n\r\n\r\n\r\n\n\r\x7f\xff",
	      "\r\n\r\n\n\r\x7f\xff"),
	TAKES("takes_head_of_16384_octets", 'q',
	      GET "A: " X1000(SIXTEEN) X10(SIXTEEN SIXTEEN "0123") "x\r\n\r\n", ""),
	TAKES("takes_100_fields", 'q', GET X100("A: b\r\n") "\r\n", ""),
	TAKES("takes_content_type_with_parameters", 'q',
	      POST "Content-Type: application/vnd.syncml.dm+xml; charset=\"UTF-8\"\r\n\r\n", ""),
	TAKES_REST("leaves_next_request_alone", 'q',
		   POST "Content-Length: 2\r\n\r\nhiGET / HTTP/1.1\r\n\r\n", "hi", 18),
	TAKES_REST("leaves_octets_after_request_without_length", 'q', GET "\r\nabc", "", 3),
	TAKES_REST("leaves_octets_after_length_zero", 'q', POST "Content-Length: 0\r\n\r\nx", "",
		   1),

	/* chunks */
	TAKES("takes_chunks", 'q', CHUNKED "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", "hello world"),
	TAKES("takes_no_chunks", 'q', CHUNKED "0\r\n\r\n", ""),
	TAKES("takes_coding_name_in_any_case", 'q',
	      POST "Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "a"),
	TAKES("takes_hex_in_both_cases", 'q',
	      CHUNKED "a\r\n0123456789\r\nB\r\n0123456789a\r\n0\r\n\r\n",
	      "01234567890123456789a"),
	TAKES("takes_line_ends_as_chunk_data", 'q', CHUNKED "4\r\n\r\n\r\n\r\n0\r\n\r\n",
	      "\r\n\r\n"),
	TAKES("takes_chunk_size_of_16_digits", 'q',
	      CHUNKED "0000000000000001\r\na\r\n0000000000000000\r\n\r\n", "a"),
	TAKES("takes_chunk_extensions", 'q',
	      CHUNKED "1;a=b;c=\"d e\"\r\nx\r\n1 \t;a\r\ny\r\n0;z\r\n\r\n", "xy"),
	TAKES("takes_chunk_extension_of_1024_octets", 'q',
	      CHUNKED "1;" X10(X10("0123456789")) X10("ab") "xyz\r\nx\r\n0\r\n\r\n", "x"),
	TAKES("counts_each_extension_for_itself", 'q',
	      CHUNKED "1;" X100("012345") "\r\nx\r\n1;" X100("012345") "\r\ny\r\n0;"
	      X100("012345") "\r\n\r\n", "xy"),
	TAKES("drops_trailer", 'q', CHUNKED "1\r\na\r\n0\r\nX: y\r\nContent-Length: 7\r\n\r\n",
	      "a"),
	TAKES("takes_trailer_of_100_fields", 'q', CHUNKED "0\r\n" X100("A: b\r\n") "\r\n", ""),
	TAKES("takes_trailer_of_16384_octets", 'q',
	      CHUNKED "0\r\nA:" X1000(SIXTEEN) X10(SIXTEEN SIXTEEN "0123") SIXTEEN "ab\r\n\r\n",
	      ""),
	TAKES_REST("leaves_octets_after_trailer", 'q', CHUNKED "1\r\na\r\n0\r\n\r\nGET", "a", 3),

	/* responses */
	TAKES("takes_response_of_announced_length", 'p', OK "Content-Length: 2\r\n\r\nhi", "hi"),
	TAKES("takes_response_in_chunks", 'p',
	      OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "hi"),
	TAKES("takes_status_line_without_phrase", 'p', "HTTP/1.1 204 \r\n\r\n", ""),
	TAKES("takes_status_line_without_last_space", 'p', "HTTP/1.1 204\r\n\r\n", ""),
	TAKES_EOF("takes_response_up_to_the_end", 'p', OK "\r\nhello", "hello"),
	TAKES_EOF("takes_http_1_0_response_up_to_the_end", 'p', "HTTP/1.0 200 OK\r\n\r\nhello",
		  "hello"),
	TAKES_EOF("takes_nothing_up_to_the_end", 'p', OK "\r\n", ""),
	TAKES_REST("gives_answer_to_head_no_body", 'h', OK "Content-Length: 5\r\n\r\nHTTP/", "", 5),
	TAKES_REST("gives_chunked_answer_to_head_no_body", 'h',
		   OK "Transfer-Encoding: chunked\r\n\r\nH", "", 1),
	TAKES_REST("gives_answer_to_head_without_length_no_body", 'h', OK "\r\nH", "", 1),
	TAKES_REST("gives_interim_response_no_body", 'p', "HTTP/1.1 100 Continue\r\n\r\n" OK, "",
		   sizeof(OK) - 1),
	TAKES_REST("gives_early_hints_no_body", 'p', "HTTP/1.1 103 Early\r\nLink: x\r\n\r\nH", "",
		   1),
	TAKES_REST("gives_status_204_no_body", 'p', "HTTP/1.1 204 No Content\r\n\r\nH", "", 1),
	TAKES("takes_status_204_with_length_zero", 'p',
	      "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", ""),
	TAKES_REST("gives_status_304_no_body", 'p',
		   "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\nH", "", 1),
	TAKES_REST("gives_chunked_status_304_no_body", 'p',
		   "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\nH", "", 1),
	TAKES("takes_status_205_as_any_other", 'p', "HTTP/1.1 205 X\r\nContent-Length: 1\r\n\r\na",
	      "a"),

	/* start lines */
	REJECTS("rejects_empty_line_before_request", 'q', "\r\n" GET "\r\n", HTTP_SYNTAX,
		"no HTTP request line"),
	REJECTS("rejects_blank_before_request", 'q', " " GET "\r\n", HTTP_SYNTAX,
		"no HTTP request line"),
	REJECTS("rejects_nul_before_request", 'q', "\0" GET "\r\n", HTTP_SYNTAX,
		"no HTTP request line"),
	REJECTS("rejects_tls_hello", 'q', "\x16\x03\x01\x02", HTTP_SYNTAX, "no HTTP request line"),
	REJECTS("rejects_other_protocol_as_response", 'p', "220 mail.example ESMTP\r\n",
		HTTP_SYNTAX,
		"no HTTP status line"),
	REJECTS("rejects_http_0_9_request", 'q', "GET /\r\n\r\n", HTTP_SYNTAX, "no request target"),
	REJECTS("rejects_request_without_version", 'q', "GET / \r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_two_blanks_after_method", 'q', "GET  / HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"no request target"),
	REJECTS("rejects_two_blanks_before_version", 'q', "GET /  HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_blank_after_version", 'q', "GET / HTTP/1.1 \r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_blank_in_target", 'q', "GET /a b HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_tab_in_target", 'q', "GET /a\tb HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"no URI has"),
	REJECTS("rejects_target_above_127", 'q', "GET /\xc3\xa4 HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"no URI has"),
	REJECTS("rejects_method_that_is_no_token", 'q', "G\"T / HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"malformed method"),
	REJECTS("rejects_method_followed_by_tab", 'q', "GET\t/ HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"malformed method"),
	REJECTS("rejects_head_not_in_capitals", 'q', "Head / HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"HEAD not in capitals"),
	REJECTS("rejects_http_1_2", 'q', "GET / HTTP/1.2\r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_http_2_in_request_line", 'q', "GET / HTTP/2.0\r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_http_in_small_letters", 'q', "GET / http/1.1\r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_version_with_two_digits", 'q', "GET / HTTP/1.10\r\n\r\n", HTTP_SYNTAX,
		"does not end in HTTP/1.0"),
	REJECTS("rejects_connect", 'q', "CONNECT a:443 HTTP/1.1\r\n\r\n", HTTP_UPGRADE, "CONNECT"),
	REJECTS("rejects_connect_in_any_case", 'q', "Connect a:443 HTTP/1.1\r\n\r\n", HTTP_UPGRADE,
		"CONNECT"),
	REJECTS("rejects_http_2_preface", 'q', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP_UPGRADE,
		"HTTP/2"),
	REJECTS("rejects_switching_protocols", 'p',
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", HTTP_UPGRADE,
		"101"),
	REJECTS("rejects_response_of_http_2", 'p', "HTTP/2 200\r\n\r\n", HTTP_SYNTAX,
		"does not begin with HTTP/1.0"),
	REJECTS("rejects_response_without_status", 'p', "HTTP/1.1\r\n\r\n", HTTP_SYNTAX,
		"does not begin with HTTP/1.0"),
	REJECTS("rejects_status_of_two_digits", 'p', "HTTP/1.1 20 OK\r\n\r\n", HTTP_SYNTAX,
		"three digits"),
	REJECTS("rejects_status_of_four_digits", 'p', "HTTP/1.1 2000 OK\r\n\r\n", HTTP_SYNTAX,
		"three digits"),
	REJECTS("rejects_status_that_is_no_number", 'p', "HTTP/1.1 2x0 OK\r\n\r\n", HTTP_SYNTAX,
		"three digits"),
	REJECTS("rejects_status_below_100", 'p', "HTTP/1.1 099 OK\r\n\r\n", HTTP_SYNTAX,
		"outside 100 to 599"),
	REJECTS("rejects_status_above_599", 'p', "HTTP/1.1 600 OK\r\n\r\n", HTTP_SYNTAX,
		"outside 100 to 599"),

	/* lines and octets */
	REJECTS("rejects_lf_alone_after_start_line", 'q', "GET / HTTP/1.1\n\r\n", HTTP_LINE_END,
		"LF without CR"),
	REJECTS("rejects_lf_alone_after_field", 'q', GET "A: b\n\r\n", HTTP_LINE_END,
		"LF without CR"),
	REJECTS("rejects_lf_alone_as_empty_line", 'q', GET "A: b\r\n\n", HTTP_LINE_END,
		"LF without CR"),
	REJECTS("rejects_cr_alone_in_start_line", 'q', "GET / HTTP/1.1\rX\r\n\r\n", HTTP_LINE_END,
		"CR without LF"),
	REJECTS("rejects_cr_alone_in_field", 'q', GET "A: b\rContent-Length: 5\r\n\r\n",
		HTTP_LINE_END, "CR without LF"),
	REJECTS("rejects_cr_alone_as_empty_line", 'q', GET "\rX", HTTP_LINE_END, "CR without LF"),
	REJECTS("rejects_two_cr", 'q', GET "A: b\r\r\n\r\n", HTTP_LINE_END, "CR without LF"),
	REJECTS("rejects_nul_in_field", 'q', GET "A: b\0", HTTP_SYNTAX, "control character"),
	REJECTS("rejects_nul_in_field_name", 'q', GET "A\0", HTTP_SYNTAX,
		"control character"),
	REJECTS("rejects_nul_at_start_of_field", 'q', GET "\0", HTTP_SYNTAX,
		"control character"),
	REJECTS("rejects_nul_in_start_line", 'q', "GET /\0", HTTP_SYNTAX,
		"control character"),
	REJECTS("rejects_delete_in_field", 'q', GET "A: b\x7f", HTTP_SYNTAX,
		"control character"),
	REJECTS("rejects_escape_in_field", 'q', GET "A: \x1b[0m\r\n\r\n", HTTP_SYNTAX,
		"control character"),
	REJECTS("rejects_folded_field", 'q', GET "A: b\r\n ", HTTP_SYNTAX, "folded"),
	REJECTS("rejects_folding_by_tab", 'q', GET "A: b\r\n\t", HTTP_SYNTAX, "folded"),
	REJECTS("rejects_blank_before_first_field", 'q', GET " A: b\r\n\r\n", HTTP_SYNTAX,
		"folded"),
	REJECTS("rejects_blank_before_colon", 'q', POST "Content-Length : 5\r\n\r\nhello",
		HTTP_SYNTAX, "not a token"),
	REJECTS("rejects_blank_in_field_name", 'q', GET "A B: c\r\n\r\n", HTTP_SYNTAX,
		"not a token"),
	REJECTS("rejects_field_without_colon", 'q', GET "A\r\n\r\n", HTTP_SYNTAX, "not a token"),
	REJECTS("rejects_field_without_name", 'q', GET ": a\r\n\r\n", HTTP_SYNTAX, "not a token"),
	REJECTS("rejects_field_name_above_127", 'q', GET "\xc3\xa4: b\r\n\r\n", HTTP_SYNTAX,
		"not a token"),
	REJECTS("rejects_head_of_16385_octets", 'q',
		GET "A: " X1000(SIXTEEN) X10(SIXTEEN SIXTEEN "0123") "xy\r\n\r\n", HTTP_TOO_MANY,
		"head longer"),
	REJECTS("rejects_101_fields", 'q', GET X100("A: b\r\n") "A", HTTP_TOO_MANY,
		"more than 100"),

	/* length and coding */
	REJECTS("rejects_two_content_lengths", 'q',
		POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", HTTP_LENGTH,
		"several Content-Length"),
	REJECTS("rejects_two_equal_content_lengths", 'q',
		POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", HTTP_LENGTH,
		"several Content-Length"),
	REJECTS("rejects_list_of_lengths", 'q', POST "Content-Length: 5, 5\r\n\r\n", HTTP_LENGTH,
		"not a plain decimal"),
	REJECTS("rejects_length_with_plus", 'q', POST "Content-Length: +5\r\n\r\n", HTTP_LENGTH,
		"not a plain decimal"),
	REJECTS("rejects_length_with_minus", 'q', POST "Content-Length: -5\r\n\r\n", HTTP_LENGTH,
		"not a plain decimal"),
	REJECTS("rejects_length_in_hex", 'q', POST "Content-Length: 0x5\r\n\r\n", HTTP_LENGTH,
		"leading zero"),
	REJECTS("rejects_length_with_leading_zero", 'q', POST "Content-Length: 010\r\n\r\n",
		HTTP_LENGTH, "leading zero"),
	REJECTS("rejects_length_followed_by_text", 'q', POST "Content-Length: 5 octets\r\n\r\n",
		HTTP_LENGTH, "not a plain decimal"),
	REJECTS("rejects_length_with_fraction", 'q', POST "Content-Length: 5.0\r\n\r\n",
		HTTP_LENGTH,
		"not a plain decimal"),
	REJECTS("rejects_length_quoted", 'q', POST "Content-Length: \"5\"\r\n\r\n", HTTP_LENGTH,
		"not a plain decimal"),
	REJECTS("rejects_empty_length", 'q', POST "Content-Length: \r\n\r\n", HTTP_LENGTH, "empty"),
	REJECTS("rejects_length_that_overflows", 'q',
		POST "Content-Length: 18446744073709551621\r\n\r\n", HTTP_LENGTH,
		"too many digits"),
	REJECTS("rejects_length_of_19_digits", 'q',
		POST "Content-Length: 1000000000000000000\r\n\r\n",
		HTTP_LENGTH, "too many digits"),
	REJECTS("rejects_coding_and_length", 'q',
		POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", HTTP_LENGTH,
		"both"),
	REJECTS("rejects_length_and_coding", 'q',
		POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_LENGTH,
		"both"),
	REJECTS("rejects_length_zero_and_coding", 'q',
		POST "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_LENGTH,
		"both"),
	REJECTS("rejects_length_and_coding_in_response", 'p',
		OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_LENGTH, "both"),
	REJECTS("rejects_gzip_then_chunked", 'q', POST "Transfer-Encoding: gzip, chunked\r\n\r\n",
		HTTP_ENCODING, "not exactly chunked"),
	REJECTS("rejects_chunked_twice", 'q', POST "Transfer-Encoding: chunked, chunked\r\n\r\n",
		HTTP_ENCODING, "not exactly chunked"),
	REJECTS("rejects_coding_identity", 'q', POST "Transfer-Encoding: identity\r\n\r\n",
		HTTP_ENCODING, "not exactly chunked"),
	REJECTS("rejects_coding_with_parameter", 'q', POST "Transfer-Encoding: chunked;a=b\r\n\r\n",
		HTTP_ENCODING, "not exactly chunked"),
	REJECTS("rejects_coding_quoted", 'q', POST "Transfer-Encoding: \"chunked\"\r\n\r\n",
		HTTP_ENCODING, "not exactly chunked"),
	REJECTS("rejects_coding_with_prefix", 'q', POST "Transfer-Encoding: xchunked\r\n\r\n",
		HTTP_ENCODING, "not exactly chunked"),
	REJECTS("rejects_coding_with_comma", 'q', POST "Transfer-Encoding: chunked,\r\n\r\n",
		HTTP_ENCODING, "not exactly chunked"),
	REJECTS("rejects_empty_coding", 'q', POST "Transfer-Encoding:\r\n\r\n", HTTP_ENCODING,
		"not exactly chunked"),
	REJECTS("rejects_two_codings", 'q',
		POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		HTTP_ENCODING,
		"several Transfer-Encoding"),
	REJECTS("rejects_coding_in_http_1_0_request", 'q',
		"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_ENCODING, "HTTP/1.0"),
	REJECTS("rejects_coding_in_http_1_0_response", 'p',
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_ENCODING, "HTTP/1.0"),
	REJECTS("rejects_coding_in_interim_response", 'p',
		"HTTP/1.1 100 Continue\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_ENCODING,
		"without body"),
	REJECTS("rejects_coding_in_status_204", 'p',
		"HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_ENCODING,
		"without body"),
	REJECTS("rejects_length_in_interim_response", 'p',
		"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n", HTTP_LENGTH, "without body"),
	REJECTS("rejects_length_in_status_204", 'p', "HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n",
		HTTP_LENGTH, "without body"),

	/* other fields */
	REJECTS("rejects_two_content_types", 'q',
		POST "Content-Type: text/plain\r\nContent-Type: text/plain\r\n\r\n", HTTP_SYNTAX,
		"several Content-Type"),
	REJECTS("rejects_second_content_type_after_empty_one", 'q',
		POST "Content-Type:\r\nContent-Type: text/plain\r\n\r\n", HTTP_SYNTAX,
		"several Content-Type"),
	REJECTS("rejects_list_of_content_types", 'q',
		POST "Content-Type: text/plain, application/vnd.syncml.dm+xml\r\n\r\n", HTTP_SYNTAX,
		"type/subtype"),
	REJECTS("rejects_content_type_without_slash", 'q', POST "Content-Type: text\r\n\r\n",
		HTTP_SYNTAX, "type/subtype"),
	REJECTS("rejects_content_type_with_blanks", 'q', POST "Content-Type: text / plain\r\n\r\n",
		HTTP_SYNTAX, "type/subtype"),
	REJECTS("rejects_content_type_with_two_slashes", 'q',
		POST "Content-Type: text/plain/x\r\n\r\n", HTTP_SYNTAX, "type/subtype"),
	REJECTS("rejects_blank_inside_type", 'q', POST "Content-Type: te xt/plain\r\n\r\n",
		HTTP_SYNTAX, "type/subtype"),
	REJECTS("rejects_blank_inside_subtype", 'q', POST "Content-Type: text/pl ain\r\n\r\n",
		HTTP_SYNTAX, "type/subtype"),
	REJECTS("rejects_content_type_without_subtype", 'q', POST "Content-Type: text/\r\n\r\n",
		HTTP_SYNTAX, "type/subtype"),
	REJECTS("rejects_content_type_without_type", 'q', POST "Content-Type: ;charset=x\r\n\r\n",
		HTTP_SYNTAX, "type/subtype"),
	REJECTS("rejects_two_hosts", 'q', GET "Host: a\r\nHost: a\r\n\r\n", HTTP_SYNTAX,
		"several Host"),
	REJECTS("rejects_connection_option_content_length", 'q',
		POST "Connection: close, Content-Length\r\nContent-Length: 5\r\n\r\n", HTTP_SYNTAX,
		"end to end"),
	REJECTS("rejects_connection_option_transfer_encoding", 'q',
		POST "Connection: transfer-encoding,\r\n\r\n", HTTP_SYNTAX, "end to end"),
	REJECTS("rejects_connection_option_content_type", 'q',
		POST "Connection: x,content-type, y\r\n\r\n", HTTP_SYNTAX, "end to end"),
	REJECTS("rejects_connection_option_host", 'q', POST "Connection: host\r\n\r\n", HTTP_SYNTAX,
		"end to end"),
	REJECTS("rejects_connection_option_hmac", 'q',
		POST "Connection: X-Syncml-Hmac\r\n\r\n", HTTP_SYNTAX, "end to end"),

	/* chunks */
	REJECTS("rejects_chunk_without_size", 'q', CHUNKED "\r\n", HTTP_CHUNK, "hexadecimal"),
	REJECTS("rejects_chunk_size_in_other_digits", 'q', CHUNKED "5g\r\n", HTTP_CHUNK,
		"hexadecimal"),
	REJECTS("rejects_chunk_size_with_prefix", 'q', CHUNKED "0x5\r\n", HTTP_CHUNK,
		"hexadecimal"),
	REJECTS("rejects_chunk_size_with_minus", 'q', CHUNKED "-1\r\n", HTTP_CHUNK, "hexadecimal"),
	REJECTS("rejects_chunk_size_with_plus", 'q', CHUNKED "+1\r\n", HTTP_CHUNK, "hexadecimal"),
	REJECTS("rejects_blank_before_chunk_size", 'q', CHUNKED " 5\r\n", HTTP_CHUNK,
		"hexadecimal"),
	REJECTS("rejects_blank_after_chunk_size", 'q', CHUNKED "5 \r\n", HTTP_CHUNK, "extension"),
	REJECTS("rejects_text_after_chunk_size", 'q', CHUNKED "5 a\r\n", HTTP_CHUNK, "extension"),
	REJECTS("rejects_control_character_in_extension", 'q', CHUNKED "5;a\0\r\n", HTTP_CHUNK,
		"extension"),
	REJECTS("rejects_chunk_size_that_overflows", 'q', CHUNKED "10000000000000005\r\n",
		HTTP_CHUNK,
		"too large"),
	REJECTS("rejects_chunk_size_above_s64", 'q', CHUNKED "8000000000000000\r\n", HTTP_CHUNK,
		"too large"),
	REJECTS("rejects_chunk_size_of_17_digits", 'q', CHUNKED "00000000000000001\r\n", HTTP_CHUNK,
		"too large"),
	REJECTS("rejects_chunk_extension_of_1025_octets", 'q',
		CHUNKED "1;" X10(X10("0123456789")) X10("ab") "xyz1\r\nx\r\n0\r\n\r\n", HTTP_CHUNK,
		"longer than 1024"),
	REJECTS("rejects_1025_blanks_before_extension", 'q', CHUNKED "1"
		X1000(" ") X10("  ") "     ;",
		HTTP_CHUNK, "longer than 1024"),
	REJECTS("rejects_lf_alone_after_chunk_size", 'q', CHUNKED "5\nhello\r\n", HTTP_LINE_END,
		"LF without CR"),
	REJECTS("rejects_lf_alone_after_extension", 'q', CHUNKED "5;a\nhello\r\n", HTTP_LINE_END,
		"LF without CR"),
	REJECTS("rejects_cr_alone_after_chunk_size", 'q', CHUNKED "5\rhello\r\n", HTTP_LINE_END,
		"CR without LF"),
	REJECTS("rejects_chunk_longer_than_announced", 'q', CHUNKED "4\r\nhello\r\n", HTTP_CHUNK,
		"after the data"),
	REJECTS("rejects_other_octet_for_cr_after_chunk", 'q',
		CHUNKED "4\r\nhello\n0\r\n\r\n", HTTP_CHUNK, "after the data"),
	REJECTS("rejects_lf_alone_after_chunk", 'q', CHUNKED "5\r\nhello\n0\r\n\r\n", HTTP_CHUNK,
		"after the data"),
	REJECTS("rejects_cr_alone_after_chunk", 'q', CHUNKED "5\r\nhello\r0\r\n\r\n", HTTP_CHUNK,
		"after the data"),
	REJECTS("rejects_trailer_without_colon", 'q', CHUNKED "0\r\nX\r\n\r\n", HTTP_CHUNK,
		"trailer"),
	REJECTS("rejects_trailer_without_name", 'q', CHUNKED "0\r\n:a: b\r\n\r\n", HTTP_CHUNK,
		"trailer"),
	REJECTS("rejects_blank_before_colon_in_trailer", 'q', CHUNKED "0\r\nX : y\r\n\r\n",
		HTTP_CHUNK,
		"trailer"),
	REJECTS("rejects_nul_in_trailer_name", 'q', CHUNKED "0\r\nX\0: y\r\n\r\n", HTTP_CHUNK,
		"trailer"),
	REJECTS("rejects_nul_in_trailer", 'q', CHUNKED "0\r\nX: \0\r\n\r\n", HTTP_CHUNK, "trailer"),
	REJECTS("rejects_folded_trailer", 'q', CHUNKED "0\r\nX: y\r\n z\r\n\r\n", HTTP_SYNTAX,
		"folded"),
	REJECTS("rejects_lf_alone_in_trailer", 'q', CHUNKED "0\r\nX: y\n\r\n", HTTP_LINE_END,
		"LF without CR"),
	REJECTS("rejects_lf_alone_after_trailer", 'q', CHUNKED "0\r\nX: y\r\n\n", HTTP_LINE_END,
		"LF without CR"),
	REJECTS("rejects_cr_alone_in_trailer", 'q', CHUNKED "0\r\nX: y\rz\r\n\r\n", HTTP_LINE_END,
		"CR without LF"),
	REJECTS("rejects_cr_alone_after_trailer", 'q', CHUNKED "0\r\n\rX", HTTP_LINE_END,
		"CR without LF"),
	REJECTS("rejects_trailer_of_101_fields", 'q', CHUNKED "0\r\n"
		X100("A: b\r\n") "A: b\r\n\r\n",
		HTTP_TOO_MANY, "more than 100"),
	REJECTS("rejects_trailer_of_16385_octets", 'q',
		CHUNKED "0\r\nA:" X1000(SIXTEEN) X10(SIXTEEN SIXTEEN "0123") SIXTEEN "abc\r\n\r\n",
		HTTP_TOO_MANY, "trailer longer"),

	/* end of the connection */
	REJECTS_EOF("rejects_end_inside_start_line", 'q', "GE", HTTP_TRUNCATED, "ended"),
	REJECTS_EOF("rejects_end_inside_head", 'q', GET "A: b\r\n", HTTP_TRUNCATED, "ended"),
	REJECTS_EOF("rejects_end_inside_body", 'q', POST "Content-Length: 5\r\n\r\nhell",
		    HTTP_TRUNCATED, "ended"),
	REJECTS_EOF("rejects_end_before_last_chunk", 'q', CHUNKED "5\r\nhello\r\n", HTTP_TRUNCATED,
		    "ended"),
	REJECTS_EOF("rejects_end_inside_trailer", 'q', CHUNKED "0\r\nX: y\r\n", HTTP_TRUNCATED,
		    "ended"),
};

/* -------------------------------------------------------------------- MACs */

/**
 * struct mac_vector - a MAC of user Bruce2, password OhBehave
 * @name: the promise
 * @form: enum omasec_mac_form
 * @nonce: octets
 * @nonce_len: their number
 * @mac: Base64
 * @match: the MAC must come out, or must not
 */
struct mac_vector {
	const char *name;
	unsigned int form;
	const char *nonce;
	size_t nonce_len;
	const char *mac;
	bool match;
};

#define MAC_KEY "PtEdr8lBQ45IbT1bZIkrOQ=="
#define MAC_BODY "<SyncML xmlns='SYNCML:SYNCML1.2'></SyncML>"

static const struct mac_vector mac_vectors[] = {
	{ "makes_the_mac_of_the_standard", OMASEC_MAC_FORM_OMA, "Nonce", 5,
	  "6AZk96DG6F0jSIaEpbK4Ng==", true },
	{ "makes_the_mac_with_empty_nonce", OMASEC_MAC_FORM_OMA, "", 0,
	  "+oJ2VSFVTFlKiNuU9rE+XA==", true },
	{ "is_not_rfc2104", OMASEC_MAC_FORM_OMA, "Nonce", 5,
	  "gSVT0ww+LdOVoILKTyw+5w==", false },
	{ "does_not_take_the_nonce_as_base64_text", OMASEC_MAC_FORM_OMA, "Nonce", 5,
	  "HBwJWyR8X8yn99F2uTkimw==", false },
	{ "makes_other_mac_of_other_octets", OMASEC_MAC_FORM_OMA, "Tm9uY2U=", 8,
	  "HBwJWyR8X8yn99F2uTkimw==", true },
	{ "makes_rfc2104_when_asked", OMASEC_MAC_FORM_RFC2104, "Nonce", 5,
	  "gSVT0ww+LdOVoILKTyw+5w==", true },
	{ "rfc2104_is_not_the_standard", OMASEC_MAC_FORM_RFC2104, "Nonce", 5,
	  "6AZk96DG6F0jSIaEpbK4Ng==", false },
};

/* ------------------------------------------------------------ header values */

/**
 * struct hmac_vector - a value of x-syncml-hmac
 * @name: the promise
 * @value: the value
 * @len: its length
 * @reason: 0 when it is taken
 * @user: user name that comes out
 */
struct hmac_vector {
	const char *name, *value;
	size_t len;
	unsigned int reason;
	const char *user;
};

#define READS(n, v, u) { .name = n, .value = v, .len = sizeof(v) - 1, .user = u }
#define REFUSES(n, v, r) { .name = n, .value = v, .len = sizeof(v) - 1, .reason = r }
#define MALFORMED(n, v) REFUSES(n, v, OMASEC_REASON_MAC_MALFORMED)
#define ALGORITHM(n, v) REFUSES(n, v, OMASEC_REASON_MAC_ALGORITHM)
#define M "mac=6AZk96DG6F0jSIaEpbK4Ng=="
#define U "username=\"Bruce2\""
#define MAX_USER X100("u") X10("v") X10("w") "xyz0123"	/* 127 */

static const struct hmac_vector hmac_vectors[] = {
	READS("reads_common_form", "algorithm=MD5, " U ", " M, "Bruce2"),
	READS("reads_any_order", M "," U ",algorithm=MD5", "Bruce2"),
	READS("reads_without_algorithm", U ", " M, "Bruce2"),
	READS("reads_names_in_any_case",
	      "ALGORITHM=md5, UserName=\"Bruce2\", Mac=6AZk96DG6F0jSIaEpbK4Ng==",
	      "Bruce2"),
	READS("reads_user_as_token", "username=Bruce2, " M, "Bruce2"),
	READS("reads_user_token_with_odd_characters", "username=IMEI:49/a@b=c;d, " M,
	      "IMEI:49/a@b=c;d"),
	READS("reads_no_blanks", "algorithm=MD5," U "," M, "Bruce2"),
	READS("reads_many_blanks", " \talgorithm = MD5 ,\t" U "\t, " M " ", "Bruce2"),
	READS("reads_empty_list_elements", ",, algorithm=MD5, ," U ",," M ", ,", "Bruce2"),
	READS("reads_blanks_in_user", "username=\"Robert Jordan\", " M, "Robert Jordan"),
	READS("reads_comma_in_user", "username=\"a, mac=b\", " M, "a, mac=b"),
	READS("reads_quoted_pairs", "username=\"a\\\"b\\\\c\\d\", " M, "a\"b\\cd"),
	READS("reads_user_above_127", "username=\"J\xc3\xbcrgen\", " M, "J\xc3\xbcrgen"),
	READS("reads_quoted_algorithm_and_mac",
	      "algorithm=\"MD5\", " U ", mac=\"6AZk96DG6F0jSIaEpbK4Ng==\"", "Bruce2"),
	READS("reads_user_of_127_octets", "username=\"" MAX_USER "\", " M, MAX_USER),

	MALFORMED("rejects_empty_value", ""),
	MALFORMED("rejects_commas_only", " , ,"),
	MALFORMED("rejects_missing_user", "algorithm=MD5, " M),
	MALFORMED("rejects_missing_mac", "algorithm=MD5, " U),
	MALFORMED("rejects_empty_user", "username=\"\", " M),
	MALFORMED("rejects_empty_user_token", "username=, " M),
	MALFORMED("rejects_empty_mac", U ", mac="),
	MALFORMED("rejects_second_user", U ", " U ", " M),
	MALFORMED("rejects_second_mac", U ", " M ", " M),
	MALFORMED("rejects_second_algorithm", "algorithm=MD5, algorithm=MD5, " U ", " M),
	MALFORMED("rejects_unknown_parameter", U ", " M ", nonce=abc"),
	MALFORMED("rejects_word_without_value", U ", " M ", x"),
	MALFORMED("rejects_value_without_name", U ", " M ", =x"),
	MALFORMED("rejects_missing_comma", U " " M),
	MALFORMED("rejects_semicolon_for_comma", U "; " M),
	MALFORMED("rejects_text_after_quoted_user", "username=\"a\"b, " M),
	MALFORMED("rejects_open_quote", M ", username=\"a"),
	MALFORMED("rejects_open_quoted_pair", M ", username=\"a\\"),
	MALFORMED("rejects_quote_in_token", "username=a\"b, " M),
	MALFORMED("rejects_backslash_in_token", "username=a\\b, " M),
	MALFORMED("rejects_nul_in_user", "username=\"a\0b\", " M),
	MALFORMED("rejects_quoted_nul_in_user", "username=\"a\\\0b\", " M),
	MALFORMED("rejects_line_end_in_user", "username=\"a\r\nb\", " M),
	MALFORMED("rejects_tab_in_user", "username=\"a\tb\", " M),
	MALFORMED("rejects_folded_value", U ",\r\n " M),
	MALFORMED("rejects_user_of_128_octets", "username=\"" MAX_USER "x\", " M),
	MALFORMED("rejects_user_token_of_128_octets", "username=" MAX_USER "x, " M),
	MALFORMED("rejects_mac_too_short", U ", mac=6AZk96DG6F0jSIaEpbK4"),
	MALFORMED("rejects_mac_of_17_octets", U ", mac=6AZk96DG6F0jSIaEpbK4NgA="),
	MALFORMED("rejects_mac_without_padding", U ", mac=6AZk96DG6F0jSIaEpbK4Ng"),
	MALFORMED("rejects_mac_with_one_padding", U ", mac=6AZk96DG6F0jSIaEpbK4Ng="),
	MALFORMED("rejects_mac_with_stray_bits", U ", mac=6AZk96DG6F0jSIaEpbK4Nh=="),
	MALFORMED("rejects_mac_in_hex", U ", mac=e80664f7a0c6e85d23488684a5b2b836"),
	MALFORMED("rejects_mac_in_url_alphabet", U ", mac=-_Zk96DG6F0jSIaEpbK4Ng=="),
	MALFORMED("rejects_mac_followed_by_text", U ", " M "x"),
	MALFORMED("rejects_empty_algorithm", "algorithm=, " U ", " M),
	MALFORMED("rejects_algorithm_that_is_no_token", "algorithm=\"M D5\", " U ", " M),
	ALGORITHM("rejects_unknown_algorithm", "algorithm=SHA-256, " U ", " M),
	ALGORITHM("rejects_algorithm_with_prefix", "algorithm=MD5x, " U ", " M),
	ALGORITHM("names_algorithm_also_with_other_mac_length",
		  "algorithm=SHA-1, " U ", mac=L9ThxnotKPzthJ7hu3bnORuT6xI="),
};

#endif
