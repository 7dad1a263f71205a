// SPDX-License-Identifier: GPL-2.0
/*
 * Reassembly: RFC 9293 3.10.7.4, seventh check.
 *
 * Segments that continue RCV.NXT go to sk->sk_receive_queue; those that came
 * early wait in ooo.c. Overlaps are not cut out: the reader skips what it has
 * had (copied_seq), so an octet that came twice costs memory for a while and
 * is delivered once.
 *
 * Memory: every queued segment is charged with its truesize to the receive
 * buffer; when that is over, the segments farthest ahead are discarded first,
 * which the peer will resend (RFC 9293 3.10.7.4 and RFC 2018 8 let us forget
 * them). Runs under the socket lock. Whether and when to acknowledge is decided
 * here as a wish (ls->ack_flags); input.c fulfils it.
 */

#include "ltcp.h"

/* Forget early segments, the farthest first, until there is room. */
static bool ltcp_ooo_prune(struct sock *sk, u32 seq)
{
	struct sk_buff *skb;
	bool freed = false;

	while ((skb = ltcp_ooo_take_last(sk, seq))) {
		LTCP_INC(sock_net(sk), OooPruned);
		__kfree_skb(skb);
		freed = true;
		if (atomic_read(&sk->sk_rmem_alloc) <= sk->sk_rcvbuf)
			break;
	}
	return freed;
}

/*
 * May @skb be charged to the receive buffer? The window we offered is a
 * promise, made before it was known how much buffer the octets will cost. So
 * what comes in order may take twice the buffer, in the end; what comes early
 * may not.
 */
static bool ltcp_rmem_room(struct sock *sk, struct sk_buff *skb)
{
	u32 seq = ltcp_cb(skb)->seq;
	s64 limit = sk->sk_rcvbuf;

	if (atomic_read(&sk->sk_rmem_alloc) > limit)
		ltcp_ooo_prune(sk, seq);
	if (!ltcp_after(seq, ltcp_sk(sk)->rcv.nxt))
		limit *= 2;
	if (atomic_read(&sk->sk_rmem_alloc) > limit)
		return false;
	if (sk_rmem_schedule(sk, skb, skb->truesize) ||
	    (ltcp_ooo_prune(sk, seq) &&
	     sk_rmem_schedule(sk, skb, skb->truesize)))
		return true;
	/* What rmem[0] promises is granted over the limit, as a debt. */
	return atomic_read(&sk->sk_rmem_alloc) <
	       READ_ONCE(ltcp_net(sock_net(sk))->rmem[0]);
}

/* The peer's FIN, in order: RFC 9293 3.10.7.4, eighth check. */
static void ltcp_rcv_fin(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ls->ack_flags |= LTCP_ACK_PENDING | LTCP_ACK_NOW;
	WRITE_ONCE(sk->sk_shutdown, sk->sk_shutdown | RCV_SHUTDOWN);
	sock_set_flag(sk, SOCK_DONE);
	ltcp_ooo_purge(sk);	/* nothing can follow a FIN */

	if (sk->sk_state == TCP_FIN_WAIT2) {
		ltcp_send_ack(sk);
		ltcp_time_wait(sk, LTCP_EV_RCV_FIN);
		return;
	}
	ltcp_change_state(sk, LTCP_EV_RCV_FIN);
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk->sk_state_change(sk);
		sk_wake_async(sk, SOCK_WAKE_WAITD, POLL_IN);
	}
}

/*
 * Append @skb to the last segment of the receive queue, so that many small
 * ones do not cost a buffer each. @skb is gone if that worked.
 */
static bool ltcp_coalesce(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);
	bool stolen;
	int delta;

	if (!tail || ltcp_cb(tail)->end_seq != ltcp_cb(skb)->seq ||
	    !skb_try_coalesce(tail, skb, &stolen, &delta))
		return false;
	atomic_add(delta, &sk->sk_rmem_alloc);
	sk_mem_charge(sk, delta);
	ltcp_cb(tail)->end_seq = ltcp_cb(skb)->end_seq;
	ltcp_cb(tail)->flags |= ltcp_cb(skb)->flags;
	kfree_skb_partial(skb, stolen);
	return true;
}

/* @skb, its header pulled, begins at or before RCV.NXT and ends after it. */
static void ltcp_queue_in_order(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	bool fin = cb->flags & LTCP_FIN;
	u32 end = cb->end_seq;

	if (end - ls->rcv.irs < ls->rcv.nxt - ls->rcv.irs)
		ls->rcv.laps++;
	WRITE_ONCE(ls->rcv.nxt, end);
	if (!skb->len)
		__kfree_skb(skb);
	else if (!ltcp_coalesce(sk, skb))
		__skb_queue_tail(&sk->sk_receive_queue, skb);
	if (fin)
		ltcp_rcv_fin(sk);
}

