// SPDX-License-Identifier: GPL-2.0
/*
 * CUBIC: RFC 9438, with HyStart++ (RFC 9406) for the first slow start.
 *
 * After a loss the window returns to what it was then along a cubic function
 * of time: fast first, slowly where the loss was, then faster and faster. It
 * depends on the time and not on the round trip, so a long way is no
 * disadvantage. Where Reno would be faster (short ways, small windows) it goes
 * as Reno does.
 *
 * Windows are octets, times units of 2^-10 s in 32 bits, and nothing is
 * floating point; what that loses is less than an octet in 100 ms. Time counts
 * while the window is filled only (5.8). Called through struct ltcp_cong_ops
 * with the connection locked. A leaf: it also compiles in user space.
 */

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "cong.h"
#include "hystart.h"

#define CUBIC_SECOND	1000000U	/* microseconds */
#define CUBIC_TICKS	10		/* bits of a second */
#define CUBIC_AGE_MAX	0x100000U	/* ticks: more changes nothing */
#define CUBIC_FAR	0x80000U	/* C * 512^3 segments: any window */

/* cubic->flags */
enum {
	CUBIC_EPOCH = 0x1,	/* congestion avoidance has begun */
	CUBIC_TIMEOUT = 0x2,	/* and did so after a timeout (4.8) */
	CUBIC_FILLED = 0x4,	/* the window was filled at the last ACK */
	CUBIC_HYSTART = 0x8,	/* @hs is in use, and no epoch has begun */
};

/**
 * struct cubic - state of one connection; windows in octets
 * @last_us: time of the last ACK, low 32 bits
 * @w_max: window at the last loss, less with fast convergence
 * @cwnd_prior: window at the last loss
 * @srtt_us: smoothed round trip
 * @flags: CUBIC_*
 * @hs: first slow start, if CUBIC_HYSTART
 * @age_us: since the epoch began, as far as the window was filled; saturating.
 *	    From here on, if CUBIC_EPOCH
 * @origin: where the function is flat
 * @k: ticks from the beginning of the epoch to there
 * @w_est: window that Reno would have
 * @est_cnt: octets acknowledged since @w_est grew
 */
struct cubic {
	u32 last_us;
	u32 w_max;
	u32 cwnd_prior;
	u32 srtt_us;
	u32 flags;
	union {
		struct ltcp_hystart hs;
		struct {
			u32 age_us;
			u32 origin;
			u32 k;
			u32 w_est;
			u32 est_cnt;
		};
	};
};

static struct cubic *cubic(struct ltcp_cong *ca)
{
	BUILD_BUG_ON(sizeof(struct cubic) > sizeof(ca->priv));
	return (struct cubic *)ca->priv;
}

/* Largest r with r^3 <= x, a bit of it at a time. */
static u32 cubic_root(u64 x)
{
	u64 step, r = 0;
	int shift;

	for (shift = 63; shift >= 0; shift -= 3) {
		r *= 2;
		step = 3 * r * (r + 1) + 1;	/* (r + 1)^3 - r^3 */
		if (x >> shift < step)
			continue;
		x -= step << shift;
		r++;
	}
	return r;
}

/* 4.2: K = cubic root of ((w_max - cwnd) / (C * mss)), C = 2/5 */
static u32 cubic_k(u32 octets, u32 mss)
{
	u64 scaled = (u64)min(octets, LTCP_SSTHRESH_INF) * 5;

	return cubic_root(div_u64(scaled << (3 * CUBIC_TICKS - 1),
				  max(mss, 1U)));
}

/* 4.2: W(t) = C * (t - K)^3 + origin */
static u32 cubic_window(const struct cubic *cb, u32 t, u32 mss)
{
	bool before = t < cb->k;
	u64 far = min(before ? cb->k - t : t - cb->k, CUBIC_FAR);
	u64 delta = far * far * far >> 2 * CUBIC_TICKS;

	delta = div_u64(delta * mss * 2, 5) >> CUBIC_TICKS;
	if (before)
		return cb->origin - min_t(u64, delta, cb->origin);
	return min_t(u64, cb->origin + delta, LTCP_SSTHRESH_INF);
}

static void cubic_begin(struct cubic *cb, const struct ltcp_cong *ca)
{
	if (cb->flags & CUBIC_TIMEOUT)
		cb->w_max = ca->cwnd;
	cb->flags &= ~(CUBIC_TIMEOUT | CUBIC_HYSTART);
	cb->flags |= CUBIC_EPOCH;
	cb->age_us = 0;
	cb->w_est = ca->cwnd;
	cb->est_cnt = 0;
	cb->origin = max(cb->w_max, ca->cwnd);
	cb->k = cubic_k(cb->origin - ca->cwnd, ca->mss);
}

/* 4.3: Reno, decreasing by 0.7, would be as fast with alpha = 9/17. */
static void cubic_reno(struct cubic *cb, const struct ltcp_cong *ca, u32 acked)
{
	u64 need = ca->cwnd, have;

	if (cb->w_est < cb->cwnd_prior)
		need = div_u64(need * 17, 9);
	have = min_t(u64, cb->est_cnt, need) + min(acked, ca->cwnd);
	if (have >= need) {
		have -= need;
		cb->w_est = min(cb->w_est + ca->mss, LTCP_SSTHRESH_INF);
	}
	cb->est_cnt = min_t(u64, have, U32_MAX);
}

