#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What an operator has on a stock kernel: scripts/ltcp-ss with ltcp_diag.ko,
# beside /proc/net/ltcp, which must tell the same; and nstat for the counters.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

SS=$TOP/scripts/ltcp-ss
PORT=5001

# Without its module it says so, rather than to show nothing, or TCP.
says_what_lacks() {
	local status=0
	mkdir -p "$TMP/oracle"
	start tcp "$BIN/file-server" -p 6 -P 8000 -d "$TMP/oracle"
	wait_for 10 has_tcp 1F40
	"$SS" -tanH >"$TMP/said" 2>&1 || status=$?
	kill "$started"
	cat "$TMP/said"
	[ "$status" -eq 1 ]
	grep -q "modprobe ltcp_diag" "$TMP/said"
	fails grep -q 8000 "$TMP/said"
}

has_tcp() {
	grep -q ":$1 " /proc/net/tcp
}

load_diag() {
	modprobe inet_diag
	insmod "${LTCP_KO%/*}/ltcp_diag.ko"
}

# A listener, a connection that idles, one in TIME_WAIT.
scene() {
	two_hosts
	mkdir -p "$TMP/host-b"
	server "$NS_B" "$PORT" "$TMP/host-b"
	in_a "$BIN/file-client" -p "$PROTO" "$ADDR_B" put /etc/hostname
	wait_for 10 has_socket "$NS_A" 06 "$PORT"
	kill -STOP "$started"
	start idle ip netns exec "$NS_A" "$BIN/file-client" -p "$PROTO" \
		"$ADDR_B" put /etc/hostname
	wait_for 10 has_socket "$NS_A" 05 "$PORT"
	wait_for 10 has_socket "$NS_B" 08 "$PORT"
}

# S047 S088: state, queues, addresses: the same twice.
same_as_proc() {
	local ns
	for ns in "$NS_A" "$NS_B"; do
		ip netns exec "$ns" "$SS" -anH | tr -s ' ' | sort >"$TMP/diag"
		PROC_NET_TCP=/proc/net/ltcp ip netns exec "$ns" ss -tanH |
			tr -s ' ' | sort >"$TMP/proc"
		cat "$TMP/diag"
		[ -s "$TMP/diag" ]
		diff "$TMP/proc" "$TMP/diag"
	done
	grep -q "^CLOSE-WAIT .*:$PORT " "$TMP/diag"
	grep -q "^LISTEN .*:$PORT " "$TMP/diag"
}

options() {
	in_b "$SS" -anoemiH state close-wait | tee "$TMP/ss"
	grep -qE "cubic .*rto:[0-9]+ rtt:[0-9.]+/[0-9.]+ .*cwnd:" "$TMP/ss"
	grep -qE "skmem:\(r[1-9]" "$TMP/ss"
	grep -qE "ino:[0-9]+ sk:[0-9a-f]+" "$TMP/ss"
	in_a "$SS" -anoH state time-wait | tee "$TMP/ss"
	grep -qE "timer:\(timewait,[0-9]+sec" "$TMP/ss"
	in_b "$SS" -lnepH | tee "$TMP/ss"
	grep -qE "users:\(\(\"file-server\",pid=[0-9]+.* ino:[1-9][0-9]*" \
		"$TMP/ss"
}

filters() {
	[ "$(in_b "$SS" -anH "( sport = :$PORT )" | wc -l)" -eq 2 ]
	[ "$(in_b "$SS" -anH dst "$ADDR_A" | wc -l)" -eq 1 ]
	[ "$(in_b "$SS" -anH "( dport = :1 )" | wc -l)" -eq 0 ]
	[ "$(in_b "$SS" -tn6aH | wc -l)" -eq 0 ]
	in_b "$SS" -s | grep "^LTCP:  2 (estab 1, orphaned 0, synrecv 0, "
}

# It is the client's kernel that is told; both ends hear of it.
destroys() {
	in_b "$SS" -KnH state close-wait dst "$ADDR_A"
	[ "$(in_b "$SS" -anH state close-wait | wc -l)" -eq 0 ]
	[ "$(counter "$NS_B" Destroyed)" -eq 1 ]
	wait_for 10 has_no_socket "$NS_A" 05 "$PORT"
}

# As Documentation/seeing.rst says
nstat_ltcp() {
	PROC_NET_SNMP=/dev/null PROC_NET_SNMP6=/dev/null \
		PROC_NET_SCTP_SNMP=/dev/null \
		PROC_NET_NETSTAT=/proc/net/ltcp_snmp \
		NSTAT_HISTORY=$TMP/nstat ip netns exec "$1" nstat
}

# Increments since it was called last, and nothing of the kernel's TCP.
nstat_reads() {
	nstat_ltcp "$NS_A" | tee "$TMP/all"
	[ "$(awk '$1 == "LtcpActiveOpens" { print $2 }' "$TMP/all")" -eq \
		"$(counter "$NS_A" ActiveOpens)" ]
	fails grep -vE '^(#|Ltcp)' "$TMP/all"
	kill -CONT "$(in_b "$SS" -lnpH | sed 's/.*pid=//; s/,.*//')"
	in_a "$BIN/file-client" -p "$PROTO" "$ADDR_B" put /etc/hostname
	nstat_ltcp "$NS_A" | tee "$TMP/news"
	[ "$(awk '$1 == "LtcpActiveOpens" { print $2 }' "$TMP/news")" -eq 1 ]
}

# A reader holds ltcp_diag, and that holds ltcp.
unloads() {
	fails rmmod ltcp
	rmmod ltcp_diag
}

plan ''
load
check says_what_lacks says_what_lacks
check load_diag load_diag
check scene scene
check same_as_proc same_as_proc
check options options
check filters filters
check destroys destroys
check nstat nstat_reads
check unloads unloads
finish
