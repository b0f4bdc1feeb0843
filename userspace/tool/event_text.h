/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An event as it is printed. Its texts may come from the network and are made safe
 * before they are.
 */
#ifndef TOOL_EVENT_TEXT_H
#define TOOL_EVENT_TEXT_H

#include "out.h"

/* RFC 3339 in UTC, with milliseconds. */
void event_text_time(uint64_t ns, char out[40]);
json_t *event_text_json(const struct omasec_event *e);
/* A line, with its end. */
void event_text_line(FILE *f, const struct tool *t, const struct omasec_event *e);

#endif
