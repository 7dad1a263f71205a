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
TOOLS := out/tools/ltcp-run.so out/tools/ltcp-ss.so

tools: $(TOOLS)

out/tools/%.so: scripts/%.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE $(CPPFLAGS) -O2 -Wall -Wextra $(CFLAGS) \
		-fPIC -shared $(LDFLAGS) -o $@ $< -ldl

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

# Where "make install" puts things, and from where "make uninstall" takes them;
# packagers say DESTDIR and PREFIX.
PREFIX ?= /usr/local
BIN = $(DESTDIR)$(PREFIX)/bin
LIB = $(DESTDIR)$(PREFIX)/lib/ltcp
MAN = $(DESTDIR)$(PREFIX)/share/man
DOC = $(DESTDIR)$(PREFIX)/share/doc/ltcp-tools
INCLUDE = $(DESTDIR)$(PREFIX)/include/linux
MODULES = $(DESTDIR)/lib/modules/$(KVER)

SCRIPTS := ltcp-run ltcp-ss ltcp-ladder

install: install-module install-tools

install-module: module
	$(KBUILD) modules_install INSTALL_MOD_PATH=$(DESTDIR) \
		INSTALL_MOD_DIR=updates DEPMOD=true
	[ -n "$(DESTDIR)" ] || depmod -a $(KVER)

install-tools: tools
	install -d $(BIN) $(LIB) $(MAN)/man1 $(MAN)/man7 $(MAN)/man8 $(INCLUDE)
	install $(SCRIPTS:%=scripts/%) $(BIN)
	install -m 644 $(TOOLS) $(LIB)
	install -m 644 Documentation/man/*.1 $(MAN)/man1
	install -m 644 Documentation/man/*.7 $(MAN)/man7
	install -m 644 Documentation/man/*.8 $(MAN)/man8
	install -m 644 kmod/uapi/linux/ltcp.h $(INCLUDE)
	install -d $(DOC)/examples
	install -m 644 examples/system/* examples/ltcp-sysctl.conf \
		$(DOC)/examples

# Directories go when nothing else is in them: below DESTDIR all, else only
# those that are ltcp's own.
uninstall:
	rm -f $(SCRIPTS:%=$(BIN)/%) $(TOOLS:out/tools/%=$(LIB)/%) \
		$(MAN)/man1/ltcp-run.1 $(MAN)/man1/ltcp-ladder.1 \
		$(MAN)/man7/ltcp.7 $(MAN)/man8/ltcp-ss.8 $(INCLUDE)/ltcp.h \
		$(DOC)/examples/*.conf $(DOC)/examples/*.service \
		$(MODULES)/updates/ltcp.ko* $(MODULES)/updates/ltcp_diag.ko*
	for dir in $(LIB) $(DOC)/examples $(DOC); do \
		[ ! -d $$dir ] || rmdir --ignore-fail-on-non-empty $$dir; \
	done
	[ -z "$(DESTDIR)" ] || for dir in $(BIN) $(dir $(LIB) $(DOC)) $(INCLUDE) \
			$(MAN)/man1 $(MAN)/man7 $(MAN)/man8 $(MODULES)/updates; do \
		[ ! -d $$dir ] || rmdir -p --ignore-fail-on-non-empty $$dir; \
	done
	[ -n "$(DESTDIR)" ] || depmod -a $(KVER)

# Debian packages, of what is in this clone, in out/deb.
deb:
	@scripts/deb

demo:
	@scripts/demo

check:
	@scripts/check

check-unit check-conform check-net check-apps check-race:
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
	[ ! -e $(KDIR)/Makefile ] || [ ! -d examples/cong-aimd ] || \
		$(MAKE) -C $(KDIR) M=$(CURDIR)/examples/cong-aimd clean
	rm -rf out

help:
	@echo '  make               build kmod/ltcp.ko for the running kernel'
	@echo '                     (KDIR=DIRECTORY: for another one)'
	@echo '  make examples      and examples/cong-aimd, a congestion control'
	@echo '  make tools         what ltcp-run and ltcp-ss put into programs'
	@echo '  make install       install module, tools and man pages'
	@echo '                     (PREFIX=/usr/local, DESTDIR=; install-module and'
	@echo '                     install-tools do half of it)'
	@echo '  make uninstall     remove all of that'
	@echo '  make deb           Debian packages, in out/deb'
	@echo '  make demo          see it work, in a virtual machine'
	@echo '  make check         run the tests (TEST=NAME: one of them)'
	@echo '  make check-unit    only the parts that run in user space'
	@echo '  make check-conform only the scripted peer, in virtual time'
	@echo '  make check-net     only the networks, on stock kernels'
	@echo '  make check-apps    iperf3, nginx and others, by ltcp-run'
	@echo '  make check-race    races on four processors, under all checkers'
	@echo '  make soak          the same for hours, and tables filled up'
	@echo '  make bench         measure it against the kernel'\''s own TCP'
	@echo '  make bench-flood   what clients notice of a flood of SYNs'
	@echo '  make lint          sparse, checkpatch, shellcheck, kernel-doc'
	@echo '  make clean         remove what was built here'
	@echo 'What demo, check, bench and lint need is installed through apt.'
	@echo 'Kernels are kept in $$LTCP_CACHE (~/.cache/ltcp), outside the clone.'

.PHONY: install-module install-tools uninstall deb
.PHONY: module tools examples headers install demo check check-unit
.PHONY: check-conform check-net check-apps check-race soak bench bench-flood
.PHONY: lint clean help
