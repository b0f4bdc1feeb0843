// SPDX-License-Identifier: LGPL-2.1-or-later
/* Flows. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static const struct hint flow_hints[] = {
	{ ENOENT, "there is no such flow", "omasec flow list; it may have ended" },
	{ 0, NULL, NULL }
};

struct flow_each {
	omasec_flow_fn fn;
	void *arg;
};

static int flow_each_reply(void *arg, const struct nlmsghdr *nlh)
{
	const struct flow_each *e = arg;
	struct omasec_flow flow = { 0 };
	int rc = genl_decode_msg(&omasec_set_flow, nlh, &flow);

	return rc ? rc : e->fn(e->arg, &flow);
}

int omasec_flow_each(struct omasec *o, omasec_flow_fn fn, void *arg)
{
	struct flow_each e = { fn, arg };

	return omasec_dump(o, OMASEC_CMD_FLOW_GET, &omasec_set_flow, flow_each_reply, &e);
}

static int flow_kill(struct omasec *o, uint64_t id)
{
	struct genl_msg m;

	genl_msg_init(&m, &o->req, OMASEC_CMD_FLOW_KILL, false, 64);
	if (id)
		genl_put_u64(&m, OMASEC_A_FLOW_ID, id);
	return omasec_call(o, &m, &omasec_set_flow, NULL, NULL, flow_hints);
}

int omasec_flow_kill(struct omasec *o, uint64_t id)
{
	/* Without an id the module would kill all. */
	if (!id)
		return omasec_fail(o, -EINVAL, "0 is not the id of a flow (omasec flow list)");
	return flow_kill(o, id);
}

int omasec_flow_kill_all(struct omasec *o)
{
	int rc = flow_kill(o, 0);

	/* None is all of them. */
	return rc == -ENOENT ? 0 : rc;
}

int omasec_flow_detach(struct omasec *o)
{
	struct genl_msg m;

	genl_msg_init(&m, &o->req, OMASEC_CMD_FLOW_DETACH, false, 0);
	return omasec_call(o, &m, &omasec_set_flow, NULL, NULL, NULL);
}

static int attach_reply(void *arg, const struct nlmsghdr *nlh)
{
	return genl_decode_msg(&omasec_set_attach, nlh, arg);
}

int omasec_flow_attach(struct omasec *o, int fd, bool *ended)
{
	struct reply_attach reply = { 0 };
	struct genl_msg m;
	int rc;

	genl_msg_init(&m, &o->req, OMASEC_CMD_FLOW_ATTACH, false, 64);
	if (fd >= 0)
		genl_put_u32(&m, OMASEC_A_FLOW_FD, (uint32_t)fd);
	rc = omasec_call(o, &m, &omasec_set_attach, attach_reply, &reply, NULL);
	if (!rc && ended)
		*ended = reply.ended;
	return rc;
}
