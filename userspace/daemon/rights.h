/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access Control Lists on messages of the client role: which commands of a server reach
 * the application, and what the server gets in the application's name. Between the pure
 * part (acl/filter.h, acl/answer.h), the store, and the session's numbers.
 *
 * A tree in the store is the switch: where there is one, all messages of the client role are
 * under it, and whatever keeps it from being read refuses them. Each message is one
 * transaction, done before its verdict.
 */
#ifndef DAEMON_RIGHTS_H
#define DAEMON_RIGHTS_H

#include <acl/answer.h>

#include "acl_store.h"
#include "denied.h"
#include "engine.h"

/**
 * struct rights - the lists, and room to judge by them
 * @dir: where the store is
 * @st: opened once it is there
 * @dues, @before, @others: for the message at hand
 */
struct rights {
	const char *dir;
	struct acl_store *st;
	char error[512];
	struct acl_dues dues, before, others;
};

/* A message under them. @list is without items for one of the application. @denied: begun empty. */
struct rights_in {
	struct engine *e;
	const struct omasec_message *msg;
	const struct dm_facts *facts;
	const struct dm_list *list;
	struct denied *denied;
};

void rights_close(struct rights *r);

/*
 * Whether this message, as it was decided, is under lists: 1, 0, or a negative errno, when
 * nobody can know (@r->error); it is to be refused then.
 */
int rights_wanted(struct rights *r, const struct omasec_message *msg, const struct engine_decision *d);

/*
 * Fills @changes, and adds to the edits of @d and of what it says of the body; or @d becomes a
 * rejection. rights_deliver(): of the server. rights_send(): of the application, also one that
 * is sent again. @now: seconds since 1970.
 */
void rights_deliver(struct rights *r, const struct rights_in *in, int64_t now, struct dm_changes *changes,
		    struct engine_decision *d);
void rights_send(struct rights *r, const struct rights_in *in, int64_t now, struct dm_changes *changes,
		 struct engine_decision *d);

#endif
