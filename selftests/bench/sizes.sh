#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sizes.sh: what a connection, a half-open connection and one in TIME_WAIT take
# in ltcp and in the kernel's own TCP, in octets.
#
#   FIGURE struct_NAME ...   the structure, by the debugging information
#   FIGURE slab_NAME ...     with what the allocator adds, by /proc/slabinfo
#
# in the form of bench; ratio is TCP's size by ltcp's. To be run as root on a
# stock kernel booted with slab_nomerge, where ltcp is not loaded yet.

set -euo pipefail

# structure FILE NAME
structure() {
	pahole --sizes "$1" | awk -v name="$2" '$1 == name { print $2; exit }'
}

# slab NAME: active, total, size, ...
slab() {
	awk -v name="$1" '$1 == name { print $4 }' /proc/slabinfo
}

# figure NAME LTCP TCP
figure() {
	if [ -z "$2" ] || [ -z "$3" ]; then
		echo "sizes.sh: $1 is not to be found (ltcp '$2', tcp '$3')" >&2
		exit 1
	fi
	awk -v name="$1" -v ltcp="$2" -v tcp="$3" 'BEGIN {
		r = sprintf("%.3f", tcp / ltcp)
		printf "FIGURE %s ltcp=%d tcp=%d octets ratio=%s min=%s max=%s\n",
			name, ltcp, tcp, r, r, r }'
}

grep -qw slab_nomerge /proc/cmdline || {
	echo "sizes.sh: boot with slab_nomerge, else slabs share names" >&2
	exit 1
}
echo "ABOUT sizes Linux $(uname -r), $LTCP_RIG"
insmod "$LTCP_KO" ipproto="${LTCP_PROTO:-253}"
while read -r what ltcp tcp; do
	figure "struct_$what" "$(structure "$LTCP_KO" "$ltcp")" \
		"$(structure /sys/kernel/btf/vmlinux "$tcp")"
done <<EOT
sock ltcp_sock tcp_sock
halfopen ltcp_halfopen tcp_request_sock
timewait ltcp_tw tcp_timewait_sock
port ltcp_port inet_bind_bucket
EOT
while read -r what ltcp tcp; do
	figure "slab_$what" "$(slab "$ltcp")" "$(slab "$tcp")"
done <<EOT
sock LTCP TCP
halfopen ltcp_halfopen request_sock_TCP
timewait ltcp_tw tw_sock_TCP
port ltcp_port tcp_bind_bucket
EOT
