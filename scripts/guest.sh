# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
#
# The part of running a guest that scripts/uml and scripts/vm share: options,
# the job directory through which host and guest-init talk, and the verdict.

# guest_options DEFAULT-KERNEL ARG...: sets the variables of the same names
guest_options() {
	kernel=$1 time_travel='' mem=1024 timeout=600 log='' smp=2 append=()
	module=1 icount=''
	shift
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel) kernel=$2; shift ;;
		--time-travel) time_travel=1 ;;
		--icount) icount=1 smp=1 ;;
		--mem) mem=$2; shift ;;
		--smp) smp=$2; shift ;;
		--timeout) timeout=$2; shift ;;
		--log) log=$2; shift ;;
		--append) read -r -a append <<<"$2"; shift ;;
		--no-module) module='' ;;
		--) shift; break ;;
		--help) usage ;;
		*) usage ;;
		esac
		shift
	done
	[ $# -gt 0 ] || usage
	command=("$@")
}

# Job directory, with what guest-init is to do. Sets LTCP_OUT, job and log.
guest_prepare() {
	local ko='' rig=$kernel var

	[[ $kernel == uml* ]] || rig=vm-$kernel
	[ -z "$module" ] || ko=$("$LTCP_ROOT/scripts/module" "$kernel")
	mkdir -p "${LTCP_OUT:=$LTCP_ROOT/out/run}"
	LTCP_OUT=$(cd "$LTCP_OUT" && pwd -P)
	log=$(realpath -m "${log:-$LTCP_OUT/kernel.log}")
	mkdir -p "${log%/*}"
	: >"$log"
	job=$(mktemp -d "$LTCP_OUT/.job.XXXXXX")
	trap 'rm -rf "$job"' EXIT
	trap 'exit 130' INT TERM
	export LTCP_KO=$ko LTCP_RIG=$rig LTCP_OUT LTCP_PROTO LTCP_ROOT LTCP_CACHE
	for var in ${!LTCP_*} TEST SEED V; do
		[ "$var" = LTCP_ME ] || [ "$var" = LTCP_LOG_NOISE ] ||
			[ -z "${!var:-}" ] ||
			printf 'export %s=%q\n' "$var" "${!var}"
	done >"$job/env"
	printf '%q ' "${command[@]}" >"$job/cmd"
}

# guest_finish RC: exit with the command's status, or with what went wrong.
guest_finish() {
	local status

	if [ -s "$job/status" ]; then
		status=$(<"$job/status")
	elif [ "$1" = 124 ] || [ "$1" = 137 ]; then
		say "no end after $timeout s; kernel log: $log"
		exit 124
	else
		tail -n 20 "$log" >&2
		say "the guest died; kernel log: $log"
		status=125
	fi
	if ! kernel_log_check "$log"; then
		say "the kernel complained, see $log"
		[ "$status" != 0 ] || status=1
	fi
	exit "$status"
}
