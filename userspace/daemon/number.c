// SPDX-License-Identifier: GPL-2.0
/*
 * MsgIDs, see number.h. They run to INT32_MAX, as everywhere in omasec; beyond it
 * they begin again. Who comes there has made its number up, and may be confused.
 */
#include <string.h>

#include "number.h"

static uint32_t number_in_range(uint64_t n)
{
	return n > INT32_MAX ? 1 : (uint32_t)n;
}

/* @b after as many messages as @n is after @a. */
static uint32_t number_shift(uint32_t a, uint32_t n, uint32_t b)
{
	return number_in_range((uint64_t)b + (n - a));
}

void map_add(struct msg_map *m, uint32_t wire, uint32_t app)
{
	if (m->count) {
		uint32_t w = wire - m->seg[m->count - 1].wire, a = m->seg[m->count - 1].app;

		if (wire >= m->seg[m->count - 1].wire && (a ? app == a + w : !app))
			return;
	}
	if (m->count == MAP_SEGMENTS) {
		memmove(&m->seg[0], &m->seg[1], sizeof(m->seg) - sizeof(m->seg[0]));
		m->count--;
	}
	m->seg[m->count].wire = wire;
	m->seg[m->count].app = app;
	m->count++;
}

uint32_t map_to_app(const struct msg_map *m, uint32_t wire)
{
	uint32_t i;

	for (i = m->count; i--;)
		if (m->seg[i].wire <= wire)
			return m->seg[i].app ?
			       number_shift(m->seg[i].wire, wire, m->seg[i].app) : 0;
	return wire;
}

uint32_t map_to_wire(const struct msg_map *m, uint32_t app)
{
	uint32_t i;

	for (i = m->count; i--;)
		if (m->seg[i].app && m->seg[i].app <= app)
			return number_shift(m->seg[i].app, app, m->seg[i].wire);
	return app;
}

/* The application has sent @app before: the same HTTP request once more. */
static bool number_out_known(const struct numbers *n, uint32_t app)
{
	return app <= n->out_app && map_to_app(&n->out, map_to_wire(&n->out, app)) == app &&
	       map_to_wire(&n->out, app) <= n->out_wire;
}

uint32_t number_out_app(struct numbers *n, uint32_t app)
{
	uint32_t wire;

	if (!n->out_wire)
		wire = app;
	else if (app > n->out_app)
		wire = number_shift(n->out_app, app, n->out_wire);
	else if (number_out_known(n, app))
		return map_to_wire(&n->out, app);
	else
		wire = number_in_range((uint64_t)n->out_wire + 1);
	map_add(&n->out, wire, app);
	n->out_wire = wire;
	n->out_app = app;
	return wire;
}

uint32_t number_out_again(struct numbers *n, uint32_t app)
{
	n->out_wire = number_in_range((uint64_t)n->out_wire + 1);
	map_add(&n->out, n->out_wire, app);
	return n->out_wire;
}

uint32_t number_out_own(struct numbers *n, uint32_t hint)
{
	if (!n->out_wire) {
		n->out_wire = hint ? hint - 1 : 0;
		n->out_app = n->out_wire;
	}
	n->out_wire = number_in_range((uint64_t)n->out_wire + 1);
	map_add(&n->out, n->out_wire, 0);
	return n->out_wire;
}

void number_in_seen(struct numbers *n, uint32_t wire)
{
	if (!n->in_first)
		n->in_first = wire;
}

uint32_t number_in(struct numbers *n, uint32_t wire)
{
	uint32_t app = map_to_app(&n->in, wire);

	number_in_seen(n, wire);
	if (!n->in_wire)
		app = n->in_first;
	else if (wire <= n->in_wire && app && app <= n->in_app &&
		 map_to_wire(&n->in, app) == wire)
		return app;
	else
		app = number_in_range((uint64_t)n->in_app + 1);
	map_add(&n->in, wire, app);
	n->in_wire = wire;
	n->in_app = app;
	return app;
}

static bool map_shifted(const struct msg_map *m)
{
	uint32_t i;

	for (i = 0; i < m->count; i++)
		if (m->seg[i].wire != m->seg[i].app)
			return true;
	return false;
}

bool number_shifted(const struct numbers *n)
{
	return map_shifted(&n->in) || map_shifted(&n->out);
}

bool number_valid(const struct numbers *n)
{
	return n->in.count <= MAP_SEGMENTS && n->out.count <= MAP_SEGMENTS;
}
