// SPDX-License-Identifier: GPL-2.0
/*
 * A message in a worker, see job.h. Whatever the worker fails with becomes a
 * rejection with the worker's reason; the next message gets a worker again.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cred.h"
#include "engine_internal.h"
#include "job.h"
#include "log.h"

/* How the two types of a DM message end. */
#define JOB_XML "+xml"
#define JOB_WBXML "+wbxml"

static bool is_wbxml(const char *type)
{
	size_t len = strlen(type), end = strlen(JOB_WBXML);

	return len >= end && !strcasecmp(type + len - end, JOB_WBXML);
}

/* The octets in hand are of the other encoding now. */
static void job_retype(struct job *j, uint32_t what)
{
	bool xml = what == WORKER_TO_XML;
	size_t len = strlen(j->type) - strlen(xml ? JOB_WBXML : JOB_XML);

	snprintf(j->type + len, sizeof(j->type) - len, "%s", xml ? JOB_XML : JOB_WBXML);
	j->converted = true;
}

/*
 * What of XML security a message goes through (DM Security 1.3, 5.3 and 5.5): what leaves
 * is signed, its objects first, then encrypted; the MAC is the module's and comes last. The
 * Cred that takes its place with integrity signature is in the message before all that.
 * Arriving, all that is taken off in the opposite order, before anybody reads the message.
 * Both are of XML: what an application says in WBXML is XML from before its signature to
 * behind its verification.
 */
static const uint32_t job_arriving[] = { WORKER_DECRYPT, WORKER_VERIFY, WORKER_VERIFY_OBJECTS, 0 };
static const uint32_t job_leaving[] = { WORKER_TO_XML, WORKER_SIGN_OBJECTS, WORKER_SIGN, WORKER_ENCRYPT, 0 };
static const uint32_t job_delivering[] = { WORKER_TO_WBXML, 0 };

static bool job_signs_objects(const struct job *j)
{
	return j->msg.object_signature == OMASEC_OBJECT_SIGNATURE_SIGN ||
	       j->msg.object_signature == OMASEC_OBJECT_SIGNATURE_BOTH;
}

static bool job_requires_signed(const struct job *j)
{
	return j->msg.object_signature == OMASEC_OBJECT_SIGNATURE_REQUIRE ||
	       j->msg.object_signature == OMASEC_OBJECT_SIGNATURE_BOTH;
}

static bool job_wants(const struct job *j, uint32_t what)
{
	switch (what) {
	case WORKER_TO_XML:
		return is_wbxml(j->type);
	case WORKER_TO_WBXML:
		return j->msg.wbxml;
	case WORKER_DECRYPT:
	case WORKER_ENCRYPT:
		return j->msg.confidentiality != OMASEC_CONFIDENTIALITY_NONE;
	case WORKER_VERIFY_OBJECTS:
		return j->msg.object_signature != OMASEC_OBJECT_SIGNATURE_NONE;
	case WORKER_SIGN_OBJECTS:
		return job_signs_objects(j);
	default:
		return j->msg.integrity == OMASEC_INTEGRITY_BOTH ||
		       j->msg.integrity == OMASEC_INTEGRITY_SIGNATURE ||
		       j->msg.integrity == OMASEC_INTEGRITY_ANY;
	}
}

/* Goes on to the next step that @steps have for the message; 0 behind the last one. */
static uint32_t job_wanted(struct job *j, const uint32_t *steps)
{
	while (steps[j->step] && !job_wants(j, steps[j->step]))
		j->step++;
	return steps[j->step];
}

/* Of what is encrypted, the rule says how much that is. */
static uint32_t job_extent(const struct job *j, uint32_t what)
{
	if (j->msg.confidentiality != OMASEC_CONFIDENTIALITY_OBJECTS)
		return what;
	if (what == WORKER_ENCRYPT)
		return WORKER_ENCRYPT_OBJECTS;
	return what == WORKER_DECRYPT ? WORKER_DECRYPT_OBJECTS : what;
}

static enum xsec_cipher job_cipher(const struct job *j)
{
	switch (j->msg.content_cipher) {
	case OMASEC_CONTENT_CIPHER_AES_128_GCM:
		return XSEC_AES128_GCM;
	case OMASEC_CONTENT_CIPHER_AES_256_CBC:
		return XSEC_AES256_CBC;
	case OMASEC_CONTENT_CIPHER_AES_128_CBC:
		return XSEC_AES128_CBC;
	default:
		return XSEC_AES256_GCM;
	}
}

