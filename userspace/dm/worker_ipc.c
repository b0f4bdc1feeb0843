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
	hello->list_size = sizeof(struct dm_list);
	hello->changes_size = sizeof(struct dm_changes);
	hello->challenge_size = sizeof(struct dm_challenge);
	hello->xsec_size = sizeof(struct worker_xsec);
	hello->landlock = landlock;
}

bool worker_hello_valid(const struct worker_hello *hello)
{
	return hello->facts_size == sizeof(struct dm_facts) &&
	       hello->edits_size == sizeof(struct dm_edits) &&
	       hello->list_size == sizeof(struct dm_list) &&
	       hello->changes_size == sizeof(struct dm_changes) &&
	       hello->challenge_size == sizeof(struct dm_challenge) &&
	       hello->xsec_size == sizeof(struct worker_xsec);
}

static bool terminated(const char *text, size_t size)
{
	return memchr(text, 0, size);
}

bool worker_xsec_valid(const struct worker_xsec *how)
{
	return how->what >= WORKER_VERIFY && how->what <= WORKER_HEADER && how->require <= 1 &&
	       how->sign < XSEC_SIGN_COUNT && how->cipher < XSEC_CIPHER_COUNT &&
	       how->wrap < XSEC_WRAP_COUNT && how->public_len <= sizeof(how->public) &&
	       terminated(how->name, sizeof(how->name)) &&
	       terminated(how->target, sizeof(how->target));
}

unsigned int worker_xsec_questions(const struct worker_xsec *how)
{
	switch (how->what) {
	case WORKER_TO_XML:
	case WORKER_TO_WBXML:
	case WORKER_HEADER:
		return 0;
	case WORKER_ENCRYPT_OBJECTS:
	case WORKER_DECRYPT_OBJECTS:
	case WORKER_SIGN_OBJECTS:
	case WORKER_VERIFY_OBJECTS:
		return XSEC_OBJECTS_MAX;
	default:
		return 1;
	}
}

bool worker_crypto_fits(const struct worker_crypto *ask, const struct worker_xsec *how)
{
	bool hmac = how->sign <= XSEC_HMAC_SHA512;

	if (ask->wrapped_len > sizeof(ask->wrapped))
		return false;
	switch (how->what) {
	case WORKER_VERIFY:
	case WORKER_VERIFY_OBJECTS:
		return hmac && ask->op == XSEC_MAC && ask->sign == how->sign;
	case WORKER_TO_XML:
	case WORKER_TO_WBXML:
	case WORKER_HEADER:
		return false;
	case WORKER_SIGN:
	case WORKER_SIGN_OBJECTS:
		return ask->op == (hmac ? XSEC_MAC : XSEC_SIGN) && ask->sign == how->sign;
	default:
		return ask->op == (how->what == WORKER_ENCRYPT || how->what == WORKER_ENCRYPT_OBJECTS ?
				   XSEC_SEAL : XSEC_OPEN) &&
		       ask->cipher == how->cipher && ask->wrap == how->wrap;
	}
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
	case WORKER_LIST:
		min = max = sizeof(struct worker_list);
		break;
	case WORKER_EDIT:
		min = sizeof(struct worker_edit);
		max = min + sizeof(struct dm_changes);
		break;
	case WORKER_CHALLENGE:
		min = max = sizeof(struct worker_challenge);
		break;
	case WORKER_XSEC:
		min = sizeof(struct worker_xsec);
		max = min + XSEC_MESSAGE_MAX;
		break;
	case WORKER_CRYPTO:
		min = sizeof(struct worker_crypto);
		max = min + WORKER_CRYPTO_MAX;
		break;
	case WORKER_CRYPTO_DONE:
		min = sizeof(struct worker_crypto_done);
		max = min + WORKER_CRYPTO_MAX;
		break;
	case WORKER_FACTS:
		min = max = sizeof(struct dm_facts);
		break;
	case WORKER_COMMANDS:
		min = offsetof(struct dm_list, text);
		max = sizeof(struct dm_list);
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
