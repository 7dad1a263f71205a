#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# net.ltcp.*: each name is there with its default; a wrong value is refused
# with EINVAL and changes nothing; each namespace has its own. That a setting
# takes effect is the business of other tests.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

DIR=/proc/sys/net/ltcp

# name, least, largest, default; "ram": depends on the machine
SETTINGS='
syn_retries              1     127        7
synack_retries           0     127        5
fin_timeout              1     3600       60
retries1                 0     127        3
retries2                 0     127        15
orphan_retries           0     127        0
keepalive_time           1     2147483    7200
keepalive_intvl          1     2147483    75
keepalive_probes         1     127        9
syncookies               0     2          1
synack_timeout_rst       0     1          0
syn_recv_timeout_ms      0     3600000    0
syn_quota_prefix         1     32         32
syn_quota_prefix6        1     128        64
syn_quota_halfopens      0     65535      ram
synack_rate              0     65535      4096
synack_budget            0     2147483647 0
max_syn_backlog          1     16777216   ram
max_tw_buckets           0     16777216   ram
tw_reuse                 0     2          2
max_orphans              0     16777216   ram
abort_on_overflow        0     1          0
rfc1337                  0     1          1
window_scaling           0     1          1
timestamps               0     2          1
msl_ms                   1     120000     30000
quiet_time_ms            0     240000     0
rto_min_us               1000  120000000  200000
delack_ms                0     499        40
sack                     0     1          1
dsack                    0     1          1
recovery                 0     7          1
frto                     0     2          2
ecn                      0     2          2
ecn_fallback             0     1          1
early_retrans            0     4          3
reordering               1     127        3
slow_start_after_idle    0     1          1
gso                      0     1          1
gro                      0     1          1
moderate_rcvbuf          0     1          1
min_snd_mss              48    65535      48
base_mss                 48    65535      512
mtu_probing              0     2          0
mtu_probe_floor          48    65535      48
probe_interval           1     2147483    600
probe_threshold          1     65535      8
limit_output_bytes       1     2147483647 1048576
autocorking              0     1          1
comp_sack_delay_ns       0     1000000000 1000000
comp_sack_nr             0     255        44
recorder                 0     4096       0
invalid_ratelimit        0     3600000    500
'

# name, least, largest, default: numbers in ascending order
TUPLES='
rmem                 2048  1073741824  4096 131072 6291456
wmem                 4096  1073741824  4096 16384 4194304
ip_local_port_range  1     65535       32768 60999
'

# All checks below without a process of their own: there are a thousand.

# value NAME: into $value, numbers separated by one blank
value() {
	local words
	read -r -a words <"$DIR/$1"
	value=${words[*]}
}

is() {
	value "$1"
	[ "$value" = "$2" ] || {
		echo "$1 is '$value', not '$2'"
		return 1
	}
}

accepts() {
	local name=$1 old
	shift
	value "$name"
	old=$value
	echo "$*" >"$DIR/$name"
	is "$name" "$*"
	echo "$old" >"$DIR/$name"
}

# refuses ERROR NAME VALUE...: and the old value stays
refuses() {
	local error=$1 name=$2 old message
	shift 2
	value "$name"
	old=$value
	if { echo "$*" >"$DIR/$name"; } 2>"$TMP/refused"; then
		echo "$name: took '$*'"
		return 1
	fi
	read -r message <"$TMP/refused"
	[[ $message == *"$error"* ]] || {
		echo "$name: '$*': $message"
		return 1
	}
	is "$name" "$old"
}

INVALID='Invalid argument'

each() {
	local line
	while read -r -a line; do
		[ "${#line[@]}" -eq 0 ] || "$1" "${line[@]}"
	done <<<"$2"
}

