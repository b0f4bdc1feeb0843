/* SPDX-License-Identifier: GPL-2.0 */
/* What of a message Access Control Lists deny, as the module tells it to administrators. */
#ifndef DAEMON_DENIED_H
#define DAEMON_DENIED_H

#include <omasec.h>

#include <acl/filter.h>

/**
 * struct denied - of one message
 * @count: commands and items
 * @kept: the first of them
 */
struct denied {
	uint32_t count, kept;
	struct omasec_denial denial[OMASEC_DENIALS_MAX];
};

void denied_init(struct denied *d);
/* @server: its identifier, NULL for nobody. */
void denied_add(struct denied *d, const char *server, const struct acl_filtered *f);

#endif
