# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
# For tests of rules with confidentiality = $HIDDEN; behind common.sh.

KEY=$(secret sign 0123456789abcdef0123456789abcdef)
WRAP=$(secret wrap 0123456789abcdefghijklmnopqrstuv)
OTHER=$(secret other-wrap another-key-of-32-octets-another)
# where no rule is
NATIVE_NS=router

key() { on "$1" omasec key add "$2" "$3" form text --secret-file "$4" >/dev/null; }

# The keys are found by the name of the account, in the one keyring of the user: so the two
# sides have names of their own.
store_keys()
{
	for _side in "device mgmt" "server dev"; do
		# shellcheck disable=SC2086
		{ key $_side sign "$KEY"; key $_side wrap "$WRAP"; }
	done
}

# protect NS DIRECTION ACCOUNT [LINE...]
protect()
{
	_on=$1 _to=$2 _who=$3
	shift 3
	{ account "$_who"; rule dm "$@" "direction = $_to" "account = $_who" "confidentiality = $HIDDEN"; } >"$WORK/c"
	apply "$_on" <"$WORK/c"
}

# wrong_with_right_mac KIND...: native() sends each as its second message, which is refused. Its
# nonces are old ones, so that one is the first with a right MAC.
wrong_with_right_mac()
{
	for _kind in "$@"; do
		check_fails "$_kind with a right MAC" native --session 50 --misbehave "$_kind@2"
		expect "$_kind: is what was sent" "$WORK/client.json" \
			'd["misbehaved"] == ["'"$_kind"'"] and (d["sent"], d["refused_by_peer"]) == (2, 1)'
	done
}
