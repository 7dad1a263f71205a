#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Congestion control from another module, as examples/cong-aimd: it is used as
# soon as it is there, moves files, stays while it is in use, and comes and goes
# while a listener turns to it and away again on another processor.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

EXAMPLE=${LTCP_KO%/kmod/ltcp.ko}/examples/cong-aimd/cong_aimd.ko
PORT=5001

example_is_loaded() {
	[ -d /sys/module/cong_aimd ]
}

available() {
	insmod "$EXAMPLE"
	grep -w aimd /proc/sys/net/ltcp/available_congestion_control
	lsmod | grep -E '^ltcp .*cong_aimd'
	fails rmmod ltcp
	rmmod cong_aimd
	fails grep -w aimd /proc/sys/net/ltcp/available_congestion_control
}

# A file over a link that loses, with the knobs turned meanwhile.
transfer() {
	insmod "$EXAMPLE"
	bad_link delay 2ms loss 1%
	in_a sysctl -qw net.ltcp.congestion_control=aimd
	in_b sysctl -qw net.ltcp.congestion_control=aimd
	server "$NS_B" "$PORT" "$TMP/host-b"
	head -c 4000000 /dev/urandom >"$TMP/file"
	start put ip netns exec "$NS_A" "$BIN/file-client" -p "$PROTO" \
		-P "$PORT" "$ADDR_B" put "$TMP/file"
	fails rmmod cong_aimd
	echo 100 >/sys/module/cong_aimd/parameters/decrease
	echo 4000000000 >/sys/module/cong_aimd/parameters/increase
	wait_for 30 test -s "$TMP/host-b/file"
	echo 10 >/sys/module/cong_aimd/parameters/decrease
	echo 2 >/sys/module/cong_aimd/parameters/increase
	wait "$started"
	cmp "$TMP/file" "$TMP/host-b/file"
	fails rmmod cong_aimd
	stop_all
	wait_for 30 rmmod cong_aimd
}

# The name stays in the setting; who comes then has reno.
default_has_gone() {
	[ "$(in_a sysctl -n net.ltcp.congestion_control)" = aimd ]
	server "$NS_B" "$PORT" "$TMP/host-b"
	echo hello >"$TMP/hello"
	in_a "$BIN/file-client" -p "$PROTO" -P "$PORT" "$ADDR_B" put \
		"$TMP/hello"
	cmp "$TMP/hello" "$TMP/host-b/hello"
	stop_all
}

# The module goes whenever neither the listener nor a connection has it, which
# on a slow machine may be never.
come_and_go() {
	local loaded=0 refused=0 end=$((SECONDS + 5))
	while [ "$SECONDS" -lt "$end" ]; do
		grep -q 'State:.[RSD]' "/proc/$1/status"
		example_is_loaded || insmod "$EXAMPLE"
		if rmmod cong_aimd 2>/dev/null; then
			loaded=$((loaded + 1))
		else
			refused=$((refused + 1))
		fi
	done
	echo "unloaded $loaded times, refused $refused times"
}

race() {
	in_a sysctl -qw net.ltcp.congestion_control=cubic
	start race ip netns exec "$NS_A" "$BIN/congrace"
	come_and_go "$started"
	kill "$started"
	wait "$started"
	cat "$TMP/race"
	! example_is_loaded || wait_for 10 rmmod cong_aimd
}

[ "$PROTO" -ne 6 ] || skip_all "the example is for ltcp"
plan 5
load
two_hosts
check available available
check transfer transfer
check default_has_gone default_has_gone
check race race
finish
