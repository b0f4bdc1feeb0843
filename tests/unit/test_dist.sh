#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make dist: whoever makes the release of a commit gets the same octets, and what is in it
# is the commit. $OMASEC_TOP is the source tree. TAP.
set -uo pipefail

if ! git -C "$OMASEC_TOP" rev-parse --git-dir >/dev/null 2>&1; then
	echo "ok 1 # SKIP this is no clone: only a clone makes a release"
	echo 1..1
	exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
version=$(git -C "$OMASEC_TOP" show HEAD:VERSION)

n=0
result() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi; }

# release NAME: by a clone of that name, and the file's checksum
release()
{
	git clone -q "$OMASEC_TOP" "$dir/$1" && (cd "$dir/$1" && env -u BUILD tools/dist) >"$dir/$1.said" &&
		cut -d' ' -f1 "$dir/$1/build/dist/omasec-$version.tar.xz.sha256"
}

one=$(umask 022; TZ=UTC release one)
result $? a_release_is_made
touch -d '2001-01-01' "$dir"/*
two=$(umask 077; TZ=Asia/Tokyo LC_ALL=C XZ_DEFAULTS=-1 release "another name")
result $? and_once_more
[ -n "$one" ] && [ "$one" = "$two" ]
result $? both_are_the_same_octets
tar -C "$dir" -xf "$dir/one/build/dist/omasec-$version.tar.xz"
result $? it_unpacks
diff <(git -C "$OMASEC_TOP" ls-tree -r --name-only HEAD | sort) <(cd "$dir/omasec-$version" && find . ! -type d | sed 's|^\./||' | sort) >&2
result $? it_has_the_files_of_the_commit
echo "1..$n"
