#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# libomasec(3) says what is: its synopsis has the prototypes of omasec.h and all that
# the library exports, its examples compile without a warning, and those that can run
# here do. $OMASEC_TOOL lies beside the library, $OMASEC_TOP is the source tree. TAP.
set -uo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
page=$OMASEC_TOP/Documentation/man/libomasec.3
library=$(dirname "$OMASEC_TOOL")
flags=(-std=gnu11 -Wall -Wextra -Werror -I"$OMASEC_TOP/include" -I"$OMASEC_TOP/include/uapi")

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; }
result() { if [ "$1" = 0 ]; then ok "$2"; else not_ok "$2"; fi; }

# prototypes PAGE: its synopsis in C
prototypes()
{
	awk '
		/^\.Sh / { synopsis = $2 == "SYNOPSIS" }
		!synopsis { next }
		/^\.Ft / { type = substr($0, 5) }
		/^\.Fn / {
			rest = substr($0, 5); name = rest; sub(/ .*/, "", name); sub(/^[^ ]* /, "", rest)
			gsub(/^"|"$/, "", rest); gsub(/" "/, ", ", rest)
			print type " " name "(" rest ");"
		}' "$1"
}

# declared PAGE: do they agree with the header?
declared()
{
	{ echo '#include <omasec.h>'; prototypes "$1"; } >"$dir/declared.c"
	gcc "${flags[@]}" -fsyntax-only "$dir/declared.c"
}

# exported: what the library gives
exported() { sed -nE 's/^\t(omasec_[a-z_]+);$/\1/p' "$OMASEC_TOP/userspace/lib/libomasec.map"; }

declared "$page"
result $? synopsis_has_the_prototypes_of_the_header
sed 's/"uint64_t id"/"uint32_t id"/' "$page" >"$dir/wrong.3"
! declared "$dir/wrong.3" 2>/dev/null
result $? another_prototype_is_noticed
diff <(exported | sort) <(prototypes "$page" | grep -oE 'omasec_[a-z_]+\(' | tr -d '(' | sort) >&2
result $? synopsis_has_all_that_is_exported

"$OMASEC_TOP/tests/page-examples" "$page" "$dir"
built=0
for example in "$dir"/example*.c; do
	name=$(basename "$example" .c)
	gcc "${flags[@]}" -o "$dir/$name" "$example" -L"$library" -l:libomasec.so -Wl,-rpath,"$library"
	rc=$?
	result $rc "$name"_compiles
	[ $rc != 0 ] || built=$((built + 1))
done
[ $built -ge 4 ]
result $? there_were_examples
soname=$(objdump -p "$library/libomasec.so" | awk '$1 == "SONAME" { print $2 }')
ln -s "$library/libomasec.so" "$dir/$soname"
export LD_LIBRARY_PATH=$dir

names=$(grep -l 'OMASEC_NAMES_' "$dir"/example*.c)
said=$("${names%.c}" 2>&1)
[ "$said" = 'hmac is 1' ]
result $? words_are_numbers
# Without module or privilege the others end with a sentence, not with a crash.
status=$(grep -l 'omasec_status_get' "$dir"/example*.c)
said=$("${status%.c}" 2>&1)
rc=$?
if [ $rc = 0 ]; then [[ $said =~ ^[0-9]+\ rules$ ]]; else [ $rc = 1 ] && [ ${#said} -ge 30 ]; fi
result $? whoever_cannot_is_told
gcc "${flags[@]}" -o "$dir/modem" "$OMASEC_TOP/Documentation/examples/modem.c" -L"$library" -l:libomasec.so
result $? modem_compiles
echo "1..$n"
