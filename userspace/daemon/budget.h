/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often messages of an account may fail to be decrypted where each failure can tell
 * something (encryption-profile legacy). Whoever decrypts takes a slot before, gives it
 * back when it went well, and leaves it for an hour when not. Pure; times are seconds of
 * the wall clock, because they outlive the process.
 */
#ifndef DAEMON_BUDGET_H
#define DAEMON_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#define BUDGET_SLOTS 16
#define BUDGET_SECONDS 3600
#define BUDGET_SIZE (BUDGET_SLOTS * 8)	/* octets of one in the store */

/**
 * struct budget - what is left of it
 * @failed: when, 0 for a slot that is free
 * @taken: bits of slots of which nobody knows yet
 */
struct budget {
	uint64_t failed[BUDGET_SLOTS];
	uint16_t taken;
};

/* A slot, or -1: there is none before budget_wait() is over. */
int budget_take(struct budget *b, uint64_t now);
/* It went well. */
void budget_give(struct budget *b, int slot);
/* It did not. */
void budget_spend(struct budget *b, int slot, uint64_t now);
/* Seconds until a slot is free; 0: one is. */
uint32_t budget_wait(struct budget *b, uint64_t now);

/* Those that are taken and not spent are not part of it. */
void budget_pack(const struct budget *b, uint8_t out[BUDGET_SIZE]);
void budget_unpack(struct budget *b, const uint8_t in[BUDGET_SIZE]);

#endif
