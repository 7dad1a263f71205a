#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# speed.sh [ARG]...: load ltcp, and run bench with these arguments. To be run
# as root where ltcp is not loaded yet. LTCP_PROTO=6 needs no ltcp.

set -eu

proto=${LTCP_PROTO:-253}
echo "ABOUT ${LTCP_BENCH:-speed} Linux $(uname -r), ${LTCP_RIG:-this machine}," \
	"$(nproc) processors"
[ "$proto" = 6 ] || insmod "$LTCP_KO" ipproto="$proto"
exec out/selftests/bench/bench -p "$proto" "$@"
