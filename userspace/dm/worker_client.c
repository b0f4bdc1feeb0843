// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Parent's side of the worker; see worker_client.h. One request is a small
 * state machine: hello (of a new worker), sending, head of the answer, rest of
 * the answer. Whatever goes wrong with a worker ends in worker_drop(): the
 * process is killed and reaped, the request fails, the next one gets another.
 *
 * The parent does not trust the worker: an answer of the wrong kind, size or
 * content is a fault of the worker, never used.
 */
#include "worker_client.h"
#include "text.h"
#include "worker_ipc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/omasec.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_MS	2000
#define WARM_FACTOR	15
#define RECYCLE_MESSAGES 10000
#define RECYCLE_OCTETS	(1u << 30)
#define BACKOFF_MS	50	/* after the second failure in a row, then doubled */
#define BACKOFF_MAX_MS	5000

struct piece { const uint8_t *data; size_t len; };

struct worker_client {
	char *path;
	unsigned int timeout_ms, recycle_messages;
	struct worker_client_stats stats;

	/* the worker */
	pid_t pid;
	int fd;
	bool ready;		/* its HELLO was good */
	unsigned int served;
	uint64_t octets;
	uint32_t parse_id;	/* the message it holds; 0: none */
	unsigned int failures;	/* in a row */
	int64_t not_before;

	/* the request; op 0: none */
	uint32_t op, id, last_id;
	int64_t deadline;
	struct worker_frame head;
	union {
		struct worker_parse parse;
		struct worker_list list;
		struct worker_edit edit;
		struct worker_challenge challenge;
		struct worker_xsec xsec;
	} lead;
	struct piece send[3];
	unsigned int sending;

	/* the worker's question in the middle of it */
	const struct xsec_crypto *crypto;
	unsigned int asked;
	struct worker_crypto_done done;
	struct xsec_reply reply;

	/* the answer */
	struct worker_frame answer;
	size_t head_got, got;
	uint8_t *payload;

	/* where it goes */
	struct dm_facts *facts;
	const struct dm_facts *listed;
	struct dm_list *list;
	uint8_t **out;
	size_t *out_len;
	struct dm_error *err;
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct worker_client *worker_client_new(const struct worker_client_options *options)
{
	struct worker_client *wc = calloc(1, sizeof(*wc));

	if (!wc)
		return NULL;
	wc->path = strdup(options->path);
	if (!wc->path) {
		free(wc);
		return NULL;
	}
	wc->timeout_ms = options->timeout_ms ? options->timeout_ms : TIMEOUT_MS;
	wc->recycle_messages = options->recycle_messages ? options->recycle_messages :
							   RECYCLE_MESSAGES;
	wc->fd = -1;
	return wc;
}

/* Kills and reaps; the wait status, or 0 when somebody else has reaped it. */
static int worker_end(struct worker_client *wc)
{
	int status = 0;

	if (wc->fd >= 0)
		close(wc->fd);
	wc->fd = -1;
	if (wc->pid > 0) {
		kill(wc->pid, SIGKILL);
		while (waitpid(wc->pid, &status, 0) < 0) {
			if (errno != EINTR) {
				status = 0;
				break;
			}
		}
	}
	wc->pid = 0;
	wc->ready = false;
	wc->served = 0;
	wc->octets = 0;
	wc->parse_id = 0;
	return status;
}

/* It may be what was encrypted. */
static void reply_clear(struct worker_client *wc)
{
	if (wc->reply.data)
		explicit_bzero(wc->reply.data, wc->reply.len);
	free(wc->reply.data);
	memset(&wc->reply, 0, sizeof(wc->reply));
}

static void request_clear(struct worker_client *wc)
{
	free(wc->payload);
	wc->payload = NULL;
	reply_clear(wc);
	wc->crypto = NULL;
	wc->asked = 0;
	wc->op = 0;
	wc->sending = 0;
	wc->head_got = wc->got = 0;
	wc->facts = NULL;
	wc->listed = NULL;
	wc->list = NULL;
	wc->out = NULL;
	wc->out_len = NULL;
	wc->err = NULL;
}

void worker_client_free(struct worker_client *wc)
{
	if (!wc)
		return;
	request_clear(wc);
	worker_end(wc);
	free(wc->path);
	free(wc);
}

static void count_failure(struct worker_client *wc)
{
	unsigned int doublings;
	int64_t delay;

	wc->failures++;
	if (wc->failures < 2)
		return;
	doublings = wc->failures - 2 < 7 ? wc->failures - 2 : 7;
	delay = (int64_t)BACKOFF_MS << doublings;
	wc->not_before = now_ms() + (delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS);
}

/* The worker is of no more use; the request, if any, fails with @error. */
static int worker_drop(struct worker_client *wc, int error, const char *why)
{
	unsigned int reason = error == -ETIMEDOUT ? OMASEC_REASON_DEADLINE :
						    OMASEC_REASON_WORKER_DIED;
	struct dm_error *err = wc->err;
	int status = worker_end(wc);

	count_failure(wc);
	if (error != -EPIPE)
		dm_fail(err, reason, "%s; it was killed", why);
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		dm_fail(err, reason, "worker was killed by signal %d", WTERMSIG(status));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_SANDBOX)
		dm_fail(err, reason, "worker could not close its sandbox");
	else if (WIFEXITED(status))
		dm_fail(err, reason, "worker ended with status %d", WEXITSTATUS(status));
	else
		dm_fail(err, reason, "worker was killed");
	if (error == -ETIMEDOUT)
		wc->stats.timeouts++;
	else if (error == -EPROTO)
		wc->stats.nonsense++;
	else
		wc->stats.deaths++;
	request_clear(wc);
	return error;
}

