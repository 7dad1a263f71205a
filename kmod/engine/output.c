// SPDX-License-Identifier: GPL-2.0
/*
 * What a connection sends: the one decision, and the one builder.
 *
 * Queues: what the user wrote stands in sk->sk_write_queue, in super-segments
 * of up to snd.goal octets, a multiple of the MSS (ip/offload.c); once sent it
 * moves to the queue of rtx.c and stays there until it is acknowledged. SYN and
 * FIN are segments like others. ltcp_output() sends again what recovery.c took
 * for lost, decides what may go out after that, and cuts; ltcp_transmit()
 * builds the header onto a clone. Input, timers and system calls only ask.
 *
 * Everything here runs with the socket locked, in process context or softirq.
 * Nothing here looks at an IP header.
 */

#include <net/inet_ecn.h>

#include "control/control.h"
#include "engine/loss.h"
#include "ip/ip.h"
#include "ltcp.h"
#include "trace.h"

/* A super-segment is an IP packet with headers, and at most 64 KiB - 1. */
#define LTCP_GSO_MAX_LEN	(65535U - 60 - LTCP_MAX_HDR_LEN)
#define LTCP_GSO_MAX_SEGS	64U

/* Segments that are acknowledged at once after a connection was opened. */
#define LTCP_QUICKACKS		8

/* What wmem[0] promises is granted over the limit, as a debt. */
bool ltcp_wmem_schedule(struct sock *sk, int size)
{
	int least = READ_ONCE(ltcp_net(sock_net(sk))->wmem[0]);

	bool room = sk_wmem_schedule(sk, size);

	/* Short of memory, that cuts the buffer, perhaps below the promise. */
	if (!(sk->sk_userlocks & SOCK_SNDBUF_LOCK) && sk->sk_sndbuf < least)
		WRITE_ONCE(sk->sk_sndbuf, least);
	return room || sk->sk_wmem_queued < least;
}

static void ltcp_tx_setup(struct sk_buff *skb)
{
	skb_reserve(skb, LTCP_TX_HEADROOM);
	skb->ip_summed = CHECKSUM_PARTIAL;
	/* The room for headers belongs to the clone that is being sent. */
	__skb_header_release(skb);
	memset(ltcp_cb(skb), 0, sizeof(struct ltcp_skb_cb));
}

struct sk_buff *ltcp_tx_alloc(struct sock *sk, gfp_t gfp)
{
	struct sk_buff *skb;

	ltcp_owned(sk);
	skb = alloc_skb_fclone(LTCP_TX_HEADROOM, gfp);
	if (!skb)
		goto pressure;
	if (!ltcp_wmem_schedule(sk, skb->truesize)) {
		__kfree_skb(skb);
		goto pressure;
	}
	ltcp_tx_setup(skb);
	return skb;

pressure:
	sk->sk_prot->enter_memory_pressure(sk);
	sk_stream_moderate_sndbuf(sk);
	return NULL;
}

void ltcp_grow_sndbuf(struct sock *sk)
{
	/* Slow start doubles what is on its way; buffers cost more yet. */
	u64 want = 5ULL * ltcp_sk(sk)->cong.cwnd;

	if ((sk->sk_userlocks & SOCK_SNDBUF_LOCK) || ltcp_memory_pressure(sk))
		return;
	want = min_t(u64, want, READ_ONCE(ltcp_net(sock_net(sk))->wmem[2]));
	if (want > sk->sk_sndbuf)
		WRITE_ONCE(sk->sk_sndbuf, want);
}

void ltcp_tx_entail(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);

	cb->seq = ls->write_seq;
	cb->end_seq = ls->write_seq;
	cb->flags = LTCP_ACK;
	__skb_queue_tail(&sk->sk_write_queue, skb);
	sk_wmem_queued_add(sk, skb->truesize);
	sk_mem_charge(sk, skb->truesize);
}

void ltcp_tx_free(struct sock *sk, struct sk_buff *skb)
{
	sk_wmem_queued_add(sk, -skb->truesize);
	sk_mem_uncharge(sk, skb->truesize);
	__kfree_skb(skb);
}

void ltcp_tx_purge(struct sock *sk)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&sk->sk_write_queue)))
		ltcp_tx_free(sk, skb);
	while ((skb = ltcp_rtx_first(sk)))
		ltcp_rtx_free(sk, skb);
	sk_mem_reclaim(sk);
}

