#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# /proc/net/ltcp is read by ss and by whatever else reads /proc/net/tcp: the
# same scene is played with ltcp and with the kernel's own TCP, on the same
# ports, and both files must tell the same story. /proc/net/ltcp_snmp has the
# two lines that readers of /proc/net/snmp expect.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

PORT=5001

# ss NS...: as the getting-started document says
ss_ltcp() {
	PROC_NET_TCP=/proc/net/ltcp ip netns exec "$1" ss -tanH
}

same_header() {
	diff <(in_a head -n 1 /proc/net/tcp) <(in_a head -n 1 /proc/net/ltcp)
}

# scene PROTOCOL: a listener, a connection that idles (its server is stopped
# before it can accept), one in TIME_WAIT, one half-open and its SYN_SENT.
scene() {
	start "scene.$1" ip netns exec "$NS_B" "$BIN/file-server" -p "$1" \
		-P "$PORT" -d "$TMP/host-b"
	wait_for 10 has_socket "$NS_B" 0A "$PORT"
	in_a "$BIN/file-client" -p "$1" "$ADDR_B" put /etc/hostname
	wait_for 10 has_socket "$NS_A" 06 "$PORT"
	kill -STOP "$started"
	start "idle.$1" ip netns exec "$NS_A" "$BIN/file-client" -p "$1" \
		"$ADDR_B" put /etc/hostname
	wait_for 10 has_socket "$NS_A" 05 "$PORT"
	wait_for 10 has_socket "$NS_B" 08 "$PORT"
	tc -n "$NS_B" qdisc replace dev b0 root netem loss 100%
	start "half.$1" ip netns exec "$NS_A" "$BIN/file-client" -p "$1" \
		"$ADDR_B" put /etc/hostname
	wait_for 10 has_socket "$NS_B" 03 "$PORT"
	wait_for 10 has_socket "$NS_A" 02 "$PORT"
}

# story NS FILE: the columns that do not depend on the moment: addresses, the
# fixed port, state, receive queue, uid.
story() {
	# shellcheck disable=SC2016 # the dollars are awk's
	ip netns exec "$1" awk -v port="$(printf '%04X' "$PORT")" '
		function end(s) {
			if (s ~ ":" port || s ~ ":0000")
				return s
			return substr(s, 1, 9) "*"
		}
		NR > 1 {
			split($5, queue, ":")
			print end($2), end($3), $4, queue[2], $8
		}
	' "$2" | sort
}

# The scene with TCP first, then all gone, then with ltcp.
play() {
	local proto
	for proto in 6 "$1"; do
		PROTO=$proto
		two_hosts
		ip -n "$NS_A" neigh replace "$ADDR_B" dev a0 nud permanent \
			lladdr "$(in_b cat /sys/class/net/b0/address)"
		mkdir -p "$TMP/host-b"
		scene "$proto"
		for ns in "$NS_A" "$NS_B"; do
			story "$ns" "$(proc_table)" >"$TMP/story.$ns.$proto"
			in_ns "$ns" cat "$(proc_table)" >"$TMP/raw.$ns.$proto"
		done
		ss_ltcp "$NS_A" >"$TMP/ss.$NS_A"
		ss_ltcp "$NS_B" >"$TMP/ss.$NS_B"
		[ "$proto" -ne 6 ] || stop_all
		[ "$proto" -ne 6 ] || remove_namespaces
	done
}

in_ns() {
	ip netns exec "$@"
}

# S043 S047: SYN_RECV too, as with the kernel's TCP.
same_story() {
	local ns
	for ns in "$NS_A" "$NS_B"; do
		cat "$TMP/raw.$ns.$PROTO"
		[ -s "$TMP/story.$ns.6" ]
		diff "$TMP/story.$ns.6" "$TMP/story.$ns.$PROTO"
	done
}

# Lines are as long, and columns begin where they do in /proc/net/tcp.
same_columns() {
	local ns
	for ns in "$NS_A" "$NS_B"; do
		diff <(columns "$TMP/raw.$ns.6" | sort -u) \
			<(columns "$TMP/raw.$ns.$PROTO" | sort -u)
	done
}

# The fixed part of a line, with every digit made a 0.
columns() {
	sed 1d "$1" | cut -c 1-75 | tr '0-9A-F' 0 | tr -s ' ' | cut -c 2-60
}

# S047: half-open ones among them.
ss_reads_it() {
	cat "$TMP/ss.$NS_A" "$TMP/ss.$NS_B"
	grep -E "^LISTEN +[0-9]+ +[0-9]+ +0.0.0.0:$PORT +0.0.0.0:\*" \
		"$TMP/ss.$NS_B"
	grep -E "^CLOSE-WAIT .*$ADDR_B:$PORT +$ADDR_A:" "$TMP/ss.$NS_B"
	grep -E "^SYN-RECV .*$ADDR_B:$PORT +$ADDR_A:" "$TMP/ss.$NS_B"
	grep -E "^FIN-WAIT-2 .*$ADDR_A:[0-9]+ +$ADDR_B:$PORT" "$TMP/ss.$NS_A"
	grep -E "^TIME-WAIT .*$ADDR_A:[0-9]+ +$ADDR_B:$PORT" "$TMP/ss.$NS_A"
	grep -E "^SYN-SENT .*$ADDR_A:[0-9]+ +$ADDR_B:$PORT" "$TMP/ss.$NS_A"
}

# More lines than fit one page of a seq_file, each connection once.
many() {
	local lines
	stop_all
	tc -n "$NS_B" qdisc del dev b0 root
	server "$NS_B" 5002 "$TMP/host-b"
	kill -STOP "$started"
	start many ip netns exec "$NS_A" "$BIN/file-client" -p "$PROTO" \
		-P 5002 -n 60 "$ADDR_B" put /etc/hostname
	wait_for 20 all_there "$NS_A" 05
	wait_for 20 all_there "$NS_B" 08
	lines=$(sockets "$NS_A" 05 5002 | awk '{ print $2 }' | sort -u | wc -l)
	[ "$lines" -eq 60 ]
}

all_there() {
	[ "$(sockets "$1" "$2" 5002 | wc -l)" -eq 60 ]
}

two_lines() {
	in_b cat /proc/net/ltcp_snmp >"$TMP/snmp"
	awk '
		$1 != "Ltcp:" { print "prefix of line", NR; bad = 1 }
		NR == 1 { fields = NF }
		NR == 2 && NF != fields { print "fields differ"; bad = 1 }
		NR == 2 { for (i = 2; i <= NF; i++)
			if ($i !~ /^[0-9]+$/) { print "no number", $i; bad = 1 } }
		END { exit bad || NR != 2 || fields < 20 }
	' "$TMP/snmp"
	[ "$(counter "$NS_B" HalfOpens)" -ge 2 ]
	[ "$(counter "$NS_B" PassiveOpens)" -ge 2 ]
	[ "$(counter "$NS_A" ActiveOpens)" -ge 2 ]
}

plan 8
load
check play play "$PROTO"
check same_header same_header
check same_story same_story
check same_columns same_columns
check ss_reads_it ss_reads_it
check many many
check two_lines two_lines
finish
