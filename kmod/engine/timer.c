// SPDX-License-Identifier: GPL-2.0
/*
 * The timers of a connection: reordering, loss probe, retransmission, persist,
 * delayed ACK, keepalive and FIN_WAIT_2 share sk->sk_timer.
 *
 * Each has a deadline; the kernel timer is set to the soonest. It is left
 * alone when a deadline moves away, so that an ACK for every segment costs no
 * timer operation: it then fires early once, finds nothing due, and is set
 * anew. When it fires while a user holds the socket, the work is left to
 * release_sock() (LTCP_DEFER_TIMER). A set timer holds a reference.
 *
 * This file decides when and how often; what goes out is output.c's business.
 */

#include "control/control.h"
#include "engine/loss.h"
#include "ltcp.h"

/* Retries of an orphan when orphan_retries is 0. */
#define LTCP_ORPHAN_RETRIES	8

static void ltcp_timer_set(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 now = ltcp_jiffies32();
	s32 soonest = S32_MAX;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ls->deadline); i++)
		if ((ls->timers >> 2 * i) & 3)
			soonest = min_t(s32, soonest, ls->deadline[i] - now);

	if (!ls->timers) {
		sk_stop_timer(sk, &sk->sk_timer);
		return;
	}
	sk_reset_timer(sk, &sk->sk_timer, jiffies + max_t(s32, soonest, 0));
}

void ltcp_timer_arm(struct sock *sk, enum ltcp_timer which, u32 delay)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	unsigned long expires = jiffies + delay;

	ltcp_owned(sk);
	ls->deadline[ltcp_timer_slot(which)] = (u32)expires;
	ls->timers &= ~BIT(which ^ 1);
	ls->timers |= BIT(which);
	if (!timer_pending(&sk->sk_timer) ||
	    time_before(expires, sk->sk_timer.expires))
		sk_reset_timer(sk, &sk->sk_timer, expires);
}

void ltcp_timer_stop(struct sock *sk, enum ltcp_timer which)
{
	ltcp_sk(sk)->timers &= ~BIT(which);
}

void ltcp_timer_stop_all(struct sock *sk)
{
	ltcp_sk(sk)->timers = 0;
	sk_stop_timer(sk, &sk->sk_timer);
	ltcp_pacing_stop(sk);
}

u32 ltcp_keepalive_time(const struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	u16 own = READ_ONCE(ltcp_sk(sk)->keepalive_time);

	return (own ?: READ_ONCE(ln->keepalive_time)) * HZ;
}

u32 ltcp_keepalive_intvl(const struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	u16 own = READ_ONCE(ltcp_sk(sk)->keepalive_intvl);

	return (own ?: READ_ONCE(ln->keepalive_intvl)) * HZ;
}

u32 ltcp_keepalive_probes(const struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	u8 own = READ_ONCE(ltcp_sk(sk)->keepalive_probes);

	return own ?: READ_ONCE(ln->keepalive_probes);
}

void ltcp_keepalive_set(struct sock *sk, int on)
{
	if ((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN | TCPF_SYN_SENT))
		return;		/* starts with the connection */
	if (on && !sock_flag(sk, SOCK_KEEPOPEN))
		ltcp_timer_arm(sk, LTCP_TIMER_KEEPALIVE,
			       ltcp_keepalive_time(sk));
	else if (!on)
		ltcp_timer_stop(sk, LTCP_TIMER_KEEPALIVE);
}

/*
 * Does TCP_USER_TIMEOUT count, and from when? What is sent and unanswered
 * counts, and so does data that waits for a closed window, even if the peer
 * answers the probes.
 */
static bool ltcp_stalled_from(const struct ltcp_sock *ls, u32 *since)
{
	*since = ls->stalled_since;
	return ls->user_timeout &&
	       (ls->persisting || ls->retries || ls->probes);
}

/* Has TCP_USER_TIMEOUT run out? Then no retry counts any more. */
static bool ltcp_user_timeout_over(const struct ltcp_sock *ls)
{
	u32 since;

	return ltcp_stalled_from(ls, &since) &&
	       jiffies_to_msecs(ltcp_jiffies32() - since) >= ls->user_timeout;
}

/* Remaining life under TCP_USER_TIMEOUT caps @delay (jiffies). */
static u32 ltcp_clamp_user_timeout(const struct ltcp_sock *ls, u32 delay)
{
	u32 since, left;

	if (!ltcp_stalled_from(ls, &since))
		return delay;
	left = since + msecs_to_jiffies(ls->user_timeout) - ltcp_jiffies32();
	if ((s32)left <= 0)
		return 1;
	return min(delay, left);
}

