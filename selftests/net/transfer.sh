#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Real files through bad links: in each leg one file goes from A to B and one
# from B to A at the same time, and SHA-256 of what arrived must be that of
# what was sent. 384 MiB in all, most of it over links that lose little (the
# kernel runs emulated), the rest over links that are nearly unusable.
#
# netem draws its random numbers unseeded on these kernels: two runs differ in
# what is lost. The files are the same every time, see below.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

SEED=${LTCP_SEED:-1}
MIB=$((1024 * 1024))
PORT=5001

# Files a and b of $1 MiB: a keyed stream, so no two blocks are equal and the
# same seed makes the same files.
make_files() {
	local name
	for name in a b; do
		head -c "$(($1 * MIB))" /dev/zero | openssl enc -aes-128-ctr \
			-nosalt -pass "pass:$SEED$name" -pbkdf2 -iter 1 \
			>"$TMP/$name.all"
	done
}

# The first $1 MiB of both files, with their sums, on the side that sends.
cut_files() {
	local at size
	for at in a b; do
		size=$(stat -c %s "$TMP/$at.all")
		if [ "$size" -eq "$(($1 * MIB))" ]; then
			ln "$TMP/$at.all" "$TMP/host-$at/$at"
		else
			head -c "$(($1 * MIB))" "$TMP/$at.all" \
				>"$TMP/host-$at/$at"
		fi
	done
	[ "$1" = "$(cat "$TMP/summed")" ] && return
	(cd "$TMP/host-a" && sha256sum a) >"$TMP/sum-a"
	(cd "$TMP/host-b" && sha256sum b) >"$TMP/sum-b"
	echo "$1" >"$TMP/summed"
}

client() {
	start "$2" ip netns exec "$NS_A" "$BIN/file-client" -p "$PROTO" \
		-P "$PORT" -n "$1" "$ADDR_B" "$2" "$3"
}

# leg MIB CONNECTIONS MTU NETEM...: both ways at once, everything compared.
# S001 S019 T43
leg() {
	local mib=$1 connections=$2 mtu=$3 put get status=0
	rm -f "$TMP"/host-?/?
	shift 3
	echo "$mib MiB each way, $connections connections, MTU $mtu, netem $*"
	ip -n "$NS_A" link set a0 mtu "$mtu"
	ip -n "$NS_B" link set b0 mtu "$mtu"
	bad_link "$@"
	cut_files "$mib"
	cd "$TMP/host-a"
	client "$connections" put a
	put=$started
	client "$connections" get b
	get=$started
	wait "$put" || status=1
	wait "$get" || status=1
	cat "$TMP/put" "$TMP/get"
	[ "$status" -eq 0 ]
	(cd "$TMP/host-b" && sha256sum -c "$TMP/sum-a")
	sha256sum -c "$TMP/sum-b"
	echo "$((2 * mib))" >>"$TMP/moved"
}

# A link that loses nothing, and takes super-segments: nothing is dropped as
# the reader was at work, and nothing is sent twice. But a sender that moves to
# another processor overtakes itself on a veth, and a super-segment that is
# early tells as much as three that are small: RACK may take that for a loss.
clean() {
	local host
	[ "$PROTO" -ne 6 ] || return 0
	ip -n "$NS_A" link set a0 gso_max_segs 65535
	ip -n "$NS_B" link set b0 gso_max_segs 65535
	cut_files 32
	(cd "$TMP/host-a" && in_a "$BIN/file-client" -p "$PROTO" -P "$PORT" \
		"$ADDR_B" put a)
	(cd "$TMP/host-b" && sha256sum -c "$TMP/sum-a")
	for host in "$NS_A" "$NS_B"; do
		[ "$(counter "$host" DropBacklog)" -eq 0 ]
		[ "$(counter "$host" RtoTimeouts)" -eq 0 ]
		[ "$(counter "$host" RetransSegs)" -eq 0 ] ||
			[ "$(counter "$host" ReorderSeen)" -gt 0 ]
	done
	ip -n "$NS_A" link set a0 gso_max_segs 1
	ip -n "$NS_B" link set b0 gso_max_segs 1
}

# S001 T43: only what arrived and was compared counts.
all_moved() {
	local mib total=0
	while read -r mib; do
		total=$((total + mib))
	done <"$TMP/moved"
	echo "$total MiB in all"
	[ "$total" -ge 384 ]
}

# The links did lose, duplicate and corrupt: else nothing was shown.
links_were_bad() {
	[ "$PROTO" -ne 6 ] || return 0
	local name
	for name in RetransSegs DupAcksIn OooQueued DropBadChecksum; do
		echo "$name $(counter "$NS_A" "$name") $(counter "$NS_B" "$name")"
		[ "$(counter "$NS_A" "$name")" -gt 0 ]
		[ "$(counter "$NS_B" "$name")" -gt 0 ]
	done
}

plan 11
say "seed of the files: LTCP_SEED=$SEED; netem takes none on these kernels"
RECORD="ltcp_state ltcp_retransmit ltcp_drop"
load
two_hosts
mkdir "$TMP/host-a"
: >"$TMP/summed"
make_files 32
server "$NS_B" "$PORT" "$TMP/host-b"

check clean clean
check mild_1 leg 32 4 9000 delay 1ms loss 0.05% reorder 1% duplicate 0.1% \
	corrupt 0.05%
check mild_2 leg 32 2 1500 delay 1ms 200us loss 0.01% duplicate 0.1% \
	corrupt 0.01%
check mild_3 leg 32 1 9000 delay 500us loss 0.05% reorder 5% corrupt 0.05%
check mild_4 leg 32 16 9000 delay 3ms 1ms loss 0.1% duplicate 0.5% corrupt 0.1%
check medium leg 32 4 1500 delay 1ms loss 0.1% reorder 2% duplicate 1% \
	corrupt 0.1%
check bad leg 24 8 1500 delay 5ms loss 1% reorder 5% duplicate 1% corrupt 0.5%
check worst leg 8 8 1500 delay 5ms 2ms loss 3% duplicate 3% corrupt 1%
check all_moved all_moved
check links_were_bad links_were_bad
finish
