/* SPDX-License-Identifier: GPL-2.0 */
/* An account as a section of omasec.conf(5), without its secrets. Pure. */
#ifndef TOOL_IMPORT_SECTION_H
#define TOOL_IMPORT_SECTION_H

#include <stddef.h>

#include "setting.h"

#define IMPORT_SECTION_MAX 2048

/*
 * 0, or -EINVAL when the file cannot say it: omasec.conf(5) bounds lines, and cuts
 * blanks and comments off. What is written reads back the same. -ENOMEM.
 */
int import_section(const struct account_conf *c, char out[IMPORT_SECTION_MAX]);

#endif
