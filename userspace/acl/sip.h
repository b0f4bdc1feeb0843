/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): names of nodes come from peers, and
 * with a secret key nobody can choose names that share a chain.
 */
#ifndef ACL_SIP_H
#define ACL_SIP_H

#include <stddef.h>
#include <stdint.h>

uint64_t acl_sip(const uint64_t key[2], const void *data, size_t len);

#endif
