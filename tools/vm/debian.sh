# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A whole Debian 12 for the guest, with systemd, DKMS, the kernel and its headers,
# made by mmdebstrap of the host's own package sources; for tests of what only a
# real system shows. Sourced after lib.sh; needs root.

# Libraries that our packages depend on, so that dpkg alone can install them, and
# what the test uses.
DEBIAN_PACKAGES=(systemd systemd-sysv udev dbus kmod dkms openssl pahole initramfs-tools zstd
	linux-image-cloud-amd64 linux-headers-cloud-amd64 iproute2 procps
	libinih1 libjansson4 libkeyutils1 libnl-3-200 libnl-genl-3-200 libseccomp2
	libsqlite3-0 libssl3 libxml2 libxmlsec1 libxmlsec1-openssl libc6-dev pkg-config libnl-3-dev libnl-genl-3-dev)

# debian_root: path of a tar archive of the root, made anew when the kernel is newer
debian_root()
{
	local out

	out=$CACHE/debian-$(key "${BASH_SOURCE[0]}" "$("$TOP/tools/vm/kernel" 6.1 key)").tar
	with_lock debian-root debian_root_make "$out"
	echo "$out"
}

debian_root_make()
{
	local out=$1 tmp

	[ -f "$out" ] && return
	say "making a root of Debian 12"
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	# only what Debian itself serves: the host may have other sources too
	{ grep -hE '^deb .*debian\.org' /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
		find /etc/apt/sources.list.d -name debian.sources -exec cat {} +; } >"$tmp/list"
	[ -s "$tmp/list" ] || die "apt has no source of Debian's packages"
	case $(head -c 3 "$tmp/list") in
	deb) mv "$tmp/list" "$tmp/debian.list" ;;
	*) mv "$tmp/list" "$tmp/debian.sources" ;;
	esac
	logged "$BUILD/debian-root.log" mmdebstrap --mode=root --variant=minbase \
		--include="$(IFS=,; echo "${DEBIAN_PACKAGES[*]}")" bookworm "$tmp/root.tar" "$tmp"/debian.*
	mv "$tmp/root.tar" "$out"
	rm -rf "$tmp"
	find "$CACHE" -maxdepth 1 -name 'debian-*.tar' ! -path "$out" -delete
}

# debian_kernel SERIES: directory of the packages of another kernel, with its headers
debian_kernel()
{
	local dir

	dir=$CACHE/debs-$("$TOP/tools/vm/kernel" "$1" key)
	with_lock "debs-$1" debian_kernel_fetch "$("$TOP/tools/vm/kernel" "$1" release)" "$dir"
	echo "$dir"
}

debian_kernel_fetch()
{
	local release=$1 dir=$2 tmp

	[ -d "$dir" ] && return
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	cd "$tmp"
	# shellcheck disable=SC2046
	logged "$BUILD/download.log" apt-get -q download "linux-image-$release" "linux-headers-$release" \
		$(apt-cache depends "linux-headers-$release" | awk '$1 == "Depends:" && $2 ~ /^linux-(headers|kbuild)-/ { print $2 }')
	chmod 755 "$tmp"
	mv -T "$tmp" "$dir"
}

# in_root ROOT COMMAND...: in it, with proc, without a network; services do not start
# there, because systemd does not run
in_root()
{
	local root=$1

	shift
	# shellcheck disable=SC2016
	unshare --mount --net --pid --fork --kill-child sh -c 'mount -t proc proc "$0/proc" && mount -t tmpfs tmp "$0/tmp" &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
			chroot "$0" "$@"' "$root" "$@" </dev/null
}

# files ROOT: a line for each file with type, mode and owner, without what
# a running system or the package system writes for itself
files()
{
	local r=${1%/} not=() p

	for p in proc sys dev run tmp vm var/log var/lib/dpkg var/cache lost+found 'var/lib/dkms/mok.*'; do
		not+=(-o -path "$r/$p")
	done
	find "${r:-/}" -xdev \( "${not[@]:1}" \) -prune -o -printf '%y %#m %U:%G %P %l\n' | LC_ALL=C sort
}
