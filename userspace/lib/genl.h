/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one place that knows libnl: channels (a netlink socket each), messages
 * that are built with size checks of our own, replies that are decoded by
 * tables into plain structures, and the extended acknowledgement, which libnl
 * leaves to its users.
 */
#ifndef LIB_GENL_H
#define LIB_GENL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nl_msg;
struct nl_sock;
struct genl;

/* Octets that the receive buffer of one datagram has; the module sends less. */
#define GENL_DATAGRAM_MAX	65536
/* Most octets of an attribute payload: nla_len has 16 bits and counts the header. */
#define GENL_PAYLOAD_MAX	(UINT16_MAX - NLA_HDRLEN)

enum genl_type {
	GENL_U8, GENL_U16, GENL_U32, GENL_U64, GENL_S32,
	GENL_FLAG,	/* bool */
	GENL_STR,	/* char[], terminated */
	GENL_NONCE,	/* struct omasec_nonce */
	GENL_ADDR,	/* uint8_t[16], 4 or 16 octets */
	GENL_OCTETS,	/* uint8_t[], exactly as many */
	GENL_BYTES,	/* struct genl_bytes, points into the message */
	GENL_NEST,	/* structure with a table of its own */
	GENL_NAME_ONLY,	/* not decoded; named in errors */
};

struct genl_bytes {
	const uint8_t *p;
	size_t len;
};

/**
 * struct genl_field - how an attribute is kept in a structure
 * @attr: attribute number
 * @type: enum genl_type
 * @offset: of the member
 * @size: of the member
 * @aux: 0, or the offset of a bool that tells presence (for GENL_ADDR: of a
 *	uint8_t that gets AF_INET or AF_INET6)
 * @name: as in the YAML specification
 * @nest: table of a GENL_NEST
 */
struct genl_field {
	uint16_t attr, type, offset, size, aux;
	const char *name;
	const struct genl_set *nest;
};

struct genl_set {
	const struct genl_field *field;
	unsigned int count;
	unsigned int max;	/* highest attribute number, at most GENL_ATTR_MAX */
};

#define GENL_ATTR_MAX 63

#define GENL_FIELD(a, t, s, m, n) \
	{ .attr = (a), .type = (t), .offset = offsetof(s, m), .size = sizeof(((s *)0)->m), .name = (n) }
#define GENL_FIELD_AUX(a, t, s, m, x, n) \
	{ .attr = (a), .type = (t), .offset = offsetof(s, m), .size = sizeof(((s *)0)->m), \
	  .aux = offsetof(s, x), .name = (n) }
#define GENL_FIELD_NEST(a, s, m, set, n) \
	{ .attr = (a), .type = GENL_NEST, .offset = offsetof(s, m), .size = sizeof(((s *)0)->m), \
	  .name = (n), .nest = (set) }
#define GENL_FIELD_NAME(a, n) { .attr = (a), .type = GENL_NAME_ONLY, .name = (n) }
#define GENL_SET(fields, last) \
	{ .field = (fields), .count = sizeof(fields) / sizeof((fields)[0]), .max = (last) }

/*
 * Attributes that are absent leave the member as it is; unknown ones are
 * skipped. 0 or -EBADMSG (a length that does not fit the type).
 */
int genl_decode(const struct genl_set *set, const void *attrs, size_t len, void *out);
/* The same for a whole generic netlink message. */
int genl_decode_msg(const struct genl_set *set, const struct nlmsghdr *nlh, void *out);
/* Command of a generic netlink message, -EBADMSG when it is too short. */
int genl_command(const struct nlmsghdr *nlh);

/**
 * struct genl_io - how octets come and go; other than sockets only in tests
 * @send: sends a finished message; 0 or a negative errno
 * @recv: one datagram without blocking into @buf; its octets or a negative errno
 *	(-EAGAIN for none, -EMSGSIZE for a truncated one); @port gets the sender's
 */
struct genl_io {
	int (*send)(struct genl *g, struct nl_msg *msg);
	ssize_t (*recv)(struct genl *g, void *buf, size_t cap, uint32_t *port);
};

/**
 * struct genl - a channel
 * @sk: libnl socket
 * @fd: to poll
 * @family: id of the family
 * @timeout_ms: how long a call waits
 * @io: how octets come and go
 * @notice: gets what is not a reply (sequence number 0); may be NULL
 * @arg: for @notice and @io
 * @buf: of GENL_DATAGRAM_MAX octets
 * @gone: the family was removed
 * @overrun: notices were lost since the owner has reset it
 * @extack: text of the module about the last failed call, "" for none
 * @attr: name of the attribute that it is about, "" for none
 */
struct genl {
	struct nl_sock *sk;
	int fd;
	uint16_t family;
	unsigned int timeout_ms;
	const struct genl_io *io;
	void (*notice)(void *arg, const struct nlmsghdr *nlh);
	void *arg;
	void *buf;
	bool gone, overrun;
	char extack[256];
	char attr[128];
};

/* Prepares an empty channel; genl_close() is safe from here on. */
void genl_init(struct genl *g);
/* Connects and resolves the family. @group: to join with the removal notices, "" for these only, NULL for none. */
int genl_open(struct genl *g, const char *group);
/* A channel over other means. The caller keeps @fd. */
int genl_open_io(struct genl *g, int fd, uint16_t family, const struct genl_io *io);
void genl_close(struct genl *g);
bool genl_is_open(const struct genl *g);
/* The family is registered now. */
bool genl_family_present(const struct genl *g);

/* -- building: the first failure sticks and comes out of genl_call() */
struct genl_msg {
	struct nl_msg *nl;
	int err;
};

void genl_msg_init(struct genl_msg *m, const struct genl *g, int cmd, bool dump, size_t room);
void genl_msg_drop(struct genl_msg *m);	/* instead of genl_call() */
void genl_put(struct genl_msg *m, int attr, const void *data, size_t len);
void genl_put_u8(struct genl_msg *m, int attr, uint8_t v);
void genl_put_u16(struct genl_msg *m, int attr, uint16_t v);
void genl_put_u32(struct genl_msg *m, int attr, uint32_t v);
void genl_put_u64(struct genl_msg *m, int attr, uint64_t v);
void genl_put_s32(struct genl_msg *m, int attr, int32_t v);
void genl_put_flag(struct genl_msg *m, int attr);
/* With the NUL; -EINVAL when it is longer than @max characters. */
void genl_put_str(struct genl_msg *m, int attr, const char *s, size_t max);
struct nlattr *genl_nest(struct genl_msg *m, int attr);
void genl_nest_end(struct genl_msg *m, struct nlattr *nest);

/*
 * A reply; not 0 stops further ones and becomes the result. The message is
 * valid until return.
 */
typedef int (*genl_reply_fn)(void *arg, const struct nlmsghdr *nlh);

/*
 * Sends @m, frees it and handles replies until the acknowledgement or the end of
 * the dump. @set names attributes in errors and may be NULL. -EINTR when the
 * dump is not consistent.
 */
int genl_call(struct genl *g, struct genl_msg *m, const struct genl_set *set,
	      genl_reply_fn fn, void *arg);
/*
 * Hands notices that wait to @notice, without blocking. 0, or a negative errno:
 * -ENOBUFS when some were lost, -EPROTONOSUPPORT when the family went away.
 */
int genl_drain(struct genl *g);
/* Like genl_drain(), but at most one datagram. 1 when there was one. */
int genl_drain_one(struct genl *g);

#endif