u32 ltcp_mtu_payload(const struct ltcp_sock *ls, u32 mtu)
{
	u32 hdrs = ls->af->net_hdr_len + LTCP_HDR_LEN +
		   ltcp_ext_hdr_len(&ls->inet.sk);
	u32 mss = mtu > hdrs ? mtu - hdrs : 0;

	mss = min_t(u32, mss, ls->mss_peer);
	if (ls->mss_user)
		mss = min_t(u32, mss, ls->mss_user);
	/* The MSS counts options as data (RFC 6691, MUST-16). */
	if (ls->ts_ok)
		mss -= min_t(u32, mss, LTCP_TIMESTAMP_ROOM);
	return mss;
}

void ltcp_sync_mss(struct sock *sk, u32 pmtu)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 mss;

	ls->pmtu = pmtu;
	mss = ltcp_mtu_payload(ls, ltcp_mtu_search_limit(ls, pmtu));
	mss = max_t(u32, mss, READ_ONCE(ltcp_net(sock_net(sk))->min_snd_mss));
	ls->mss = mss;
	ls->cong.mss = mss;
	ls->snd.goal = mss;
	if (READ_ONCE(ltcp_net(sock_net(sk))->gso))
		ls->snd.goal *= clamp(LTCP_GSO_MAX_LEN / mss, 1U,
				      LTCP_GSO_MAX_SEGS);
}

/* The route may have learned another MTU since the last segment. */
static void ltcp_check_mtu(struct sock *sk)
{
	u32 mtu = ltcp_sk(sk)->af->mtu(sk);

	if (mtu && mtu != ltcp_sk(sk)->pmtu)
		ltcp_sync_mss(sk, mtu);
}

void ltcp_mtu_reduced(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 told = READ_ONCE(ls->rcv.icmp_mtu);
	struct sk_buff *skb;
	u32 mtu;

	if (sk->sk_state == TCP_CLOSE || told >= ls->pmtu)
		return;
	mtu = ls->af->lower_mtu(sk, told);
	if (!mtu || mtu >= ls->pmtu)
		return;
	ltcp_sync_mss(sk, mtu);
	if (ltcp_mtu_probe_lost(sk))
		return;
	/* What was too big is lost, but not for congestion (RFC 1191 6.5) */
	skb = ltcp_rtx_first(sk);
	if (skb && skb->len > ls->mss)
		ltcp_retransmit(sk);
}

/*
 * Building
 */

static void ltcp_syn_options(struct sock *sk, struct ltcp_options *opt,
			     u8 flags)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 mss = (ls->af->recv_mtu(sk) ?: ltcp_least_mtu(ls->af)) -
		  ls->af->net_hdr_len - LTCP_HDR_LEN;

	opt->has |= LTCP_HAS_MSS;
	/* What we can receive, not what we may send (RFC 6691). */
	opt->mss = min_t(u32, mss, U16_MAX);
	if (ls->mss_user)
		opt->mss = min(opt->mss, ls->mss_user);

	/* In a SYN-ACK only if the SYN had it (RFC 7323 2.2). */
	if (ls->rcv.wscale || ls->snd.wscale ||
	    (!(flags & LTCP_ACK) &&
	     READ_ONCE(ltcp_net(sock_net(sk))->window_scaling))) {
		opt->has |= LTCP_HAS_WSCALE;
		opt->wscale = ls->rcv.wscale;
	}
	if (ls->sack_ok)
		opt->has |= LTCP_HAS_SACK_OK;
}

/*
 * SACK blocks go with every ACK that has something to report, as long as the
 * segment does not become longer than a full one without them.
 */
static void ltcp_sack_option(const struct ltcp_sock *ls,
			     struct ltcp_options *opt, u32 payload)
{
	u32 room = LTCP_MAX_OPT_LEN - (ls->ts_ok ? LTCP_TIMESTAMP_ROOM : 0);

	if (payload)
		room = min(room, ls->mss - min(ls->mss, payload));
	if (room < LTCP_SACK_ROOM(1))
		return;
	room = (room - LTCP_SACK_ROOM(0)) / sizeof(struct ltcp_sack);
	opt->nsacks = ltcp_sacks_fill(ls, opt->sacks, room);
	opt->has |= LTCP_HAS_SACK;
}

