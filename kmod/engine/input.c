// SPDX-License-Identifier: GPL-2.0
/*
 * A segment arrives at a connection: RFC 9293 3.10.7.
 *
 * ip/ has checked the header and found the connection; the caller holds the
 * socket lock (softirq, or a system call that works off the backlog). The
 * checks come in the order of the RFC, one function each. A check returns 0
 * to go on, or the reason for which the segment is dropped; what it wants to
 * tell the peer it has sent by then.
 *
 * LISTEN, half-open entries and TIME_WAIT are no connections: tables/ answers
 * for those.
 */

#include "control/control.h"
#include "engine/loss.h"
#include "ip/ip.h"
#include "ltcp.h"
#include "trace.h"

/* What a check says when the segment may go on. No drop counter has it. */
#define LTCP_PASS	((enum ltcp_mib)0)

/* The segment did its work, nothing of it is left, and nothing was lost. */
#define LTCP_CONSUMED	LTCP_MIB_MAX

void ltcp_challenge_ack(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 gap = READ_ONCE(ltcp_net(sock_net(sk))->invalid_ratelimit);
	u32 now = ltcp_jiffies32();

	/* Counted for each connection alone, so nobody else can see it. */
	if (gap && ls->challenge_stamp &&
	    jiffies_to_msecs(now - ls->challenge_stamp) < gap) {
		LTCP_INC(sock_net(sk), ChallengeAcksLimited);
		return;
	}
	ls->challenge_stamp = now ?: 1;
	LTCP_NOTE(sk, ChallengeAcks);
	ltcp_send_ack(sk);
}

/* Refuse @skb with a RST that fits it: RFC 9293 3.5.2. */
static void ltcp_refuse(struct sock *sk, const struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_options opt = {
		.tsval = ltcp_clock_ts() + ls->ts.offset,
		.tsecr = ls->ts.recent,
	};
	struct ltcp_flow flow;

	if (ls->ts_ok && sk->sk_state != TCP_SYN_SENT)
		opt.has = LTCP_HAS_TIMESTAMP;
	ls->af->flow_of(sk, &flow);
	ltcp_reply_rst_with(&flow, skb, &opt);
}

static bool ltcp_ts_old(const struct ltcp_sock *ls,
			const struct ltcp_skb_cb *cb)
{
	return ltcp_paws_old(cb->tsval, ls->ts.recent,
			     (u32)ktime_get_seconds() - ls->ts.recent_s);
}

/*
 * A pure ACK that a younger one overtook, within the time that we would wait
 * for it: not what PAWS is against, and dropping it would lose what it tells of
 * holes and duplicates (SACK) wherever a path reorders. Of the window it has
 * nothing new to say, lest an old one come back.
 */
static bool ltcp_ack_overtaken(const struct ltcp_sock *ls,
			       const struct ltcp_skb_cb *cb)
{
	u32 rto_ms = ltcp_rtt_rto(&ls->rtt) / USEC_PER_MSEC;

	return (cb->flags & ~LTCP_ECE) == LTCP_ACK && cb->seq == cb->end_seq &&
	       cb->seq == ls->rcv.nxt &&
	       ls->ts.recent - cb->tsval <= rto_ms &&
	       (ltcp_before(cb->ack, ls->snd.una) ||
		(u32)cb->wnd << ls->snd.wscale == ls->snd.wnd);
}

/*
 * Before all others: PAWS (RFC 7323 5.3, R1). A RST is exempt, and a SYN
 * without a timestamp is the business of ltcp_check_syn(): it may come from a
 * peer that has forgotten the connection, and must learn of it.
 */
static enum ltcp_mib ltcp_check_timestamp(struct sock *sk,
					  const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!ls->ts_ok || (cb->flags & LTCP_RST))
		return LTCP_PASS;
	if (!cb->has_ts)	/* RFC 7323 3.2 */
		return (cb->flags & LTCP_SYN) ? LTCP_PASS :
						LTCP_MIB_DropNoTimestamp;
	if (!ltcp_ts_old(ls, cb) || ltcp_ack_overtaken(ls, cb))
		return LTCP_PASS;
	ltcp_challenge_ack(sk);
	return LTCP_MIB_DropPaws;
}

