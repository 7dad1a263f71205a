// SPDX-License-Identifier: GPL-2.0
/*
 * Half-open connections: a SYN has come, the last ACK has not.
 *
 * An entry is all that a SYN costs: no socket, no route, no timer of its own.
 * Entries hang in rows of a hash table with a key nobody knows. A row holds at
 * most LTCP_HALFOPEN_ROW of them, the oldest in front; one more tosses the
 * oldest out, or is not made if a cookie can stand for it. So a flood can
 * crowd rows at random but never fill the table for a victim of its choice,
 * and memory is bounded by the size of the table. One timer serves a row: it
 * resends SYN-ACKs and gives up after synack_retries, or sooner the fuller the
 * listener's backlog is.
 *
 * An entry points to its listener without a reference. That is safe because a
 * listener that closes removes its entries, and none can be added after it
 * said that it is closed (ltcp_accept.open is read once counted).
 *
 * The row lock is taken with bottom halves off, which they are anyway where
 * segments come in; inside it the child's socket, port and connection table
 * locks are taken, and that of a quota; and nothing is sent.
 */

#include <linux/hash.h>

#include "control/control.h"
#include "ltcp.h"
#include "tables/tables.h"

#define LTCP_HALFOPEN_ROW	16	/* entries a row */
#define LTCP_HALFOPEN_DUE	8	/* of them answered at once */

/**
 * struct ltcp_halfopen - one SYN that was answered
 * @next: younger entry of the row
 * @listener: who it is for
 * @laddr: our address, if it is of IPv4
 * @raddr: the peer's, likewise
 * @lport: our port
 * @rport: the peer's
 * @iss: sequence number of our SYN-ACK
 * @irs: sequence number of the SYN
 * @expires: jiffies of the next SYN-ACK
 * @sent_us: clock of the SYN-ACK for the RTT; 0 once it was sent twice
 * @acked: jiffies of the last ACK that told the peer where we stand; 0: none
 * @ifindex: interface the SYN came in on
 * @mss: the peer's MSS option, or the default
 * @wnd: window of the SYN
 * @ts_recent: timestamp of the SYN, if @has_ts
 * @snd_wscale: shift the peer asked for
 * @rcv_wscale: shift we told it
 * @has_wscale: both sides scale
 * @has_ts: both sides send timestamps
 * @raw_ts: ours without an offset
 * @has_sack: both sides know SACK
 * @has_ecn: both sides use ECN
 * @is_v6: it is the first part of a struct ltcp_halfopen6
 * @reopens: a TIME_WAIT entry gave way to it
 * @deferred: the last ACK came, and TCP_DEFER_ACCEPT wants data
 * @quota: what ltcp_quota_syn() said
 * @retrans: SYN-ACKs sent again
 */
struct ltcp_halfopen {
	struct ltcp_halfopen *next;
	struct sock *listener;
	__be32 laddr;
	__be32 raddr;
	__be16 lport;
	__be16 rport;
	u32 iss;
	u32 irs;
	u32 expires;
	u32 sent_us;
	u32 acked;
	int ifindex;
	u32 ts_recent;
	u16 mss;
	u16 wnd;
	u8 snd_wscale:4;
	u8 rcv_wscale:4;
	u8 has_wscale:1;
	u8 has_ts:1;
	u8 raw_ts:1;
	u8 has_sack:1;
	u8 has_ecn:1;
	u8 is_v6:1;
	u8 reopens:1;
	u8 deferred:1;
	u8 quota;
	u8 retrans;
};

static_assert(sizeof(struct ltcp_halfopen) <= 64);

/* The same with the addresses of IPv6. */
struct ltcp_halfopen6 {
	struct ltcp_halfopen entry;
	struct in6_addr local;
	struct in6_addr remote;
};

static_assert(sizeof(struct ltcp_halfopen6) <= 96);

static struct ltcp_halfopen6 *ltcp_halfopen6(const struct ltcp_halfopen *e)
{
	return container_of((void *)e, struct ltcp_halfopen6, entry);
}

struct ltcp_halfopen_row {
	spinlock_t lock;	/* all of the row and its entries */
	u32 len;
	struct ltcp_halfopen *head;
	struct timer_list timer;
};

static struct ltcp_halfopen_row *ltcp_rows;
static unsigned int ltcp_row_bits;
static struct kmem_cache *ltcp_halfopen_cache;
static struct kmem_cache *ltcp_halfopen6_cache;

