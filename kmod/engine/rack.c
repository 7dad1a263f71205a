// SPDX-License-Identifier: GPL-2.0
/*
 * Losses found by time: RACK, and the probe that finds them at the end of a
 * flight, TLP (RFC 8985). With SACK only.
 *
 * RACK: what was sent before something that has arrived, and a round trip and
 * some reordering ago, is lost. ls->sent is in order of transmission, so who
 * is looked at is lost, or is the last one looked at. What is not overdue yet
 * is looked at again by LTCP_TIMER_REORDER.
 *
 * TLP: when ACKs stay out though nothing is known to be lost, LTCP_TIMER_TLP
 * has one segment sent, so that its SACK tells of those before it. The
 * retransmission timer, which costs the window, comes after that.
 *
 * The arithmetic is in rack_time.c; what a loss does to the window in
 * recovery.c, which calls what is here for each ACK. All under the socket lock.
 */

#include "control/control.h"
#include "engine/loss.h"
#include "ltcp.h"

/* Our timestamp clock when @cb was sent. */
static u32 rack_sent_ts(const struct ltcp_sock *ls,
			const struct ltcp_skb_cb *cb)
{
	return (u32)div_u64(cb->sent_us, USEC_PER_MSEC) + ls->ts.offset;
}

void ltcp_rack_segment(struct sock *sk, const struct ltcp_skb_cb *cb,
		       struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 rtt_us = clamp_t(s64, news->now_us - cb->sent_us, 1,
			     LTCP_RTO_MAX_US);

	if (!cb->retrans && !ltcp_after(cb->end_seq, ls->recover))
		news->original = true;

	/* Step 3: is it late? */
	if (ltcp_after(cb->end_seq, ls->sack_high)) {
		ls->sack_high = cb->end_seq;
	} else if (ltcp_before(cb->end_seq, ls->sack_high) && !cb->retrans) {
		LTCP_INC(sock_net(sk), ReorderSeen);
		ls->rack.reord_seen += ls->rack.reord_seen < U16_MAX;
	}

	/* Step 2; of which copy is this the ACK? */
	if (!cb->retrans)
		news->sack_rtt_us = rtt_us;
	else if (rtt_us < ls->rtt.min_us ||
		 (ls->ts_ok && ltcp_before(news->tsecr, rack_sent_ts(ls, cb))))
		return;
	ltcp_rack_arrived(&ls->rack, cb->sent_us, cb->end_seq, rtt_us);
}

static u32 rack_window(const struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	const struct ltcp_sock *ls = ltcp_sk(sk);

	if (!ls->rack.reord_seen) {
		if (ls->loss != LTCP_LOSS_NONE)
			return 0;
		if (!(READ_ONCE(ln->recovery) & LTCP_RECOVERY_NO_DUPS) &&
		    ls->sacked_out >= READ_ONCE(ln->reordering) * ls->mss)
			return 0;
	}
	return ltcp_rack_window(&ls->rack, ls->rtt.min_us,
				ls->rtt.srtt_us >> 3);
}

/* Step 5. Returns when the next one is overdue, microseconds, or 0. */
static u32 rack_mark_lost(struct sock *sk, u64 now_us)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_rack *r = &ls->rack;
	u32 window = rack_window(sk);
	struct ltcp_skb_cb *cb;
	u32 left;

	while ((cb = ls->sent)) {
		if (!ltcp_rack_after(r->xmit_us, r->end_seq, cb->sent_us,
				     cb->end_seq))
			return 0;
		left = ltcp_rack_left(r, cb->sent_us, window, now_us);
		if (left)
			return left;
		LTCP_NOTE(sk, RackLost);
		ltcp_rtx_mark_lost(sk, ltcp_cb_skb(cb));
	}
	return 0;
}

