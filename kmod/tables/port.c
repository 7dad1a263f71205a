// SPDX-License-Identifier: GPL-2.0
/*
 * Local ports: who holds which, who may share one, and which one a connect()
 * without bind() gets.
 *
 * A bucket stands for one port of one namespace, and lives as long as a socket
 * or a TIME_WAIT entry holds it. Called from bind(), listen(), connect(), from
 * softirq (children, TIME_WAIT) and from timers.
 *
 * Buckets hang in a hash table whose every slot has a spinlock, taken with
 * bottom halves off. It protects the slot's buckets and all in them, and
 * ltcp_sock.port of the sockets in them. Taken inside the socket lock. Inside
 * it: the locks of the connection table and of the TIME_WAIT table, never the
 * other way round.
 *
 * TIME_WAIT entries are counted, not listed: one blocks a plain bind() even
 * if its address is not the one asked for. Whether a user may use a port below
 * 1024 is for inet_bind() to say, not for this file.
 */

#include <linux/init.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <net/ipv6.h>
#include <net/netns/hash.h>

#include "ip/ip.h"
#include "ltcp.h"
#include "tables/ephemeral.h"
#include "tables/slots.h"
#include "tables/tables.h"

#define PORT_SLOT_SHIFT	20		/* one slot for 1 MiB of memory */
#define PORT_SLOTS_MAX	BIT(16)

/*
 * RFC 6056 3.3.4 counts per group of destinations. The more groups, the less
 * an observer learns at one destination about the ports used at another; with
 * a few hundred, hosts could be told apart and followed. 256 KiB.
 */
#define PORT_COUNTERS	BIT(16)

/**
 * struct ltcp_port - bucket of one local port
 * @node: in its slot
 * @owners: sockets that hold it, by sk_bind_node
 * @net: namespace [c]
 * @num: port number, host order [c]
 * @bound: bind() asked for it: not for connect() to pick
 * @timewaits: TIME_WAIT entries that hold it
 */
struct ltcp_port {
	struct hlist_node node;
	struct hlist_head owners;
	struct net *net;
	u16 num;
	bool bound;
	u32 timewaits;
};

struct port_slot {
	spinlock_t lock;	/* protects the buckets and what is in them */
	struct hlist_head ports;
};

static struct port_slot *port_slots __read_mostly;
static unsigned int port_mask __read_mostly;
static struct kmem_cache *port_cache __read_mostly;
static u32 *port_counters __read_mostly;	/* [o] */

static struct port_slot *port_slot(const struct net *net, u16 num)
{
	return &port_slots[(net_hash_mix(net) + num) & port_mask];
}

static struct ltcp_port *port_find(const struct port_slot *slot,
				   const struct net *net, u16 num)
	__must_hold(&slot->lock)
{
	struct ltcp_port *port;

	lockdep_assert_held(&slot->lock);
	hlist_for_each_entry(port, &slot->ports, node) {
		if (port->num == num && net_eq(port->net, net))
			return port;
	}
	return NULL;
}

static struct ltcp_port *port_find_or_new(struct port_slot *slot,
					  struct net *net, u16 num)
	__must_hold(&slot->lock)
{
	struct ltcp_port *port = port_find(slot, net, num);

	if (port)
		return port;
	port = kmem_cache_zalloc(port_cache, GFP_ATOMIC);
	if (!port)
		return NULL;
	port->net = net;
	port->num = num;
	hlist_add_head(&port->node, &slot->ports);
	return port;
}

static void port_free_unused(struct ltcp_port *port)
{
	if (!hlist_empty(&port->owners) || port->timewaits)
		return;
	hlist_del(&port->node);
	kmem_cache_free(port_cache, port);
}

static void port_add_owner(struct ltcp_port *port, struct sock *sk)
{
	inet_sk(sk)->inet_num = port->num;
	inet_sk(sk)->inet_sport = htons(port->num);
	sk_add_bind_node(sk, &port->owners);
	WRITE_ONCE(ltcp_sk(sk)->port, port);
}

/* Which packets is @sk there for? */
static bool port_takes_v4(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr) ||
		       (ipv6_addr_any(&sk->sk_v6_rcv_saddr) &&
			!ipv6_only_sock(sk));
#endif
	return true;
}

static bool port_same_v4(const struct sock *a, const struct sock *b)
{
	return port_takes_v4(a) && port_takes_v4(b) &&
	       (!a->sk_rcv_saddr || !b->sk_rcv_saddr ||
		a->sk_rcv_saddr == b->sk_rcv_saddr);
}

static bool port_same_v6(const struct sock *a, const struct sock *b)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct in6_addr *x = &a->sk_v6_rcv_saddr;
	const struct in6_addr *y = &b->sk_v6_rcv_saddr;

	if (a->sk_family != AF_INET6 || ipv6_addr_v4mapped(x) ||
	    b->sk_family != AF_INET6 || ipv6_addr_v4mapped(y))
		return false;
	return ipv6_addr_any(x) || ipv6_addr_any(y) || ipv6_addr_equal(x, y);
#else
	return false;
#endif
}

