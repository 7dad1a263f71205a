#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What makes ltcp belong to a system: Debian packages, DKMS, make install and
# uninstall, man pages. All of it in a directory of its own: nothing of the
# machine is touched.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

VERSION=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$TOP/dkms.conf")
# To be root, as far as programs ask.
as_root=()
[ "$(id -u)" = 0 ] || as_root=(fakeroot)

same_version() {
	[ -n "$VERSION" ]
	head -n 1 "$TOP/debian/changelog" | grep -qF "ltcp ($VERSION) "
}

has() {
	dpkg-deb -c "$TMP/deb/$1"_*.deb | awk '{ print $6 }' >"$TMP/contents"
	shift
	for file; do
		grep -qx "\./$file" "$TMP/contents" || {
			echo "lacks $file"
			return 1
		}
	done
}

deb() {
	LTCP_DEB=$TMP/deb "$TOP/scripts/deb"
	has ltcp-dkms "usr/src/ltcp-$VERSION/"{Makefile,dkms.conf,kmod/main.c} \
		"usr/src/ltcp-$VERSION/scripts/"{probe,probes/.*}
	has ltcp-tools usr/bin/ltcp-{run,ss,ladder} \
		usr/lib/ltcp/ltcp-{run,ss}.so usr/include/linux/ltcp.h \
		usr/share/man/man1/ltcp-{run,ladder}.1.gz \
		usr/share/man/man7/ltcp.7.gz usr/share/man/man8/ltcp-ss.8.gz
	fails grep -q modprobe.d/ "$TMP/contents"
}

# The installed one finds its library, and complains of the module only.
unpacked_runs() {
	dpkg-deb -x "$TMP/deb"/ltcp-tools_*.deb "$TMP/unpacked"
	"$TMP/unpacked/usr/bin/ltcp-run" --help | grep -q '^ltcp-run \[OPTION'
	if [ ! -e /sys/module/ltcp ]; then
		fails "$TMP/unpacked/usr/bin/ltcp-run" true 2>"$TMP/said"
		grep 'ltcp is not loaded' "$TMP/said"
	fi
}

# From the package's sources, as DKMS would for a kernel that is installed.
# dkms_builds KERNEL
dkms_builds() {
	local build kernel built

	build=$("$TOP/scripts/kernel" "$1")
	kernel=${build##*linux-headers-}
	[ -d "$TMP/src" ] ||
		dpkg-deb -x "$TMP/deb"/ltcp-dkms_*.deb "$TMP/src"
	mkdir -p "$TMP/dkms" "$TMP/lib"
	# Else it would make the machine a key, to sign with.
	export sign_file=$TMP/none
	set -- -m ltcp -v "$VERSION" --dkmstree "$TMP/dkms" \
		--sourcetree "$TMP/src/usr/src" --installtree "$TMP/lib"
	[ -d "$TMP/dkms/ltcp" ] || "${as_root[@]}" dkms add "$@"
	"${as_root[@]}" dkms build "$@" -k "$kernel" \
		--kernelsourcedir "$build" | tee "$TMP/said"
	fails grep 'bad exit status' "$TMP/said"
	built=$TMP/dkms/ltcp/$VERSION/$kernel/$(uname -m)/module
	ls "$built"
	"${as_root[@]}" dkms status "$@"
	for module in ltcp ltcp_diag; do
		# Compressed as the kernel's own are.
		modinfo -F vermagic "$built/$module".ko* |
			grep -q "^$kernel "
	done
}

# What was there before stays.
install_uninstall() {
	mkdir -p "$TMP/root/usr/local/bin"
	touch "$TMP/root/usr/local/bin/other"
	make -s -C "$TOP" install-tools "DESTDIR=$TMP/root"
	for tool in ltcp-run ltcp-ss ltcp-ladder; do
		[ -x "$TMP/root/usr/local/bin/$tool" ]
	done
	"$TMP/root/usr/local/bin/ltcp-run" --help >"$TMP/help"
	mkdir -p "$TMP/root/lib/modules/$(uname -r)/updates"
	touch "$TMP/root/lib/modules/$(uname -r)/updates/ltcp.ko"
	make -s -C "$TOP" uninstall "DESTDIR=$TMP/root"
	find "$TMP/root" ! -type d >"$TMP/left"
	diff "$TMP/left" - <<<"$TMP/root/usr/local/bin/other"
	make -s -C "$TOP" install-tools "DESTDIR=$TMP/root" PREFIX=/usr
	[ -x "$TMP/root/usr/bin/ltcp-run" ]
	rm "$TMP/root/usr/local/bin/other"
	rmdir -p "$TMP/root/usr/local/bin" 2>/dev/null || true
	make -s -C "$TOP" uninstall "DESTDIR=$TMP/root" PREFIX=/usr
	[ ! -e "$TMP/root" ]
}

man_pages() {
	local page

	for page in "$TOP"/Documentation/man/*.[1-8]; do
		LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l \
			-Tutf8 -Z "$page" >/dev/null
		groff -man -ww -Tutf8 "$page" >/dev/null
	done 2>"$TMP/warnings"
	cat "$TMP/warnings"
	[ ! -s "$TMP/warnings" ]
}

# Every option of ltcp-run is in its page, and in its help.
options_told() {
	local option

	sed -n '/^while true/,/^done/p' "$TOP/scripts/ltcp-run" |
		grep -oE -- '--[a-z]{3,}' >"$TMP/options"
	[ "$(wc -l <"$TMP/options")" -ge 4 ]
	while read -r option; do
		grep -q -- "$option" <("$TOP/scripts/ltcp-run" --help)
		grep -q -- "${option//-/\\\\-}" \
			"$TOP/Documentation/man/ltcp-run.1"
	done <"$TMP/options"
}

plan 8
check same_version same_version
check deb deb
check unpacked_runs unpacked_runs
check dkms_6.1 dkms_builds 6.1
check dkms_6.12 dkms_builds 6.12
check install_uninstall install_uninstall
check man_pages man_pages
check options_told options_told
[ "$failed" -eq 0 ]