static bool job_wants_any(const struct job *j)
{
	return job_wants(j, WORKER_SIGN) || job_wants(j, WORKER_ENCRYPT) || job_wants(j, WORKER_VERIFY_OBJECTS);
}

/* ------------------------------------------------------------------ AES-CBC */

/*
 * What was encrypted by AES-CBC or RSA 1.5 can be changed, and who learns in what way it is
 * wrong then, decrypts it (Jager, Somorovsky; Bleichenbacher). So it is decrypted only below a
 * MAC that is right; all that fails between there and the facts fails as one; and that
 * only so often.
 */
static struct account *job_account(const struct job *j, const struct engine *e)
{
	return account_find(&e->accounts, j->msg.account);
}

/* Decrypted and read: whatever is wrong now has nothing to do with that. */
static void job_opened(struct job *j, struct engine *e)
{
	struct account *a = j->slot < 0 ? NULL : job_account(j, e);

	if (a)
		budget_give(&a->budget, j->slot);
	j->slot = -1;
}

static void job_not_opened(struct job *j, struct engine *e)
{
	struct account *a = job_account(j, e);
	uint64_t now = (uint64_t)time(NULL);

	if (a) {
		budget_spend(&a->budget, j->slot, now);
		a->budget_dirty = true;
		account_dirty(&e->accounts, a);
		j->blocked = budget_wait(&a->budget, now);
		if (j->blocked)
			log_warning("account %s: %d messages could not be decrypted within an hour: for %u seconds none is",
				    a->name, BUDGET_SLOTS, j->blocked);
	}
	j->slot = -1;
	j->err.reason = OMASEC_REASON_DECRYPTION_FAILED;
	snprintf(j->err.text, sizeof(j->err.text), "message cannot be decrypted");
}

/* A slot for the message is settled, if it has one: did it fail at what @opened says? */
static void job_settle(struct job *j, struct engine *e)
{
	uint32_t reason = j->err.reason;

	if (j->slot < 0)
		return;
	/* With all other reasons no key was used on the content yet. */
	if (j->opened || reason == OMASEC_REASON_DECRYPTION_FAILED || reason == OMASEC_REASON_WORKER_DIED ||
	    reason == OMASEC_REASON_DEADLINE)
		job_not_opened(j, e);
	else
		job_opened(j, e);
}

/* The legacy profile is for messages with a MAC, never for those with a Cred in its place. */
static uint32_t job_mac_reason(const struct job *j)
{
	const struct engine_in in = { .msg = &j->msg, .auth = DM_AUTH_MAC };

	return engine_mac_reason(&in, j->msg.mac_state);
}

/* Whether the message may be decrypted; if not, @step is what is done instead, or the reason is in @err. */
static int job_may_open(struct job *j, struct engine *e, uint32_t *step)
{
	uint64_t now = (uint64_t)time(NULL);
	struct account *a;

	memset(&j->err, 0, sizeof(j->err));
	if (j->msg.mac_state != OMASEC_MAC_STATE_OK) {
		j->sealed = true;
		*step = WORKER_HEADER;
		if (j->msg.confidentiality != OMASEC_CONFIDENTIALITY_WHOLE)
			return 0;
		j->err.reason = job_mac_reason(j);
		snprintf(j->err.text, sizeof(j->err.text), "not authenticated, so not decrypted");
		return -EBADMSG;
	}
	if (account_need(&e->accounts, j->msg.account, &a)) {
		j->err.reason = OMASEC_REASON_HELPER_ERROR;
		snprintf(j->err.text, sizeof(j->err.text), "the account cannot be read");
		return -EIO;
	}
	j->slot = budget_take(&a->budget, now);
	if (j->slot >= 0)
		return 0;
	j->blocked = budget_wait(&a->budget, now);
	j->err.reason = OMASEC_REASON_DECRYPTION_BLOCKED;
	snprintf(j->err.text, sizeof(j->err.text), "%d messages of the account could not be decrypted within an hour: none is for %u seconds",
		 BUDGET_SLOTS, j->blocked);
	return -EBUSY;
}

