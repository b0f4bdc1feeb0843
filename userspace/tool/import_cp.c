// SPDX-License-Identifier: GPL-2.0
/* Attribute tokens of client provisioning. See import_cp.h. */
#include <stddef.h>

#include "import_cp.h"

#define NAME IMPORT_CP_NAME
#define VALUE IMPORT_CP_VALUE
#define VERSION IMPORT_CP_VERSION
#define TYPE IMPORT_CP_TYPE

static const struct import_cp_attribute page0[0x80] = {
	[0x05] = { NAME, "" }, [0x06] = { VALUE, "" }, [0x07] = { NAME, "NAME" },
	[0x08] = { NAME, "NAP-ADDRESS" }, [0x09] = { NAME, "NAP-ADDRTYPE" },
	[0x0a] = { NAME, "CALLTYPE" }, [0x0b] = { NAME, "VALIDUNTIL" }, [0x0c] = { NAME, "AUTHTYPE" },
	[0x0d] = { NAME, "AUTHNAME" }, [0x0e] = { NAME, "AUTHSECRET" }, [0x0f] = { NAME, "LINGER" },
	[0x10] = { NAME, "BEARER" }, [0x11] = { NAME, "NAPID" }, [0x12] = { NAME, "COUNTRY" },
	[0x13] = { NAME, "NETWORK" }, [0x14] = { NAME, "INTERNET" }, [0x15] = { NAME, "PROXY-ID" },
	[0x16] = { NAME, "PROXY-PROVIDER-ID" }, [0x17] = { NAME, "DOMAIN" },
	[0x18] = { NAME, "PROVURL" }, [0x19] = { NAME, "PXAUTH-TYPE" },
	[0x1a] = { NAME, "PXAUTH-ID" }, [0x1b] = { NAME, "PXAUTH-PW" },
	[0x1c] = { NAME, "STARTPAGE" }, [0x1d] = { NAME, "BASAUTH-ID" },
	[0x1e] = { NAME, "BASAUTH-PW" }, [0x1f] = { NAME, "PUSHENABLED" },
	[0x20] = { NAME, "PXADDR" }, [0x21] = { NAME, "PXADDRTYPE" }, [0x22] = { NAME, "TO-NAPID" },
	[0x23] = { NAME, "PORTNBR" }, [0x24] = { NAME, "SERVICE" }, [0x25] = { NAME, "LINKSPEED" },
	[0x26] = { NAME, "DNLINKSPEED" }, [0x27] = { NAME, "LOCAL-ADDR" },
	[0x28] = { NAME, "LOCAL-ADDRTYPE" }, [0x29] = { NAME, "CONTEXT-ALLOW" },
	[0x2a] = { NAME, "TRUST" }, [0x2b] = { NAME, "MASTER" }, [0x2c] = { NAME, "SID" },
	[0x2d] = { NAME, "SOC" }, [0x2e] = { NAME, "WSP-VERSION" },
	[0x2f] = { NAME, "PHYSICAL-PROXY-ID" }, [0x30] = { NAME, "CLIENT-ID" },
	[0x31] = { NAME, "DELIVERY-ERR-SDU" }, [0x32] = { NAME, "DELIVERY-ORDER" },
	[0x33] = { NAME, "TRAFFIC-CLASS" }, [0x34] = { NAME, "MAX-SDU-SIZE" },
	[0x35] = { NAME, "MAX-BITRATE-UPLINK" }, [0x36] = { NAME, "MAX-BITRATE-DNLINK" },
	[0x37] = { NAME, "RESIDUAL-BER" }, [0x38] = { NAME, "SDU-ERROR-RATIO" },
	[0x39] = { NAME, "TRAFFIC-HANDL-PRIO" }, [0x3a] = { NAME, "TRANSFER-DELAY" },
	[0x3b] = { NAME, "GUARANTEED-BITRATE-UPLINK" },
	[0x3c] = { NAME, "GUARANTEED-BITRATE-DNLINK" }, [0x3d] = { NAME, "PXADDR-FQDN" },
	[0x3e] = { NAME, "PROXY-PW" }, [0x3f] = { NAME, "PPGAUTH-TYPE" }, [0x45] = { VERSION, "" },
	[0x46] = { VERSION, "1.0" }, [0x47] = { NAME, "PULLENABLED" }, [0x48] = { NAME, "DNS-ADDR" },
	[0x49] = { NAME, "MAX-NUM-RETRY" }, [0x4a] = { NAME, "FIRST-RETRY-TIMEOUT" },
	[0x4b] = { NAME, "REREG-THRESHOLD" }, [0x4c] = { NAME, "T-BIT" },
	[0x4e] = { NAME, "AUTH-ENTITY" }, [0x4f] = { NAME, "SPI" }, [0x50] = { TYPE, "" },
	[0x51] = { TYPE, "PXLOGICAL" }, [0x52] = { TYPE, "PXPHYSICAL" }, [0x53] = { TYPE, "PORT" },
	[0x54] = { TYPE, "VALIDITY" }, [0x55] = { TYPE, "NAPDEF" }, [0x56] = { TYPE, "BOOTSTRAP" },
	[0x57] = { TYPE, "VENDORCONFIG" }, [0x58] = { TYPE, "CLIENTIDENTITY" },
	[0x59] = { TYPE, "PXAUTHINFO" }, [0x5a] = { TYPE, "NAPAUTHINFO" },
	[0x5b] = { TYPE, "ACCESS" }, [0x5c] = { TYPE, "BEARERINFO" },
	[0x5d] = { TYPE, "DNS-ADDRINFO" },
};

