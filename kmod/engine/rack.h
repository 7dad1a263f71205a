/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_RACK_H
#define _LTCP_RACK_H

/*
 * Arithmetic of RACK and TLP (RFC 8985): which of two segments was sent later,
 * how long one may be overdue, and when to probe the end of a flight. A leaf:
 * it sees neither sockets nor segments nor clocks, and compiles in user space
 * too.
 */

#include <linux/types.h>

#include "../wire.h"

/* Round trips without a duplicate after which the window is small again. */
#define LTCP_RACK_PERSIST	16	/* RFC 8985 6.2, step 4 */

/* How long a receiver may wait with the ACK of a single segment (ibid. 7.2). */
#define LTCP_TLP_ACK_DELAY_US	200000U
#define LTCP_TLP_PTO_INIT_US	1000000U

/* Bits of net.ltcp.recovery, as Linux has them. */
#define LTCP_RECOVERY_RACK	0x1	/* time decides; else a count */
#define LTCP_RECOVERY_STATIC	0x2	/* the reordering window never grows */
#define LTCP_RECOVERY_NO_DUPS	0x4	/* no number of duplicates is enough */

/**
 * struct ltcp_rack - state of one connection; RFC names in brackets
 * @xmit_us: when the segment was sent that was sent last of those that arrived
 *	     (RACK.xmit_ts); 0: none yet
 * @end_seq: and its end (RACK.end_seq)
 * @rtt_us: round trip of the segment that arrived last (RACK.rtt)
 * @dsack_round: SND.NXT when the window was widened (RACK.dsack_round)
 * @wnd_mult: the reordering window, in quarters of the least round trip
 * @wnd_persist: episodes until that is 1 again
 * @in_round: @dsack_round is valid
 * @reord_seen: segments that arrived after others sent later (RACK.
 *		reordering_seen, if any), saturating
 */
struct ltcp_rack {
	u64 xmit_us;
	u32 end_seq;
	u32 rtt_us;
	u32 dsack_round;
	u8 wnd_mult;
	u8 wnd_persist:7;
	u8 in_round:1;
	u16 reord_seen;
};

/* RFC 8985 6.2, RACK_sent_after(): is 1 later than 2? */
static inline bool ltcp_rack_after(u64 us1, u32 end1, u64 us2, u32 end2)
{
	return us1 > us2 || (us1 == us2 && ltcp_after(end1, end2));
}

/* A segment that was sent at @us and ends with @end has arrived: step 2. */
void ltcp_rack_arrived(struct ltcp_rack *r, u64 us, u32 end, u32 rtt_us);

/*
 * Step 4. SND.UNA is @una now, SND.NXT @nxt; @dsack: something was sent again
 * that had arrived.
 */
void ltcp_rack_round(struct ltcp_rack *r, u32 una, u32 nxt, bool dsack);

/* An episode of loss is over: ibid. */
void ltcp_rack_episode(struct ltcp_rack *r);

/* How far segments are allowed to be out of order, microseconds: ibid. */
u32 ltcp_rack_window(const struct ltcp_rack *r, u32 min_us, u32 srtt_us);

/*
 * Step 5: how long a segment sent at @us still has at @now_us, microseconds; 0:
 * it is lost.
 */
u32 ltcp_rack_left(const struct ltcp_rack *r, u64 us, u32 window_us,
		   u64 now_us);

/*
 * RFC 8985 7.2, TLP_calc_PTO(): from a smoothed round trip (0: none yet), and
 * whether the flight is a single segment. Microseconds.
 */
u32 ltcp_tlp_pto(u32 srtt_us, bool single);

#endif /* _LTCP_RACK_H */
