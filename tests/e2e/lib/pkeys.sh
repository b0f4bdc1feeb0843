# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
# For tests of private and public keys of accounts; behind common.sh.

K=$WORK/keys

# keys NS WORD...
keys()
{
	_kns=$1 _verb=$2
	shift 2
	on "$_kns" omasec key "$_verb" --store "$WORK/$_kns" "$@"
}

# kernel_keys_gone: those of tests before, and then the module that has parsed them: a key that outlives it
# brings the kernel down, whoever uses it or lists /proc/keys
kernel_keys_gone()
{
	for _key in $(keyctl rlist @u); do
		case $(keyctl rdescribe "$_key" 2>/dev/null) in asymmetric*omasec:*) keyctl unlink "$_key" @u ;; esac
	done
	modprobe -qr pkcs8_key_parser
	! grep -q ^pkcs8_key_parser /proc/modules
}
# rsa_key N FILE: one of those that were made with the test programs; a virtual machine takes its time for it
rsa_key() { install -m 600 "/usr/local/bin/keys/rsa-$1.pem" "$2"; }
# number FILE NAME: of what openssl says of a private key, in hexadecimal digits
number() { openssl pkey -in "$1" -noout -text | awk -v name="$2:" '/^[^ ]/ { on = $1 == name } on && /^ / { print $1 }' | tr -d ':\n' | sed 's/^00//'; }
# in_hand NS FILE: the private key in FILE is in use, and its modulus therefore in the helper's memory; whether the
# private exponent is there as well, or a prime, is in $IN_HAND. The helper of NS has it for as long as its worker
# does not answer, which is stopped.
in_hand()
{
	IN_HAND= _helper=$(helper_pid "$1") _worker=$(pgrep -P "$(helper_pid "$1")")
	app_server
	for _ in 1 2 3 4 5; do
		# shellcheck disable=SC2086
		kill -STOP $_worker
		app_client "$DIRECT" --session $((SESSION += 1)) >/dev/null 2>&1 &
		_client=$!
		sleep 0.7
		kill -STOP "$_helper"
		IN_HAND=$(py "$LIB/memory.py" "$_helper" "modulus=hex:$(number "$2" modulus)" "exponent=hex:$(number "$2" privateExponent)" "prime=hex:$(number "$2" prime1)")
		kill -CONT "$_helper"
		# shellcheck disable=SC2086
		kill -CONT $_worker 2>/dev/null
		wait $_client
		_worker=$(pgrep -P "$_helper")
		case $IN_HAND in *modulus*) break ;; esac
	done
	stop_peer server
}
# nowhere NS NUMBER...: helper and worker have their name and none of those numbers, nor those octets
nowhere()
{
	_nns=$1
	shift
	check "there are numbers" test $# -ge 1
	for _number; do
		shift
		check "the number is one" test ${#_number} -ge 64
		set -- "$@" "key$#=hex:$_number"
	done
	for _pid in $(helper_pid "$_nns") $(pgrep -P "$(helper_pid "$_nns")"); do
		check "no such key in the memory of $_nns, $_pid" test "$(py "$LIB/memory.py" "$_pid" program=omasecd "$@")" = program
	done
}
