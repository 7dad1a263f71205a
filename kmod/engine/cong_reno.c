// SPDX-License-Identifier: GPL-2.0
/*
 * Reno: the congestion control of RFC 5681, counting octets and not ACKs
 * (RFC 3465), so that a receiver gains nothing by acknowledging in small
 * pieces. Called through struct ltcp_cong_ops with the connection locked;
 * keeps no state of its own. A leaf: it also compiles in user space.
 */

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "cong.h"

static void reno_acked(struct ltcp_cong *ca, const struct ltcp_cong_ack *ack)
{
	u32 acked = ack->acked;

	/* A window that was not filled was not tried out (RFC 2861 3). */
	if (!ack->cwnd_limited)
		return;
	if (ltcp_cong_slow_start(ca))
		acked = ltcp_cong_slow_start_grow(ca, acked);
	ltcp_cong_avoid(ca, acked);
}

/* RFC 5681 3.1, equation 4 */
static u32 reno_ssthresh(struct ltcp_cong *ca, u32 flight)
{
	ca->acked_cnt = 0;
	return max(flight / 2, 2 * ca->mss);
}

struct ltcp_cong_ops ltcp_cong_reno = {
	.name		= "reno",
	.owner		= THIS_MODULE,
	.acked		= reno_acked,
	.ssthresh	= reno_ssthresh,
};