static struct ltcp_halfopen_row *ltcp_row(const struct ltcp_flow *flow)
{
	return &ltcp_rows[hash_32(flow->hash, ltcp_row_bits)];
}

static struct kmem_cache *ltcp_halfopen_cache_of(bool is_v6)
{
	return is_v6 ? ltcp_halfopen6_cache : ltcp_halfopen_cache;
}

static bool ltcp_halfopen_addrs(const struct ltcp_halfopen *e,
				const struct ltcp_flow *flow)
{
	const struct ltcp_halfopen6 *e6 = ltcp_halfopen6(e);

	if (e->is_v6 != ltcp_is_v6(flow->family))
		return false;
	if (!e->is_v6)
		return e->raddr == flow->remote.v4 &&
		       e->laddr == flow->local.v4;
	return ipv6_addr_equal(&e6->remote, &flow->remote.v6) &&
	       ipv6_addr_equal(&e6->local, &flow->local.v6) &&
	       (e->ifindex == flow->ifindex || !ltcp_flow_on_link(flow));
}

static bool ltcp_halfopen_is(const struct ltcp_halfopen *e,
			     const struct ltcp_flow *flow)
{
	return e->rport == flow->rport && e->lport == flow->lport &&
	       ltcp_halfopen_addrs(e, flow) &&
	       net_eq(sock_net(e->listener), flow->net);
}

/* All but the hash, which few need. */
static void ltcp_halfopen_flow(const struct ltcp_halfopen *e,
			       struct ltcp_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->net = sock_net(e->listener);
	if (e->is_v6) {
		flow->family = AF_INET6;
		flow->local.v6 = ltcp_halfopen6(e)->local;
		flow->remote.v6 = ltcp_halfopen6(e)->remote;
	} else {
		flow->family = AF_INET;
		flow->local.v4 = e->laddr;
		flow->remote.v4 = e->raddr;
	}
	flow->lport = e->lport;
	flow->rport = e->rport;
	flow->ifindex = e->ifindex;
}

static void ltcp_halfopen_opening(const struct ltcp_halfopen *e,
				  struct ltcp_opening *o)
{
	memset(o, 0, sizeof(*o));
	ltcp_halfopen_flow(e, &o->flow);
	o->iss = e->iss;
	o->irs = e->irs;
	o->mss = e->mss;
	o->wnd = e->wnd;
	o->sent_us = e->sent_us;
	o->ts_recent = e->ts_recent;
	if (e->has_ts && !e->raw_ts)
		o->ts_offset = ltcp_ts_offset(&o->flow);
	o->snd_wscale = e->snd_wscale;
	o->rcv_wscale = e->rcv_wscale;
	o->retrans = e->retrans;
	o->wscale_ok = e->has_wscale;
	o->ts_ok = e->has_ts;
	o->sack_ok = e->has_sack;
	o->ecn_ok = e->has_ecn;
}

/* Where the pointer to @flow's entry stands, or that to the row's end. */
static struct ltcp_halfopen **ltcp_row_find(struct ltcp_halfopen_row *row,
					    const struct ltcp_flow *flow)
	__must_hold(&row->lock)
{
	struct ltcp_halfopen **link = &row->head;

	while (*link && !ltcp_halfopen_is(*link, flow))
		link = &(*link)->next;
	return link;
}

/* @opened: a connection takes its place. If not, an older one may return. */
static void ltcp_row_remove(struct ltcp_halfopen_row *row,
			    struct ltcp_halfopen **link, bool opened)
	__must_hold(&row->lock)
{
	struct ltcp_halfopen *e = *link;
	struct ltcp_flow flow;

	lockdep_assert_held(&row->lock);
	ltcp_halfopen_flow(e, &flow);
	ltcp_quota_end(&flow, e->quota, opened ? e->retrans + 1 : 0);
	if (e->reopens && !opened) {
		flow.hash = ltcp_flow_hash(&flow);
		ltcp_tw_return(&flow);
	}
	/* Pairs with the look at row->head in ltcp_halfopen_rcv(). */
	smp_store_release(link, e->next);
	row->len--;
	atomic_dec(&ltcp_sk(e->listener)->accept->halfopens);
	kmem_cache_free(ltcp_halfopen_cache_of(e->is_v6), e);
}

