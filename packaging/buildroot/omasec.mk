# SPDX-License-Identifier: GPL-2.0
################################################################################
#
# omasec
#
################################################################################

# the release of `make dist`, for which OMASEC_SITE names a directory or an address
OMASEC_VERSION = 0.1.0
OMASEC_SOURCE = omasec-$(OMASEC_VERSION).tar.xz
OMASEC_SITE_METHOD ?= file
OMASEC_SITE ?= $(OMASEC_PKGDIR)
OMASEC_LICENSE = GPL-2.0, LGPL-2.1+ (library)
OMASEC_LICENSE_FILES = COPYING LICENSES/GPL-2.0 LICENSES/LGPL-2.1
OMASEC_INSTALL_STAGING = YES
OMASEC_DEPENDENCIES = host-pkgconf inih jansson keyutils libnl libseccomp \
	libxml2 openssl sqlite xmlsec1

OMASEC_MAKE_OPTS = BUILD=$(@D)/build WERROR= PREFIX=/usr SBINDIR=/usr/sbin

# First the kernel is asked for its differences.
define OMASEC_PROBE_KERNEL
	$(LINUX_MAKE_ENV) ARCH=$(KERNEL_ARCH) CROSS_COMPILE="$(TARGET_CROSS)" \
		sh $(@D)/kmod/compat/probe.sh $(LINUX_DIR) $(@D)/kmod/compat/gen.h
endef
OMASEC_PRE_BUILD_HOOKS += OMASEC_PROBE_KERNEL

define OMASEC_BUILD_CMDS
	$(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) $(MAKE) -C $(@D)/userspace $(OMASEC_MAKE_OPTS) all
endef

define OMASEC_INSTALL_STAGING_CMDS
	$(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) $(MAKE) -C $(@D)/userspace $(OMASEC_MAKE_OPTS) \
		DESTDIR=$(STAGING_DIR) install
endef

define OMASEC_INSTALL_TARGET_CMDS
	$(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) $(MAKE) -C $(@D)/userspace $(OMASEC_MAKE_OPTS) \
		DESTDIR=$(TARGET_DIR) install
endef

$(eval $(kernel-module))
$(eval $(generic-package))
