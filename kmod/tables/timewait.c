// SPDX-License-Identifier: GPL-2.0
/*
 * TIME_WAIT: connections that are over, but whose old segments may still
 * arrive, and whose peer may not have heard our last ACK (RFC 9293 3.6.1).
 *
 * The engine hands a connection over with ltcp_tw_enter(); the IP layer offers
 * each segment that met no connection to ltcp_tw_rcv(); connect() asks
 * ltcp_tw_claim(). The table answers, but it opens nothing: a SYN that may
 * reopen a connection goes on to a listener.
 *
 * An entry stands in two places, from ltcp_tw_enter() until its end:
 *  - a chain of the hash table, for all namespaces. The spinlock of the chain
 *    protects the chain and the entries in it. Without it one may only ask
 *    whether the chain is empty, which is what nearly every SYN finds out.
 *  - a slot of its namespace's wheel, or in the hands of who files it there.
 *    The wheel's spinlock protects the slots and the entries' wheel_next.
 * The wheel owns the entry: only who took it off the wheel frees it, after
 * taking it off its chain. So an entry that ends early (reopened, reset) is
 * marked, not removed; the next TIME_WAIT of the same connection takes it over.
 * There is never more than one for a connection. Those that are marked count
 * like the others, and hold their port like them.
 *
 * There are at most max_tw_buckets of a namespace. One more, and the one that
 * entered first (within a step of the wheel) gives way: its peer has had the
 * most time to hear our last ACK, and old segments the most time to die, so it
 * is missed least.
 *
 * The two locks are never held together. Both are taken with bottom halves
 * off, inside the socket lock. Chain locks are also taken inside the lock of a
 * port; inside a chain lock only RCU lookups are done.
 */

#include <linux/init.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include <linux/time.h>
#include <linux/timer.h>

#include "control/control.h"
#include "ip/ip.h"
#include "ltcp.h"
#include "tables/slots.h"
#include "tables/tables.h"

#define TW_SLOT_SHIFT	17		/* one chain for 128 KiB of memory */
#define TW_SLOTS_MAX	BIT(18)
#define TW_LOCKS	1024

/*
 * A wheel turns by 64 to 128 ms and once around in more than a minute, so the
 * usual 2 MSL of 60 s are filed once. Nothing expires early, and nothing more
 * than a few steps (and the budget) late: the kernel's timers are late by an
 * eighth of their delay, so they are never asked for a long one.
 */
#define TW_WHEEL_SLOTS	1024
#define TW_STEP_SHIFT	ilog2(HZ / 8)
#define TW_STEP		((u32)BIT(TW_STEP_SHIFT)) /* jiffies */
#define TW_NAP		(16 * TW_STEP)		/* longest delay */

/* Entries that one run of the timer looks at, a fraction of a millisecond. */
#define TW_BUDGET	2048

/* How far beyond all we sent a reopened connection starts (MAY-2). */
#define TW_ISN_GAP	(LTCP_MAX_WINDOW + 1)

/* ltcp_tw.flags */
#define TW_YIELDED	0x1	/* gave way to a SYN */
#define TW_RESET	0x2	/* ended by RST */
#define TW_ANSWERED	0x4	/* acked_at is valid */
#define TW_TIMESTAMPS	0x8	/* the connection used them */
#define TW_IPV6		0x10	/* it is the first part of a struct ltcp_tw6 */
#define TW_KIND		TW_IPV6	/* what stays as long as the entry does */

/* Entries that one newcomer looks at to make room. */
#define TW_EVICT	8

/**
 * struct ltcp_tw - a connection in TIME_WAIT
 * @next: in its chain
 * @wheel_next: in its wheel slot
 * @port: bucket of the local port, held; it knows the namespace [c]
 * @laddr: our address, if it is of IPv4 [c]
 * @raddr: the peer's address, likewise [c]
 * @lport: our port [c]
 * @rport: the peer's port [c]
 * @snd_nxt: SND.NXT, one past our FIN
 * @rcv_nxt: RCV.NXT, one past the peer's FIN
 * @expires: jiffies, low 32 bits
 * @acked_at: jiffies, low 32 bits: last ACK that was subject to the limit
 * @ts_recent: TS.Recent
 * @ts_offset: of our timestamps to the clock
 * @wnd: window field to advertise, as on the wire
 * @wscale: shift of @wnd
 * @flags: TW_*
 *
 * The number of these is what a busy server pays for closing first.
 */
