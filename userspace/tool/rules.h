/* SPDX-License-Identifier: GPL-2.0 */
/* What other commands need of rules. */
#ifndef TOOL_RULES_H
#define TOOL_RULES_H

#include <jansson.h>

#include "tool.h"

json_t *rule_seen_json(const struct omasec_seen *seen);
json_t *rule_json(const struct omasec_rule *r);

struct out_table;
struct out_table *rule_table(void);
void rule_row(struct out_table *table, const struct omasec_rule *r);

#endif
