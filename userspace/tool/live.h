/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sockets that are older than the rule that selects them: found in /proc, with
 * whose they are, and taken over.
 */
#ifndef TOOL_LIVE_H
#define TOOL_LIVE_H

#include <stddef.h>
#include <sys/types.h>

#include "out.h"
#include "tool.h"

/**
 * struct live_socket - a TCP socket as /proc/net/tcp tells of it
 * @family: AF_INET or AF_INET6; an IPv4 peer of an IPv6 socket makes it AF_INET
 * @rule: name of the rule that selects it
 */
struct live_socket {
	uint16_t family;
	bool listener;
	uint8_t local[16], peer[16];
	uint16_t local_port, peer_port;
	uint32_t uid;
	uint64_t inode;
	char rule[OMASEC_NAME_MAX + 1];
};

/* A process that has a socket open. */
struct live_holder {
	uint64_t inode;
	pid_t pid;
	int fd;
};

struct live_list {
	struct live_socket *socket;
	size_t count, cap;
	struct live_holder *holder;	/* of these sockets, by inode */
	size_t holders, holder_cap;
};

/* -- pure */
/* A line of /proc/net/tcp or tcp6: true when it is a socket that somebody has open. */
bool live_parse(const char *line, unsigned int family, struct live_socket *s);
/* Does @r select @s? Cgroups cannot be asked about from here and count as met. */
bool live_selects(const struct omasec_rule *r, const struct live_socket *s);

/* -- looking */
/*
 * Sockets that a rule selects and that are not protected; connections too when
 * @connections. 0 or a negative errno of libomasec.
 */
int live_find(struct tool *t, bool connections, struct live_list *l);
/* The holders of a socket: the first, and how many. */
const struct live_holder *live_holders(const struct live_list *l, uint64_t inode, size_t *count);
void live_free(struct live_list *l);
#define LIVE_TEXT_MAX 384
/* "process 12 (python3) listens on [::]:8080, which rule dm selects" */
void live_text(const struct live_list *l, const struct live_socket *s, char out[LIVE_TEXT_MAX]);

/* -- stopping (stop.c) */
struct stopped;
/* Stops all threads of the holders but ourselves; NULL and an errno when it cannot be. */
struct stopped *stop_holders(const struct live_holder *h, size_t count, int *err);
void stop_release(struct stopped *s);

/* -- taking over */
struct live_result {
	unsigned int listeners, ended, left;
};

/*
 * Takes over what live_find() finds, and complains on standard error about what
 * cannot be. 0 or an exit code when it could not even look.
 */
int live_attach(struct tool *t, struct live_result *r);
/* "Took over 2 listeners.", for people; nothing when there is nothing to say. */
void live_print(const struct live_result *r);
void live_json(const struct live_result *r, json_t *object);

#endif
