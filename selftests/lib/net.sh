# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the network tests: KTAP, the module, two hosts on a link, waiting.
# Sourced by bash with "set -eu". Everything made here is taken away when the
# test ends, however it ends: processes by pid, namespaces, the module.
#
# LTCP_PROTO=6 runs the same test on the kernel's own TCP, the oracle, as far
# as the test does not look into ltcp itself.

PROTO=${LTCP_PROTO:-253}
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BIN=${LTCP_BIN:-$TOP/out/selftests/net}
TMP=$(mktemp -d /tmp/ltcp.XXXXXX)

# What is recorded, and kept in $LTCP_OUT when a case fails; empty: nothing.
RECORD="ltcp_send ltcp_receive ltcp_state ltcp_retransmit ltcp_drop"
TRACEFS=/sys/kernel/tracing

set -o pipefail

# The two hosts, and their namespaces.
ADDR_A=10.9.0.1
ADDR_B=10.9.0.2
NS_A=ltcp-a-$$
NS_B=ltcp-b-$$

touch "$TMP/pids" "$TMP/netns"
loaded=0
number=0
failed=0

# --- what a test says ------------------------------------------------------

# plan N: with '' for N, finish says how many there were.
plan() {
	printf 'TAP version 13\n'
	planned=$1
	[ -z "$planned" ] || printf '1..%d\n' "$planned"
	trap cleanup EXIT
	trap 'exit 1' INT TERM
}

say() {
	printf '# %s\n' "$*"
}

# result STATUS NAME
result() {
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d %s\n' "$number" "$2"
	else
		failed=$((failed + 1))
		printf 'not ok %d %s\n' "$number" "$2"
	fi
}

# check NAME FUNCTION [ARGS]: any command that fails in it fails the case.
check() {
	local name=$1 status=0
	shift
	set +e
	(
		set -e
		trap - EXIT
		"$@"
	) >"$TMP/output" 2>&1
	status=$?
	set -e
	sed 's/^/# /' "$TMP/output"
	[ "$status" -eq 0 ] || keep_evidence "$name"
	result "$status" "$name"
}

# The last segments, and the sockets and counters of each namespace.
keep_evidence() {
	local to=${LTCP_OUT:-}/$1 ns
	[ -n "${LTCP_OUT:-}" ] && is_loaded || return 0
	cat "$TRACEFS/trace" >"$to.trace" || true
	while read -r ns; do
		ip netns exec "$ns" cat /proc/net/ltcp /proc/net/ltcp_snmp \
			>"$to.$ns" 2>&1 || true
	done <"$TMP/netns"
	say "segments and sockets: $to.*"
}

# fails COMMAND...: "! COMMAND" would not end a case when COMMAND succeeds.
fails() {
	if "$@"; then
		echo "should have failed: $*"
		return 1
	fi
}

# Last case of every test: the kernel has found nothing wrong meanwhile.
kernel_is_clean() {
	local bad='WARNING:|BUG |BUG:|Oops|UBSAN|refcount_t:|INFO: task'
	bad+='|unregister_netdevice:|[Oo]bjects? .*(remaining|overwritten)'
	dmesg >"$TMP/dmesg"
	fails grep -E -A 20 "$bad" "$TMP/dmesg"
}

finish() {
	check kernel_is_clean kernel_is_clean
	[ -n "$planned" ] || printf '1..%d\n' "$number"
	[ "$failed" -eq 0 ]
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 4
}

# --- waiting ---------------------------------------------------------------

# wait_for SECONDS COMMAND...: until it succeeds; fails when it never does.
wait_for() {
	local end
	end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "${EPOCHREALTIME/./}" -ge "$end" ]; then
			echo "waited in vain for: $*"
			return 1
		fi
		sleep 0.05
	done
}

# --- processes, namespaces, the module -------------------------------------

# start NAME COMMAND...: in the background, its pid in $started, its output in
# $TMP/NAME.
start() {
	local name=$1
	shift
	"$@" >"$TMP/$name" 2>&1 &
	started=$!
	echo "$started" >>"$TMP/pids"
}

in_a() {
	ip netns exec "$NS_A" "$@"
}

in_b() {
	ip netns exec "$NS_B" "$@"
}

add_ns() {
	ip netns add "$1"
	echo "$1" >>"$TMP/netns"
	ip -n "$1" link set lo up
}

