/* SPDX-License-Identifier: GPL-2.0 */
/* The two ends of omasec obex-relay that are not its own: the application and the carrier. */
#ifndef TOOL_RELAY_STREAM_H
#define TOOL_RELAY_STREAM_H

#include <stdbool.h>
#include <termios.h>

#include "relay_spec.h"
#include "tool.h"

/**
 * struct relay_stream - octets in both directions
 * @name: "app", "carrier", for errors
 * @in, @out: descriptors, the same one unless it is a pair of pipes; -1 when closed
 * @tty: has no end of its own in one direction; was set raw
 * @rfcomm: has none either; Linux tells that the peer has closed as ECONNRESET
 * @socket: one direction can be shut
 * @in_flags, @out_flags: of open(2), to be put back; -1 for none
 * @was: settings of a tty, to be put back
 */
struct relay_stream {
	const char *name;
	int in, out;
	bool tty, rfcomm, socket;
	int in_flags, out_flags;
	struct termios was;
};

/* A stream that has descriptors already. It does not block from then on. 0 or a negative errno. */
int relay_stream_take(struct relay_stream *s, const char *name, int in, int out);
/*
 * Opens what @spec says; waits for a connection until @signals (a signalfd) has one.
 * 0, an exit code after an error was printed, or -EINTR after a signal.
 */
int relay_stream_open(struct tool *t, struct relay_stream *s, const char *name,
		      const struct relay_spec *spec, int signals);
/* Nothing more goes out. */
void relay_stream_end(struct relay_stream *s);
/* Puts everything back; @flush: octets that a tty still has go out first, for a while. */
void relay_stream_close(struct relay_stream *s, bool flush);

#endif
