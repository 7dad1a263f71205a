#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The life of the module, where the kernel checks every access, lock and
# object: loads that must fail, an unload that must, 200 cycles of load,
# traffic and unload, and namespaces that come and go under traffic.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

PATH=$PATH:$TOP/out/selftests/conform
CYCLES=200

is_gone() {
	fails is_loaded
	[ ! -e /proc/net/ltcp ]
	[ ! -e /proc/sys/net/ltcp ]
}

# refuses NUMBER: and says which number, and what to do.
refuses() {
	local before

	before=$(dmesg | wc -l)
	fails insmod "$LTCP_KO" "ipproto=$1"
	is_gone
	dmesg | tail -n "+$((before + 1))" |
		grep -E "ltcp: .*ipproto=$1\b.*(use|choose)"
}

refuses_taken_number() {
	refuses 1
	refuses 6
	refuses 17
	! grep -q ^SCTP /proc/net/protocols || refuses 132
}

refuses_impossible_number() {
	refuses 0
	refuses 255
	refuses 300
}

stays_while_in_use() {
	insmod "$LTCP_KO"
	start holder traffic hold
	wait_for 10 grep -q open "$TMP/holder"
	fails rmmod ltcp
	is_loaded
	kill "$started"
	wait_for 10 rmmod ltcp
	is_gone
}

# T33 S049: what the traffic leaves is half-open entries, too.
cycles() {
	traffic cycle "$CYCLES"
	is_gone
	echo "$CYCLES cycles"
}

# TIME_WAIT entries of this namespace are left when the module goes.
leaves_time_wait() {
	insmod "$LTCP_KO"
	traffic loopback
	traffic loopback
	[ "$(awk '$4 == "06"' /proc/net/ltcp | wc -l)" -eq 2 ]
	wait_for 10 rmmod ltcp
	is_gone
	insmod "$LTCP_KO"
	fails grep -q ' 06 ' /proc/net/ltcp
	rmmod ltcp
}

# Each is removed while connections in it are at work, or were cut short.
namespaces_under_traffic() {
	local i name

	insmod "$LTCP_KO"
	for ((i = 0; i < 30; i++)); do
		name=ltcp-$$-$i
		add_ns "$name"
		start "traffic.$i" ip netns exec "$name" traffic loopback 20
		start "leftovers.$i" traffic leftovers
		traffic loopback
		if [ $((i % 3)) -eq 0 ]; then
			stop_all
		fi
		ip netns del "$name"
	done
	wait
	remove_namespaces
	wait_for 600 rmmod ltcp
	is_gone
}

# T26: what is older than 5 s and not referenced in two scans is lost.
nothing_leaked() {
	local scan=/sys/kernel/debug/kmemleak

	[ -w "$scan" ]
	sleep 6
	echo scan >"$scan"
	sleep 6
	echo scan >"$scan"
	fails grep -A 20 unreferenced "$scan"
}

! is_loaded || wait_for 600 rmmod ltcp
plan 8
check refuses_taken_number refuses_taken_number
check refuses_impossible_number refuses_impossible_number
check stays_while_in_use stays_while_in_use
check leaves_time_wait leaves_time_wait
check cycles cycles
check namespaces_under_traffic namespaces_under_traffic
check nothing_leaked nothing_leaked
finish
