// SPDX-License-Identifier: GPL-2.0
/*
 * What was sent and is not acknowledged: the retransmission queue, and what is
 * known of each segment in it.
 *
 *	on its way:	sk->tcp_rtx_queue and ls->sent
 *	lost:		sk->tcp_rtx_queue and ls->lost
 *	SACKed:		ls->sacked_queue
 *
 * Both queues are trees by sequence number. What was SACKed leaves the first
 * one, so that who looks for what is new in a SACK block meets nothing old,
 * however often a peer repeats itself. ls->sent is in order of transmission,
 * ls->lost in the order in which to send again. The octets in each state are
 * counted, so nothing is ever walked to know how much there is. Both are rings
 * without a head, to which ls points: half as large as a list.
 *
 * ack.c takes out what is acknowledged, sack.c and recovery.c move segments
 * from one state to another, output.c adds them. Whether a segment is lost is
 * not decided here. All under the socket lock.
 */

#include "engine/loss.h"
#include "ltcp.h"

void ltcp_rtx_init(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	sk->tcp_rtx_queue = RB_ROOT;
	ls->sacked_queue = RB_ROOT;
	ls->sent = NULL;
	ls->lost = NULL;
	ls->sacked_out = 0;
	ls->lost_out = 0;
	ls->retrans_out = 0;
}

bool ltcp_rtx_empty(const struct sock *sk)
{
	return RB_EMPTY_ROOT(&sk->tcp_rtx_queue) &&
	       RB_EMPTY_ROOT(&ltcp_sk(sk)->sacked_queue);
}

struct sk_buff *ltcp_rtx_first(const struct sock *sk)
{
	struct sk_buff *sacked = skb_rb_first(&ltcp_sk(sk)->sacked_queue);
	struct sk_buff *skb = skb_rb_first(&sk->tcp_rtx_queue);

	if (!sacked || !skb)
		return skb ?: sacked;
	return ltcp_before(ltcp_cb(skb)->seq, ltcp_cb(sacked)->seq) ? skb :
								      sacked;
}

struct sk_buff *ltcp_rtx_find(const struct sock *sk, u32 seq)
{
	struct rb_node *node = sk->tcp_rtx_queue.rb_node;
	struct sk_buff *found = NULL;

	while (node) {
		struct sk_buff *skb = rb_to_skb(node);

		if (ltcp_after(ltcp_cb(skb)->end_seq, seq)) {
			found = skb;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

struct sk_buff *ltcp_rtx_lost_first(struct ltcp_sock *ls)
{
	return ls->lost ? ltcp_cb_skb(ls->lost) : NULL;
}

static void ring_add_tail(struct ltcp_skb_cb **ring, struct ltcp_skb_cb *cb)
{
	if (*ring) {
		list_add_tail(&cb->list, &(*ring)->list);
	} else {
		INIT_LIST_HEAD(&cb->list);
		*ring = cb;
	}
}

static void ring_del(struct ltcp_skb_cb **ring, struct ltcp_skb_cb *cb)
{
	if (list_empty(&cb->list))
		*ring = NULL;
	else if (*ring == cb)
		*ring = list_next_entry(cb, list);
	list_del(&cb->list);
}

/* What @last begins comes behind what @first begins. */
static void ring_join(struct ltcp_skb_cb *first, struct ltcp_skb_cb *last)
{
	struct list_head *end = last->list.prev;

	first->list.prev->next = &last->list;
	last->list.prev = first->list.prev;
	end->next = &first->list;
	first->list.prev = end;
}

/* Where @cb, not SACKed, is. */
static struct ltcp_skb_cb **rtx_ring(struct ltcp_sock *ls,
				     const struct ltcp_skb_cb *cb)
{
	return (cb->seg & LTCP_SEG_LOST) ? &ls->lost : &ls->sent;
}

static void rtx_link(struct rb_root *root, struct sk_buff *skb)
{
	struct rb_node **link = &root->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = ltcp_before(ltcp_cb(skb)->seq,
				   ltcp_cb(rb_to_skb(parent))->seq) ?
			&parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, root);
}

/* @skb is in no state any more: what was counted for it is taken back. */
static void rtx_uncount(struct ltcp_sock *ls, struct ltcp_skb_cb *cb)
{
	u32 len = ltcp_cb_len(cb);

	if (cb->seg & LTCP_SEG_SACKED)
		ls->sacked_out -= len;
	if (cb->seg & LTCP_SEG_LOST)
		ls->lost_out -= len;
	if (cb->seg & LTCP_SEG_RETRANS)
		ls->retrans_out -= len;
	cb->seg = 0;
}

void ltcp_rtx_add(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_skb_cb *cb = ltcp_cb(skb);

	ltcp_owned(sk);
	cb->seg = 0;
	rtx_link(&sk->tcp_rtx_queue, skb);
	ring_add_tail(&ltcp_sk(sk)->sent, cb);
}

static void rtx_unlink(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);

	if (cb->seg & LTCP_SEG_SACKED) {
		rb_erase(&skb->rbnode, &ls->sacked_queue);
	} else {
		rb_erase(&skb->rbnode, &sk->tcp_rtx_queue);
		ring_del(rtx_ring(ls, cb), cb);
	}
	rtx_uncount(ls, cb);
}

void ltcp_rtx_free(struct sock *sk, struct sk_buff *skb)
{
	ltcp_owned(sk);
	rtx_unlink(sk, skb);
	ltcp_tx_free(sk, skb);
}

/* @skb, not SACKed, becomes @seg, of which there are @count octets. */
static void rtx_move(struct sock *sk, struct sk_buff *skb, u8 seg, u32 *count)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);

	ltcp_owned(sk);
	ring_del(rtx_ring(ls, cb), cb);
	rtx_uncount(ls, cb);
	cb->seg = seg;
	*count += ltcp_cb_len(cb);
	ring_add_tail(rtx_ring(ls, cb), cb);
}

