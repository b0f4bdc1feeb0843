# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Kernels of other Debian releases than the host's: which series they are, where they
# come from, and what builds modules for them. Sourced after lib.sh. The host's own apt
# is left as it is: such a series has one of its own, with the host's mirrors.

# suite_of SERIES: the suites with its kernel; fails for a series that the host has itself
suite_of()
{
	case $1 in
	5.10) echo bullseye-security ;;
	7) echo trixie-backports ;;
	*) return 1 ;;
	esac
}

# builder_of SERIES: the release in which its modules are built. Programs and compiler of
# newer headers do not run on the host; those of older ones do, with the host's compiler.
builder_of()
{
	case $1 in
	7) echo trixie ;;
	*) return 1 ;;
	esac
}

# host_mirror LABEL: as the host's apt knows it, if it has lists
host_mirror()
{
	# shellcheck disable=SC2016
	env -u APT_CONFIG apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' -v l="$1" '$1 == "Debian" && $2 == l && !n++ { print $3 }'
}

# mirror LABEL: from where the host has Debian's packages, or their security updates
mirror()
{
	local uri

	uri=$(host_mirror "$1")
	if [ -z "$uri" ]; then
		say "updating the package lists"
		logged "$BUILD/setup.log" env -u APT_CONFIG apt-get -q update
		uri=$(host_mirror "$1")
	fi
	[ -n "$uri" ] || die "apt has no source of Debian's packages ($1)"
	echo "$uri"
}

# sources SUITE...: lines for apt
sources()
{
	local s label uri

	for s in "$@"; do
		label=Debian
		[ "${s%-security}" = "$s" ] || label=Debian-Security
		uri=$(mirror "$label")
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $s main"
	done
}

# suite_apt SERIES: sets APT_CONFIG, with lists that are not older than a day
suite_apt()
{
	local state=$CACHE/apt-$1

	with_lock "apt-$1" suite_apt_make "$1" "$state"
	export APT_CONFIG=$state/apt.conf
}

suite_apt_make()
{
	local series=$1 state=$2

	[ -z "$(find "$state/updated" -mtime -1 2>/dev/null)" ] || return 0
	say "asking for the kernels of $(suite_of "$series")"
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/none"
	: >"$state/status"
	sources "$(suite_of "$series")" >"$state/sources.list"
	# a release that gets no more updates has lists that are as old as its last one
	cat >"$state/apt.conf" <<-EOF
		Dir::State "$state";
		Dir::State::status "$state/status";
		Dir::Cache "$state/cache";
		Dir::Etc::sourcelist "$state/sources.list";
		Dir::Etc::sourceparts "$state/none";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		Acquire::Check-Valid-Until "false";
		APT::Update::Error-Mode "any";
	EOF
	APT_CONFIG=$state/apt.conf logged "$BUILD/apt-$series.log" apt-get -q update || {
		echo "no kernel $series: $(suite_of "$series") cannot be had from the mirror of this machine's apt" >&2
		return 1
	}
	touch "$state/updated"
}

# builder SERIES PACKAGE...: the root directory of a release that has these packages
builder()
{
	local series=$1 dir
	shift

	dir=$CACHE/builder-$series-$(key "$(builder_of "$series")" "$@")
	with_lock "builder-$series" builder_make "$series" "$dir" "$@"
	echo "$dir"
}

builder_make()
{
	local series=$1 dir=$2 suite tmp
	shift 2

	[ ! -d "$dir" ] || return 0
	[ "$(id -u)" = 0 ] || die "needs root, to make a root of Debian for the compiler of $series"
	env -u APT_CONFIG "$TOP/tools/setup" kernels
	suite=$(builder_of "$series")
	say "making a root of Debian $suite with the compiler of $series"
	find "$CACHE" -maxdepth 1 -name "builder-$series-*" -exec rm -rf {} +
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	sources "$suite" >"$tmp/sources.list"
	logged "$BUILD/builder-$series.log" env -u APT_CONFIG mmdebstrap --mode=root --variant=minbase \
		--include="$(IFS=,; echo "$*")" "$suite" "$tmp/r" "$tmp/sources.list"
	mv -T "$tmp/r" "$dir"
	rm -rf "$tmp"
}
