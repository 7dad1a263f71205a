// SPDX-License-Identifier: GPL-2.0
/*
 * HyStart++: RFC 9406 4.2, with its names.
 *
 * Slow start doubles the window until something is lost, and then that is as
 * much as half of it. But before the queue of the bottleneck overflows it
 * fills, and round trips take longer. When they do, the window grows a quarter
 * as fast (conservative slow start, CSS) for a few rounds; if the round trips
 * become shorter again it was a false alarm, else congestion avoidance begins.
 *
 * A round ends when what was in flight at its beginning is acknowledged.
 * Octets are counted for that, so no sequence numbers are needed. Called by
 * algorithms with their connection locked. A leaf: also compiles in user
 * space.
 */

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "hystart.h"

/* RFC 9406 4.3 */
#define MIN_RTT_THRESH		4000U	/* microseconds */
#define MAX_RTT_THRESH		16000U
#define MIN_RTT_DIVISOR		8
#define N_RTT_SAMPLE		8
#define CSS_GROWTH_DIVISOR	4
#define CSS_ROUNDS		5

void ltcp_hystart_init(struct ltcp_hystart *hs)
{
	memset(hs, 0, sizeof(*hs));
}

static void hystart_sample(struct ltcp_hystart *hs, u32 rtt_us)
{
	if (!rtt_us)
		return;
	hs->cur_min = hs->cur_min ? min(hs->cur_min, rtt_us) : rtt_us;
	if (hs->samples < U8_MAX)
		hs->samples++;
}

/* Have the round trips become longer than in the last round? */
static bool hystart_delayed(const struct ltcp_hystart *hs)
{
	u32 thresh;

	if (!hs->last_min)
		return false;
	thresh = clamp(hs->last_min / MIN_RTT_DIVISOR, MIN_RTT_THRESH,
		       MAX_RTT_THRESH);
	return (u64)hs->cur_min >= (u64)hs->last_min + thresh;
}

static void hystart_judge(struct ltcp_hystart *hs)
{
	if (hs->samples < N_RTT_SAMPLE)
		return;
	if (hs->css) {
		/* It was not the queue after all. */
		if (hs->cur_min < hs->base_min)
			hs->css = 0;
	} else if (hystart_delayed(hs)) {
		hs->base_min = hs->cur_min;
		hs->css = CSS_ROUNDS;
	}
}

/* All that was in flight when the round began has been acknowledged? */
static void hystart_round(struct ltcp_hystart *hs, struct ltcp_cong *ca,
			  const struct ltcp_cong_ack *ack)
{
	if (!hs->left)
		hs->left = ack->flight;
	if (hs->left > ack->acked) {
		hs->left -= ack->acked;
		return;
	}
	if (hs->css && !--hs->css)
		ca->ssthresh = ca->cwnd;
	hs->left = max(ack->flight, ack->acked) - ack->acked;
	hs->last_min = hs->cur_min;
	hs->cur_min = 0;
	hs->samples = 0;
}

u32 ltcp_hystart_acked(struct ltcp_hystart *hs, struct ltcp_cong *ca,
		       const struct ltcp_cong_ack *ack)
{
	u32 limit = LTCP_HYSTART_L * ca->mss;
	u32 left = 0;

	/* Only the first slow start knows nothing: RFC 9406 4.3 */
	if (ca->ssthresh < LTCP_SSTHRESH_INF)
		return ack->cwnd_limited ?
			ltcp_cong_slow_start_grow(ca, ack->acked) : 0;

	hystart_sample(hs, ack->rtt_us);
	hystart_judge(hs);
	if (hs->css)
		limit = min(ack->acked, limit) / CSS_GROWTH_DIVISOR;
	if (ack->cwnd_limited)
		left = ltcp_cong_slow_start_upto(ca, ack->acked, limit);
	hystart_round(hs, ca, ack);
	return left;
}
