// SPDX-License-Identifier: GPL-2.0
/*
 * No more than so many octets of a connection wait below it, in queueing
 * disciplines and network cards (limit_output_bytes): what waits here instead
 * can still be sent again, be merged with more data, or give way to others.
 * Likewise the end of a small write waits for those packets (autocorking), if
 * they are going to be through soon.
 *
 * output.c and socket/send.c ask; the wait ends when packets are freed, which
 * sock_wfree() tells through sk->sk_write_space. That happens anywhere: in
 * softirq, on another CPU, below our own ltcp_output(), with a driver's lock
 * held, or after the last reference, when only packets keep the socket's
 * memory. So a timer that fires at once does the work, in softirq, with a
 * reference if there still is one to get.
 *
 * It cannot stall: what waits has packets before it, and if their end is not
 * told for whatever reason, their ACK is, or the timeout.
 */

#include "engine/extra.h"
#include "engine/loss.h"

/* Packets with @octets or more of true size wait below @sk: so do we. */
static bool throttle(struct sock *sk, u32 octets)
{
	ltcp_owned(sk);
	if (!ltcp_extra_get(sk))
		return false;	/* nobody could wake us */
	/* Who sees the bit sees the timer. */
	smp_mb__before_atomic();
	set_bit(LTCP_THROTTLED, &sk->sk_tsq_flags);
	/*
	 * They may be through just now. Pairs with ltcp_throttle_freed():
	 * either it sees the bit or we see that they are.
	 */
	smp_mb__after_atomic();
	if (refcount_read(&sk->sk_wmem_alloc) > octets)
		return true;
	clear_bit(LTCP_THROTTLED, &sk->sk_tsq_flags);
	return false;
}

bool ltcp_throttled(struct sock *sk, const struct sk_buff *skb)
{
	u32 below = refcount_read(&sk->sk_wmem_alloc);
	u32 limit;

	if (likely(below <= 2 * skb->truesize))
		return false;
	limit = max_t(u32, 2 * skb->truesize,
		      READ_ONCE(ltcp_net(sock_net(sk))->limit_output_bytes));
	if (likely(below <= limit) || !throttle(sk, limit))
		return false;
	LTCP_INC(sock_net(sk), OutputThrottled);
	return true;
}

bool ltcp_autocork(struct sock *sk)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!skb || skb->len >= ls->snd.goal || ltcp_rtx_empty(sk) ||
	    refcount_read(&sk->sk_wmem_alloc) <= skb->truesize ||
	    !READ_ONCE(ltcp_net(sock_net(sk))->autocorking) ||
	    !throttle(sk, skb->truesize))
		return false;
	LTCP_INC(sock_net(sk), AutoCorks);
	return true;
}

void ltcp_throttle_freed(struct sock *sk)
{
	if (likely(!test_bit(LTCP_THROTTLED, &sk->sk_tsq_flags)) ||
	    !test_and_clear_bit(LTCP_THROTTLED, &sk->sk_tsq_flags))
		return;
	/* One that is started already comes late enough. */
	if (test_and_set_bit(LTCP_UNTHROTTLE, &sk->sk_tsq_flags))
		return;
	/* Else nothing will be sent any more. */
	if (refcount_inc_not_zero(&sk->sk_refcnt))
		hrtimer_start(&ltcp_sk(sk)->extra->unthrottle, 0,
			      HRTIMER_MODE_REL_SOFT);
}

enum hrtimer_restart ltcp_throttle_fire(struct hrtimer *timer)
{
	struct ltcp_extra *x = container_of(timer, struct ltcp_extra,
					    unthrottle);

	clear_bit(LTCP_UNTHROTTLE, &x->sk->sk_tsq_flags);
	/* Who frees from now on starts it once more, or we see what is free. */
	smp_mb__after_atomic();
	ltcp_extra_fired(x->sk, LTCP_DEFER_PACING, ltcp_pacing_due);
	return HRTIMER_NORESTART;
}
