// SPDX-License-Identifier: GPL-2.0
/* The replay window of an agreed nonce, see window.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

#define WINDOW_STEP 16

void window_begin(struct window *w, const struct omasec_nonce *nonce)
{
	window_free(w);
	w->nonce = *nonce;
	w->fresh = true;
}

static int window_grow(struct window *w, size_t room)
{
	void *p = reallocarray(w->macs, room, WINDOW_MAC);

	if (!p)
		return -ENOMEM;
	w->macs = p;
	w->room = (uint16_t)room;
	return 0;
}

int window_load(struct window *w, const struct omasec_nonce *nonce, const void *macs, size_t count)
{
	window_free(w);
	if (count > OMASEC_SESSIONLESS_MAX)
		return -EUCLEAN;
	if (count && window_grow(w, count))
		return -ENOMEM;
	if (count)
		memcpy(w->macs, macs, count * WINDOW_MAC);
	w->nonce = *nonce;
	w->count = (uint16_t)count;
	w->stored = w->count;
	return 0;
}

void window_free(struct window *w)
{
	free(w->macs);
	memset(w, 0, sizeof(*w));
}

int window_note(struct window *w, const uint8_t mac[WINDOW_MAC])
{
	unsigned int i;

	for (i = 0; i < w->count; i++)
		if (!memcmp(w->macs[i], mac, WINDOW_MAC))
			return -EEXIST;
	if (w->count >= OMASEC_SESSIONLESS_MAX)
		return -EKEYEXPIRED;
	if (w->count == w->room && window_grow(w, (size_t)w->room + WINDOW_STEP))
		return -ENOMEM;
	memcpy(w->macs[w->count++], mac, WINDOW_MAC);
	return 0;
}

bool window_dirty(const struct window *w)
{
	return w->count != w->stored;
}

void window_stored(struct window *w)
{
	if (!window_dirty(w))
		return;
	w->stored = w->count;
	w->fresh = false;
}

void window_undo(struct window *w)
{
	w->count = w->stored;
}
