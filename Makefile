# SPDX-License-Identifier: GPL-2.0
#
# Everything that can be made of omasec; `make help` lists it. All products go to
# BUILD (build/). The kernel module is built by Kbuild in a directory of links
# beneath it (tools/build-kmod); userspace and tests have Makefiles of their own.

TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
BUILD ?= $(TOP)/build
override BUILD := $(abspath $(BUILD))
KERNELDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
DESTDIR ?=
V ?=
Q := $(if $(V),,@)
export BUILD V Q PREFIX DESTDIR MAKE

# For make vm: which kernel, and what tools/vm/run and tools/vm/test take.
KERNEL ?= 6.1
export KERNEL

MAKEFLAGS += --no-print-directory

.PHONY: all module userspace install install-userspace modules_install \
	check check-arch check-kernels check-rt check-vectors unit fuzz kunit e2e debug lint demo bench vm vm-shell dist deb deb-test clean distclean help

all: module userspace

module:
	$(Q)tools/build-kmod $(KERNELDIR) >/dev/null

userspace:
	$(Q)$(MAKE) -C userspace all

install: userspace install-userspace

install-userspace:
	$(Q)$(MAKE) -s -C userspace install

# INSTALL_MOD_PATH follows DESTDIR; depmod only where the running system is meant.
modules_install:
	$(Q)farm=$$(tools/build-kmod $(KERNELDIR)) && \
		$(MAKE) -C $(KERNELDIR) M=$$farm INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates modules_install

check:
	$(Q)tools/check

unit:
	$(Q)tools/setup build test
	$(Q)$(MAKE) -C tests unit

# FUZZ_SECONDS for each target, FUZZ=name for one of them only.
fuzz:
	$(Q)tools/setup build test
	$(Q)$(MAKE) -C tests fuzz

# Not part of check: the vectors are others' and not in this tree.
check-vectors:
	$(Q)tools/setup build test
	$(Q)[ -f "$(VECTORS)/manifest.tsv" ] || { echo "make check-vectors VECTORS=dir: no manifest.tsv there" >&2; exit 2; }
	$(Q)$(MAKE) -C tests vectors VECTORS="$(abspath $(VECTORS))"

kunit:
	$(Q)tools/setup build vm
	$(Q)tools/vm/kunit $(KERNEL)

e2e:
	$(Q)tools/setup build vm
	$(Q)tools/vm/test $(KERNEL) $(TEST)

# Not part of check either: what it finds differs little from kernel to kernel, and it takes long.
check-arch:
	$(Q)tools/vm/arch arm64
	$(Q)tools/vm/arch s390x

check-rt:
	$(Q)tools/setup build vm test
	$(Q)tools/vm/kunit rt
	$(Q)tools/vm/test rt $(TEST)

check-kernels:
	$(Q)tools/setup build vm test kernels
	$(Q)tools/check-kernels $(TEST)

debug:
	$(Q)tools/setup build vm test
	$(Q)tools/vm/kunit debug
	$(Q)tools/vm/test debug $(TEST)

lint:
	$(Q)tools/setup build vm lint
	$(Q)tools/lint

demo:
	$(Q)tools/setup build vm
	$(Q)tools/demo

bench:
	$(Q)tools/setup build vm bench
	$(Q)tools/bench

ifneq ($(RUN),)
vm:
	$(Q)tools/setup build vm
	$(Q)tools/vm/run $(RUN) $(FILES)
else
vm:
	$(Q)tools/setup build vm
	$(Q)tools/vm/test $(KERNEL) $(TEST)
endif

vm-shell:
	$(Q)tools/setup build vm
	$(Q)tools/vm/run

dist:
	$(Q)tools/dist

deb:
	$(Q)tools/setup build deb
	$(Q)tools/deb

deb-test:
	$(Q)tools/setup build vm deb
	$(Q)tools/check-deb

clean:
	rm -rf $(BUILD)

# also what was fetched and built outside of the clone
distclean: clean
	rm -rf $${XDG_CACHE_HOME:-$$HOME/.cache}/omasec

help:
	@sed -n 's/^#H //p' $(TOP)/Makefile
#H Building
#H   make                    module for KERNELDIR (the running kernel's) and userspace
#H   make module KERNELDIR=  module only; any kernel's headers
#H   make userspace          library, helper, worker, tool
#H   make install            userspace, below DESTDIR and PREFIX (/usr/local)
#H   make modules_install    module, below DESTDIR
#H Seeing it work (root on Debian 12; fetches and installs what it needs)
#H   make demo               two namespaces in a virtual machine, told as a story
#H   make vm-shell           a shell in a virtual machine with everything installed
#H   make vm RUN=script FILES="..."   your script there; make's error is its exit
#H                           status (tools/vm/run SCRIPT FILES... exits with it)
#H Testing
#H   make check              everything; ends with "N passed, N failed, N skipped"
#H   make unit               host tests under ASan and UBSan; TEST=name for one
#H   make fuzz               fuzz targets; FUZZ=name FUZZ_SECONDS=3600
#H   make check-vectors VECTORS=dir   published vectors for XML security
#H   make kunit              KUnit in a virtual machine; KERNEL=6.1|6.12|rt|5.10|7|debug
#H   make e2e                end to end in virtual machines; KERNEL=...
#H   make vm TEST=name       one end-to-end test; KERNEL=...
#H   make debug              KUnit and end to end on the debug kernel, with what
#H                           walks failing allocations (TEST=alloc_failures)
#H   make check-arch         module, userspace, KUnit and unit tests for arm64 and
#H                           big-endian s390x, each in a virtual machine
#H   make check-kernels      build, KUnit and end to end on Debian's 5.10 and newest 7.x;
#H                           SERIES=7 for one of them, TEST="name name" for some tests
#H   make check-rt           KUnit and end to end with PREEMPT_RT; TEST=name for one
#H   make lint               checkpatch, sparse, W=1, generated code, man pages
#H   make bench              guest instructions per exchange, as a table
#H Other
#H   make dist               source release of the last commit, reproducible
#H   make deb                Debian packages of the last commit, in build/deb
#H   make deb-test           those packages in a Debian of a virtual machine
#H   make clean, make distclean (the cache outside of the clone too)
#H   V=1 says what is done; BUILD=dir builds elsewhere
