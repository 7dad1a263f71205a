#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What begins and what ends at once, on several processors: see race.c. S049
# S081: nothing of it stays behind.
#
#   LTCP_RACE="ARG..."  arguments for race: -r ROUNDS, -t SECONDS
#
# How much depends on where: a moment of it on the stock kernels, which notice
# little, and more on the debug kernel.

set -eu
# shellcheck source-path=SCRIPTDIR/../lib source=net.sh
. "$(dirname "$0")/../lib/net.sh"

# T29 T30 T31 S049
rounds_of_races() {
	local args="-r 100000 -t 6 -n 30"

	[ "${LTCP_RIG:-}" != vm-debug ] || args="-r 2000 -t 300"
	read -r -a args <<<"${LTCP_RACE:-$args}"
	"$TOP/out/selftests/race/race" "${args[@]}" \
		${LTCP_SEED:+-s "$LTCP_SEED"}
}

plan 2
check rounds rounds_of_races
finish