/* Descriptors 0 to 3 are the child's; keep ours away from them. */
static int high_fd(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, WORKER_FD + 1);

	close(fd);
	return high;
}

static int spawn_with(struct worker_client *wc, int child_fd)
{
	char *const argv[] = { (char *)WORKER_NAME, NULL }, *const envp[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int ret;

	sigemptyset(&none);
	sigfillset(&all);
	ret = posix_spawn_file_actions_init(&actions);
	if (ret)
		return -ret;
	ret = posix_spawnattr_init(&attr);
	if (ret) {
		posix_spawn_file_actions_destroy(&actions);
		return -ret;
	}
	/* stderr stays until the sandbox is closed, to say why that failed */
	ret = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, 0, 1);
	if (!ret)
		ret = posix_spawn_file_actions_adddup2(&actions, child_fd, WORKER_FD);
	if (!ret)
		ret = posix_spawnattr_setsigmask(&attr, &none);
	if (!ret)
		ret = posix_spawnattr_setsigdefault(&attr, &all);
	if (!ret)
		ret = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	if (!ret)
		ret = posix_spawn(&wc->pid, wc->path, &actions, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (ret)
		wc->pid = 0;
	return -ret;
}

static int worker_spawn(struct worker_client *wc, struct dm_error *err)
{
	int pair[2], ret;

	if (now_ms() < wc->not_before) {
		dm_fail(err, OMASEC_REASON_WORKER_DIED, "worker failed %u times in a row; "
			"another is started in %lld ms", wc->failures,
			(long long)(wc->not_before - now_ms()));
		return -EAGAIN;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		ret = -errno;
		goto failed;
	}
	pair[0] = high_fd(pair[0]);
	pair[1] = high_fd(pair[1]);
	if (pair[0] < 0 || pair[1] < 0 || fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0)
		ret = -errno;
	else
		ret = spawn_with(wc, pair[1]);
	if (pair[1] >= 0)
		close(pair[1]);
	if (ret) {
		if (pair[0] >= 0)
			close(pair[0]);
		goto failed;
	}
	wc->fd = pair[0];
	wc->stats.spawns++;
	return 0;
failed:
	count_failure(wc);
	dm_fail(err, OMASEC_REASON_HELPER_ERROR, "cannot start %.60s: %s", wc->path,
		strerror(-ret));
	return ret;
}

/* An idle worker says nothing: readable means that it died or went mad. */
static void check_idle(struct worker_client *wc)
{
	uint8_t octet;
	ssize_t n;

	if (wc->fd < 0 || !wc->ready)
		return;
	n = recv(wc->fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	worker_drop(wc, n > 0 ? -EPROTO : -EPIPE, "worker spoke unasked");
}

static int request_prepare(struct worker_client *wc, struct dm_error *err)
{
	if (wc->op) {
		dm_fail(err, OMASEC_REASON_HELPER_ERROR, "worker is busy with another request");
		return -EBUSY;
	}
	check_idle(wc);
	return 0;
}

static void request_start(struct worker_client *wc, uint32_t op, size_t lead_len,
			  const uint8_t *body, size_t len, struct dm_error *err)
{
	if (!++wc->last_id)
		wc->last_id = 1;
	wc->op = op;
	wc->id = wc->last_id;
	wc->err = err;
	wc->deadline = now_ms() + wc->timeout_ms;
	wc->head = (struct worker_frame){
		WORKER_MAGIC, op, wc->id, (uint32_t)(lead_len + len),
	};
	wc->send[0] = (struct piece){ (const uint8_t *)&wc->head, sizeof(wc->head) };
	wc->send[1] = (struct piece){ (const uint8_t *)&wc->lead, lead_len };
	wc->send[2] = (struct piece){ body, len };
	wc->sending = 0;
	wc->head_got = wc->got = 0;
	wc->stats.requests++;
}

/* Before a request that needs nothing of the ones before: a fresh worker now and then. */
static int worker_ensure(struct worker_client *wc, struct dm_error *err)
{
	if (wc->fd >= 0 && (wc->served >= wc->recycle_messages || wc->octets >= RECYCLE_OCTETS)) {
		worker_end(wc);
		wc->stats.recycled++;
	}
	return wc->fd < 0 ? worker_spawn(wc, err) : 0;
}

int worker_client_start_parse(struct worker_client *wc, const char *content_type,
			      const uint8_t *body, size_t len,
			      struct dm_facts *facts, struct dm_error *err)
{
	int ret = request_prepare(wc, err);

	if (ret)
		return ret;
	if (len > DM_BODY_MAX) {
		dm_fail(err, OMASEC_REASON_TOO_LARGE, "message is over %u octets", DM_BODY_MAX);
		return -EBADMSG;
	}
	if (!content_type || strnlen(content_type, DM_TYPE_MAX) == DM_TYPE_MAX)
		return dm_fail(err, OMASEC_REASON_DM_BAD,
			       "content type is missing or over %u octets", DM_TYPE_MAX - 1);
	ret = worker_ensure(wc, err);
	if (ret)
		return ret;
	wc->parse_id = 0;
	wc->facts = facts;
	memset(&wc->lead.parse, 0, sizeof(wc->lead.parse));
	memcpy(wc->lead.parse.content_type, content_type, strlen(content_type));
	request_start(wc, WORKER_PARSE, sizeof(wc->lead.parse), body, len, err);
	return 0;
}

static int start_output(struct worker_client *wc, uint8_t **out, size_t *len,
			struct dm_error *err)
{
	int ret = request_prepare(wc, err);

	if (ret)
		return ret;
	if (!wc->parse_id) {
		dm_fail(err, OMASEC_REASON_WORKER_DIED, "worker no longer has the message");
		return -EPIPE;
	}
	wc->out = out;
	wc->out_len = len;
	memset(&wc->lead, 0, sizeof(wc->lead));
	return 0;
}

int worker_client_start_list(struct worker_client *wc, bool items, const struct dm_facts *facts,
			     struct dm_list *list, struct dm_error *err)
{
	int ret = start_output(wc, NULL, NULL, err);

	if (ret)
		return ret;
	wc->listed = facts;
	wc->list = list;
	wc->lead.list = (struct worker_list){ wc->parse_id, items };
	request_start(wc, WORKER_LIST, sizeof(wc->lead.list), NULL, 0, err);
	return 0;
}

int worker_client_start_change(struct worker_client *wc, const struct dm_edits *edits,
			       const struct dm_changes *changes, uint8_t **out, size_t *len,
			       struct dm_error *err)
{
	size_t more = changes ? dm_changes_size(changes) : 0;
	int ret;

	if (!dm_edits_valid(edits) || (changes && !dm_changes_valid(changes, more)))
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "edits are out of range");
	ret = start_output(wc, out, len, err);
	if (ret)
		return ret;
	wc->lead.edit.parse_id = wc->parse_id;
	wc->lead.edit.edits = *edits;
	request_start(wc, WORKER_EDIT, sizeof(wc->lead.edit), (const uint8_t *)changes, more, err);
	return 0;
}

int worker_client_start_edit(struct worker_client *wc, const struct dm_edits *edits,
			     uint8_t **out, size_t *len, struct dm_error *err)
{
	return worker_client_start_change(wc, edits, NULL, out, len, err);
}

int worker_client_start_challenge(struct worker_client *wc,
				  const struct dm_challenge *challenge,
				  uint8_t **out, size_t *len, struct dm_error *err)
{
	int ret;

	if (!dm_challenge_valid(challenge))
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "challenge is out of range");
	ret = start_output(wc, out, len, err);
	if (ret)
		return ret;
	wc->lead.challenge.parse_id = wc->parse_id;
	wc->lead.challenge.challenge = *challenge;
	request_start(wc, WORKER_CHALLENGE, sizeof(wc->lead.challenge), NULL, 0, err);
	return 0;
}

