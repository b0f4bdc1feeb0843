#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Accounts out of documents of other systems: a DMAcc management object on the
# device, client provisioning (w7) in WBXML on the server. The two hold a DM
# session with what was imported, and again after a configuration that import
# wrote was applied. A document with a fault changes nothing.
#
# KERNELS: 6.12
# TIMEOUT: 240
# NEEDS: xml2wbxml keyctl
. ./lib/common.sh
network
umask 077

leaf() { printf '<Node><NodeName>%s</NodeName><RTProperties><Format><%s/></Format></RTProperties><Value>%s</Value></Node>\n' "$1" "$3" "$2"; }
auth()
{
	printf '<Node><NodeName>%s</NodeName>\n' "$1"
	leaf AAuthLevel "$1" chr
	leaf AAuthType "$2" chr
	leaf AAuthName "$3" chr
	leaf AAuthSecret "$4" chr
	leaf AAuthData "$5" bin
	printf '</Node>\n'
}
dmacc()
{
	cat <<-'EOF'
	<?xml version="1.0" encoding="UTF-8"?>
	<!DOCTYPE MgmtTree PUBLIC "-//OMA//DTD-DM-DDF 1.2//EN" "http://www.openmobilealliance.org/tech/DTD/dm_ddf-v1_2.dtd">
	<MgmtTree xmlns="syncml:dmddf1.2"><VerDTD>1.2</VerDTD>
	<Node><NodeName>Operator</NodeName><Path>./DMAcc</Path>
	<RTProperties><Format><node/></Format><Type><DDFName>urn:oma:mo:oma-dm-dmacc:1.0</DDFName></Type></RTProperties>
	EOF
	leaf AppID w7 chr
	leaf ServerID "$1" chr
	printf '<Node><NodeName>AppAuth</NodeName>\n'
	auth CLCRED HMAC Device1 device-secret Zmlyc3QtY2xpZW50LTE=
	auth SRVCRED HMAC Mgmt1 server-secret Zmlyc3Qtc2VydmVyLTE=
	printf '</Node></Node></MgmtTree>\n'
}
parm() { printf '<parm name="%s" value="%s"/>\n' "$1" "$2"; }
appauth()
{
	printf '<characteristic type="APPAUTH">\n'
	parm AAUTHLEVEL "$1"
	parm AAUTHTYPE "$2"
	parm AAUTHNAME "$3"
	parm AAUTHSECRET "$4"
	parm AAUTHDATA "$5"
	printf '</characteristic>\n'
}
w7()
{
	printf '<?xml version="1.0"?>\n<!DOCTYPE wap-provisioningdoc PUBLIC "-//WAPFORUM//DTD PROV 1.0//EN" "http://www.wapforum.org/DTD/prov.dtd">\n'
	printf '<wap-provisioningdoc version="1.1"><characteristic type="APPLICATION">\n'
	parm APPID w7
	parm PROVIDER-ID Mgmt1
	parm NAME Operator
	printf '<characteristic type="APPADDR">\n'
	parm ADDR "http://10.2.0.2:$PORT/dm"
	printf '</characteristic>\n'
	appauth APPSRV DIGEST Device1 device-secret Zmlyc3QtY2xpZW50LTE=
	appauth CLIENT DIGEST Mgmt1 server-secret Zmlyc3Qtc2VydmVyLTE=
	printf '</characteristic></wap-provisioningdoc>\n'
}
dmacc Mgmt1 >"$WORK/dmacc.xml"
w7 >"$WORK/w7.xml"
xml2wbxml -o "$WORK/w7.wbxml" "$WORK/w7.xml" >/dev/null 2>&1 || die "xml2wbxml"

accounts() { on "$1" omasec -j account list; }
no_secret() { ! grep -qE 'device-secret|server-secret' "$WORK/check.out" "$@"; }

accounts device >"$WORK/before"
check "dry run" on device omasec account import "$WORK/dmacc.xml" name mgmt --dry-run
check "shows the section" grep -q '^client-name = Device1' "$WORK/check.out"
on device omasec account import -n "$WORK/dmacc.xml" >"$WORK/dry" 2>&1
check "without secrets" no_secret "$WORK/dry"
accounts device >"$WORK/after"
check "and changes nothing" cmp "$WORK/before" "$WORK/after"
check "no key was made" sh -c "! omasec -j key list | grep -q mgmt"

sed 's/<Value>CLCRED/<Value>OBEX/' "$WORK/dmacc.xml" >"$WORK/obex.xml"
check_fails "no credential of the client" on device omasec account import "$WORK/obex.xml" name mgmt
check "says where and why" grep -Eq 'obex.xml:[0-9]+: .*level OBEX' "$WORK/check.out"
head -c 200 "$WORK/w7.wbxml" >"$WORK/cut.wbxml"
check_fails "WBXML that ends too early" on server omasec account import "$WORK/cut.wbxml" name dev
check "says so" grep -Eq 'cut.wbxml: octet [0-9]+: .*(ends too early|does not end)' "$WORK/check.out"
accounts device >"$WORK/after"
check "nothing was added" cmp "$WORK/before" "$WORK/after"

check "DMAcc" on device omasec account import "$WORK/dmacc.xml" name mgmt
check "no secret is printed" no_secret
check_fails "not a second time" on device omasec account import "$WORK/dmacc.xml" name mgmt
check "w7 in WBXML" on server omasec account import "$WORK/w7.wbxml" format w7 name dev
check "DIGEST is told" grep -q 'type DIGEST; name and secret are used for HMAC' "$WORK/check.out"
on device omasec -j account show mgmt >"$WORK/show"
expect "keys and nonces are there" "$WORK/show" \
	'all(d["account"][s]["key-state"] == "ok" and d["account"][s]["nonce"] for s in ("client", "server"))'
serial=$(sed 's/.*"client":{[^}]*"key":\([0-9]*\).*/\1/' "$WORK/show")
check_fails "the key cannot be read" keyctl print "$serial"

check "rule on the device" on device omasec rule add dm direction out port $PORT account mgmt
check "rule on the server" on server omasec rule add dm direction in port $PORT account dev
helper_start device
helper_start server
session "session with imported accounts" "" ""

# The way through a file: the keys are in the keyring, the section names no secret.
check "section" on device omasec account import "$WORK/w7.xml" name filed config "$WORK/filed.conf"
check "has no secret" sh -c "! grep -qE 'secret' '$WORK/filed.conf'"
check_fails "does not write over a file" on device omasec account import "$WORK/w7.xml" name filed config "$WORK/filed.conf"
rule dm "direction = out" "account = filed" >>"$WORK/filed.conf"
check "apply" on device omasec apply --replace "$WORK/filed.conf"
app_server
check "session with the account of the file" app_client "$DIRECT" --session 20
stop_peer server
finish
