/* SPDX-License-Identifier: GPL-2.0 */
/* What the command handlers (nl_*.c) share. */
#ifndef OMASEC_NETLINK_H
#define OMASEC_NETLINK_H

#include "genl.h"
#include "net.h"

static inline struct omasec_net *omasec_nl_net(const struct genl_info *info)
{
	return omasec_net(genl_info_net((struct genl_info *)info));
}

/* Fails with words, and with the attribute that is at fault, or NULL. Returns @err. */
static inline int omasec_nl_fail(struct netlink_ext_ack *extack, const struct nlattr *attr,
				 int err, const char *why)
{
	if (extack) {
		extack->_msg = why;	/* always a constant of the module */
		extack->bad_attr = attr;
	}
	return err;
}

/* Fails because @info lacks an attribute. */
static inline int omasec_nl_missing(struct genl_info *info, const char *why)
{
	return omasec_nl_fail(info->extack, NULL, -EINVAL, why);
}

static inline const char *omasec_nl_string(const struct nlattr *attr)
{
	return attr ? nla_data(attr) : NULL;	/* NLA_NUL_STRING by policy */
}

/* A reply of at most @size octets of attributes, with its header; or NULL. */
struct sk_buff *omasec_nl_reply(struct genl_info *info, size_t size, u8 cmd, void **hdr);
int omasec_nl_reply_end(struct genl_info *info, struct sk_buff *reply, void *hdr, int err);

/* No control characters. */
bool omasec_nl_text_ok(const char *text);
/* A name or user name: not empty, no control characters. */
bool omasec_nl_name_ok(const char *name);

/* nl_denied.c: the denials in a verdict, before it and once it counts. */
struct omasec_msg;
int omasec_nl_denied_check(struct genl_info *info);
void omasec_nl_denied_tell(struct genl_info *info, const struct omasec_msg *m);

#endif
