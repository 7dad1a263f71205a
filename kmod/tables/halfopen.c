// SPDX-License-Identifier: GPL-2.0
/*
 * Half-open connections: a SYN has come, the last ACK has not.
 *
 * An entry is all that a SYN costs: no socket, no route, no timer of its own.
 * Entries hang in rows of a hash table with a key nobody knows. A row holds at
 * most LTCP_HALFOPEN_ROW of them, the oldest in front; one more tosses the
 * oldest out, so a flood can crowd rows at random but never fill the table for
 * a victim of its choice, and memory is bounded by the size of the table. One
 * timer serves a row: it resends SYN-ACKs and gives up after synack_retries.
 *
 * An entry points to its listener without a reference. That is safe because a
 * listener that closes removes its entries, and none can be added after it
 * said that it is closed (ltcp_accept.open is read under the row lock).
 *
 * The row lock is taken in softirq; inside it the child's socket, port and
 * connection table locks are taken, and nothing is sent.
 */

#include <linux/hash.h>

#include "ltcp.h"

#define LTCP_HALFOPEN_ROW	16	/* entries a row */
#define LTCP_SYNACK_RTO		HZ	/* RFC 6298 2.1 */
#define LTCP_SYNACK_RTO_MAX	(120 * HZ)

/**
 * struct ltcp_halfopen - one SYN that was answered
 * @next: younger entry of the row
 * @listener: who it is for
 * @laddr: our address
 * @raddr: the peer's
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
	u8 retrans;
};

static_assert(sizeof(struct ltcp_halfopen) <= 64);

struct ltcp_halfopen_row {
	spinlock_t lock;	/* all of the row and its entries */
	u32 len;
	struct ltcp_halfopen *head;
	struct timer_list timer;
};

static struct ltcp_halfopen_row *ltcp_rows;
static unsigned int ltcp_row_bits;
static struct kmem_cache *ltcp_halfopen_cache;

static struct ltcp_halfopen_row *ltcp_row(const struct ltcp_flow *flow)
{
	return &ltcp_rows[hash_32(flow->hash, ltcp_row_bits)];
}

static bool ltcp_halfopen_is(const struct ltcp_halfopen *e,
			     const struct ltcp_flow *flow)
{
	return e->rport == flow->rport && e->raddr == flow->remote.v4 &&
	       e->lport == flow->lport && e->laddr == flow->local.v4 &&
	       net_eq(sock_net(e->listener), flow->net);
}

