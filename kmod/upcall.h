/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The queue between flows and the helper: announce, pull, put, verdict,
 * deadline, helper loss.
 */
#ifndef OMASEC_UPCALL_H
#define OMASEC_UPCALL_H

#include "message.h"

/*
 * Gives @m to the helper. Process context, may sleep. Returns 0 when it waits
 * (m->decided will be called unless cancelled), or enum omasec_reason when it is
 * refused at once: HELPER_ABSENT (rule says reject and nobody is registered),
 * TOO_MANY, NO_MEMORY.
 */
unsigned int omasec_upcall_submit(struct omasec_msg *m);

/*
 * Takes @m back: after return m->decided will not run any more and is not
 * running. Process context, may sleep. Fine when @m was never submitted or is
 * decided already.
 */
void omasec_upcall_cancel(struct omasec_msg *m);

/* A helper is registered in this namespace. Any context. */
bool omasec_upcall_ready(struct omasec_net *on);

#endif