/* First: is any of it inside the receive window? (3.10.7.4, table 6) */
static bool ltcp_acceptable(const struct ltcp_sock *ls,
			    const struct ltcp_skb_cb *cb)
{
	u32 wnd = ltcp_rcv_wnd(ls);
	u32 last = cb->end_seq - 1;

	/* With the window closed, ACK and RST still count. */
	if (!wnd)
		return cb->seq == ls->rcv.nxt;
	if (cb->seq == cb->end_seq)
		return ltcp_between(cb->seq, ls->rcv.nxt,
				    ls->rcv.nxt + wnd - 1);
	return ltcp_between(cb->seq, ls->rcv.nxt, ls->rcv.nxt + wnd - 1) ||
	       ltcp_between(last, ls->rcv.nxt, ls->rcv.nxt + wnd - 1) ||
	       (ltcp_before(cb->seq, ls->rcv.nxt) &&
		ltcp_after(last, ls->rcv.nxt));
}

/* The peer's keepalive or window probe. It shows life: RFC 9293 3.8.4 */
static bool ltcp_is_probe(const struct ltcp_sock *ls,
			  const struct ltcp_skb_cb *cb)
{
	const u8 any = LTCP_URG | LTCP_ECE | LTCP_CWR;

	return (cb->flags & ~any) == LTCP_ACK && cb->seq == cb->end_seq &&
	       cb->seq == ls->rcv.nxt - 1 && ltcp_ack_in_range(ls, cb->ack);
}

static enum ltcp_mib ltcp_check_sequence(struct sock *sk,
					 const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ltcp_acceptable(ls, cb))
		return LTCP_PASS;
	if (cb->flags & LTCP_RST)
		return LTCP_MIB_DropRstSequence;
	if (ltcp_is_probe(ls, cb))
		ls->last_rcv = ltcp_jiffies32();
	if (cb->flags & LTCP_SYN) {
		ltcp_challenge_ack(sk);
		return LTCP_MIB_DropSynConnected;
	}

	/*
	 * Data, and a FIN, that came again mean that our ACK got lost: answer
	 * each. An empty segment may itself be an answer: limit those, lest
	 * two confused ends talk for ever.
	 */
	if (cb->seq != cb->end_seq) {
		if (!ltcp_after(cb->end_seq, ls->rcv.nxt))
			ltcp_dsack_set(sk, cb->seq, cb->end_seq);
		ltcp_send_ack(sk);
	} else {
		ltcp_challenge_ack(sk);
	}
	return ltcp_before(cb->seq, ls->rcv.nxt) ? LTCP_MIB_DropOldData :
						   LTCP_MIB_DropOutOfWindow;
}

/* What the user is told when the peer resets in this state: -errno, or 0. */
static int ltcp_reset_errno(int state)
{
	switch (state) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
		return -ECONNREFUSED;
	case TCP_CLOSE_WAIT:
		return -EPIPE;
	case TCP_CLOSING:
	case TCP_LAST_ACK:
		return 0;	/* it was over anyway */
	default:
		return -ECONNRESET;
	}
}

/* Second: RST. Only the exact number resets (RFC 5961 3.2). */
static enum ltcp_mib ltcp_check_rst(struct sock *sk, const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);

	if (!(cb->flags & LTCP_RST))
		return LTCP_PASS;
	if (cb->seq == ltcp_sk(sk)->rcv.nxt) {
		ltcp_fail(sk, LTCP_EV_RCV_RST,
			  -ltcp_reset_errno(sk->sk_state));
		return LTCP_CONSUMED;
	}
	ltcp_challenge_ack(sk);
	return LTCP_MIB_DropRstSequence;
}

/* Fourth: SYN. It changes nothing (RFC 5961 4.2). */
static enum ltcp_mib ltcp_check_syn(struct sock *sk, const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);

	if (!(cb->flags & LTCP_SYN))
		return LTCP_PASS;
	ltcp_challenge_ack(sk);
	return LTCP_MIB_DropSynConnected;
}

