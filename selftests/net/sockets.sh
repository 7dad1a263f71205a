#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Runs the programs that try the socket calls (sockapi, sockio, sockopt) with
# ltcp and, as the oracle, with the kernel's own TCP: what fails there is a
# fault of the test. Each of their cases is a case here, those of sockapi and
# sockio in IPv4 and in IPv6.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

# program NAME PROTOCOL PREFIX FAMILY
program() {
	local line told=0 seen=0 status=0 pattern
	pattern='^(ok|not ok) [0-9]+ (- )?([^ ]+)'
	LTCP_PROTO=$2 LTCP_FAMILY=$4 "$BIN/$1" >"$TMP/$1" 2>&1 || status=$?
	while IFS= read -r line; do
		if [[ $line =~ ^1\.\.([0-9]+) ]]; then
			told=${BASH_REMATCH[1]}
		elif [[ $line =~ $pattern ]]; then
			seen=$((seen + 1))
			[[ $line == ok* ]] && line=0 || line=1
			result "$line" "$3$1.${BASH_REMATCH[3]#global.}"
		else
			say "${line#\# }"
		fi
	done <"$TMP/$1"
	say "$1 of protocol $2: $seen of $told cases, status $status"
	if [ "$seen" -eq "$told" ] && [ "$told" -gt 0 ] && [ "$status" -le 1 ]
	then
		result 0 "$3$1.whole"
	else
		result 1 "$3$1.whole"
	fi
}

plan ''
load
for name in sockapi sockio sockopt; do
	program "$name" 6 tcp. 4
	program "$name" "$PROTO" '' 4
done
for name in sockapi sockio; do
	program "$name" 6 tcp6. 6
	program "$name" "$PROTO" ipv6. 6
done
finish
