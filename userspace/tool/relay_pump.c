// SPDX-License-Identifier: GPL-2.0
/* Octets on their way through omasec obex-relay. See relay_pump.h. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "relay_pump.h"

/* app -> protected, protected -> app, other -> carrier, carrier -> other */
#define PIPES 4

/**
 * struct relay_pipe - one direction of one side
 * @eof: nothing more comes from @from
 * @done: and all that came has gone to @to, which was told
 */
struct relay_pipe {
	struct relay_stream *from, *to;
	enum relay_end from_end, to_end;
	char *octets;
	size_t at, len;
	bool eof, done;
};

/* What to wait for: a pipe reads when it is empty, and writes when it is not. */
static void pipe_poll(const struct relay_pipe *p, struct pollfd *pfd)
{
	bool holds = p->at < p->len;

	pfd->fd = p->done ? -1 : holds ? p->to->out : p->from->in;
	pfd->events = holds ? POLLOUT : POLLIN;
	pfd->revents = 0;
}

static bool later(int err)
{
	return err == EAGAIN || err == EINTR;
}

/* 0 or an errno of @p->from. */
static int pipe_read(struct relay_pipe *p)
{
	ssize_t n = read(p->from->in, p->octets, RELAY_ROOM);

	if (n < 0)
		/* The master of a pseudo-terminal that nobody has open any more; RFCOMM's peer, which closed. */
		p->eof = (p->from->tty && errno == EIO) || (p->from->rfcomm && errno == ECONNRESET);
	else
		p->eof = !n;
	if (n < 0 && !p->eof)
		return later(errno) ? 0 : errno;
	p->at = 0;
	p->len = p->eof ? 0 : (size_t)n;
	return 0;
}

/* 0 or an errno of @p->to. */
static int pipe_write(struct relay_pipe *p)
{
	ssize_t n = write(p->to->out, p->octets + p->at, p->len - p->at);

	if (n < 0)
		return later(errno) ? 0 : errno;
	p->at += (size_t)n;
	return 0;
}

/* The other direction of the same side: beside it in the table. */
static struct relay_pipe *pipe_back(struct relay_pipe *pipes, unsigned int i)
{
	return &pipes[i ^ 1];
}

/*
 * One whose octets are all gone passes the end on. A tty cannot be told: nobody who
 * heard its end would stop sending, so the other direction ends with this one. RFCOMM
 * ends as a whole.
 */
static bool pipes_finish(struct relay_pipe *pipes)
{
	unsigned int i, done = 0;

	for (i = 0; i < 2 * PIPES; i++) {	/* the second time for what the first ended */
		struct relay_pipe *p = &pipes[i % PIPES];

		if (p->eof && p->at == p->len && !p->done) {
			p->done = true;
			relay_stream_end(p->to);
			if (p->to->tty || p->to->rfcomm)
				pipe_back(pipes, i % PIPES)->eof = true;
		}
	}
	for (i = 0; i < PIPES; i++)
		done += pipes[i].done;
	return done == PIPES;
}

static enum relay_end pipe_step(struct relay_pump *pump, struct relay_pipe *p, const struct pollfd *pfd)
{
	int err;

	if (!pfd->revents)
		return RELAY_END_DONE;
	if (pfd->events & POLLOUT) {
		err = pipe_write(p);
		if (err)
			pump->error = err;
		return err ? p->to_end : RELAY_END_DONE;
	}
	err = p->eof ? 0 : pipe_read(p);
	if (err)
		pump->error = err;
	return err ? p->from_end : RELAY_END_DONE;
}

/* Milliseconds for poll(): without limit until one direction has ended and nothing is held. */
static int pipes_patience(const struct relay_pump *pump, const struct relay_pipe *pipes)
{
	bool ended = false, holds = false;
	unsigned int i;

	for (i = 0; i < PIPES; i++) {
		ended = ended || pipes[i].done;
		holds = holds || pipes[i].at < pipes[i].len;
	}
	return ended && !holds ? pump->linger_ms : -1;
}

static enum relay_end pump_loop(struct relay_pump *pump, struct relay_pipe *pipes)
{
	struct pollfd pfd[PIPES + 1];
	enum relay_end end = RELAY_END_DONE;
	unsigned int i;
	int n;

	while (!pipes_finish(pipes)) {
		for (i = 0; i < PIPES; i++)
			pipe_poll(&pipes[i], &pfd[i]);
		pfd[PIPES] = (struct pollfd){ .fd = pump->signals, .events = POLLIN };
		n = poll(pfd, PIPES + 1, pipes_patience(pump, pipes));
		if (!n)
			return RELAY_END_DONE;
		if (n < 0 && errno != EINTR) {
			pump->error = errno;
			return RELAY_END_FAULT;
		}
		if (n < 0)
			continue;
		if (pfd[PIPES].revents)
			return RELAY_END_SIGNAL;
		for (i = 0; i < PIPES; i++) {
			end = pipe_step(pump, &pipes[i], &pfd[i]);
			if (end != RELAY_END_DONE)
				return end;
		}
	}
	return RELAY_END_DONE;
}

enum relay_end relay_pump_run(struct relay_pump *pump)
{
	struct relay_pipe pipes[PIPES] = {
		{ .from = pump->app, .to = pump->protected,
		  .from_end = RELAY_END_APP, .to_end = RELAY_END_FLOW },
		{ .from = pump->protected, .to = pump->app,
		  .from_end = RELAY_END_FLOW, .to_end = RELAY_END_APP },
		{ .from = pump->other, .to = pump->carrier,
		  .from_end = RELAY_END_FLOW, .to_end = RELAY_END_CARRIER },
		{ .from = pump->carrier, .to = pump->other,
		  .from_end = RELAY_END_CARRIER, .to_end = RELAY_END_FLOW },
	};
	char *octets = malloc(PIPES * RELAY_ROOM);
	enum relay_end end;
	unsigned int i;

	pump->error = 0;
	if (!octets) {
		pump->error = ENOMEM;
		return RELAY_END_FAULT;
	}
	for (i = 0; i < PIPES; i++)
		pipes[i].octets = octets + i * RELAY_ROOM;
	end = pump_loop(pump, pipes);
	free(octets);
	return end;
}
