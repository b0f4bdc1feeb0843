// SPDX-License-Identifier: GPL-2.0
/* Lists on messages of the client role, see rights.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rights.h"

/* What one message works with. @error: of an audit record that could not be written. */
struct work {
	struct rights *r;
	struct acl_principal who;
	const struct account *account;
	const struct session *session;
	struct acl_tree *tree;
	struct denied *denied;
	int64_t now;
	int error;
};

void rights_close(struct rights *r)
{
	acl_store_close(r->st);
	r->st = NULL;
}

int rights_wanted(struct rights *r, const struct omasec_message *msg, const struct engine_decision *d)
{
	char path[4096];
	struct stat sb;
	int rc;

	if (msg->role != OMASEC_ROLE_CLIENT || d->verdict == OMASEC_VERDICT_REJECT ||
	    (d->verdict == OMASEC_VERDICT_RESPOND && d->body != ENGINE_REPEAT))
		return 0;
	if (r->st)
		return 1;
	if ((size_t)snprintf(path, sizeof(path), "%s/" ACL_STORE_FILE, r->dir) >= sizeof(path))
		return -ENAMETOOLONG;
	if (lstat(path, &sb) && errno == ENOENT)
		return 0;
	rc = acl_store_open(r->dir, false, &r->st, r->error, sizeof(r->error));
	return rc ? rc : 1;
}

static void reject_store(const struct rights *r, struct engine_decision *d)
{
	engine_reject(d, OMASEC_REASON_HELPER_ERROR, "Access Control Lists: %.150s", acl_store_error(r->st));
}

/* False: @d is a rejection. */
static bool work_begin(struct work *w, const struct rights_in *in, struct engine_decision *d)
{
	const char *name = *d->account ? d->account : in->msg->account;

	w->account = account_find(&in->e->accounts, name);
	if (!w->account || acl_principal_server(&w->who, w->account->server, strlen(w->account->server))) {
		engine_reject(d, OMASEC_REASON_HELPER_ERROR,
			      "Access Control Lists know a server by its identifier; give the account a server-id");
		return false;
	}
	w->session = session_find(&in->e->sessions, w->account, in->msg->role, in->facts->session_id);
	if (!w->session && !d->sessionless) {
		engine_reject(d, OMASEC_REASON_HELPER_ERROR, "Access Control Lists need a session");
		return false;
	}
	if (acl_store_begin(w->r->st, &w->tree)) {
		reject_store(w->r, d);
		return false;
	}
	return true;
}

static void work_end(struct work *w, int err, struct engine_decision *d)
{
	if (!err)
		err = w->error;
	if (!acl_store_finish(w->r->st, err))
		return;
	denied_init(w->denied);
	if (err == -E2BIG || err == -EINVAL)
		engine_reject(d, OMASEC_REASON_DM_BAD,
			      "the message is more than Access Control Lists can be applied to");
	else
		reject_store(w->r, d);
}

static void record(void *arg, const struct acl_filtered *f)
{
	struct work *w = arg;
	char decider[ACL_URI_MAX + 1];
	struct acl_audit a = {
		.time = w->now * 1000, .server = w->who.who == ACL_SERVER ? w->who.id : "", .command = f->word,
		.node = f->uri,
	};

	acl_audit_fill(&a, &f->d, decider);
	if (!f->d.allow)
		denied_add(w->denied, w->who.who == ACL_SERVER ? w->who.id : NULL, f);
	if (!w->error)
		w->error = acl_store_audit(w->r->st, &a, 1);
}

static void edit_remove(struct dm_edits *e, uint16_t index)
{
	uint16_t i;

	for (i = 0; i < e->status_count; i++)
		if (e->status[i].index == index)
			break;
	if (i == e->status_count)
		e->status_count++;
	e->status[i] = (struct dm_status_edit){ .index = index, .op = DM_STATUS_REMOVE };
}