/* The timer goes off when the first entry of the row is due. */
static void ltcp_row_set_timer(struct ltcp_halfopen_row *row)
	__must_hold(&row->lock)
{
	const struct ltcp_halfopen *e;
	s32 soonest = S32_MAX;

	for (e = row->head; e; e = e->next)
		soonest = min_t(s32, soonest, e->expires - ltcp_jiffies32());
	if (row->head)
		mod_timer(&row->timer, jiffies + max_t(s32, soonest, 1));
}

static struct ltcp_halfopen *
ltcp_halfopen_new(struct sock *listener, const struct ltcp_opening *o,
		  const struct ltcp_halfopen_terms *terms)
{
	const bool is_v6 = ltcp_is_v6(o->flow.family);
	struct ltcp_halfopen *e;

	e = kmem_cache_alloc(ltcp_halfopen_cache_of(is_v6),
			     GFP_ATOMIC | __GFP_NOWARN);
	if (!e)
		return NULL;
	if (is_v6) {
		ltcp_halfopen6(e)->local = o->flow.local.v6;
		ltcp_halfopen6(e)->remote = o->flow.remote.v6;
	}
	*e = (struct ltcp_halfopen){
		.listener = listener,
		.laddr = is_v6 ? 0 : o->flow.local.v4,
		.raddr = is_v6 ? 0 : o->flow.remote.v4,
		.lport = o->flow.lport,
		.rport = o->flow.rport,
		.iss = o->iss,
		.irs = o->irs,
		.expires = ltcp_jiffies32() + ltcp_synack_wait(listener, 0),
		.sent_us = o->sent_us,
		.ifindex = o->flow.ifindex,
		.mss = o->mss,
		.wnd = o->wnd,
		.snd_wscale = o->snd_wscale,
		.rcv_wscale = o->rcv_wscale,
		.ts_recent = o->ts_recent,
		.has_wscale = o->wscale_ok,
		.has_ts = o->ts_ok,
		.raw_ts = !o->ts_offset,
		.has_sack = o->sack_ok,
		.has_ecn = o->ecn_ok,
		.is_v6 = is_v6,
		.reopens = terms->reopens,
		.quota = terms->quota,
	};
	return e;
}

/* Put a new entry of @o at the end of its row. */
static int ltcp_row_add(struct ltcp_halfopen_row *row, struct sock *listener,
			const struct ltcp_opening *o,
			const struct ltcp_halfopen_terms *terms)
	__must_hold(&row->lock)
{
	struct ltcp_halfopen **link = ltcp_row_find(row, &o->flow);

	if (*link)
		return -EEXIST;	/* another CPU had the same SYN */
	if (row->len >= LTCP_HALFOPEN_ROW && !terms->toss)
		return -ENOSPC;
	*link = ltcp_halfopen_new(listener, o, terms);
	if (!*link)
		return -ENOMEM;
	if (++row->len > LTCP_HALFOPEN_ROW) {
		LTCP_INC(sock_net(row->head->listener), HalfOpenTossed);
		ltcp_row_remove(row, &row->head, false);
	}
	if (!timer_pending(&row->timer))
		ltcp_row_set_timer(row);
	return 0;
}

int ltcp_halfopen_add(struct sock *listener, const struct ltcp_opening *o,
		      const struct ltcp_halfopen_terms *terms,
		      struct sk_buff *syn)
{
	struct ltcp_accept *accept = ltcp_sk(listener)->accept;
	struct ltcp_halfopen_row *row = ltcp_row(&o->flow);
	int err = -EINVAL;

	/* Counted first: ltcp_halfopen_purge_listener() waits for the count. */
	atomic_inc_return(&accept->halfopens);
	if (!READ_ONCE(accept->open))
		goto refuse;

	spin_lock(&row->lock);
	err = ltcp_row_add(row, listener, o, terms);
	spin_unlock(&row->lock);
	if (err)
		goto refuse;
	LTCP_INC(o->flow.net, HalfOpens);
	ltcp_synack_send(listener, o, syn);
	return 0;

refuse:
	atomic_dec(&accept->halfopens);
	return err;
}