/* The handshake is through, on either side: @event was the last of it. */
static void ltcp_established(struct sock *sk, enum ltcp_event event)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ls->pmtu = ls->af->mtu(sk) ?: ls->pmtu;
	ltcp_mtu_search_start(sk);
	ltcp_sync_mss(sk, ls->pmtu);
	ls->cong.cwnd = ltcp_cong_init_window(ls->mss);
	if (ls->retries) {
		/* A lost SYN tells of a narrow path: RFC 5681 3.1 */
		ls->cong.cwnd = ls->mss;
		ltcp_rtt_syn_lost(&ls->rtt);
	}
	ltcp_grow_sndbuf(sk);
	ls->retries = 0;
	ls->last_snd = ltcp_jiffies32();
	ls->rcv.taken = ls->rcv.irs + 1;
	ls->rcv.taken_us = (u32)ltcp_clock_us();

	ltcp_change_state(sk, event);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		ltcp_timer_arm(sk, LTCP_TIMER_KEEPALIVE,
			       ltcp_keepalive_time(sk));
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_IO, POLL_OUT);
	}
}

/* Fifth, in SYN_RECV: does it acknowledge our SYN? */
static enum ltcp_mib ltcp_check_syn_acked(struct sock *sk,
					  const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!ltcp_after(cb->ack, ls->snd.una) ||
	    ltcp_after(cb->ack, ls->snd.nxt)) {
		ltcp_refuse(sk, skb);
		return LTCP_MIB_DropBadAck;
	}
	ls->snd.wl1 = cb->seq - 1;	/* this window is news */
	/* Of a SYN-ACK that was sent twice only a timestamp can tell. */
	if (!ls->rtt.srtt_us)
		ltcp_ts_sample(sk, cb);
	ltcp_established(sk, LTCP_EV_RCV_ACK);
	return LTCP_PASS;
}

/* Fifth: ACK, and what it means for our FIN. */
static enum ltcp_mib ltcp_check_ack(struct sock *sk, const struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	enum ltcp_mib reason;

	if (!(ltcp_cb(skb)->flags & LTCP_ACK))
		return LTCP_MIB_DropNoAck;
	if (sk->sk_state == TCP_SYN_RECV) {
		reason = ltcp_check_syn_acked(sk, skb);
		if (reason)
			return reason;
	}
	if (!ltcp_ack(sk, skb, skb->len))
		return LTCP_MIB_DropBadAck;
	if (ls->snd.una != ls->write_seq)
		return LTCP_PASS;

	switch (sk->sk_state) {
	case TCP_FIN_WAIT1:
		ltcp_change_state(sk, LTCP_EV_RCV_ACK);
		if (sock_flag(sk, SOCK_DEAD))
			ltcp_orphan_fin_wait2(sk);
		else
			sk->sk_state_change(sk);	/* SO_LINGER waits */
		break;
	case TCP_CLOSING:
		ltcp_time_wait(sk, LTCP_EV_RCV_ACK);
		break;
	case TCP_LAST_ACK:
		ltcp_done(sk, LTCP_EV_RCV_ACK);
		break;
	}
	return sk->sk_state == TCP_CLOSE ? LTCP_CONSUMED : LTCP_PASS;
}

/* Data that nobody will ever read: say so (RFC 9293 3.6.1, SHLD-3). */
static bool ltcp_data_after_close(struct sock *sk, const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	u32 end = cb->end_seq - !!(cb->flags & LTCP_FIN);

	return (sk->sk_shutdown & RCV_SHUTDOWN) && skb->len &&
	       ltcp_after(end, ltcp_sk(sk)->rcv.nxt);
}

/* Sixth to eighth: URG, payload and FIN. Eats skb. */
static void ltcp_rcv_text(struct sock *sk, struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);

	if (cb->flags & LTCP_URG)
		ltcp_urgent_rcv(sk, skb);
	if (cb->seq == cb->end_seq) {
		__kfree_skb(skb);
		return;
	}
	if (skb->len)
		ltcp_ecn_rcv(sk, cb);

	switch (sk->sk_state) {
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
		if (ltcp_data_after_close(sk, skb)) {
			LTCP_NOTE(sk, AbortOnClose);
			ltcp_refuse(sk, skb);
			ltcp_drop_from(sk, skb, LTCP_MIB_DropClosed);
			ltcp_fail(sk, LTCP_EV_ABORT, ECONNRESET);
			return;
		}
		fallthrough;
	case TCP_ESTABLISHED:
		ltcp_reasm(sk, skb);
		return;
	default:
		/* Not acceptable if the window is closed: table 6. */
		if (!ltcp_rcv_wnd(ltcp_sk(sk)))
			ltcp_sk(sk)->ack_flags |= LTCP_ACK_PENDING |
						  LTCP_ACK_NOW;
		/* After the peer's FIN there is nothing it could send. */
		ltcp_drop_from(sk, skb, LTCP_MIB_DropOutOfWindow);
	}
}