static const struct import_cp_attribute page1[0x80] = {
	[0x05] = { NAME, "" }, [0x06] = { VALUE, "" }, [0x07] = { NAME, "NAME" },
	[0x14] = { NAME, "INTERNET" }, [0x1c] = { NAME, "STARTPAGE" }, [0x22] = { NAME, "TO-NAPID" },
	[0x23] = { NAME, "PORTNBR" }, [0x24] = { NAME, "SERVICE" }, [0x2e] = { NAME, "AACCEPT" },
	[0x2f] = { NAME, "AAUTHDATA" }, [0x30] = { NAME, "AAUTHLEVEL" },
	[0x31] = { NAME, "AAUTHNAME" }, [0x32] = { NAME, "AAUTHSECRET" },
	[0x33] = { NAME, "AAUTHTYPE" }, [0x34] = { NAME, "ADDR" }, [0x35] = { NAME, "ADDRTYPE" },
	[0x36] = { NAME, "APPID" }, [0x37] = { NAME, "APROTOCOL" }, [0x38] = { NAME, "PROVIDER-ID" },
	[0x39] = { NAME, "TO-PROXY" }, [0x3a] = { NAME, "URI" }, [0x3b] = { NAME, "RULE" },
	[0x50] = { TYPE, "" }, [0x53] = { TYPE, "PORT" }, [0x55] = { TYPE, "APPLICATION" },
	[0x56] = { TYPE, "APPADDR" }, [0x57] = { TYPE, "APPAUTH" },
	[0x58] = { TYPE, "CLIENTIDENTITY" }, [0x59] = { TYPE, "RESOURCE" },
};