struct ltcp_tw {
	struct ltcp_tw *next;
	struct ltcp_tw *wheel_next;
	struct ltcp_port *port;
	__be32 laddr;
	__be32 raddr;
	__be16 lport;
	__be16 rport;
	u32 snd_nxt;
	u32 rcv_nxt;
	u32 expires;
	u32 acked_at;
	u32 ts_recent;
	u32 ts_offset;
	u16 wnd;
	u8 wscale;
	u8 flags;
};

static_assert(sizeof(struct ltcp_tw) <= 64);

/**
 * struct ltcp_tw6 - the same with the addresses of IPv6
 * @tw: all else
 * @local: our address [c]
 * @remote: the peer's address [c]
 * @ifindex: interface that the connection was bound to, as it is where
 *	     addresses are of one link only; 0: none [c]
 */
struct ltcp_tw6 {
	struct ltcp_tw tw;
	struct in6_addr local;
	struct in6_addr remote;
	int ifindex;
};

static_assert(sizeof(struct ltcp_tw6) <= 104);

/**
 * struct ltcp_tw_wheel - one namespace's entries by the time they expire
 * @lock: innermost but for the kernel's own
 * @filed: entries in the slots
 * @hand: when the slot is due that is next, multiple of TW_STEP
 * @first: no slot that is due before holds an entry, if one is filed
 * @timer: pending while an entry is filed
 * @slot: entries that expire in the TW_STEP before the slot is due, or later
 */
struct ltcp_tw_wheel {
	spinlock_t lock;	/* protects the rest */
	u32 filed;
	u32 hand;
	u32 first;
	struct timer_list timer;
	struct ltcp_tw *slot[TW_WHEEL_SLOTS];
};

static struct ltcp_tw **tw_chains __read_mostly;
static unsigned int tw_mask __read_mostly;
static spinlock_t *tw_locks __read_mostly;
static unsigned int tw_lock_mask __read_mostly;
static struct kmem_cache *tw_cache __read_mostly;
static struct kmem_cache *tw6_cache __read_mostly;

static struct ltcp_tw **tw_chain(u32 hash)
{
	return &tw_chains[hash & tw_mask];
}

static spinlock_t *tw_lock(u32 hash)
{
	return &tw_locks[hash & tw_mask & tw_lock_mask];
}

static struct net *tw_netns(const struct ltcp_tw *tw)
{
	return ltcp_port_net(tw->port);
}

static bool tw_alive(const struct ltcp_tw *tw)
{
	return !(tw->flags & (TW_YIELDED | TW_RESET));
}

static bool tw_is_v6(const struct ltcp_tw *tw)
{
	return tw->flags & TW_IPV6;
}

static struct ltcp_tw6 *tw6(const struct ltcp_tw *tw)
{
	return container_of((void *)tw, struct ltcp_tw6, tw);
}

static struct kmem_cache *tw_cache_of(bool is_v6)
{
	return is_v6 ? tw6_cache : tw_cache;
}

static bool tw_same_addrs(const struct ltcp_tw *tw,
			  const struct ltcp_flow *flow)
{
	if (tw_is_v6(tw) != ltcp_is_v6(flow->family))
		return false;
	if (!tw_is_v6(tw))
		return tw->raddr == flow->remote.v4 &&
		       tw->laddr == flow->local.v4;
	return ipv6_addr_equal(&tw6(tw)->remote, &flow->remote.v6) &&
	       ipv6_addr_equal(&tw6(tw)->local, &flow->local.v6) &&
	       (tw6(tw)->ifindex == flow->ifindex || !ltcp_flow_on_link(flow));
}

static bool tw_match(const struct ltcp_tw *tw, const struct ltcp_flow *flow)
{
	return tw->lport == flow->lport && tw->rport == flow->rport &&
	       tw_same_addrs(tw, flow) &&
	       net_eq(tw_netns(tw), flow->net);
}

static void tw_flow(const struct ltcp_tw *tw, struct ltcp_flow *flow)
{
	*flow = (struct ltcp_flow) {
		.net = tw_netns(tw),
		.lport = tw->lport,
		.rport = tw->rport,
		.family = tw_is_v6(tw) ? AF_INET6 : AF_INET,
	};
	if (tw_is_v6(tw)) {
		flow->local.v6 = tw6(tw)->local;
		flow->remote.v6 = tw6(tw)->remote;
		flow->ifindex = tw6(tw)->ifindex;
	} else {
		flow->local.v4 = tw->laddr;
		flow->remote.v4 = tw->raddr;
	}
	flow->hash = ltcp_flow_hash(flow);
}

