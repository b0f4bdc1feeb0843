// SPDX-License-Identifier: LGPL-2.1-or-later
/* The one request of an operation to whoever holds the key. */
#include "internal.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>

void xsec_job_free(struct xsec_job *job)
{
	if (job->reply.data)
		OPENSSL_cleanse(job->reply.data, job->reply.len);
	free(job->reply.data);
	EVP_PKEY_free(job->public);
	memset(job, 0, sizeof(*job));
}

int xsec_job_ask(struct xsec_job *job)
{
	if (job->asked || !job->crypto || !job->crypto->fn)
		return job->error = job->asked ? -EALREADY : -ENOKEY;
	job->asked = true;
	job->error = job->crypto->fn(job->crypto->private, &job->request, &job->reply);
	if (job->error > 0)
		job->error = -EINVAL;
	if (!job->error && !job->reply.data)
		job->error = -EINVAL;
	return job->error;
}

int xsec_job_fail(const struct xsec_job *job, struct dm_error *err, unsigned int reason,
		  const char *text)
{
	switch (job->error) {
	case 0:
	case -EBADMSG:
		return dm_fail(err, reason, "%s", text);
	case -ENOKEY:
		return dm_fail(err, OMASEC_REASON_KEY_MISSING, "no usable key");
	case -EKEYREVOKED:
	case -EKEYEXPIRED:
		return dm_fail(err, OMASEC_REASON_KEY_REVOKED, "the key was revoked or has expired");
	case -EMSGSIZE:
		return dm_fail(err, OMASEC_REASON_TOO_LARGE, "message is too large for one use of the key");
	case -ENOMEM:
		return dm_fail(err, OMASEC_REASON_NO_MEMORY, "out of memory");
	default:
		return dm_fail(err, OMASEC_REASON_HELPER_ERROR, "the holder of the key failed");
	}
}
