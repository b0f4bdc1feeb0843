#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The completion for bash, run as readline runs it, with a tool that knows a few
# names, and with the real one ($OMASEC_TOOL) for what it says of its commands. TAP.
set -uo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
mkdir bin
cat >bin/omasec <<'END'
#!/bin/bash
printf '%s\n' "$@" >"$ASKED"
[ "$1 $2" = "--complete --" ] || exit 2
shift 2
case "$*" in
"") printf '%s\n' account rule flow key ;;
"account show") printf '%s\n' vendor vendor2 dm@site dm@shop other ;;
"rule del") printf '%s\n' '$(touch ran)' '`touch ran`' 'two words' '*' 7 ;;
"flow kill") printf '%s\n' 12 15 30 ;;
"key del") printf '%s\n' alpha ;;
"key del dm@site") printf '%s\n' client server netw pin sign wrap ;;
check) echo FILE ;;
"account del") echo "omasec: not loaded" >&2; exit 3 ;;
esac
END
chmod +x bin/omasec
export PATH=$dir/bin:$PATH ASKED=$dir/asked
touch one.conf two.conf
# readline's, which the completion only has where it completes
compopt() { :; }
# shellcheck source=/dev/null
. "$OMASEC_COMPLETION"

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; }

# complete LINE: what is offered at its end, in $offered, a word a line. The line is
# broken where readline breaks it.
complete_line()
{
	local rest=$1

	COMP_LINE=$1 COMP_WORDS=() COMPREPLY=()
	while [[ $rest =~ ^[[:blank:]]*([@:=]+|(\\.|[^[:blank:]@:=])+)(.*)$ ]]; do
		COMP_WORDS+=("${BASH_REMATCH[1]}")
		rest=${BASH_REMATCH[3]}
	done
	[[ $1 != *' ' ]] || COMP_WORDS+=("")
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_omasec
	offered=${COMPREPLY[*]+$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd' ')}
}

# offers CASE LINE WORDS
offers()
{
	complete_line "$2"
	if [ "$offered" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		echo "$2: offered '$offered', expected '$3'" >&2
	fi
}

offers objects "omasec " "account flow key rule"
offers objects_by_beginning "omasec a" account
offers accounts "omasec account show " "dm@shop dm@site other vendor vendor2"
offers accounts_by_beginning "omasec account show ven" "vendor vendor2"
offers nothing_of_another_beginning "omasec account show x" ""
offers names_with_an_at "omasec account show dm@s" "shop site"
offers names_that_end_with_an_at "omasec account show dm@" "shop site"
offers after_a_name_with_an_at "omasec key del dm@site s" "server sign"
offers flows "omasec flow kill 1" "12 15"
offers keys "omasec key del " alpha
offers files "omasec check o" one.conf
offers options "omasec --sec" "--secret-fd --secret-file"
offers options_stand_anywhere "omasec -j --count 3 flow kill 3" 30
offers file_of_an_option "omasec key add x client --secret-file tw" two.conf
offers no_number_of_an_option "omasec monitor --count " ""
offers nothing_without_the_module "omasec account del " ""

offers two_words_as_one "omasec rule del two" 'two\ words'
offers a_star_is_no_pattern 'omasec rule del \*' '\*'
complete_line "omasec rule del "
if [ ! -e ran ] && [ ${#COMPREPLY[@]} = 5 ]; then ok names_are_not_run; else not_ok names_are_not_run; fi

complete_line "omasec --json flow kill "
if [ "$(paste -sd' ' asked)" = "--complete -- flow kill" ]; then
	ok the_tool_is_asked_without_options
else
	not_ok the_tool_is_asked_without_options
fi

# The real tool: what it prints is what the completion above was written for.
PATH=$(dirname "$OMASEC_TOOL"):$PATH
hash -r
offers real_objects "omasec a" "account acl apply"
offers real_verbs "omasec flow " "attach detach kill list"
offers real_keys_of_a_rule "omasec rule add web dir" direction
offers real_words_of_a_key "omasec rule add web direction " "in out"
offers real_keys_without_a_name "omasec obex-relay rule web " "app carrier"
offers real_streams "omasec obex-relay rule web app tt" "tty:"
offers real_files "omasec apply tw" two.conf

missing=
while read -r option; do
	complete_line "omasec --$option"
	[[ " $offered " == *" --$option "* ]] || missing+=" $option"
done < <(sed -n 's/^\t{ "\([a-z-]*\)", [a-z]*_argument, .*/\1/p' "$OMASEC_MAIN" | grep -vx complete)
complete_line "omasec --"
listed=$(wc -w <<<"$offered")
known=$(grep -c '^	{ "[a-z-]*", [a-z]*_argument' "$OMASEC_MAIN")
if [ -z "$missing" ] && [ "$listed" -gt 10 ] && [ $((listed + 1)) = "$known" ]; then
	ok all_options_of_the_tool
else
	not_ok all_options_of_the_tool
	echo "missing:$missing; $listed listed, $known known with --complete" >&2
fi
echo "1..$n"
