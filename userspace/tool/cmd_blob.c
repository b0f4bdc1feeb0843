// SPDX-License-Identifier: GPL-2.0
/* omasec blob. See omasec-blob(8). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "out.h"
#include "pairs.h"
#include "secret.h"
#include "value.h"

/**
 * struct blob - what a command is about
 * @b: for the library; points into the rest
 * @conf: what was said
 * @body: what was read
 * @pin: that was typed
 */
struct blob {
	struct omasec_blob b;
	struct blob_conf conf;
	unsigned char *body;
	struct secret pin;
};

/* One octet more than may be: that is refused with its reason. */
static int blob_read(struct tool *t, const char *path, struct blob *blob)
{
	int fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	ssize_t len;

	if (fd < 0)
		return tool_error(t, EXIT_REFUSED, "%s: %s", path, strerror(errno));
	blob->body = malloc(OMASEC_BLOB_MAX + 1);
	len = blob->body ? input_read(fd, blob->body, OMASEC_BLOB_MAX + 1) : -ENOMEM;
	if (fd != STDIN_FILENO)
		close(fd);
	if (len < 0)
		return tool_error(t, EXIT_REFUSED, "%s: %s", path, strerror((int)-len));
	if (len > OMASEC_BLOB_MAX)
		return tool_error(t, EXIT_REFUSED, "%s: longer than %d octets, the most that can be verified or protected in one piece",
				  path, OMASEC_BLOB_MAX);
	blob->b.body = blob->body;
	blob->b.len = (size_t)len;
	return 0;
}

static int blob_pin(struct tool *t, struct blob *blob)
{
	char why[SECRET_WHY_MAX];
	unsigned int ways = t->given & (OPT_PIN | OPT_SECRET_FILE | OPT_SECRET_FD);
	int rc;

	if (!ways)
		return 0;
	if (ways & (ways - 1))
		return tool_usage(t, "expected only one of --pin, --secret-file and --secret-fd");
	if (ways == OPT_SECRET_FILE)
		rc = secret_from_file(t->secret_file, &blob->pin, why);
	else if (ways == OPT_SECRET_FD)
		rc = secret_from_fd(t->secret_fd, &blob->pin, why);
	else
		rc = secret_from_prompt("the bootstrap message (PIN)", &blob->pin, why);
	if (rc)
		return tool_error(t, tool_exit_code(rc), "%s", why);
	blob->b.pin = blob->pin.data;
	return 0;
}

static const char *given(const char *text)
{
	return *text ? text : NULL;
}

/* All that a command needs. 0 or an exit code; to be freed in any case. */
static int blob_get(struct tool *t, const struct setting_set *set, int argc, char **argv,
		    struct blob *blob)
{
	int kind, rc;

	memset(blob, 0, sizeof(*blob));
	if (argc < 2)
		return tool_usage(t, "expected a kind and a file (- for standard input)");
	kind = omasec_value(OMASEC_NAMES_BLOB_KIND, argv[0]);
	if (kind < 0)
		return tool_usage(t, "%s: expected push, notification, bootstrap-dm, bootstrap-cp or message",
				  argv[0]);
	rc = pairs_read(t, set, &blob->conf, argc - 2, argv + 2);
	if (!rc)
		rc = blob_pin(t, blob);
	if (!rc)
		rc = blob_read(t, argv[1], blob);
	if (!rc)
		rc = tool_connect(t);
	blob->b.kind = (uint8_t)kind;
	blob->b.role = blob->conf.role;
	blob->b.sec = blob->conf.sec;
	blob->b.account = given(blob->conf.account);
	blob->b.mac = given(blob->conf.mac);
	blob->b.content_type = given(blob->conf.content_type);
	blob->b.hmac = given(blob->conf.hmac);
	return rc;
}

static void blob_free(struct blob *blob)
{
	free(blob->body);
	secret_wipe(&blob->pin, sizeof(blob->pin));
}

/* ------------------------------------------------------------------ verify */

