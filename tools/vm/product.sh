# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What we built, as a tree for the guest: the module where modprobe finds it
# (with the kernel's own modules that tests use), the userspace as `make install`
# puts it, and its libraries. Sourced after layers.sh.

# product_tree SERIES DIR
product_tree()
{
	local series=$1 dir=$2 release farm f

	release=$("$TOP/tools/vm/kernel" "$series" release)
	cp -r "$(guest_modules "$series")/." "$dir/"
	mkdir -p "$dir/usr/lib/modules/$release/updates"
	farm=$("$TOP/tools/vm/in" "$series" "$TOP/tools/build-kmod" "$("$TOP/tools/vm/kernel" "$series" headers)")
	cp "$farm/omasec.ko" "$dir/usr/lib/modules/$release/updates/"
	strip --strip-debug "$dir/usr/lib/modules/$release/updates/omasec.ko"
	ln -sfn usr/lib "$dir/lib"
	/sbin/depmod -b "$dir" "$release"
	rm "$dir/lib"

	with_lock "userspace-$(key "$BUILD")" logged "$BUILD/userspace.log" \
		make -j"$JOBS" -C "$TOP" BUILD="$BUILD" PREFIX=/usr/local userspace
	logged "$BUILD/install.log" make -C "$TOP" BUILD="$BUILD" install-userspace DESTDIR="$dir" PREFIX=/usr/local
	find "$dir/usr" -type f -perm -100 ! -name '*.ko' | while read -r f; do
		libraries "$dir" "$f"
	done
}

# The libraries of a program that lies in the tree already.
libraries()
{
	{ LD_LIBRARY_PATH=$1/usr/lib ldd "$2" 2>/dev/null || true; } | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
	while read -r lib; do
		case $lib in "$1"/*) ;; *) copy "$1" "$lib" ;; esac
	done
}
