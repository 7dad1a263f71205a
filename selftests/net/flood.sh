#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What of floods and SYN cookies needs two processors. The rest is in conform.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

ROUNDS=${ROUNDS:-300}

# counted NAME: that counter in namespace A
counted() {
	# shellcheck disable=SC2016 # the dollars are awk's
	in_a awk -v want="$1" '
		NR == 1 { for (i = 2; i <= NF; i++) if ($i == want) at = i }
		NR == 2 { print $at }' /proc/net/ltcp_snmp
}

# T18 V15: one cookie makes one connection, though two CPUs see its ACK.
one_child_for_a_cookie() {
	in_a sysctl -qw net.ltcp.syncookies=2
	in_a "$BIN/cookierace" "$ROUNDS"
	[ "$(counted SyncookiesSent)" -eq "$ROUNDS" ]
	[ "$(counted PassiveOpens)" -eq "$ROUNDS" ]
	[ "$(counted HalfOpens)" -eq 0 ]
	# As often as they met: the second one was a cookie, too.
	echo "met $(($(counted SyncookiesRecv) - ROUNDS)) times"
}

# V16: and so does one half-open entry.
one_child_for_an_entry() {
	in_a sysctl -qw net.ltcp.syncookies=1
	in_a "$BIN/cookierace" "$ROUNDS"
	[ "$(counted HalfOpens)" -eq "$ROUNDS" ]
	[ "$(counted PassiveOpens)" -eq $((2 * ROUNDS)) ]
	[ "$(counted HalfOpen)" -eq 0 ]
}

[ "$PROTO" -ne 6 ] || skip_all "counters and settings are those of ltcp"
[ "$(nproc)" -ge 2 ] || skip_all "one processor cannot race with itself"
plan 3
load
add_ns "$NS_A"
check one_child_for_a_cookie one_child_for_a_cookie
check one_child_for_an_entry one_child_for_an_entry
finish
