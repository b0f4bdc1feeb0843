/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The connection through which omasec obex-relay leads a stream: TCP over loopback, one
 * end protected by the module as a rule says, the other not.
 */
#ifndef TOOL_RELAY_PAIR_H
#define TOOL_RELAY_PAIR_H

#include "tool.h"

/**
 * struct relay_pair - both ends, connected to one another and to nobody else
 * @protected: the end that the rule selects; -1 for none
 * @other: the end that no rule selects
 */
struct relay_pair {
	int protected, other;
};

/*
 * Makes a pair of which the module says that @rule protects the one end and that nothing
 * touches the other. 0 or an exit code, after an error was printed; to be closed in any case.
 */
int relay_pair_open(struct tool *t, const struct omasec_rule *rule, struct relay_pair *pair);
/*
 * Takes the connection of @mine from @listener; whoever else connected is turned away.
 * 0 or a negative errno.
 */
int relay_pair_accept(int listener, int mine, int *fd);
/* enum omasec_reason for which the module has ended it, 0 for none or when it cannot be told. */
uint32_t relay_pair_reason(struct tool *t, const struct relay_pair *pair);
/* @abort: what is still held goes nowhere. */
void relay_pair_close(struct relay_pair *pair, bool abort);

#endif
