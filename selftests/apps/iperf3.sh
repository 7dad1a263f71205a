#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# iperf3: both directions, several streams, and its report in JSON.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=apps.sh
. "$(dirname "$0")/../lib/apps.sh"

PORT=5201
AMOUNT=$((48 * MB))

# When all is sent, iperf3 ends the test, and what is in buffers then is read by
# nobody: with four streams that is a good part of it.
run() {
	local address=$1

	shift
	"${by[@]}" iperf3 -c "$address" -p "$PORT" -n "$AMOUNT" -J "$@" \
		>"$TMP/report"
	python3 - "$TMP/report" "$AMOUNT" >"$TMP/figure" <<-'EOP'
	import json, sys
	report = json.load(open(sys.argv[1]))
	assert "error" not in report, report["error"]
	end = report["end"]
	assert end["sum_sent"]["bytes"] >= int(sys.argv[2]), end["sum_sent"]
	assert end["sum_received"]["bytes"] > 1e6, end["sum_received"]
	print("%.1f" % (end["sum_received"]["bits_per_second"] / 1e6))
	EOP
}

forward() {
	run "$2"
	# What it reads from TCP_INFO
	python3 - "$TMP/report" <<-'EOP'
	import json, sys
	stream = json.load(open(sys.argv[1]))["end"]["streams"][0]["sender"]
	for name in "max_snd_cwnd", "max_rtt", "mean_rtt":
	    assert stream[name] > 0, (name, stream)
	assert stream["retransmits"] >= 0, stream
	EOP
}

reverse() {
	run "$2" -R
}

parallel() {
	run "$2" -P 4
	[ "$(grep -c '"sender":' "$TMP/report")" -ge 4 ]
}

options() {
	by ltcp
	run 127.0.0.1 -N -M 1400 -C reno -w 200K -Z
	grep -q '"congestion_used":.*reno' "$TMP/report" ||
		grep -q '"sender_tcp_congestion":.*reno' "$TMP/report"
}

apps_begin
check serve serve_both "$PORT" iperf3 -s -p "$PORT"
scene iperf3 Mbit/s "$AMOUNT" forward
scene iperf3_reverse Mbit/s "$AMOUNT" reverse
scene iperf3_parallel Mbit/s "$AMOUNT" parallel
check options options
finish
