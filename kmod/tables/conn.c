// SPDX-License-Identifier: GPL-2.0
/*
 * Connections by namespace, addresses and ports: the table that every received
 * segment asks first.
 *
 * One hash table for all namespaces, sized by the machine's memory. Its hash
 * is SipHash with a secret of the namespace, so that nobody outside can choose
 * addresses and ports that meet in one slot. It has 64 bits: 32 for all tables,
 * and 32 for SYN cookies, which nobody can tell from the others, or those of
 * one connection from those of another.
 *
 * Readers hold rcu_read_lock() and nothing else. They get a socket without a
 * reference: sockets carry SOCK_RCU_FREE, so its memory stays. What it is may
 * change meanwhile, even into another connection (disconnect and connect), so
 * whoever found it locks it and asks ltcp_conn_match() again. A socket that
 * moves takes a reader along into another slot; the nulls mark at the end of
 * each chain tells, and the reader starts again.
 *
 * Writers hold the socket, and take the spinlock of the slot (one lock serves
 * several slots) with bottom halves off. Inside it no other lock is taken. The
 * table holds no reference: a socket leaves before its last one is put.
 *
 * Listeners are not here, nor are half-open and TIME_WAIT entries.
 */

#include <linux/cache.h>
#include <linux/init.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/netns/hash.h>

#include "ip/ip.h"
#include "ltcp.h"
#include "tables/slots.h"
#include "tables/tables.h"

#define CONN_SLOT_SHIFT	17		/* one slot for 128 KiB of memory */
#define CONN_SLOTS_MAX	BIT(19)
#define CONN_LOCKS	1024

static struct hlist_nulls_head *conn_slots __read_mostly;
static unsigned int conn_mask __read_mostly;
static spinlock_t *conn_locks __read_mostly;
static unsigned int conn_lock_mask __read_mostly;

u64 ltcp_flow_hash64(const struct ltcp_flow *flow)
{
	if (ltcp_is_v6(flow->family)) {
		struct ltcp_tuple t;
		size_t len = ltcp_tuple_fill(&t, flow);

		return siphash(&t, len, &ltcp_net(flow->net)->flow_key);
	}
	return siphash_3u32((__force u32)flow->local.v4,
			    (__force u32)flow->remote.v4,
			    (__force u32)flow->lport << 16 |
			    (__force u32)flow->rport,
			    &ltcp_net(flow->net)->flow_key);
}

u32 ltcp_flow_hash(const struct ltcp_flow *flow)
{
	return (u32)ltcp_flow_hash64(flow);
}

static spinlock_t *conn_lock(unsigned int slot)
{
	return &conn_locks[slot & conn_lock_mask];
}

/* Either side that names no interface means all of them. */
static bool conn_same_dev(int a, int b)
{
	return !a || !b || a == b;
}

static bool conn_same_addrs(const struct sock *sk,
			    const struct ltcp_flow *flow)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (flow->family == AF_INET6)
		return ipv6_addr_equal(&sk->sk_v6_daddr, &flow->remote.v6) &&
		       ipv6_addr_equal(&sk->sk_v6_rcv_saddr, &flow->local.v6);
#endif
	return READ_ONCE(sk->sk_daddr) == flow->remote.v4 &&
	       READ_ONCE(sk->sk_rcv_saddr) == flow->local.v4;
}

bool ltcp_conn_match(const struct sock *sk, const struct ltcp_flow *flow)
{
	return READ_ONCE(sk->sk_hash) == flow->hash &&
	       READ_ONCE(ltcp_sk(sk)->af)->family == flow->family &&
	       conn_same_addrs(sk, flow) &&
	       READ_ONCE(sk->sk_dport) == flow->rport &&
	       READ_ONCE(sk->sk_num) == ntohs(flow->lport) &&
	       net_eq(sock_net(sk), flow->net) &&
	       conn_same_dev(READ_ONCE(sk->sk_bound_dev_if), flow->ifindex) &&
	       !hlist_nulls_unhashed_lockless(&sk->sk_nulls_node);
}

