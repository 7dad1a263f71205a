/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_TIMESTAMP_H
#define _LTCP_TIMESTAMP_H

/*
 * Arithmetic of the timestamps option (RFC 7323). A leaf: it sees neither
 * sockets nor clocks, and compiles in user space too.
 *
 * Our timestamp clock ticks every millisecond, so it wraps its sign bit after
 * 24.8 days; the peer's is allowed to tick as fast (RFC 7323 5.4).
 */

#include <linux/types.h>

#include "../wire.h"
#include "rtt.h"

/* An idle connection's TS.Recent says nothing any more (RFC 7323 5.5). */
#define LTCP_PAWS_IDLE_S	(24 * 24 * 3600U)

/**
 * ltcp_paws_old() - was a segment sent before what was received last?
 * @tsval: SEG.TSval
 * @recent: TS.Recent
 * @idle_s: seconds since TS.Recent was set
 *
 * Return: true if it fails the check of RFC 7323 5.3, R1.
 */
static inline bool ltcp_paws_old(u32 tsval, u32 recent, u32 idle_s)
{
	return ltcp_before(tsval, recent) && idle_s <= LTCP_PAWS_IDLE_S;
}

/**
 * ltcp_ts_rtt_us() - round trip that an echoed timestamp tells of
 * @now: our timestamp clock
 * @tsecr: SEG.TSecr of an ACK of new data
 *
 * What lies in the future, or so far back that no segment lives so long, was
 * never ours.
 *
 * Return: microseconds, at least one tick; 0: no sample.
 */
static inline u32 ltcp_ts_rtt_us(u32 now, u32 tsecr)
{
	u32 ms = now - tsecr;

	if (ms > LTCP_RTO_MAX_US / 1000)
		return 0;
	return (ms ? ms : 1) * 1000;
}

#endif /* _LTCP_TIMESTAMP_H */