/* Returns their length. */
static unsigned int ltcp_segment_options(struct sock *sk,
					 struct ltcp_options *opt, u8 flags,
					 u32 payload)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	opt->has = 0;
	if (flags & LTCP_SYN)
		ltcp_syn_options(sk, opt, flags);
	/* Once negotiated, always (RFC 7323 3.2). */
	if (ls->ts_ok) {
		opt->has |= LTCP_HAS_TIMESTAMP;
		opt->tsval = ltcp_clock_ts() + ls->ts.offset;
		opt->tsecr = (flags & LTCP_ACK) ? ls->ts.recent : 0;
	}
	if (ls->sack_ok && ltcp_sacks_due(ls) &&
	    (flags & (LTCP_ACK | LTCP_SYN | LTCP_RST)) == LTCP_ACK)
		ltcp_sack_option(ls, opt, payload);
	return opt->has ? ltcp_options_len(opt) : 0;
}

/* The peer knows where we stand, unless that did not fit the segment. */
static void ltcp_ack_sent(struct sock *sk, const struct ltcp_options *opt)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->sack_ok && ltcp_sacks_due(ls) && !(opt->has & LTCP_HAS_SACK))
		return;
	if (ls->dsack_due && (opt->has & LTCP_HAS_SACK)) {
		LTCP_INC(sock_net(sk), DsacksOut);
		ls->dsack_due = 0;
	}
	ls->ack_flags = 0;
	ltcp_timer_stop(sk, LTCP_TIMER_DELACK);
}

/* What is known of the receiver goes with every segment that has ACK. */
static __be16 ltcp_stamp_ack(struct sock *sk, u8 flags,
			     const struct ltcp_options *opt)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 wnd;

	if (!(flags & LTCP_ACK))
		return htons(min_t(u32, ltcp_rcv_wnd(ls), LTCP_MAX_WINDOW));

	wnd = ltcp_select_window(sk);
	ls->rcv.adv = ls->rcv.nxt + wnd;
	ls->rcv.acked = ls->rcv.nxt;
	ltcp_ack_sent(sk, opt);
	if (flags & LTCP_SYN)
		return htons(min_t(u32, wnd, LTCP_MAX_WINDOW));
	return htons(min_t(u32, wnd >> ls->rcv.wscale, LTCP_MAX_WINDOW));
}

/*
 * Put the header before the payload of @skb and send it. @skb is consumed: it
 * is a clone, or an empty segment made for this.
 */
static int ltcp_xmit(struct sock *sk, struct sk_buff *skb, u32 seq, u8 flags)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct inet_sock *inet = inet_sk(sk);
	struct ltcp_flow flow;
	struct ltcp_options opt;
	u32 payload = skb->len;
	bool fresh = payload && seq == ls->snd.nxt;
	unsigned int optlen;
	struct tcphdr *th;

	optlen = ltcp_segment_options(sk, &opt, flags, payload);
	ltcp_gso_mark(skb, unlikely(ls->mtu_on) ? ltcp_mtu_segment(ls, seq) :
						  ls->mss, ls->af->family);

	th = skb_push(skb, LTCP_HDR_LEN + optlen);
	skb_reset_transport_header(skb);
	memset(th, 0, LTCP_HDR_LEN);
	th->source = inet->inet_sport;
	th->dest = inet->inet_dport;
	th->seq = htonl(seq);
	if (flags & LTCP_ACK)
		th->ack_seq = htonl(ls->rcv.nxt);
	th->doff = (LTCP_HDR_LEN + optlen) / 4;
	((u8 *)th)[13] = flags | ltcp_ecn_flags(ls, flags, fresh);
	if ((flags & (LTCP_ACK | LTCP_RST)) == LTCP_ACK)
		th->urg_ptr = htons(ltcp_urgent_pointer(ls, seq));
	th->urg = !!th->urg_ptr;
	th->window = ltcp_stamp_ack(sk, flags, &opt);
	if (optlen)
		ltcp_options_write((u8 *)(th + 1), &opt);

	LTCP_ADD(sock_net(sk), OutSegs, skb_shinfo(skb)->gso_segs ?: 1);
	if (!payload && flags == LTCP_ACK)
		LTCP_INC(sock_net(sk), PureAcksOut);
	if (flags & LTCP_RST)
		LTCP_NOTE(sk, OutRsts);
	if (trace_ltcp_send_enabled()) {
		ls->af->flow_of(sk, &flow);
		trace_ltcp_send(flow.net, flow.family, &flow.local,
				&flow.remote, th, payload, sk->sk_state);
	}

	skb->sk = NULL;
	skb_set_owner_w(skb, sk);
	memset(skb->cb, 0, sizeof(skb->cb));
	/* Only new data can be marked: RFC 3168 6.1.4 to 6.1.6 */
	return ls->af->xmit(sk, skb, ls->ecn_ok && fresh ? INET_ECN_ECT_0 :
							    INET_ECN_NOT_ECT);
}

