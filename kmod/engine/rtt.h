/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_RTT_H
#define _LTCP_RTT_H

#include <linux/param.h>
#include <linux/types.h>

#define LTCP_RTO_INIT_US	1000000U	/* RFC 6298 2.1 */
#define LTCP_RTO_SYN_LOST_US	3000000U	/* RFC 6298 5.7 */
#define LTCP_RTO_MAX_US		120000000U	/* RFC 6298 2.5: >= 60 s */

/* G of RFC 6298: samples are finer, but the timer goes by the tick. */
#define LTCP_RTT_GRAIN_US	(1000000U / HZ)

/**
 * struct ltcp_rtt - round-trip estimate and retransmission timeout
 * @srtt_us: smoothed RTT in microseconds, times 8; 0: no sample yet
 * @rttvar_us: RTT variation in microseconds, times 4
 * @rto_us: timeout before backoff, microseconds
 * @min_us: smallest sample ever, microseconds; U32_MAX before the first
 * @backoff: how often the timeout was doubled since the last sample
 */
struct ltcp_rtt {
	u32 srtt_us;
	u32 rttvar_us;
	u32 rto_us;
	u32 min_us;
	u8 backoff;
};

/* Start of a connection: no sample, RTO of one second (RFC 6298 2.1). */
void ltcp_rtt_init(struct ltcp_rtt *r);

/**
 * ltcp_rtt_sample() - feed one measured round trip (RFC 6298 2.2, 2.3)
 * @r: estimator
 * @sample_us: microseconds, never from a retransmitted segment (Karn);
 *	       0 counts as 1, and more than LTCP_RTO_MAX_US as that
 * @rto_min_us: lower bound of the resulting RTO, microseconds
 *
 * Ends the backoff: a backed-off timeout is kept until a segment that was
 * sent only once has been acknowledged (RFC 6298 5, Karn).
 */
void ltcp_rtt_sample(struct ltcp_rtt *r, u32 sample_us, u32 rto_min_us);

/* The timer expired: double the timeout (RFC 6298 5.5). */
void ltcp_rtt_backoff(struct ltcp_rtt *r);

/*
 * Forget the backoff where no sample can come: a closed window opened. Not for
 * the ACK of a retransmission, which tells nothing of the path (Karn).
 */
void ltcp_rtt_unbackoff(struct ltcp_rtt *r);

/*
 * The connection is established, but our SYN or SYN-ACK had to be sent again:
 * begin with three seconds, unless there is a sample (RFC 6298 5.7).
 */
void ltcp_rtt_syn_lost(struct ltcp_rtt *r);

/* Timeout to arm now, microseconds: backed off, at most LTCP_RTO_MAX_US. */
u32 ltcp_rtt_rto(const struct ltcp_rtt *r);

/*
 * Sum of the first @n + 1 timeouts when each is doubled from @rto_us up to
 * LTCP_RTO_MAX_US, microseconds: how long @n retransmissions last, the wait
 * after the last one included.
 */
u64 ltcp_rtt_span(u32 rto_us, unsigned int n);

#endif /* _LTCP_RTT_H */