struct sock *ltcp_conn_lookup(const struct ltcp_flow *flow)
{
	unsigned int slot = flow->hash & conn_mask;
	const struct hlist_nulls_node *node;
	struct sock *sk;

	do {
		sk_nulls_for_each_rcu(sk, node, &conn_slots[slot]) {
			if (ltcp_conn_match(sk, flow))
				return sk;
		}
		/* The end of another chain: a socket took us there. */
	} while (get_nulls_value(node) != slot);
	return NULL;
}

static bool conn_taken(unsigned int slot, const struct ltcp_flow *flow)
	__must_hold(conn_lock(slot))
{
	const struct hlist_nulls_node *node;
	const struct sock *sk;

	lockdep_assert_held(conn_lock(slot));
	sk_nulls_for_each(sk, node, &conn_slots[slot]) {
		if (ltcp_conn_match(sk, flow))
			return true;
	}
	return false;
}

/* RFC 9293 3.4.1: a connection is named by its pair of sockets, and only so. */
int ltcp_conn_insert(struct sock *sk)
{
	struct ltcp_flow flow;
	unsigned int slot;
	int err = 0;

	ltcp_owned(sk);
	ltcp_sk(sk)->af->flow_of(sk, &flow);
	slot = flow.hash & conn_mask;

	spin_lock_bh(conn_lock(slot));
	if (conn_taken(slot, &flow)) {
		err = -EADDRNOTAVAIL;
	} else {
		WRITE_ONCE(sk->sk_hash, flow.hash);
		__sk_nulls_add_node_rcu(sk, &conn_slots[slot]);
		sock_prot_inuse_add(sock_net(sk), sk->sk_prot, 1);
	}
	spin_unlock_bh(conn_lock(slot));
	return err;
}

void ltcp_conn_remove(struct sock *sk)
{
	unsigned int slot = sk->sk_hash & conn_mask;

	ltcp_owned(sk);
	if (!sk_hashed(sk))
		return;

	spin_lock_bh(conn_lock(slot));
	hlist_nulls_del_init_rcu(&sk->sk_nulls_node);
	sock_prot_inuse_add(sock_net(sk), sk->sk_prot, -1);
	spin_unlock_bh(conn_lock(slot));
}

/* Offers all of one slot to @fn. Returns false if @fn did, even once. */
static bool conn_walk_slot(const struct net *net, unsigned int slot,
			   bool (*fn)(struct sock *sk, void *arg), void *arg)
{
	const struct hlist_nulls_node *node;
	struct sock *sk;
	bool more = true;

	if (hlist_nulls_empty(&conn_slots[slot]))
		return true;

	spin_lock_bh(conn_lock(slot));
	sk_nulls_for_each(sk, node, &conn_slots[slot]) {
		if (net_eq(sock_net(sk), net) && !fn(sk, arg))
			more = false;
	}
	spin_unlock_bh(conn_lock(slot));
	return more;
}

bool ltcp_conn_walk(const struct net *net, unsigned int *pos,
		    bool (*fn)(struct sock *sk, void *arg), void *arg)
{
	while (*pos <= conn_mask) {
		if (!conn_walk_slot(net, (*pos)++, fn, arg))
			return true;
	}
	return false;
}

int __init ltcp_conn_init(void)
{
	unsigned int slots = ltcp_slots(CONN_SLOT_SHIFT, CONN_SLOTS_MAX);
	unsigned int i;

	conn_slots = kvmalloc_array(slots, sizeof(*conn_slots), GFP_KERNEL);
	if (!conn_slots)
		return -ENOMEM;
	if (alloc_bucket_spinlocks(&conn_locks, &conn_lock_mask, CONN_LOCKS,
				   0, GFP_KERNEL)) {
		kvfree(conn_slots);
		return -ENOMEM;
	}
	for (i = 0; i < slots; i++)
		INIT_HLIST_NULLS_HEAD(&conn_slots[i], i);
	conn_mask = slots - 1;
	return 0;
}

void ltcp_conn_exit(void)
{
	free_bucket_spinlocks(conn_locks);
	kvfree(conn_slots);
}
