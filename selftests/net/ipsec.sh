#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Policies of IPsec go for ltcp as for any protocol, in both directions: host A
# serves, and has a policy that blocks what goes to or comes from B. B asks many
# times at once, with as many sequence numbers and timestamps: what a policy
# says must depend on none of them.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

PORT=5001
CLIENTS=8

policy() {
	in_a ip xfrm policy "$@"
}

at_least() {
	[ "$(counter "$NS_A" "$1")" -ge "$2" ]
}

# In a directory each.
fetch() {
	cd "$TMP"
	# shellcheck disable=SC2016 # the dollars are those of the inner shell
	start get ip netns exec "$NS_B" bash -euc '
		pids=
		for i in $(seq "$1"); do
			mkdir "$i"
			(cd "$i"; shift; exec "$@") &
			pids+=" $!"
		done
		for pid in $pids; do
			wait "$pid"
		done
	' clients "$CLIENTS" \
		"$BIN/file-client" -p "$PROTO" -P "$PORT" "$ADDR_A" get file
}

fetched() {
	local i
	wait "$started"
	for i in $(seq "$CLIENTS"); do
		cmp "$TMP/served/file" "$TMP/$i/file"
		rm -r "${TMP:?}/$i"
	done
}

# Every SYN is taken, and all that could answer it is held back.
blocked_out() {
	policy add src "$ADDR_A" dst "$ADDR_B" dir out action block
	fetch
	wait_for 10 at_least HalfOpens "$CLIENTS"
	[ "$(counter "$NS_A" OutSegs)" -eq 0 ]
	policy flush
	# The next SYN of each is answered.
	fetched
}

# Every SYN is dropped, and counted as such.
blocked_in() {
	local before
	before=$(counter "$NS_A" HalfOpens)
	policy add src "$ADDR_B" dst "$ADDR_A" dir in action block
	fetch
	wait_for 10 at_least DropPolicy "$CLIENTS"
	[ "$(counter "$NS_A" HalfOpens)" -eq "$before" ]
	policy flush
	fetched
}

# A device whose packets pass without a policy.
device_without_policy() {
	local before
	before=$(counter "$NS_A" DropPolicy)
	in_a sysctl -qw net.ipv4.conf.a0.disable_policy=1
	policy add src "$ADDR_B" dst "$ADDR_A" dir in action block
	fetch
	fetched
	[ "$(counter "$NS_A" DropPolicy)" -eq "$before" ]
	policy flush
}

[ "$PROTO" -ne 6 ] || skip_all "counters are those of ltcp"
plan 4
load
two_hosts
mkdir "$TMP/served"
echo "a file" >"$TMP/served/file"
server "$NS_A" "$PORT" "$TMP/served"
check blocked_out blocked_out
check blocked_in blocked_in
check device_without_policy device_without_policy
finish
