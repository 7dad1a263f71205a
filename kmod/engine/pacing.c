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

#include <linux/hrtimer.h>
#include <linux/math64.h>

#include "ltcp.h"

/* Octets of a super-segment: what takes so long, but at least one segment. */
#define LTCP_PACING_BURST_US	1000

/**
 * struct ltcp_pacer - what a paced connection has besides
 * @timer: fires when @next has come; holds a reference while it is started
 * @sk: the connection
 * @next: ktime_get_ns() before which nothing goes out [s]
 */
struct ltcp_pacer {
	struct hrtimer timer;
	struct sock *sk;
	u64 next;
};

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

static enum hrtimer_restart pacing_fire(struct hrtimer *timer)
{
	struct sock *sk = container_of(timer, struct ltcp_pacer, timer)->sk;

	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		ltcp_pacing_due(sk);
	else if (!test_and_set_bit(LTCP_DEFER_PACING, &sk->sk_tsq_flags))
		sock_hold(sk);	/* for ltcp_release_cb() */
	bh_unlock_sock(sk);
	/* What is left is freed after a grace period: not under our feet. */
	sock_put(sk);
	return HRTIMER_NORESTART;
}

/* Without memory for it the connection is not paced, this time. */
static struct ltcp_pacer *pacer_of(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->pacer)
		return ls->pacer;
	ls->pacer = kzalloc(sizeof(*ls->pacer), GFP_ATOMIC | __GFP_NOWARN);
	if (ls->pacer) {
		ls->pacer->sk = sk;
		hrtimer_setup(&ls->pacer->timer, pacing_fire, CLOCK_MONOTONIC,
			      HRTIMER_MODE_ABS_SOFT);
	}
	return ls->pacer;
}

bool ltcp_pacing_holds(struct sock *sk)
{
	struct ltcp_pacer *p;

	ltcp_owned(sk);
	if (likely(!pacing_by_us(sk)))
		return false;
	p = pacer_of(sk);
	if (!p || ktime_get_ns() >= p->next)
		return false;
	if (!hrtimer_is_queued(&p->timer)) {
		LTCP_INC(sock_net(sk), PacingWaits);
		sock_hold(sk);
		hrtimer_start(&p->timer, ns_to_ktime(p->next),
			      HRTIMER_MODE_ABS_SOFT);
	}
	return true;
}

void ltcp_pacing_sent(struct sock *sk, u32 len)
{
	unsigned long rate = READ_ONCE(sk->sk_pacing_rate);
	struct ltcp_pacer *p;
	u64 takes;

	if (likely(!pacing_by_us(sk)) || !len || !rate || rate == ~0UL)
		return;
	p = pacer_of(sk);
	if (!p)
		return;
	/* Orphans shall come to an end: no longer than sch_fq lets wait */
	takes = min_t(u64, div64_ul((u64)len * NSEC_PER_SEC, rate),
		      NSEC_PER_SEC);
	/* Who was held up may make good for it, at twice the rate. */
	p->next = max(p->next + takes, ktime_get_ns() + takes / 2);
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
	struct ltcp_pacer *p = ltcp_sk(sk)->pacer;

	ltcp_owned(sk);
	if (!p)
		return;
	p->next = 0;
	if (hrtimer_try_to_cancel(&p->timer) == 1)
		__sock_put(sk);
}

void ltcp_pacing_free(struct sock *sk)
{
	kfree(ltcp_sk(sk)->pacer);
	ltcp_sk(sk)->pacer = NULL;
}