/* In one round trip, so far as ACKs come, to where the function is then. */
static void cubic_approach(struct ltcp_cong *ca, u32 target, u32 acked)
{
	u64 grow;

	target = min_t(u64, target, ca->cwnd + (u64)ca->cwnd / 2);
	ca->acked_cnt = min(ca->acked_cnt, ca->cwnd) + min(acked, ca->cwnd);
	if (target <= ca->cwnd)
		return;
	grow = div_u64((u64)(target - ca->cwnd) * ca->acked_cnt, ca->cwnd);
	if (!grow)
		return;
	ca->cwnd = min_t(u64, ca->cwnd + grow, target);
	ca->acked_cnt = 0;
}

static u32 cubic_ticks(u64 us)
{
	return min_t(u64, div_u64(us << CUBIC_TICKS, CUBIC_SECOND),
		     CUBIC_AGE_MAX);
}

static void cubic_avoid(struct cubic *cb, struct ltcp_cong *ca, u32 acked)
{
	if (!(cb->flags & CUBIC_EPOCH))
		cubic_begin(cb, ca);
	cubic_reno(cb, ca, acked);
	if (cubic_window(cb, cubic_ticks(cb->age_us), ca->mss) < cb->w_est) {
		ca->cwnd = max(ca->cwnd, cb->w_est);
		return;
	}
	cubic_approach(ca, cubic_window(cb, cubic_ticks((u64)cb->age_us +
							cb->srtt_us), ca->mss),
		       acked);
}

/* Round trip, and the age of the epoch. */
static void cubic_clock(struct cubic *cb, const struct ltcp_cong_ack *ack)
{
	u32 since = (u32)ack->now_us - cb->last_us;

	if (ack->rtt_us && cb->srtt_us)
		cb->srtt_us += ack->rtt_us / 8 - cb->srtt_us / 8;
	else if (ack->rtt_us)
		cb->srtt_us = ack->rtt_us;

	if (ack->cwnd_limited && (cb->flags & CUBIC_FILLED) &&
	    (cb->flags & CUBIC_EPOCH))
		cb->age_us += min(since, U32_MAX - cb->age_us);
	cb->last_us = (u32)ack->now_us;
	cb->flags &= ~CUBIC_FILLED;
	if (ack->cwnd_limited)
		cb->flags |= CUBIC_FILLED;
}

static void cubic_init(struct ltcp_cong *ca)
{
	struct cubic *cb = cubic(ca);

	cb->flags &= ~CUBIC_EPOCH;
	cb->flags |= CUBIC_HYSTART;
	ltcp_hystart_init(&cb->hs);
}

static u32 cubic_slow_start(struct cubic *cb, struct ltcp_cong *ca,
			    const struct ltcp_cong_ack *ack)
{
	/* The first one goes on after all, if its loss was none. */
	if (ca->ssthresh >= LTCP_SSTHRESH_INF && !(cb->flags & CUBIC_HYSTART))
		cubic_init(ca);
	return ltcp_hystart_acked(&cb->hs, ca, ack);
}

static void cubic_acked(struct ltcp_cong *ca, const struct ltcp_cong_ack *ack)
{
	struct cubic *cb = cubic(ca);
	u32 acked = ack->acked;

	cubic_clock(cb, ack);
	if (ltcp_cong_slow_start(ca))
		acked = cubic_slow_start(cb, ca, ack);
	if (acked && ack->cwnd_limited && !ltcp_cong_slow_start(ca))
		cubic_avoid(cb, ca, acked);
}

/* 4.6, 4.7: what was in use, not what might have been, is what was lost at. */
static u32 cubic_ssthresh(struct ltcp_cong *ca, u32 flight)
{
	struct cubic *cb = cubic(ca);
	u32 window = min(ca->cwnd, flight);

	cb->cwnd_prior = window;
	if (window < cb->w_max)
		cb->w_max = div_u64((u64)window * 17, 20);
	else
		cb->w_max = window;
	cb->flags &= ~(CUBIC_EPOCH | CUBIC_TIMEOUT);
	ca->acked_cnt = 0;
	return max_t(u64, div_u64((u64)window * 7, 10), 2 * ca->mss);
}

static void cubic_timeout(struct ltcp_cong *ca)
{
	struct cubic *cb = cubic(ca);

	cb->flags &= ~CUBIC_EPOCH;
	cb->flags |= CUBIC_TIMEOUT;
}

/* RFC 5681 4.1; what the path took before is not forgotten. */
static void cubic_after_idle(struct ltcp_cong *ca)
{
	ca->cwnd = min(ca->cwnd, ltcp_cong_init_window(ca->mss));
	cubic(ca)->flags &= ~CUBIC_EPOCH;
}

struct ltcp_cong_ops ltcp_cong_cubic = {
	.name		= "cubic",
	.owner		= THIS_MODULE,
	.init		= cubic_init,
	.acked		= cubic_acked,
	.ssthresh	= cubic_ssthresh,
	.timeout	= cubic_timeout,
	.after_idle	= cubic_after_idle,
};
