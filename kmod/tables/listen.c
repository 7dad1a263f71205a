// SPDX-License-Identifier: GPL-2.0
/*
 * Listeners, and their queues of connections that await accept().
 *
 * Listeners are found under RCU by namespace and port; ltcp_listen_lock
 * serialises changes only. A SYN and a last ACK are served without the
 * listener's socket lock, on any number of CPUs at once: what they touch is
 * the half-open table and, at the end, the accept queue with a lock of its
 * own.
 *
 * Closing a listener first shuts the queue (accept.open), so that nothing can
 * be added behind its back, then removes its half-open entries and resets the
 * connections that nobody accepted.
 */

#include <linux/hash.h>

#include "ltcp.h"
#include "tables/isn.h"
#include "tables/tables.h"

#define LTCP_LISTEN_BITS	8

static struct hlist_head ltcp_listeners[1 << LTCP_LISTEN_BITS];
static DEFINE_SPINLOCK(ltcp_listen_lock);

static struct hlist_head *ltcp_listen_bucket(const struct net *net, u16 port)
{
	return &ltcp_listeners[hash_32(net_hash_mix(net) + port,
				       LTCP_LISTEN_BITS)];
}

/* 0: not for this address; 1: for any, 2: and for this family; 3: only it */
static int ltcp_listen_addr(const struct sock *sk, const struct ltcp_flow *flow)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (flow->family == AF_INET6) {
		if (sk->sk_family != AF_INET6)
			return 0;
		if (ipv6_addr_any(&sk->sk_v6_rcv_saddr))
			return 2;
		return ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &flow->local.v6) ?
		       3 : 0;
	}
#endif
	/* One of IPv6 takes IPv4 as well, if it was not told otherwise. */
	if (ipv6_only_sock(sk))
		return 0;
	if (!sk->sk_rcv_saddr)
		return sk->sk_family == AF_INET ? 2 : 1;
	return sk->sk_rcv_saddr == flow->local.v4 ? 3 : 0;
}

/* 0: not for this flow; more: the more of its binding the flow meets */
static int ltcp_listen_score(const struct sock *sk,
			     const struct ltcp_flow *flow)
{
	int score;

	if (!net_eq(sock_net(sk), flow->net) ||
	    sk->sk_num != ntohs(flow->lport) ||
	    READ_ONCE(sk->sk_state) != TCP_LISTEN)
		return 0;
	score = ltcp_listen_addr(sk, flow);
	if (!score)
		return 0;
	if (sk->sk_bound_dev_if) {
		if (sk->sk_bound_dev_if != flow->ifindex)
			return 0;
		score += 4;
	}
	return score;
}

struct sock *ltcp_listen_lookup(const struct ltcp_flow *flow)
{
	struct hlist_head *head = ltcp_listen_bucket(flow->net,
						     ntohs(flow->lport));
	struct sock *found = NULL;
	struct ltcp_accept *accept;
	u32 turn = flow->hash;
	int best = 0;
	int same = 0;

	hlist_for_each_entry_rcu(accept, head, node) {
		struct sock *sk = accept->sk;
		int score = ltcp_listen_score(sk, flow);

		if (!score || score < best)
			continue;
		same = score == best ? same + 1 : 1;
		best = score;
		/* Equals share SO_REUSEPORT: each flow keeps to one of them. */
		if (same == 1 || !reciprocal_scale(turn, same))
			found = sk;
		turn *= 0x9e3779b1;
	}
	return found;
}

/* What only a listener needs. 0 or -ENOMEM */
static int ltcp_accept_alloc(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->accept)
		return 0;
	ls->accept = kzalloc(sizeof(*ls->accept), GFP_KERNEL);
	if (!ls->accept)
		return -ENOMEM;
	ls->accept->sk = sk;
	spin_lock_init(&ls->accept->lock);
	return 0;
}

void ltcp_accept_free(struct sock *sk)
{
	kfree(ltcp_sk(sk)->accept);
}

int ltcp_listen_start(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	int err;

	ltcp_owned(sk);
	err = ltcp_accept_alloc(sk);
	if (err)
		return err;
	/* Also when bound before: sharing a port to listen has its own rules */
	ltcp_change_state(sk, LTCP_EV_PASSIVE_OPEN);
	err = sk->sk_prot->get_port(sk, inet_sk(sk)->inet_num);
	if (err) {
		ltcp_change_state(sk, LTCP_EV_ABORT);
		return -EADDRINUSE;
	}
	inet_sk(sk)->inet_sport = htons(inet_sk(sk)->inet_num);
	sk_dst_reset(sk);
	WRITE_ONCE(ls->accept->open, true);

	spin_lock_bh(&ltcp_listen_lock);
	hlist_add_head_rcu(&ls->accept->node,
			   ltcp_listen_bucket(sock_net(sk), sk->sk_num));
	spin_unlock_bh(&ltcp_listen_lock);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	return 0;
}