static json_t *verdict_json(const struct omasec_blob_verdict *v)
{
	json_t *o = json_object();
	char session[8];

	out_set(o, "accepted", json_boolean(!v->reason));
	out_set(o, "reason", json_string(omasec_reason_name(v->reason)));
	out_set(o, "kind", json_string(omasec_name(OMASEC_NAMES_BLOB_KIND, v->kind)));
	if (*v->text)
		out_set(o, "text", out_text(v->text));
	if (*v->account)
		out_set(o, "account", out_text(v->account));
	if (*v->user)
		out_set(o, "user", out_text(v->user));
	if (v->has_message)
		out_set(o, "message", json_string(omasec_name(OMASEC_NAMES_MESSAGE_KIND, v->message)));
	if (v->sec)
		out_set(o, "sec", json_string(omasec_name(OMASEC_NAMES_SEC, v->sec)));
	if (v->session) {
		snprintf(session, sizeof(session), "%X", v->session);
		out_set(o, "session", json_string(session));
	}
	if (!v->reason) {
		out_set(o, "unchecked", json_boolean(v->unchecked));
		out_set(o, "offset", json_integer(v->offset));
		out_set(o, "length", json_integer(v->length));
	}
	return o;
}

static int verdict_print(const struct tool *t, const struct omasec_blob_verdict *v)
{
	char safe[OMASEC_USER_MAX * 4 + 1];

	printf("accepted%s", v->unchecked ? " unchecked: nothing secures it" : "");
	if (v->has_message)
		printf(": %s", omasec_name(OMASEC_NAMES_MESSAGE_KIND, v->message));
	if (*v->account)
		printf(", account %s", value_safe(v->account, safe, sizeof(safe)));
	if (*v->user)
		printf(", from %s", value_safe(v->user, safe, sizeof(safe)));
	if (v->sec)
		printf(", %s", omasec_name(OMASEC_NAMES_SEC, v->sec));
	if (v->session)
		printf(", session %X", v->session);
	printf("\n");
	return out_finish(t);
}

int cmd_blob_verify(struct tool *t, int argc, char **argv)
{
	struct omasec_blob_verdict v;
	struct blob blob;
	int rc = blob_get(t, &setting_blob_verify, argc, argv, &blob);

	if (rc)
		goto out;
	rc = omasec_blob_verify(t->o, &blob.b, &v);
	if (rc && rc != -EKEYREJECTED) {
		rc = tool_refused(t, rc);
	} else if (t->json) {
		int done = out_json(t, "blob", verdict_json(&v));

		rc = rc ? EXIT_REFUSED : done;
	} else if (rc) {
		rc = tool_error(t, EXIT_REFUSED, "refused, %s: %s", omasec_reason_name(v.reason),
				omasec_error(t->o));
	} else {
		rc = verdict_print(t, &v);
	}
out:
	blob_free(&blob);
	return rc;
}

/* ------------------------------------------------------------------ protect */

static void digest_hex(const struct omasec_blob_protection *p, char out[33])
{
	unsigned int i;

	for (i = 0; i < sizeof(p->digest); i++)
		snprintf(out + 2 * i, 3, "%02x", p->digest[i]);
}

int cmd_blob_protect(struct tool *t, int argc, char **argv)
{
	struct omasec_blob_protection p;
	struct blob blob;
	char hex[33];
	int rc = blob_get(t, &setting_blob_protect, argc, argv, &blob);

	if (rc)
		goto out;
	rc = omasec_blob_protect(t->o, &blob.b, &p);
	if (rc) {
		rc = tool_refused(t, rc);
		goto out;
	}
	digest_hex(&p, hex);
	if (t->json) {
		json_t *o = json_object();

		out_set(o, "account", out_text(p.account));
		if (p.has_digest)
			out_set(o, "digest", json_string(hex));
		if (*p.content_type)
			out_set(o, "content-type", out_text(p.content_type));
		if (*p.mac) {
			out_set(o, "sec", json_string(omasec_name(OMASEC_NAMES_SEC, p.sec)));
			out_set(o, "mac", out_text(p.mac));
		}
		if (*p.hmac)
			out_set(o, "hmac", out_text(p.hmac));
		rc = out_json(t, "protection", o);
		goto out;
	}
	if (p.has_digest)
		printf("digest            %s\n", hex);
	if (*p.content_type)
		printf("content-type      %s\n", p.content_type);
	if (*p.mac)
		printf("mac               %s\n", p.mac);
	if (*p.hmac)
		printf("x-syncml-hmac     %s\n", p.hmac);
	rc = out_finish(t);
out:
	blob_free(&blob);
	return rc;
}