/*
 * Send the queued segment @skb, which stays where it is. -ENOMEM: nothing was
 * sent; other errors are losses on the way, which is what timers are for.
 */
static int ltcp_transmit(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct sk_buff *copy;

	/*
	 * While an earlier clone is on its way its header still stands in
	 * front of the payload, so then this one needs a place of its own.
	 */
	if (skb_cloned(skb))
		copy = pskb_copy(skb, GFP_ATOMIC);
	else
		copy = skb_clone(skb, GFP_ATOMIC);
	if (!copy)
		return -ENOMEM;

	/* There the tree of rtx.c has its links. */
	copy->dev = NULL;
	cb->sent_us = ltcp_clock_us();
	ltcp_pacing_sent(sk, skb->len);
	ltcp_sk(sk)->last_snd = ltcp_jiffies32();
	return ltcp_xmit(sk, copy, cb->seq, cb->flags);
}

/* A segment without payload that is not remembered. */
static int ltcp_xmit_bare(struct sock *sk, u32 seq, u8 flags)
{
	struct sk_buff *skb = alloc_skb(LTCP_TX_HEADROOM, GFP_ATOMIC);

	if (!skb)
		return -ENOMEM;
	skb_reserve(skb, LTCP_TX_HEADROOM);
	skb->ip_summed = CHECKSUM_PARTIAL;
	return ltcp_xmit(sk, skb, seq, flags);
}

void ltcp_send_ack(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if (ltcp_xmit_bare(sk, ls->snd.nxt, LTCP_ACK) != -ENOMEM)
		return;
	/* No memory for an ACK: try again soon, the peer is waiting. */
	ls->ack_flags |= LTCP_ACK_PENDING;
	ltcp_timer_arm(sk, LTCP_TIMER_DELACK, HZ / 5);
}

void ltcp_send_rst(struct sock *sk)
{
	ltcp_xmit_bare(sk, ltcp_sk(sk)->snd.nxt, LTCP_RST | LTCP_ACK);
}

void ltcp_send_probe(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	/* Only what is acceptable tells of urgent data: 3.10.7.4, first. */
	if (ltcp_urgent_before(ls, ls->snd.nxt))
		ltcp_send_ack(sk);
	/* Old enough not to be acceptable, so it must be answered (SHLD-12). */
	ltcp_xmit_bare(sk, ls->snd.una - 1, LTCP_ACK);
}

/*
 * Deciding
 */

struct sk_buff *ltcp_tx_split(struct sock *sk, struct sk_buff *skb, u32 len)
{
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	u32 moved = skb->len - len;
	u32 charged = skb->truesize;
	struct sk_buff *rest;

	/* A new head of another size must not change what is charged. */
	if (skb_unclone(skb, GFP_ATOMIC))
		return NULL;
	skb->truesize = charged;
	rest = ltcp_tx_alloc(sk, GFP_ATOMIC);
	if (!rest)
		return NULL;

	*ltcp_cb(rest) = *cb;
	ltcp_cb(rest)->seq = cb->seq + len;
	cb->end_seq = cb->seq + len;
	/* PSH and FIN belong to the end. */
	cb->flags &= ~(LTCP_FIN | LTCP_PSH);

	/* The payload changes hands, and its charge with it. */
	sk_wmem_queued_add(sk, rest->truesize);
	sk_mem_charge(sk, rest->truesize);
	skb_split(skb, rest, len);
	skb->truesize -= moved;
	rest->truesize += moved;
	return rest;
}

/* The same for @skb in the send queue. 0 or -ENOMEM */
int ltcp_split_unsent(struct sock *sk, struct sk_buff *skb, u32 len)
{
	struct sk_buff *rest = ltcp_tx_split(sk, skb, len);

	if (!rest)
		return -ENOMEM;
	__skb_queue_after(&sk->sk_write_queue, skb, rest);
	return 0;
}

