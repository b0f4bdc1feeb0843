/* SPDX-License-Identifier: GPL-2.0 */
/* Lines and fields of a head that is complete in memory; for http_head.c and http_edit.c. */
#ifndef OMASEC_PROTO_HTTP_FIELD_H
#define OMASEC_PROTO_HTTP_FIELD_H

#include "types.h"

/**
 * struct omasec_http_line - a line of a head
 * @all: with its CR LF
 * @text: without
 */
struct omasec_http_line {
	struct omasec_slice all, text;
};

/*
 * Takes the next line off @rest. Returns 0, OMASEC_REASON_HTTP_SYNTAX for a
 * control character in it, or OMASEC_REASON_HTTP_LINE_END when it does not end in
 * CR LF.
 */
unsigned int omasec_http_next_line(struct omasec_slice *rest, struct omasec_http_line *line);

/* Splits a field line. False when the name is not a token right before a colon. */
bool omasec_http_split_field(struct omasec_slice text, struct omasec_slice *name,
			     struct omasec_slice *value);

#endif
