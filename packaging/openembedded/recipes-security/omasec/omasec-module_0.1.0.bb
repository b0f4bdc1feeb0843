# SPDX-License-Identifier: GPL-2.0
require omasec.inc
SUMMARY = "OMA DM message security: kernel module"
LICENSE = "GPL-2.0-only"

inherit module

RPROVIDES:${PN} += "kernel-module-omasec"

# First the kernel is asked for its differences.
do_compile() {
	unset CFLAGS CPPFLAGS CXXFLAGS LDFLAGS
	export ARCH="${ARCH}" CROSS_COMPILE="${TARGET_PREFIX}"
	CC="${KERNEL_CC}" sh ${S}/kmod/compat/probe.sh ${STAGING_KERNEL_BUILDDIR} ${S}/kmod/compat/gen.h
	oe_runmake -C ${STAGING_KERNEL_BUILDDIR} M=${S} CC="${KERNEL_CC}" LD="${KERNEL_LD}" modules
}

do_install() {
	unset CFLAGS CPPFLAGS CXXFLAGS LDFLAGS
	oe_runmake -C ${STAGING_KERNEL_BUILDDIR} M=${S} CC="${KERNEL_CC}" LD="${KERNEL_LD}" \
		INSTALL_MOD_PATH=${D}${root_prefix} INSTALL_MOD_DIR=updates DEPMOD=true modules_install
}
