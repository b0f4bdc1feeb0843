// SPDX-License-Identifier: GPL-2.0
/* Application and carrier of omasec obex-relay. See relay_stream.h. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "relay_stream.h"

/* As in BlueZ's bluetooth/bluetooth.h, which is not worth a dependency for one number. */
#define BTPROTO_RFCOMM 3

/* How long a tty may take for octets that it has. */
#define FLUSH_MS 5000
#define FLUSH_STEP_MS 20

/* ------------------------------------------------------------------ what it is */

static int stream_nonblock(int fd, int *was)
{
	*was = fcntl(fd, F_GETFL);
	if (*was < 0)
		return -errno;
	return fcntl(fd, F_SETFL, *was | O_NONBLOCK) ? -errno : 0;
}

/* Octets as they are. Speed, flow control by lines and CLOCAL stay as they are set. */
static int stream_raw(struct relay_stream *s)
{
	struct termios raw;

	if (tcgetattr(s->in, &s->was))
		return -errno;
	raw = s->was;
	cfmakeraw(&raw);
	raw.c_iflag &= ~(tcflag_t)(IXOFF | IXANY);
	raw.c_cflag |= CREAD;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(s->in, TCSANOW, &raw) ? -errno : 0;
}

static bool stream_is_rfcomm(int fd)
{
	int domain = 0, protocol = 0;
	socklen_t len = sizeof(domain);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) && domain == AF_BLUETOOTH &&
	       !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) && protocol == BTPROTO_RFCOMM;
}

