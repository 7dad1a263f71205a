#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Network namespaces: two of them never see each other, even with the same
# addresses and ports; one that goes away under traffic takes its connections,
# half-open and TIME_WAIT entries along.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

PORT=5001

# In $1 a file of its own is served and fetched over the loopback device, from
# one fixed port: the same four-tuple in both namespaces.
serve_own_file() {
	mkdir -p "$TMP/served-$1" "$TMP/got-$1"
	head -c 4000000 /dev/urandom >"$TMP/served-$1/file"
	in_ns "$1" sysctl -qw net.ltcp.ip_local_port_range="40000 40001"
	server "$1" "$PORT" "$TMP/served-$1"
}

in_ns() {
	ip netns exec "$@"
}

# Two connections, for the size and for the file: that is both ports.
fetch() {
	cd "$TMP/got-$1"
	start "get-$1" ip netns exec "$1" "$BIN/file-client" -p "$PROTO" \
		-P "$PORT" 127.0.0.1 get file
}

# S020: the same pair of sockets twice, in two namespaces.
same_ports() {
	local a b
	serve_own_file "$NS_A"
	serve_own_file "$NS_B"
	fetch "$NS_A"
	a=$started
	fetch "$NS_B"
	b=$started
	wait "$a"
	wait "$b"
	cmp "$TMP/served-$NS_A/file" "$TMP/got-$NS_A/file"
	cmp "$TMP/served-$NS_B/file" "$TMP/got-$NS_B/file"
	fails cmp -s "$TMP/got-$NS_A/file" "$TMP/got-$NS_B/file"
}

# A third namespace on the same machine knows nothing of all that.
third_sees_nothing() {
	local lines
	add_ns "$NS_B-c"
	lines=$(in_ns "$NS_B-c" cat "$(proc_table)" | wc -l)
	[ "$lines" -eq 1 ]
	[ "$(counter "$NS_B-c" PassiveOpens)" -eq 0 ]
	[ "$(counter "$NS_B-c" InSegs)" -eq 0 ]
	[ "$(counter "$NS_A" PassiveOpens)" -gt 0 ]
	fails in_ns "$NS_B-c" "$BIN/file-client" -p "$PROTO" -P "$PORT" \
		127.0.0.1 get file
}

own_settings() {
	in_a sysctl -qw net.ltcp.syn_retries=1
	in_b sysctl -qw net.ltcp.syn_retries=2
	[ "$(in_a sysctl -n net.ltcp.syn_retries)" -eq 1 ]
	[ "$(in_b sysctl -n net.ltcp.syn_retries)" -eq 2 ]
}

link_is_gone() {
	! ip -n "$NS_B" link show dev b0
}

# Connections in both directions with data under way; A goes.
deleted_under_traffic() {
	local i
	truncate -s 1G "$TMP/huge"
	for ((i = 0; i < 3; i++)); do
		two_hosts
		short_lives orphan_retries=1
		bad_link delay 2ms loss 1%
		server "$NS_A" "$PORT" "$TMP/host-a"
		server "$NS_B" "$PORT" "$TMP/host-b"
		start put ip netns exec "$NS_A" "$BIN/file-client" \
			-p "$PROTO" -n 8 "$ADDR_B" put "$TMP/huge"
		start put ip netns exec "$NS_B" "$BIN/file-client" \
			-p "$PROTO" -n 8 "$ADDR_A" put "$TMP/huge"
		wait_for 20 test -s "$TMP/host-a/huge"
		wait_for 20 test -s "$TMP/host-b/huge"
		ip netns pids "$NS_A" | xargs kill -KILL
		ip netns del "$NS_A"
		wait_for 60 link_is_gone
		stop_all
		remove_namespaces
		rm -r "$TMP/host-a" "$TMP/host-b"
	done
}

# S049: SYNs come in at B, its SYN-ACKs get lost; then the listener goes.
half_open_purged() {
	two_hosts
	server "$NS_B" "$PORT" "$TMP/host-b"
	tc -n "$NS_B" qdisc replace dev b0 root netem loss 100%
	ip -n "$NS_A" neigh replace "$ADDR_B" dev a0 nud permanent lladdr \
		"$(ip netns exec "$NS_B" cat /sys/class/net/b0/address)"
	start put ip netns exec "$NS_A" "$BIN/file-client" -p "$PROTO" \
		-n 10 "$ADDR_B" put /etc/hostname
	wait_for 20 has_socket "$NS_B" 03 "$PORT"
	has_socket "$NS_A" 02 "$PORT"
	ip netns pids "$NS_B" | xargs kill -KILL
	wait_for 5 has_no_socket "$NS_B" 03
	[ "$(counter "$NS_B" HalfOpenPurged)" -gt 0 ]
	stop_all
	remove_namespaces
}

# TIME_WAIT lasts 60 s; the namespace does not wait for it.
time_wait_purged() {
	two_hosts
	server "$NS_B" "$PORT" "$TMP/host-b"
	in_a "$BIN/file-client" -p "$PROTO" -n 10 "$ADDR_B" put /etc/hostname
	stop_all
	has_socket "$NS_A" 06 "$PORT"
	ip netns del "$NS_A"
	wait_for 10 link_is_gone
	remove_namespaces
}

# Entries that nobody freed would be missed by their slab cache: the kernel
# then says so in its log, see the last case.
nothing_is_left() {
	wait_for 60 rmmod ltcp
	fails grep '^ltcp' /proc/slabinfo
}

# What a failed case left behind shall not fail the next one.
fresh() {
	stop_all
	remove_namespaces
	check "$1" "$1"
}

plan 8
load
add_ns "$NS_A"
add_ns "$NS_B"
check same_ports same_ports
check third_sees_nothing third_sees_nothing
check own_settings own_settings
fresh deleted_under_traffic
fresh half_open_purged
fresh time_wait_purged
fresh nothing_is_left
finish