static u32 ltcp_orphan_retries(const struct sock *sk)
{
	u32 own = READ_ONCE(ltcp_net(sock_net(sk))->orphan_retries);

	return own ?: LTCP_ORPHAN_RETRIES;
}

/* R2 of RFC 9293 3.8.3 (MUST-20 to MUST-23): timeouts that end @sk. */
static u32 ltcp_retry_limit(const struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));

	if ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))
		return ls->syn_retries ?: READ_ONCE(ln->syn_retries);
	if (sock_flag(sk, SOCK_DEAD))
		return ltcp_orphan_retries(sk);
	return READ_ONCE(ln->retries2);
}

/*
 * Is it time to give up after @tries unanswered attempts? TCP_USER_TIMEOUT
 * (RFC 5482) takes the place of the count, except for SYNs and orphans: there
 * it can only shorten the wait.
 */
static bool ltcp_gave_up(struct sock *sk, u32 tries, u32 limit)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	if (ltcp_user_timeout_over(ls))
		return true;
	if (ls->user_timeout && sk->sk_state != TCP_SYN_SENT &&
	    !sock_flag(sk, SOCK_DEAD))
		return false;
	return tries >= limit;
}

static void ltcp_timed_out(struct sock *sk)
{
	LTCP_NOTE(sk, AbortOnTimeout);
	ltcp_fail(sk, LTCP_EV_TIMEOUT, sk->sk_err_soft ?: ETIMEDOUT);
}

/* One more timeout or probe; the first one ends a wait of @waited jiffies. */
static void ltcp_stalled(struct ltcp_sock *ls, u32 waited)
{
	if (!ls->retries && !ls->probes && !ls->persisting)
		ls->stalled_since = ltcp_jiffies32() - waited;
}

/* The backed-off timeout in jiffies, cut short by TCP_USER_TIMEOUT. */
static u32 ltcp_next_timeout(const struct ltcp_sock *ls)
{
	u32 rto = usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt));

	return ltcp_clamp_user_timeout(ls, rto);
}

static void ltcp_retrans_timeout(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_net *ln = ltcp_net(sock_net(sk));

	if (ltcp_rtx_empty(sk) || ltcp_send_late_syn(sk))
		return;
	/* Keepalive probes do not count for the data that came after them. */
	if (!ls->retries)
		ls->probes = 0;

	/*
	 * A peer that shrank its window to nothing and still answers is
	 * alive: probe it for as long as that lasts (MUST-37).
	 */
	if (!ls->snd.wnd && ls->retries > 1 && !sock_flag(sk, SOCK_DEAD) &&
	    (s32)(ls->last_rcv - ls->last_snd) >= 0)
		ls->retries = 1;

	if (ltcp_gave_up(sk, ls->retries, ltcp_retry_limit(sk))) {
		ltcp_timed_out(sk);
		return;
	}
	if (sock_flag(sk, SOCK_DEAD) && ltcp_orphan_excess(sk))
		return;

	/* R1: ask the routing for another way (RFC 9293 3.8.3, MUST-20). */
	if (ls->retries >= READ_ONCE(ln->retries1)) {
		ltcp_mtu_black_hole(sk);
		dst_negative_advice(sk);
	}

	LTCP_NOTE(sk, RtoTimeouts);
	ltcp_stalled(ls, usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)));
	if (ls->retries < U8_MAX)
		ls->retries++;
	ltcp_rtt_backoff(&ls->rtt);
	ltcp_ecn_fall_back(sk);
	ltcp_recovery_timeout(sk);
	ltcp_timer_arm(sk, LTCP_TIMER_RETRANS, ltcp_next_timeout(ls));
}

/*
 * MUST-37 lets a peer that answers keep its window closed for ever. With the
 * user gone that is an attack (RFC 6429 2): such a connection ends when it has
 * been probed orphan_retries times, and the timeout cannot grow any more.
 */
static bool ltcp_orphan_held_up(const struct sock *sk, u32 limit)
{
	const struct ltcp_rtt *rtt = &ltcp_sk(sk)->rtt;

	return sock_flag(sk, SOCK_DEAD) && rtt->backoff >= limit &&
	       ltcp_rtt_rto(rtt) == LTCP_RTO_MAX_US;
}

/*
 * RFC 9293 3.8.6.1: something waits and nothing is on its way. An open window
 * too small for a full segment, or a cork, has waited long enough; a closed
 * one is probed. As long as probes are answered the connection lives
 * (MUST-37): ->probes counts the unanswered ones.
 */