int relay_stream_take(struct relay_stream *s, const char *name, int in, int out)
{
	struct stat a, b;
	int rc;

	*s = (struct relay_stream){ .name = name, .in = in, .out = out, .in_flags = -1, .out_flags = -1 };
	if (fstat(in, &a) || fstat(out, &b))
		return -errno;
	/* A socket may be standard input and output at once. */
	s->socket = S_ISSOCK(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	s->rfcomm = s->socket && stream_is_rfcomm(in);
	if (in == out && !s->socket && !isatty(in))
		return -ENOTSOCK;
	if (isatty(in)) {
		rc = stream_raw(s);
		if (rc)
			return rc;
		s->tty = true;
	}
	rc = stream_nonblock(in, &s->in_flags);
	return rc || in == out ? rc : stream_nonblock(out, &s->out_flags);
}

/* ------------------------------------------------------------------ opening */

/* One connection of a listener, which goes in any case. 0, -EINTR or a negative errno; *@fd. */
static int stream_accept(int listener, int signals, int *fd)
{
	struct pollfd p[] = { { .fd = listener, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
	int rc = 0;

	do {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			rc = -errno;
		else if (p[1].revents)
			rc = -EINTR;
		else if (p[0].revents)
			rc = (*fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0 ? -errno : 1;
	} while (!rc || rc == -EAGAIN || rc == -ECONNABORTED);
	close(listener);
	return rc < 0 ? rc : 0;
}

static int stream_unix(const struct relay_spec *spec, int signals, int *fd)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc;
	mode_t was;

	if (s < 0)
		return -errno;
	memcpy(a.sun_path, spec->name, sizeof(spec->name));
	if (spec->kind == RELAY_CONNECT) {
		rc = connect(s, (struct sockaddr *)&a, sizeof(a)) ? -errno : 0;
		if (rc)
			close(s);
		*fd = s;
		return rc;
	}
	was = umask(0177);	/* whoever connects is the application, or the carrier */
	rc = bind(s, (struct sockaddr *)&a, sizeof(a)) ? -errno : 0;
	umask(was);
	if (rc || listen(s, 1)) {
		rc = rc ? rc : -errno;
		close(s);
		return rc;
	}
	rc = stream_accept(s, signals, fd);
	unlink(spec->name);
	return rc;
}

static int stream_tty(const char *path, int *fd)
{
	int tty = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), rc = 0;

	if (tty < 0)
		return -errno;
	if (!isatty(tty) || ioctl(tty, TIOCEXCL))
		rc = -errno;
	if (rc)
		close(tty);
	*fd = tty;
	return rc;
}

/* What the service manager passes is a connection, or a listener for one. */
static int stream_systemd(const char *name, int signals, int *fd)
{
	struct relay_passed passed = {
		getenv("LISTEN_PID"), getenv("LISTEN_FDS"), getenv("LISTEN_FDNAMES")
	};
	int passed_fd = relay_spec_passed(&passed, getpid(), name), listens = 0, rc;
	socklen_t len = sizeof(listens);

	if (passed_fd < 0)
		return passed_fd;
	*fd = passed_fd;
	if (getsockopt(passed_fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) || !listens)
		return 0;
	rc = fcntl(passed_fd, F_SETFL, O_NONBLOCK) ? -errno : 0;
	return rc ? rc : stream_accept(passed_fd, signals, fd);
}

static int stream_failed(struct tool *t, const char *name, const struct relay_spec *spec, int err)
{
	const char *advice = "";

	if (err == -EINTR)
		return err;
	if (spec->kind == RELAY_SYSTEMD && err == -ESRCH)
		return tool_error(t, EXIT_REFUSED, "%s: no descriptor was passed to this process (LISTEN_FDS)", name);
	if (spec->kind == RELAY_SYSTEMD && (err == -ENOENT || err == -EEXIST))
		return tool_error(t, EXIT_REFUSED, "%s: %s of the descriptors that were passed has the name %s (LISTEN_FDNAMES)",
				  name, err == -ENOENT ? "none" : "more than one", spec->name);
	if (spec->kind == RELAY_LISTEN && err == -EADDRINUSE)
		advice = "; remove it if no other program listens on it";
	return tool_error(t, tool_exit_code(err), "%s: %s%s%s%s", name, spec->name, *spec->name ? ": " : "",
			  strerror(-err), advice);
}

int relay_stream_open(struct tool *t, struct relay_stream *s, const char *name,
		      const struct relay_spec *spec, int signals)
{
	int in = spec->fd, out, rc = 0;

	switch (spec->kind) {
	case RELAY_STDIO:
		rc = relay_stream_take(s, name, STDIN_FILENO, STDOUT_FILENO);
		return rc ? stream_failed(t, name, spec, rc) : 0;
	case RELAY_FD:
		break;
	case RELAY_SYSTEMD:
		rc = stream_systemd(spec->name, signals, &in);
		break;
	case RELAY_LISTEN:
	case RELAY_CONNECT:
		rc = stream_unix(spec, signals, &in);
		break;
	case RELAY_TTY:
		rc = stream_tty(spec->name, &in);
		break;
	}
	out = in;
	if (!rc)
		rc = relay_stream_take(s, name, in, out);
	return rc ? stream_failed(t, name, spec, rc) : 0;
}

/* ------------------------------------------------------------------ closing */

void relay_stream_end(struct relay_stream *s)
{
	if (s->socket) {
		shutdown(s->out, SHUT_WR);
	} else if (!s->tty && s->out >= 0) {
		close(s->out);
		s->out = -1;
	}
}

static void stream_flush(int fd)
{
	struct timespec step = { .tv_nsec = FLUSH_STEP_MS * 1000000L };
	int i, left = 0;

	for (i = 0; i < FLUSH_MS / FLUSH_STEP_MS; i++) {
		if (ioctl(fd, TIOCOUTQ, &left) || !left)
			return;
		nanosleep(&step, NULL);
	}
}

void relay_stream_close(struct relay_stream *s, bool flush)
{
	if (s->in < 0)
		return;
	if (s->tty) {
		if (flush)
			stream_flush(s->in);
		else
			tcflush(s->in, TCOFLUSH);
		tcsetattr(s->in, TCSANOW, &s->was);
	}
	if (s->out >= 0 && s->out != s->in) {
		if (s->out_flags >= 0)
			fcntl(s->out, F_SETFL, s->out_flags);
		close(s->out);
	}
	if (s->in_flags >= 0)
		fcntl(s->in, F_SETFL, s->in_flags);
	close(s->in);
	s->in = -1;
	s->out = -1;
}