/* The entry of @flow, alive or not. */
static struct ltcp_tw *tw_find(const struct ltcp_flow *flow)
	__must_hold(tw_lock(flow->hash))
{
	struct ltcp_tw *tw;

	lockdep_assert_held(tw_lock(flow->hash));
	for (tw = *tw_chain(flow->hash); tw; tw = tw->next) {
		if (tw_match(tw, flow))
			return tw;
	}
	return NULL;
}

static void tw_unlink(struct ltcp_tw *tw, u32 hash)
	__must_hold(tw_lock(hash))
{
	struct ltcp_tw **link = tw_chain(hash);

	lockdep_assert_held(tw_lock(hash));
	while (*link != tw)
		link = &(*link)->next;
	WRITE_ONCE(*link, tw->next);
}

/*
 * No entry could match @flow: asked without the lock. A connection enters this
 * table before it leaves the other; whoever did not find it there must not
 * have looked here before.
 */
static bool tw_chain_empty(const struct ltcp_flow *flow)
{
	smp_rmb(); /* chain of tables/conn.c before ours; locks do it there */
	return !READ_ONCE(*tw_chain(flow->hash));
}

/* RFC 9293 3.6.1, MUST-13. One more: this jiffy is already running. */
static u32 tw_deadline(const struct ltcp_net *ln)
{
	return ltcp_jiffies32() +
	       msecs_to_jiffies(2 * (u32)READ_ONCE(ln->msl_ms)) + 1;
}

/*
 * The wheel
 */

static struct ltcp_tw **wheel_slot(struct ltcp_tw_wheel *w, u32 due)
{
	return &w->slot[(due >> TW_STEP_SHIFT) % TW_WHEEL_SLOTS];
}

/* The timer shall run at @due, or before, but not in this jiffy. */
static void wheel_arm(struct ltcp_tw_wheel *w, u32 due)
	__must_hold(&w->lock)
{
	s32 delay = due - ltcp_jiffies32();

	mod_timer(&w->timer, jiffies + clamp_t(s32, delay, 1, TW_NAP));
}

/*
 * The first slot with entries that is due at @now, or NULL. Turns the hand
 * over empty ones. Not for an empty wheel, whose hand may stand far behind.
 */
static struct ltcp_tw **wheel_turn(struct ltcp_tw_wheel *w, u32 now)
	__must_hold(&w->lock)
{
	struct ltcp_tw **slot;

	lockdep_assert_held(&w->lock);
	for (; !time_after32(w->hand, now); w->hand += TW_STEP) {
		slot = wheel_slot(w, w->hand);
		if (*slot)
			return slot;
	}
	return NULL;
}

/* @tw is in its chain and, until this returns, on no wheel. */
static void wheel_file(struct ltcp_tw_wheel *w, struct ltcp_tw *tw, u32 expires)
{
	u32 due, now = ltcp_jiffies32();
	struct ltcp_tw **slot;
	s32 ahead;

	spin_lock_bh(&w->lock);
	if (w->filed++)
		wheel_turn(w, now);
	else
		w->hand = round_down(now, TW_STEP);
	ahead = round_up(expires, TW_STEP) - w->hand;
	due = w->hand +
	      clamp_t(s32, ahead, 0, (TW_WHEEL_SLOTS - 1) * TW_STEP);

	if (w->filed == 1 || time_before32(due, w->first))
		w->first = due;
	slot = wheel_slot(w, due);
	tw->wheel_next = *slot;
	*slot = tw;
	if (!timer_pending(&w->timer) ||
	    time_before32(due, (u32)w->timer.expires))
		wheel_arm(w, due);
	spin_unlock_bh(&w->lock);
}

/* One entry of a slot that is due at @now, off the wheel; or NULL. */
static struct ltcp_tw *wheel_take(struct ltcp_tw_wheel *w, u32 now)
{
	struct ltcp_tw **slot = NULL;
	struct ltcp_tw *tw = NULL;

	spin_lock_bh(&w->lock);
	if (w->filed)
		slot = wheel_turn(w, now);
	if (slot) {
		tw = *slot;
		*slot = tw->wheel_next;
		w->filed--;
	}
	spin_unlock_bh(&w->lock);
	return tw;
}

/*
 * One entry of the first slot that has any, off the wheel, due or not; or
 * NULL. What stands in one slot is of one age, more or less.
 */
static struct ltcp_tw *wheel_take_first(struct ltcp_tw_wheel *w)
{
	struct ltcp_tw *tw = NULL;
	struct ltcp_tw **slot;

