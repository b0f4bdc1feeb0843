// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Bounds of the frames between parent and worker; both sides check them before
 * they make room for a payload.
 */
#include "worker_ipc.h"

#include <string.h>

void worker_hello_fill(struct worker_hello *hello, uint32_t landlock)
{
	memset(hello, 0, sizeof(*hello));
	hello->facts_size = sizeof(struct dm_facts);
	hello->edits_size = sizeof(struct dm_edits);
	hello->challenge_size = sizeof(struct dm_challenge);
	hello->landlock = landlock;
}

bool worker_hello_valid(const struct worker_hello *hello)
{
	return hello->facts_size == sizeof(struct dm_facts) &&
	       hello->edits_size == sizeof(struct dm_edits) &&
	       hello->challenge_size == sizeof(struct dm_challenge);
}

bool worker_frame_valid(const struct worker_frame *frame)
{
	size_t min, max;

	switch (frame->op) {
	case WORKER_HELLO:
		min = max = sizeof(struct worker_hello);
		break;
	case WORKER_PARSE:
		min = sizeof(struct worker_parse);
		max = min + DM_BODY_MAX;
		break;
	case WORKER_EDIT:
		min = max = sizeof(struct worker_edit);
		break;
	case WORKER_CHALLENGE:
		min = max = sizeof(struct worker_challenge);
		break;
	case WORKER_FACTS:
		min = max = sizeof(struct dm_facts);
		break;
	case WORKER_BODY:
		min = 1;
		max = DM_BODY_MAX;
		break;
	case WORKER_ERROR:
		min = max = sizeof(struct worker_error);
		break;
	default:
		return false;
	}
	return frame->magic == WORKER_MAGIC && frame->length >= min && frame->length <= max;
}
