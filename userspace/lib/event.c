// SPDX-License-Identifier: LGPL-2.1-or-later
/* Events, on a socket of their own: a slow reader loses events, never replies. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static void event_notice(void *arg, const struct nlmsghdr *nlh)
{
	struct omasec *o = arg;

	/* The module sends one event a datagram. */
	if (genl_command(nlh) != OMASEC_CMD_EVENT || !o->event || o->event_rc)
		return;
	memset(o->event, 0, sizeof(*o->event));
	o->event_rc = genl_decode_msg(&omasec_set_event, nlh, o->event);
	if (!o->event_rc)
		o->event_rc = 1;
}

static void event_init(struct omasec *o)
{
	o->events.notice = event_notice;
	o->events.arg = o;
}

int omasec_events_open_io(struct omasec *o, int fd, uint16_t family, const struct genl_io *io)
{
	int rc = genl_open_io(&o->events, fd, family, io);

	event_init(o);
	return rc;
}

int omasec_events_open(struct omasec *o)
{
	int rc = 0;

	if (!genl_is_open(&o->events)) {
		rc = genl_open(&o->events, OMASEC_MCGRP_EVENTS);
		event_init(o);
	}
	return omasec_explain(o, &o->events, rc, NULL);
}

int omasec_events_fd(struct omasec *o)
{
	if (!genl_is_open(&o->events))
		return omasec_fail(o, -ENOTCONN, "events are not open");
	return o->events.fd;
}

int omasec_events_read(struct omasec *o, struct omasec_event *event)
{
	static const struct hint hints[] = {
		{ ENOBUFS, "events came faster than they were read; some are lost", NULL },
		{ 0, NULL, NULL }
	};
	int rc;

	if (!genl_is_open(&o->events))
		return omasec_fail(o, -ENOTCONN, "events are not open");
	o->event = event;
	o->event_rc = 0;
	do {
		rc = genl_drain_one(&o->events);
	} while (rc > 0 && !o->event_rc);
	o->event = NULL;
	if (o->event_rc)
		rc = o->event_rc;
	return omasec_explain(o, &o->events, rc, hints);
}
