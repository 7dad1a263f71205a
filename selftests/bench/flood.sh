#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# flood.sh [ARG]...: load ltcp, and run flood with these arguments over ltcp and
# then over the kernel's TCP. To be run as root where ltcp is not loaded yet.

set -eu

echo "ABOUT flood Linux $(uname -r), ${LTCP_RIG:-this machine}"
insmod "$LTCP_KO"
out/selftests/bench/flood -p 253 "$@"
out/selftests/bench/flood -p 6 "$@"
