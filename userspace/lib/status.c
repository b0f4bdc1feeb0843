// SPDX-License-Identifier: LGPL-2.1-or-later
/* State, counters and transactions. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static int status_reply(void *arg, const struct nlmsghdr *nlh)
{
	return genl_decode_msg(&omasec_set_status, nlh, arg);
}

int omasec_status_get(struct omasec *o, struct omasec_status *status)
{
	struct genl_msg m;

	memset(status, 0, sizeof(*status));
	genl_msg_init(&m, &o->req, OMASEC_CMD_STATUS_GET, false, 0);
	return omasec_call(o, &m, &omasec_set_status, status_reply, status, NULL);
}

struct counter_each {
	omasec_counter_fn fn;
	void *arg;
};

static int counter_reply(void *arg, const struct nlmsghdr *nlh)
{
	const struct counter_each *e = arg;
	struct omasec_counter counter = { 0 };
	int rc = genl_decode_msg(&omasec_set_counter, nlh, &counter);

	return rc ? rc : e->fn(e->arg, &counter);
}

int omasec_stats_each(struct omasec *o, omasec_counter_fn fn, void *arg)
{
	struct counter_each e = { fn, arg };

	return omasec_dump(o, OMASEC_CMD_STATS_GET, &omasec_set_counter, counter_reply, &e);
}

static const struct hint begin_hints[] = {
	{ EBUSY, "another process is changing the configuration", "try again" },
	{ 0, NULL, NULL }
};

static const struct hint end_hints[] = {
	{ ENOENT, "no transaction is open on this connection", NULL },
	{ 0, NULL, NULL }
};

int omasec_config_begin(struct omasec *o, bool replace)
{
	struct genl_msg m;

	genl_msg_init(&m, &o->req, OMASEC_CMD_CONFIG_BEGIN, false, 64);
	if (replace)
		genl_put_flag(&m, OMASEC_A_CONFIG_REPLACE);
	return omasec_call(o, &m, &omasec_set_config, NULL, NULL, begin_hints);
}

static int config_reply(void *arg, const struct nlmsghdr *nlh)
{
	return genl_decode_msg(&omasec_set_config, nlh, arg);
}

int omasec_config_commit(struct omasec *o, uint32_t *generation)
{
	struct reply_config reply = { 0 };
	struct genl_msg m;
	int rc;

	genl_msg_init(&m, &o->req, OMASEC_CMD_CONFIG_COMMIT, false, 0);
	rc = omasec_call(o, &m, &omasec_set_config, config_reply, &reply, end_hints);
	if (!rc && generation)
		*generation = reply.generation;
	return rc;
}

int omasec_config_abort(struct omasec *o)
{
	struct genl_msg m;

	genl_msg_init(&m, &o->req, OMASEC_CMD_CONFIG_ABORT, false, 0);
	return omasec_call(o, &m, &omasec_set_config, NULL, NULL, end_hints);
}