void ltcp_rtx_mark_lost(struct sock *sk, struct sk_buff *skb)
{
	rtx_move(sk, skb, LTCP_SEG_LOST, &ltcp_sk(sk)->lost_out);
}

void ltcp_rtx_mark_sent(struct sock *sk, struct sk_buff *skb)
{
	rtx_move(sk, skb, LTCP_SEG_RETRANS, &ltcp_sk(sk)->retrans_out);
}

void ltcp_rtx_mark_sacked(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);

	ltcp_owned(sk);
	rtx_unlink(sk, skb);
	cb->seg = LTCP_SEG_SACKED;
	ls->sacked_out += ltcp_cb_len(cb);
	rtx_link(&ls->sacked_queue, skb);
}

void ltcp_rtx_mark_all_lost(struct sock *sk)
{
	struct sk_buff *skb;

	/* What was lost before is moved as well: so the list is in order. */
	for (skb = skb_rb_first(&sk->tcp_rtx_queue); skb;
	     skb = skb_rb_next(skb))
		ltcp_rtx_mark_lost(sk, skb);
}

void ltcp_rtx_unmark_lost(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *first = ls->lost;
	struct ltcp_skb_cb *cb = first;

	ltcp_owned(sk);
	if (!first)
		return;
	do {
		rtx_uncount(ls, cb);
		cb = list_next_entry(cb, list);
	} while (cb != first);
	/* All that was sent since was sent later: two rings become one. */
	if (ls->sent)
		ring_join(first, ls->sent);
	ls->sent = first;
	ls->lost = NULL;
}

void ltcp_rtx_forget_sacks(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb;

	while ((skb = skb_rb_first(&ls->sacked_queue))) {
		rb_erase(&skb->rbnode, &ls->sacked_queue);
		rtx_uncount(ls, ltcp_cb(skb));
		ltcp_rtx_add(sk, skb);
	}
}

struct sk_buff *ltcp_rtx_split(struct sock *sk, struct sk_buff *skb, u32 len)
{
	struct sk_buff *rest = ltcp_tx_split(sk, skb, len);

	if (!rest)
		return NULL;
	/* Both have one state, so the counts stay. */
	if (ltcp_cb(skb)->seg & LTCP_SEG_SACKED) {
		rtx_link(&ltcp_sk(sk)->sacked_queue, rest);
	} else {
		rtx_link(&sk->tcp_rtx_queue, rest);
		list_add(&ltcp_cb(rest)->list, &ltcp_cb(skb)->list);
	}
	return rest;
}