static const char *const value0[0x80] = {
	[0x85 - 0x80] = "IPV4", [0x86 - 0x80] = "IPV6", [0x87 - 0x80] = "E164",
	[0x88 - 0x80] = "ALPHA", [0x89 - 0x80] = "APN", [0x8a - 0x80] = "SCODE",
	[0x8b - 0x80] = "TETRA-ITSI", [0x8c - 0x80] = "MAN", [0x90 - 0x80] = "ANALOG-MODEM",
	[0x91 - 0x80] = "V.120", [0x92 - 0x80] = "V.110", [0x93 - 0x80] = "X.31",
	[0x94 - 0x80] = "BIT-TRANSPARENT", [0x95 - 0x80] = "DIRECT-ASYNCHRONOUS-DATA-SERVICE",
	[0x9a - 0x80] = "PAP", [0x9b - 0x80] = "CHAP", [0x9c - 0x80] = "HTTP-BASIC",
	[0x9d - 0x80] = "HTTP-DIGEST", [0x9e - 0x80] = "WTLS-SS", [0x9f - 0x80] = "MD5",
	[0xa2 - 0x80] = "GSM-USSD", [0xa3 - 0x80] = "GSM-SMS", [0xa4 - 0x80] = "ANSI-136-GUTS",
	[0xa5 - 0x80] = "IS-95-CDMA-SMS", [0xa6 - 0x80] = "IS-95-CDMA-CSD",
	[0xa7 - 0x80] = "IS-95-CDMA-PACKET", [0xa8 - 0x80] = "ANSI-136-CSD",
	[0xa9 - 0x80] = "ANSI-136-GPRS", [0xaa - 0x80] = "GSM-CSD", [0xab - 0x80] = "GSM-GPRS",
	[0xac - 0x80] = "AMPS-CDPD", [0xad - 0x80] = "PDC-CSD", [0xae - 0x80] = "PDC-PACKET",
	[0xaf - 0x80] = "IDEN-SMS", [0xb0 - 0x80] = "IDEN-CSD", [0xb1 - 0x80] = "IDEN-PACKET",
	[0xb2 - 0x80] = "FLEX/REFLEX", [0xb3 - 0x80] = "PHS-SMS", [0xb4 - 0x80] = "PHS-CSD",
	[0xb5 - 0x80] = "TETRA-SDS", [0xb6 - 0x80] = "TETRA-PACKET", [0xb7 - 0x80] = "ANSI-136-GHOST",
	[0xb8 - 0x80] = "MOBITEX-MPAK", [0xb9 - 0x80] = "CDMA2000-1X-SIMPLE-IP",
	[0xba - 0x80] = "CDMA2000-1X-MOBILE-IP", [0xc5 - 0x80] = "AUTOBAUDING",
	[0xca - 0x80] = "CL-WSP", [0xcb - 0x80] = "CO-WSP", [0xcc - 0x80] = "CL-SEC-WSP",
	[0xcd - 0x80] = "CO-SEC-WSP", [0xce - 0x80] = "CL-SEC-WTA", [0xcf - 0x80] = "CO-SEC-WTA",
	[0xd0 - 0x80] = "OTA-HTTP-TO", [0xd1 - 0x80] = "OTA-HTTP-TLS-TO",
	[0xd2 - 0x80] = "OTA-HTTP-PO", [0xd3 - 0x80] = "OTA-HTTP-TLS-PO", [0xe0 - 0x80] = "AAA",
	[0xe1 - 0x80] = "HA",
};

static const char *const value1[0x80] = {
	[0x86 - 0x80] = "IPV6", [0x87 - 0x80] = "E164", [0x88 - 0x80] = "ALPHA",
	[0x8d - 0x80] = "APPSRV", [0x8e - 0x80] = "OBEX", [0x90 - 0x80] = ",",
	[0x91 - 0x80] = "HTTP-", [0x92 - 0x80] = "BASIC", [0x93 - 0x80] = "DIGEST",
};

const struct import_cp_attribute *import_cp_attribute(unsigned int page, uint8_t token)
{
	const struct import_cp_attribute *a = page ? page1 : page0;

	if (token >= 0x80 || a[token].kind == IMPORT_CP_NONE)
		return NULL;
	return &a[token];
}

const char *import_cp_value(unsigned int page, uint8_t token)
{
	if (token < 0x80)
		return NULL;
	return page ? value1[token - 0x80] : value0[token - 0x80];
}