	spin_lock_bh(&w->lock);
	if (w->filed) {
		if (time_before32(w->first, w->hand))
			w->first = w->hand;
		while (!*wheel_slot(w, w->first))
			w->first += TW_STEP;
		slot = wheel_slot(w, w->first);
		tw = *slot;
		*slot = tw->wheel_next;
		w->filed--;
	}
	spin_unlock_bh(&w->lock);
	return tw;
}

/* @tw is off the wheel, and off its chain: nobody can find it. */
static void tw_free(struct ltcp_tw *tw)
{
	atomic_dec(&ltcp_net(tw_netns(tw))->tw_count);
	ltcp_port_tw_put(tw->port);
	kmem_cache_free(tw_cache_of(tw_is_v6(tw)), tw);
}

/*
 * Time of @tw, just taken off the wheel, is up by @now; or was put off since,
 * then it is filed again. @why counts it.
 */
static void tw_settle(struct ltcp_tw_wheel *w, struct ltcp_tw *tw, u32 now,
		      enum ltcp_mib why)
{
	struct ltcp_flow flow;
	bool early, alive;
	u32 expires;

	tw_flow(tw, &flow);
	spin_lock_bh(tw_lock(flow.hash));
	expires = tw->expires;
	early = time_after32(expires, now);
	alive = tw_alive(tw);
	if (!early)
		tw_unlink(tw, flow.hash);
	spin_unlock_bh(tw_lock(flow.hash));

	if (early) {
		wheel_file(w, tw, expires);
		return;
	}
	if (alive)
		ltcp_count(tw_netns(tw), why);
	tw_free(tw);
}

/* Make room for one more, at a bounded cost; max_tw_buckets may have shrunk. */
static void tw_evict(struct ltcp_net *ln)
{
	u32 limit = READ_ONCE(ln->max_tw_buckets);
	u32 end = ltcp_jiffies32() + S32_MAX / 2;
	unsigned int tries = TW_EVICT;
	struct ltcp_tw *tw;

	while (tries-- && atomic_read(&ln->tw_count) >= limit) {
		tw = wheel_take_first(ln->tw_wheel);
		if (!tw)
			return;
		tw_settle(ln->tw_wheel, tw, end, LTCP_MIB_TimeWaitOverflows);
	}
}

static void tw_timer(struct timer_list *t)
{
	struct ltcp_tw_wheel *w = timer_container_of(w, t, timer);
	unsigned int budget = TW_BUDGET;
	u32 now = ltcp_jiffies32();
	struct ltcp_tw *tw;
	u32 due;

	while (budget-- && (tw = wheel_take(w, now)))
		tw_settle(w, tw, now, LTCP_MIB_TimeWaitExpired);

	spin_lock_bh(&w->lock);
	if (w->filed) {
		due = w->hand;
		while (!*wheel_slot(w, due))
			due += TW_STEP;
		wheel_arm(w, due);
	}
	spin_unlock_bh(&w->lock);
}

/*
 * Entering
 */

static void tw_fill(struct ltcp_tw *tw, const struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);

	tw->snd_nxt = ls->snd.nxt;
	tw->rcv_nxt = ls->rcv.nxt;
	tw->expires = tw_deadline(ltcp_net(sock_net(sk)));
	tw->wscale = ls->rcv.wscale;
	tw->wnd = min(ltcp_rcv_wnd(ls) >> ls->rcv.wscale, LTCP_MAX_WINDOW);
	tw->ts_recent = ls->ts.recent;
	tw->ts_offset = ls->ts.offset;
	tw->flags &= TW_KIND;
	if (ls->ts_ok)
		tw->flags |= TW_TIMESTAMPS;
}

static struct ltcp_tw *tw_new(const struct ltcp_flow *flow)
{
	const bool is_v6 = ltcp_is_v6(flow->family);
	struct ltcp_net *ln = ltcp_net(flow->net);
	struct ltcp_tw *tw;

	if (atomic_inc_return(&ln->tw_count) > READ_ONCE(ln->max_tw_buckets))
		goto refuse;
	tw = kmem_cache_alloc(tw_cache_of(is_v6), GFP_ATOMIC | __GFP_NOWARN);
	if (!tw)
		goto refuse;
	tw->flags = is_v6 ? TW_IPV6 : 0;
	if (is_v6) {
		tw6(tw)->local = flow->local.v6;
		tw6(tw)->remote = flow->remote.v6;
		tw6(tw)->ifindex = flow->ifindex;
	} else {
		tw->laddr = flow->local.v4;
		tw->raddr = flow->remote.v4;
	}
	tw->lport = flow->lport;
	tw->rport = flow->rport;
	return tw;
refuse:
	atomic_dec(&ln->tw_count);
	return NULL;
}