void ltcp_rack_detect(struct sock *sk)
{
	u32 left = rack_mark_lost(sk, ltcp_clock_us());

	ltcp_owned(sk);
	if (left)
		ltcp_timer_arm(sk, LTCP_TIMER_REORDER,
			       usecs_to_jiffies(left));
	else
		ltcp_timer_stop(sk, LTCP_TIMER_REORDER);
}

void ltcp_rack_ack(struct sock *sk, const struct ltcp_ack_news *news)
{
	int how = READ_ONCE(ltcp_net(sock_net(sk))->recovery);
	struct ltcp_sock *ls = ltcp_sk(sk);
	bool dsack = news->dsack && !(how & LTCP_RECOVERY_STATIC);

	/* A probe that was not needed is no sign of reordering. */
	if (ls->tlp_out && news->twice.end == ls->tlp_seq)
		dsack = false;
	ltcp_rack_round(&ls->rack, ls->snd.una, ls->snd.nxt, dsack);
	ltcp_rack_detect(sk);
}

void ltcp_rack_timeout(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u64 now_us = ltcp_clock_us();
	u32 window = rack_window(sk);
	struct sk_buff *skb;

	/* RFC 8985 6.3: the first, and what is older than a round trip. */
	for (skb = skb_rb_first(&sk->tcp_rtx_queue); skb;
	     skb = skb_rb_next(skb)) {
		struct ltcp_skb_cb *cb = ltcp_cb(skb);

		if ((cb->seg & LTCP_SEG_LOST) ||
		    !ltcp_after(cb->seq, ls->snd.una) ||
		    !ltcp_rack_left(&ls->rack, cb->sent_us, window, now_us))
			ltcp_rtx_mark_lost(sk, skb);
	}
}

/*
 * Tail loss probe
 */

/* RFC 8985 7.2: is there anything to probe for, and nothing better to do? */
static bool tlp_wanted(const struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	return ls->sack_ok && ltcp_bytes_acked(ls) && !ls->tlp_out &&
	       ls->loss == LTCP_LOSS_NONE && !ls->sacked_out && !ls->lost_out &&
	       !RB_EMPTY_ROOT(&sk->tcp_rtx_queue) &&
	       READ_ONCE(ltcp_net(sock_net(sk))->early_retrans) >= 3;
}

void ltcp_tlp_arm(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 rto, pto;

	if (!tlp_wanted(sk)) {
		ltcp_timer_stop(sk, LTCP_TIMER_TLP);
		return;
	}
	pto = ltcp_tlp_pto(ls->rtt.srtt_us >> 3, ltcp_flight(ls) <= ls->mss);
	pto = usecs_to_jiffies(pto) + 2;	/* the clock ticks */
	rto = ls->deadline[ltcp_timer_slot(LTCP_TIMER_RETRANS)] -
	      ltcp_jiffies32();
	if (ltcp_timer_armed(ls, LTCP_TIMER_RETRANS) && (s32)rto >= 0)
		pto = min(pto, rto);
	ltcp_timer_arm(sk, LTCP_TIMER_TLP, pto);
}

/* RFC 8985 7.3; the cwnd is not asked. */
void ltcp_tlp_send(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	int again;

	if (!tlp_wanted(sk))
		return;
	again = ltcp_send_one_more(sk);
	if (again >= 0) {
		LTCP_NOTE(sk, TlpProbes);
		ls->tlp_out = 1;
		ls->tlp_again = again;
		ls->tlp_seq = ls->snd.nxt;
	}
	ltcp_timer_arm(sk, LTCP_TIMER_RETRANS,
		       usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)));
}

bool ltcp_tlp_ack(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	bool beyond = ltcp_after(ls->snd.una, ls->tlp_seq);
	bool twice = news->dsack && news->twice.end == ls->tlp_seq;

	/* RFC 8985 7.4.2 */
	if (!ls->tlp_out || ltcp_before(ls->snd.una, ls->tlp_seq))
		return false;
	if (!ls->tlp_again || twice || beyond || news->bare)
		ls->tlp_out = 0;
	return ls->tlp_again && beyond && !twice;
}