static void job_fail(struct job *j, struct engine *e, int err)
{
	uint32_t reason;

	job_settle(j, e);
	reason = j->err.reason ? j->err.reason : OMASEC_REASON_HELPER_ERROR;
	free(j->out);
	j->out = NULL;
	engine_reject(&j->d, reason, "%s", j->err.text[0] ? j->err.text : strerror(-err));
	j->state = JOB_DONE;
}

static int job_xsec(struct job *j, uint32_t what, const uint8_t *octets, size_t len)
{
	struct worker_xsec how = {
		.what = job_extent(j, what), .cipher = job_cipher(j), .require = job_requires_signed(j),
	};
	bool keyless = what == WORKER_TO_XML || what == WORKER_TO_WBXML || what == WORKER_HEADER;
	int err;

	memset(&j->err, 0, sizeof(j->err));
	if (what != WORKER_TO_XML && is_wbxml(j->type)) {
		j->err.reason = OMASEC_REASON_PROFILE_VIOLATED;
		snprintf(j->err.text, sizeof(j->err.text),
			 "signatures and encryption are of XML, and this message came in WBXML: have the peer send XML");
		return -EBADMSG;
	}
	/* nothing says: the whole message */
	if ((how.what == WORKER_ENCRYPT || how.what == WORKER_DECRYPT) &&
	    j->msg.confidentiality == OMASEC_CONFIDENTIALITY_MESSAGE)
		snprintf(how.target, sizeof(how.target), "SyncBody");
	j->keys.account = j->msg.account;
	err = keyless ? 0 : keys_choose(&j->keys, &how, &j->err);
	if (err)
		return err;
	j->crypto = (struct xsec_crypto){ .fn = keys_use, .private = &j->keys };
	return worker_client_start_xsec(j->wc, &how, octets, len, &j->crypto, &j->out, &j->out_len,
					&j->err);
}

static void job_parse(struct job *j, struct engine *e)
{
	int err;

	memset(&j->err, 0, sizeof(j->err));
	err = worker_client_start_parse(j->wc, j->msg.content_type, j->body, j->msg.length,
					&j->facts, &j->err);
	if (err)
		job_fail(j, e, err);
	else
		j->state = JOB_PARSE;
}

/*
 * Integrity any: of what came with a MAC the module says hmac. What has none may be signed, and
 * is looked at as if it were; if there is no signature, the MAC is what it lacks.
 */
static void job_unsigned(struct job *j)
{
	j->msg.integrity = OMASEC_INTEGRITY_HMAC;
	j->msg.mac_state = OMASEC_MAC_STATE_MISSING;
}

/* Whether that is what became of the attempt; the message is what it was. */
static bool job_not_signed(struct job *j)
{
	if (j->msg.integrity != OMASEC_INTEGRITY_ANY || j->state != JOB_ARRIVE ||
	    job_arriving[j->step] != WORKER_VERIFY || j->err.reason != OMASEC_REASON_SIGNATURE_MISSING)
		return false;
	keys_done(&j->keys);
	free(j->out);
	j->out = NULL;
	j->out_len = 0;
	job_unsigned(j);
	return true;
}

/* The next thing to take off a message that came in; then it is read. */
static void job_arrive(struct job *j, struct engine *e)
{
	uint32_t what = j->sealed ? 0 : job_wanted(j, job_arriving);
	int err = 0;

	if (!what) {
		job_parse(j, e);
		return;
	}
	if (what == WORKER_VERIFY && j->msg.integrity == OMASEC_INTEGRITY_ANY && is_wbxml(j->type)) {
		job_unsigned(j);
		job_arrive(j, e);
		return;
	}
	if (what == WORKER_DECRYPT && xsec_cipher_is_cbc(job_cipher(j)))
		err = job_may_open(j, e, &what);
	if (!err)
		err = job_xsec(j, what, j->body, j->msg.length);
	if (err)
		job_fail(j, e, err);
	else
		j->state = JOB_ARRIVE;
}

