/* SPDX-License-Identifier: GPL-2.0 */
/*
 * OBEX flows: whole objects are held, judged and sent on in packets of our own, so that
 * either end sees an OBEX peer that answers packet by packet. The data plane only; see
 * obex_flow.c.
 */
#ifndef OMASEC_OBEX_FLOW_H
#define OMASEC_OBEX_FLOW_H

#include "buf.h"
#include "proto/hmac_header.h"
#include "proto/obex.h"

struct omasec_flow;

enum omasec_relay_phase {
	OMASEC_RELAY_IDLE,	/* the client's next operation may begin */
	OMASEC_RELAY_REQUEST,	/* packets of its object come, and we answer CONTINUE */
	OMASEC_RELAY_SEND,	/* the object goes to the server packet by packet */
	OMASEC_RELAY_ANSWER,	/* it has gone; the server's response comes */
	OMASEC_RELAY_RETURN,	/* that goes to the client packet by packet */
};

/* Headers that we put together: those that came, and what we add. */
#define OMASEC_RELAY_HEAD	(OMASEC_OBEX_HEAD_MAX + OMASEC_HMAC_VALUE_MAX + 64)

/**
 * struct omasec_relay - an OBEX flow; all under the flow's mtx
 * @req: framer of what the client says
 * @resp: framer of what the server says; its answers is what we asked last
 * @phase: enum omasec_relay_phase
 * @dm: the client has connected to SYNCML-DM: all objects are DM messages
 * @get_dm: the GET that is under way is for a DM message
 * @more: the server's object has further packets
 * @again: the server was asked by us, with a message of the helper; what it answers
 *	is for a GET of the client that waits
 * @client_max: longest packet that the client takes
 * @server_max: longest packet that the server takes
 * @type: type that the GET asks for, as it goes to S
 * @retyped: which is not for it to say
 * @get_head: headers of the last GET for a DM message, to ask again
 * @get_len: their length
 * @has_answer: the helper has answered a PUT: @answer is for the next GET
 * @answer: that object
 * @answer_head: its headers
 * @answer_len: their length
 * @cut: object that goes out
 * @head: its headers
 * @body: what is left of its body
 */
struct omasec_relay {
	struct omasec_obex req, resp;
	u8 phase;
	bool dm, get_dm, more, again, has_answer, retyped;
	u16 client_max, server_max;
	char type[OMASEC_TYPE_MAX + 1];
	char *get_head;
	u32 get_len, answer_len;
	struct omasec_buf answer, body;
	struct omasec_obex_cut cut;
	u8 answer_head[OMASEC_TYPE_MAX + OMASEC_HMAC_VALUE_MAX + 64];
	u8 head[OMASEC_RELAY_HEAD];
};

/* Runs both directions as far as they go; true when something moved. mtx held. */
bool omasec_relay_run(struct omasec_flow *f);
void omasec_relay_free(struct omasec_flow *f);

/*
 * For emit.c, after the verdict. mtx held; 0 or enum omasec_reason. forward: the object
 * of @path goes on with @body, another @type unless that is empty, and the MAC in @hmac, empty
 * for none; @drop: without the x-syncml-hmac that it came with. again: the client's last
 * message is put once more, with @body. answer: @body is what the client gets for its PUT.
 */
unsigned int omasec_relay_forward(struct omasec_flow *f, int path, struct omasec_slice type,
				  struct omasec_slice hmac, bool drop, struct omasec_buf *body);
unsigned int omasec_relay_again(struct omasec_flow *f, struct omasec_slice type,
				struct omasec_slice hmac, struct omasec_buf *body);
unsigned int omasec_relay_answer(struct omasec_flow *f, struct omasec_slice type,
				 struct omasec_slice hmac, struct omasec_buf *body);

#endif