static void body_changes(const struct omasec_message *msg, const struct dm_changes *changes,
			 struct engine_decision *d)
{
	if (msg->auth_mode == OMASEC_AUTH_MODE_NATIVE && !dm_changes_empty(changes)) {
		engine_reject(d, OMASEC_REASON_HELPER_ERROR,
			      "Access Control Lists change this message, whose MAC a native application checks itself");
		return;
	}
	if (d->body == ENGINE_KEEP && (!dm_changes_empty(changes) || !dm_edits_empty(&d->edits)))
		d->body = ENGINE_EDIT;
}

/* ---- of the server ------------------------------------------------------- */

/* The application knows nothing of Results that it did not send. */
static void hide_answered(const struct work *w, const struct dm_facts *f, struct engine_decision *d)
{
	uint16_t i;

	for (i = 0; w->session && i < f->status_count; i++)
		if (acl_due_results(&w->r->dues, map_to_app(&w->session->num.out, f->status[i].msg_ref),
				    f->status[i].cmd_ref))
			edit_remove(&d->edits, i);
}

static int deliver(struct work *w, const struct rights_in *in, struct dm_changes *changes,
		   struct engine_decision *d)
{
	struct rights *r = w->r;
	uint32_t kept;
	int had = 0, rc;

	acl_dues_init(&r->dues);
	if (w->session)
		had = acl_store_dues(r->st, w->account->name, in->facts->session_id, &r->dues);
	if (had < 0)
		return had;
	kept = r->dues.count;
	rc = acl_store_dues_others(r->st, w->account->name, &r->others);
	if (rc)
		return rc;
	hide_answered(w, in->facts, d);
	r->before = r->dues;
	rc = acl_filter(w->tree, &w->who, in->facts, in->list, &r->others, &r->dues, changes, record, w);
	/* Another message with the number of one before would make what that one changes forgotten. */
	if (!rc && !acl_dues_keep(&r->dues, &r->before, in->facts->msg_id))
		rc = -EINVAL;
	/* What a client answers outside of a session is not looked into, so nobody would prune it. */
	if (!rc && d->sessionless && acl_dues_prune(&r->dues, in->facts->session_id))
		rc = -EINVAL;
	if (rc || !w->session || (!had && r->dues.count == kept))
		return rc;
	return acl_store_dues_put(r->st, w->account->name, in->facts->session_id, &r->dues);
}

void rights_deliver(struct rights *r, const struct rights_in *in, int64_t now, struct dm_changes *changes,
		    struct engine_decision *d)
{
	struct work w = { .r = r, .denied = in->denied, .now = now };

	if (!work_begin(&w, in, d))
		return;
	/* Who has not proved who it is, is nobody. */
	if (in->msg->mac_state != OMASEC_MAC_STATE_OK)
		memset(&w.who, 0, sizeof(w.who));
	work_end(&w, deliver(&w, in, changes, d), d);
	if (d->verdict == OMASEC_VERDICT_REJECT)
		return;
	/* Nobody could be told which of its commands were left out. */
	if (d->sessionless && !dm_changes_empty(changes))
		engine_reject(d, OMASEC_REASON_SESSIONLESS_REFUSED,
			      "the server has no right to what the message asks; see omasec acl audit");
	else
		body_changes(in->msg, changes, d);
}

/* ---- of the application -------------------------------------------------- */