/*
 * @sk is in the connection table, so no other socket can enter for the same
 * flow meanwhile. A marked entry may be there from before, and is taken over
 * where it is on the wheel; its own hold of the port, the same one, remains.
 */
bool ltcp_tw_enter(struct sock *sk)
{
	struct ltcp_tw *tw, *fresh = NULL;
	struct net *net = sock_net(sk);
	struct ltcp_port *port;
	struct ltcp_flow flow;
	u32 expires = 0;

	ltcp_owned(sk);
	tw_evict(ltcp_net(net));
	ltcp_sk(sk)->af->flow_of(sk, &flow);
	port = ltcp_port_tw_get(sk);

	spin_lock_bh(tw_lock(flow.hash));
	tw = tw_find(&flow);
	if (!tw) {
		fresh = tw_new(&flow);
		tw = fresh;
	}
	if (tw) {
		tw_fill(tw, sk);
		expires = tw->expires;
	}
	if (fresh) {
		fresh->port = port;
		fresh->next = *tw_chain(flow.hash);
		WRITE_ONCE(*tw_chain(flow.hash), fresh);
	}
	spin_unlock_bh(tw_lock(flow.hash));

	if (fresh)
		wheel_file(ltcp_net(net)->tw_wheel, fresh, expires);
	else
		ltcp_port_tw_put(port);
	if (!tw) {
		LTCP_INC(net, TimeWaitRefused);
		return false;
	}
	LTCP_INC(net, TimeWaits);
	return true;
}

/*
 * Segment arrival. What becomes of a segment is decided under the chain lock,
 * one function for each check, and carried out behind it.
 */

/**
 * struct tw_fate - what becomes of a segment
 * @reason: LTCP_MIB_Drop*, or LTCP_MIB_MAX: it was accepted
 * @ack: answer with an ACK
 * @limit: but not more often than invalid_ratelimit allows
 */
struct tw_fate {
	enum ltcp_mib reason;
	bool ack;
	bool limit;
};

static const struct tw_fate tw_accepted = { .reason = LTCP_MIB_MAX };

static struct tw_fate tw_silent(enum ltcp_mib reason)
{
	return (struct tw_fate) { .reason = reason };
}

static struct tw_fate tw_challenge(enum ltcp_mib reason)
{
	return (struct tw_fate) {
		.reason = reason, .ack = true, .limit = true
	};
}

static struct tw_fate tw_rst(struct ltcp_tw *tw, const struct ltcp_skb_cb *cb)
{
	u32 ahead = cb->seq - tw->rcv_nxt;

	/* RFC 1337 3, fix F1: no RST may end TIME_WAIT. */
	if (READ_ONCE(ltcp_net(tw_netns(tw))->rfc1337))
		return tw_silent(LTCP_MIB_DropRstTimeWait);

	/* RFC 9293 3.10.7.4 second, after RFC 5961 3.2 */
	if (!ahead) {
		tw->flags |= TW_RESET;
		return tw_accepted;
	}
	if (ahead < (u32)tw->wnd << tw->wscale)
		return tw_challenge(LTCP_MIB_DropRstSequence);
	return tw_silent(LTCP_MIB_DropRstSequence);
}

/*
 * RFC 6191 2, RFC 9293 3.6.1 SHLD-4 and MAY-2: only a SYN later than all that
 * the peer sent can be a new one. If both incarnations have timestamps those
 * tell, else the sequence numbers do.
 */
static bool tw_later(const struct ltcp_tw *tw, const struct ltcp_skb_cb *cb)
{
	const struct ltcp_net *ln = ltcp_net(tw_netns(tw));

	if (!(tw->flags & TW_TIMESTAMPS) || !cb->has_ts ||
	    !READ_ONCE(ln->timestamps) || cb->tsval == tw->ts_recent)
		return ltcp_after(cb->seq, tw->rcv_nxt);
	return ltcp_after(cb->tsval, tw->ts_recent);
}

/*
 * RFC 9293 3.10.7.4 fourth. Where nobody listens a SYN would end in RST, and
 * TIME_WAIT for nothing: then it is challenged like any other.
 */
