/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The replay window of an agreed nonce: the MACs of the sessionless messages that came
 * with it, each of which counts once. There are at most OMASEC_SESSIONLESS_MAX, so
 * none is ever forgotten: a full window takes nothing more until there is a new nonce,
 * and with that one the recorded MACs are wrong. A nonce that was replaced is not taken
 * again, because its window is gone.
 *
 * A MAC is noted in memory when its message is decided, and is in the store before the
 * verdict leaves (store.h). What could not be stored is undone; its message is refused.
 */
#ifndef DAEMON_WINDOW_H
#define DAEMON_WINDOW_H

#include <omasec.h>

#define WINDOW_MAC 16

/**
 * struct window - a replay window
 * @nonce: whose; not known while nothing is loaded
 * @macs: @count of them, room for @room
 * @stored: how many the store has
 * @fresh: the store has not seen this nonce; those before it are replaced by it
 */
struct window {
	struct omasec_nonce nonce;
	uint8_t (*macs)[WINDOW_MAC];
	uint16_t count, room, stored;
	bool fresh;
};

/* An empty one for a nonce that the store has not seen. */
void window_begin(struct window *w, const struct omasec_nonce *nonce);
/* One from the store, @count MACs at @macs. 0, -ENOMEM, -EUCLEAN for too many. */
int window_load(struct window *w, const struct omasec_nonce *nonce, const void *macs, size_t count);
void window_free(struct window *w);

/* 0; -EEXIST when it came before; -EKEYEXPIRED when the window is full; -ENOMEM. */
int window_note(struct window *w, const uint8_t mac[WINDOW_MAC]);
/* There is something that is not in the store. */
bool window_dirty(const struct window *w);
/* It is now. */
void window_stored(struct window *w);
/* It will not be. */
void window_undo(struct window *w);

#endif
