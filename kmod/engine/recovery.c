// SPDX-License-Identifier: GPL-2.0
/*
 * When an episode of loss begins and ends, and what it does to the window:
 * RFC 6675 with SACK, NewReno (RFC 5681, RFC 6582) without, over whichever
 * congestion control the connection uses.
 *
 * ack.c reports what an ACK told, timer.c reports timeouts. This file moves
 * between three states (enum ltcp_loss_state), has what is lost marked so in
 * the queue of rtx.c, and sets cwnd, by prr.c while a loss is repaired. Sending
 * is left to ltcp_output(): what is marked goes first, as long as what is on
 * its way (ltcp_pipe()) is less than cwnd. Runs under the socket lock. How cwnd
 * grows while nothing is lost is the business of the algorithm.
 *
 * Without SACK a duplicate ACK says that some segment has arrived, nobody knows
 * which; so ls->sacked_out is counted up by a segment, and no segment marked.
 */

#include "control/control.h"
#include "engine/loss.h"
#include "ltcp.h"

/* The episode is over. */
static void ltcp_loss_leave(struct ltcp_sock *ls)
{
	ls->loss = LTCP_LOSS_NONE;
	ls->frto = LTCP_FRTO_NONE;
	ltcp_rack_episode(&ls->rack);
}

void ltcp_recovery_sent(struct sock *sk, u32 len, bool again)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->loss == LTCP_LOSS_NONE)
		return;
	if (ls->loss == LTCP_LOSS_FAST)
		ls->prr.out += len;
	if (again)
		ltcp_undo_resent(ls, len);
}

/* A new episode: what was sent so far is what it repairs (RFC 6582 3.2). */
static void ltcp_loss_enter(struct sock *sk, enum ltcp_loss_state state)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	/*
	 * One reduction an episode: a timeout in recovery keeps ssthresh. What
	 * limited transmit sent is not in cwnd, nor does it count: RFC 5681 3.2
	 */
	if (ls->loss == LTCP_LOSS_NONE) {
		ltcp_undo_begin(ls);
		if (state == LTCP_LOSS_RTO)
			ltcp_frto_begin(sk);
		/* A mark in the same window has had that answer: RFC 3168 */
		if (!ls->ecn_low)
			ls->cong.ssthresh = ls->cong.ops->ssthresh(&ls->cong,
				min(ltcp_flight(ls), ls->cong.cwnd));
		/* From now on it is for the episode to say how it grows. */
		ls->ecn_low = 0;
		ls->ecn_cwr = ls->ecn_ok;
	} else {
		ls->frto = LTCP_FRTO_NONE;
	}
	ls->loss = state;
	ls->recover = ls->snd.nxt;
	ls->cong.acked_cnt = 0;
	ls->tlp_out = 0;
	ltcp_timer_stop(sk, LTCP_TIMER_TLP);
	ltcp_mtu_probe_end(ls);
}

/* A loss that was found when it was repaired: RFC 8985 7.4.2 */
static void ltcp_loss_repaired(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	LTCP_NOTE(sk, LossProbeRecovery);
	ltcp_loss_enter(sk, LTCP_LOSS_FAST);
	ls->cong.cwnd = ls->cong.ssthresh;
	ls->undo_ok = 0;
	ltcp_loss_leave(ls);
}

/* The first segment is lost, for want of anything that tells which one is. */
static void ltcp_mark_first_lost(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb = ltcp_rtx_find(sk, ls->snd.una);

	if (!skb || ltcp_cb(skb)->seg)
		return;		/* found before, or even sent again */
	/* No memory: then all of it is. */
	if (skb->len > ls->mss)
		ltcp_rtx_split(sk, skb, ls->mss);
	ltcp_rtx_mark_lost(sk, skb);
}

/*
 * Without SACK: RFC 6582 3.2. A duplicate is a segment that has arrived, and
 * is not the first one. An ACK of new data is the one that was missing, and
 * some of those.
 */
