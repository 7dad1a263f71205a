#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loading and unloading, as a user does it: it leaves nothing behind; a wrong
# parameter is refused with a message that says what is wrong and what to do;
# a module in use stays.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

# From here on: what the kernel has said since mark() was called.
mark() {
	mark=$(dmesg | wc -l)
}

said() {
	dmesg | tail -n "+$((mark + 1))" | grep "$@"
}

# Nothing of ltcp is visible in the kernel.
is_gone() {
	fails is_loaded
	[ ! -e /proc/net/ltcp ]
	[ ! -e /proc/net/ltcp_snmp ]
	[ ! -e /proc/sys/net/ltcp ]
	[ ! -e /sys/kernel/tracing/events/ltcp ]
	fails grep -q '^ltcp' /proc/slabinfo /proc/net/protocols
}

# Seconds, where the kernel is emulated; so it comes once, at the end.
left_no_symbol() {
	fails grep -F '[ltcp]' /proc/kallsyms
}

is_there() {
	is_loaded
	[ -e /proc/net/ltcp ]
	[ -e /proc/net/ltcp_snmp ]
	[ -d /proc/sys/net/ltcp ]
	[ -d /sys/kernel/tracing/events/ltcp/ltcp_state ]
	grep -i '^ltcp' /proc/net/protocols
}

# T33
load_and_unload() {
	local i
	for ((i = 0; i < 10; i++)); do
		insmod "$LTCP_KO"
		is_there >/dev/null
		rmmod ltcp
		is_gone
	done
}

# Namespaces that exist at load time get the protocol, new ones too.
namespaces_old_and_new() {
	add_ns "$NS_A"
	insmod "$LTCP_KO"
	add_ns "$NS_B"
	in_a test -e /proc/net/ltcp
	in_b test -e /proc/net/ltcp
	rmmod ltcp
	fails in_a test -e /proc/net/ltcp
	fails in_b test -e /proc/net/ltcp
	remove_namespaces
	is_gone
}

# refused PARAMETER PATTERN: the load fails, and the log says PATTERN.
refused() {
	mark
	fails insmod "$LTCP_KO" "$1"
	is_gone
	said -E "$2"
}

# The number stands in the message, and so does the way out.
taken() {
	local number
	for number in 6 17 1; do
		refused "ipproto=$number" "ltcp: .*\b$number\b.*(taken|in use)"
		said 'ipproto='
	done
}

out_of_range() {
	local number
	for number in 0 256 70000; do
		refused "ipproto=$number" "ltcp: .*\b$number\b"
		said 'ipproto='
	done
}

not_a_number() {
	refused ipproto=-1 'ltcp.*ipproto'
	refused ipproto=tcp 'ltcp.*ipproto'
}

other_number() {
	insmod "$LTCP_KO" ipproto=254
	grep -x 254 /sys/module/ltcp/parameters/ipproto
	PROTO=254
	two_hosts
	server "$NS_B" 5001 "$TMP/host-b"
	echo hello >"$TMP/hello"
	in_a "$BIN/file-client" -p 254 "$ADDR_B" put "$TMP/hello"
	cmp "$TMP/hello" "$TMP/host-b/hello"
	fails in_a "$BIN/file-client" -p 253 "$ADDR_B" put "$TMP/hello"
	stop_all
	remove_namespaces
	wait_for 10 rmmod ltcp
}

in_use() {
	insmod "$LTCP_KO"
	add_ns "$NS_A"
	server "$NS_A" 5001 "$TMP/host-a"
	fails rmmod ltcp
	is_there >/dev/null
	stop_all
	wait_for 10 rmmod ltcp
	remove_namespaces
	is_gone
}

# TIME_WAIT entries (60 s by default) are no reason to stay.
with_time_wait() {
	insmod "$LTCP_KO"
	two_hosts
	server "$NS_B" 5001 "$TMP/host-b"
	in_a "$BIN/file-client" -n 20 "$ADDR_B" put /etc/hostname
	stop_all
	has_socket "$NS_A" 06 5001
	wait_for 10 rmmod ltcp
	is_gone
	remove_namespaces
	left_no_symbol
}

# What a failed case left behind shall not fail the next one.
fresh() {
	stop_all
	remove_namespaces
	! is_loaded || wait_for 30 rmmod ltcp
	check "$1" "$1"
}

plan 9
loaded=1
fresh load_and_unload
fresh namespaces_old_and_new
fresh taken
fresh out_of_range
fresh not_a_number
fresh other_number
fresh in_use
fresh with_time_wait
finish