/*
 * It stays in LISTEN to the end: a child that another CPU is making meanwhile
 * is a clone, and begins where its listener is. Who makes one holds an entry,
 * or is counted like one (cookies), and those are waited for.
 */
void ltcp_listen_shut(struct sock *sk)
{
	struct ltcp_accept *accept = ltcp_sk(sk)->accept;
	struct sock *child;

	ltcp_owned(sk);
	spin_lock_bh(&accept->lock);
	WRITE_ONCE(accept->open, false);
	spin_unlock_bh(&accept->lock);

	spin_lock_bh(&ltcp_listen_lock);
	hlist_del_rcu(&accept->node);
	spin_unlock_bh(&ltcp_listen_lock);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);

	ltcp_halfopen_purge_listener(sk);
	while ((child = ltcp_accept_take(sk))) {
		sock_hold(child);
		local_bh_disable();
		bh_lock_sock(child);
		ltcp_child_kill(child);
		bh_unlock_sock(child);
		local_bh_enable();
		sock_put(child);
	}
}

void ltcp_listen_stop(struct sock *sk)
{
	ltcp_listen_shut(sk);
	ltcp_change_state(sk, LTCP_EV_CLOSE);
}

bool ltcp_accept_full(const struct sock *sk)
{
	return READ_ONCE(ltcp_sk(sk)->accept->len) >
	       READ_ONCE(sk->sk_max_ack_backlog);
}

bool ltcp_accept_add(struct sock *listener, struct sock *child)
{
	struct ltcp_accept *accept = ltcp_sk(listener)->accept;
	bool open;

	spin_lock(&accept->lock);
	open = accept->open;
	if (open) {
		if (accept->first)
			accept->last->accept_next = ltcp_sk(child);
		else
			accept->first = ltcp_sk(child);
		accept->last = ltcp_sk(child);
		WRITE_ONCE(accept->len, accept->len + 1);
	}
	spin_unlock(&accept->lock);
	if (open)
		listener->sk_data_ready(listener);
	return open;
}

struct sock *ltcp_accept_take(struct sock *sk)
{
	struct ltcp_accept *accept = ltcp_sk(sk)->accept;
	struct ltcp_sock *child;

	spin_lock_bh(&accept->lock);
	child = accept->first;
	if (child) {
		accept->first = child->accept_next;
		child->accept_next = NULL;
		WRITE_ONCE(accept->len, accept->len - 1);
	}
	spin_unlock_bh(&accept->lock);
	return (struct sock *)child;
}

u32 ltcp_ts_offset(const struct ltcp_flow *flow)
{
	struct ltcp_tuple tuple;
	size_t len = ltcp_tuple_fill(&tuple, flow);

	return ltcp_ts_hash(&ltcp_net(flow->net)->ts_key, &tuple, len);
}

u32 ltcp_isn_for(const struct ltcp_flow *flow, u32 floor, ktime_t now)
{
	const ktime_t boot = ktime_mono_to_any(now, TK_OFFS_BOOT);
	struct ltcp_tuple tuple;
	size_t len = ltcp_tuple_fill(&tuple, flow);
	u32 isn;

	isn = ltcp_isn(&ltcp_net(flow->net)->isn_key, &tuple, len,
		       ktime_to_ns(boot));
	if (floor && !ltcp_after(isn, floor))
		isn = floor + 1;
	return isn;
}

void ltcp_listen_overflow(const struct ltcp_opening *o, struct sk_buff *skb)
{
	struct net *net = o->flow.net;

	LTCP_INC(net, ListenOverflows);
	if (READ_ONCE(ltcp_net(net)->abort_on_overflow)) {
		LTCP_INC(net, AcceptAborts);
		ltcp_synack_refuse(o, skb);
	} else {
		LTCP_INC(net, ListenDrops);
	}
	ltcp_drop(net, skb, LTCP_MIB_DropAcceptQueue);
}