names() {
	{
		each echo "$SETTINGS" | cut -d ' ' -f 1
		each echo "$TUPLES" | cut -d ' ' -f 1
		echo mem
		echo tw_recycle
		echo congestion_control
		echo allowed_congestion_control
		echo available_congestion_control
	} | sort >"$TMP/expected"
	find "$DIR" -type f -printf '%f\n' | sort | diff "$TMP/expected" -
}

default_of() {
	[ "$4" = ram ] || is "$1" "$4"
}

default_of_tuple() {
	is "$1" "${*:4}"
}

# As Linux: a slot for each 128 KiB, rounded up to a power of two.
by_ram() {
	local kib slots=512
	kib=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
	while [ $((slots * 128)) -lt "$kib" ] && [ "$slots" -lt 524288 ]; do
		slots=$((slots * 2))
	done
	is max_tw_buckets $((slots / 2))
	is max_orphans $((slots / 2))
	slots=$((slots / 8))
	[ "$slots" -ge 128 ] || slots=128
	[ "$slots" -le 4096 ] || slots=4096
	is max_syn_backlog "$slots"
	is syn_quota_halfopens $((slots / 2))
}

mem_by_ram() {
	local low pressure high
	read -r low pressure high <"$DIR/mem"
	[ "$low" -gt 0 ]
	[ "$low" -eq $((3 * (pressure / 4))) ]
	[ "$high" -eq $((low * 2)) ]
}

# MUST-28 SHLD-10: keepalive_time is two hours, retries1 is 3.
defaults() {
	each default_of "$SETTINGS"
	each default_of_tuple "$TUPLES"
	by_ram
	mem_by_ram
	is congestion_control cubic
	is allowed_congestion_control 'reno cubic'
}

bounds_of() {
	local name=$1 least=$2 largest=$3 wrong
	accepts "$name" "$least"
	accepts "$name" "$largest"
	for wrong in $((least - 1)) $((largest + 1)) 4294967297 \
		99999999999999999999 many 1x; do
		refuses "$INVALID" "$name" "$wrong"
	done
	refuses "$INVALID" "$name" "$least $least"
	refuses "$INVALID" "$name" ""
}

bounds() {
	each bounds_of "$SETTINGS"
}

