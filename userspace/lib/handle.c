// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The handle, the text of the last error, and the two shapes of a call that the
 * other files use: request with acknowledgement, and dump.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MODULE_MISSING "kernel module omasec is not loaded (modprobe omasec)"
#define MODULE_GONE "kernel module omasec was removed or loaded again; open the connection again"
#define NEED_ADMIN "not permitted: this needs CAP_NET_ADMIN in the user namespace that owns the network namespace"

/* Most octets of a list; 100,000 accounts take about 30 MB. */
#define DUMP_MAX ((size_t)256 << 20)

/* ----------------------------------------------------------------- errors */

int omasec_fail(struct omasec *o, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(o->error, sizeof(o->error), fmt, ap);
	va_end(ap);
	return err;
}

static const struct hint general[] = {
	{ EPERM, NEED_ADMIN, NULL },
	{ EACCES, NEED_ADMIN, NULL },
	{ EPROTONOSUPPORT, MODULE_MISSING, NULL },
	{ ETIMEDOUT, "the kernel module did not answer in time", "look at the kernel log" },
	{ EBADMSG, "the kernel module answered with something unexpected",
	  "are module and library of the same version?" },
	{ EOPNOTSUPP, "the kernel module does not know this request",
	  "are module and library of the same version?" },
	{ EMSGSIZE, "the request does not fit into a netlink message", NULL },
	{ EINVAL, "a value is too long or not allowed", NULL },
	{ ENOMEM, "out of memory", NULL },
	{ ENOBUFS, "out of memory for netlink messages", NULL },
	{ EINTR, "the list changed while it was read", "try again" },
	{ 0, NULL, NULL }
};

static const struct hint *omasec_hint(const struct hint *hints, int err)
{
	for (; hints && hints->err; hints++)
		if (hints->err == err)
			return hints;
	return NULL;
}

int omasec_explain(struct omasec *o, struct genl *g, int err, const struct hint *hints)
{
	const struct hint *hint;
	const char *text, *attr = "";

	if (err >= 0)
		return err;
	/* ENOENT is what the kernel says of an object, and of a family that is gone. */
	if (err == -ENOENT && !g->extack[0] && g == &o->req && !genl_family_present(g))
		return omasec_fail(o, -EPROTONOSUPPORT, MODULE_GONE);
	if (g->gone && err == -EPROTONOSUPPORT)
		return omasec_fail(o, err, MODULE_GONE);

	hint = omasec_hint(hints, -err);
	if (g->extack[0]) {
		text = g->extack;
	} else {
		if (!hint)
			hint = omasec_hint(general, -err);
		text = hint ? hint->text : strerror(-err);
	}
	/* Which attribute helps where a value is wrong; a name that is not there is known. */
	if (err != -ENOENT && err != -EEXIST && err != -EBUSY)
		attr = g->attr;
	return omasec_fail(o, err, "%s%s%s%s%s%s%s", text, *attr ? " [" : "", attr, *attr ? "]" : "",
			   hint && hint->next ? " (" : "", hint && hint->next ? hint->next : "",
			   hint && hint->next ? ")" : "");
}

const char *omasec_error(const struct omasec *o)
{
	if (!o)
		return "out of memory";
	return o->error[0] ? o->error : "no error";
}

/* ----------------------------------------------------------------- handle */

static struct omasec *omasec_new(void)
{
	struct omasec *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	genl_init(&o->req);
	genl_init(&o->events);
	omasec_helper_init(o);
	omasec_set_timeout(o, 5000);
	return o;
}

int omasec_open(struct omasec **out)
{
	struct omasec *o = omasec_new();
	int rc;

	*out = o;
	if (!o)
		return -ENOMEM;
	rc = genl_open(&o->req, NULL);
	return omasec_explain(o, &o->req, rc, NULL);
}

int omasec_open_io(struct omasec **out, int fd, uint16_t family, const struct genl_io *io)
{
	struct omasec *o = omasec_new();

	*out = o;
	return o ? genl_open_io(&o->req, fd, family, io) : -ENOMEM;
}

void omasec_close(struct omasec *o)
{
	if (!o)
		return;
	omasec_helper_close(o);
	genl_close(&o->events);
	genl_close(&o->req);
	free(o);
}

void omasec_set_timeout(struct omasec *o, unsigned int ms)
{
	o->timeout_ms = ms;
	o->req.timeout_ms = ms;
	o->helper.g.timeout_ms = ms;
}

/* ------------------------------------------------------------------ calls */

int omasec_call(struct omasec *o, struct genl_msg *m, const struct genl_set *set,
		genl_reply_fn fn, void *arg, const struct hint *hints)
{
	if (!genl_is_open(&o->req)) {
		genl_msg_drop(m);
		return omasec_fail(o, -EPROTONOSUPPORT, MODULE_MISSING);
	}
	return omasec_explain(o, &o->req, genl_call(&o->req, m, set, fn, arg), hints);
}

/* Replies of a dump, one after the other, each at a multiple of NLMSG_ALIGNTO. */
struct collected {
	char *data;
	size_t len, cap;
};

static int dump_collect(void *arg, const struct nlmsghdr *nlh)
{
	struct collected *c = arg;
	size_t n = NLMSG_ALIGN(nlh->nlmsg_len);

	if (n > DUMP_MAX - c->len)
		return -EMSGSIZE;
	if (n > c->cap - c->len) {
		size_t cap = c->cap * 2 + n + 4096;
		char *data = realloc(c->data, cap);

		if (!data)
			return -ENOMEM;
		c->data = data;
		c->cap = cap;
	}
	memcpy(c->data + c->len, nlh, nlh->nlmsg_len);
	c->len += n;
	return 0;
}

static int dump_each(struct omasec *o, const struct collected *c,
		     int (*each)(void *arg, const struct nlmsghdr *nlh), void *arg)
{
	size_t at;
	int rc = 0;

	for (at = 0; !rc && at < c->len;) {
		const struct nlmsghdr *nlh = (const void *)(c->data + at);

		rc = each(arg, nlh);
		if (rc == -EBADMSG)
			omasec_explain(o, &o->req, rc, NULL);
		at += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	return rc;
}

int omasec_dump(struct omasec *o, int cmd, const struct genl_set *set,
		int (*each)(void *arg, const struct nlmsghdr *nlh), void *arg)
{
	struct collected c = { 0 };
	int tries = 2, rc;

	do {
		struct genl_msg m;

		c.len = 0;
		genl_msg_init(&m, &o->req, cmd, true, 0);
		rc = omasec_call(o, &m, set, dump_collect, &c, NULL);
	} while (rc == -EINTR && --tries);
	if (!rc)
		rc = dump_each(o, &c, each, arg);
	free(c.data);
	return rc;
}

int omasec_account_dump(struct omasec *o, int (*each)(void *arg, const struct nlmsghdr *nlh),
			void *arg)
{
	struct collected c = { 0 };
	int tries = 2, rc;

	do {
		struct genl_msg m;

		c.len = 0;
		genl_msg_init(&m, omasec_account_channel(o), OMASEC_CMD_ACCOUNT_GET, true, 0);
		rc = omasec_account_call(o, &m, dump_collect, &c, NULL);
	} while (rc == -EINTR && --tries);
	if (!rc)
		rc = dump_each(o, &c, each, arg);
	free(c.data);
	return rc;
}