static bool port_same_place(const struct sock *sk, const struct sock *owner)
{
	int dev = READ_ONCE(owner->sk_bound_dev_if);

	return (!sk->sk_bound_dev_if || !dev || sk->sk_bound_dev_if == dev) &&
	       (port_same_v4(sk, owner) || port_same_v6(sk, owner));
}

/*
 * Must @sk not share the port with @owner? SO_REUSEADDR of both allows it
 * unless the owner listens: to listen beside connections of that port must be
 * possible (RFC 9293 3.9.1.1, MUST-42), to take a listener's place must not
 * (MUST-41). SO_REUSEPORT of both allows it among the sockets of one user.
 */
static bool port_conflict(const struct sock *sk, const struct sock *owner)
{
	if (sk == owner || !port_same_place(sk, owner))
		return false;
	if (sk->sk_reuse && owner->sk_reuse &&
	    inet_sk_state_load(owner) != TCP_LISTEN)
		return false;
	if (sk->sk_reuseport && owner->sk_reuseport &&
	    uid_eq(sk_uid(sk), sk_uid(owner)))
		return false;
	return true;
}

/*
 * @any: any port is as good (bind() to port 0), so do not share one that is
 * used in the same place, allowed or not.
 */
static bool port_refused(const struct ltcp_port *port, const struct sock *sk,
			 bool any)
{
	const struct sock *owner;

	/* What @sk has already, a TIME_WAIT entry cannot take from it. */
	if (port->timewaits && ltcp_sk(sk)->port != port &&
	    (any || !(sk->sk_reuse || sk->sk_reuseport)))
		return true;

	sk_for_each_bound(owner, &port->owners) {
		if (any ? port_same_place(sk, owner) : port_conflict(sk, owner))
			return true;
	}
	return false;
}

static int port_bind_one(struct sock *sk, u16 num, bool any)
{
	struct net *net = sock_net(sk);
	struct port_slot *slot = port_slot(net, num);
	struct ltcp_port *port;
	int err = 0;

	spin_lock_bh(&slot->lock);
	port = port_find_or_new(slot, net, num);
	if (!port) {
		err = -ENOMEM;
	} else if (port_refused(port, sk, any)) {
		err = -EADDRINUSE;
	} else if (!ltcp_sk(sk)->port) {
		port_add_owner(port, sk);
		port->bound = true;
	}
	spin_unlock_bh(&slot->lock);
	return err;
}

/*
 * The range may be changed while it is read: any order of the two will do.
 * IP_LOCAL_PORT_RANGE narrows it for one socket; an end outside means nothing.
 */
static u32 port_range(const struct sock *sk, u16 *low)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	int a = READ_ONCE(ln->ip_local_port_range[0]);
	int b = READ_ONCE(ln->ip_local_port_range[1]);
	u32 own = ltcp_local_port_range(sk);
	int lo = min(a, b), hi = max(a, b);
	int own_lo = own & 0xffff, own_hi = own >> 16;

	if (own_lo && own_lo >= lo && own_lo <= hi)
		lo = own_lo;
	if (own_hi && own_hi >= lo && own_hi <= hi)
		hi = own_hi;
	*low = lo;
	return hi - lo + 1;
}

/*
 * listen() calls this again, in state LISTEN and with the port that @sk has:
 * two sockets that share it may not both listen on it.
 */
int ltcp_port_bind(struct sock *sk, unsigned short num)
{
	u32 span, start, i;
	int err;
	u16 low;

	ltcp_owned(sk);
	if (num)
		return port_bind_one(sk, num, false);

	span = port_range(sk, &low);
	start = get_random_u32_below(span);
	for (i = 0; i < span; i++) {
		err = port_bind_one(sk, low + (start + i) % span, true);
		if (err != -EADDRINUSE)
			return err;
		cond_resched();
	}
	return -EADDRINUSE;
}

/*
 * Enter the connection table from port @num. The TIME_WAIT table is asked
 * twice: before, for @sk should not be findable where segments still belong to
 * the old connection; and after, for that one may have moved from the one
 * table to the other in between. It is in both for a moment, never in none, so
 * the order of the last two questions makes the answer sure. The second time
 * an entry that may be used again (tw_reuse) gives way, and says with which
 * sequence number to go on.
 */
static int port_claim(struct sock *sk, struct ltcp_flow *flow, u16 num,
		      u32 *isn)
{
	struct inet_sock *inet = inet_sk(sk);
	u16 old_num = inet->inet_num;
	__be16 old_sport = inet->inet_sport;
	int err;

	flow->lport = htons(num);
	flow->hash = ltcp_flow_hash(flow);
	err = ltcp_tw_claim(flow, NULL);
	if (err)
		return err;

	inet->inet_num = num;
	inet->inet_sport = htons(num);
	err = ltcp_conn_insert(sk);
	if (!err) {
		err = ltcp_tw_claim(flow, isn);
		if (err)
			ltcp_conn_remove(sk);
	}
	if (err) {
		inet->inet_num = old_num;
		inet->inet_sport = old_sport;
	}
	return err;
}