static bool tw_may_reopen(const struct ltcp_tw *tw,
			  const struct ltcp_flow *flow,
			  const struct ltcp_skb_cb *cb)
{
	return !(cb->flags & (LTCP_ACK | LTCP_RST | LTCP_FIN)) &&
	       tw_later(tw, cb) && ltcp_listen_lookup(flow);
}

/* PAWS, as for a connection: see ltcp_check_timestamp(). */
static struct tw_fate tw_timestamp(const struct ltcp_tw *tw,
				   const struct ltcp_skb_cb *cb)
{
	if (!(tw->flags & TW_TIMESTAMPS) || (cb->flags & LTCP_RST))
		return tw_accepted;
	if (!cb->has_ts)
		return (cb->flags & LTCP_SYN) ? tw_accepted :
			tw_silent(LTCP_MIB_DropNoTimestamp);
	return ltcp_before(cb->tsval, tw->ts_recent) ?
		tw_challenge(LTCP_MIB_DropPaws) : tw_accepted;
}

static struct tw_fate tw_text(struct ltcp_tw *tw, const struct ltcp_skb_cb *cb)
{
	/* RFC 9293 3.10.7.4 fifth: a retransmission of the remote FIN. */
	if ((cb->flags & LTCP_FIN) && (cb->flags & LTCP_ACK) &&
	    cb->end_seq == tw->rcv_nxt) {
		tw->ts_recent = cb->has_ts ? cb->tsval : tw->ts_recent;
		tw->expires = tw_deadline(ltcp_net(tw_netns(tw)));
		return (struct tw_fate) {
			.reason = LTCP_MIB_DropOldData, .ack = true
		};
	}

	/* RFC 9293 3.10.7.4 first: the peer has nothing more to send. */
	if (ltcp_after(cb->end_seq, tw->rcv_nxt))
		return tw_challenge(LTCP_MIB_DropOutOfWindow);
	if (cb->seq != tw->rcv_nxt)
		return tw_challenge(LTCP_MIB_DropOldData);

	/* RFC 9293 3.10.7.4 fifth: acknowledges what was never sent. */
	if (ltcp_after(cb->ack, tw->snd_nxt))
		return tw_challenge(LTCP_MIB_DropBadAck);
	tw->ts_recent = cb->has_ts ? cb->tsval : tw->ts_recent;
	return tw_accepted;
}

static struct tw_fate tw_segment(struct ltcp_tw *tw,
				 const struct ltcp_skb_cb *cb)
{
	struct tw_fate fate = tw_timestamp(tw, cb);

	if (fate.reason != tw_accepted.reason)
		return fate;
	if (cb->flags & LTCP_RST)
		return tw_rst(tw, cb);
	/* RFC 5961 4.2 */
	if (cb->flags & LTCP_SYN)
		return tw_challenge(LTCP_MIB_DropSynConnected);
	/* RFC 9293 3.10.7.4 fifth; what is old is answered, by the first. */
	if (!(cb->flags & LTCP_ACK) && !ltcp_before(cb->seq, tw->rcv_nxt))
		return tw_silent(LTCP_MIB_DropNoAck);
	return tw_text(tw, cb);
}

/*
 * Two ends in TIME_WAIT that disagree must not answer each other for ever
 * (RFC 5961 7). A retransmitted FIN is not limited: its sender has a timer.
 */
static bool tw_may_ack(struct ltcp_tw *tw)
{
	const struct ltcp_net *ln = ltcp_net(tw_netns(tw));
	u32 pause = msecs_to_jiffies(READ_ONCE(ln->invalid_ratelimit));
	u32 now = ltcp_jiffies32();

	if ((tw->flags & TW_ANSWERED) &&
	    time_before32(now, tw->acked_at + pause)) {
		LTCP_INC(tw_netns(tw), ChallengeAcksLimited);
		return false;
	}
	tw->flags |= TW_ANSWERED;
	tw->acked_at = now;
	return true;
}

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> */
static void tw_reply(const struct ltcp_tw *tw, struct ltcp_reply *r)
{
	r->seq = tw->snd_nxt;
	r->ack = tw->rcv_nxt;
	r->wnd = tw->wnd;
	r->flags = LTCP_ACK;
	if (!(tw->flags & TW_TIMESTAMPS))
		return;
	r->opt.has = LTCP_HAS_TIMESTAMP;
	r->opt.tsval = ltcp_clock_ts() + tw->ts_offset;
	r->opt.tsecr = tw->ts_recent;
}

/* Where a connection starts that takes @tw's place. 0 would mean: anywhere. */
static u32 tw_next_isn(const struct ltcp_tw *tw)
{
	return (tw->snd_nxt + TW_ISN_GAP) ?: 1;
}

