// SPDX-License-Identifier: GPL-2.0
/*
 * omasec.conf(5): no text may break the parser, be refused without a reason, or be
 * taken with a value that the module would not take.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/tool/config.h"
#include "userspace/tool/value.h"

#define MUST(c) do { if (!(c)) abort(); } while (0)

static void check_account(const struct account_conf *a)
{
	char name[OMASEC_NAME_MAX + 1];

	MUST(!value_name(a->a.name, name));
	MUST(a->a.server_id[0] && a->a.client.user[0] && a->a.server.user[0]);
	MUST(a->a.client.nonce.len <= OMASEC_NONCE_MAX && a->a.server.nonce.len <= OMASEC_NONCE_MAX);
	MUST(a->a.mac_form < omasec_name_count(OMASEC_NAMES_MAC_FORM));
	MUST(a->a.app_cred < omasec_name_count(OMASEC_NAMES_APP_CRED));
	MUST(!a->a.client.key && !a->a.server.key);
}

static void check_rule(const struct omasec_rule *r)
{
	MUST(r->name[0]);
	MUST(r->port_min && r->port_min <= r->port_max);
	MUST(r->max_message <= OMASEC_MESSAGE_MAX);
	MUST(!r->deadline_ms || (r->deadline_ms >= 50 && r->deadline_ms <= 600000));
	MUST(r->direction < omasec_name_count(OMASEC_NAMES_DIRECTION));
	MUST(r->auth_mode < omasec_name_count(OMASEC_NAMES_AUTH_MODE));
	MUST(r->account[0] || r->direction == OMASEC_DIRECTION_IN || r->integrity == OMASEC_INTEGRITY_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config c;
	size_t i;
	int rc = config_parse(&c, (const char *)data, size);

	MUST(rc == 0 || rc == -EINVAL || rc == -ENOMEM);
	MUST((rc == -EINVAL) == (c.error_count > 0));
	for (i = 0; i < config_errors_kept(&c); i++)
		MUST(c.error[i].line > 0 && c.error[i].text && *c.error[i].text);
	for (i = 0; !rc && i < c.account_count; i++)
		check_account(&c.account[i]);
	for (i = 0; !rc && i < c.rule_count; i++)
		check_rule(&c.rule[i].r);
	config_free(&c);
	return 0;
}
