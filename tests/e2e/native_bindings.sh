#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# OBEX and WSP over WTP: applications that speak auth-MAC themselves, with omasec on the other
# side and, in native mode, on their own. First contact, challenges, stale nonces and MACs that
# are wrong; messages in many packets.
#
# KERNELS: 6.12
# TIMEOUT: 300
. ./lib/common.sh
network

# ruled NS DIRECTION [LINE...]: a rule of this binding there, with a helper that knows nothing yet
ruled()
{
	_ruled=$1 _to=$2
	shift 2
	# shellcheck disable=SC2086
	{ account; rule dm "direction = $_to" "binding = $BINDING" ${PROTOCOL:+"protocol = $PROTOCOL"} "$@"; } >"$WORK/c"
	apply "$_ruled" <"$WORK/c"
	rm -rf "${WORK:?}/$_ruled"
	helper_start "$_ruled"
}
unruled()
{
	helper_stop "$1"
	printf '' | apply "$1"
}
native_over()
{
	_where=$1
	shift
	# shellcheck disable=SC2086
	native_client "$BINDING://$_where:$PORT/dm" $CUT "$@"
}

# over BINDING PORT PROTOCOL PACKETS: sizes of packets as an option of peers
over()
{
	BINDING=$1 PORT=$2 PROTOCOL=$3 CUT=$4
	ruled server in
	# shellcheck disable=SC2086
	app_server --$BINDING $CUT
	check "$BINDING: a native client, an application behind omasec" native_over 10.2.0.2 --session 1 --sessions 2
	expect "$BINDING: the client verified every answer" "$WORK/client.json" \
		'd["verified"] == 6 and d["refused"] == 0 and d["refused_by_peer"] == 0'
	check "$BINDING: one whose nonce is stale" native_over 10.2.0.2 --session 10
	expect "$BINDING: was challenged, and went on" "$WORK/client.json" 'd["refused_by_peer"] >= 1 and d["verified"] >= 3'
	check "$BINDING: one that begins without MAC" native_over 10.2.0.2 --session 11 --first-no-mac
	for bad in wrong-mac no-header two-headers bad-algorithm altered-body; do
		check_fails "$BINDING: $bad" native_over 10.2.0.2 --session 20 --timeout 3 \
			--misbehave $bad@2 --misbehave $bad@3 --misbehave $bad@4
	done
	stop_peer server
	expect "$BINDING: nothing of that arrived" "$WORK/server.json" \
		'len(d["requests"]) == len(set(r["sha256"] for r in d["requests"])) >= 12 and not any(r["hmac"] for r in d["requests"])'
	for reason in mac-wrong mac-missing mac-malformed mac-algorithm; do
		check "$BINDING: counted: $reason" refused server $reason
	done
	unruled server

	ruled device out
	# shellcheck disable=SC2086
	native_server $PEER --$BINDING $CUT --challenge 1
	check "$BINDING: a native server that challenges, an application behind omasec" \
		app_client "http://10.2.0.2:$PORT/dm" --transport "$BINDING" $CUT --session 30
	stop_peer server
	expect "$BINDING: the server verified all but the one that it challenged" "$WORK/server.json" \
		'd["verified"] == 3 and d["why"] == ["on purpose"]'
	unruled device

	ruled device out "auth-mode = native"
	ruled server in "auth-mode = native"
	: >"$WORK/wire.log"
	rm -f "$WORK/wire.nonces"
	# shellcheck disable=SC2086
	native_server $PEER --$BINDING $CUT --state "$WORK/nonces.$BINDING.s"
	start_peer relay router "${BINDING}_tamper.py" --listen $PORT --host :: --to "[fd02::2]:$PORT" --log "$WORK/wire.log"
	check "$BINDING: native mode: both applications speak auth-MAC" \
		native_over 10.1.0.1 --state "$WORK/nonces.$BINDING.c" --session 40 --sessions 2
	stop_peer relay
	expect "$BINDING: nothing was refused" "$WORK/client.json" 'd["refused"] == 0 and d["refused_by_peer"] == 0'
	check "$BINDING: the wire is right" wirecheck --least 12
	check_fails "$BINDING: native mode: an altered body does not leave" native_over 10.2.0.2 \
		--state "$WORK/nonces.$BINDING.c" --session 50 --timeout 3 --misbehave altered-body@1
	check "$BINDING: the device counts native-unprotected" refused device native-unprotected
	stop_peer server
	expect "$BINDING: the server application verified all that came" "$WORK/server.json" \
		'd["verified"] == 6 == d["received"] and d["refused"] == 0'
	unruled device
	unruled server
}

over obex 650 "" "--mtu 300"
before=$(stat device native-unprotected)
over wtp 9201 udp "--cut 300"
check "of both bindings" test "$(stat device native-unprotected)" -gt "$before"
finish
