/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parent's side of the worker: starts omasecd-worker with one socketpair,
 * asks it one thing at a time, and replaces it when it dies, stalls, answers
 * nonsense, or has served long enough. Everything that comes back is checked
 * before the caller sees it.
 *
 * Two ways to ask. Blocking: worker_client_parse(), _list(), _edit(), _challenge(), _xsec() wait
 * up to the time-out. In an event loop: worker_client_start_*(), then
 * worker_client_step() whenever worker_client_fd() is ready for
 * worker_client_events() or worker_client_timeout() milliseconds are over.
 *
 * One thread only. Waits for its own child by pid, never for others.
 */
#ifndef DM_WORKER_CLIENT_H
#define DM_WORKER_CLIENT_H

#include <sys/types.h>

#include "worker_ipc.h"

struct worker_client;

struct worker_client_options {
	const char *path;		/* the omasecd-worker program; copied */
	unsigned int timeout_ms;	/* for one request; 15 times that to warm up; 0: 2000 */
	unsigned int recycle_messages;	/* a fresh worker after so many; 0: 10000 */
};

struct worker_client_stats {
	uint64_t requests;
	uint64_t spawns;
	uint64_t deaths;	/* died by itself, or was killed from outside */
	uint64_t timeouts;	/* killed by us: no answer in time */
	uint64_t nonsense;	/* killed by us: answer not acceptable */
	uint64_t recycled;
	uint32_t landlock;	/* ABI version in force in the last worker; 0: none */
};

/* NULL with errno. The worker is started by the first request, or by _warm(). */
struct worker_client *worker_client_new(const struct worker_client_options *options);
void worker_client_free(struct worker_client *wc);

/*
 * Results of all of these: 0; or negative with @err filled:
 * -EBADMSG  the worker refused the message (err->reason XML_BAD, WBXML_BAD, DM_BAD, TOO_LARGE,
 *           or one of XML security)
 * -EINVAL   edits or challenge do not fit (HELPER_ERROR)
 * -EPIPE    the worker died, also: since the parse that this edit belongs to (WORKER_DIED)
 * -EPROTO   the worker answered nonsense and was killed (WORKER_DIED)
 * -ETIMEDOUT  no answer in time, worker killed (DEADLINE)
 * -EAGAIN   blocking calls: worker failed several times, back-off not over (WORKER_DIED)
 * -ENOMEM, or what spawning failed with (HELPER_ERROR)
 */
int worker_client_parse(struct worker_client *wc, const char *content_type,
			const uint8_t *body, size_t len,
			struct dm_facts *facts, struct dm_error *err);
/* For the message parsed last. @out is malloc'ed, the caller frees it. */
int worker_client_edit(struct worker_client *wc, const struct dm_edits *edits,
		       uint8_t **out, size_t *len, struct dm_error *err);
/* The same with changes to commands, NULL for none. */
int worker_client_change(struct worker_client *wc, const struct dm_edits *edits,
			 const struct dm_changes *changes, uint8_t **out, size_t *len,
			 struct dm_error *err);
/* What its commands are about; @facts: as the parse found them. */
int worker_client_list(struct worker_client *wc, bool items, const struct dm_facts *facts,
		       struct dm_list *list,
		       struct dm_error *err);
int worker_client_challenge(struct worker_client *wc, const struct dm_challenge *challenge,
			    uint8_t **out, size_t *len, struct dm_error *err);

/*
 * Verifies, signs, encrypts or decrypts @message; @crypto is called here, in the
 * parent, at most once, for objects once for each. Leaves the message parsed last as it is.
 */
int worker_client_xsec(struct worker_client *wc, const struct worker_xsec *how,
		       const uint8_t *message, size_t len, const struct xsec_crypto *crypto,
		       uint8_t **out, size_t *out_len, struct dm_error *err);

/*
 * The same without blocking. @body, @facts, @list, @changes, @message, @crypto, @out, @len and @err have to stay
 * until the request is done. A start returns 0 or an error as above; -EBUSY
 * while another request is under way.
 */
int worker_client_start_parse(struct worker_client *wc, const char *content_type,
			      const uint8_t *body, size_t len,
			      struct dm_facts *facts, struct dm_error *err);
int worker_client_start_edit(struct worker_client *wc, const struct dm_edits *edits,
			     uint8_t **out, size_t *len, struct dm_error *err);
int worker_client_start_change(struct worker_client *wc, const struct dm_edits *edits,
			       const struct dm_changes *changes, uint8_t **out, size_t *len,
			       struct dm_error *err);
int worker_client_start_list(struct worker_client *wc, bool items,
			     const struct dm_facts *facts, struct dm_list *list,
			     struct dm_error *err);
int worker_client_start_challenge(struct worker_client *wc,
				  const struct dm_challenge *challenge,
				  uint8_t **out, size_t *len, struct dm_error *err);
int worker_client_start_xsec(struct worker_client *wc, const struct worker_xsec *how,
			     const uint8_t *message, size_t len, const struct xsec_crypto *crypto,
			     uint8_t **out, size_t *out_len, struct dm_error *err);
/* -EINPROGRESS: not done yet; else the result of the request. */
int worker_client_step(struct worker_client *wc);

int worker_client_fd(const struct worker_client *wc);		/* -1: no worker */
short worker_client_events(const struct worker_client *wc);	/* POLLIN, POLLOUT; 0 when idle */
int worker_client_timeout(const struct worker_client *wc);	/* ms; -1 when idle */

/* Start a worker now, so that a wrong path or a missing kernel feature shows at start. */
int worker_client_warm(struct worker_client *wc, struct dm_error *err);
pid_t worker_client_pid(const struct worker_client *wc);	/* 0: no worker */
void worker_client_stats(const struct worker_client *wc, struct worker_client_stats *stats);

#endif
