#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What a rule for datagrams may say: ports, peers, accounts, other content, DTLS,
# notifications of DM 1.3; what it may not; and that nothing else is touched.
#
# KERNELS: 6.1
# TIMEOUT: 240
. ./lib/common.sh
. ./lib/push.sh
network
add() { on device omasec rule add push protocol udp direction in port $PUSH_PORT account mgmt "$@"; }

push_listen
push_send free,raw=414243
check "without a rule all arrives" arrived free

push_protect
DTLS=16fefd00010000000000070003616263
push_send plain,session=1 dtls,raw=$DTLS dtls-and-more,raw=${DTLS}41 wtls,raw=c300010001ff \
	push-as-wtls,raw=c406030003616263 other,raw=414243
check "tls = allow" arrived free plain dtls wtls
check "passed is counted" rule_saw device passed 2

push_protect "tls = forbid"
push_listen
push_send plain2,session=2 dtls2,raw=$DTLS
check "tls = forbid" arrived plain2
check "tls-forbidden" dropped tls-forbidden 1

push_protect "tls = require"
push_listen
push_send plain3,session=3 n13-3,session=3,wsp=010603d8af87 dtls3,raw=$DTLS
check "tls = require" arrived dtls3
check "tls-required" dropped tls-required 2

push_protect "notification-1.3 = pass" "other = pass"
push_listen
push_send n13,session=3,wsp=010603d8af87 text,raw=01060b746578742f706c61696e0068656c6c6f \
	other2,raw=414243 boot,raw=010603b6af8700 dm-by-app,raw=0106038baf8700 bad,session=4,flip=7 \
	bad-header,raw=010604c4af87 good,session=4
check "notification-1.3 = pass, other = pass" arrived n13 text other2 good
check "what could be read as DM does not pass" dropped kind-unchecked 1
check "nor a bootstrap message that is none" dropped bootstrap-bad 1

push_protect "max-message = 100"
push_listen
push_send long,session=5,vendor=100 short,session=5
check "max-message" arrived short
check "too-large" dropped too-large 1

push_protect "account = any"
push_listen
push_send any,session=6 none,session=6,id=Nobody
check "account = any finds the account by server identifier" arrived any
check "server-unknown" dropped server-unknown 1

push_protect "address = 10.3.0.0/16"
push_listen
push_send elsewhere,session=7,flip=7
check "the rule is for other peers" arrived elsewhere

push_protect "port = 2950-2960"
push_listen
push_send elsewhere2,session=7,flip=7
check "the rule is for other ports" arrived elsewhere2

account >"$WORK/c"
rule tcp "direction = in" "port = $PUSH_PORT" "auth-mode = static" >>"$WORK/c"
apply device <"$WORK/c"
push_listen
push_send elsewhere3,session=7,flip=7
check "a rule for tcp does not select datagrams" arrived elsewhere3

account >"$WORK/c"
apply device <"$WORK/c"
push_listen
push_send gone,session=7,flip=7
check "with the rule its hooks are gone" arrived gone
stop_peer listener

for words in "direction out" "uid 0" "cgroup x" "binding http" "integrity none" "auth-mode static" \
	"on-deny http" "helper-lost hold" "first-contact challenge" "deadline 2s" "role server"; do
	direction="direction in"
	[ "$words" != "direction out" ] || direction=
	# shellcheck disable=SC2086
	check_fails "udp with $words is refused" on device omasec rule add u protocol udp port 2948 account mgmt \
		$direction $words
	check "and it is said what is expected" grep -qE 'protocol|expected' "$WORK/check.out"
done
check_fails "tcp with binding wsp" on device omasec rule add u direction in port 1 account mgmt binding wsp
check_fails "tcp with nonce-resync" on device omasec rule add u direction in port 1 account mgmt nonce-resync on
check "a rule by hand" add
check "is shown" sh -c "nsenter --net=/run/netns/device -- omasec rule list | grep -q 'push .*2948/udp.*notifications'"
check "and can go" on device omasec rule del push
finish
