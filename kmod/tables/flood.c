// SPDX-License-Identifier: GPL-2.0
/*
 * When SYNs are too many: noticing it, saying so once, and SYN cookies.
 *
 * A listener whose half-open entries come to max_syn_backlog is under a flood
 * until it has not been so for a minute. From then on (syncookies 1), or
 * always (2), a SYN is answered with a cookie (tables/cookie.c) and forgotten.
 * The ACK that brings a cookie back makes the connection. It is believed only
 * while one can be under way: the listener sent one within two epochs, and the
 * secret of the epoch that made it is still there.
 *
 * A cookie is not used up. That it makes one connection only, also when two
 * CPUs see the ACK at once, is the connection table's doing: the second one
 * finds the place taken.
 *
 * Called in softirq under RCU, without the listener's lock. The fields of
 * struct ltcp_accept are read and written without one.
 */

#include <linux/random.h>

#include "ltcp.h"
#include "tables/cookie.h"
#include "tables/tables.h"
#include "trace.h"

#define FLOOD_QUIET	(60 * HZ)	/* then it is over */

/* Two epochs, during which a cookie counts. */
#define COOKIE_LIFE	\
	((HZ * (2ULL << LTCP_COOKIE_EPOCH_SHIFT)) / NSEC_PER_SEC)

/* Was @stamp, jiffies or 0 for never, within the last @span? */
static bool flood_recent(u32 stamp, u32 span)
{
	return stamp && ltcp_jiffies32() - stamp <= span;
}

bool ltcp_flooded(const struct sock *sk)
{
	return flood_recent(READ_ONCE(ltcp_sk(sk)->accept->flooded),
			    FLOOD_QUIET);
}

void ltcp_flood_note(struct sock *sk, const struct ltcp_flow *flow)
{
	struct ltcp_accept *accept = ltcp_sk(sk)->accept;
	bool cookies = READ_ONCE(ltcp_net(flow->net)->syncookies);
	u32 now = ltcp_jiffies32() ?: 1;
	u32 was = READ_ONCE(accept->flooded);

	/* The one whose note begins a flood reports it. */
	if (was == now || cmpxchg(&accept->flooded, was, now) != was ||
	    flood_recent(was, FLOOD_QUIET))
		return;
	LTCP_INC(flow->net, Floods);
	trace_ltcp_flood(sk, flow, atomic_read(&accept->halfopens), cookies);
	pr_info_ratelimited("port %u: more SYNs than max_syn_backlog, a flood? %s\n",
			    ntohs(flow->lport),
			    cookies ? "Sending SYN cookies." :
				      "Dropping SYNs.");
}

bool ltcp_flood_room(struct sock *sk, const struct ltcp_flow *flow)
{
	const struct ltcp_net *ln = ltcp_net(flow->net);

	if (atomic_read(&ltcp_sk(sk)->accept->halfopens) <
	    READ_ONCE(ln->max_syn_backlog))
		return true;
	ltcp_flood_note(sk, flow);
	return false;
}

/*
 * Cookies
 */

/* All but the epoch and its secret. */
static void cookie_bind(struct ltcp_cookie_id *id, struct ltcp_tuple *t,
			const struct ltcp_flow *flow, u32 irs)
{
	id->f = flow->cookie;
	id->tuple = t;
	id->len = ltcp_tuple_fill(t, flow);
	id->irs = irs;
}

/* The secret of @epoch, or NULL: it was never made, or it is gone. */
static const siphash_key_t *cookie_secret(const struct ltcp_cookie_keys *keys,
					  u32 epoch)
{
	unsigned int slot = epoch % 2;

	/* Pairs with the release in cookie_new_secret(). */
	return smp_load_acquire(&keys->epoch[slot]) == epoch ?
	       &keys->fresh[slot] : NULL;
}

/*
 * The slot's old secret is two epochs old. Who still reads it, because he
 * asked the clock before, gets a number that matches no cookie.
 */
static const siphash_key_t *cookie_new_secret(struct ltcp_cookie_keys *keys,
					      u32 epoch)
{
	unsigned int slot = epoch % 2;

	spin_lock_bh(&keys->lock);
	if (keys->epoch[slot] != epoch) {
		get_random_bytes(&keys->fresh[slot], sizeof(keys->fresh[slot]));
		/* Pairs with the acquire in cookie_secret(). */
		smp_store_release(&keys->epoch[slot], epoch);
	}
	spin_unlock_bh(&keys->lock);
	return &keys->fresh[slot];
}

/* Of 34 s: the clock need not be read to the nanosecond. */
static u32 cookie_epoch_now(void)
{
	return ltcp_cookie_epoch(ktime_get_coarse_boottime_ns());
}