/* RCV.NXT moved: early segments may have come due. */
static void ltcp_ooo_drain(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb, *next;

	while ((skb = ltcp_ooo_take(sk))) {
		for (; skb; skb = next) {
			next = skb->next;
			skb->next = NULL;
			skb->prev = NULL;
			/* After a FIN, or in CLOSE, nothing is new any more. */
			if (sk->sk_state != TCP_CLOSE &&
			    !sock_flag(sk, SOCK_DONE) &&
			    ltcp_after(ltcp_cb(skb)->end_seq, ls->rcv.nxt))
				ltcp_queue_in_order(sk, skb);
			else
				__kfree_skb(skb);
		}
	}
}

/* Into the queue of those that came early, unless it is there already. */
static void ltcp_queue_early(struct sock *sk, struct sk_buff *skb)
{
	if (ltcp_ooo_add(sk, skb)) {
		LTCP_INC(sock_net(sk), OooQueued);
		return;
	}
	LTCP_INC(sock_net(sk), OooDuplicates);
	ltcp_drop_from(sk, skb, LTCP_MIB_DropOldData);
}

/* Cut what lies beyond the window off the end; a FIN there does not count. */
static void ltcp_trim_to_window(struct sock *sk, struct sk_buff *skb)
{
	u32 edge = ltcp_sk(sk)->rcv.nxt + ltcp_rcv_wnd(ltcp_sk(sk));
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	u32 excess = cb->end_seq - edge;

	/* A bare FIN needs no buffer: it may use a closed window. */
	if (!ltcp_after(cb->end_seq, edge) || !skb->len)
		return;
	if (cb->flags & LTCP_FIN) {
		cb->flags &= ~LTCP_FIN;
		cb->end_seq--;
		excess--;
	}
	if (excess && !pskb_trim(skb, skb->len - min(excess, skb->len)))
		cb->end_seq -= excess;
}

/* Guess the peer's segment size, which delayed ACKs are counted in. */
static void ltcp_measure_mss(struct ltcp_sock *ls, u32 len)
{
	if (len >= ls->rcv.mss)
		ls->rcv.mss = min_t(u32, len, ls->pmtu ?: len);
}

void ltcp_reasm(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct net *net = sock_net(sk);
	u32 len = skb->len;

	ltcp_owned(sk);
	/* Whatever becomes of it, the peer must learn where we stand. */
	if (!ltcp_after(cb->end_seq, ls->rcv.nxt)) {
		ltcp_dsack_set(sk, cb->seq, cb->end_seq);
		ls->ack_flags |= LTCP_ACK_PENDING | LTCP_ACK_NOW;
		ltcp_drop_from(sk, skb, LTCP_MIB_DropOldData);
		return;
	}
	if (!ltcp_rcv_wnd(ls) && len) {
		ls->ack_flags |= LTCP_ACK_PENDING | LTCP_ACK_NOW;
		LTCP_INC(net, WindowProbeReplies);
		ltcp_drop_from(sk, skb, LTCP_MIB_DropZeroWindow);
		return;
	}
	ltcp_trim_to_window(sk, skb);
	if (!ltcp_rmem_room(sk, skb)) {
		ls->ack_flags |= LTCP_ACK_PENDING | LTCP_ACK_NOW;
		ltcp_drop_from(sk, skb, LTCP_MIB_DropReceiveBuffer);
		return;
	}
	ltcp_measure_mss(ls, skb_shinfo(skb)->gso_size ?: len);

	if (ltcp_after(cb->seq, ls->rcv.nxt)) {
		/* Immediate duplicate ACK: RFC 5681 4.2, but for a few */
		ls->ack_flags |= LTCP_ACK_PENDING | LTCP_ACK_EARLY;
		LTCP_INC(net, DupAcksOut);
		ltcp_queue_early(sk, skb);
		return;
	}

	if (len)
		ls->ack_flags |= LTCP_ACK_PENDING;
	/* Part of a hole is filled: the peer should know at once (ibid.) */
	if (!RB_EMPTY_ROOT(&ls->ooo_queue))
		ls->ack_flags |= LTCP_ACK_NOW;
	if (ltcp_before(cb->seq, ls->rcv.nxt))
		ltcp_dsack_set(sk, cb->seq, ls->rcv.nxt);
	skb_set_owner_r(skb, sk);
	ltcp_queue_in_order(sk, skb);
	if (sk->sk_state != TCP_CLOSE)
		ltcp_ooo_drain(sk);
	if (len && !sock_flag(sk, SOCK_DEAD))
		sk->sk_data_ready(sk);
}
