/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_HYSTART_H
#define _LTCP_HYSTART_H

/*
 * HyStart++ (RFC 9406): leave slow start when the round trips grow longer, and
 * not when the queue overflows. For any algorithm that starts slowly.
 */

#include <linux/types.h>

#include "cong.h"

#define LTCP_HYSTART_L	8U	/* segments one ACK is worth at most */

/**
 * struct ltcp_hystart - slow start of one connection
 * @last_min: shortest round trip of the round before, microseconds; 0: none
 * @cur_min: of this round; 0: no sample yet
 * @base_min: of the round that ended slow start, while in CSS
 * @left: octets to be acknowledged until the round is over; 0: none begun
 * @samples: round trips measured in this round, saturating
 * @css: rounds of conservative slow start that are left; 0: slow start
 */
struct ltcp_hystart {
	u32 last_min;
	u32 cur_min;
	u32 base_min;
	u32 left;
	u8 samples;
	u8 css;
};

void ltcp_hystart_init(struct ltcp_hystart *hs);

/*
 * An ACK arrived in slow start: cwnd grows, if it was filled, and slow start
 * may end, with ssthresh = cwnd. Returns what is left of ack->acked for
 * congestion avoidance.
 */
u32 ltcp_hystart_acked(struct ltcp_hystart *hs, struct ltcp_cong *ca,
		       const struct ltcp_cong_ack *ack);

#endif /* _LTCP_HYSTART_H */
