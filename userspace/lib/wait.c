// SPDX-License-Identifier: LGPL-2.1-or-later
/* Bootstrap messages that wait for a PIN. */
#include <errno.h>
#include <string.h>

#include "internal.h"

#define WAIT_ROOM 512

static const struct hint wait_hints[] = {
	{ ENOENT, "no message waits by this id", "omasec blob waiting" },
	{ 0, NULL, NULL }
};

struct wait_each {
	omasec_wait_fn fn;
	void *arg;
};

static int wait_each_reply(void *arg, const struct nlmsghdr *nlh)
{
	struct wait_each *e = arg;
	struct reply_wait r = { 0 };
	int rc = genl_decode_msg(&omasec_set_wait, nlh, &r);

	return rc ? rc : e->fn(e->arg, &r.w);
}

int omasec_wait_each(struct omasec *o, omasec_wait_fn fn, void *arg)
{
	struct wait_each e = { fn, arg };

	return omasec_dump(o, OMASEC_CMD_WAIT_GET, &omasec_set_wait, wait_each_reply, &e);
}

static int wait_reply(void *arg, const struct nlmsghdr *nlh)
{
	return genl_decode_msg(&omasec_set_wait, nlh, arg);
}

int omasec_wait_pin(struct omasec *o, uint32_t id, const char *pin, struct omasec_wait *wait)
{
	struct reply_wait r = { 0 };
	struct genl_msg m;
	int rc;

	memset(wait, 0, sizeof(*wait));
	if (pin && (!*pin || strlen(pin) > OMASEC_PIN_MAX))
		return omasec_fail(o, -EINVAL, "a PIN has 1 to %d digits", OMASEC_PIN_MAX);
	genl_msg_init(&m, &o->req, OMASEC_CMD_WAIT_PIN, false, WAIT_ROOM);
	genl_put_u32(&m, OMASEC_A_WAIT_ID, id);
	if (pin)
		genl_put(&m, OMASEC_A_WAIT_PIN, pin, strlen(pin));
	else
		genl_put_flag(&m, OMASEC_A_WAIT_REFUSE);
	rc = omasec_call(o, &m, &omasec_set_wait, wait_reply, &r, wait_hints);
	if (rc)
		return rc;
	/* Nothing was delivered that the module did not say was. */
	if (!r.has_reason || (!pin && !r.w.reason))
		return omasec_explain(o, &o->req, -EBADMSG, NULL);
	*wait = r.w;
	if (wait->reason)
		return omasec_fail(o, -EKEYREJECTED, "%s",
				   *wait->text ? wait->text : omasec_reason_text(wait->reason));
	return 0;
}
