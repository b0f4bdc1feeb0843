# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2034,SC2154
#
# One account over each binding of a session; sourced after common.sh.
SESSION=0

# key NS ACCOUNT OF FILE: that key of the account
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
		rule wsp "$@" "direction = $_to" "account = $_who" "port = 9200" "protocol = udp" "binding = wsp-post"
		rule wtp "$@" "direction = $_to" "account = $_who" "port = 9201" "protocol = udp" "binding = wtp"
	} >"$WORK/c"
	apply "$_on" <"$WORK/c"
}
# over BINDING TEXT [CLIENT OPTION...]: a session, each message of which is right on the wire
over()
{
	case $1 in
	http) PORT=8080 _tamper=tamper.py _server="" _transport=http ;;
	obex) PORT=650 _tamper=obex_tamper.py _server=--obex _transport=obex ;;
	wsp) PORT=9200 _tamper=wsp_tamper.py _server=--wsp _transport=wsp ;;
	wtp) PORT=9201 _tamper=wtp_tamper.py _server="--wtp --cut 900" _transport="wtp --cut 700" ;;
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
