# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The guest's file system, made of cpio layers which the kernel unpacks one
# after the other into its initramfs; sourced by tools/vm/boot. An initramfs
# needs no driver and no server, so that it works on every kernel here, and 60 MB
# of it cost a second. Layers that come from the host or a kernel are kept in the
# cache by content. Every layer uses usr/... paths only (merged /usr).
#	base     busybox, host's iproute2, python3 with its library, curl, ...
#	large    Wireshark's dissectors and Kannel, only for who asks
#	modules  of the kernel, and what we built: made for each run

# Programs of the host in the base layer; those that are not there are left out.
# busybox only fills what these leave: its shell, env, timeout and xargs would
# run its own applets rather than the host's programs of the same name.
BASE_PACKAGES=(coreutils dash bash grep sed mawk findutils procps kmod iproute2)
BASE_PROGRAMS=(mount umount dmesg setsid unshare nsenter flock prlimit setpriv script hostname
	curl tcpdump keyctl openssl strace wbxml2xml xml2wbxml haproxy xmlsec1)
# Packages of libraries that no program needs: Python loads them.
BASE_LIBRARIES=(libopenobex2)
# Kernel modules in the guest, with what they depend on.
GUEST_MODULES=(veth dummy bridge tls tcp_diag udp_diag inet_diag mptcp_diag netlink_diag
	sch_netem sch_tbf sch_ingress act_gact cls_matchall algif_hash encrypted-keys sha512_generic
	ecb ctr ghash-generic gcm
	nf_conntrack nft_ct nf_tables nft_reject_inet nfnetlink_queue hci_vhci rfcomm drbg jitterentropy_rng ansi_cprng
	algif_skcipher aes_generic cmac pkcs8_key_parser)

# libraries ROOT FILE...: those that programs and libraries need
libraries()
{
	local root=$1 f lib

	shift
	for f in "$@"; do
		{ ldd "$f" 2>/dev/null || true; } | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' |
		while read -r lib; do
			copy "$root" "$lib"
		done
	done
}

# copy ROOT FILE...: programs and libraries, with the libraries they need
copy()
{
	local root=$1 f real

	shift
	for f in "$@"; do
		real=$(readlink -f "$(dirname "$f")")/$(basename "$f")
		[ -e "$root$real" ] && continue
		mkdir -p "$root$(dirname "$real")"
		cp -L "$real" "$root$real"
		libraries "$root" "$real"
	done
}

# pack ROOT OUT: uncompressed; padded as the kernel wants it between archives
pack()
{
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$2"
}

# cached_layer NAME KEY FUNCTION...: path of $CACHE/NAME-KEY.cpio, made by FUNCTION ROOT
cached_layer()
{
	local out=$CACHE/$1-$2.cpio

	with_lock "layer-$1" make_layer "$out" "$1" "${@:3}"
	echo "$out"
}

make_layer()
{
	local out=$1 name=$2 tmp

	[ -f "$out" ] && return
	say "packing the guest's $name layer"
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	mkdir "$tmp/r"
	"${@:3}" "$tmp/r"
	pack "$tmp/r" "$tmp/out"
	mv -T "$tmp/out" "$out"
	rm -rf "$tmp"
	# what older packages of the host were packed into
	find "$CACHE" -maxdepth 1 -name "$name-*.cpio" ! -path "$out" -mtime +2 -delete
}

fill_base()
{
	local r=$1 d a tmp p path py

	for d in bin sbin lib lib64; do
		mkdir -p "$r/usr/$d"
		ln -s "usr/$d" "$r/$d"
	done
	mkdir -p "$r"/{proc,sys,dev,run,tmp,root,etc/omasec,mnt,var/lib,var/log,vm}
	ln -s ../run "$r/var/run"
	ln -s ../proc/self/mounts "$r/etc/mtab"

	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	cd "$tmp"
	logged "$BUILD/download.log" apt-get -q download busybox-static
	dpkg -x ./*.deb x
	cd "$TOP"
	cp "$tmp/x/bin/busybox" "$r/usr/bin/busybox"
	rm -rf "$tmp"
	gcc -O2 -static -o "$r/usr/sbin/vmexit" "$TOP/tools/vm/guest/vmexit.c"

	dpkg -L "${BASE_PACKAGES[@]}" 2>/dev/null | grep -E '^(/usr)?/s?bin/[^/]+$' | while read -r p; do
		[ ! -x "$p" ] || copy "$r" "$p"
	done
	for p in "${BASE_PROGRAMS[@]}"; do
		path=$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v "$p") || continue
		copy "$r" "$path"
	done
	{ dpkg -L "${BASE_LIBRARIES[@]}" 2>/dev/null || true; } | { grep -E '\.so\.[0-9]+$' || true; } |
	while read -r p; do
		copy "$r" "$p"
	done
	# python3 is a link; its library without what only developers of Python need
	py=$(basename "$(readlink -f /usr/bin/python3)")
	copy "$r" "/usr/bin/$py"
	ln -sf "$py" "$r/usr/bin/python3"
	(cd / && tar -cf - --exclude="usr/lib/$py/config-*" --exclude="usr/lib/$py/"{test,idlelib,lib2to3,pydoc_data,turtledemo,tkinter,ensurepip,distutils} \
		--exclude='*/sitecustomize.py' "usr/lib/$py") | tar -C "$r" -xf -
	find "$r/usr/lib/$py/lib-dynload" -name '*.so' | sed "s#^$r##" | while read -r a; do
		rm "$r$a"
		copy "$r" "$a"
	done
	# compiled once here, rather than at each start there
	"/usr/bin/$py" -m compileall -q -s "$r" "$r/usr/lib/$py" >/dev/null 2>&1 || true

	for a in $("$r/usr/bin/busybox" --list); do
		[ -e "$r/usr/bin/$a" ] || [ -e "$r/usr/sbin/$a" ] || ln -s busybox "$r/usr/bin/$a"
	done
	ln -sf dash "$r/usr/bin/sh"
	ln -sf mawk "$r/usr/bin/awk"
	printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/:/bin/false \
		tcpdump:x:991:991:tcpdump:/:/bin/false \
		omasec:x:990:990:omasec:/:/bin/false >"$r/etc/passwd"
	printf '%s\n' root:x:0: nogroup:x:65534: tcpdump:x:991: omasec:x:990: >"$r/etc/group"
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >"$r/etc/hosts"
	echo 'hosts: files' >"$r/etc/nsswitch.conf"
}