static int make_change(void *arg, const struct acl_due *due, const char *uri, const char *text)
{
	static const enum acl_change_what what[ACL_DUES] = {
		[ACL_DUE_WRITE] = ACL_CHANGE_SET, [ACL_DUE_ADD] = ACL_CHANGE_ADD,
		[ACL_DUE_DELETE] = ACL_CHANGE_DELETE, [ACL_DUE_RENAME] = ACL_CHANGE_RENAME,
		[ACL_DUE_COPY] = ACL_CHANGE_COPY, [ACL_DUE_LIST] = ACL_CHANGE_SET,
	};
	struct work *w = arg;
	char spelled[ACL_URI_MAX + 1];
	struct acl_uri u;
	struct acl_change c = {
		.what = what[due->what], .uri = spelled, .text = text, .text_len = strlen(text),
		.kind = (enum acl_kind)due->kind, .creator = &w->who,
	};

	if (acl_uri_parse(uri, strlen(uri), &u) || acl_uri_spell(&u, u.depth, spelled))
		return 1;
	c.uri_len = strlen(spelled);
	return acl_store_step(w->r->st, &c);
}

/*
 * A session begins. Others of the account may go on, but not with Results, where lists kept
 * something back: how far they are is not known any more. Those that have ended are forgotten.
 */
static int carry_over(struct work *w, const struct rights_in *in)
{
	struct acl_dues *old = &w->r->before, *dues = &w->r->dues;
	const struct dm_facts *f = in->facts;
	uint32_t i;
	int rc = 0;

	*old = *dues;
	acl_dues_init(dues);
	for (i = 0; !rc && i < old->count; i++) {
		const struct acl_due *due = &old->due[i];
		const char *uri = acl_due_text(old, due->uri), *id = acl_due_text(old, due->text);

		if (due->what != ACL_DUE_PRUNE || (!strcmp(id, f->session_id) && f->msg_id == 1))
			continue;
		if (strcmp(id, f->session_id) != 0) {
			if (!session_find(&in->e->sessions, w->account, in->msg->role, id))
				continue;
			if (acl_dues_prune(dues, id))
				continue;
			uri = ".";
		}
		rc = acl_dues_add(dues, due, uri, id);
	}
	return rc;
}

static int answer(struct work *w, const struct rights_in *in, struct dm_changes *changes,
		  struct engine_decision *d)
{
	const struct dm_facts *f = in->facts;
	struct acl_dues *dues = &w->r->dues;
	uint32_t wire[DM_STATUS_MAX];
	bool hidden[DM_STATUS_MAX];
	struct acl_answer a = {
		.t = w->tree, .who = &w->who, .f = f, .l = in->list, .wire = wire,
		.next = f->max_cmd_id + 1 + d->edits.insert_status, .change = make_change, .fn = record,
		.arg = w,
	};
	int rc = acl_store_dues(w->r->st, w->account->name, f->session_id, dues);
	bool own = rc > 0;
	uint32_t count;
	uint16_t i;

	/* A new session of the account ends what was due in the one before. */
	if (rc >= 0 && !f->status_count) {
		int err = acl_store_dues_put(w->r->st, w->account->name, "", NULL);

		if (!err)
			err = carry_over(w, in);
		rc = err;
		own = true;
	}
	count = dues->count;
	if (rc < 0 || !count)
		return rc < 0 ? rc : 0;
	for (i = 0; i < f->status_count; i++)
		wire[i] = map_to_wire(&w->session->num.in, f->status[i].msg_ref);
	rc = acl_answer(&a, dues, changes, hidden);
	if (rc)
		return rc;
	for (i = 0; i < f->status_count; i++)
		if (hidden[i])
			edit_remove(&d->edits, i);
	/* of others only what they keep back: what else is due there stays */
	if (!own && dues->count == count)
		return 0;
	return acl_store_dues_put(w->r->st, w->account->name, f->session_id, dues);
}

void rights_send(struct rights *r, const struct rights_in *in, int64_t now, struct dm_changes *changes,
		 struct engine_decision *d)
{
	struct work w = { .r = r, .denied = in->denied, .now = now };

	/* Nothing comes back for it, so nothing is due in it. */
	if (d->sessionless || !work_begin(&w, in, d))
		return;
	work_end(&w, answer(&w, in, changes, d), d);
	if (d->verdict != OMASEC_VERDICT_REJECT)
		body_changes(in->msg, changes, d);
}