# Two namespaces and a veth pair. Segments stay as they were sent: what netem
# loses is then one segment and not a burst of them.
two_hosts() {
	add_ns "$NS_A"
	add_ns "$NS_B"
	ip link add a0 gso_max_segs 1 netns "$NS_A" type veth \
		peer name b0 gso_max_segs 1 netns "$NS_B"
	ip -n "$NS_A" addr add "$ADDR_A/24" dev a0
	ip -n "$NS_B" addr add "$ADDR_B/24" dev b0
	ip -n "$NS_A" link set a0 up
	ip -n "$NS_B" link set b0 up
	wait_for 5 is_up "$NS_A" a0
	wait_for 5 is_up "$NS_B" b0
	[ "$PROTO" -eq 6 ] || short_lives fin_timeout=2
}

# short_lives NAME=VALUE...: an orphan holds its namespace and the module
# until it gives up; let that be soon.
short_lives() {
	local setting
	for setting; do
		in_a sysctl -qw "net.ltcp.$setting"
		in_b sysctl -qw "net.ltcp.$setting"
	done
}

is_up() {
	ip -n "$1" link show dev "$2" | grep -q 'state UP'
}

# bad_link NETEM...: in both directions.
bad_link() {
	tc -n "$NS_A" qdisc replace dev a0 root netem limit 20000 "$@"
	tc -n "$NS_B" qdisc replace dev b0 root netem limit 20000 "$@"
}

# /proc file with the connections of the protocol under test
proc_table() {
	if [ "$PROTO" -eq 6 ]; then
		echo /proc/net/tcp
	else
		echo /proc/net/ltcp
	fi
}

# sockets NS STATE [PORT]: lines of the table in this state (two hex digits)
# with this port on either side.
sockets() {
	local port=
	[ $# -lt 3 ] || port=$(printf '%04X' "$3")
	# shellcheck disable=SC2016 # the dollars are awk's
	ip netns exec "$1" awk -v state="$2" -v port="$port" '
		NR > 1 && $4 == state && ($2 ~ ":" port || $3 ~ ":" port)
	' "$(proc_table)"
}

has_socket() {
	[ -n "$(sockets "$@")" ]
}

has_no_socket() {
	[ -z "$(sockets "$@")" ]
}

# server NS PORT DIRECTORY: a file-server, listening when this returns.
server() {
	mkdir -p "$3"
	start "server.$2" ip netns exec "$1" \
		"$BIN/file-server" -p "$PROTO" -P "$2" -d "$3"
	wait_for 10 has_socket "$1" 0A "$2"
}

# counter NS NAME: from the snmp file of ltcp in this namespace
counter() {
	# shellcheck disable=SC2016 # the dollars are awk's
	ip netns exec "$1" awk -v name="$2" '
		NR == 1 { for (i = 2; i <= NF; i++) if ($i == name) at = i }
		NR == 2 && at { print $at; found = 1 }
		END { exit !found }
	' /proc/net/ltcp_snmp
}

is_loaded() {
	[ -d /sys/module/ltcp ]
}

load() {
	[ "$PROTO" -ne 6 ] || return 0
	insmod "${LTCP_KO:?the module}" "ipproto=$PROTO"
	loaded=1
	record_segments
}

record_segments() {
	local event
	echo mono >"$TRACEFS/trace_clock"
	for event in $RECORD; do
		echo 1 >"$TRACEFS/events/ltcp/$event/enable"
	done
}

# What start() started, and what lives in a namespace of this test.
stop_all() {
	local ns pid
	{
		cat "$TMP/pids"
		while read -r ns; do
			ip netns pids "$ns" 2>/dev/null || true
		done <"$TMP/netns"
	} >"$TMP/victims"
	while read -r pid; do
		kill -KILL "$pid" 2>/dev/null || true
	done <"$TMP/victims"
	wait 2>/dev/null || true
	: >"$TMP/pids"
}

remove_namespaces() {
	local ns
	while read -r ns; do
		ip netns del "$ns" 2>/dev/null || true
	done <"$TMP/netns"
	: >"$TMP/netns"
}

cleanup() {
	local status=$?
	trap - EXIT
	stop_all
	remove_namespaces
	if [ "$loaded" -eq 1 ] && is_loaded && ! wait_for 30 rmmod ltcp; then
		echo "# the module could not be removed"
		status=1
	fi
	rm -rf "$TMP"
	exit "$status"
}