/* What to do with a segment that met its entry. */
enum ltcp_halfopen_verdict {
	LTCP_HO_OPEN,		/* it completes the handshake */
	LTCP_HO_DROP,
	LTCP_HO_SYNACK,		/* the SYN again: answer again */
	LTCP_HO_ACK,		/* tell the peer where we stand, at times */
	LTCP_HO_OLD,		/* the same for what PAWS says is old */
	LTCP_HO_OLD_QUIET,	/* but not now */
	LTCP_HO_NO_TS,		/* it lacks the timestamp it should have */
	LTCP_HO_RST,		/* it acknowledges what we never sent */
	LTCP_HO_REMOVE,		/* the peer takes its SYN back */
	LTCP_HO_DEFER,		/* no data: not yet worth a connection */
	LTCP_HO_FULL,		/* no room in the accept queue */
};

/* RFC 7323 3.2 and 5.3: LTCP_HO_OPEN if there is nothing against it. */
static enum ltcp_halfopen_verdict
ltcp_halfopen_check_ts(const struct ltcp_halfopen *e,
		       const struct ltcp_skb_cb *cb)
{
	if (!e->has_ts || (cb->flags & LTCP_RST))
		return LTCP_HO_OPEN;
	/* A SYN that was lost may come again without options. */
	if (!cb->has_ts)
		return (cb->flags & LTCP_SYN) ? LTCP_HO_OPEN : LTCP_HO_NO_TS;
	return ltcp_before(cb->tsval, e->ts_recent) ? LTCP_HO_OLD :
						      LTCP_HO_OPEN;
}

/* RFC 9293 3.10.7.4 for SYN-RECEIVED, in its order */
static enum ltcp_halfopen_verdict
ltcp_halfopen_check(const struct ltcp_halfopen *e, const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	enum ltcp_halfopen_verdict verdict;
	u32 nxt = e->irs + 1;
	u32 wnd;

	verdict = ltcp_halfopen_check_ts(e, cb);
	if (verdict != LTCP_HO_OPEN)
		return verdict;
	if ((cb->flags & (LTCP_SYN | LTCP_ACK | LTCP_RST)) == LTCP_SYN &&
	    cb->seq == e->irs)
		return LTCP_HO_SYNACK;

	wnd = ltcp_syn_window(READ_ONCE(e->listener->sk_rcvbuf));
	if (!ltcp_between(cb->seq, nxt, nxt + wnd))
		return (cb->flags & LTCP_RST) ? LTCP_HO_DROP : LTCP_HO_ACK;
	if (cb->flags & LTCP_RST)	/* RFC 5961 3.2 */
		return cb->seq == nxt ? LTCP_HO_REMOVE : LTCP_HO_ACK;
	if (cb->flags & LTCP_SYN)	/* RFC 5961 4.2 */
		return LTCP_HO_ACK;
	if (!(cb->flags & LTCP_ACK))
		return LTCP_HO_DROP;
	if (cb->ack != e->iss + 1)
		return LTCP_HO_RST;
	if (cb->end_seq == nxt &&
	    e->retrans < READ_ONCE(ltcp_sk(e->listener)->defer_accept))
		return LTCP_HO_DEFER;
	if (ltcp_accept_full(e->listener))
		return LTCP_HO_FULL;
	return LTCP_HO_OPEN;
}

/* RFC 5961 7: not for every segment, or two ends may talk for ever. */
static bool ltcp_halfopen_may_ack(struct ltcp_halfopen *e)
{
	const struct net *net = sock_net(e->listener);
	u32 gap = READ_ONCE(ltcp_net(net)->invalid_ratelimit);
	u32 now = ltcp_jiffies32();

	if (e->acked && jiffies_to_msecs(now - e->acked) < gap) {
		LTCP_INC(net, ChallengeAcksLimited);
		return false;
	}
	e->acked = now ?: 1;
	return true;
}

/* Answer and free a segment that left its entry, if any, half open. */
static void ltcp_halfopen_answer(enum ltcp_halfopen_verdict verdict,
				 const struct sock *listener,
				 const struct ltcp_opening *o,
				 struct sk_buff *skb)
{
	enum ltcp_mib reason = LTCP_MIB_DropHalfOpen;
	struct net *net = o->flow.net;