/*
 * Nagle, RFC 9293 3.7.4: a segment that is not full waits (SHLD-7), but only
 * for the small one before it. So the end of a large write is not held back
 * by the peer's delayed ACK, and there is still never more than one.
 */
static bool ltcp_small_may_go(struct sock *sk, const struct sk_buff *skb,
			      bool force)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (force || ltcp_urgent_before(ls, ltcp_cb(skb)->seq) ||
	    !skb_queue_is_last(&sk->sk_write_queue, skb) ||
	    (ltcp_cb(skb)->flags & LTCP_FIN))
		return true;
	if (ls->nagle & LTCP_CORK)
		return false;
	return (ls->nagle & LTCP_NODELAY) || !ltcp_flight(ls) ||
	       !ltcp_after(ls->snd.sml, ls->snd.una);
}

/*
 * How many octets of the first unsent segment may go now? 0: none; a FIN or
 * SYN without data counts as one. @force: Nagle, cork and silly window
 * avoidance are overridden, the windows are not.
 */
static u32 ltcp_may_send(struct sock *sk, const struct sk_buff *skb, bool force)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 room = ls->snd.una + ls->snd.wnd - ls->snd.nxt;
	u32 len = ltcp_cb(skb)->end_seq - ltcp_cb(skb)->seq;
	u32 pipe = ltcp_pipe(ls);
	u32 part = min(skb->len, ls->mss);
	u32 most;

	if ((s32)room <= 0)
		return 0;
	if (pipe && pipe + part > ls->cong.cwnd) {
		ls->cwnd_limited = 1;
		return 0;
	}
	most = min3(skb->len, room, max(ls->cong.cwnd - pipe, part));
	most = min(most, ltcp_pacing_burst(sk));
	/* The pieces of a super-segment would all have its urgent pointer. */
	if (ltcp_urgent_before(ls, ltcp_cb(skb)->seq))
		most = min(most, ls->mss);
	if (most >= ls->mss) {
		if (most == skb->len && ltcp_small_may_go(sk, skb, force))
			return most;
		return most - most % ls->mss;
	}
	if (room < len) {
		/* Silly window avoidance, RFC 9293 3.8.6.2.1 (3) */
		if (force || room >= ls->snd.max_wnd / 2)
			return min(room, part);
		return 0;
	}
	return ltcp_small_may_go(sk, skb, force) ? max(part, 1U) : 0;
}

/* The window is idle for longer than one RTO: RFC 5681 4.1 */
static void ltcp_after_idle(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_net *ln = ltcp_net(sock_net(sk));
	u32 idle = ltcp_jiffies32() - ls->last_snd;

	if (ltcp_flight(ls) || !READ_ONCE(ln->slow_start_after_idle) ||
	    idle <= usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)))
		return;
	if (ls->cong.ops->after_idle)
		ls->cong.ops->after_idle(&ls->cong);
	else
		ls->cong.cwnd = min(ls->cong.cwnd,
				    ltcp_cong_init_window(ls->mss));
}

int ltcp_send_head(struct sock *sk, struct sk_buff *skb, u32 len)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	int err;

	if (len < skb->len && ltcp_split_unsent(sk, skb, len))
		return -ENOMEM;
	err = ltcp_transmit(sk, skb);
	if (err == -ENOMEM)
		return err;	/* not even built */

	__skb_unlink(skb, &sk->sk_write_queue);
	ltcp_rtx_add(sk, skb);
	WRITE_ONCE(ls->snd.nxt, ltcp_cb(skb)->end_seq);
	ltcp_recovery_sent(sk, skb->len, false);
	if (skb->len % ls->mss)
		ls->snd.sml = ls->snd.nxt;
	if (!ltcp_timer_armed(ls, LTCP_TIMER_RETRANS))
		ltcp_timer_arm(sk, LTCP_TIMER_RETRANS,
			       usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)));
	ltcp_tlp_arm(sk);
	return 0;
}

/* Nothing is on its way, something waits: only a timer can move it now. */
static void ltcp_check_persist(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (skb_queue_empty(&sk->sk_write_queue) ||
	    !ltcp_rtx_empty(sk)) {
		ls->persisting = 0;
		ltcp_timer_stop(sk, LTCP_TIMER_PERSIST);
		return;
	}
	if (ls->snd.wnd) {
		ls->persisting = 0;
	} else if (!ls->persisting) {
		ls->persisting = 1;
		ls->stalled_since = ltcp_jiffies32();
	}
	if (!ltcp_timer_armed(ls, LTCP_TIMER_PERSIST))
		ltcp_timer_arm(sk, LTCP_TIMER_PERSIST,
			       usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)));
}

