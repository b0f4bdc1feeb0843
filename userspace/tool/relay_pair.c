// SPDX-License-Identifier: GPL-2.0
/*
 * The pair of sockets of omasec obex-relay. See relay_pair.h.
 *
 * Nothing is taken for granted: protection is asked for by setsockopt(TCP_ULP), which
 * fails without the module, and the list of flows must then have the one socket, with the
 * rule that was named, and not the other.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay_pair.h"

#ifndef TCP_ULP
#define TCP_ULP 31
#endif

#define ULP "omasec"
#define CONNECT_S 5	/* over loopback nothing takes as long */
#define PORT_TRIES 100	/* another relay has the port for a moment */
#define PORT_STEP_MS 20

static int pair_socket(bool protect, int *fd)
{
	struct timeval patience = { .tv_sec = CONNECT_S };
	int one = 1;

	/* Not whatever a preloaded library makes of protocol 0. */
	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	if (*fd < 0)
		return -errno;
	if (setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		return -errno;
	return protect && setsockopt(*fd, IPPROTO_TCP, TCP_ULP, ULP, sizeof(ULP) - 1) ? -errno : 0;
}

static int pair_listen(int fd, const struct sockaddr_in *a)
{
	struct timespec step = { .tv_nsec = PORT_STEP_MS * 1000000L };
	int i, rc = 0;

	for (i = 0; i < PORT_TRIES; i++) {
		rc = bind(fd, (const struct sockaddr *)a, sizeof(*a)) || listen(fd, 1) ? -errno : 0;
		if (rc != -EADDRINUSE)
			break;
		nanosleep(&step, NULL);
	}
	return rc;
}

int relay_pair_accept(int listener, int mine, int *fd)
{
	struct sockaddr_in me, peer;
	socklen_t len = sizeof(me);

	if (getsockname(mine, (struct sockaddr *)&me, &len))
		return -errno;
	for (;;) {
		len = sizeof(peer);
		*fd = accept4(listener, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC);
		if (*fd < 0 && errno != ECONNABORTED && errno != EINTR)
			return -errno;
		if (*fd < 0)
			continue;
		if (peer.sin_family == AF_INET && peer.sin_port == me.sin_port &&
		    peer.sin_addr.s_addr == me.sin_addr.s_addr)
			return 0;
		close(*fd);
	}
}

/* Connects both ends. *@step: what failed. 0 or a negative errno. */
static int pair_connect(const struct omasec_rule *rule, struct relay_pair *pair, const char **step)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET,
		.sin_port = htons(rule->port_min),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	bool out = rule->direction == OMASEC_DIRECTION_OUT;
	int *connecting = out ? &pair->protected : &pair->other;
	int *accepted = out ? &pair->other : &pair->protected;
	int listener = -1, one = 1, rc;

	*step = "protecting";
	rc = pair_socket(!out, &listener);
	if (!rc)
		rc = pair_socket(out, connecting);
	if (!rc) {
		*step = "listening on";
		rc = pair_listen(listener, &a);
	}
	if (!rc) {
		*step = "connecting to";
		rc = connect(*connecting, (struct sockaddr *)&a, sizeof(a)) ? -errno : 0;
	}
	if (!rc)
		rc = relay_pair_accept(listener, *connecting, accepted);
	if (!rc && setsockopt(*accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		rc = -errno;
	if (listener >= 0)
		close(listener);
	return rc;
}

/* ------------------------------------------------------------------ what the module says */

struct pair_flows {
	uint64_t protected, other;	/* inodes */
	bool found, found_other;
	struct omasec_flow flow, other_flow;
};

static int pair_flow(void *arg, const struct omasec_flow *f)
{
	struct pair_flows *p = arg;

	if (f->inode && f->inode == p->protected) {
		p->found = true;
		p->flow = *f;
	} else if (f->inode && f->inode == p->other) {
		p->found_other = true;
		p->other_flow = *f;
	}
	return 0;
}

/* 0 or a negative errno of libomasec. */
static int pair_ask(struct tool *t, const struct relay_pair *pair, struct pair_flows *p)
{
	struct stat st;

	memset(p, 0, sizeof(*p));
	if (!fstat(pair->protected, &st))
		p->protected = st.st_ino;
	if (!fstat(pair->other, &st))
		p->other = st.st_ino;
	return omasec_flow_each(t->o, pair_flow, p);
}

/* The upper layer protocol of a socket is omasec, or there is none. */
static bool pair_ulp(int fd, bool omasec)
{
	char name[16] = "";
	socklen_t len = sizeof(name);

	if (getsockopt(fd, IPPROTO_TCP, TCP_ULP, name, &len))
		return false;
	return omasec ? len && !strncmp(name, ULP, sizeof(name)) : !len;
}

static int pair_verify(struct tool *t, const struct omasec_rule *rule, const struct relay_pair *pair)
{
	struct pair_flows p;
	int rc = pair_ask(t, pair, &p);

	if (rc)
		return tool_refused(t, rc);
	if (!p.found || p.flow.listener || !pair_ulp(pair->protected, true))
		return tool_error(t, EXIT_REFUSED, "rule %s does not select 127.0.0.1:%u for this program: look at its address, uid and cgroup",
				  rule->name, rule->port_min);
	if (p.flow.rule != rule->id)
		return tool_error(t, EXIT_REFUSED, "rule %u selects 127.0.0.1:%u before rule %s does (omasec rule list)",
				  p.flow.rule, rule->port_min, rule->name);
	if (p.flow.reason)
		return tool_error(t, EXIT_REFUSED, "refused, %s: %s", omasec_reason_name(p.flow.reason),
				  omasec_reason_text(p.flow.reason));
	if (p.found_other || !pair_ulp(pair->other, false))
		return tool_error(t, EXIT_REFUSED, "rule %u selects the other end of 127.0.0.1:%u, too: give rule %s a port that no other rule names",
				  p.other_flow.rule, rule->port_min, rule->name);
	return 0;
}

static int pair_failed(struct tool *t, const struct omasec_rule *rule, int err, const char *step)
{
	const char *why = strerror(-err);

	if (err == -ENOENT)
		why = "the module does not protect it (is it loaded?)";
	else if (err == -ESHUTDOWN)
		why = "no new sockets are protected (omasec flow attach)";
	else if (err == -EADDRINUSE)
		why = "another program has the port: give the rule one of its own";
	else if (err == -EAGAIN || err == -EINPROGRESS)
		why = "no answer over loopback";
	return tool_error(t, tool_exit_code(err), "%s 127.0.0.1:%u of rule %s: %s", step, rule->port_min,
			  rule->name, why);
}

int relay_pair_open(struct tool *t, const struct omasec_rule *rule, struct relay_pair *pair)
{
	const char *step;
	int rc;

	*pair = (struct relay_pair){ -1, -1 };
	rc = pair_connect(rule, pair, &step);
	return rc ? pair_failed(t, rule, rc, step) : pair_verify(t, rule, pair);
}

uint32_t relay_pair_reason(struct tool *t, const struct relay_pair *pair)
{
	struct pair_flows p;

	return pair->protected < 0 || pair_ask(t, pair, &p) || !p.found ? 0 : p.flow.reason;
}

void relay_pair_close(struct relay_pair *pair, bool abort)
{
	struct linger now = { .l_onoff = 1 };

	if (pair->protected >= 0) {
		if (abort)
			setsockopt(pair->protected, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(pair->protected);
	}
	if (pair->other >= 0)
		close(pair->other);
	*pair = (struct relay_pair){ -1, -1 };
}