	switch (verdict) {
	case LTCP_HO_FULL:
		ltcp_listen_overflow(o, skb);
		return;
	case LTCP_HO_REMOVE:
		LTCP_INC(net, HalfOpenResets);
		__kfree_skb(skb);
		return;
	case LTCP_HO_SYNACK:
		if (!ltcp_quota_again(&o->flow))
			break;
		LTCP_INC(net, HalfOpenRetrans);
		ltcp_synack_send(listener, o, NULL);
		break;
	case LTCP_HO_OLD_QUIET:
		reason = LTCP_MIB_DropPaws;
		break;
	case LTCP_HO_OLD:
		reason = LTCP_MIB_DropPaws;
		fallthrough;
	case LTCP_HO_ACK:
		LTCP_INC(net, ChallengeAcks);
		ltcp_synack_remind(listener, o);
		break;
	case LTCP_HO_NO_TS:
		reason = LTCP_MIB_DropNoTimestamp;
		break;
	case LTCP_HO_RST:
		ltcp_synack_refuse(o, skb);
		break;
	case LTCP_HO_DEFER:
		LTCP_INC(net, DeferAcceptDrops);
		break;
	case LTCP_HO_OPEN:
		LTCP_INC(net, ListenDrops);	/* no memory */
		break;
	default:
		break;
	}
	ltcp_drop(net, skb, reason);
}

/* Does an entry that met a segment go, though no connection comes of it? */
static bool ltcp_halfopen_ends(enum ltcp_halfopen_verdict verdict,
			       const struct net *net)
{
	return verdict == LTCP_HO_REMOVE ||
	       (verdict == LTCP_HO_FULL &&
		READ_ONCE(ltcp_net(net)->abort_on_overflow));
}

/* An ACK is due, if it is not too soon after the last one. */
static enum ltcp_halfopen_verdict
ltcp_halfopen_limit(struct ltcp_halfopen *e, enum ltcp_halfopen_verdict verdict)
{
	if (ltcp_halfopen_may_ack(e))
		return verdict;
	return verdict == LTCP_HO_OLD ? LTCP_HO_OLD_QUIET : LTCP_HO_DROP;
}

/* What becomes of the entry at @link, which is @o; @child if it opens. */
static enum ltcp_halfopen_verdict
ltcp_halfopen_segment(struct ltcp_halfopen_row *row,
		      struct ltcp_halfopen **link, struct ltcp_opening *o,
		      const struct sk_buff *skb, struct sock **child)
	__must_hold(&row->lock)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	enum ltcp_halfopen_verdict verdict;
	struct ltcp_halfopen *e = *link;

	verdict = ltcp_halfopen_check(e, skb);
	if (verdict == LTCP_HO_SYNACK) {
		e->sent_us = 0;
		if (cb->has_ts) {
			e->ts_recent = cb->tsval;
			o->ts_recent = cb->tsval;
		}
	}
	if (verdict == LTCP_HO_ACK || verdict == LTCP_HO_OLD)
		verdict = ltcp_halfopen_limit(e, verdict);
	if (verdict == LTCP_HO_DEFER)
		e->deferred = 1;
	if (verdict == LTCP_HO_OPEN)
		/* In the connection table before the entry goes. */
		*child = ltcp_child_create(e->listener, o);
	if (*child || ltcp_halfopen_ends(verdict, o->flow.net))
		ltcp_row_remove(row, link, *child);
	return verdict;
}

bool ltcp_halfopen_rcv(const struct ltcp_flow *flow, struct sk_buff *skb)
{
	struct ltcp_halfopen_row *row = ltcp_row(flow);
	enum ltcp_halfopen_verdict verdict;
	struct ltcp_halfopen **link;
	struct sock *child = NULL;
	struct sock *listener;
	struct ltcp_opening o;

	/* Who finds no entry any more finds the connection in its place. */
	if (!smp_load_acquire(&row->head))
		return false;

	spin_lock(&row->lock);
	link = ltcp_row_find(row, flow);
	if (!*link) {
		spin_unlock(&row->lock);
		return false;
	}
	ltcp_trace_receive(flow, skb, TCP_SYN_RECV);
	listener = (*link)->listener;
	ltcp_halfopen_opening(*link, &o);
	o.flow = *flow;
	verdict = ltcp_halfopen_segment(row, link, &o, skb, &child);
	spin_unlock(&row->lock);

	if (child)
		ltcp_child_start(listener, child, skb);
	else
		ltcp_halfopen_answer(verdict, listener, &o, skb);
	return true;
}

/*
 * The timer
 */

/**
 * struct ltcp_due - what is sent for an entry when the row is unlocked
 * @listener: of the entry
 * @opening: the entry
 * @reset: it was given up
 */