/*
 * The part under the lock. With LTCP_TW_EATEN, @fate and, if that wants an
 * answer, @r are filled in.
 */
static enum ltcp_tw_verdict tw_judge(const struct ltcp_flow *flow,
				     const struct ltcp_skb_cb *cb, u32 *isn,
				     struct tw_fate *fate,
				     struct ltcp_reply *r)
	__must_hold(tw_lock(flow->hash))
{
	struct ltcp_tw *tw = tw_find(flow);

	if (!tw || !tw_alive(tw))
		return LTCP_TW_NONE;

	if ((cb->flags & LTCP_SYN) && tw_may_reopen(tw, flow, cb)) {
		tw->flags |= TW_YIELDED;
		*isn = tw_next_isn(tw);
		return LTCP_TW_SYN;
	}

	*fate = tw_segment(tw, cb);
	if (fate->ack && fate->limit)
		fate->ack = tw_may_ack(tw);
	if (fate->ack)
		tw_reply(tw, r);
	return LTCP_TW_EATEN;
}

enum ltcp_tw_verdict ltcp_tw_rcv(const struct ltcp_flow *flow,
				 struct sk_buff *skb, u32 *isn)
{
	enum ltcp_tw_verdict verdict;
	struct ltcp_reply r;
	struct tw_fate fate;

	if (tw_chain_empty(flow))
		return LTCP_TW_NONE;

	memset(&r, 0, sizeof(r));
	spin_lock_bh(tw_lock(flow->hash));
	verdict = tw_judge(flow, ltcp_cb(skb), isn, &fate, &r);
	spin_unlock_bh(tw_lock(flow->hash));

	if (verdict == LTCP_TW_SYN)
		LTCP_INC(flow->net, TimeWaitReused);
	if (verdict != LTCP_TW_EATEN)
		return verdict;

	ltcp_trace_receive(flow, skb, TCP_TIME_WAIT);
	if (fate.ack) {
		LTCP_INC(flow->net, TimeWaitAcks);
		ltcp_reply(flow, &r, TCP_TIME_WAIT);
	}
	if (fate.reason == LTCP_MIB_MAX)
		consume_skb(skb);
	else
		ltcp_drop(flow->net, skb, fate.reason);
	return LTCP_TW_EATEN;
}

void ltcp_tw_return(const struct ltcp_flow *flow)
{
	struct ltcp_tw *tw;

	if (tw_chain_empty(flow))
		return;

	spin_lock_bh(tw_lock(flow->hash));
	tw = tw_find(flow);
	if (tw)
		tw->flags &= ~TW_YIELDED;
	spin_unlock_bh(tw_lock(flow->hash));
}

/*
 * tw_reuse: may connect() take @tw's place? Its peer takes our SYN for a new
 * one if our timestamps have moved on; a second is for peers whose own clock
 * ticks as slowly as RFC 7323 allows. That msl_ms may have changed meanwhile
 * makes it a little more or less.
 */
static bool tw_may_reuse(const struct ltcp_tw *tw, const struct ltcp_flow *flow)
{
	const struct ltcp_net *ln = ltcp_net(flow->net);
	int how = READ_ONCE(ln->reuse_tw);
	int ts = READ_ONCE(ln->timestamps);

	if (how == 2 && ltcp_is_v6(flow->family))
		how = ipv6_addr_loopback(&flow->local.v6) ||
		      ipv6_addr_loopback(&flow->remote.v6);
	else if (how == 2)
		how = ipv4_is_loopback(flow->local.v4) ||
		      ipv4_is_loopback(flow->remote.v4);
	return how && ts && (tw->flags & TW_TIMESTAMPS) &&
	       tw->ts_offset == (ts == 1 ? ltcp_ts_offset(flow) : 0) &&
	       (s32)(tw_deadline(ln) - tw->expires) > HZ;
}

int ltcp_tw_claim(const struct ltcp_flow *flow, u32 *isn)
{
	struct ltcp_tw *tw;
	int err = 0;

	if (tw_chain_empty(flow))
		return 0;

	spin_lock_bh(tw_lock(flow->hash));
	tw = tw_find(flow);
	if (tw && tw_alive(tw)) {
		if (!tw_may_reuse(tw, flow)) {
			err = -EADDRNOTAVAIL;
		} else if (isn) {
			tw->flags |= TW_YIELDED;
			*isn = tw_next_isn(tw);
		}
	}
	spin_unlock_bh(tw_lock(flow->hash));
	if (!err && isn && *isn)
		LTCP_INC(flow->net, TimeWaitReused);
	return err;
}

