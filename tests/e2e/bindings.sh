#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What is above the binding is the same over each: one account, whose nonces go on from HTTP
# to OBEX, WSP, WTP and back, in XML and WBXML; messages that are signed and encrypted, as a
# whole or their objects; Access Control Lists.
#
# KERNELS: 6.1
# TIMEOUT: 360
# NEEDS: xmlsec1
. ./lib/common.sh
. ./lib/bindings.sh
KEY=$(secret sign 0123456789abcdef0123456789abcdef)
WRAP=$(secret wrap 0123456789abcdefghijklmnopqrstuv)
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
	for binding in http obex wsp wtp; do
		# shellcheck disable=SC2086
		over $binding "a session $how" $how
	done
done

both device out mgmt "integrity = both" "confidentiality = message"
both server in dev "integrity = both" "confidentiality = message"
WIRE="--sign $KEY --wrap $WRAP"
for binding in obex wsp wtp http; do
	over $binding "signed and encrypted"
done
both device out mgmt "integrity = both" "confidentiality = objects"
both server in dev "integrity = both" "confidentiality = objects"
WIRE="--sign $KEY --wrap $WRAP --objects"
for binding in obex wtp wsp http; do
	over $binding "signed, its objects encrypted"
done

acl() { on device omasec acl "$@" --store "$WORK/device" >/dev/null; }
acl set ./A 'Get=Mgmt1&Replace=Mgmt1' --create
acl set ./B 'Get=Other' --create
n=90
for how in "obex 650" "wsp 9200" "wtp 9201" "http 8080"; do
	set -- $how
	PORT=$2 n=$((n + 1)) option=--$1
	[ "$1" != http ] || option=
	# shellcheck disable=SC2086
	app_server $option --ask "Get ./A 200;Get ./B 425" --ask "Get ./B 425;Delete ./A 425"
	check "lists over $1: the client is content" app_client "http://10.2.0.2:$PORT/dm" --transport "$1" --session $n
	check "and the server got what it expected" stop_peer server
	expect "what it may not reach has not arrived" "$WORK/client.json" \
		'd["results"][0]["seen"] == ["Get ./A", "Get ./DevInfo/DevId"]'
done
finish