struct ltcp_due {
	struct sock *listener;
	struct ltcp_opening opening;
	bool reset;
};

/* Is the peer of @e, which is due, waited for no longer? */
static bool ltcp_halfopen_over(const struct ltcp_halfopen *e)
{
	/* One that is there may take its time with the data. */
	bool there = e->deferred && e->retrans <
		     READ_ONCE(ltcp_sk(e->listener)->defer_accept);

	return ltcp_synack_over(e->listener, e->retrans, there);
}

/* A peer that is there is asked again only when the last round begins. */
static bool ltcp_halfopen_resends(const struct ltcp_halfopen *e)
{
	return !e->deferred ||
	       e->retrans >= READ_ONCE(ltcp_sk(e->listener)->defer_accept);
}

/* @e is due. True: something is to be sent, and @due says what. */
static bool ltcp_halfopen_expire(struct ltcp_halfopen_row *row,
				 struct ltcp_halfopen **link,
				 struct ltcp_due *due)
	__must_hold(&row->lock)
{
	struct ltcp_halfopen *e = *link;
	struct net *net = sock_net(e->listener);

	due->listener = e->listener;
	due->reset = ltcp_halfopen_over(e);
	ltcp_halfopen_opening(e, &due->opening);
	if (due->reset) {
		LTCP_INC(net, HalfOpenTimeouts);
		ltcp_row_remove(row, link, false);
		return READ_ONCE(ltcp_net(net)->synack_timeout_rst);
	}
	e->expires = ltcp_jiffies32() +
		     ltcp_synack_wait(e->listener, e->retrans + 1);
	e->sent_us = 0;
	e->retrans++;
	return ltcp_halfopen_resends(e);
}

/* Entries of the row that are due: send again, or give up. Not all at once. */
static unsigned int ltcp_row_expire(struct ltcp_halfopen_row *row,
				    struct ltcp_due *due)
	__must_hold(&row->lock)
{
	struct ltcp_halfopen **link = &row->head;
	struct ltcp_halfopen *e;
	unsigned int n = 0;

	while ((e = *link) && n < LTCP_HALFOPEN_DUE) {
		if ((s32)(e->expires - ltcp_jiffies32()) > 0) {
			link = &e->next;
			continue;
		}
		if (ltcp_halfopen_expire(row, link, &due[n]))
			n++;
		if (*link == e)
			link = &e->next;
	}
	return n;
}

static void ltcp_due_send(const struct ltcp_due *due)
{
	if (!ltcp_quota_again(&due->opening.flow))
		return;
	if (due->reset) {
		ltcp_synack_reset(due->listener, &due->opening);
		return;
	}
	LTCP_INC(due->opening.flow.net, HalfOpenRetrans);
	ltcp_synack_send(due->listener, &due->opening, NULL);
}

static void ltcp_row_fire(struct timer_list *t)
{
	struct ltcp_halfopen_row *row = timer_container_of(row, t, timer);
	struct ltcp_due due[LTCP_HALFOPEN_DUE];
	unsigned int i, n;

	rcu_read_lock();
	do {
		spin_lock_bh(&row->lock);
		n = ltcp_row_expire(row, due);
		ltcp_row_set_timer(row);
		spin_unlock_bh(&row->lock);
		for (i = 0; i < n; i++)
			ltcp_due_send(&due[i]);
	} while (n == LTCP_HALFOPEN_DUE);
	rcu_read_unlock();
}

static void ltcp_row_purge(struct ltcp_halfopen_row *row,
			   const struct sock *listener)
{
	struct ltcp_halfopen **link = &row->head;

	spin_lock_bh(&row->lock);
	while (*link) {
		if ((*link)->listener == listener) {
			LTCP_INC(sock_net(listener), HalfOpenPurged);
			ltcp_row_remove(row, link, false);
		} else {
			link = &(*link)->next;
		}
	}
	spin_unlock_bh(&row->lock);
}

bool ltcp_halfopen_icmp(const struct ltcp_flow *flow, u32 seq, bool hard)
{
	struct ltcp_halfopen_row *row = ltcp_row(flow);
	struct ltcp_halfopen **link;
	bool fits;

	if (!READ_ONCE(row->head))
		return false;
	spin_lock_bh(&row->lock);
	link = ltcp_row_find(row, flow);
	fits = *link && (*link)->iss == seq;
	if (fits && hard)
		ltcp_row_remove(row, link, false);
	spin_unlock_bh(&row->lock);
	return fits;
}

