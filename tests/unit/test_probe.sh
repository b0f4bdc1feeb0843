#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Kernels for which the module is not to be built: each is refused with what it lacks, before
# anything is compiled, and an old answer is gone. $OMASEC_TOP is the source tree. TAP.
set -uo pipefail

probe=$OMASEC_TOP/kmod/compat/probe.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0 failed=0

# kernel VERSION OPTION...: the headers of one, as far as they are looked at
kernel()
{
	local generated=$dir/kernel/include/generated version=$1 option

	shift
	rm -rf "$dir/kernel"
	mkdir -p "$generated/uapi/linux"
	echo "#define LINUX_VERSION_CODE $version" >"$generated/uapi/linux/version.h"
	for option; do
		echo "#define CONFIG_$option 1"
	done >"$generated/autoconf.h"
}

# refused NAME TEXT: and says so
refused()
{
	n=$((n + 1))
	echo "/* of another kernel */" >"$dir/gen.h"
	if ! sh "$probe" "$dir/kernel" "$dir/gen.h" >"$dir/out" 2>&1 && [ ! -e "$dir/gen.h" ] &&
		grep -qF "$2" "$dir/out" && [ "$(wc -l <"$dir/out")" = 1 ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		sed 's/^/# /' "$dir/out"
		failed=1
	fi
}

all=(MODULES INET NETFILTER_MODULE TRACEPOINTS KEYS CRYPTO_HASH)
oldest=$((5 << 16 | 10 << 8))

echo "1..9"
kernel $((5 << 16 | 4 << 8 | 255)) "${all[@]}"
refused "one before 5.10" "is 5.4; 5.10 is the first"
kernel $((oldest - 1)) "${all[@]}"
refused "the last before 5.10" "is 5.9;"
for i in "${!all[@]}"; do
	some=("${all[@]}")
	unset "some[$i]"
	kernel "$oldest" "${some[@]}" "${all[$i]%_MODULE}_OTHER"
	refused "one without ${all[$i]}" "lacks CONFIG_${all[$i]%_MODULE},"
done
rm -rf "$dir/kernel"
mkdir "$dir/kernel"
refused "one that was not configured" "make modules_prepare"
exit $failed
