// SPDX-License-Identifier: GPL-2.0
/*
 * A message in a worker, see job.h. Whatever the worker fails with becomes a
 * rejection with the worker's reason; the next message gets a worker again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

static void job_fail(struct job *j, int err)
{
	uint32_t reason = j->err.reason ? j->err.reason : OMASEC_REASON_HELPER_ERROR;

	free(j->out);
	j->out = NULL;
	engine_reject(&j->d, reason, "%s", j->err.text[0] ? j->err.text : strerror(-err));
	j->state = JOB_DONE;
}

static void job_edit(struct job *j)
{
	int err;

	memset(&j->err, 0, sizeof(j->err));
	if (j->d.body == ENGINE_CHALLENGE)
		err = worker_client_start_challenge(j->wc, &j->d.challenge, &j->out, &j->out_len,
						    &j->err);
	else
		err = worker_client_start_edit(j->wc, &j->d.edits, &j->out, &j->out_len, &j->err);
	if (err)
		job_fail(j, err);
	else
		j->state = JOB_EDIT;
}

/* The worker knows only the message that it parsed last. */
static void job_parse_held(struct job *j)
{
	int err;

	memset(&j->err, 0, sizeof(j->err));
	err = worker_client_start_parse(j->wc, j->d.repeat_type, j->d.repeat, j->d.repeat_len,
					&j->facts, &j->err);
	if (err)
		job_fail(j, err);
	else
		j->state = JOB_PARSE_HELD;
}

static void job_decide(struct job *j, struct engine *e, uint64_t now)
{
	if (!dm_facts_valid(&j->facts) || j->facts.length != j->msg.length) {
		engine_reject(&j->d, OMASEC_REASON_WORKER_DIED, "the worker's facts make no sense");
		j->state = JOB_DONE;
		return;
	}
	engine_decide(e, &j->msg, &j->facts, j->body, now, &j->d);
	switch (j->d.body) {
	case ENGINE_KEEP:
		j->state = JOB_DONE;
		break;
	case ENGINE_REPEAT:
		job_parse_held(j);
		break;
	default:
		job_edit(j);
	}
}

void job_start(struct job *j, struct engine *e, const struct omasec_message *msg, uint8_t *body,
	       uint64_t now)
{
	int err;

	j->msg = *msg;
	j->body = body;
	j->out = NULL;
	j->out_len = 0;
	j->facts.session_id[0] = '\0';
	memset(&j->d, 0, sizeof(j->d));
	memset(&j->err, 0, sizeof(j->err));
	err = worker_client_start_parse(j->wc, j->msg.content_type, body, msg->length, &j->facts,
					&j->err);
	if (err) {
		job_fail(j, err);
		return;
	}
	j->state = JOB_PARSE;
	job_step(j, e, now);
}

void job_step(struct job *j, struct engine *e, uint64_t now)
{
	int err;

	while (j->state != JOB_IDLE && j->state != JOB_DONE) {
		err = worker_client_step(j->wc);
		if (err == -EINPROGRESS)
			return;
		if (err)
			job_fail(j, err);
		else if (j->state == JOB_PARSE)
			job_decide(j, e, now);
		else if (j->state == JOB_PARSE_HELD)
			job_edit(j);
		else
			j->state = JOB_DONE;
	}
}

void job_reset(struct job *j)
{
	engine_decision_done(&j->d);
	free(j->body);
	free(j->out);
	j->body = NULL;
	j->out = NULL;
	j->state = JOB_IDLE;
}
