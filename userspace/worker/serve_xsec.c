// SPDX-License-Identifier: GPL-2.0
/* One operation of xsec, with its questions to the parent in the middle. */
#include "serve_xsec.h"
#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct asking {
	int fd;
	uint32_t id;
	bool lost;
};

static int take_reply(struct asking *a, size_t len, struct xsec_reply *reply)
{
	struct worker_crypto_done done;

	if (!read_all(a->fd, &done, sizeof(done)))
		return -EPIPE;
	reply->len = len - sizeof(done);
	reply->data = malloc(reply->len ? reply->len : 1);
	if (!reply->data || !read_all(a->fd, reply->data, reply->len) ||
	    done.wrapped_len > sizeof(reply->wrapped))
		return -EPIPE;
	memcpy(reply->wrapped, done.wrapped, sizeof(done.wrapped));
	reply->wrapped_len = done.wrapped_len;
	a->lost = false;
	return done.error;
}

static int ask_parent(void *private, const struct xsec_request *r, struct xsec_reply *reply)
{
	struct asking *a = private;
	struct worker_crypto ask = {
		.op = r->op, .sign = r->sign, .cipher = r->cipher, .wrap = r->wrap,
		.wrapped_len = (uint32_t)r->wrapped_len,
	};
	struct worker_frame frame;

	if (r->len > WORKER_CRYPTO_MAX || r->wrapped_len > sizeof(ask.wrapped))
		return -EMSGSIZE;
	if (r->wrapped_len)
		memcpy(ask.wrapped, r->wrapped, r->wrapped_len);
	a->lost = true;
	if (!write_frame(a->fd, WORKER_CRYPTO, a->id, &ask, sizeof(ask), r->data, r->len) ||
	    !read_all(a->fd, &frame, sizeof(frame)) || !worker_frame_valid(&frame) ||
	    frame.op != WORKER_CRYPTO_DONE || frame.id != a->id)
		return -EPIPE;
	return take_reply(a, frame.length, reply);
}

bool serve_xsec(int fd, uint32_t id, const struct worker_xsec *how, const uint8_t *message, size_t len,
		uint8_t **out, size_t *out_len, struct dm_error *err, int *ret)
{
	struct asking asking = { .fd = fd, .id = id };
	const struct xsec_crypto crypto = { ask_parent, &asking };
	const struct xsec_key key = {
		.name = how->name[0] ? how->name : NULL,
		.public = how->public_len ? how->public : NULL,
		.public_len = how->public_len,
	};
	const char *target = how->target[0] ? how->target : NULL;

	if (!worker_xsec_valid(how))
		return false;
	switch (how->what) {
	case WORKER_TO_XML:
	case WORKER_TO_WBXML:
		*ret = dm_convert(message, len, how->what == WORKER_TO_XML ? DM_XML : DM_WBXML, out,
				  out_len, err);
		break;
	case WORKER_HEADER:
		*ret = xsec_header(message, len, out, out_len, err);
		break;
	case WORKER_VERIFY:
		*ret = xsec_verify(message, len, how->sign, &key, &crypto, out, out_len, err);
		break;
	case WORKER_SIGN:
		*ret = xsec_sign(message, len, how->sign, &key, &crypto, out, out_len, err);
		break;
	case WORKER_ENCRYPT:
		*ret = xsec_encrypt(message, len, target, how->cipher, how->wrap, &key, &crypto, out,
				    out_len, err);
		break;
	case WORKER_ENCRYPT_OBJECTS:
		*ret = xsec_encrypt_objects(message, len, how->cipher, how->wrap, &key, &crypto, out,
					    out_len, err);
		break;
	case WORKER_DECRYPT_OBJECTS:
		*ret = xsec_decrypt_objects(message, len, how->cipher, how->wrap, &key, &crypto, out,
					    out_len, err);
		break;
	case WORKER_SIGN_OBJECTS:
		*ret = xsec_sign_objects(message, len, how->sign, &key, &crypto, out, out_len, err);
		break;
	case WORKER_VERIFY_OBJECTS:
		*ret = xsec_verify_objects(message, len, how->require, how->sign, &key, &crypto, out, out_len,
					   err);
		break;
	default:
		*ret = xsec_decrypt(message, len, target, how->cipher, how->wrap, &key, &crypto, out,
				    out_len, err);
		break;
	}
	return !asking.lost;
}