void ltcp_cookie_send(struct sock *listener, struct ltcp_opening *o,
		      struct sk_buff *syn)
{
	struct ltcp_accept *accept = ltcp_sk(listener)->accept;
	struct ltcp_cookie_keys *keys = &ltcp_net(o->flow.net)->cookie;
	u32 now = ltcp_jiffies32() ?: 1;
	struct ltcp_cookie_id id;
	struct ltcp_tuple t;

	cookie_bind(&id, &t, &o->flow, o->irs);
	id.epoch = cookie_epoch_now();
	id.fresh = cookie_secret(keys, id.epoch) ?:
		   cookie_new_secret(keys, id.epoch);
	o->iss = ltcp_cookie_make(&id, ltcp_cookie_from_mss(o->mss));
	o->by_cookie = 1;
	if (!o->ts_ok) {
		/* There is nowhere to remember these. */
		o->wscale_ok = 0;
		o->sack_ok = 0;
		o->ecn_ok = 0;
	}

	if (READ_ONCE(accept->cookies) != now)
		WRITE_ONCE(accept->cookies, now);
	LTCP_INC(o->flow.net, SyncookiesSent);
	ltcp_synack_send(listener, o, syn);
}

/* Is @cookie ours? The data it carries, or -1 */
static int cookie_data(const struct ltcp_flow *flow, u32 irs, u32 cookie)
{
	const struct ltcp_cookie_keys *keys = &ltcp_net(flow->net)->cookie;
	u32 age, now = cookie_epoch_now();
	struct ltcp_cookie_id id;
	struct ltcp_tuple t;
	int data = -1;

	cookie_bind(&id, &t, flow, irs);
	for (age = 0; age < 2 && data < 0; age++) {
		id.epoch = now - age;
		id.fresh = cookie_secret(keys, id.epoch);
		if (id.fresh)
			data = ltcp_cookie_check(&id, cookie);
	}
	return data;
}

/* What is known of the SYN of the ACK in @skb. False: no cookie of ours. */
static bool cookie_opening(struct ltcp_opening *o, const struct sock *listener,
			   const struct ltcp_flow *flow,
			   const struct sk_buff *skb)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	int data = cookie_data(flow, cb->seq - 1, cb->ack - 1);

	if (data < 0)
		return false;
	memset(o, 0, sizeof(*o));
	o->flow = *flow;
	o->iss = cb->ack - 1;
	o->irs = cb->seq - 1;
	o->mss = ltcp_cookie_to_mss(data);
	o->wnd = cb->wnd;
	o->by_cookie = 1;
	return ltcp_opening_restore(o, listener, cb);
}

/*
 * A child must be the clone of a listener, but there is no entry that
 * ltcp_listen_shut() would wait for. So be counted like one meanwhile; see
 * ltcp_halfopen_add().
 */
static struct sock *cookie_child(struct sock *listener,
				 const struct ltcp_opening *o)
{
	struct ltcp_accept *accept = ltcp_sk(listener)->accept;
	struct sock *child = NULL;

	atomic_inc_return(&accept->halfopens);
	if (READ_ONCE(accept->open))
		child = ltcp_child_create(listener, o);
	/* All that was read of the listener was read before. */
	atomic_dec_return(&accept->halfopens);
	return child;
}

bool ltcp_cookie_rcv(struct sock *listener, const struct ltcp_flow *flow,
		     struct sk_buff *skb)
{
	struct ltcp_opening o;
	struct sock *child;

	if (!flood_recent(READ_ONCE(ltcp_sk(listener)->accept->cookies),
			  COOKIE_LIFE) ||
	    (ltcp_cb(skb)->flags & (LTCP_SYN | LTCP_RST)))
		return false;
	if (!cookie_opening(&o, listener, flow, skb)) {
		LTCP_INC(flow->net, SyncookiesFailed);
		return false;
	}
	LTCP_INC(flow->net, SyncookiesRecv);
	if (ltcp_accept_full(listener)) {
		ltcp_listen_overflow(&o, skb);
		return true;
	}

	child = cookie_child(listener, &o);
	if (!child) {
		/* Another CPU was faster; or no memory: it will come again. */
		LTCP_INC(flow->net, ListenDrops);
		ltcp_drop(flow->net, skb, LTCP_MIB_DropHalfOpen);
		return true;
	}
	ltcp_quota_end(flow, 0, 1);
	ltcp_child_start(listener, child, skb);
	return true;
}

void ltcp_flood_net_init(struct ltcp_net *ln)
{
	struct ltcp_cookie_keys *keys = &ln->cookie;
	u32 now = cookie_epoch_now();

	spin_lock_init(&keys->lock);
	/* Long ago: nobody asks for those. */
	keys->epoch[now % 2] = now - 4;
	keys->epoch[!(now % 2)] = now - 3;
}
