#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every tracepoint fires, in the format that trace.h promises, and
# scripts/ltcp-ladder makes a ladder of it.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

RECORD=
END='[0-9.]+:[0-9]+'
SEGMENT="src=$END dst=$END seq=[0-9]+ ack=[0-9]+ flags=[A-Z|]* win=[0-9]+"
SEGMENT+=" len=[0-9]+ state=[A-Z_0-9]+ net=[0-9]+\$"
WINDOW=" cwnd=[0-9]+ ssthresh=[0-9]+ srtt=[0-9]+ pipe=[0-9]+ sndq=[0-9]+"
WINDOW+=" rcvq=[0-9]+ state=[A-Z_0-9]+ net=[0-9]+\$"
EVENTS="ltcp_window ltcp_state ltcp_send ltcp_receive ltcp_retransmit ltcp_drop"

# A file over a link that loses and corrupts, until each event was seen.
record() {
	two_hosts
	server "$NS_B" 5001 "$TMP/host-b"
	bad_link delay 2ms loss 3% corrupt 3% duplicate 3%
	head -c 2000000 /dev/urandom >"$TMP/file"
	echo 0 >"$TRACEFS/trace"
	echo 8192 >"$TRACEFS/buffer_size_kb"
	echo mono >"$TRACEFS/trace_clock"
	echo 1 >"$TRACEFS/events/ltcp/enable"
	in_a "$BIN/file-client" -p "$PROTO" "$ADDR_B" put "$TMP/file"
	wait_for 30 has_no_socket "$NS_B" 09 5001
	echo 0 >"$TRACEFS/events/ltcp/enable"
	cat "$TRACEFS/trace" >"$TMP/trace"
	cmp "$TMP/file" "$TMP/host-b/file"
}

fires() {
	grep -m 3 " $1: src=" "$TMP/trace"
}

# The text behind the name of event $1
lines_of() {
	sed -n "s/.* $1: //p" "$TMP/trace"
}

# All lines of event $1 have the form $2.
form() {
	[ "$(lines_of "$1" | wc -l)" -gt 0 ]
	fails grep -v -E "^$2" <(lines_of "$1")
}

forms() {
	form ltcp_send "$SEGMENT"
	form ltcp_receive "$SEGMENT"
	form ltcp_state "src=$END dst=$END old=[A-Z_0-9]+ new=[A-Z_0-9]+ event="
	form ltcp_window "src=$END dst=$END una=[0-9]+ nxt=[0-9]+ wnd=[0-9]+$WINDOW"
	form ltcp_retransmit "src=$END dst=$END seq=[0-9]+ end=[0-9]+ retries="
	form ltcp_drop "src=$END dst=$END seq=.* reason=[A-Za-z]+ net=[0-9]+\$"
}

# Both namespaces by their inode numbers, and no other.
namespaces() {
	local a b
	a=$(in_a stat -L -c %i /proc/self/ns/net)
	b=$(in_b stat -L -c %i /proc/self/ns/net)
	diff <(printf '%s\n' "$a" "$b" | sort) \
		<(lines_of ltcp_send | sed 's/.*net=//' | sort -u)
}

ladder() {
	"$TOP/scripts/ltcp-ladder" "$TMP/trace" | tee "$TMP/ladder"
	grep -E 'SYN_SENT +\|- SYN seq=0 .*>\| SYN_RECV' "$TMP/ladder"
	grep -E '^ .* segments, .* octets' "$TMP/ladder"
	grep -E 'FIN_WAIT1 .*FIN\|' "$TMP/ladder"
	grep -E 'at last TIME_WAIT +CLOSE' "$TMP/ladder"
	[ "$(wc -L <"$TMP/ladder")" -le 80 ]
}

# A trace from a file: what is drawn must not change unnoticed.
recorded() {
	diff "$(dirname "$0")/ladder.expected" \
		<("$TOP/scripts/ltcp-ladder" "$(dirname "$0")/ladder.trace")
}

# Pictures are XML; of as many arrows as the text has, and of all lines.
pictures() {
	local here
	here=$(dirname "$0")
	"$TOP/scripts/ltcp-ladder" --svg "$TMP/ladder.svg" "$here/ladder.trace"
	"$TOP/scripts/ltcp-plot" --svg "$TMP/plot.svg" "$TMP/trace"
	python3 -c 'import sys, xml.dom.minidom as m
for name in sys.argv[1:]: m.parse(name)' "$TMP/ladder.svg" "$TMP/plot.svg"
	[ "$(grep -cE "ack=|SYN seq" "$TMP/ladder.svg")" -eq \
		"$(grep -cE "\|.*seq=.*\|" "$here/ladder.expected")" ]
	[ "$(grep -c "<polyline" "$TMP/plot.svg")" -ge 5 ]
}

plan 13
load
check record record
for event in $EVENTS; do
	check "$event" fires "$event"
done
check forms forms
check namespaces namespaces
check ladder ladder
check recorded_ladder recorded
check pictures pictures
finish