void ltcp_halfopen_purge_listener(struct sock *listener)
{
	unsigned int i;

	/*
	 * accept.open is false by now. Pairs with atomic_inc_return() in
	 * ltcp_halfopen_add(): who is not counted yet will see that. Who is
	 * counted may still be on its way to a row that was passed already.
	 */
	smp_mb();
	while (atomic_read(&ltcp_sk(listener)->accept->halfopens)) {
		for (i = 0; i < 1U << ltcp_row_bits; i++)
			ltcp_row_purge(&ltcp_rows[i], listener);
		cond_resched();
	}
}

static void ltcp_halfopen_tell(const struct ltcp_halfopen *e,
			       struct ltcp_halfopen_info *info)
{
	info->id = e;
	ltcp_halfopen_flow(e, &info->flow);
	info->expires = e->expires;
	info->retrans = e->retrans;
	info->uid = sk_uid(e->listener);
}

bool ltcp_halfopen_find(const struct ltcp_flow *flow,
			struct ltcp_halfopen_info *i, bool remove)
{
	struct ltcp_halfopen_row *row = ltcp_row(flow);
	struct ltcp_halfopen **link;
	bool found;

	spin_lock_bh(&row->lock);
	link = ltcp_row_find(row, flow);
	found = *link;
	if (found) {
		ltcp_halfopen_tell(*link, i);
		if (remove) {
			LTCP_INC(flow->net, Destroyed);
			ltcp_row_remove(row, link, false);
		}
	}
	spin_unlock_bh(&row->lock);
	return found;
}

bool ltcp_halfopen_walk(const struct net *net, unsigned int *pos,
			bool (*fn)(const struct ltcp_halfopen_info *i,
				   void *arg), void *arg)
{
	bool more = true;

	for (; more && *pos < 1U << ltcp_row_bits; ++*pos) {
		struct ltcp_halfopen_row *row = &ltcp_rows[*pos];
		struct ltcp_halfopen_info info;
		struct ltcp_halfopen *e;

		if (!READ_ONCE(row->head))
			continue;
		spin_lock_bh(&row->lock);
		for (e = row->head; e; e = e->next) {
			if (!net_eq(sock_net(e->listener), net))
				continue;
			ltcp_halfopen_tell(e, &info);
			more &= fn(&info, arg);
		}
		spin_unlock_bh(&row->lock);
	}
	return !more;
}

int ltcp_halfopen_init(void)
{
	unsigned int i;

	/* One row for 2 MiB of memory, within 1024 to 16384. */
	ltcp_row_bits = clamp(ilog2(totalram_pages() >> (21 - PAGE_SHIFT)),
			      10, 14);
	ltcp_rows = kvcalloc(1U << ltcp_row_bits, sizeof(*ltcp_rows),
			     GFP_KERNEL);
	if (!ltcp_rows)
		return -ENOMEM;
	ltcp_halfopen_cache = KMEM_CACHE(ltcp_halfopen, 0);
	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_halfopen6_cache = KMEM_CACHE(ltcp_halfopen6, 0);
	if (!ltcp_halfopen_cache ||
	    (IS_ENABLED(CONFIG_IPV6) && !ltcp_halfopen6_cache)) {
		kmem_cache_destroy(ltcp_halfopen6_cache);
		kmem_cache_destroy(ltcp_halfopen_cache);
		kvfree(ltcp_rows);
		return -ENOMEM;
	}
	for (i = 0; i < 1U << ltcp_row_bits; i++) {
		spin_lock_init(&ltcp_rows[i].lock);
		timer_setup(&ltcp_rows[i].timer, ltcp_row_fire, 0);
	}
	return 0;
}

void ltcp_halfopen_exit(void)
{
	unsigned int i;

	/* Listeners pin the module, and took their entries with them. */
	for (i = 0; i < 1U << ltcp_row_bits; i++) {
		timer_delete_sync(&ltcp_rows[i].timer);
		WARN_ON_ONCE(ltcp_rows[i].head);
	}
	kmem_cache_destroy(ltcp_halfopen6_cache);
	kmem_cache_destroy(ltcp_halfopen_cache);
	kvfree(ltcp_rows);
}
