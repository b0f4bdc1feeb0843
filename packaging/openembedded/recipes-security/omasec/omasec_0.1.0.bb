# SPDX-License-Identifier: GPL-2.0
require omasec.inc
SUMMARY = "OMA DM message security: helper daemon, tool and library"
LICENSE = "GPL-2.0-only & LGPL-2.1-or-later"
DEPENDS = "inih jansson keyutils libnl libseccomp libxml2 xmlsec1 openssl sqlite3"
RRECOMMENDS:${PN} = "kernel-module-omasec"

inherit pkgconfig systemd

SYSTEMD_SERVICE:${PN} = "omasecd.service omasec.service"

OMASEC_MAKE = "BUILD=${B}/build WERROR= PREFIX=${prefix} BINDIR=${bindir} SBINDIR=${sbindir} \
	LIBDIR=${libdir} LIBEXECDIR=${libexecdir} INCLUDEDIR=${includedir} MANDIR=${mandir} \
	SYSCONFDIR=${sysconfdir} UNITDIR=${systemd_system_unitdir}"
do_compile() {
	oe_runmake userspace ${OMASEC_MAKE}
}

do_install() {
	oe_runmake install-userspace ${OMASEC_MAKE} DESTDIR=${D}
	# systemd makes it, as a link (DynamicUser=)
	rm -rf ${D}${localstatedir}
}

FILES:${PN} += "${datadir}/bash-completion"
FILES:${PN}-staticdev += "${libdir}/libomasec.a"
