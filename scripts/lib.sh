# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the scripts of ltcp share: where things are, and how they complain.
# To be sourced; the caller has done set -eu.
# shellcheck disable=SC2034,SC2119,SC2120

LTCP_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
LTCP_CACHE=${LTCP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ltcp}
LTCP_PROTO=${LTCP_PROTO:-253}
LTCP_ME=${0##*/}

say() {
	echo "$LTCP_ME: $*" >&2
}

die() {
	say "$@"
	exit 1
}

# The comment that the script begins with is its help text.
usage() {
	sed -n '3,${/^#/!q;s/^# \{0,1\}//;p}' "$0" >&2
	exit 2
}

# lock FILE COMMAND...: one at a time, since builds and downloads are shared.
lock() {
	local file=$1

	shift
	mkdir -p "$(dirname "$file")"
	(
		flock 9
		"$@" 9>&-
	) 9>"$file"
}

# quietly LOG COMMAND...: output to LOG, and its end shown if COMMAND fails.
quietly() {
	local log=$1

	shift
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 </dev/null && return 0
	tail -n 25 "$log" >&2
	say "failed: $* (all of its output: $log)"
	return 1
}

# Does this machine's package archive lack the newest kernel? Where CI is set,
# that is no excuse: what cannot run then fails.
no_newest() {
	local status=0

	[ -z "${CI:-}" ] || return 1
	"$LTCP_ROOT/scripts/sid" kver >/dev/null || status=$?
	[ "$status" = 4 ]
}

# kernel_log_check FILE: what a kernel says when something went wrong.
kernel_log_check() {
	local pattern='BUG:|WARNING:|KASAN|UBSAN|possible recursive locking'

	pattern+='|possible circular locking|suspicious RCU|ODEBUG|INFO: task '
	pattern+='|inconsistent lock state|INFO: rcu.*stall|Oops|Kernel panic'
	pattern+='|kmemleak: .* new suspected|refcount_t: |unregister_netdevice: '
	pattern+='|Object .* remaining|scheduling while atomic'
	[ -f "$1" ] || return 0
	! grep -E "$pattern" "$1" | grep -vE "$LTCP_LOG_NOISE" >&2
}

# Lines of a healthy boot that look like the above.
LTCP_LOG_NOISE='KernelAddressSanitizer initialized|^$'
LTCP_LOG_NOISE+='|kmemleak: Automatic memory scanning'