/* Does the peer need an ACK now, or may it wait for company? */
static void ltcp_ack_due(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 wait = READ_ONCE(ltcp_net(sock_net(sk))->delack_ms);

	if (!(ls->ack_flags & LTCP_ACK_PENDING))
		return;
	if (ls->quickack && !(ls->ack_flags & LTCP_ACK_NOW)) {
		ls->quickack--;
		ls->ack_flags |= LTCP_ACK_NOW;
	}
	if ((ls->ack_flags & (LTCP_ACK_NOW | LTCP_ACK_EARLY)) ==
	    LTCP_ACK_EARLY) {
		if (ltcp_ack_compress(sk))
			return;
		ls->ack_flags |= LTCP_ACK_NOW;
	}
	/* At least for every second full segment: MUST-59, SHLD-19 */
	if ((ls->ack_flags & LTCP_ACK_NOW) ||
	    ls->rcv.nxt - ls->rcv.acked >= 2 * ls->rcv.mss)
		ltcp_send_ack(sk);
	else if (!ltcp_timer_armed(ls, LTCP_TIMER_DELACK))
		ltcp_timer_arm(sk, LTCP_TIMER_DELACK, msecs_to_jiffies(wait));
}

/* What the segment has made possible or necessary to send. */
static void ltcp_rcv_answer(struct sock *sk)
{
	if (sk->sk_state == TCP_CLOSE)
		return;
	ltcp_output(sk);
	ltcp_ack_due(sk);
	ltcp_write_space(sk);
}

/* In simultaneous open the peer's SYN-ACK repeats its SYN: 3.5, figure 8. */
static void ltcp_skip_repeated_syn(struct ltcp_sock *ls,
				   struct ltcp_skb_cb *cb)
{
	if ((cb->flags & (LTCP_SYN | LTCP_ACK | LTCP_RST)) ==
	    (LTCP_SYN | LTCP_ACK) && cb->seq == ls->rcv.irs) {
		cb->flags &= ~LTCP_SYN;
		cb->seq++;
		ls->ack_flags |= LTCP_ACK_PENDING | LTCP_ACK_NOW;
	}
}

/* 3.10.7.4: all states from SYN_RECV on */
static void ltcp_rcv_synchronized(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	enum ltcp_mib reason;

	/* SYN_RECV, or FIN_WAIT_1 after a close() in SYN_RECV */
	if (ls->snd.una == ls->snd.iss)
		ltcp_skip_repeated_syn(ls, ltcp_cb(skb));

	reason = ltcp_check_timestamp(sk, skb);
	if (reason)
		goto drop;
	reason = ltcp_check_sequence(sk, skb);
	if (reason)
		goto drop;
	reason = ltcp_check_rst(sk, skb);
	if (reason)
		goto drop;
	reason = ltcp_check_syn(sk, skb);
	if (reason)
		goto drop;
	reason = ltcp_check_ack(sk, skb);
	if (reason)
		goto drop;
	/* Not before: who guesses only SEG.SEQ shall keep nothing alive. */
	ls->last_rcv = ltcp_jiffies32();
	ltcp_rcv_text(sk, skb);
	ltcp_rcv_answer(sk);
	return;

drop:
	if (reason == LTCP_CONSUMED)
		__kfree_skb(skb);
	else
		ltcp_drop_from(sk, skb, reason);
}

/* Take over what the peer's SYN says of it. */
static void ltcp_rcv_syn_options(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_options opt;

	ltcp_options_parse(&opt, (const u8 *)(th + 1),
			   th->doff * 4 - LTCP_HDR_LEN, true);
	ls->mss_peer = (opt.has & LTCP_HAS_MSS) ? opt.mss :
						  ls->af->mss_default;
	if (opt.has & LTCP_HAS_WSCALE) {
		ls->snd.wscale = opt.wscale;
	} else {
		ls->snd.wscale = 0;
		ls->rcv.wscale = 0;
	}
	ls->ts_ok &= !!(opt.has & LTCP_HAS_TIMESTAMP);
	ls->ts.recent = opt.tsval;
	ls->ts.recent_s = ktime_get_seconds();
	ls->sack_ok &= !!(opt.has & LTCP_HAS_SACK_OK);
	ltcp_ecn_answered(ls, ltcp_cb(skb)->flags);
}

