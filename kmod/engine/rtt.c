// SPDX-License-Identifier: GPL-2.0
/*
 * Round-trip time and retransmission timeout by RFC 6298, with Karn's rules:
 * the ACK path feeds samples, the timers ask for the timeout to arm and tell
 * of expiry. Whether a segment may be sampled at all is decided there; this
 * file sees neither segments nor clocks.
 *
 * The two averages are kept as integers, scaled by 8 and by 4, so that the
 * divisions of the RFC become shifts and nothing is lost that would matter:
 * with alpha = 1/8, beta = 1/4 and K = 4, K * RTTVAR is @rttvar_us as it is
 * stored. Samples above the largest timeout are cut to it, which keeps all
 * sums within 32 bits.
 *
 * The caller holds the lock of the connection. A leaf: it also compiles in
 * user space.
 */

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "rtt.h"

/* More doublings than any timeout needs to reach LTCP_RTO_MAX_US. */
#define BACKOFF_MAX	32

void ltcp_rtt_init(struct ltcp_rtt *r)
{
	*r = (struct ltcp_rtt) {
		.rto_us = LTCP_RTO_INIT_US,
		.min_us = U32_MAX,
	};
}

/* RFC 6298 2.2: SRTT = R, RTTVAR = R / 2 */
static void rtt_first(struct ltcp_rtt *r, u32 sample_us)
{
	r->srtt_us = sample_us << 3;
	r->rttvar_us = sample_us << 1;
}

/* RFC 6298 2.3: RTTVAR first, since it wants the old SRTT */
static void rtt_next(struct ltcp_rtt *r, u32 sample_us)
{
	u32 srtt = r->srtt_us >> 3;
	u32 err = sample_us > srtt ? sample_us - srtt : srtt - sample_us;

	r->rttvar_us = r->rttvar_us - (r->rttvar_us >> 2) + err;
	r->srtt_us = r->srtt_us - srtt + sample_us;
}

void ltcp_rtt_sample(struct ltcp_rtt *r, u32 sample_us, u32 rto_min_us)
{
	u32 rto;

	sample_us = clamp(sample_us, 1U, LTCP_RTO_MAX_US);
	if (r->srtt_us)
		rtt_next(r, sample_us);
	else
		rtt_first(r, sample_us);
	r->min_us = min(r->min_us, sample_us);

	/* RFC 6298 2.2: RTO = SRTT + max(G, K * RTTVAR) */
	rto = (r->srtt_us >> 3) + max(LTCP_RTT_GRAIN_US, r->rttvar_us);
	rto = max(rto, rto_min_us);		/* 2.4 */
	r->rto_us = min(rto, LTCP_RTO_MAX_US);	/* 2.5 */

	/* RFC 6298 5: a new sample, and nothing else, ends the backoff */
	r->backoff = 0;
}

void ltcp_rtt_backoff(struct ltcp_rtt *r)
{
	if (r->backoff < BACKOFF_MAX)
		r->backoff++;
}

void ltcp_rtt_unbackoff(struct ltcp_rtt *r)
{
	r->backoff = 0;
}

void ltcp_rtt_syn_lost(struct ltcp_rtt *r)
{
	if (r->srtt_us)
		return;
	r->rto_us = LTCP_RTO_SYN_LOST_US;
	r->backoff = 0;
}

u32 ltcp_rtt_rto(const struct ltcp_rtt *r)
{
	u64 rto = (u64)r->rto_us << r->backoff;

	return min_t(u64, rto, LTCP_RTO_MAX_US);
}

u64 ltcp_rtt_span(u32 rto_us, unsigned int n)
{
	u64 left = (u64)n + 1;
	u64 rto = rto_us;
	u64 sum = 0;

	if (!rto)
		return 0;
	for (; left && rto < LTCP_RTO_MAX_US; left--) {
		sum += rto;
		rto <<= 1;
	}
	return sum + left * LTCP_RTO_MAX_US;
}