static void ltcp_reno_count(struct ltcp_sock *ls,
			    const struct ltcp_ack_news *news)
{
	u32 most = ltcp_flight(ls) - min(ltcp_flight(ls), ls->mss);
	u32 gone = news->acked - min(news->acked, ls->mss);

	if (news->dup)
		ls->sacked_out += ls->mss;
	else if (ls->loss == LTCP_LOSS_FAST)
		ls->sacked_out -= min(ls->sacked_out, gone);
	else
		ls->sacked_out = 0;
	ls->sacked_out = min(ls->sacked_out, most);
}

/* With SACK: mark what must be lost, by what has arrived. */
static void ltcp_mark_lost(struct sock *sk, const struct ltcp_ack_news *news)
{
	if (READ_ONCE(ltcp_net(sock_net(sk))->recovery) & LTCP_RECOVERY_RACK)
		ltcp_rack_ack(sk, news);
	else if (ltcp_sk(sk)->loss != LTCP_LOSS_RTO)
		ltcp_sack_mark_lost(sk);
}

/* Is this when fast retransmit begins? */
static bool ltcp_loss_found(const struct sock *sk)
{
	u32 threshold = READ_ONCE(ltcp_net(sock_net(sk))->reordering);
	const struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->sack_ok)
		return ls->lost_out;
	/* Duplicates of what an earlier episode resent: RFC 6582 3.2, step 2 */
	return ls->dupacks == threshold &&
	       ltcp_after(ls->snd.una, ls->recover);
}

/* What may be on its way in answer to an ACK in fast recovery: RFC 6937 3 */
static void ltcp_fast_window(struct ltcp_sock *ls,
			     const struct ltcp_ack_news *news, bool safe)
{
	u32 delivered = news->acked + ls->sacked_out - news->sacked_before;
	u32 pipe = ltcp_pipe(ls);

	pipe += ltcp_prr_more(&ls->prr, delivered, pipe, ls->cong.ssthresh,
			      ls->mss, safe);
	ls->cong.cwnd = max(pipe, ls->mss);
}

static void ltcp_fast_enter(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	/* A probe that was too large tells nothing of congestion. */
	if (ltcp_mtu_probe_lost(sk) && !ls->lost_out)
		return;
	LTCP_NOTE(sk, FastRetransmits);
	ltcp_loss_enter(sk, LTCP_LOSS_FAST);
	if (!ls->sack_ok)
		ltcp_mark_first_lost(sk);
	/* What had arrived before this ACK is not counted as arriving now. */
	ltcp_prr_begin(&ls->prr, ltcp_flight(ls) + news->acked -
		       min(news->sacked_before, ltcp_flight(ls)));
	ltcp_fast_window(ls, news, false);
	/* The first one goes out whatever is on its way: RFC 6675 5 (4.3) */
	ltcp_retransmit(sk);
}

/* An ACK in fast recovery: RFC 6582 3.2, step 3; RFC 6675 5 */
static void ltcp_fast_acked(struct sock *sk, const struct ltcp_ack_news *news,
			    u32 lost)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!ltcp_before(ls->snd.una, ls->recover)) {
		ltcp_loss_leave(ls);
		ls->cong.cwnd = ls->cong.ssthresh;
		if (!ls->sack_ok)
			ls->sacked_out = 0;
		return;
	}
	if (news->acked) {
		/* Partial: what was sent before has not come: here is a hole */
		LTCP_INC(sock_net(sk), PartialAcks);
		if (!ls->sack_ok ||
		    !(READ_ONCE(ltcp_net(sock_net(sk))->recovery) &
		      LTCP_RECOVERY_RACK))
			ltcp_mark_first_lost(sk);
	}
	ltcp_fast_window(ls, news, news->acked && ls->lost_out <= lost);
}