int worker_client_start_xsec(struct worker_client *wc, const struct worker_xsec *how,
			     const uint8_t *message, size_t len, const struct xsec_crypto *crypto,
			     uint8_t **out, size_t *out_len, struct dm_error *err)
{
	int ret = request_prepare(wc, err);

	if (ret)
		return ret;
	if (!worker_xsec_valid(how))
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "operation is out of range");
	if (len > XSEC_MESSAGE_MAX) {
		dm_fail(err, OMASEC_REASON_TOO_LARGE, "message is over %u octets", XSEC_MESSAGE_MAX);
		return -EBADMSG;
	}
	/* the message parsed last is the worker's; not lost for a round number */
	ret = wc->parse_id && wc->fd >= 0 ? 0 : worker_ensure(wc, err);
	if (ret)
		return ret;
	wc->out = out;
	wc->out_len = out_len;
	wc->crypto = crypto;
	wc->lead.xsec = *how;
	request_start(wc, WORKER_XSEC, sizeof(wc->lead.xsec), message, len, err);
	return 0;
}

/* 0 when @got has reached @len; -EINPROGRESS, -EPIPE */
static int receive(struct worker_client *wc, void *to, size_t *got, size_t len)
{
	while (*got < len) {
		ssize_t n = recv(wc->fd, (uint8_t *)to + *got, len - *got, 0);

		if (n > 0)
			*got += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else if (n < 0 && errno == EAGAIN)
			return -EINPROGRESS;
		else
			return -EPIPE;
	}
	return 0;
}

