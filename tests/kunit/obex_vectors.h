/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Vectors for kmod/proto/obex.c that both the unit tests and the KUnit suite run. Data
 * only, made after IrOBEX 1.5. The name of a vector is what is promised.
 */
#ifndef TESTS_OBEX_VECTORS_H
#define TESTS_OBEX_VECTORS_H

#include "../../kmod/proto/obex.h"

/**
 * struct obex_vector - octets of one direction
 * @name: the promise
 * @octets: they
 * @len: how many
 * @body: of all objects, one behind the other
 * @head_len: octets of headers other than bodies
 * @packets: that are complete
 * @side: enum omasec_obex_side
 * @answers: for a response
 * @reason: 0 when all of it is taken
 * @what: part of the words for @reason
 * @eof: what the end of the connection behind it means
 * @limit: 0 for none
 */
struct obex_vector {
	const char *name, *octets;
	size_t len;
	const char *body;
	size_t head_len;
	unsigned int packets;
	u8 side, answers;
	unsigned int reason;
	const char *what;
	unsigned int eof;
	u16 limit;
};

#define OBEX_OCTETS(s) .octets = (s), .len = sizeof(s) - 1
#define OBEX_BAD(r, w) .reason = OMASEC_REASON_OBEX_##r, .what = (w), .eof = OMASEC_REASON_OBEX_##r
#define OBEX_ANSWER(op) .side = OMASEC_OBEX_RESPONSE, .answers = OMASEC_OBEX_##op

#define OBEX_HELLO "\x80\x00\x13\x10\x00\x20\x00\x46\x00\x0cSYNCML-DM"

