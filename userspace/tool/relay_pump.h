/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moves octets between application and the protected end, and between the other end and
 * the carrier. There is no path from application to carrier but the connection between
 * the two ends.
 */
#ifndef TOOL_RELAY_PUMP_H
#define TOOL_RELAY_PUMP_H

#include <stdint.h>

#include "relay_stream.h"

#define RELAY_ROOM 65536	/* octets that are held in one direction, on either side */

/**
 * enum relay_end - why it is over
 */
enum relay_end {
	RELAY_END_DONE,		/* both directions have ended */
	RELAY_END_SIGNAL,
	RELAY_END_FLOW,		/* the connection between the ends failed */
	RELAY_END_APP,
	RELAY_END_CARRIER,
	RELAY_END_FAULT,	/* of this program */
};

/**
 * struct relay_pump - what is connected
 * @app, @protected: one side
 * @other, @carrier: the other side
 * @signals: readable when it is time to go
 * @linger_ms: how long the second direction may be silent when the first has ended
 * @error: errno of the end, 0 for none
 */
struct relay_pump {
	struct relay_stream *app, *protected, *other, *carrier;
	int signals;
	int linger_ms;
	int error;
};

enum relay_end relay_pump_run(struct relay_pump *p);

#endif
