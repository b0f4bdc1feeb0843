/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of libomasec share: the handle, the text of the last error,
 * and the tables that say which attribute is kept where.
 */
#ifndef LIB_INTERNAL_H
#define LIB_INTERNAL_H

#include <omasec.h>

#include "genl.h"

struct notice;

/**
 * struct helper - the helper's side of a handle (helper.c)
 * @g: the registered socket: notices and the replies to calls about messages
 * @wake: eventfd, readable while the queue is not empty or the module is to be asked
 * @poll: epoll descriptor over both
 * @head: notices that came in during calls, oldest first
 * @tail: where the next one is linked
 * @ask: notices may have been lost or not sent: MSG_NEXT tells
 * @awake: @wake is readable
 * @broken: a notice could not be kept or read; errno, told once
 */
struct helper {
	struct genl g;
	int wake, poll;
	struct notice *head, **tail;
	bool ask, awake;
	int broken;
};

struct omasec {
	struct genl req;		/* calls */
	struct helper helper;
	struct genl events;
	struct omasec_event *event;	/* where the notice of genl_drain_one() goes */
	int event_rc;
	unsigned int timeout_ms;
	char error[640];
};

extern const struct genl_set omasec_set_cred, omasec_set_account, omasec_set_rule,
	omasec_set_flow, omasec_set_message, omasec_set_counter, omasec_set_status,
	omasec_set_config, omasec_set_attach, omasec_set_event, omasec_set_register, omasec_set_chunk,
	omasec_set_blob_verdict, omasec_set_blob_protection, omasec_set_wait, omasec_set_crypto,
	omasec_set_msg_cred;

/* struct for omasec_set_config */
struct reply_config {
	bool replace;
	uint32_t generation;
};

/* struct for omasec_set_attach */
struct reply_attach {
	bool ended;
};

/* struct for omasec_set_chunk */
struct reply_chunk {
	uint64_t cookie;
	uint32_t offset;
	struct genl_bytes chunk;
};

/* struct for omasec_set_msg_cred */
struct reply_cred {
	uint8_t mac_state;
	struct genl_bytes cred;
};

/* struct for omasec_set_crypto */
struct reply_crypto {
	struct genl_bytes data;
};

/* struct for omasec_set_blob_verdict */
struct reply_verdict {
	struct omasec_blob_verdict v;
	bool has_reason;
};

/* struct for omasec_set_wait */
struct reply_wait {
	struct omasec_wait w;
	bool has_reason;
};

/* struct for omasec_set_blob_protection */
struct reply_protection {
	struct omasec_blob_protection p;
	struct genl_bytes digest;
};

/**
 * struct hint - what an errno of one call means
 * @err: positive; 0 ends the list
 * @text: where the module gave no text
 * @next: what to do, after either text; or NULL
 */
struct hint {
	int err;
	const char *text, *next;
};

/* Sets the text and returns @err. */
int omasec_fail(struct omasec *o, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * The text for the result @err of a call on @g: what the module said, else a
 * hint, else what errno means here; and what to do. Returns the errno, which
 * becomes -EPROTONOSUPPORT when the cause is that the module went away.
 */
int omasec_explain(struct omasec *o, struct genl *g, int err, const struct hint *hints);

/* A call on the request socket, with its error explained. */
int omasec_call(struct omasec *o, struct genl_msg *m, const struct genl_set *set,
		genl_reply_fn fn, void *arg, const struct hint *hints);

/*
 * A call about accounts: on the socket of the helper where there is one, because
 * the module tells nonces to nobody else.
 */
int omasec_account_call(struct omasec *o, struct genl_msg *m, genl_reply_fn fn, void *arg,
			const struct hint *hints);
struct genl *omasec_account_channel(struct omasec *o);

/*
 * A dump of objects on the request socket: read to the end first, once more when
 * it was not consistent, then @each for every message.
 */
int omasec_dump(struct omasec *o, int cmd, const struct genl_set *set,
		int (*each)(void *arg, const struct nlmsghdr *nlh), void *arg);
/* The same, of accounts, by omasec_account_call(). */
int omasec_account_dump(struct omasec *o, int (*each)(void *arg, const struct nlmsghdr *nlh),
			void *arg);

/* For tests: a handle whose request channel is @fd and @io. */
int omasec_open_io(struct omasec **out, int fd, uint16_t family, const struct genl_io *io);
/* The same for the helper's channel and for events; the calls that open them then find them open. */
int omasec_helper_open_io(struct omasec *o, int fd, uint16_t family, const struct genl_io *io);
int omasec_events_open_io(struct omasec *o, int fd, uint16_t family, const struct genl_io *io);

/* 0, or -ENOTCONN and its text while nobody has registered. */
int omasec_helper_need(struct omasec *o);
/* A call on the helper's socket, with its error explained. */
int omasec_helper_call(struct omasec *o, struct genl_msg *m, const struct genl_set *set,
		       genl_reply_fn fn, void *arg, const struct hint *hints);

void omasec_helper_init(struct omasec *o);
void omasec_helper_close(struct omasec *o);

#endif
