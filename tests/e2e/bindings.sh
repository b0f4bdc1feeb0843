#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What is above the binding is the same over each: one account, whose nonces go on from
# HTTP to OBEX and back, in XML and WBXML; messages that are signed and encrypted; Access
# Control Lists.
#
# KERNELS: 6.1
# TIMEOUT: 240
# NEEDS: xmlsec1
. ./lib/common.sh
KEY=$(secret sign 0123456789abcdef0123456789abcdef)
WRAP=$(secret wrap 0123456789abcdefghijklmnopqrstuv)
key() { on "$1" omasec key add "$2" "$3" form text --secret-file "$4" >/dev/null; }
# both NS DIRECTION ACCOUNT [LINE...]: a rule for each binding; keys are found by the name of
# the account, in the one keyring of the user: so the two sides have names of their own
both()
{
	_on=$1 _to=$2 _who=$3
	shift 3
	{
		account "$_who"
		rule http "$@" "direction = $_to" "account = $_who" "port = 8080"
		rule obex "$@" "direction = $_to" "account = $_who" "port = 650" "binding = obex"
	} >"$WORK/c"
	apply "$_on" <"$WORK/c"
}
# over BINDING TEXT [CLIENT OPTION...]: a session, each message of which is right on the wire
over()
{
	case $1 in
	http) PORT=8080 _tamper=tamper.py _server="" _transport=http ;;
	obex) PORT=650 _tamper=obex_tamper.py _server=--obex _transport=obex ;;
	esac
	_over="$2 over $1"
	shift 2
	: >"$WORK/wire.log"
	# shellcheck disable=SC2086
	app_server $_server --rounds 2 --size 3000
	start_peer relay router $_tamper --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log"
	SESSION=$((SESSION + 1))
	check "$_over: client" app_client "http://10.1.0.1:$PORT/dm" --transport $_transport --session $SESSION "$@"
	check "$_over: server" stop_peer server
	stop_peer relay
	# shellcheck disable=SC2086
	check "$_over: wire" wirecheck ${WIRE:-}
}
SESSION=0

network
for side in "device mgmt" "server dev"; do
	# shellcheck disable=SC2086
	{ key $side sign "$KEY"; key $side wrap "$WRAP"; }
done
both device out mgmt
both server in dev
helper_start device
helper_start server
for how in "" --wbxml; do
	for binding in http obex; do
		# shellcheck disable=SC2086
		over $binding "a session $how" $how
	done
done

both device out mgmt "integrity = both" "confidentiality = message"
both server in dev "integrity = both" "confidentiality = message"
WIRE="--sign $KEY --wrap $WRAP"
for binding in obex http; do
	over $binding "signed and encrypted"
done

acl() { on device omasec acl "$@" --store "$WORK/device" >/dev/null; }
acl set ./A 'Get=Mgmt1&Replace=Mgmt1' --create
acl set ./B 'Get=Other' --create
PORT=650
app_server --obex --ask "Get ./A 200;Get ./B 425" --ask "Get ./B 425;Delete ./A 425"
check "lists over obex: the client is content" app_client http://10.2.0.2:650/dm --transport obex --session 90
check "and the server got what it expected" stop_peer server
expect "what it may not reach has not arrived" "$WORK/client.json" \
	'd["results"][0]["seen"] == ["Get ./A", "Get ./DevInfo/DevId"]'
finish
