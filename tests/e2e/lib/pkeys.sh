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

# number FILE NAME: of what openssl says of a private key, in hexadecimal digits
number() { openssl pkey -in "$1" -noout -text | awk -v name="$2:" '/^[^ ]/ { on = $1 == name } on && /^ / { print $1 }' | tr -d ':\n' | sed 's/^00//'; }
# nowhere NS NUMBER: helper and worker have their name and not that number, nor those octets
nowhere()
{
	check "the number is one" test ${#2} -ge 64
	for _pid in $(helper_pid "$1") $(pgrep -P "$(helper_pid "$1")"); do
		check "no such key in the memory of $1, $_pid" test "$(py "$LIB/memory.py" "$_pid" program=omasecd "key=hex:$2")" = program
	done
}
