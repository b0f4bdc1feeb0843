// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A key for libxmlsec1 that has no octets: it leads to the job, and thereby to
 * whoever holds the key. It is of a class of its own, so that no algorithm but ours
 * takes it, and no key from a message can stand in for it.
 */
#include "internal.h"

struct handle {
	xmlSecKeyData base;
	struct xsec_job *job;
};

static int handle_duplicate(xmlSecKeyDataPtr to, xmlSecKeyDataPtr from)
{
	((struct handle *)to)->job = ((struct handle *)from)->job;
	return 0;
}

static void handle_finalize(xmlSecKeyDataPtr data)
{
	((struct handle *)data)->job = NULL;
}

static xmlSecKeyDataType handle_type(xmlSecKeyDataPtr data)
{
	(void)data;
	return xmlSecKeyDataTypeSymmetric | xmlSecKeyDataTypePublic | xmlSecKeyDataTypePrivate;
}

static xmlSecKeyDataKlass klass = {
	.klassSize = sizeof(xmlSecKeyDataKlass),
	.objSize = sizeof(struct handle),
	.name = BAD_CAST "held-elsewhere",
	.usage = xmlSecKeyDataUsageUnknown,
	.duplicate = handle_duplicate,
	.finalize = handle_finalize,
	.getType = handle_type,
};

xmlSecKeyDataId xsec_key_klass(void)
{
	return &klass;
}

xmlSecKeyPtr xsec_key_new(struct xsec_job *job, const char *name)
{
	xmlSecKeyPtr key = xmlSecKeyCreate();
	xmlSecKeyDataPtr data = xmlSecKeyDataCreate(xsec_key_klass());

	if (key && data && (!name || !xmlSecKeySetName(key, BAD_CAST name)) &&
	    !xmlSecKeySetValue(key, data)) {
		((struct handle *)data)->job = job;
		return key;
	}
	if (data)
		xmlSecKeyDataDestroy(data);
	if (key)
		xmlSecKeyDestroy(key);
	return NULL;
}

struct xsec_job *xsec_key_job(xmlSecKeyPtr key)
{
	xmlSecKeyDataPtr data = key ? xmlSecKeyGetValue(key) : NULL;

	return data && data->id == xsec_key_klass() ? ((struct handle *)data)->job : NULL;
}