/*
 * Send @skb, which was sent before, again: its first segment, or as many as
 * fit @room. Whatever is queued behind it waits.
 */
static int ltcp_send_again(struct sock *sk, struct sk_buff *skb, u32 room)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	u32 len = max(room - room % ls->mss, ls->mss);

	ltcp_owned(sk);
	if (ltcp_urgent_before(ls, cb->seq))
		len = ls->mss;
	if (skb->len > len && !ltcp_rtx_split(sk, skb, len))
		return -ENOMEM;
	if (ltcp_transmit(sk, skb) == -ENOMEM)
		return -ENOMEM;
	ltcp_rtx_mark_sent(sk, skb);
	ltcp_recovery_sent(sk, ltcp_cb_len(cb), true);
	if (cb->retrans < U8_MAX)
		cb->retrans++;
	if (cb->flags & LTCP_SYN)
		LTCP_INC(sock_net(sk), SynRetrans);
	len = DIV_ROUND_UP(max(skb->len, 1U), ls->mss);
	LTCP_ADD(sock_net(sk), RetransSegs, len);
	ls->total_retrans += len;
	ltcp_history_note(sk, LTCP_MIB_RetransSegs, cb->seq - ls->snd.iss,
			  cb->end_seq - ls->snd.iss);
	trace_ltcp_retransmit(sk, cb->seq, cb->end_seq, ls->retries);
	return 0;
}

void ltcp_send_whole(struct sock *sk, struct sk_buff *skb)
{
	ltcp_send_again(sk, skb, roundup(skb->len, ltcp_sk(sk)->mss));
}

void ltcp_retransmit(struct sock *sk)
{
	struct sk_buff *skb = ltcp_rtx_lost_first(ltcp_sk(sk)) ?:
			      ltcp_rtx_find(sk, ltcp_sk(sk)->snd.una);

	ltcp_check_mtu(sk);
	if (skb)
		ltcp_send_again(sk, skb, 0);
}

int ltcp_send_one_more(struct sock *sk)
{
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 room = ls->snd.una + ls->snd.wnd - ls->snd.nxt;
	u32 len;

	ltcp_owned(sk);
	ltcp_check_mtu(sk);
	if (skb && (s32)room > 0 && min(skb->len, ls->mss) <= room)
		return ltcp_send_head(sk, skb, min(skb->len, ls->mss));

	skb = skb_rb_last(&sk->tcp_rtx_queue);
	if (!skb)
		return -ENOENT;
	len = skb->len > ls->mss ? (skb->len - 1) % ls->mss + 1 : skb->len;
	if (len < skb->len) {
		skb = ltcp_rtx_split(sk, skb, skb->len - len);
		if (!skb)
			return -ENOMEM;
	}
	return ltcp_send_again(sk, skb, 0) ?: 1;
}

/*
 * What is lost goes first. No more than the peer's window takes; but who took
 * that back may still be waiting for the first segment (RFC 9293 3.8.6).
 */
static void ltcp_send_lost(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 edge = ls->snd.una + ls->snd.wnd;
	struct sk_buff *skb;
	u32 pipe;

	while ((skb = ltcp_rtx_lost_first(ls))) {
		pipe = ltcp_pipe(ls);
		if (pipe && pipe + min(skb->len, ls->mss) > ls->cong.cwnd)
			return;
		if (ltcp_pacing_holds(sk))
			return;
		if (ltcp_after(ltcp_cb(skb)->end_seq, edge) &&
		    ltcp_after(ltcp_cb(skb)->seq, ls->snd.una))
			return;
		if (ltcp_send_again(sk, skb, ls->cong.cwnd -
				    min(ls->cong.cwnd, pipe)))
			return;
	}
}

/* Then what is new, as long as all agree. */
static void ltcp_send_new(struct sock *sk, bool force)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb;
	u32 len;

	ls->cwnd_limited = 0;
	if (unlikely(ls->mtu_on) && !skb_queue_empty(&sk->sk_write_queue) &&
	    ltcp_mtu_probe(sk) == LTCP_MTU_WAIT)
		return;
	while ((skb = skb_peek(&sk->sk_write_queue))) {
		len = ltcp_may_send(sk, skb, force);
		if (!len || ltcp_pacing_holds(sk) || ltcp_throttled(sk, skb) ||
		    ltcp_send_head(sk, skb, len))
			break;
	}
}

