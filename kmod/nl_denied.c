// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink: what the helper denied by Access Control Lists. It comes with the verdict, is
 * checked before, and told when the verdict counts: nobody else can make such events.
 */
#include "event.h"
#include "message.h"
#include "netlink.h"

/* One of them; the texts stay in the request. */
static int omasec_nl_denial(struct genl_info *info, const struct nlattr *attr,
			    struct omasec_denial *d)
{
	struct nlattr *tb[OMASEC_A_DENIAL_MAX + 1];
	int err = nla_parse_nested(tb, OMASEC_A_DENIAL_MAX, attr, omasec_denial_nl_policy,
				   info->extack);

	if (err)
		return err;
	if (!tb[OMASEC_A_DENIAL_COMMAND] || !tb[OMASEC_A_DENIAL_STATUS] ||
	    !tb[OMASEC_A_DENIAL_CLAUSE])
		return omasec_nl_fail(info->extack, attr, -EINVAL,
				      "a denial needs command, status and clause");
	d->server = omasec_nl_string(tb[OMASEC_A_DENIAL_SERVER]);
	d->command = omasec_nl_string(tb[OMASEC_A_DENIAL_COMMAND]);
	d->uri = omasec_nl_string(tb[OMASEC_A_DENIAL_URI]);
	d->clause = omasec_nl_string(tb[OMASEC_A_DENIAL_CLAUSE]);
	d->status = nla_get_u16(tb[OMASEC_A_DENIAL_STATUS]);
	if ((d->server && !omasec_nl_text_ok(d->server)) || !omasec_nl_text_ok(d->command) ||
	    (d->uri && !omasec_nl_text_ok(d->uri)) || !omasec_nl_text_ok(d->clause))
		return omasec_nl_fail(info->extack, attr, -EINVAL,
				      "the texts of a denial have no control characters");
	return 0;
}

static u32 omasec_nl_denied(const struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[OMASEC_A_MSG_DENIED];

	return attr ? nla_get_u32(attr) : 0;
}

/**
 * omasec_nl_denied_check() - may a verdict name these denials?
 * @info: the request
 *
 * Context: process.
 * Return: 0; -EINVAL with words; what else parsing gives.
 */
int omasec_nl_denied_check(struct genl_info *info)
{
	struct nlattr *all = info->attrs[OMASEC_A_MSG_DENIALS], *one;
	struct omasec_denial d;
	u32 n = 0;
	int rem, err;

	if (!all)
		return 0;
	nla_for_each_nested(one, all, rem) {
		if (++n > OMASEC_DENIALS_MAX || n > omasec_nl_denied(info))
			return omasec_nl_fail(info->extack, one, -EINVAL,
					      "a verdict names 16 denials at most, and none that it does not count");
		err = omasec_nl_denial(info, one, &d);
		if (err)
			return err;
	}
	return 0;
}

/**
 * omasec_nl_denied_tell() - counts denials and tells administrators of them
 * @info: the request, which was checked
 * @m: the message, which it has decided
 *
 * Context: process.
 */
void omasec_nl_denied_tell(struct genl_info *info, const struct omasec_msg *m)
{
	struct nlattr *all = info->attrs[OMASEC_A_MSG_DENIALS], *one;
	u32 denied = omasec_nl_denied(info);
	struct omasec_denial d;
	struct omasec_event ev = {
		.kind = OMASEC_EVENT_KIND_ACL_DENIED, .flow_id = m->flow_id, .rule = m->rule->id,
		.path = m->path, .has_path = true, .cookie = m->cookie, .denial = &d,
		.account = m->account ? m->account->name : NULL,
	};
	u32 named = 0;
	int rem;

	omasec_stat_add(m->on, OMASEC_STAT_ACL_DENIED, denied);
	if (!all)
		return;
	nla_for_each_nested(one, all, rem)
		named++;
	denied -= named;
	nla_for_each_nested(one, all, rem) {
		if (omasec_nl_denial(info, one, &d))
			return;
		ev.more = --named ? 0 : denied;
		omasec_event_send(m->on, &ev, GFP_KERNEL);
	}
}