fill_large()
{
	local dir=/usr/lib/x86_64-linux-gnu/wireshark tmp

	mkdir -p "$1/usr/share"
	copy "$1" /usr/bin/tshark /usr/bin/dumpcap
	cp -r /usr/share/wireshark "$1/usr/share/"
	rm -rf "$1"/usr/share/wireshark/{help,*.html}
	find "$dir" -name '*.so' 2>/dev/null | while read -r f; do copy "$1" "$f"; done

	# Installed, Kannel's daemons would run on the host.
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	cd "$tmp"
	logged "$BUILD/download.log" apt-get -q download kannel
	dpkg -x ./*.deb x
	cd "$TOP"
	mkdir -p "$1/usr/sbin"
	cp "$tmp"/x/usr/sbin/bearerbox "$tmp"/x/usr/sbin/wapbox "$1/usr/sbin/"
	libraries "$1" "$tmp"/x/usr/sbin/bearerbox "$tmp"/x/usr/sbin/wapbox
	rm -rf "$tmp"
}

# fill_modules SERIES ROOT: a tree below usr/lib/modules, kept as a directory
fill_modules()
{
	local series=$1 r=$2 root release m f

	root=$("$TOP/tools/vm/kernel" "$series" root)
	release=$("$TOP/tools/vm/kernel" "$series" release)
	mkdir -p "$r/usr/lib/modules/$release/kernel"
	[ -d "$root/lib/modules/$release" ] || return 0
	cp "$root/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$r/usr/lib/modules/$release/"
	for m in "${GUEST_MODULES[@]}"; do
		/sbin/modprobe -d "$root" -S "$release" --show-depends "$m" 2>/dev/null |
			awk '$1 == "insmod" { print $2 }' || true
	done | sort -u | while read -r f; do
		# busybox cannot read compressed modules
		case $f in
		*.xz) xz -dc "$f" >"$r/usr/lib/modules/$release/kernel/$(basename "$f" .xz)" ;;
		*) cp "$f" "$r/usr/lib/modules/$release/kernel/" ;;
		esac
	done
	find "$r" -name '*.ko' -exec strip --strip-debug {} +
}

# Prints the path of a layer, after having made it if it is not there.
layer_base()
{
	cached_layer base "$(key "${BASH_SOURCE[0]}" "$TOP/tools/vm/guest/vmexit.c" /var/lib/dpkg/status)" fill_base
}

layer_large()
{
	cached_layer large "$(key "${BASH_SOURCE[0]}" /var/lib/dpkg/status)" fill_large
}

# guest_modules SERIES: the directory that fill_modules made
guest_modules()
{
	local dir

	dir=$CACHE/modules-$(key "${BASH_SOURCE[0]}" "$("$TOP/tools/vm/kernel" "$1" key)")
	with_lock "modules-$1" make_modules "$1" "$dir"
	echo "$dir"
}

make_modules()
{
	local tmp

	[ -d "$2" ] && return
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	fill_modules "$1" "$tmp"
	chmod 755 "$tmp"
	mv -T "$tmp" "$2"
}

# btvirt: BlueZ's virtual Bluetooth controllers. Taken out of its package, whose dependencies
# would start a Bluetooth daemon on this machine.
btvirt()
{
	with_lock btvirt make_btvirt
	echo "$CACHE/btvirt"
}

make_btvirt()
{
	local tmp

	[ ! -x "$CACHE/btvirt" ] || return 0
	say "fetching btvirt"
	tmp=$(mktemp -d "$CACHE/tmp.XXXXXX")
	cd "$tmp"
	logged "$BUILD/download.log" apt-get -q download bluez-test-tools
	dpkg -x "$tmp"/*.deb "$tmp/r"
	mv "$tmp/r/usr/bin/btvirt" "$CACHE/btvirt"
	rm -rf "$tmp"
}