static int step_send(struct worker_client *wc)
{
	while (wc->sending < 3) {
		struct piece *p = &wc->send[wc->sending];
		ssize_t n = p->len ? send(wc->fd, p->data, p->len, MSG_NOSIGNAL) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -EINPROGRESS : -EPIPE;
		p->data += n;
		p->len -= (size_t)n;
		if (!p->len)
			wc->sending++;
	}
	return 0;
}

static bool answer_expected(const struct worker_client *wc)
{
	const struct worker_frame *a = &wc->answer;

	if (!worker_frame_valid(a))
		return false;
	if (!wc->ready)
		return a->op == WORKER_HELLO && a->id == 0;
	if (a->id != wc->id)
		return false;
	if (a->op == WORKER_CRYPTO)
		return wc->op == WORKER_XSEC && wc->asked < worker_xsec_questions(&wc->lead.xsec);
	return a->op == WORKER_ERROR ||
	       a->op == (wc->op == WORKER_PARSE ? WORKER_FACTS :
			 wc->op == WORKER_LIST ? WORKER_COMMANDS : WORKER_BODY);
}

/* A whole frame, checked as a frame, in wc->answer and wc->payload. */
static int step_receive(struct worker_client *wc)
{
	int ret = receive(wc, &wc->answer, &wc->head_got, sizeof(wc->answer));

	if (ret)
		return ret;
	if (!wc->payload) {
		if (!answer_expected(wc))
			return -EPROTO;
		wc->payload = malloc(wc->answer.length);
		if (!wc->payload)
			return -ENOMEM;
	}
	return receive(wc, wc->payload, &wc->got, wc->answer.length);
}

