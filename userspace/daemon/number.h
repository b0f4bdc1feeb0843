/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MsgIDs. The messages that omasec adds to a session (challenges, repetitions)
 * shift the numbers, so each side keeps a map between those on the wire and
 * those that its application has seen; the application's run without a gap.
 * Plain data, so that it can be stored as it is.
 */
#ifndef DAEMON_NUMBER_H
#define DAEMON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define MAP_SEGMENTS 12

/**
 * struct msg_map - numbers of messages that go one way
 * @seg: from @wire on, the wire has @wire + n where the application has @app + n;
 *	@app 0: messages of omasec's own. The newest is last; the oldest is
 *	forgotten when there are too many.
 */
struct msg_map {
	uint32_t count;
	struct { uint32_t wire, app; } seg[MAP_SEGMENTS];
};

void map_add(struct msg_map *m, uint32_t wire, uint32_t app);
/* 0 when the application knows nothing of it; @wire itself when nothing is known of it here. */
uint32_t map_to_app(const struct msg_map *m, uint32_t wire);
/* The newest with that number; @app itself when nothing is known of it here. */
uint32_t map_to_wire(const struct msg_map *m, uint32_t app);

/**
 * struct numbers - the numbers of a session
 * @in: of the peer's messages
 * @in_first: the first that we saw, also unauthenticated; 0 for none
 * @in_wire: of the last that was delivered; 0 for none
 * @in_app: the same for the application
 * @out: of our messages
 * @out_wire: of the last that was sent; 0 for none
 * @out_app: of the last of the application's, or what comes before its first
 */
struct numbers {
	struct msg_map in, out;
	uint32_t in_first, in_wire, in_app;
	uint32_t out_wire, out_app;
};

/* Each returns the number to use and remembers it. */
/* On the wire: for a message of the application, for its repetition, for one of ours. */
uint32_t number_out_app(struct numbers *n, uint32_t app);
uint32_t number_out_again(struct numbers *n, uint32_t app);
uint32_t number_out_own(struct numbers *n, uint32_t hint);
/* For the application: a message of the peer. */
uint32_t number_in(struct numbers *n, uint32_t wire);
/* One of the peer that may not be delivered. */
void number_in_seen(struct numbers *n, uint32_t wire);

/* Some number differs. */
bool number_shifted(const struct numbers *n);
/* What came from the store is something that these functions can have made. */
bool number_valid(const struct numbers *n);

#endif
