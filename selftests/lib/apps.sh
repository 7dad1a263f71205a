# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the tests of programs that know nothing of ltcp: each scene is played
# over the kernel's TCP first, then by scripts/ltcp-run, and what it measures
# is told as a figure. Of each program one instance serves TCP and one ltcp, on
# the same port. Sourced instead of net.sh, by bash with "set -eu".

# shellcheck source-path=SCRIPTDIR source=net.sh
. "$(dirname "${BASH_SOURCE[0]}")/net.sh"

RUN=$TOP/scripts/ltcp-run
# shellcheck disable=SC2034 # for those who source this
MB=$((1000 * 1000))

# What a file of the size holds is the same each time, and compresses badly.
# make_file FILE OCTETS
make_file() {
	head -c "$2" /dev/zero | openssl enc -aes-128-ctr -nosalt \
		-pass pass:ltcp -pbkdf2 -iter 1 >"$1"
}

same_files() {
	cmp <(sha256sum <"$1") <(sha256sum <"$2")
}

# by PROTOCOL: $by comes before a program, to run it over tcp or ltcp.
by() {
	by=()
	[ "$1" = tcp ] || by=("$RUN")
}

# listeners PROTOCOL PORT: how many, on whatever addresses
listeners() {
	local table=/proc/net/tcp

	[ "$1" = tcp ] || table=/proc/net/ltcp
	cat "$table" "${table}6" 2>/dev/null |
		grep -cE "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$2") .* 0A " ||
		true
}

# listens PROTOCOL PORT [N]: more than N
listens() {
	[ "$(listeners "$1" "$2")" -gt "${3:-0}" ]
}

# serve PROTOCOL PORT COMMAND...: in the background, listening when this returns
serve() {
	local protocol=$1 port=$2 name before

	shift 2
	by "$protocol"
	name=$(basename "$1").$protocol.$port
	before=$(listeners "$protocol" "$port")
	start "$name" "${by[@]}" "$@"
	wait_for 300 listens "$protocol" "$port" "$before" || {
		cat "$TMP/$name"
		return 1
	}
}

# Of those that came in, how many segments ltcp counted.
segments() {
	awk '
		NR == 1 { for (i = 2; i <= NF; i++) if ($i == "InSegs") at = i }
		NR == 2 { print $at }
	' /proc/net/ltcp_snmp
}

# rate COMMAND...: run it by $by, for $octets; the figure is in MB/s. What it
# takes to get it started does not count.
rate() {
	# shellcheck disable=SC2016 # the dollars are the inner shell's
	"${by[@]}" bash -c '
		from=${EPOCHREALTIME/./}
		"${@:3}" || exit
		took=$((${EPOCHREALTIME/./} - from))
		echo "$(($1 * 1000 / took))" | sed "s/...\$/.&/;s/^\./0./" >"$2"
	' rate "$octets" "$TMP/figure" "$@"
}

# compare NAME UNIT OCTETS FUNCTION ADDRESS: FUNCTION is called with the
# protocol and the address, moves at least so many octets, and leaves its
# figure, where more is better, in $TMP/figure.
compare() {
	local name=$1 unit=$2 octets=$3 function=$4 address=$5 before stock

	before=$(segments)
	by tcp
	"$function" tcp "$address"
	stock=$(cat "$TMP/figure")
	[ "$(segments)" -eq "$before" ]
	by ltcp
	"$function" ltcp "$address"
	# Loopback takes 64 KiB at once.
	[ "$(($(segments) - before))" -gt "$((octets / 65536))" ]
	awk -v ltcp="$(cat "$TMP/figure")" -v tcp="$stock" -v unit="$unit" \
		-v name="$name" 'BEGIN {
			if (ltcp <= 0 || tcp <= 0)
				exit 1
			printf "FIGURE %s ltcp=%s tcp=%s %s ratio=%.2f\n",
				name, ltcp, tcp, unit, ltcp / tcp
		}'
}

# scene NAME UNIT OCTETS FUNCTION: over each family that ltcp has
scene() {
	check "$1" compare "$1" "$2" "$3" "$4" 127.0.0.1
	! has_ipv6 || check "${1}_ipv6" compare "${1}_ipv6" "$2" "$3" "$4" ::1
}

has_ipv6() {
	python3 -c 'import socket, sys
socket.socket(socket.AF_INET6, socket.SOCK_STREAM, int(sys.argv[1]))' \
		"$PROTO" 2>/dev/null
}

# ADDRESS as it stands in a URL
url() {
	case $1 in
	*:*) echo "[$1]" ;;
	*) echo "$1" ;;
	esac
}

# The addresses to listen on, one a line.
addresses() {
	echo 127.0.0.1
	! has_ipv6 || echo ::1
}

# serve_both PORT COMMAND...: once over each protocol
serve_both() {
	serve tcp "$@"
	serve ltcp "$@"
}

apps_begin() {
	plan ''
	RECORD=
	chmod 755 "$TMP"
	load
}