static const struct obex_vector obex_vectors[] = {
	/* what is taken */
	{ .name = "connect", OBEX_OCTETS(OBEX_HELLO), .head_len = 12, .packets = 1 },
	{ .name = "connect_disconnect", OBEX_OCTETS(OBEX_HELLO "\x81\x00\x08\xcb\x00\x00\x00\x01"),
	  .head_len = 17, .packets = 2 },
	{ .name = "connect_agreed",
	  OBEX_OCTETS("\xa0\x00\x0c\x10\x00\x04\x00\xcb\x00\x00\x00\x01"), OBEX_ANSWER(CONNECT),
	  .head_len = 5, .packets = 1 },
	{ .name = "connect_turned_down_briefly", OBEX_OCTETS("\xc3\x00\x03"), OBEX_ANSWER(CONNECT),
	  .packets = 1 },
	{ .name = "put_in_one_packet", OBEX_OCTETS("\x82\x00\x0b\x42\x00\x05t\0\x49\x00\x03"),
	  .head_len = 5, .packets = 1 },
	{ .name = "put_in_three_packets",
	  OBEX_OCTETS("\x02\x00\x0b\xcb\x00\x00\x00\x01\x48\x00\x03"
		      "\x02\x00\x08\x48\x00\x05" "ab"
		      "\x82\x00\x0a\x49\x00\x07" "cdef"),
	  .body = "abcdef", .head_len = 5, .packets = 3 },
	{ .name = "several_bodies_in_a_packet",
	  OBEX_OCTETS("\x82\x00\x0b\x48\x00\x04" "a" "\x49\x00\x04" "b"), .body = "ab",
	  .packets = 1 },
	{ .name = "delete_is_a_put_without_body", OBEX_OCTETS("\x82\x00\x03"), .packets = 1 },
	{ .name = "get", OBEX_OCTETS("\x83\x00\x0a\x42\x00\x07" "a/b\0"), .head_len = 7, .packets = 1 },
	{ .name = "answer_of_a_get",
	  OBEX_OCTETS("\x90\x00\x08\x48\x00\x05" "ab" "\xa0\x00\x07\x49\x00\x04" "c"), OBEX_ANSWER(GET),
	  .body = "abc", .packets = 2 },
	{ .name = "answers_of_a_put", OBEX_OCTETS("\x90\x00\x03\x90\x00\x03\xa0\x00\x03"),
	  OBEX_ANSWER(PUT), .packets = 3 },
	{ .name = "abort_inside_an_object", OBEX_OCTETS("\x02\x00\x07\x48\x00\x04" "a" "\xff\x00\x03"),
	  .body = "a", .packets = 2 },
	{ .name = "single_response_mode_is_read_in_a_request", OBEX_OCTETS("\x82\x00\x05\x97\x01"),
	  .head_len = 2, .packets = 1 },
	{ .name = "headers_of_all_forms",
	  OBEX_OCTETS("\x83\x00\x14\xcb\x00\x00\x00\x01\x01\x00\x05\0a\x4c\x00\x05xy\xb0\x07"),
	  .head_len = 17, .packets = 1 },

	/* the end of the connection */
	{ .name = "ends_inside_a_front", OBEX_OCTETS("\x82\x00"), .eof = OMASEC_REASON_OBEX_TRUNCATED },
	{ .name = "ends_inside_a_header", OBEX_OCTETS("\x82\x00\x0a\x49\x00"),
	  .eof = OMASEC_REASON_OBEX_TRUNCATED },
	{ .name = "ends_inside_a_body", OBEX_OCTETS("\x82\x00\x0a\x49\x00\x07" "cd"), .body = "cd",
	  .eof = OMASEC_REASON_OBEX_TRUNCATED },
	{ .name = "ends_between_packets_of_an_object", OBEX_OCTETS("\x02\x00\x03"), .packets = 1,
	  .eof = OMASEC_REASON_OBEX_TRUNCATED },

	/* what is refused: packets */
	{ .name = "unknown_opcode", OBEX_OCTETS("\x84\x00\x03"), OBEX_BAD(PACKET, "unknown opcode") },
	{ .name = "connect_without_final_bit", OBEX_OCTETS("\x00\x00\x07"),
	  OBEX_BAD(PACKET, "unknown opcode") },
	{ .name = "http_is_no_obex", OBEX_OCTETS("POST / "), OBEX_BAD(PACKET, "unknown opcode") },
	{ .name = "short_packet", OBEX_OCTETS("\x82\x00\x02"), OBEX_BAD(PACKET, "shorter") },
	{ .name = "short_connect", OBEX_OCTETS("\x80\x00\x06"), OBEX_BAD(PACKET, "shorter") },
	{ .name = "success_of_connect_needs_its_front", OBEX_OCTETS("\xa0\x00\x03"), OBEX_ANSWER(CONNECT),
	  OBEX_BAD(PACKET, "shorter") },
	{ .name = "longer_than_the_receiver_takes", OBEX_OCTETS("\x82\x01\x00"), .limit = 255,
	  OBEX_BAD(PACKET, "receiver takes") },
	{ .name = "other_version", OBEX_OCTETS("\x80\x00\x07\x20\x00\x20\x00"),
	  OBEX_BAD(PACKET, "version") },
	{ .name = "too_small_packets", OBEX_OCTETS("\x80\x00\x07\x10\x00\x00\xfe"),
	  OBEX_BAD(PACKET, "255") },
	{ .name = "get_inside_a_put", OBEX_OCTETS("\x02\x00\x03\x83\x00\x03"), .packets = 1,
	  OBEX_BAD(PACKET, "inside an object") },
	{ .name = "response_without_final_bit", OBEX_OCTETS("\x20\x00\x03"), OBEX_ANSWER(PUT),
	  OBEX_BAD(PACKET, "final bit") },
	{ .name = "unknown_response", OBEX_OCTETS("\xa7\x00\x03"), OBEX_ANSWER(PUT),
	  OBEX_BAD(PACKET, "unknown response") },
	{ .name = "response_of_no_class", OBEX_OCTETS("\xf0\x00\x03"), OBEX_ANSWER(PUT),
	  OBEX_BAD(PACKET, "unknown response") },
	{ .name = "continue_for_disconnect", OBEX_OCTETS("\x90\x00\x03"), OBEX_ANSWER(DISCONNECT),
	  OBEX_BAD(PACKET, "CONTINUE") },

	/* what is refused: operations and modes */
	{ .name = "setpath", OBEX_OCTETS("\x85\x00\x05"), OBEX_BAD(REFUSED, "operation") },
	{ .name = "action", OBEX_OCTETS("\x86\x00\x03"), OBEX_BAD(REFUSED, "operation") },
	{ .name = "session", OBEX_OCTETS("\x87\x00\x03"), OBEX_BAD(REFUSED, "operation") },
	{ .name = "single_response_mode_agreed", OBEX_OCTETS("\x90\x00\x05\x97\x01"), OBEX_ANSWER(PUT),
	  OBEX_BAD(REFUSED, "Single Response Mode") },
	{ .name = "single_response_mode_waits", OBEX_OCTETS("\x90\x00\x05\x98\x01"), OBEX_ANSWER(GET),
	  OBEX_BAD(REFUSED, "Single Response Mode") },

	/* what is refused: headers */
	{ .name = "short_header", OBEX_OCTETS("\x82\x00\x06\x42\x00\x02"), OBEX_BAD(HEADER, "shorter") },
	{ .name = "long_header", OBEX_OCTETS("\x82\x00\x07\x42\x00\x05t"), OBEX_BAD(HEADER, "longer") },
	{ .name = "long_number", OBEX_OCTETS("\x82\x00\x07\xcb\x00\x00\x00"), OBEX_BAD(HEADER, "longer") },
	{ .name = "cut_header", OBEX_OCTETS("\x82\x00\x05\x42\x00"), OBEX_BAD(HEADER, "longer") },
	{ .name = "half_characters", OBEX_OCTETS("\x82\x00\x07\x01\x00\x04t"), OBEX_BAD(HEADER, "half") },
	{ .name = "late_connection_id", OBEX_OCTETS("\x82\x00\x0a\xb0\x01\xcb\x00\x00\x00\x01"),
	  .head_len = 2, OBEX_BAD(HEADER, "Connection Id") },
	{ .name = "body_of_a_get", OBEX_OCTETS("\x83\x00\x06\x49\x00\x03"), OBEX_BAD(HEADER, "there is none") },
	{ .name = "body_of_connect", OBEX_OCTETS("\x80\x00\x0a\x10\x00\x20\x00\x49\x00\x03"),
	  OBEX_BAD(HEADER, "there is none") },
	{ .name = "body_in_answer_to_put", OBEX_OCTETS("\xa0\x00\x06\x49\x00\x03"), OBEX_ANSWER(PUT),
	  OBEX_BAD(HEADER, "there is none") },
	{ .name = "body_behind_its_end", OBEX_OCTETS("\x82\x00\x0a\x49\x00\x03\x48\x00\x04" "a"),
	  OBEX_BAD(HEADER, "behind End-of-Body") },
	{ .name = "early_end", OBEX_OCTETS("\x02\x00\x06\x49\x00\x03"),
	  OBEX_BAD(HEADER, "before the last packet") },
	{ .name = "no_end", OBEX_OCTETS("\x82\x00\x07\x48\x00\x04" "a"), .body = "a",
	  .packets = 1 },
	{ .name = "no_end_in_the_packet_behind", OBEX_OCTETS("\x02\x00\x07\x48\x00\x04" "a" "\x82\x00\x03"),
	  .body = "a", .packets = 2 },
};

#endif