/* From here on the message is what was inside. */
static void job_arrived(struct job *j, struct engine *e)
{
	j->opened = j->slot >= 0;
	if (j->out_len > UINT32_MAX) {
		job_fail(j, e, -EMSGSIZE);
		return;
	}
	keys_done(&j->keys);
	if (job_arriving[j->step] == WORKER_VERIFY && j->any)
		j->msg.integrity = OMASEC_INTEGRITY_SIGNATURE;
	free(j->body);
	j->body = j->out;
	j->msg.length = (uint32_t)j->out_len;
	j->out = NULL;
	j->out_len = 0;
	j->step++;
	job_arrive(j, e);
}

/* The next thing to do to octets that go on. */
static void job_leave(struct job *j, struct engine *e)
{
	uint32_t what = job_wanted(j, j->steps);
	int err;

	if (!what) {
		j->state = JOB_DONE;
		return;
	}
	free(j->bare);
	j->bare = j->out;
	j->bare_len = j->out_len;
	j->out = NULL;
	err = job_xsec(j, what, j->bare, j->bare_len);
	if (err)
		job_fail(j, e, err);
	else
		j->state = JOB_LEAVE;
}

static void job_left(struct job *j, struct engine *e)
{
	uint32_t what = j->steps[j->step];

	keys_done(&j->keys);
	if (what == WORKER_TO_XML || what == WORKER_TO_WBXML)
		job_retype(j, what);
	j->step++;
	job_leave(j, e);
}

/* The octets that go on are there, or are those of the message (@out is NULL). */
static void job_finish(struct job *j, struct engine *e)
{
	bool leaves = j->d.verdict == OMASEC_VERDICT_RESPOND || j->msg.path == OMASEC_PATH_TX;

	j->state = JOB_DONE;
	if ((!job_wants_any(j) && !j->any) || j->d.verdict == OMASEC_VERDICT_REJECT)
		return;
	if (!j->out) {
		j->out = j->body;
		j->out_len = j->msg.length;
		j->body = NULL;
	}
	if (j->d.body == ENGINE_REPEAT)
		snprintf(j->type, sizeof(j->type), "%s", j->d.repeat_type);
	/* It goes on as it is, but the module takes no message of such a rule that nobody has put. */
	if (!job_wants_any(j))
		return;
	j->steps = leaves ? job_leaving : job_delivering;
	j->step = 0;
	job_leave(j, e);
}

static void job_edit(struct job *j, struct engine *e)
{
	int err;

	memset(&j->err, 0, sizeof(j->err));
	if (j->d.body == ENGINE_CHALLENGE)
		err = worker_client_start_challenge(j->wc, &j->d.challenge, &j->out, &j->out_len,
						    &j->err);
	else
		err = worker_client_start_change(j->wc, &j->d.edits, j->listed ? &j->acl->changes : NULL,
						 &j->out, &j->out_len, &j->err);
	if (err)
		job_fail(j, e, err);
	else
		j->state = JOB_EDIT;
}

/* The worker knows only the message that it parsed last. */
static void job_parse_held(struct job *j, struct engine *e)
{
	int err;

	memset(&j->err, 0, sizeof(j->err));
	err = worker_client_start_parse(j->wc, j->d.repeat_type, j->d.repeat, j->d.repeat_len,
					&j->facts, &j->err);
	if (err)
		job_fail(j, e, err);
	else
		j->state = JOB_PARSE_HELD;
}

/* The body that goes on is what the decision says. */
static void job_body(struct job *j, struct engine *e)
{
	if (j->d.verdict == OMASEC_VERDICT_REJECT)
		j->state = JOB_DONE;
	else if (j->d.body == ENGINE_KEEP)
		job_finish(j, e);
	else
		job_edit(j, e);
}

/* The message in the worker, if it is under lists; only those of a server are looked into. */
static void job_list(struct job *j, struct engine *e)
{
	bool items = j->msg.path == OMASEC_PATH_RX && j->d.body != ENGINE_REPEAT;
	int rc = j->rights ? rights_wanted(j->rights, &j->msg, &j->d) : 0;

	memset(&j->err, 0, sizeof(j->err));
	j->listed = rc > 0;
	if (!rc) {
		job_body(j, e);
		return;
	}
	if (rc < 0)
		snprintf(j->err.text, sizeof(j->err.text), "%.100s", j->rights->error);
	else
		rc = worker_client_start_list(j->wc, items, &j->facts, &j->acl->list, &j->err);
	if (rc)
		job_fail(j, e, rc);
	else
		j->state = JOB_LIST;
}

