// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is due, kept and stored. See due.h. */
#include "due.h"

#include <errno.h>
#include <string.h>

#include <dm/facts.h>

void acl_dues_init(struct acl_dues *d)
{
	d->count = 0;
	d->text_len = 1;
	d->text[0] = '\0';
}

static int put_text(struct acl_dues *d, const char *text, uint32_t *at)
{
	size_t len = text ? strlen(text) + 1 : 0;

	*at = 0;
	if (len < 2)
		return 0;
	if (len > ACL_DUES_TEXT - d->text_len)
		return -E2BIG;
	memmove(d->text + d->text_len, text, len);
	*at = d->text_len;
	d->text_len += (uint32_t)len;
	return 0;
}

int acl_dues_add(struct acl_dues *d, const struct acl_due *due, const char *uri, const char *text)
{
	uint32_t len = d->text_len;
	struct acl_due new = *due;

	if (d->count == ACL_DUES_MAX)
		return -E2BIG;
	if (put_text(d, uri, &new.uri) || put_text(d, text, &new.text)) {
		d->text_len = len;
		return -E2BIG;
	}
	d->due[d->count++] = new;
	return 0;
}

/* Texts stand in the order of what they belong to, so that moving them down overwrites none. */
void acl_dues_drop(struct acl_dues *d, bool (*which)(const struct acl_due *due, uint32_t arg), uint32_t arg)
{
	uint32_t count = d->count, i;

	acl_dues_init(d);
	for (i = 0; i < count; i++) {
		struct acl_due due = d->due[i];

		if (!which(&due, arg))
			acl_dues_add(d, &due, d->text + due.uri, d->text + due.text);
	}
}

bool acl_due_prunes(const struct acl_dues *d, const struct acl_due *due, const char *id)
{
	return due->what == ACL_DUE_PRUNE && !strcmp(acl_due_text(d, due->text), id);
}

bool acl_dues_prune(const struct acl_dues *d, const char *id)
{
	uint32_t i;

	for (i = 0; i < d->count; i++)
		if (acl_due_prunes(d, &d->due[i], id))
			return true;
	return false;
}

static bool has(const struct acl_dues *d, const struct acl_dues *of, const struct acl_due *due)
{
	uint32_t i;

	for (i = 0; i < d->count; i++) {
		const struct acl_due *other = &d->due[i];

		if (other->msg == due->msg && other->cmd == due->cmd && other->what == due->what &&
		    !strcmp(acl_due_text(d, other->uri), acl_due_text(of, due->uri)) &&
		    !strcmp(acl_due_text(d, other->text), acl_due_text(of, due->text)))
			return true;
	}
	return false;
}

bool acl_dues_keep(const struct acl_dues *d, const struct acl_dues *before, uint32_t msg)
{
	uint32_t i;

	for (i = 0; i < before->count; i++)
		if (before->due[i].msg == msg && acl_due_pending(&before->due[i]) && !has(d, before, &before->due[i]))
			return false;
	return true;
}

size_t acl_dues_pack(const struct acl_dues *d, void *out)
{
	size_t dues = d->count * sizeof(d->due[0]), head = offsetof(struct acl_dues, due);

	memcpy(out, d, head + dues);
	memcpy((char *)out + head + dues, d->text, d->text_len);
	return head + dues + d->text_len;
}

static bool text_valid(const struct acl_dues *d, uint32_t at)
{
	return at < d->text_len && !at == !d->text[at];
}

static bool due_valid(const struct acl_dues *d, const struct acl_due *due)
{
	return due->what < ACL_DUES && due->msg && due->cmd && due->msg <= INT32_MAX && due->cmd <= INT32_MAX &&
	       dm_cmd_answered(due->command) && due->quiet <= 1 &&
	       due->kind <= 2 && text_valid(d, due->uri) && text_valid(d, due->text) &&
	       (due->what != ACL_DUE_STATUS || (due->code >= 100 && due->code <= 999)) &&
	       (due->uri || due->what == ACL_DUE_STATUS || due->what == ACL_DUE_STAND_IN ||
		due->what == ACL_DUE_RECEIPT);
}

int acl_dues_unpack(struct acl_dues *d, const void *in, size_t len)
{
	size_t head = offsetof(struct acl_dues, due), dues;
	uint32_t i;

	if (len < head)
		return -EINVAL;
	memcpy(d, in, head);
	dues = d->count * sizeof(d->due[0]);
	if (d->count > ACL_DUES_MAX || !d->text_len || d->text_len > ACL_DUES_TEXT ||
	    len != head + dues + d->text_len)
		return -EINVAL;
	memcpy(d->due, (const char *)in + head, dues);
	memcpy(d->text, (const char *)in + head + dues, d->text_len);
	if (d->text[0] || d->text[d->text_len - 1])
		return -EINVAL;
	for (i = 0; i < d->count; i++) {
		if (!due_valid(d, &d->due[i]))
			return -EINVAL;
	}
	return 0;
}
