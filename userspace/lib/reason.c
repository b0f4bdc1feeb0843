// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The reasons of a refusal with their texts. There is one list for module and
 * library, in kmod/proto; including it here makes its functions part of the
 * library's interface (the declarations of omasec.h come first).
 */
#include <omasec.h>

#include "../../kmod/proto/reason.c"