/* An entry for @syn, which @o is of, and eats it. False: it can have none. */
static bool ltcp_listen_open(struct sock *sk, struct ltcp_opening *o, int quota,
			     u32 tw_isn, bool cookies, struct sk_buff *syn)
{
	const struct ltcp_halfopen_terms terms = {
		.quota = quota,
		.reopens = tw_isn,
		.toss = !cookies,
	};
	int err;

	o->now = ktime_get();
	o->iss = ltcp_isn_for(&o->flow, tw_isn, o->now);
	o->sent_us = (u32)ktime_to_us(o->now) ?: 1;
	err = ltcp_halfopen_add(sk, o, &terms, syn);
	if (!err)
		return true;
	ltcp_quota_end(&o->flow, quota, 0);
	if (err == -ENOSPC)
		ltcp_flood_note(sk, &o->flow);
	return false;
}

/*
 * A SYN that could open a connection: by an entry, if there is room for one
 * and its sender has not too many, else by a cookie. A cookie cannot start
 * later than what a TIME_WAIT entry has seen. 0: answered, and @skb is eaten,
 * with data that may be on it: the peer sends that again. Else why not.
 */
static enum ltcp_mib ltcp_listen_syn(struct sock *sk,
				     const struct ltcp_flow *flow,
				     struct sk_buff *skb, u32 tw_isn)
{
	const int mode = READ_ONCE(ltcp_net(flow->net)->syncookies);
	const struct tcphdr *th = tcp_hdr(skb);
	bool cookies = mode && !tw_isn;
	struct ltcp_options opt;
	struct ltcp_opening o;
	bool entry;
	int quota;

	entry = (mode < 2 || tw_isn) && ltcp_flood_room(sk, flow);
	if (!entry && !cookies)
		return LTCP_MIB_DropSynBacklog;
	quota = ltcp_quota_syn(flow, entry);
	if (quota == LTCP_QUOTA_SILENT)
		return LTCP_MIB_DropQuota;

	ltcp_options_parse(&opt, (const u8 *)(th + 1),
			   th->doff * 4 - LTCP_HDR_LEN, true);
	ltcp_opening_init(&o, sk, flow, skb, &opt);
	if (entry && quota >= 0 &&
	    ltcp_listen_open(sk, &o, quota, tw_isn, cookies, skb))
		return 0;
	if (!cookies)
		return LTCP_MIB_DropSynBacklog;
	ltcp_cookie_send(sk, &o, skb);
	return 0;
}

/* RFC 9293 3.10.7.2 */
void ltcp_listen_rcv(struct sock *sk, const struct ltcp_flow *flow,
		     struct sk_buff *skb, u32 tw_isn)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	enum ltcp_mib reason = LTCP_MIB_DropListen;

	if (cb->flags & LTCP_RST)
		goto drop;
	if (cb->flags & LTCP_ACK) {
		if (ltcp_cookie_rcv(sk, flow, skb))
			return;
		ltcp_reply_rst(flow, skb);
		goto drop;
	}
	if ((cb->flags & (LTCP_SYN | LTCP_FIN)) != LTCP_SYN) {
		reason = LTCP_MIB_DropBadFlags;
		goto drop;
	}
	/* A listener is nobody's peer, least of all its own ("LAND"). */
	if (flow->lport == flow->rport &&
	    ltcp_addr_equal(&flow->local, &flow->remote, flow->family)) {
		reason = LTCP_MIB_DropBadAddress;
		goto drop;
	}
	if (ltcp_quiet_left(ltcp_net(flow->net))) {
		reason = LTCP_MIB_DropQuietTime;
		goto drop;
	}
	if (ltcp_accept_full(sk)) {
		LTCP_INC(flow->net, ListenOverflows);
		reason = LTCP_MIB_DropAcceptQueue;
	} else {
		reason = ltcp_listen_syn(sk, flow, skb, tw_isn);
		if (!reason)
			return;
	}
	LTCP_INC(flow->net, ListenDrops);

drop:
	/* It was no new connection after all: RFC 9293 MAY-2 (2) */
	if (tw_isn)
		ltcp_tw_return(flow);
	ltcp_drop(flow->net, skb, reason);
}

bool ltcp_listen_walk(const struct net *net, unsigned int *pos,
		      bool (*fn)(struct sock *sk, void *arg), void *arg)
{
	struct ltcp_accept *accept;
	bool more = true;

	while (more && *pos < ARRAY_SIZE(ltcp_listeners)) {
		spin_lock_bh(&ltcp_listen_lock);
		hlist_for_each_entry(accept, &ltcp_listeners[*pos], node)
			if (net_eq(sock_net(accept->sk), net))
				more &= fn(accept->sk, arg);
		spin_unlock_bh(&ltcp_listen_lock);
		++*pos;
	}
	return !more;
}