static int step_hello(struct worker_client *wc)
{
	const struct worker_hello *hello;
	int ret = step_receive(wc);

	if (ret)
		return ret;
	hello = (const struct worker_hello *)wc->payload;
	if (!worker_hello_valid(hello))
		return -EPROTO;
	wc->stats.landlock = hello->landlock;
	free(wc->payload);
	wc->payload = NULL;
	wc->head_got = wc->got = 0;
	wc->ready = true;
	return 0;
}

/*
 * The worker asks for a secret to be used: as often as its request has need of, for what it
 * says, and for the one key that the caller means. That is all that it can ask for.
 */
static int step_crypto(struct worker_client *wc)
{
	const struct worker_crypto *ask = (const struct worker_crypto *)wc->payload;
	struct xsec_request r;

	if (!worker_crypto_fits(ask, &wc->lead.xsec))
		return -EPROTO;
	r = (struct xsec_request) {
		.op = ask->op, .sign = ask->sign, .cipher = ask->cipher, .wrap = ask->wrap,
		.data = wc->payload + sizeof(*ask), .len = wc->answer.length - sizeof(*ask),
		.wrapped = ask->wrapped, .wrapped_len = ask->wrapped_len,
	};
	wc->asked++;
	reply_clear(wc);
	memset(&wc->done, 0, sizeof(wc->done));
	wc->done.error = wc->crypto->fn(wc->crypto->private, &r, &wc->reply);
	if (!wc->done.error && (!wc->reply.data || wc->reply.len > WORKER_CRYPTO_MAX ||
				wc->reply.wrapped_len > sizeof(wc->done.wrapped)))
		wc->done.error = -EINVAL;
	if (wc->done.error) {
		reply_clear(wc);
	} else {
		wc->done.wrapped_len = (uint32_t)wc->reply.wrapped_len;
		memcpy(wc->done.wrapped, wc->reply.wrapped, wc->reply.wrapped_len);
	}
	wc->head = (struct worker_frame){
		WORKER_MAGIC, WORKER_CRYPTO_DONE, wc->id, (uint32_t)(sizeof(wc->done) + wc->reply.len),
	};
	wc->send[0] = (struct piece){ (const uint8_t *)&wc->head, sizeof(wc->head) };
	wc->send[1] = (struct piece){ (const uint8_t *)&wc->done, sizeof(wc->done) };
	wc->send[2] = (struct piece){ wc->reply.data, wc->reply.len };
	wc->sending = 0;
	free(wc->payload);
	wc->payload = NULL;
	wc->head_got = wc->got = 0;
	return 0;
}

static int step_exchange(struct worker_client *wc)
{
	int ret;

	do {
		ret = step_send(wc);
		if (!ret)
			ret = step_receive(wc);
		if (ret || wc->answer.op != WORKER_CRYPTO)
			return ret;
		ret = step_crypto(wc);
	} while (!ret);
	return ret;
}

static int finish_error(struct worker_client *wc)
{
	struct worker_error *e = (struct worker_error *)wc->payload;
	int error = e->error;

	if (!dm_label_valid(e->detail.text, sizeof(e->detail.text)))
		return -EPROTO;
	switch (e->detail.reason) {
	case OMASEC_REASON_XML_BAD:
	case OMASEC_REASON_WBXML_BAD:
	case OMASEC_REASON_DM_BAD:
	case OMASEC_REASON_TOO_LARGE:
	case OMASEC_REASON_SIGNATURE_MISSING:
	case OMASEC_REASON_SIGNATURE_WRONG:
	case OMASEC_REASON_SIGNER_UNKNOWN:
	case OMASEC_REASON_ALGORITHM_REFUSED:
	case OMASEC_REASON_PROFILE_VIOLATED:
	case OMASEC_REASON_DECRYPTION_FAILED:
	case OMASEC_REASON_NOT_CONVERTIBLE:
	case OMASEC_REASON_KEY_MISSING:
	case OMASEC_REASON_KEY_REVOKED:
		error = -EBADMSG;
		break;
	case OMASEC_REASON_HELPER_ERROR:
		error = -EINVAL;
		break;
	case OMASEC_REASON_NO_MEMORY:
		error = -ENOMEM;
		break;
	default:
		return -EPROTO;
	}
	if (wc->err)
		*wc->err = e->detail;
	return error;
}