static void ltcp_rcv_syn(struct sock *sk, const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 wnd = ltcp_rcv_wnd(ls);

	ls->rcv.irs = cb->seq;
	WRITE_ONCE(ls->rcv.nxt, cb->seq + 1);
	WRITE_ONCE(ls->copied_seq, ls->rcv.nxt);
	ls->rcv.adv = ls->rcv.nxt + wnd;
	ls->rcv.acked = cb->seq;
	ltcp_rcv_syn_options(sk, skb);

	/* The window of a SYN is never scaled (RFC 7323 2.2). */
	ls->snd.wnd = cb->wnd;
	ls->snd.max_wnd = cb->wnd;
	ls->snd.wl1 = cb->seq;
	ls->snd.wl2 = cb->ack;
}

/* 3.10.7.3, fourth, ACK of our SYN included: ESTABLISHED */
static void ltcp_rcv_synack(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);
	u8 scale;

	ltcp_rcv_syn(sk, skb);
	ls->last_rcv = ltcp_jiffies32();
	ltcp_established(sk, LTCP_EV_RCV_SYNACK);
	scale = ls->snd.wscale;
	ls->snd.wscale = 0;
	ltcp_ack(sk, skb, 0);
	ls->snd.wscale = scale;

	cb->flags &= ~LTCP_SYN;
	cb->seq++;
	ls->ack_flags = LTCP_ACK_PENDING | LTCP_ACK_NOW;
	ltcp_rcv_text(sk, skb);
	ltcp_rcv_answer(sk);
}

/* 3.10.7.3, fourth, without ACK: both ends are opening at once */
static void ltcp_rcv_crossed_syn(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *syn = ltcp_rtx_first(sk);

	ltcp_rcv_syn(sk, skb);
	ltcp_change_state(sk, LTCP_EV_RCV_SYN);
	__kfree_skb(skb);	/* data on a SYN is left to be resent */
	if (syn) {
		ltcp_cb(syn)->flags = LTCP_SYN | LTCP_ACK;
		ltcp_retransmit(sk);
	}
}

static void ltcp_rcv_syn_sent(struct sock *sk, struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct net *net = sock_net(sk);

	if ((cb->flags & LTCP_ACK) &&
	    (!ltcp_after(cb->ack, ls->snd.una) ||
	     ltcp_after(cb->ack, ls->snd.nxt))) {
		ltcp_refuse(sk, skb);
		ltcp_drop_from(sk, skb, LTCP_MIB_DropBadAck);
		return;
	}
	if (cb->flags & LTCP_RST) {
		if (cb->flags & LTCP_ACK) {
			ltcp_fail(sk, LTCP_EV_RCV_RST,
				  -ltcp_reset_errno(sk->sk_state));
			__kfree_skb(skb);
		} else {
			ltcp_drop_from(sk, skb, LTCP_MIB_DropRstSequence);
		}
		return;
	}
	if (!(cb->flags & LTCP_SYN)) {
		ltcp_drop_from(sk, skb, LTCP_MIB_DropBadFlags);
		return;
	}
	if (cb->flags & LTCP_ACK)
		ltcp_rcv_synack(sk, skb);
	else if (ltcp_quiet_left(ltcp_net(net)))
		ltcp_drop_from(sk, skb, LTCP_MIB_DropQuietTime);
	else
		ltcp_rcv_crossed_syn(sk, skb);
}

int ltcp_rcv(struct sock *sk, struct sk_buff *skb)
{
	ltcp_owned(sk);
	skb_dst_drop(skb);
	__skb_pull(skb, tcp_hdrlen(skb));

	switch (sk->sk_state) {
	case TCP_CLOSE:
		/* It closed while the segment waited in the backlog. */
		ltcp_refuse(sk, skb);
		ltcp_drop_from(sk, skb, LTCP_MIB_DropClosed);
		break;
	case TCP_SYN_SENT:
		ltcp_rcv_syn_sent(sk, skb);
		break;
	default:
		ltcp_rcv_synchronized(sk, skb);
	}
	trace_ltcp_window(sk);
	return 0;
}
