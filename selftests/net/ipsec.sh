#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Policies of IPsec go for ltcp as for any protocol, in both directions: host A
# serves, and has a policy that blocks what goes to or comes from B.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

PORT=5001

policy() {
	in_a ip xfrm policy "$@"
}

at_least() {
	[ "$(counter "$NS_A" "$1")" -ge "$2" ]
}

fetch() {
	cd "$TMP"
	start get ip netns exec "$NS_B" "$BIN/file-client" -p "$PROTO" \
		-P "$PORT" "$ADDR_A" get file
}

fetched() {
	wait "$started"
	cmp "$TMP/served/file" "$TMP/file"
	rm "$TMP/file"
}

# The SYN is taken, and all that could answer it is held back.
blocked_out() {
	policy add src "$ADDR_A" dst "$ADDR_B" dir out action block
	fetch
	wait_for 10 at_least HalfOpens 1
	[ "$(counter "$NS_A" OutSegs)" -eq 0 ]
	policy flush
	# The next of its SYNs is answered.
	fetched
}

# The SYN is dropped, and counted as such.
blocked_in() {
	local before
	before=$(counter "$NS_A" HalfOpens)
	policy add src "$ADDR_B" dst "$ADDR_A" dir in action block
	fetch
	wait_for 10 at_least DropPolicy 1
	[ "$(counter "$NS_A" HalfOpens)" -eq "$before" ]
	policy flush
	fetched
}

[ "$PROTO" -ne 6 ] || skip_all "counters are those of ltcp"
plan 3
load
two_hosts
mkdir "$TMP/served"
echo "a file" >"$TMP/served/file"
server "$NS_A" "$PORT" "$TMP/served"
check blocked_out blocked_out
check blocked_in blocked_in
finish