static int finish(struct worker_client *wc)
{
	int ret = 0;

	if (wc->answer.op == WORKER_ERROR) {
		ret = finish_error(wc);
	} else if (wc->answer.op == WORKER_FACTS) {
		memcpy(wc->facts, wc->payload, sizeof(*wc->facts));
		if (!dm_facts_valid(wc->facts) || wc->facts->length !=
		    wc->head.length - sizeof(struct worker_parse)) {
			memset(wc->facts, 0, sizeof(*wc->facts));
			return -EPROTO;
		}
		wc->parse_id = wc->id;
	} else if (wc->answer.op == WORKER_COMMANDS) {
		if (!dm_list_valid((const struct dm_list *)wc->payload, wc->answer.length, wc->listed))
			return -EPROTO;
		memcpy(wc->list, wc->payload, wc->answer.length);
	} else {
		*wc->out = wc->payload;
		*wc->out_len = wc->answer.length;
		wc->payload = NULL;
	}
	if (ret == -EPROTO)
		return ret;
	if (wc->op == WORKER_PARSE || wc->op == WORKER_XSEC)
		wc->served++;
	wc->octets += wc->head.length;
	wc->failures = 0;
	request_clear(wc);
	return ret;
}

int worker_client_step(struct worker_client *wc)
{
	int ret = 0;

	if (!wc->op)
		return -EINVAL;
	if (!wc->ready)
		ret = step_hello(wc);
	if (!ret)
		ret = step_exchange(wc);
	if (!ret) {
		ret = finish(wc);
		if (!wc->op)
			return ret;
	}
	if (ret == -EINPROGRESS && now_ms() >= wc->deadline)
		return worker_drop(wc, -ETIMEDOUT, "worker did not answer in time");
	if (ret == -ENOMEM) {
		struct dm_error *err = wc->err;

		worker_drop(wc, -EPROTO, "no memory for the worker's answer");
		dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
		return -ENOMEM;
	}
	if (ret == -EPIPE || ret == -EPROTO)
		return worker_drop(wc, ret, "worker answered nonsense");
	return ret;
}

int worker_client_fd(const struct worker_client *wc)
{
	return wc->fd;
}

short worker_client_events(const struct worker_client *wc)
{
	if (!wc->op)
		return 0;
	return wc->ready && wc->sending < 3 ? POLLOUT : POLLIN;
}

int worker_client_timeout(const struct worker_client *wc)
{
	int64_t left;

	if (!wc->op)
		return -1;
	left = wc->deadline - now_ms();
	return left > 0 ? (int)left : 0;
}

int worker_client_warm(struct worker_client *wc, struct dm_error *err)
{
	/* No message waits yet, and a device that has just booted has much else to do. */
	int64_t deadline = now_ms() + WARM_FACTOR * (int64_t)wc->timeout_ms;
	int ret = request_prepare(wc, err);

	if (!ret && wc->fd < 0)
		ret = worker_spawn(wc, err);
	wc->err = err;
	while (!ret && !wc->ready) {
		struct pollfd p = { .fd = wc->fd, .events = POLLIN };

		ret = step_hello(wc);
		if (ret != -EINPROGRESS)
			break;
		if (now_ms() >= deadline)
			return worker_drop(wc, -ETIMEDOUT, "worker did not start in time");
		poll(&p, 1, (int)(deadline - now_ms()));
		ret = 0;
	}
	if (ret == -EPIPE || ret == -EPROTO || ret == -ENOMEM)
		return worker_drop(wc, ret == -EPIPE ? ret : -EPROTO,
				   "worker is of another build");
	wc->err = NULL;
	return ret;
}

pid_t worker_client_pid(const struct worker_client *wc)
{
	return wc->pid;
}

void worker_client_stats(const struct worker_client *wc, struct worker_client_stats *stats)
{
	*stats = wc->stats;
}
