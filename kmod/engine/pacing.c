// SPDX-License-Identifier: GPL-2.0
/*
 * Pacing: segments go out evenly over a round trip, and not faster than
 * SO_MAX_PACING_RATE allows, instead of as fast as ACKs make room for them.
 *
 * Who has a say is the socket layer's business: setting SO_MAX_PACING_RATE, or
 * a queueing discipline that paces (sch_fq), changes sk->sk_pacing_status. The
 * rate is kept in sk->sk_pacing_rate, which sch_fq reads. Without sch_fq the
 * segments are held back here, by a high resolution timer, since jiffies are
 * too coarse; it is allocated for connections that need it.
 *
 * output.c asks before it sends, and tells what it sent. What a timeout or fast
 * retransmit sends again at once is not held back, but counts.
 */

#include <linux/math64.h>

#include "engine/extra.h"

/* Octets of a super-segment: what takes so long, but at least one segment. */
#define LTCP_PACING_BURST_US	1000

static bool pacing_by_us(const struct sock *sk)
{
	return READ_ONCE(sk->sk_pacing_status) == SK_PACING_NEEDED;
}

void ltcp_pacing_due(struct sock *sk)
{
	ltcp_owned(sk);
	if (sk->sk_state != TCP_CLOSE)
		ltcp_output(sk);
}

enum hrtimer_restart ltcp_pacing_fire(struct hrtimer *timer)
{
	struct ltcp_extra *x = container_of(timer, struct ltcp_extra, pacing);

	ltcp_extra_fired(x->sk, LTCP_DEFER_PACING, ltcp_pacing_due);
	return HRTIMER_NORESTART;
}

bool ltcp_pacing_holds(struct sock *sk)
{
	struct ltcp_extra *x;

	ltcp_owned(sk);
	if (likely(!pacing_by_us(sk)))
		return false;
	/* Without memory for it the connection is not paced, this time. */
	x = ltcp_extra_get(sk);
	if (!x || ktime_get_ns() >= x->next)
		return false;
	if (!hrtimer_is_queued(&x->pacing)) {
		LTCP_INC(sock_net(sk), PacingWaits);
		sock_hold(sk);
		hrtimer_start(&x->pacing, ns_to_ktime(x->next),
			      HRTIMER_MODE_ABS_SOFT);
	}
	return true;
}

void ltcp_pacing_sent(struct sock *sk, u32 len)
{
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);
	struct ltcp_extra *x;
	u64 takes;

	if (likely(!pacing_by_us(sk)) || !len || !rate || rate == ~0UL)
		return;
	x = ltcp_extra_get(sk);
	if (!x)
		return;
	/* Orphans shall come to an end: no longer than sch_fq lets wait */
	takes = min_t(u64, div64_ul((u64)len * NSEC_PER_SEC, rate),
		      NSEC_PER_SEC);
	/* Who was held up may make good for it, at twice the rate. */
	x->next = max(x->next + takes, ktime_get_ns() + takes / 2);
}

u32 ltcp_pacing_burst(const struct sock *sk)
{
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);
	u32 mss = ltcp_sk(sk)->mss;
	u64 burst;

	if (likely(READ_ONCE(sk->sk_pacing_status) == SK_PACING_NONE) ||
	    rate == ~0UL)
		return U32_MAX;
	burst = div_u64((u64)rate * LTCP_PACING_BURST_US, USEC_PER_SEC);
	return clamp_t(u64, burst, mss, U32_MAX);
}

/* A window in a round trip, with some room to grow: the window decides. */
void ltcp_pacing_rate(struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	const struct ltcp_cong *ca = &ls->cong;
	u64 rate;

	if (likely(READ_ONCE(sk->sk_pacing_status) == SK_PACING_NONE) ||
	    !ls->rtt.srtt_us)
		return;
	/* srtt_us counts eighths; twice in slow start, 6/5 else, as in Linux */
	rate = (u64)max(ca->cwnd, ltcp_flight(ls)) * 8 * USEC_PER_SEC;
	rate = div_u64(rate, ls->rtt.srtt_us);
	rate = ca->cwnd < ca->ssthresh / 2 ? rate * 2 : rate + rate / 5;
	WRITE_ONCE(sk->sk_pacing_rate,
		   min_t(u64, rate, READ_ONCE(sk->sk_max_pacing_rate)));
}

void ltcp_pacing_stop(struct sock *sk)
{
	struct ltcp_extra *x = ltcp_sk(sk)->extra;

	ltcp_owned(sk);
	if (!x)
		return;
	x->next = 0;
	if (hrtimer_try_to_cancel(&x->pacing) == 1)
		__sock_put(sk);
}
