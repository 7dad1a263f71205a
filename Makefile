# SPDX-License-Identifier: GPL-2.0
#
# ltcp: a second TCP for Linux, in a module. "make help" lists the targets.
# The module's own Makefile is kmod/Kbuild.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
W ?= 1

KBUILD = $(MAKE) -C $(KDIR) M=$(CURDIR)/kmod W=$(W)

module: headers
	$(KBUILD) modules

# What programs are told by, to speak of ltcp or by it: scripts/ltcp-ss and
# scripts/ltcp-run
tools: out/tools/ltcp-run.so out/tools/ltcp-ss.so

out/tools/%.so: scripts/%.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE -O2 -Wall -Wextra -fPIC -shared -o $@ $< -ldl

# Modules that use what ltcp exports.
examples: module
	$(MAKE) -C $(KDIR) M=$(CURDIR)/examples/cong-aimd W=$(W) \
		KBUILD_EXTRA_SYMBOLS=$(CURDIR)/kmod/Module.symvers modules

headers:
	@[ -e $(KDIR)/Makefile ] || { \
		echo "No kernel headers in $(KDIR)."; \
		echo "Install them (Debian: linux-headers-$(KVER)), or say"; \
		echo "where they are: make KDIR=DIRECTORY."; \
		echo "make demo and make check need none: they boot their own"; \
		echo "kernel."; \
		exit 1; } >&2

install: module
	$(KBUILD) modules_install
	depmod -a $(KVER)

demo:
	@scripts/demo

check:
	@scripts/check

check-unit check-conform check-net check-race:
	@scripts/check $(@:check-%=%)

soak:
	@scripts/soak

bench:
	@scripts/bench

bench-flood:
	@scripts/bench flood

lint:
	@scripts/lint

clean:
	[ ! -e $(KDIR)/Makefile ] || $(KBUILD) clean
	[ ! -e $(KDIR)/Makefile ] || \
		$(MAKE) -C $(KDIR) M=$(CURDIR)/examples/cong-aimd clean
	rm -rf out

help:
	@echo '  make               build kmod/ltcp.ko for the running kernel'
	@echo '                     (KDIR=DIRECTORY: for another one)'
	@echo '  make examples      and examples/cong-aimd, a congestion control'
	@echo '  make tools         what ltcp-run and ltcp-ss put into programs'
	@echo '  make install       and install it where modprobe finds it'
	@echo '  make demo          see it work, in a virtual machine'
	@echo '  make check         run all tests (TEST=NAME: one of them)'
	@echo '  make check-unit    only the parts that run in user space'
	@echo '  make check-conform only the scripted peer, in virtual time'
	@echo '  make check-net     only the networks, on Linux 6.1 and 6.12'
	@echo '  make check-race    races on four processors, under all checkers'
	@echo '  make soak          the same for hours, and tables filled up'
	@echo '  make bench         measure it against the kernel'\''s own TCP'
	@echo '  make bench-flood   what clients notice of a flood of SYNs'
	@echo '  make lint          sparse, checkpatch, shellcheck, kernel-doc'
	@echo '  make clean         remove what was built here'
	@echo 'What demo, check, bench and lint need is installed through apt.'
	@echo 'Kernels are kept in $$LTCP_CACHE (~/.cache/ltcp), outside the clone.'

.PHONY: module tools examples headers install demo check check-unit
.PHONY: check-conform check-net check-race soak bench bench-flood lint clean
.PHONY: help
