// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * libxmlsec1, set up so that it opens nothing, prints nothing, and takes our
 * algorithms. Its errors quote messages and lengths of padding, so none is kept.
 */
#include "internal.h"

#include <errno.h>
#include <libxml/parser.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/parser.h>

static void silent(const char *file, int line, const char *func, const char *object,
		   const char *subject, int reason, const char *msg)
{
	(void)file;
	(void)line;
	(void)func;
	(void)object;
	(void)subject;
	(void)reason;
	(void)msg;
}

/* Those that libxmlsec1 itself contributes. */
static bool complete(void)
{
	return xmlSecTransformExclC14NId && xmlSecTransformEnvelopedId && xmlSecTransformSha256Id &&
	       xmlSecTransformSha384Id && xmlSecTransformSha512Id && xmlSecTransformKWAes128Id &&
	       xmlSecTransformKWAes192Id && xmlSecTransformKWAes256Id && xmlSecTransformRsaOaepId &&
	       xmlSecTransformRsaPkcs1Id;
}

int xsec_init(void)
{
	static bool done;

	if (done)
		return 0;
	xml_init();
	xmlSecErrorsSetCallback(silent);
	if (xmlSecInit() < 0)
		return -ENOTSUP;
	xmlSecErrorsSetCallback(silent);
	/* what it parses itself: by default it allows huge documents */
	xmlSecParserSetDefaultOptions(XML_PARSE_NONET | XML_PARSE_NODICT);
	xmlSecIOCleanupCallbacks();
	/* the order counts: the first of a URI is the one that is found */
	if (xsec_transforms_register() < 0 || xmlSecCryptoAppInit(NULL) < 0 || xmlSecCryptoInit() < 0 ||
	    !complete())
		return -ENOTSUP;
	xml_init();
	done = true;
	return 0;
}