static void job_judge(struct job *j, struct engine *e)
{
	struct rights_in in = { .e = e, .msg = &j->msg, .facts = &j->facts, .list = &j->acl->list,
				.denied = &j->acl->denied };
	int64_t now = time(NULL);

	dm_changes_init(&j->acl->changes);
	if (j->msg.path == OMASEC_PATH_RX && j->d.body != ENGINE_REPEAT)
		rights_deliver(j->rights, &in, now, &j->acl->changes, &j->d);
	else
		rights_send(j->rights, &in, now, &j->acl->changes, &j->d);
	job_body(j, e);
}

static void job_decide(struct job *j, struct engine *e, uint64_t now)
{
	int err;

	if (!dm_facts_valid(&j->facts) || j->facts.length != j->msg.length) {
		j->err.reason = OMASEC_REASON_WORKER_DIED;
		snprintf(j->err.text, sizeof(j->err.text), "the worker's facts make no sense");
		job_fail(j, e, -EPROTO);
		return;
	}
	job_opened(j, e);
	if (j->msg.integrity == OMASEC_INTEGRITY_ANY)
		j->msg.integrity = engine_integrity(e, &j->msg, &j->facts);
	memset(&j->err, 0, sizeof(j->err));
	err = cred_judge(j->keys.o, &j->msg, &j->facts, &j->err);
	if (!err) {
		engine_decide(e, &j->msg, &j->facts, j->body, now, &j->d);
		err = cred_make(j->keys.o, &j->msg, &j->d, &j->err);
	}
	if (err) {
		job_fail(j, e, err);
		return;
	}
	/* The engine delivers none that its peer has not signed; should it, this one is not whole. */
	if (j->sealed && j->d.verdict == OMASEC_VERDICT_ACCEPT)
		engine_reject(&j->d, job_mac_reason(j), "not authenticated, so not decrypted");
	if (j->d.body == ENGINE_REPEAT)
		job_parse_held(j, e);
	else
		job_list(j, e);
}

void job_start(struct job *j, struct engine *e, const struct omasec_message *msg, uint8_t *body,
	       uint64_t now)
{
	j->msg = *msg;
	j->body = body;
	j->bare = NULL;
	j->out = NULL;
	j->out_len = 0;
	j->facts.session_id[0] = '\0';
	j->listed = false;
	if (j->acl)
		denied_init(&j->acl->denied);
	memset(&j->d, 0, sizeof(j->d));
	memset(&j->err, 0, sizeof(j->err));
	j->step = 0;
	snprintf(j->type, sizeof(j->type), "%s", msg->content_type);
	j->converted = false;
	j->slot = -1;
	j->blocked = 0;
	j->opened = false;
	j->sealed = false;
	j->any = msg->integrity == OMASEC_INTEGRITY_ANY;
	if (msg->path == OMASEC_PATH_RX)
		job_arrive(j, e);
	else
		job_parse(j, e);
	job_step(j, e, now);
}

static void job_next(struct job *j, struct engine *e, uint64_t now)
{
	switch (j->state) {
	case JOB_ARRIVE:
		job_arrived(j, e);
		break;
	case JOB_PARSE:
		job_decide(j, e, now);
		break;
	case JOB_PARSE_HELD:
		job_list(j, e);
		break;
	case JOB_LIST:
		job_judge(j, e);
		break;
	case JOB_EDIT:
		job_finish(j, e);
		break;
	case JOB_LEAVE:
		job_left(j, e);
		break;
	default:
		j->state = JOB_DONE;
	}
}

void job_step(struct job *j, struct engine *e, uint64_t now)
{
	int err;

	while (j->state != JOB_IDLE && j->state != JOB_DONE) {
		err = worker_client_step(j->wc);
		if (err == -EINPROGRESS)
			return;
		if (err && job_not_signed(j))
			job_arrive(j, e);
		else if (err)
			job_fail(j, e, err);
		else
			job_next(j, e, now);
	}
}

void job_reset(struct job *j)
{
	engine_decision_done(&j->d);
	keys_done(&j->keys);
	free(j->body);
	free(j->bare);
	free(j->out);
	j->body = NULL;
	j->bare = NULL;
	j->out = NULL;
	j->state = JOB_IDLE;
}
