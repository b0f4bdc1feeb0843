#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Finds out how the kernel that we build for differs from others: compiles one
# tiny snippet per question with that kernel's own kbuild, and writes the answers
# as HAVE_... macros for compat.h. Version numbers are not asked, because stable
# and vendor kernels carry back-ported changes.
#
#	sh kmod/compat/probe.sh KERNELDIR OUT
#
# KERNELDIR is a kernel build directory (as for make -C), OUT the header to write
# (kmod/compat/gen.h). Run it before make -C KERNELDIR M=..., from a Makefile or
# DKMS' PRE_BUILD, not from inside kbuild. ARCH, CROSS_COMPILE, CC, LLVM, LLVM_IAS
# and HOSTCC are taken from the environment. OUT is left alone when it was written
# for the same kernel by the same script; delete it to ask again. Ends with a
# status other than 0, and no OUT, when even the simplest snippet does not compile, and for a
# kernel that the module could be built for and would not protect: it says what is missing.
set -eu

if [ $# -ne 2 ] || [ ! -d "$1" ]; then
	echo "usage: probe.sh KERNELDIR OUT" >&2
	exit 2
fi
kdir=$(cd "$1" && pwd)
out=$2
self=$0

stamp=$({
	cat "$self"
	echo "$kdir ${ARCH:-} ${CROSS_COMPILE:-} ${CC:-} ${LLVM:-}"
	cat "$kdir/include/generated/utsrelease.h" "$kdir/include/generated/autoconf.h" \
		"$kdir/include/config/kernel.release" "$kdir/Module.symvers" 2>/dev/null || :
} | cksum | tr ' \t' '--')

if [ -f "$out" ] && grep -q "^/\* stamp $stamp \*/\$" "$out"; then
	exit 0
fi

refuse()
{
	echo "omasec: $1" >&2
	rm -f "$out"
	exit 1
}

# need OPTION 'what for': built in, or a module
need()
{
	grep -qE "^#define CONFIG_$1(_MODULE)? 1\$" "$kdir/include/generated/autoconf.h" ||
		refuse "the kernel in $kdir lacks CONFIG_$1, without which there is no way to $2; build one with it"
}

code=$(sed -n 's/^#define LINUX_VERSION_CODE //p' "$kdir/include/generated/uapi/linux/version.h" 2>/dev/null || :)
[ -n "$code" ] && [ -f "$kdir/include/generated/autoconf.h" ] ||
	refuse "$kdir is no kernel that was configured: install its headers, or run make modules_prepare there"
# The one question that is asked of a number: what is older was never tried, and what it does
# otherwise no snippet tells.
[ "$code" -ge $((5 << 16 | 10 << 8)) ] ||
	refuse "the kernel in $kdir is $((code >> 16)).$((code >> 8 & 255)); 5.10 is the first that omasec can protect"
need MODULES "load omasec"
need INET "have DM over TCP"
need NETFILTER "stop what is not protected"
need TRACEPOINTS "see connections before their first octets"
need KEYS "keep secrets in the kernel"
need CRYPTO_HASH "check a MAC"

work=$(mktemp -d "${TMPDIR:-/tmp}/omasec-probe.XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
objs=
names=

# probe NAME 'what it means' < body of a source file
probe() {
	{
		echo '#include <linux/module.h>'
		echo '#include <linux/net.h>'
		echo '#include <linux/tcp.h>'
		echo '#include <linux/uio.h>'
		echo '#include <net/inet_sock.h>'
		echo '#include <net/sock.h>'
		echo '#include <net/tcp.h>'
		echo '#include <net/genetlink.h>'
		echo '#define SAME(a, b) _Static_assert(__builtin_types_compatible_p(typeof(a), b), "")'
		cat
	} > "$work/probe_$1.c"
	printf '%s\t%s\n' "$1" "$2" >> "$work/list"
	names="$names $1"
	objs="$objs probe_$1.o"
}

probe CONTROL 'the probes themselves work' <<'E'
struct proto_ops *control;
E
probe NONSENSE 'must never be there' <<'E'
struct proto_ops nonsense = { .no_such_member = NULL };
E
probe PROTO_ACCEPT_ARG 'proto_ops.accept takes struct proto_accept_arg *' <<'E'
SAME(((struct proto_ops *)0)->accept,
     int (*)(struct socket *, struct socket *, struct proto_accept_arg *));
E
probe PROTO_IOCTL_KARG 'proto.ioctl takes int *karg' <<'E'
SAME(((struct proto *)0)->ioctl, int (*)(struct sock *, int, int *));
E
probe PROTO_SENDPAGE 'proto.sendpage exists' <<'E'
struct proto p = { .sendpage = NULL };
E
probe PROTO_OPS_SENDPAGE 'proto_ops.sendpage exists' <<'E'
struct proto_ops p = { .sendpage = NULL };
E
probe PROTO_OPS_SENDPAGE_LOCKED 'proto_ops.sendpage_locked exists' <<'E'
struct proto_ops p = { .sendpage_locked = NULL };
E
probe PROTO_SPLICE_EOF 'proto.splice_eof and proto_ops.splice_eof exist' <<'E'
struct proto p = { .splice_eof = NULL };
struct proto_ops o = { .splice_eof = NULL };
E
probe RECVMSG_NOBLOCK 'proto.recvmsg has noblock and addr_len' <<'E'
SAME(((struct proto *)0)->recvmsg,
     int (*)(struct sock *, struct msghdr *, size_t, int, int, int *));
E
probe RECVMSG_ADDR_LEN 'proto.recvmsg has addr_len and no noblock' <<'E'
SAME(((struct proto *)0)->recvmsg,
     int (*)(struct sock *, struct msghdr *, size_t, int, int *));
E
probe ULP_GET_INFO_NET_ADMIN 'tcp_ulp_ops.get_info and get_info_size have a last argument net_admin' <<'E'
SAME(((struct tcp_ulp_ops *)0)->get_info_size, size_t (*)(const struct sock *, bool));
SAME(((struct tcp_ulp_ops *)0)->get_info, int (*)(struct sock *, struct sk_buff *, bool));
E
probe ULP_CLONE 'tcp_ulp_ops.clone exists' <<'E'
struct tcp_ulp_ops u = { .clone = NULL };
E
probe ITER_DEST 'ITER_DEST and ITER_SOURCE exist' <<'E'
int iter[] = { ITER_DEST, ITER_SOURCE };
E
probe REG_STATE_WORD 'net_device.reg_state is no bit-field' <<'E'
u8 state(struct net_device *dev);
u8 state(struct net_device *dev)
{
	return READ_ONCE(dev->reg_state);
}
E
probe DEFER_CONNECT_FLAG 'defer_connect is a flag of inet_flags' <<'E'
bool t(struct sock *sk) { return inet_test_bit(DEFER_CONNECT, sk); }
E
probe SK_ERROR_REPORT 'sk_error_report() exists' <<'E'
void t(struct sock *sk) { sk_error_report(sk); }
E
probe SOCK_IS_READABLE 'proto.sock_is_readable exists' <<'E'
struct proto p = { .sock_is_readable = NULL };
E
probe PROTO_OPS_READ_SKB 'proto_ops.read_skb exists' <<'E'
struct proto_ops p = { .read_skb = NULL };
E
probe PROTO_OPS_SET_PEEK_OFF 'proto_ops.set_peek_off exists' <<'E'
struct proto_ops p = { .set_peek_off = NULL };
E
probe PROTO_OPS_GETSOCKOPT_ITER 'proto_ops.getsockopt_iter exists' <<'E'
struct proto_ops p = { .getsockopt_iter = NULL };
E
probe SK_UID_ACCESSOR 'sk_uid() exists' <<'E'
kuid_t t(const struct sock *sk) { return sk_uid(sk); }
E
probe GENL_INFO_DUMP 'genl_info_dump() exists' <<'E'
struct nlattr **t(struct netlink_callback *cb) { return genl_info_dump(cb)->attrs; }
E
probe GENL_DUMPIT_ATTRS 'struct genl_dumpit_info has attrs' <<'E'
struct nlattr **t(struct netlink_callback *cb) { return genl_dumpit_info(cb)->attrs; }
E
probe GENL_RESV_START_OP 'struct genl_family has resv_start_op' <<'E'
struct genl_family f = { .resv_start_op = 1 };
E
probe GENL_MCAST_CAP 'struct genl_multicast_group has flags for capabilities' <<'E'
struct genl_multicast_group g = { .flags = GENL_MCAST_CAP_NET_ADMIN };
E
probe GENL_MCAST_PERM 'flags of struct genl_multicast_group are those of operations' <<'E'
struct genl_multicast_group g = { .flags = GENL_UNS_ADMIN_PERM };
E
probe SOCK_SUPPORT_ZC 'SOCK_SUPPORT_ZC exists' <<'E'
unsigned int bit = SOCK_SUPPORT_ZC;
E
probe NLA_RANGE_CONST 'nla_policy.range points to const' <<'E'
SAME(((struct nla_policy *)0)->range, const struct netlink_range_validation *);
E
probe NF_DEFRAG_IPV6_DISABLE 'nf_defrag_ipv6_disable() exists' <<'E'
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
void t(struct net *net) { nf_defrag_ipv6_disable(net); }
E
probe NF_CT_CONFIRM 'nf_ct_hook has confirm' <<'E'
#include <linux/netfilter.h>
struct nf_ct_hook h = { .confirm = NULL };
E
probe GET_FILE_ACTIVE 'get_file_active() exists' <<'E'
#include <linux/fs.h>
struct file *t(struct file **f) { return get_file_active(f); }
E

for n in $names; do
	echo "obj-m += probe_$n.o"
done > "$work/Kbuild"

# A clean environment: variables that an outer kbuild exports would lead astray.
set -- PATH="$PATH" HOME="${HOME:-/}" LC_ALL=C
args=
for v in ARCH CROSS_COMPILE CC LLVM LLVM_IAS HOSTCC; do
	eval "val=\${$v:-}"
	[ -n "$val" ] && args="$args $v='$(printf %s "$val" | sed "s/'/'\\\\''/g")'"
done
eval env -i '"$@"' make -k -j2 -C '"$kdir"' 'M="$work"' $args $objs > "$work/log" 2>&1 || :

if [ ! -f "$work/probe_CONTROL.o" ] || [ -f "$work/probe_NONSENSE.o" ]; then
	echo "probe.sh: snippets cannot be compiled for $kdir; check that its headers and compiler are installed:" >&2
	grep -v 'No rule to make target' "$work/log" | head -n 20 >&2
	rm -f "$out"
	exit 1
fi

# one_of 'what it cannot do' NAME...: what no kernel does without
one_of()
{
	what=$1
	shift
	for n; do
		[ ! -f "$work/probe_$n.o" ] || return 0
	done
	refuse "the kernel in $kdir $what; take a later release of its series"
}

one_of "cannot keep other users from listening to events" GENL_MCAST_CAP GENL_MCAST_PERM
one_of "hands no attributes to those who answer a dump over netlink" GENL_INFO_DUMP GENL_DUMPIT_ATTRS
one_of "lets the children of a listener inherit its upper layer protocol" ULP_CLONE

{
	echo '/* SPDX-License-Identifier: GPL-2.0 */'
	echo '/* Written by probe.sh for the kernel of one build; do not edit, do not commit. */'
	echo "/* stamp $stamp */"
	while IFS='	' read -r n what; do
		case $n in CONTROL|NONSENSE) continue;; esac
		if [ -f "$work/probe_$n.o" ]; then
			echo "#define HAVE_$n 1	/* $what */"
		else
			echo "/* no HAVE_$n: $what */"
		fi
	done < "$work/list"
} > "$work/gen.h"
cat "$work/gen.h" > "$out.new" && mv "$out.new" "$out"
