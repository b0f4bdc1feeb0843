// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of the parent, answered with libdm and xsec. Holds one message, the one
 * parsed last, and forgets it when the next comes. The parent is trusted not
 * to be hostile, but a frame out of bounds ends the worker all the same: then
 * the two have lost step, and a new worker is cheap.
 */
#include "serve.h"
#include "channel.h"
#include "serve_xsec.h"

#include <dm/worker_ipc.h>

#include <errno.h>
#include <linux/omasec.h>
#include <stdlib.h>
#include <string.h>

struct server {
	int fd;
	uint32_t parse_id;
	struct dm_doc *doc;
	uint8_t *request;	/* payload; that of the last PARSE holds the message */
	uint8_t *message;
	struct dm_facts facts;
	struct dm_list list;
};

static bool answer(const struct server *s, uint32_t op, uint32_t id, const void *payload,
		   size_t len)
{
	return write_frame(s->fd, op, id, NULL, 0, payload, len);
}

static bool answer_error(const struct server *s, uint32_t id, int error,
			 const struct dm_error *detail)
{
	struct worker_error e = { .error = error, .detail = *detail };

	return answer(s, WORKER_ERROR, id, &e, sizeof(e));
}

static bool serve_parse(struct server *s, const struct worker_frame *frame)
{
	struct worker_parse *p = (struct worker_parse *)s->request;
	struct dm_error err = { 0 };
	int ret;

	dm_doc_free(s->doc);
	free(s->message);
	s->doc = NULL;
	s->message = s->request;
	s->request = NULL;
	s->parse_id = frame->id;
	p->content_type[DM_TYPE_MAX - 1] = '\0';
	ret = dm_parse(s->message + sizeof(*p), frame->length - sizeof(*p), p->content_type,
		       &s->doc, &err);
	if (!ret)
		ret = dm_extract(s->doc, &s->facts, &err);
	if (ret)
		return answer_error(s, frame->id, ret, &err);
	return answer(s, WORKER_FACTS, frame->id, &s->facts, sizeof(s->facts));
}

static bool serve_list(struct server *s, const struct worker_frame *frame)
{
	const struct worker_list *how = (const struct worker_list *)s->request;
	struct dm_error err = {
		OMASEC_REASON_HELPER_ERROR, "worker does not have the message",
	};
	int ret = -EINVAL;

	if (s->doc && how->parse_id == s->parse_id)
		ret = dm_commands(s->doc, how->items, &s->list, &err);
	if (ret)
		return answer_error(s, frame->id, ret, &err);
	return answer(s, WORKER_COMMANDS, frame->id, &s->list, dm_list_size(&s->list));
}

/* What follows the edits: changes that fit their frame, or nothing. */
static bool edit_changes(const struct server *s, const struct worker_frame *frame,
			 const struct dm_changes **changes)
{
	size_t len = frame->length - sizeof(struct worker_edit);

	*changes = len ? (const struct dm_changes *)(s->request + sizeof(struct worker_edit)) : NULL;
	return !len || dm_changes_valid(*changes, len);
}

static bool serve_output(struct server *s, const struct worker_frame *frame)
{
	const struct worker_edit *edit = (const struct worker_edit *)s->request;
	const struct worker_challenge *challenge = (const struct worker_challenge *)s->request;
	struct dm_error err = {
		OMASEC_REASON_HELPER_ERROR, "worker does not have the message",
	};
	const struct dm_changes *changes = NULL;
	uint8_t *out = NULL;
	size_t len = 0;
	int ret = -EINVAL;
	bool sent;

	if (frame->op == WORKER_EDIT && !edit_changes(s, frame, &changes))
		return false;
	if (s->doc && frame->op == WORKER_EDIT && edit->parse_id == s->parse_id)
		ret = dm_change(s->doc, &edit->edits, changes, &out, &len, &err);
	else if (s->doc && frame->op == WORKER_CHALLENGE && challenge->parse_id == s->parse_id)
		ret = dm_challenge_build(s->doc, &challenge->challenge, &out, &len, &err);
	sent = ret ? answer_error(s, frame->id, ret, &err) :
		     answer(s, WORKER_BODY, frame->id, out, len);
	free(out);
	return sent;
}

/* The message of the last PARSE stays; what comes out of this one has yet to be parsed. */
static bool serve_security(struct server *s, const struct worker_frame *frame)
{
	const struct worker_xsec *how = (const struct worker_xsec *)s->request;
	struct dm_error err = { 0 };
	uint8_t *out = NULL;
	size_t len = 0;
	int ret = 0;
	bool sent;

	if (!serve_xsec(s->fd, frame->id, how, s->request + sizeof(*how), frame->length - sizeof(*how),
			&out, &len, &err, &ret)) {
		free(out);
		return false;
	}
	sent = ret ? answer_error(s, frame->id, ret, &err) :
		     answer(s, WORKER_BODY, frame->id, out, len);
	free(out);
	return sent;
}

/* False when the parent has gone or makes no sense. */
static bool serve_one(struct server *s, int *code)
{
	struct worker_frame frame;
	bool sent;

	*code = 0;
	if (!read_all(s->fd, &frame, sizeof(frame)))
		return false;
	*code = WORKER_EXIT_PROTOCOL;
	if (!worker_frame_valid(&frame) || frame.op < WORKER_PARSE || frame.op > WORKER_XSEC)
		return false;
	s->request = malloc(frame.length);
	if (!s->request || !read_all(s->fd, s->request, frame.length))
		return false;
	if (frame.op == WORKER_PARSE)
		sent = serve_parse(s, &frame);
	else if (frame.op == WORKER_LIST)
		sent = serve_list(s, &frame);
	else if (frame.op == WORKER_XSEC)
		sent = serve_security(s, &frame);
	else
		sent = serve_output(s, &frame);
	free(s->request);
	s->request = NULL;
	return sent;
}

int serve(int fd, uint32_t landlock)
{
	static struct server s;
	struct worker_hello hello;
	int code = WORKER_EXIT_PROTOCOL;

	s.fd = fd;
	worker_hello_fill(&hello, landlock);
	if (answer(&s, WORKER_HELLO, 0, &hello, sizeof(hello))) {
		while (serve_one(&s, &code))
			;
	}
	dm_doc_free(s.doc);
	free(s.request);
	free(s.message);
	return code;
}
