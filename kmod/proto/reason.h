/* SPDX-License-Identifier: GPL-2.0 OR LGPL-2.1-or-later */
/*
 * The one list of reasons for a refusal, with what each means to the
 * application (errno), to a script (name) and to a person (text and what to do).
 */
#ifndef OMASEC_PROTO_REASON_H
#define OMASEC_PROTO_REASON_H

#include "types.h"

/* How many reasons there are, with OMASEC_REASON_NONE. */
#define OMASEC_REASONS (OMASEC_REASON_MAX + 1)

/* Name as in the YAML spec ("mac-wrong"); "unknown" when out of range. */
const char *omasec_reason_name(unsigned int reason);
/* Positive errno that the application's socket call fails with. */
int omasec_reason_errno(unsigned int reason);
/* One sentence: what is wrong. */
const char *omasec_reason_text(unsigned int reason);
/* One sentence: what an administrator can do about it. */
const char *omasec_reason_advice(unsigned int reason);

#endif