static void ltcp_output_run(struct sock *sk, bool force)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ltcp_owned(sk);
	if (!((1 << sk->sk_state) &
	      (TCPF_ESTABLISHED | TCPF_CLOSE_WAIT | TCPF_FIN_WAIT1 |
	       TCPF_LAST_ACK | TCPF_CLOSING)))
		return;
	/* Before our SYN is acknowledged even a FIN waits (3.10.4). */
	if (!ltcp_bytes_acked(ls))
		return;
	if (skb_queue_empty(&sk->sk_write_queue) && !ls->lost_out)
		return;

	ltcp_check_mtu(sk);
	if (ls->frto != LTCP_FRTO_NEW)
		ltcp_send_lost(sk);
	ltcp_after_idle(sk);
	ltcp_send_new(sk, force);
	/* RFC 5682 2.1 (2b): without new data there is nothing to find out. */
	if (ls->frto == LTCP_FRTO_NEW && ls->snd.nxt == ls->recover) {
		ls->frto = LTCP_FRTO_NONE;
		ltcp_send_lost(sk);
	}
	ltcp_check_persist(sk);
}

void ltcp_output(struct sock *sk)
{
	ltcp_output_run(sk, false);
}

void ltcp_output_push(struct sock *sk)
{
	ltcp_output_run(sk, true);
}

int ltcp_send_syn(struct sock *sk)
{
	struct sk_buff *skb = ltcp_tx_alloc(sk, sk->sk_allocation);
	u32 quiet = ltcp_quiet_left(ltcp_net(sock_net(sk)));
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!skb)
		return -ENOBUFS;
	WRITE_ONCE(ls->write_seq, ls->snd.iss);
	WRITE_ONCE(ls->snd.una, ls->snd.iss);
	ltcp_tx_entail(sk, skb);
	ltcp_cb(skb)->flags = LTCP_SYN | ltcp_ecn_ask(sk);
	ltcp_cb(skb)->end_seq++;
	WRITE_ONCE(ls->write_seq, ls->write_seq + 1);
	ls->quickack = LTCP_QUICKACKS;
	LTCP_INC(sock_net(sk), ActiveOpens);
	/* An error is as good as a lost SYN: the timer tries again. */
	if (quiet || ltcp_send_head(sk, skb, 0)) {
		__skb_unlink(skb, &sk->sk_write_queue);
		ltcp_rtx_add(sk, skb);
		WRITE_ONCE(ls->snd.nxt, ls->write_seq);
		ltcp_timer_arm(sk, LTCP_TIMER_RETRANS, quiet ?:
			       usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)));
	}
	return 0;
}

bool ltcp_send_late_syn(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb = ltcp_rtx_first(sk);
	u32 quiet = ltcp_quiet_left(ltcp_net(sock_net(sk)));

	if (sk->sk_state != TCP_SYN_SENT || ltcp_cb(skb)->sent_us)
		return false;
	if (!quiet) {
		/* Tried once, whatever comes of it. */
		ltcp_cb(skb)->sent_us = ltcp_clock_us();
		ltcp_transmit(sk, skb);
	}
	ltcp_timer_arm(sk, LTCP_TIMER_RETRANS, quiet ?:
		       usecs_to_jiffies(ltcp_rtt_rto(&ls->rtt)));
	return true;
}

void ltcp_send_fin(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb = skb_peek_tail(&sk->sk_write_queue);

	if (!skb) {
		/* Memory for a FIN is not refused: the connection must end. */
		skb = alloc_skb_fclone(LTCP_TX_HEADROOM,
				       sk->sk_allocation | __GFP_NOFAIL);
		ltcp_tx_setup(skb);
		/* Over the limit the charge is a debt, paid when it is sent. */
		if (!sk_wmem_schedule(sk, skb->truesize))
			sk->sk_prot->enter_memory_pressure(sk);
		ltcp_tx_entail(sk, skb);
	}
	ltcp_cb(skb)->flags |= LTCP_FIN;
	ltcp_cb(skb)->end_seq++;
	WRITE_ONCE(ls->write_seq, ls->write_seq + 1);
	ltcp_output_push(sk);
}