/* An ACK of new data, and the algorithm has its say. */
static void ltcp_window_acked(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_cong_ack ack = {
		.acked = news->acked,
		.flight = ltcp_flight(ls) + news->acked,
		.rtt_us = news->rtt_us,
		.now_us = ltcp_clock_us(),
		.cwnd_limited = ls->cwnd_limited,
	};

	if (ls->loss == LTCP_LOSS_RTO) {
		/* The ACK may cover what had arrived before: RFC 3465 2.3 */
		ack.acked = min(news->acked, ls->mss);
		ack.cwnd_limited = true;
		if (!ltcp_before(ls->snd.una, ls->recover))
			ltcp_loss_leave(ls);
	}
	if (ls->loss == LTCP_LOSS_NONE && ltcp_after(ls->snd.una, ls->recover))
		ls->recover = ls->snd.una - 1;	/* lest it wrap around */
	/* Not in the window in which it fell for a mark: RFC 3168 6.1.2 */
	if (!ls->ecn_low)
		ls->cong.ops->acked(&ls->cong, &ack);
}

/* By the state that the connection is in; @lost: ls->lost_out before. */
static void ltcp_recovery_step(struct sock *sk,
			       const struct ltcp_ack_news *news, u32 lost)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->loss == LTCP_LOSS_FAST) {
		ltcp_fast_acked(sk, news, lost);
		return;
	}
	if (news->acked)
		ltcp_window_acked(sk, news);
	if (ls->loss == LTCP_LOSS_NONE && ltcp_loss_found(sk))
		ltcp_fast_enter(sk, news);
}

void ltcp_recovery_ack(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 lost = ls->lost_out;

	ltcp_owned(sk);
	if (news->dup) {
		LTCP_INC(sock_net(sk), DupAcksIn);
		if (ls->dupacks < U8_MAX)
			ls->dupacks++;
	} else if (news->acked) {
		ls->dupacks = 0;
	}
	if (ls->sack_ok)
		ltcp_mark_lost(sk, news);
	else if (ls->loss != LTCP_LOSS_RTO)
		ltcp_reno_count(ls, news);

	if (ltcp_tlp_ack(sk, news) && ls->loss == LTCP_LOSS_NONE)
		ltcp_loss_repaired(sk);
	ltcp_undo_ack(sk, news);
	ltcp_recovery_step(sk, news, lost);
	if (news->acked || news->sacked)
		ltcp_tlp_arm(sk);
}

void ltcp_recovery_reorder(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_ack_news none = { .sacked_before = ls->sacked_out };

	ltcp_rack_detect(sk);
	if (ls->loss == LTCP_LOSS_NONE && ls->lost_out)
		ltcp_fast_enter(sk, &none);
	else if (ls->loss == LTCP_LOSS_FAST)
		ltcp_fast_window(ls, &none, false);
	ltcp_output(sk);
}

/* All that is not SACKed is lost, or as much of it as can be. */
static void ltcp_timeout_mark(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *first = ltcp_rtx_first(sk);

	if (!ls->sack_ok) {
		ls->sacked_out = 0;
	} else if (ltcp_cb(first)->seg & LTCP_SEG_SACKED) {
		LTCP_NOTE(sk, SackReneges);
		ltcp_rtx_forget_sacks(sk);
	} else if (READ_ONCE(ltcp_net(sock_net(sk))->recovery) &
		   LTCP_RECOVERY_RACK) {
		ltcp_rack_timeout(sk);
		return;
	}
	ltcp_rtx_mark_all_lost(sk);
}

void ltcp_recovery_timeout(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	/* Without data there is no loss; the initial window remembers. */
	if (!((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))) {
		ltcp_loss_enter(sk, LTCP_LOSS_RTO);
		if (ls->cong.ops->timeout)
			ls->cong.ops->timeout(&ls->cong);
		ls->cong.cwnd = ls->mss;	/* loss window, RFC 5681 3.1 */
		ls->dupacks = 0;
		ltcp_timeout_mark(sk);
	}
	ltcp_retransmit(sk);
}
