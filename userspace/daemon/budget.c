// SPDX-License-Identifier: GPL-2.0
/* The budget of failures, see budget.h. */
#include <string.h>

#include "budget.h"

/* 0 stands for none. */
static uint64_t budget_time(uint64_t now)
{
	return now ? now : 1;
}

/* Seconds for which a slot is not free. A clock that was set back does not prolong that. */
static uint32_t budget_slot(struct budget *b, unsigned int slot, uint64_t now)
{
	now = budget_time(now);
	if (b->failed[slot] > now)
		b->failed[slot] = now;
	return !b->failed[slot] || now - b->failed[slot] >= BUDGET_SECONDS ? 0 :
	       (uint32_t)(BUDGET_SECONDS - (now - b->failed[slot]));
}

int budget_take(struct budget *b, uint64_t now)
{
	unsigned int slot;

	for (slot = 0; slot < BUDGET_SLOTS; slot++) {
		if (b->taken >> slot & 1 || budget_slot(b, slot, now))
			continue;
		b->taken |= (uint16_t)(1u << slot);
		return (int)slot;
	}
	return -1;
}

void budget_give(struct budget *b, int slot)
{
	if (slot >= 0 && slot < BUDGET_SLOTS)
		b->taken &= (uint16_t)~(1u << slot);
}

void budget_spend(struct budget *b, int slot, uint64_t now)
{
	budget_give(b, slot);
	if (slot >= 0 && slot < BUDGET_SLOTS)
		b->failed[slot] = budget_time(now);
}

uint32_t budget_wait(struct budget *b, uint64_t now)
{
	uint32_t least = UINT32_MAX, wait;
	unsigned int slot;

	for (slot = 0; slot < BUDGET_SLOTS; slot++) {
		/* how one that is taken ends, nobody knows: as if it were to fail now */
		wait = b->taken >> slot & 1 ? BUDGET_SECONDS : budget_slot(b, slot, now);
		if (wait < least)
			least = wait;
	}
	return least;
}

void budget_pack(const struct budget *b, uint8_t out[BUDGET_SIZE])
{
	unsigned int i;

	for (i = 0; i < BUDGET_SIZE; i++)
		out[i] = (uint8_t)(b->failed[i / 8] >> (8 * (i % 8)));
}

void budget_unpack(struct budget *b, const uint8_t in[BUDGET_SIZE])
{
	unsigned int i;

	memset(b, 0, sizeof(*b));
	for (i = 0; i < BUDGET_SIZE; i++)
		b->failed[i / 8] |= (uint64_t)in[i] << (8 * (i % 8));
}