static int port_connect_one(struct sock *sk, struct ltcp_flow *flow, u16 num,
			    u32 *isn)
{
	struct net *net = sock_net(sk);
	struct port_slot *slot = port_slot(net, num);
	struct ltcp_port *port;
	int err;

	spin_lock_bh(&slot->lock);
	port = port_find_or_new(slot, net, num);
	if (!port) {
		err = -ENOMEM;
	} else if (port->bound) {
		err = -EADDRNOTAVAIL;
	} else {
		err = port_claim(sk, flow, num, isn);
		if (!err)
			port_add_owner(port, sk);
		port_free_unused(port);
	}
	spin_unlock_bh(&slot->lock);
	return err;
}

/* RFC 6056, by the rules of tables/ephemeral.h */
static int port_pick(struct sock *sk, struct ltcp_flow *flow, u32 *isn)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	u32 *counter, count, span, start, i;
	struct ltcp_tuple names;
	size_t len;
	u64 hash;
	u16 low;
	int err;

	flow->lport = 0;
	len = ltcp_tuple_fill(&names, flow);
	hash = ltcp_port_hash(&ln->port_key, &names, len);
	counter = &port_counters[hash & (PORT_COUNTERS - 1)];
	count = READ_ONCE(*counter);
	span = port_range(sk, &low);
	start = ltcp_port_start(hash, count, span);
	for (i = 0; i < span; i++) {
		err = port_connect_one(sk, flow, low + (start + i) % span, isn);
		if (!err) {
			WRITE_ONCE(*counter, ltcp_port_count(count, i,
							     get_random_u32()));
			return 0;
		}
		if (err != -EADDRNOTAVAIL)
			return err;
		cond_resched();
	}
	return -EADDRNOTAVAIL;
}

int ltcp_port_connect(struct sock *sk, u32 *isn)
{
	struct ltcp_flow flow;

	ltcp_owned(sk);
	ltcp_sk(sk)->af->flow_of(sk, &flow);
	if (ltcp_sk(sk)->port)
		return port_claim(sk, &flow, inet_sk(sk)->inet_num, isn);
	return port_pick(sk, &flow, isn);
}

/*
 * The listener may be closed, or even bound elsewhere, at this very moment:
 * its bucket is looked for by number and then compared, not followed.
 */
int ltcp_port_inherit(struct sock *child, const struct sock *listener)
{
	const struct net *net = sock_net(child);
	u16 num = READ_ONCE(inet_sk(listener)->inet_num);
	struct port_slot *slot = port_slot(net, num);
	struct ltcp_port *port;
	int err = -ENOENT;

	ltcp_owned(child);
	spin_lock_bh(&slot->lock);
	port = port_find(slot, net, num);
	if (port && READ_ONCE(ltcp_sk(listener)->port) == port) {
		port_add_owner(port, child);
		err = 0;
	}
	spin_unlock_bh(&slot->lock);
	return err;
}

/* inet_sport stays: getsockname() of a dead connection still tells it. */
void ltcp_port_release(struct sock *sk)
{
	struct ltcp_port *port = ltcp_sk(sk)->port;
	struct port_slot *slot;

	ltcp_owned(sk);
	if (!port)
		return;

	slot = port_slot(port->net, port->num);
	spin_lock_bh(&slot->lock);
	__sk_del_bind_node(sk);
	WRITE_ONCE(ltcp_sk(sk)->port, NULL);
	WRITE_ONCE(inet_sk(sk)->inet_num, 0);
	port_free_unused(port);
	spin_unlock_bh(&slot->lock);
}

struct ltcp_port *ltcp_port_tw_get(const struct sock *sk)
{
	struct ltcp_port *port = ltcp_sk(sk)->port;
	struct port_slot *slot = port_slot(port->net, port->num);

	ltcp_owned(sk);
	spin_lock_bh(&slot->lock);
	port->timewaits++;
	spin_unlock_bh(&slot->lock);
	return port;
}

struct net *ltcp_port_net(const struct ltcp_port *port)
{
	return port->net;
}

void ltcp_port_tw_put(struct ltcp_port *port)
{
	struct port_slot *slot = port_slot(port->net, port->num);

	spin_lock_bh(&slot->lock);
	port->timewaits--;
	port_free_unused(port);
	spin_unlock_bh(&slot->lock);
}

int __init ltcp_port_init(void)
{
	unsigned int slots = ltcp_slots(PORT_SLOT_SHIFT, PORT_SLOTS_MAX);
	size_t counters = PORT_COUNTERS * sizeof(*port_counters);
	unsigned int i;

	port_cache = KMEM_CACHE(ltcp_port, 0);
	port_slots = kvcalloc(slots, sizeof(*port_slots), GFP_KERNEL);
	port_counters = kvmalloc(counters, GFP_KERNEL);
	if (!port_cache || !port_slots || !port_counters) {
		ltcp_port_exit();
		return -ENOMEM;
	}
	for (i = 0; i < slots; i++)
		spin_lock_init(&port_slots[i].lock);
	get_random_bytes(port_counters, counters);
	port_mask = slots - 1;
	return 0;
}

void ltcp_port_exit(void)
{
	kvfree(port_counters);
	kvfree(port_slots);
	kmem_cache_destroy(port_cache);
}
