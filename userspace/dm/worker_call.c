// SPDX-License-Identifier: LGPL-2.1-or-later
/* The blocking calls of worker_client.h: the others, with a poll around them. */
#include "worker_client.h"

#include <errno.h>
#include <poll.h>

static int run(struct worker_client *wc, int started)
{
	int ret = started;

	while (!ret) {
		struct pollfd p = { .fd = worker_client_fd(wc) };

		ret = worker_client_step(wc);
		if (ret != -EINPROGRESS)
			return ret;
		p.events = worker_client_events(wc);
		poll(&p, 1, worker_client_timeout(wc));
		ret = 0;
	}
	return ret;
}

int worker_client_parse(struct worker_client *wc, const char *content_type,
			const uint8_t *body, size_t len,
			struct dm_facts *facts, struct dm_error *err)
{
	return run(wc, worker_client_start_parse(wc, content_type, body, len, facts, err));
}

int worker_client_edit(struct worker_client *wc, const struct dm_edits *edits,
		       uint8_t **out, size_t *len, struct dm_error *err)
{
	return run(wc, worker_client_start_edit(wc, edits, out, len, err));
}

int worker_client_change(struct worker_client *wc, const struct dm_edits *edits,
			 const struct dm_changes *changes, uint8_t **out, size_t *len,
			 struct dm_error *err)
{
	return run(wc, worker_client_start_change(wc, edits, changes, out, len, err));
}

int worker_client_list(struct worker_client *wc, bool items, const struct dm_facts *facts,
		       struct dm_list *list, struct dm_error *err)
{
	return run(wc, worker_client_start_list(wc, items, facts, list, err));
}

int worker_client_challenge(struct worker_client *wc, const struct dm_challenge *challenge,
			    uint8_t **out, size_t *len, struct dm_error *err)
{
	return run(wc, worker_client_start_challenge(wc, challenge, out, len, err));
}

int worker_client_xsec(struct worker_client *wc, const struct worker_xsec *how,
		       const uint8_t *message, size_t len, const struct xsec_crypto *crypto,
		       uint8_t **out, size_t *out_len, struct dm_error *err)
{
	return run(wc, worker_client_start_xsec(wc, how, message, len, crypto, out, out_len, err));
}
