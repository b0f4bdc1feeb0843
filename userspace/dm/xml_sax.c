// SPDX-License-Identifier: LGPL-2.1-or-later
/* libxml2, set up so that it fetches nothing, expands nothing and prints nothing. */
#include "doc.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

static void silent_generic(void *ctx, const char *format, ...)
{
	(void)ctx;
	(void)format;
}

#if LIBXML_VERSION >= 21200
typedef const struct _xmlError *error_ptr;
#else
typedef xmlErrorPtr error_ptr;
#endif

static void silent_structured(void *ctx, error_ptr error)
{
	(void)ctx;
	(void)error;
}

static xmlParserInputPtr deny_entity(const char *url, const char *id, xmlParserCtxtPtr ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

void xml_init(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(deny_entity);
	xmlSetGenericErrorFunc(NULL, silent_generic);
	xmlSetStructuredErrorFunc(NULL, silent_structured);
}

static const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
#if LIBXML_VERSION >= 21300
	| XML_PARSE_NO_XXE
#endif
#if LIBXML_VERSION >= 21400
	| XML_PARSE_NO_SYS_CATALOG
#endif
	;

int xml_sax(const struct _xmlSAXHandler *handler, void *private, const uint8_t *octets, size_t len,
	    int *line)
{
	xmlParserCtxtPtr ctxt = xmlCreateMemoryParserCtxt((const char *)octets, (int)len);
	int ret = 0;

	if (!ctxt)
		return -ENOMEM;
	*ctxt->sax = *handler;
	ctxt->sax->serror = silent_structured;
	ctxt->_private = private;
	xmlCtxtUseOptions(ctxt, options);
	xmlParseDocument(ctxt);
	*line = ctxt->input ? ctxt->input->line : 0;
	if (ctxt->errNo == XML_ERR_NO_MEMORY)
		ret = -ENOMEM;
	else if (ctxt->errNo != XML_ERR_OK)
		ret = ctxt->errNo;
	else if (!ctxt->wellFormed || !ctxt->nsWellFormed)
		ret = XML_ERR_INTERNAL_ERROR;
	xmlFreeParserCtxt(ctxt);
	return ret;
}
