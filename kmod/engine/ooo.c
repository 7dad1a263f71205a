// SPDX-License-Identifier: GPL-2.0
/*
 * What came early: segments beyond RCV.NXT, until what is missing has come, and
 * the SACK blocks that tell the peer of them (RFC 2018, RFC 2883).
 *
 * ls->ooo_queue is a tree of blocks. A block is a run of segments without a
 * hole, each of which ends later than the one before it; overlaps are not cut
 * out. Its first segment is in the tree and knows the last one; the others hang
 * on ->next and ->prev. So a segment finds its block, and two blocks become
 * one, in O(log n), and a block is a SACK block as it stands, however many
 * segments it has. ls->ooo_recent holds the blocks with the one first that
 * changed last, as RFC 2018 4 wants them told.
 *
 * reasm.c decides what comes in here, and how much; all under the socket lock.
 */

#include "ltcp.h"

void ltcp_ooo_init(struct ltcp_sock *ls)
{
	ls->ooo_queue = RB_ROOT;
	INIT_HLIST_HEAD(&ls->ooo_recent);
	ls->dsack_due = 0;
}

/* The last segment of the block that begins with @head. */
static struct sk_buff *ooo_last(struct sk_buff *head)
{
	return ltcp_cb(head)->last ?: head;
}

static u32 ooo_end(struct sk_buff *head)
{
	return ltcp_cb(ooo_last(head))->end_seq;
}

/* @skb is the head of a block no more, and links to the rest by ->next. */
static void ooo_unlink(struct ltcp_sock *ls, struct sk_buff *head)
{
	struct sk_buff *more = ltcp_cb(head)->more;

	rb_erase(&head->rbnode, &ls->ooo_queue);
	hlist_del(&ltcp_cb(head)->recent);
	memset(&head->rbnode, 0, sizeof(head->rbnode));
	head->next = more;
}

/* Hang the chain from @first to @last on the end of @head's block. */
static void ooo_append(struct sk_buff *head, struct sk_buff *first,
		       struct sk_buff *last)
{
	struct ltcp_skb_cb *cb = ltcp_cb(head);

	last->next = NULL;
	if (cb->last) {
		cb->last->next = first;
		first->prev = cb->last;
	} else {
		cb->more = first;
		first->prev = NULL;
	}
	cb->last = last;
}

static void ooo_free(struct sock *sk, struct sk_buff *skb)
{
	while (skb) {
		struct sk_buff *next = skb->next;

		skb->next = NULL;
		skb->prev = NULL;
		LTCP_INC(sock_net(sk), OooDuplicates);
		__kfree_skb(skb);
		skb = next;
	}
}

/* Blocks behind @head that it reaches now become part of it. */
static void ooo_absorb(struct sock *sk, struct sk_buff *head)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *other, *last;

	while ((other = skb_rb_next(head)) &&
	       !ltcp_after(ltcp_cb(other)->seq, ooo_end(head))) {
		last = ooo_last(other);
		ooo_unlink(ls, other);
		if (!ltcp_after(ltcp_cb(last)->end_seq, ooo_end(head))) {
			ooo_free(sk, other);
			continue;
		}
		if (other->next)
			other->next->prev = other;
		ooo_append(head, other, last);
	}
}

bool ltcp_ooo_add(struct sock *sk, struct sk_buff *skb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct rb_node **link = &ls->ooo_queue.rb_node;
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct rb_node *parent = NULL;
	struct sk_buff *head = NULL;

	ltcp_owned(sk);
	while (*link) {
		parent = *link;
		if (ltcp_before(cb->seq, ltcp_cb(rb_to_skb(parent))->seq)) {
			link = &parent->rb_left;
		} else {
			head = rb_to_skb(parent);
			link = &parent->rb_right;
		}
	}

	skb->prev = NULL;
	skb->next = NULL;
	if (head && !ltcp_after(cb->seq, ooo_end(head))) {
		u32 dup = ltcp_before(cb->end_seq, ooo_end(head)) ?
			cb->end_seq : ooo_end(head);
		bool new = ltcp_after(cb->end_seq, dup);

		if (dup != cb->seq)
			ltcp_dsack_set(sk, cb->seq, dup);
		hlist_del(&ltcp_cb(head)->recent);
		hlist_add_head(&ltcp_cb(head)->recent, &ls->ooo_recent);
		if (!new)
			return false;
		skb_set_owner_r(skb, sk);
		ooo_append(head, skb, skb);
	} else {
		head = skb;
		cb->more = NULL;
		cb->last = NULL;
		skb_set_owner_r(skb, sk);
		rb_link_node(&skb->rbnode, parent, link);
		rb_insert_color(&skb->rbnode, &ls->ooo_queue);
		hlist_add_head(&cb->recent, &ls->ooo_recent);
	}
	ooo_absorb(sk, head);
	return true;
}

struct sk_buff *ltcp_ooo_take(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *head = skb_rb_first(&ls->ooo_queue);

	if (!head || ltcp_after(ltcp_cb(head)->seq, ls->rcv.nxt))
		return NULL;
	ooo_unlink(ls, head);
	return head;
}

struct sk_buff *ltcp_ooo_take_last(struct sock *sk, u32 seq)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct rb_node *node = rb_last(&ls->ooo_queue);
	struct sk_buff *head, *skb;

	if (!node)
		return NULL;
	head = rb_to_skb(node);
	skb = ooo_last(head);
	if (ltcp_before(ltcp_cb(skb)->seq, seq))
		return NULL;
	if (skb == head) {
		ooo_unlink(ls, head);
		return head;
	}
	if (skb->prev)
		skb->prev->next = NULL;
	else
		ltcp_cb(head)->more = NULL;
	ltcp_cb(head)->last = skb->prev;
	skb->prev = NULL;
	return skb;
}

void ltcp_ooo_purge(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *head, *next;

	while ((head = skb_rb_first(&ls->ooo_queue))) {
		ooo_unlink(ls, head);
		for (; head; head = next) {
			next = head->next;
			head->next = NULL;
			head->prev = NULL;
			__kfree_skb(head);
		}
	}
}

void ltcp_dsack_set(struct sock *sk, u32 start, u32 end)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!ls->sack_ok || !READ_ONCE(ltcp_net(sock_net(sk))->dsack))
		return;
	ls->dsack.start = start;
	ls->dsack.end = end;
	ls->dsack_due = 1;
}

unsigned int ltcp_sacks_fill(const struct ltcp_sock *ls,
			     struct ltcp_sack *sacks, unsigned int most)
{
	struct ltcp_skb_cb *cb;
	unsigned int n = 0;

	if (ls->dsack_due && most)
		sacks[n++] = ls->dsack;
	hlist_for_each_entry(cb, &ls->ooo_recent, recent) {
		if (n >= most)
			break;
		sacks[n].start = cb->seq;
		sacks[n++].end = ooo_end(ltcp_cb_skb(cb));
	}
	return n;
}
