/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bootstrap messages that wait for a PIN, which a user gives. What came with the
 * message (a datagram, a flow) stays with who brought it, the owner.
 */
#ifndef OMASEC_PIN_H
#define OMASEC_PIN_H

#include "account.h"
#include "proto/types.h"

#define OMASEC_PIN_MESSAGES	8		/* that wait, in a namespace */
#define OMASEC_PIN_OCTETS	(64 * 1024)	/* memory of them */

struct omasec_pin_wait;

/**
 * struct omasec_pin_ops - what the owner does
 * @try: judges the message again, with this PIN; not for two PINs at once. Returns
 *	enum omasec_reason, and sets *@what to more words or NULL.
 * @settle: what became of it: 0, it is delivered, or a refusal. Called exactly once
 *	for what omasec_pin_wait_add() took, never at the same time as @try; @w is the
 *	owner's alone then. Returns enum omasec_reason of what really became of it: a
 *	message can no longer be deliverable.
 *
 * Both: process context, may sleep, no lock of pin.c but the one that lets PINs be
 * tried one after the other. @settle is also called from omasec_pin_wait_end(), with
 * the locks of its caller.
 */
struct omasec_pin_ops {
	unsigned int (*try)(struct omasec_pin_wait *w, struct omasec_slice pin,
			    const char **what);
	unsigned int (*settle)(struct omasec_pin_wait *w, unsigned int reason, const char *what);
};

/**
 * struct omasec_pin_message - what the user is told of the message
 * @id: never 0; given by omasec_pin_wait_add()
 * @rule: id of the rule
 * @sec: enum omasec_sec
 * @kind: enum omasec_blob_kind: BOOTSTRAP_DM or BOOTSTRAP_CP
 * @family: AF_INET or AF_INET6
 * @lport: host order, like @pport
 * @pport: of the peer
 * @local: address, network order
 * @peer: address of the peer
 */
struct omasec_pin_message {
	u32 id, rule;
	u8 sec, kind;
	u16 family, lport, pport;
	u8 local[16], peer[16];
};

enum omasec_pin_state {
	OMASEC_PIN_NEW,
	OMASEC_PIN_WAITS,
	OMASEC_PIN_TRIED,	/* in ops->try */
	OMASEC_PIN_SETTLED,
};

/**
 * struct omasec_pin_wait - a message that waits; inside of what the owner keeps of it
 * @list: oldest first
 * @ops: set by the owner, like the others up to @octets
 * @account: with a reference of the owner's, until it was settled
 * @m: but for its id
 * @data: octets of the whole message, by which another one is known to be the same;
 *	empty when nothing is to be compared
 * @octets: memory that it counts for
 * @state: enum omasec_pin_state; zero at first; from here on under the lock of pin.c
 * @wrong: wrong PINs that were given for it
 * @deadline: jiffies
 * @ending: why it ends once it was tried, 0 for none
 * @ending_what: words to it, or NULL
 */
struct omasec_pin_wait {
	struct list_head list;
	const struct omasec_pin_ops *ops;
	struct omasec_account *account;
	struct omasec_pin_message m;
	struct omasec_slice data;
	unsigned int octets;
	u8 state, wrong;
	unsigned long deadline;
	unsigned int ending;
	const char *ending_what;
};

/**
 * struct omasec_pin_answer - what came of a PIN
 * @reason: enum omasec_reason; 0 when it was right and the message went on
 * @waits: the message waits on
 * @tries: how many may be wrong yet
 * @what: more words, or NULL; a constant
 * @m: the message
 * @account: name
 */
struct omasec_pin_answer {
	u32 reason;
	bool waits;
	unsigned int tries;
	const char *what;
	struct omasec_pin_message m;
	char account[OMASEC_NAME_MAX + 1];
};

/**
 * struct omasec_pin_info - a message that waits, for lists
 * @m: the message
 * @octets: of it, 0 when not known
 * @seconds: for which it waits on
 * @tries: how many PINs may be wrong yet
 * @account: name
 */
struct omasec_pin_info {
	struct omasec_pin_message m;
	unsigned int octets, seconds, tries;
	char account[OMASEC_NAME_MAX + 1];
};

/* All: process context, may sleep. */

/*
 * Lets @w wait and asks for the PIN. Returns enum omasec_reason: 0, and it may be
 * settled before this returns; or why it cannot wait, and *@what or NULL.
 */
unsigned int omasec_pin_wait_add(struct omasec_net *on, struct omasec_pin_wait *w,
				 unsigned int seconds, const char **what);
/*
 * Ends it for the owner, or has whoever tries a PIN just now end it afterwards. False
 * when there is nothing to end, because it was settled or never waited. @what is a
 * constant or NULL; it may be settled when this returns.
 */
bool omasec_pin_wait_end(struct omasec_net *on, struct omasec_pin_wait *w, unsigned int reason,
			 const char *what);

/* A user gives a PIN, or gives the message up. False when none waits by this id. */
bool omasec_pin_give(struct omasec_net *on, u32 id, struct omasec_slice pin,
		     struct omasec_pin_answer *answer);
bool omasec_pin_give_up(struct omasec_net *on, u32 id, struct omasec_pin_answer *answer);
/* The message with the lowest id above @after. */
bool omasec_pin_next(struct omasec_net *on, u32 after, struct omasec_pin_info *info);
unsigned int omasec_pin_waiting(struct omasec_net *on);

int omasec_pins_init(struct omasec_net *on);
void omasec_pins_pre_exit(struct omasec_net *on);	/* refuses what waits, and will */
void omasec_pins_exit(struct omasec_net *on);

#endif
