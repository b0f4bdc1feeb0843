/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of clauses, as judge.c uses it. */
#ifndef ACL_CLAUSE_H
#define ACL_CLAUSE_H

#include "judge.h"

/* 200 for a clause that allows. */
uint16_t acl_clause_status(enum acl_clause c);

#endif
