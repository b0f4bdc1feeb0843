#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What documents say can be typed in: each configuration in them is given to the real
# tool ($OMASEC_TOOL), what `omasec check` and `omasec acl ... --file` print in them is
# compared with what it prints, commands, keys and options have to exist, and so do
# files that are named. Needs no module. $OMASEC_TOP is the source tree. TAP.
#
# In Markdown a configuration is a block ```ini, whole by itself, and commands with
# what they print are a block ```console. In manual pages they are the displays
# under EXAMPLES.
set -uo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
omasec=$OMASEC_TOOL
cd "$OMASEC_TOP" || exit 1
"$omasec" help >"$dir/help" || exit 1

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; }
configs=0 outputs=0 commands=0 faults=0

# fault WHERE TEXT: something is wrong with the document
fault() { faults=$((faults + 1)); echo "$1: $2" >&2; }

# blocks FILE: its blocks, each as a file NUMBER.LINE.KIND in $dir/blocks
blocks()
{
	rm -rf "$dir/blocks"
	mkdir "$dir/blocks"
	case $1 in
	*.md)
		awk -v to="$dir/blocks" '
			/^```/ && open { close(open); open = ""; next }
			/^```(ini|console)$/ { open = sprintf("%s/%03d.%d.%s", to, ++n, NR, substr($0, 4)); next }
			open { print >open }' "$1" ;;
	*)
		awk -v to="$dir/blocks" '
			/^\.Sh / { examples = $2 == "EXAMPLES" }
			/^\.Bd -literal/ && examples { inside = 1; kind = ""; next }
			/^\.Ed/ { inside = 0; next }
			!inside { next }
			!kind {
				kind = /^\[/ ? "ini" : /^[$#] / ? "console" : "other"
				open = sprintf("%s/%03d.%d.%s", to, ++n, NR, kind)
			}
			{ gsub(/\\&/, ""); gsub(/\\-/, "-"); gsub(/\\e/, "\\"); print >open }' "$1" ;;
	esac
}

# check_config FILE: what the tool says of it, $said, as if it were that of whoever
# reads the document: users are there, and so are files of passwords
check_config()
{
	local conf=$dir/conf/omasec.conf name

	rm -rf "$dir/conf"
	mkdir "$dir/conf"
	cp "$1" "$conf"
	while read -r name; do
		case $name in
		*/*) fault "$1" "$name: expected a name without directory here" ;;
		*) (umask 077 && echo secret >"$dir/conf/$name") ;;
		esac
	done < <(sed -nE 's/^(client|server)-secret-file *= *//p' "$conf")
	while read -r name; do
		getent passwd "$name" >/dev/null || sed -i -E "s/^(uid *= *)$name\$/\10/" "$conf"
	done < <(sed -nE 's/^uid *= *//p' "$conf")
	configs=$((configs + 1))
	said=$("$omasec" check "$conf" 2>&1)
}

# The configuration that no `omasec check` in the document was about has to be right.
config='' config_line=''
config_done()
{
	[ -z "$config" ] || check_config "$config" || fault "$1:$config_line" "$said"
	config=''
}

# compare WHERE PRINTED SAID
compare()
{
	outputs=$((outputs + 1))
	[ "$2" = "$3" ] || fault "$1" "prints
$3
and not
$2"
}

# command_exists WHERE WORD...: object, verb, keys and options
command_exists()
{
	local where=$1 skip keys word what
	shift

	while [[ ${1-} == -* ]]; do shift; done
	commands=$((commands + 1))
	# a usage begins a line; what an object alone may be is a word of help too
	if [[ ${2-} =~ ^[a-z-]+$ ]] && "$omasec" help "$1" "$2" >"$dir/usage" 2>/dev/null; then
		what="$1 $2"
		shift 2
	elif grep -q "^  omasec ${1-} [^a-z]" "$dir/help" && "$omasec" help "$1" >"$dir/usage"; then
		what=$1
		shift
	else
		# an object alone, in a sentence
		[ $# != 1 ] || ! grep -q "^  omasec $1 " "$dir/help" || return
		fault "$where" "omasec $*: no such command"
		return
	fi
	keys=$(sed -nE 's/^  ([a-z][a-z0-9.-]*) +.*/\1/p' "$dir/usage" | paste -sd' ')
	for word; do
		[[ $word != --* ]] || grep -qwF -e "$word" "$dir/usage" "$dir/help" ||
			fault "$where" "omasec $what: no option $word"
	done
	case $what in
	"rule add") skip=1; [[ " $keys " != *" ${1-} "* ]] || skip=0 ;;
	"account add" | "account set") skip=1 ;;
	"blob verify" | "blob protect") skip=2 ;;
	obex-relay) skip=0 ;;
	*) return ;;
	esac
	[ $# -ge $skip ] || return
	shift "$skip"
	while [ $# -gt 0 ] && [[ $1 != -* ]]; do
		[[ " $keys " == *" $1 "* ]] || fault "$where" "omasec $what: no key $1"
		shift $(($# > 1 ? 2 : 1))
	done
}

# run_command WHERE PROMPT COMMAND PRINTED: a command as it was typed
run_command()
{
	local where=$1 command=$3 printed=$4 words word first

	[[ $command == omasec\ * ]] || return
	# a pipeline, and what is behind a comment or an operator, is the shell's
	eval "words=(${command%% |*})"
	command_exists "$where" "${words[@]:1}"
	if [ "${words[1]}" = check ] && [ -n "$config" ]; then
		check_config "$config"
		compare "$where" "$printed" "${said//"$dir/conf/omasec.conf"/${words[2]}}"
		config=''
	elif [[ $2 = '$' && $command == *" acl "*" --file "* && $command != *"|"* ]]; then
		first=$("$omasec" "${words[@]:1}" 2>&1)
		compare "$where" "$printed" "$first"
	fi
}

# check_console DOCUMENT LINE BLOCK
check_console()
{
	local line prompt='' command='' printed='' at=$2 where=''

	while IFS= read -r line || [ -n "$line" ]; do
		at=$((at + 1))
		if [[ $command == *\\ ]]; then
			command=${command%\\}${line## }
		elif [[ $line == [#\$]\ * ]]; then
			[ -z "$command" ] || run_command "$where" "$prompt" "$command" "$printed"
			prompt=${line:0:1} command=${line:2} printed='' where=$1:$at
		else
			printed+=${printed:+$'\n'}$line
		fi
	done <"$3"
	[ -z "$command" ] || run_command "$where" "$prompt" "$command" "$printed"
}

# check_names DOCUMENT: commands and files that stand in its text
check_names()
{
	local line name words

	while IFS=: read -r line name; do
		name=${name#\`omasec }
		read -ra words <<<"${name%%[\`|]*}"
		command_exists "$1:$line" "${words[@]}"
	done < <(grep -noE '`omasec [a-z][^`]*`' "$1")
	while IFS=: read -r line name; do
		name=${name#](}
		[ -e "$(dirname "$1")/${name%)}" ] || fault "$1:$line" "no such file: ${name%)}"
	done < <(grep -noE '\]\([^):#]+\)' "$1")
	while IFS=: read -r line name; do
		[ -e "$name" ] || fault "$1:$line" "no such file: $name"
	done < <(grep -noE 'Documentation/[a-z]+/[a-z0-9-]+\.(md|c|conf|xml|yaml)' "$1")
}

# check_document FILE: 0 when nothing is wrong with it
check_document()
{
	local before=$faults block line kind

	blocks "$1"
	for block in "$dir"/blocks/*; do
		[ -e "$block" ] || continue
		IFS=. read -r _ line kind <<<"${block##*/}"
		case $kind in
		ini) config_done "$1"; config=$block config_line=$line ;;
		console) check_console "$1" "$line" "$block" ;;
		esac
	done
	config_done "$1"
	[[ $1 != *.md ]] || check_names "$1"
	[ $faults = "$before" ]
}

for document in README.md Documentation/*.md Documentation/guide/*.md Documentation/man/*.[1-9]; do
	case_name=${document#Documentation/}
	if check_document "$document"; then ok "${case_name//[^a-zA-Z0-9]/_}"; else not_ok "${case_name//[^a-zA-Z0-9]/_}"; fi
done
before=$faults
for config in Documentation/examples/*.conf; do
	check_config "$config" || fault "$config" "$said"
done
if [ $faults = "$before" ]; then ok examples; else not_ok examples; fi
# Blocks that are marked in another way would be passed over in silence.
if [ $configs -ge 9 ] && [ $outputs -ge 6 ] && [ $commands -ge 60 ]; then
	ok there_was_much_to_check
else
	not_ok there_was_much_to_check
	echo "$configs configurations, $outputs outputs, $commands commands" >&2
fi

# notices CASE TEXT: a right document with this text is faulty
notices()
{
	printf '%s\n' "$2" >>"$dir/broken.md"
	if check_document "$dir/broken.md" 2>"$dir/said" || [ ! -s "$dir/said" ]; then
		not_ok "$1"
	else
		ok "$1"
	fi
	cp "$dir/right.md" "$dir/broken.md"
}

fence='```'
account=$'[account a]\nserver-id = S\nclient-name = C'
{
	printf '%sini\n%s\n%s\n\nSee `omasec status`, [this](right.md).\n\n' "$fence" "$account" "$fence"
	printf '%sconsole\n# omasec check f\nCorrect: 1 account and 0 rules.\n' "$fence"
	printf '# omasec rule add dm direction out port 80 account a\n%s\n\n' "$fence"
} >"$dir/right.md"
cp "$dir/right.md" "$dir/broken.md"
if check_document "$dir/right.md"; then ok a_right_document; else not_ok a_right_document; fi
notices a_key_that_is_none "${fence}ini"$'\n'"$account"$'\nserver-nonse = text:x\n'"$fence"
notices an_output_that_is_another "${fence}ini"$'\n'"$account"$'\n'"$fence"$'\n\n'"${fence}console"$'\n# omasec check f\nCorrect: 2 accounts and 0 rules.\n'"$fence"
notices a_command_that_is_none "${fence}console"$'\n# omasec rule remove dm\n'"$fence"
notices a_command_in_the_text 'Use `omasec stop`.'
notices a_key_of_a_command "${fence}console"$'\n# omasec rule add dm direction out prot 80 account a\n'"$fence"
notices an_option_that_is_none "${fence}console"$'\n# omasec apply f --force\n'"$fence"
notices a_link_to_nowhere '[there](nowhere.md)'
echo "1..$n"