static void tw_tell(const struct ltcp_tw *tw, struct ltcp_tw_info *info)
{
	info->id = tw;
	tw_flow(tw, &info->flow);
	info->expires = tw->expires;
}

bool ltcp_tw_find(const struct ltcp_flow *flow, struct ltcp_tw_info *i,
		  bool remove)
{
	struct ltcp_tw *tw;
	bool found;

	spin_lock_bh(tw_lock(flow->hash));
	tw = tw_find(flow);
	found = tw && tw_alive(tw);
	if (found) {
		tw_tell(tw, i);
		if (remove) {
			LTCP_INC(flow->net, Destroyed);
			tw->flags |= TW_RESET;
		}
	}
	spin_unlock_bh(tw_lock(flow->hash));
	return found;
}

/* Offers all of one chain to @fn. Returns false if @fn did, even once. */
static bool tw_walk_chain(const struct net *net, unsigned int i,
			  bool (*fn)(const struct ltcp_tw_info *info,
				     void *arg), void *arg)
{
	const struct ltcp_tw *tw;
	struct ltcp_tw_info info;
	bool more = true;

	if (!READ_ONCE(tw_chains[i]))
		return true;

	spin_lock_bh(tw_lock(i));
	for (tw = tw_chains[i]; tw; tw = tw->next) {
		if (!net_eq(tw_netns(tw), net) || !tw_alive(tw))
			continue;
		tw_tell(tw, &info);
		if (!fn(&info, arg))
			more = false;
	}
	spin_unlock_bh(tw_lock(i));
	return more;
}

bool ltcp_tw_walk(const struct net *net, unsigned int *pos,
		  bool (*fn)(const struct ltcp_tw_info *i, void *arg),
		  void *arg)
{
	while (*pos <= tw_mask) {
		if (!tw_walk_chain(net, (*pos)++, fn, arg))
			return true;
	}
	return false;
}

/*
 * Coming and going
 */

int ltcp_tw_net_init(struct ltcp_net *ln)
{
	struct ltcp_tw_wheel *w = kvzalloc(sizeof(*w), GFP_KERNEL);

	if (!w)
		return -ENOMEM;
	spin_lock_init(&w->lock);
	timer_setup(&w->timer, tw_timer, 0);
	ln->tw_wheel = w;
	return 0;
}

/*
 * Nothing enters any more: the namespace has no socket left. What its timer
 * is at is finished first.
 */
void ltcp_tw_net_exit(struct ltcp_net *ln)
{
	struct ltcp_tw_wheel *w = ln->tw_wheel;
	struct ltcp_flow flow;
	struct ltcp_tw *tw;
	bool alive;

	timer_shutdown_sync(&w->timer);
	while ((tw = wheel_take(w, w->hand + TW_WHEEL_SLOTS * TW_STEP))) {
		tw_flow(tw, &flow);
		spin_lock_bh(tw_lock(flow.hash));
		alive = tw_alive(tw);
		tw_unlink(tw, flow.hash);
		spin_unlock_bh(tw_lock(flow.hash));
		if (alive)
			LTCP_INC(ln->net, TimeWaitPurged);
		tw_free(tw);
		cond_resched();
	}
	ln->tw_wheel = NULL;
	kvfree(w);
}

int __init ltcp_tw_init(void)
{
	unsigned int chains = ltcp_slots(TW_SLOT_SHIFT, TW_SLOTS_MAX);

	tw_cache = KMEM_CACHE(ltcp_tw, 0);
	if (IS_ENABLED(CONFIG_IPV6))
		tw6_cache = KMEM_CACHE(ltcp_tw6, 0);
	tw_chains = kvcalloc(chains, sizeof(*tw_chains), GFP_KERNEL);
	if (!tw_cache || (IS_ENABLED(CONFIG_IPV6) && !tw6_cache) ||
	    !tw_chains ||
	    alloc_bucket_spinlocks(&tw_locks, &tw_lock_mask, TW_LOCKS, 0,
				   GFP_KERNEL)) {
		ltcp_tw_exit();
		return -ENOMEM;
	}
	tw_mask = chains - 1;
	return 0;
}

void ltcp_tw_exit(void)
{
	free_bucket_spinlocks(tw_locks);
	kvfree(tw_chains);
	kmem_cache_destroy(tw6_cache);
	kmem_cache_destroy(tw_cache);
}