static void ltcp_persist_timeout(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 limit = ltcp_retry_limit(sk);

	if (!ltcp_rtx_empty(sk) ||
	    skb_queue_empty(&sk->sk_write_queue))
		return;
	if (ls->snd.wnd) {
		ltcp_output_push(sk);
		return;
	}
	if (ltcp_gave_up(sk, ls->probes, limit) ||
	    ltcp_orphan_held_up(sk, limit)) {
		ltcp_timed_out(sk);
		return;
	}
	if (sock_flag(sk, SOCK_DEAD) && ltcp_orphan_excess(sk))
		return;

	ltcp_stalled(ls, usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)));
	if (ls->probes < U8_MAX)
		ls->probes++;
	LTCP_NOTE(sk, WindowProbes);
	ltcp_send_probe(sk);
	ltcp_rtt_backoff(&ls->rtt);
	ltcp_timer_arm(sk, LTCP_TIMER_PERSIST, ltcp_next_timeout(ls));
}

static void ltcp_delack_timeout(struct sock *sk)
{
	if (!(ltcp_sk(sk)->ack_flags & LTCP_ACK_PENDING))
		return;
	LTCP_INC(sock_net(sk), DelayedAcks);
	ltcp_send_ack(sk);
}

/* RFC 9293 3.8.4: MUST-24 to MUST-29. */
static void ltcp_keepalive_timeout(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 idle = ltcp_jiffies32() - ls->last_rcv;
	u32 limit = ltcp_keepalive_time(sk);

	if (!sock_flag(sk, SOCK_KEEPOPEN))
		return;

	/* Only an idle connection is probed: MUST-26. */
	if (!ltcp_rtx_empty(sk) ||
	    !skb_queue_empty(&sk->sk_write_queue)) {
		ltcp_timer_arm(sk, LTCP_TIMER_KEEPALIVE, limit);
		return;
	}
	if (idle < limit) {
		ls->probes = 0;
		ltcp_timer_arm(sk, LTCP_TIMER_KEEPALIVE, limit - idle);
		return;
	}

	if (ltcp_gave_up(sk, ls->probes, ltcp_keepalive_probes(sk))) {
		LTCP_NOTE(sk, AbortOnKeepalive);
		ltcp_abort(sk, sk->sk_err_soft ?: ETIMEDOUT);
		return;
	}
	ltcp_stalled(ls, 0);
	if (ls->probes < U8_MAX)
		ls->probes++;
	LTCP_NOTE(sk, KeepaliveProbes);
	ltcp_send_probe(sk);
	ltcp_timer_arm(sk, LTCP_TIMER_KEEPALIVE,
		       ltcp_clamp_user_timeout(ls, ltcp_keepalive_intvl(sk)));
}

static void ltcp_finwait2_timeout(struct sock *sk)
{
	if (sk->sk_state != TCP_FIN_WAIT2 || !sock_flag(sk, SOCK_DEAD))
		return;
	LTCP_NOTE(sk, FinWait2Timeouts);
	ltcp_done(sk, LTCP_EV_TIMEOUT);
}

static void (* const ltcp_timer_handlers[LTCP_NR_TIMERS])(struct sock *) = {
	[LTCP_TIMER_REORDER]	= ltcp_recovery_reorder,
	[LTCP_TIMER_TLP]	= ltcp_tlp_send,
	[LTCP_TIMER_RETRANS]	= ltcp_retrans_timeout,
	[LTCP_TIMER_PERSIST]	= ltcp_persist_timeout,
	[LTCP_TIMER_DELACK]	= ltcp_delack_timeout,
	[LTCP_TIMER_KEEPALIVE]	= ltcp_keepalive_timeout,
	[LTCP_TIMER_FINWAIT2]	= ltcp_finwait2_timeout,
};

void ltcp_timer_run(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 now = ltcp_jiffies32();
	int i;

	ltcp_owned(sk);
	for (i = 0; i < LTCP_NR_TIMERS; i++) {
		if (!ltcp_timer_armed(ls, i) ||
		    (s32)(ls->deadline[ltcp_timer_slot(i)] - now) > 0)
			continue;
		ls->timers &= ~BIT(i);
		ltcp_timer_handlers[i](sk);
		if (sk->sk_state == TCP_CLOSE)
			return;
	}
	ltcp_timer_set(sk);
}

static void ltcp_timer_fire(struct timer_list *t)
{
	struct sock *sk = timer_container_of(sk, t, sk_timer);

	bh_lock_sock(sk);
	if (sock_owned_by_user(sk)) {
		/* The bit holds the reference until ltcp_release_cb(). */
		if (!test_and_set_bit(LTCP_DEFER_TIMER, &sk->sk_tsq_flags))
			sock_hold(sk);
	} else if (sk->sk_state != TCP_CLOSE) {
		ltcp_timer_run(sk);
	}
	bh_unlock_sock(sk);
	sock_put(sk);
}

void ltcp_timer_init(struct sock *sk)
{
	ltcp_sk(sk)->timers = 0;
	timer_setup(&sk->sk_timer, ltcp_timer_fire, 0);
}
