#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Octets that only look like TLS at the start do not slip plain text through, in
# either direction, whichever end has the rule.
#
# KERNELS: 6.12
# TIMEOUT: 300
. ./lib/common.sh
. ./lib/tls.sh
network

# exchange CLIENT-CASE SERVER-CASE: $WORK/fake has what the client saw, $WORK/srv.ready.got
# what the server got
exchange()
{
	rm -f "$WORK/srv.ready.got"
	start_peer srv server faketls.py server "$PORT" "$2"
	on device "$PYTHON" "$LIB/faketls.py" client 10.2.0.2 "$PORT" "$1" >"$WORK/fake"
	stop_peer srv
	touch "$WORK/srv.ready.got"
}

arrived() { ! grep -q "secret in plain" "$WORK/srv.ready.got" && grep -q '"secret": false' "$WORK/fake"; }
passed() { ! arrived; }

judge_end()
{
	ns=$1
	exchange header session
	check "$ns: plain text behind a header does not pass" arrived
	exchange hello-then-plain session
	check "$ns: nor behind a ClientHello" arrived
	exchange hello plain
	check "$ns: nor as the answer to one" arrived
	exchange hello header
	check "$ns: nor behind a header in the answer" arrived
	exchange hello hello-then-plain
	check "$ns: nor behind a ServerHello" arrived
	check "$ns: with their reason" refused "$ns" tls-record 5
}

for ns in device server; do
	direction=out
	[ $ns = device ] || direction=in
	tls_rule $ns $direction "tls = allow"
	helper_start $ns
	events $ns
	judge_end $ns
	exchange session-then-plain echo
	check "$ns, all: nor later from the client" arrived
	exchange session session-then-plain
	check "$ns, all: nor later from the server" arrived
	check "$ns, all: with their reason" refused $ns tls-record 7
	check "$ns: the event says what" event $ns tls-record "no TLS record"
	exchange octets session
	check "$ns: octet by octet it passes as TLS" grep -q '"octets": [1-9]' "$WORK/fake"
	check "$ns: which is told" event $ns secured TLS_AES_128_GCM_SHA256

	tls_rule $ns $direction "tls = allow" "tls-check = start"
	judge_end $ns
	exchange session session-then-plain
	check "$ns, start: behind both hellos nothing is looked at" passed
	printf '' | apply $ns
	helper_stop $ns
done
finish