static void ltcp_halfopen_flow(const struct ltcp_halfopen *e,
			       struct ltcp_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->net = sock_net(e->listener);
	flow->family = AF_INET;
	flow->local.v4 = e->laddr;
	flow->remote.v4 = e->raddr;
	flow->lport = e->lport;
	flow->rport = e->rport;
	flow->ifindex = e->ifindex;
	flow->hash = ltcp_flow_hash(flow);
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
	if (!opened) {
		ltcp_halfopen_flow(e, &flow);
		ltcp_tw_return(&flow);
	}
	*link = e->next;
	row->len--;
	atomic_dec(&ltcp_sk(e->listener)->accept.halfopens);
	atomic_dec(&ltcp_net(sock_net(e->listener))->halfopen_count);
	kmem_cache_free(ltcp_halfopen_cache, e);
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

/* What the SYN-ACK of an entry says; sent when the row is unlocked. */
struct ltcp_synack {
	struct ltcp_flow flow;
	struct ltcp_reply reply;
};

static u32 ltcp_halfopen_ts_offset(const struct ltcp_halfopen *e,
				   const struct ltcp_flow *flow)
{
	return e->has_ts && !e->raw_ts ? ltcp_ts_offset(flow) : 0;
}

static void ltcp_synack_make(struct ltcp_synack *s,
			     const struct ltcp_halfopen *e)
{
	u8 unused;
	u32 wnd;

	ltcp_halfopen_flow(e, &s->flow);
	ltcp_init_window(ltcp_net(s->flow.net), e->listener->sk_rcvbuf, &wnd,
			 &unused);
	memset(&s->reply, 0, sizeof(s->reply));
	s->reply.seq = e->iss;
	s->reply.ack = e->irs + 1;
	s->reply.flags = LTCP_SYN | LTCP_ACK;
	s->reply.wnd = wnd;
	s->reply.sk = e->listener;
	s->reply.opt.has = LTCP_HAS_MSS;
	s->reply.opt.mss = ltcp_sk(e->listener)->mss_user;
	if (e->has_wscale) {
		s->reply.opt.has |= LTCP_HAS_WSCALE;
		s->reply.opt.wscale = e->rcv_wscale;
	}
	if (e->has_sack)
		s->reply.opt.has |= LTCP_HAS_SACK_OK;
	if (e->has_ts) {
		s->reply.opt.has |= LTCP_HAS_TIMESTAMP;
		s->reply.opt.tsval = ltcp_clock_ts() +
				     ltcp_halfopen_ts_offset(e, &s->flow);
		s->reply.opt.tsecr = e->ts_recent;
	}
}

/* Under RCU, which keeps the listener's memory. */
static void ltcp_synack_send(struct ltcp_synack *s)
{
	const struct ltcp_af_ops *af = ltcp_sk(s->reply.sk)->af;
	u32 hdrs = af->net_hdr_len + LTCP_HDR_LEN;
	u32 mtu = max(af->flow_mtu(&s->flow), hdrs + af->mss_default);
	u32 mss = min_t(u32, mtu - hdrs, U16_MAX);

	if (s->reply.opt.mss)
		mss = min_t(u32, mss, s->reply.opt.mss);
	s->reply.opt.mss = mss;
	ltcp_reply(&s->flow, &s->reply, TCP_SYN_RECV);
}

static struct ltcp_halfopen *
ltcp_halfopen_new(struct sock *listener, const struct ltcp_flow *flow,
		  const struct sk_buff *skb, const struct ltcp_options *opt,
		  u32 isn)
{
	const struct ltcp_net *ln = ltcp_net(flow->net);
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_halfopen *e;
	u8 wscale;
	u32 wnd;

	e = kmem_cache_zalloc(ltcp_halfopen_cache, GFP_ATOMIC);
	if (!e)
		return NULL;
	e->listener = listener;
	e->laddr = flow->local.v4;
	e->raddr = flow->remote.v4;
	e->lport = flow->lport;
	e->rport = flow->rport;
	e->ifindex = flow->ifindex;
	e->iss = isn;
	e->irs = cb->seq;
	e->wnd = cb->wnd;
	e->mss = (opt->has & LTCP_HAS_MSS) ? opt->mss :
					     ltcp_sk(listener)->af->mss_default;
	e->expires = ltcp_jiffies32() + LTCP_SYNACK_RTO;
	e->sent_us = (u32)ltcp_clock_us() ?: 1;
	if ((opt->has & LTCP_HAS_WSCALE) && READ_ONCE(ln->window_scaling)) {
		ltcp_init_window(ln, listener->sk_rcvbuf, &wnd, &wscale);
		e->has_wscale = 1;
		e->snd_wscale = opt->wscale;
		e->rcv_wscale = wscale;
	}
	if ((opt->has & LTCP_HAS_TIMESTAMP) && READ_ONCE(ln->timestamps)) {
		e->has_ts = 1;
		e->raw_ts = READ_ONCE(ln->timestamps) == 2;
		e->ts_recent = opt->tsval;
	}
	return e;
}

bool ltcp_halfopen_add(struct sock *listener, const struct ltcp_flow *flow,
		       const struct sk_buff *skb,
		       const struct ltcp_options *opt, u32 isn)
{
	struct ltcp_accept *accept = &ltcp_sk(listener)->accept;
	struct ltcp_halfopen_row *row = ltcp_row(flow);
	struct ltcp_net *ln = ltcp_net(flow->net);
	struct ltcp_halfopen **link;
	struct ltcp_halfopen *e;
	struct ltcp_synack s;

	/* Counted first: ltcp_halfopen_purge_listener() waits for the count. */
	if (atomic_inc_return(&accept->halfopens) >
	    READ_ONCE(ln->max_syn_backlog) || !READ_ONCE(accept->open))
		goto refuse;
	e = ltcp_halfopen_new(listener, flow, skb, opt, isn);
	if (!e)
		goto refuse;
	ltcp_synack_make(&s, e);

	spin_lock_bh(&row->lock);
	link = ltcp_row_find(row, flow);
	if (*link) {
		/* Another CPU was faster with the same SYN. */
		spin_unlock_bh(&row->lock);
		kmem_cache_free(ltcp_halfopen_cache, e);
		goto refuse;
	}
	*link = e;
	row->len++;
	atomic_inc(&ln->halfopen_count);
	if (row->len > LTCP_HALFOPEN_ROW) {
		LTCP_INC(sock_net(row->head->listener), HalfOpenTossed);
		ltcp_row_remove(row, &row->head, false);
	}
	if (!timer_pending(&row->timer))
		mod_timer(&row->timer, jiffies + LTCP_SYNACK_RTO);
	spin_unlock_bh(&row->lock);

	LTCP_INC(flow->net, HalfOpens);
	ltcp_synack_send(&s);
	return true;

refuse:
	atomic_dec(&accept->halfopens);
	return false;
}

/* What to do with a segment that met its entry. */
enum ltcp_halfopen_verdict {
	LTCP_HO_OPEN,		/* it completes the handshake */
	LTCP_HO_DROP,
	LTCP_HO_SYNACK,		/* the SYN again: answer again */
	LTCP_HO_ACK,		/* tell the peer where we stand, at times */
	LTCP_HO_OLD,		/* the same for what PAWS says is old */
	LTCP_HO_NO_TS,		/* it lacks the timestamp it should have */
	LTCP_HO_RST,		/* it acknowledges what we never sent */
	LTCP_HO_REMOVE,		/* the peer takes its SYN back */
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
	u8 unused;
	u32 wnd;

	verdict = ltcp_halfopen_check_ts(e, cb);
	if (verdict != LTCP_HO_OPEN)
		return verdict;
	if ((cb->flags & (LTCP_SYN | LTCP_ACK | LTCP_RST)) == LTCP_SYN &&
	    cb->seq == e->irs)
		return LTCP_HO_SYNACK;

	ltcp_init_window(ltcp_net(sock_net(e->listener)),
			 e->listener->sk_rcvbuf, &wnd, &unused);
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

static struct sock *ltcp_halfopen_open(const struct ltcp_halfopen *e,
				       const struct ltcp_flow *flow)
{
	const struct ltcp_opening o = {
		.flow = *flow,
		.iss = e->iss,
		.irs = e->irs,
		.mss = e->mss,
		.wnd = e->wnd,
		.sent_us = e->sent_us,
		.snd_wscale = e->has_wscale ? e->snd_wscale : 0,
		.rcv_wscale = e->has_wscale ? e->rcv_wscale : 0,
		.ts_ok = e->has_ts,
		.ts_recent = e->ts_recent,
		.ts_offset = ltcp_halfopen_ts_offset(e, flow),
		.sack_ok = e->has_sack,
		.retrans = e->retrans,
	};

	return ltcp_child_create(e->listener, &o);
}

/* Answer and free a segment that left its entry, if any, half open. */
static void ltcp_halfopen_answer(enum ltcp_halfopen_verdict verdict,
				 const struct ltcp_flow *flow,
				 struct sk_buff *skb, struct ltcp_synack *s,
				 enum ltcp_mib reason)
{
	bool overflow = verdict == LTCP_HO_FULL;

	if (overflow) {
		LTCP_INC(flow->net, ListenOverflows);
		reason = LTCP_MIB_DropAcceptQueue;
		if (READ_ONCE(ltcp_net(flow->net)->abort_on_overflow)) {
			LTCP_INC(flow->net, AcceptAborts);
			verdict = LTCP_HO_RST;
		}
	}
	switch (verdict) {
	case LTCP_HO_SYNACK:
		LTCP_INC(flow->net, HalfOpenRetrans);
		ltcp_synack_send(s);
		break;
	case LTCP_HO_ACK:
		LTCP_INC(flow->net, ChallengeAcks);
		s->reply.flags = LTCP_ACK;
		s->reply.seq++;
		s->reply.opt.has &= LTCP_HAS_TIMESTAMP;
		ltcp_reply(flow, &s->reply, TCP_SYN_RECV);
		break;
	case LTCP_HO_RST:
		ltcp_reply_rst_with(flow, skb, &s->reply.opt);
		break;
	default:
		break;
	}
	ltcp_drop(flow->net, skb, reason);
}

bool ltcp_halfopen_rcv(const struct ltcp_flow *flow, struct sk_buff *skb)
{
	struct ltcp_halfopen_row *row = ltcp_row(flow);
	enum ltcp_mib reason = LTCP_MIB_DropHalfOpen;
	enum ltcp_halfopen_verdict verdict;
	struct sock *listener = NULL;
	struct ltcp_halfopen **link;
	struct sock *child = NULL;
	struct ltcp_halfopen *e;
	struct ltcp_synack s;

	if (!READ_ONCE(row->head))
		return false;

	spin_lock_bh(&row->lock);
	link = ltcp_row_find(row, flow);
	e = *link;
	if (!e) {
		spin_unlock_bh(&row->lock);
		return false;
	}
	ltcp_trace_receive(flow, skb, TCP_SYN_RECV);
	verdict = ltcp_halfopen_check(e, skb);
	listener = e->listener;
	if (verdict == LTCP_HO_NO_TS) {
		reason = LTCP_MIB_DropNoTimestamp;
		verdict = LTCP_HO_DROP;
	}
	if (verdict == LTCP_HO_OLD) {
		reason = LTCP_MIB_DropPaws;
		verdict = LTCP_HO_ACK;
	}
	if (verdict == LTCP_HO_SYNACK) {
		e->sent_us = 0;
		if (ltcp_cb(skb)->has_ts)
			e->ts_recent = ltcp_cb(skb)->tsval;
	}
	ltcp_synack_make(&s, e);
	if (verdict == LTCP_HO_ACK && !ltcp_halfopen_may_ack(e))
		verdict = LTCP_HO_DROP;
	if (verdict == LTCP_HO_OPEN)
		/* In the connection table before the entry goes. */
		child = ltcp_halfopen_open(e, flow);
	if (child || verdict == LTCP_HO_REMOVE ||
	    (verdict == LTCP_HO_FULL &&
	     READ_ONCE(ltcp_net(flow->net)->abort_on_overflow)))
		ltcp_row_remove(row, link, child);
	spin_unlock_bh(&row->lock);

	if (child) {
		ltcp_child_start(listener, child, skb);
		return true;
	}
	if (verdict == LTCP_HO_REMOVE) {
		LTCP_INC(flow->net, HalfOpenResets);
		__kfree_skb(skb);
		return true;
	}
	if (verdict == LTCP_HO_OPEN)
		LTCP_INC(flow->net, ListenDrops);	/* no memory */
	ltcp_halfopen_answer(verdict, flow, skb, &s, reason);
	return true;
}

/* Entries of the row that are due: send again, or give up. */
static unsigned int ltcp_row_expire(struct ltcp_halfopen_row *row,
				    struct ltcp_synack *due)
	__must_hold(&row->lock)
{
	struct ltcp_halfopen **link = &row->head;
	struct ltcp_halfopen *e;
	unsigned int n = 0;

	while ((e = *link)) {
		struct net *net = sock_net(e->listener);

		if ((s32)(e->expires - ltcp_jiffies32()) > 0) {
			link = &e->next;
			continue;
		}
		if (e->retrans >= READ_ONCE(ltcp_net(net)->synack_retries)) {
			LTCP_INC(net, HalfOpenTimeouts);
			ltcp_row_remove(row, link, false);
			continue;
		}
		e->retrans++;
		e->sent_us = 0;
		e->expires = ltcp_jiffies32() +
			     min_t(u64, (u64)LTCP_SYNACK_RTO << e->retrans,
				   LTCP_SYNACK_RTO_MAX);
		LTCP_INC(net, HalfOpenRetrans);
		ltcp_synack_make(&due[n++], e);
		link = &e->next;
	}
	return n;
}

static void ltcp_row_fire(struct timer_list *t)
{
	struct ltcp_halfopen_row *row = timer_container_of(row, t, timer);
	struct ltcp_synack due[LTCP_HALFOPEN_ROW];
	unsigned int i, n;

	rcu_read_lock();
	spin_lock_bh(&row->lock);
	n = ltcp_row_expire(row, due);
	ltcp_row_set_timer(row);
	spin_unlock_bh(&row->lock);
	for (i = 0; i < n; i++)
		ltcp_synack_send(&due[i]);
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

void ltcp_halfopen_purge_listener(struct sock *listener)
{
	unsigned int i;

	/*
	 * accept.open is false by now. Pairs with atomic_inc_return() in
	 * ltcp_halfopen_add(): who is not counted yet will see that. Who is
	 * counted may still be on its way to a row that was passed already.
	 */
	smp_mb();
	while (atomic_read(&ltcp_sk(listener)->accept.halfopens)) {
		for (i = 0; i < 1U << ltcp_row_bits; i++)
			ltcp_row_purge(&ltcp_rows[i], listener);
		cond_resched();
	}
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
			ltcp_halfopen_flow(e, &info.flow);
			info.expires = e->expires;
			info.retrans = e->retrans;
			info.uid = sock_i_uid(e->listener);
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
	ltcp_halfopen_cache = kmem_cache_create("ltcp_halfopen",
						sizeof(struct ltcp_halfopen),
						0, 0, NULL);
	if (!ltcp_halfopen_cache) {
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
	kmem_cache_destroy(ltcp_halfopen_cache);
	kvfree(ltcp_rows);
}
