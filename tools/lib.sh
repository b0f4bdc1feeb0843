# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts in tools/ share; sourced, never run. Sets TOP, BUILD and
# CACHE. CACHE lies outside the clone and is keyed by content, so that it never
# has to be invalidated and may be deleted at any time. Several runs may share
# it and BUILD: whoever makes an entry holds with_lock, makes it under another
# name and renames it when it is whole.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$TOP/build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/omasec
JOBS=${JOBS:-$(nproc)}
mkdir -p "$BUILD" "$CACHE"

# Progress for a person, on stderr; stdout belongs to results.
say() { printf '%s\n' "== $*" >&2; }
die() { printf '%s\n' "${0##*/}: $*" >&2; exit 2; }

# with_lock and logged run functions of which every failure is the end: in a
# subshell, because behind `||` bash would ignore them all. For the same reason
# do not call them behind && or || or in a condition.

# with_lock NAME COMMAND...: one at a time on this machine; what the command
# leaves in the background does not inherit the lock.
with_lock()
{
	local lock="$CACHE/.lock-$1" fd rc

	shift
	exec {fd}>"$lock"
	flock "$fd"
	set +e
	(exec {fd}>&-; set -e; "$@")
	rc=$?
	set -e
	exec {fd}>&-
	return $rc
}

# key FILE|STRING...: a short hash over contents of files and given words
key()
{
	local a

	for a in "$@"; do
		if [ -f "$a" ]; then sha256sum <"$a"; else printf '%s\n' "$a"; fi
	done | sha256sum | cut -c1-16
}

# logged LOG COMMAND...: quiet unless it fails, then the end of what it said
logged()
{
	local log=$1 rc

	shift
	mkdir -p "$(dirname "$log")"
	set +e
	(set -e; "$@") >"$log" 2>&1 </dev/null
	rc=$?
	set -e
	if [ $rc -ne 0 ]; then
		printf '%s\n' "failed ($rc): $*" "--- end of $log" >&2
		tail -n 40 "$log" >&2
	fi
	return $rc
}
