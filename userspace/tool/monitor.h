/* SPDX-License-Identifier: GPL-2.0 */
/* The live screen of omasec monitor: what it shows, and how it is drawn. */
#ifndef TOOL_MONITOR_H
#define TOOL_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tool.h"

/* Whatever the size of the terminal. */
#define MONITOR_FLOWS 64
#define MONITOR_EVENTS 128
#define MONITOR_LINE 512

/**
 * struct monitor_totals - what monitor tells of the counters
 */
struct monitor_totals {
	uint64_t rx, tx, refused, passed, responded;
};

/* 0 or a negative errno. */
int monitor_totals_get(struct omasec *o, struct monitor_totals *totals);

/* A line about an event; @bad: of a refusal, a denial, or the helper's end. */
struct monitor_event {
	char text[MONITOR_LINE];
	bool bad;
};

/**
 * struct monitor - what is on the screen
 * @rows, @cols: of the terminal
 * @colour: colours are wanted
 * @time: now, as text
 * @now, @before: counters, and those @elapsed_ms ago; 0 for never
 * @flow: connections, those that came last first
 * @flows: how many of them are here, @connections: how many there are
 * @event: a ring; @events: how many there were in all
 * @lost: events that nobody could keep
 */
struct monitor {
	unsigned int rows, cols;
	bool colour;
	char time[40];
	struct omasec_status status;
	struct monitor_totals now, before;
	uint32_t elapsed_ms;
	struct omasec_flow flow[MONITOR_FLOWS];
	unsigned int flows, connections;
	struct monitor_event event[MONITOR_EVENTS];
	uint64_t events, lost;
};

/* Keeps @f if it is among the MONITOR_FLOWS that came last; listeners are not kept. */
void monitor_flow_add(struct monitor *m, const struct omasec_flow *f);
/* Keeps the line of @e, without what comes after MONITOR_LINE octets. */
void monitor_event_add(struct monitor *m, const struct omasec_event *e);
/* All of it, as octets for a terminal whose cursor is anywhere: @rows lines of at most @cols characters. */
void monitor_draw(FILE *f, const struct monitor *m);

/* Input and output are a terminal that can be drawn on, and a number of events is not asked for. */
bool monitor_has_screen(const struct tool *t);
/* Until q, ^C or --timeout. @interval: ms between two looks. Exit code. */
int monitor_screen(struct tool *t, uint32_t interval);

#endif