# A wrong number at any place, wrong order, or one number too many.
bounds_of_tuple() {
	local name=$1 least=$2 largest=$3 def=("${@:4}") i wrong
	accepts "$name" "${def[@]/*/$least}"
	accepts "$name" "${def[@]/*/$largest}"
	for ((i = 0; i < ${#def[@]}; i++)); do
		wrong=("${def[@]}")
		wrong[i]=$((least - 1))
		refuses "$INVALID" "$name" "${wrong[@]}"
		wrong[i]=$((largest + 1))
		refuses "$INVALID" "$name" "${wrong[@]}"
		wrong[i]=x
		refuses "$INVALID" "$name" "${wrong[@]}"
	done
	wrong=("${def[@]}")
	wrong[0]=$((def[1] + 1))
	refuses "$INVALID" "$name" "${wrong[@]}"
	refuses "$INVALID" "$name" "${def[@]}" "${def[-1]}"
}

tuples() {
	each bounds_of_tuple "$TUPLES"
	refuses "$INVALID" rmem 4096 8192 8191
	refuses "$INVALID" wmem 8192 16384 16383
}

# As with net.ipv4.tcp_*: what is not written stays.
tuples_in_part() {
	local old
	value rmem
	old=$value
	echo 8192 >"$DIR/rmem"
	is rmem "8192 ${old#* }"
	echo "$old" >"$DIR/rmem"
	refuses "$INVALID" rmem 131073
	refuses "$INVALID" ip_local_port_range 61000
}

mem_of_first_namespace() {
	accepts mem 1 1 1
	accepts mem 100 200 2147483647
	refuses "$INVALID" mem 0 200 300
	refuses "$INVALID" mem 100 0 300
	refuses "$INVALID" mem -1 200 300
	refuses "$INVALID" mem 100 200 2147483648
	refuses "$INVALID" mem 201 200 300
	refuses "$INVALID" mem 100 301 300
	refuses "$INVALID" mem 100 200 300 400
	refuses "$INVALID" mem 100 200 3e9
}

# Read-only by its mode; and not even root's capability opens it for writing.
mem_of_others() {
	[ "$(in_a stat -c %a "$DIR/mem")" = 444 ]
	[ "$(stat -c %a "$DIR/mem")" = 644 ]
	[ "$(in_a cat "$DIR/mem")" = "$(cat "$DIR/mem")" ]
	in_a "$BASH" -c "! (echo '1 2 3' >'$DIR/mem')" 2>"$TMP/mem"
	grep -E 'Permission denied|not permitted' "$TMP/mem"
}

congestion_control() {
	accepts congestion_control reno
	refuses 'No such file' congestion_control renoir
	refuses 'No such file' congestion_control ren
	accepts congestion_control cubic
	refuses 'No such file' congestion_control ""
	refuses 'No such file' congestion_control \
		reno-with-a-name-that-is-too-long
	is available_congestion_control 'reno cubic dctcp'
	[ "$(stat -c %a "$DIR/available_congestion_control")" = 444 ]
}

allowed_congestion_control() {
	local name=allowed_congestion_control
	accepts $name cubic
	accepts $name cubic reno
	accepts $name ""
	refuses 'No such file' $name reno cubi
	refuses 'No such file' $name cubic,reno
	refuses "$INVALID" $name "$(printf 'reno %.0s' {1..60})"
	[ "$(stat -c %a "$DIR/$name")" = 644 ]
}

# S093: it is no setting; 0 is what it is, 1 is what it will not be.
tw_recycle() {
	is tw_recycle 0
	accepts tw_recycle 0
	refuses 'not supported' tw_recycle 1
	refuses "$INVALID" tw_recycle 2
	refuses "$INVALID" tw_recycle -1
	refuses "$INVALID" tw_recycle x
	dmesg | grep 'tw_recycle=1 is refused'
}

# settings [COMMAND...]: all of them as COMMAND's namespace sees them
settings() {
	"$@" find "$DIR" -type f -exec grep -H '' {} + | sort
}

# Commands that set each row's setting to its largest value, or, where that is
# the default, to the least.
other_value() {
	local value=$3
	[ "$value" != "$4" ] || value=$2
	echo "echo $value >$DIR/$1"
}

other_values() {
	local def=("${@:4}")
	echo "echo ${def[*]/*/$3} >$DIR/$1"
}

# All of A's settings change. That is seen neither here nor in B, which comes
# later.
isolation() {
	{
		each other_value "$SETTINGS"
		each other_values "$TUPLES"
	} >"$TMP/change"
	settings >"$TMP/before"
	in_a "$BASH" -eu "$TMP/change"
	settings in_a | comm -13 "$TMP/before" - >"$TMP/changed"
	[ "$(wc -l <"$TMP/changed")" -eq "$(wc -l <"$TMP/change")" ]
	settings | diff "$TMP/before" -
	add_ns "$NS_B"
	settings in_b | diff "$TMP/before" -
}

# Only the names of one namespace go with it.
namespace_goes() {
	ip netns del "$NS_A"
	is syn_retries 7
	[ "$(in_b cat "$DIR/syn_retries")" = 7 ]
}

[ "$PROTO" -ne 6 ] || skip_all "these are the settings of ltcp"
plan 13
is_loaded || load
add_ns "$NS_A"
check names names
check defaults defaults
check bounds bounds
check tuples tuples
check tuples_in_part tuples_in_part
check mem_of_first_namespace mem_of_first_namespace
check mem_of_others mem_of_others
check congestion_control congestion_control
check allowed_congestion_control allowed_congestion_control
check tw_recycle tw_recycle
check isolation isolation
check namespace_goes namespace_goes
finish
