/* SPDX-License-Identifier: GPL-2.0 */
/* Datagrams that are right if the helper says that they did not come before. */
#ifndef OMASEC_UDP_NOTE_H
#define OMASEC_UDP_NOTE_H

#include "push.h"
#include "udp.h"

/* Takes over what omasec_push_judge() wants noted; enum omasec_reason when it cannot. */
unsigned int omasec_udp_note(struct omasec_udp *u, struct omasec_datagram *d,
			     const struct omasec_push_verdict *v);
/* What was being settled is; nothing new comes. Process context, may sleep. */
void omasec_udp_note_flush(void);

#endif
