// SPDX-License-Identifier: GPL-2.0
/*
 * ltcp_diag.ko: sock_diag, which is how ss and its like ask for sockets, under
 * the IP protocol number of ltcp. scripts/ltcp-ss is ss, made to ask for that.
 *
 * A module of its own, since inet_diag, whose handler this is, is one on most
 * kernels. The alias below lets the kernel load it for a reader, which any user
 * may be; but only when somebody has taken the protocol number, so that nobody
 * but root loads ltcp itself.
 *
 * A dump goes through the tables one row at a time, as /proc/net/ltcp does, and
 * in the direction in which connections move, so that none slips past it: what
 * is there from the beginning to the end is shown, and once. Under the lock of
 * a row it takes references to at most DIAG_CHUNK sockets, those with the
 * lowest addresses beyond the last one that was told, and tells of them without
 * that lock, but with theirs: the numbers of one socket are of one moment.
 *
 * SOCK_DESTROY wants CAP_NET_ADMIN. Nothing else is changed here, and nothing
 * of another namespace is shown.
 */

#include <linux/inet_diag.h>
#include <linux/module.h>
#include <linux/sock_diag.h>
#include <net/inet_timewait_sock.h>
#include <net/netlink.h>

#include "control/control.h"
#include "../ltcp.h"
#include "tables/tables.h"

#define DIAG_CHUNK	8

/* In the order dumped. */
enum diag_table {
	DIAG_LISTEN,
	DIAG_HALFOPEN,
	DIAG_CONN,
	DIAG_TIMEWAIT,
	DIAG_NR_TABLES,
};

/**
 * struct diag_found - what a message tells of
 * @id: its address, which nothing else in its row has
 * @sk: socket, with a reference; NULL: an entry, of which the rest tells
 * @flow: addresses and ports
 * @expires: jiffies
 * @state: TCP_SYN_RECV or TCP_TIME_WAIT
 * @retrans: SYN-ACKs sent again
 * @uid: of the listener
 */
struct diag_found {
	unsigned long id;
	struct sock *sk;
	struct ltcp_flow flow;
	u32 expires;
	u8 state;
	u8 retrans;
	kuid_t uid;
};

/**
 * struct diag_walk - one row under way
 * @cb: the dump
 * @req: what is asked for
 * @after: no @id up to this one
 * @n: how many were found
 * @more: there are more in this row
 * @found: in ascending order of @id
 */
struct diag_walk {
	struct netlink_callback *cb;
	const struct inet_diag_req_v2 *req;
	unsigned long after;
	unsigned int n;
	bool more;
	struct diag_found found[DIAG_CHUNK];
};

/* What inet_diag can read an entry from: that is all a TIME_WAIT sock has. */
static void diag_stand_in(struct inet_timewait_sock *tw,
			  const struct ltcp_flow *flow)
{
	memset(tw, 0, sizeof(*tw));
	tw->tw_state = TCP_TIME_WAIT;
	tw->tw_family = flow->family;
	tw->tw_bound_dev_if = flow->ifindex;
	tw->tw_num = ntohs(flow->lport);
	tw->tw_dport = flow->rport;
#if IS_ENABLED(CONFIG_IPV6)
	if (flow->family == AF_INET6) {
		tw->tw_v6_rcv_saddr = flow->local.v6;
		tw->tw_v6_daddr = flow->remote.v6;
	}
#endif
	if (flow->family == AF_INET) {
		tw->tw_rcv_saddr = flow->local.v4;
		tw->tw_daddr = flow->remote.v4;
	}
	/* An entry has no cookie: INET_DIAG_NOCOOKIE */
	atomic64_set(&tw->tw_cookie, -1);
}

/*
 * The messages
 */

static u32 diag_until(u32 deadline)
{
	return jiffies_delta_to_msecs((s32)(deadline - ltcp_jiffies32()));
}

/* The numbers of a socket, and its TCP_INFO if @info. [s] */
static void diag_get_info(struct sock *sk, struct inet_diag_msg *r, void *info)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 deadline;

	ltcp_diag_ops.queues(sk, sk->sk_state, &r->idiag_wqueue,
			     &r->idiag_rqueue);
	r->idiag_timer = ltcp_diag_ops.timer(ls, &deadline);
	r->idiag_expires = r->idiag_timer ? diag_until(deadline) : 0;
	r->idiag_retrans = r->idiag_timer == LTCP_SHOW_RETRANS ? ls->retries :
								 ls->probes;
	if (info)
		ltcp_diag_ops.info(sk, info);
}

static bool diag_asks(const struct inet_diag_req_v2 *req, int ext)
{
	return req->idiag_ext & BIT(ext - 1);
}

/* What was asked for and is not in every message. [s] */
static int diag_put_more(struct sk_buff *skb, struct sock *sk,
			 const struct inet_diag_req_v2 *req, void **info)
{
	struct inet_diag_meminfo mem = {
		.idiag_rmem = sk_rmem_alloc_get(sk),
		.idiag_wmem = READ_ONCE(sk->sk_wmem_queued),
		.idiag_fmem = READ_ONCE(sk->sk_forward_alloc),
		.idiag_tmem = sk_wmem_alloc_get(sk),
	};
	const struct ltcp_cong_ops *cong = ltcp_sk(sk)->cong.ops;
	struct nlattr *attr;

	if (diag_asks(req, INET_DIAG_MEMINFO) &&
	    nla_put(skb, INET_DIAG_MEMINFO, sizeof(mem), &mem))
		return -EMSGSIZE;
	if (diag_asks(req, INET_DIAG_SKMEMINFO) &&
	    sock_diag_put_meminfo(sk, skb, INET_DIAG_SKMEMINFO))
		return -EMSGSIZE;
	if (diag_asks(req, INET_DIAG_CONG) && cong &&
	    nla_put_string(skb, INET_DIAG_CONG, cong->name))
		return -EMSGSIZE;
	if (!diag_asks(req, INET_DIAG_INFO))
		return 0;
	attr = nla_reserve_64bit(skb, INET_DIAG_INFO, sizeof(struct tcp_info),
				 INET_DIAG_PAD);
	if (!attr)
		return -EMSGSIZE;
	*info = nla_data(attr);
	return 0;
}

/* [s] */
static int diag_put_sock(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct inet_diag_req_v2 *req,
			 struct inet_diag_msg *r, struct sock *sk)
{
	struct user_namespace *uns = sk_user_ns(NETLINK_CB(cb->skb).sk);
	bool admin = netlink_net_capable(cb->skb, CAP_NET_ADMIN);
	void *info = NULL;

	inet_diag_msg_common_fill(r, sk);
	r->idiag_state = sk->sk_state;
	if (inet_diag_msg_attrs_fill(sk, skb, r, req->idiag_ext, uns, admin) ||
	    diag_put_more(skb, sk, req, &info))
		return -EMSGSIZE;
	diag_get_info(sk, r, info);
	return 0;
}

static void diag_put_entry(struct netlink_callback *cb,
			   struct inet_diag_msg *r, const struct diag_found *f)
{
	bool halfopen = f->state == TCP_SYN_RECV;
	struct inet_timewait_sock tw;

	diag_stand_in(&tw, &f->flow);
	inet_diag_msg_common_fill(r, (struct sock *)&tw);
	r->idiag_state = f->state;
	r->idiag_timer = halfopen ? LTCP_SHOW_RETRANS : LTCP_SHOW_TIMEWAIT;
	r->idiag_retrans = f->retrans;
	r->idiag_expires = diag_until(f->expires);
	r->idiag_rqueue = 0;
	r->idiag_wqueue = 0;
	r->idiag_uid = from_kuid_munged(sk_user_ns(NETLINK_CB(cb->skb).sk),
					f->uid);
	r->idiag_inode = 0;
}

/* Tell of @f. -EMSGSIZE: @skb is full, and as it was. */
static int diag_put(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct inet_diag_req_v2 *req, u16 flags,
		    const struct diag_found *f)
{
	struct inet_diag_msg *r;
	struct nlmsghdr *nlh;
	int err = 0;
	bool fast;

	nlh = nlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			cb->nlh->nlmsg_type, sizeof(*r), flags);
	if (!nlh)
		return -EMSGSIZE;
	r = nlmsg_data(nlh);
	if (f->sk) {
		fast = lock_sock_fast(f->sk);
		err = diag_put_sock(skb, cb, req, r, f->sk);
		unlock_sock_fast(f->sk, fast);
	} else {
		diag_put_entry(cb, r, f);
	}
	if (err)
		nlmsg_cancel(skb, nlh);
	else
		nlmsg_end(skb, nlh);
	return err;
}

/*
 * The dump
 */

/* @sk may be a stand-in. Under the lock of its row. */
static bool diag_wanted(const struct diag_walk *w, struct sock *sk, int state)
{
	const struct inet_diag_req_v2 *req = w->req;

	return req->idiag_states & BIT(state) &&
	       (req->sdiag_family == AF_UNSPEC ||
		req->sdiag_family == sk->sk_family) &&
	       (!req->id.idiag_sport ||
		req->id.idiag_sport == htons(READ_ONCE(sk->sk_num))) &&
	       (!req->id.idiag_dport ||
		req->id.idiag_dport == READ_ONCE(sk->sk_dport)) &&
	       ltcp_diag_bc_sk((struct inet_diag_dump_data *)w->cb->data, sk);
}

/* Room for @id at its place, which the highest may have to leave; or NULL. */
static struct diag_found *diag_slot(struct diag_walk *w, unsigned long id)
{
	struct diag_found *last = &w->found[DIAG_CHUNK - 1];
	unsigned int i;

	if (w->n == DIAG_CHUNK) {
		w->more = true;
		if (id > last->id)
			return NULL;
		/* It is in the row still, so this was not the last one. */
		if (last->sk)
			__sock_put(last->sk);
		w->n--;
	}
	for (i = w->n; i > 0 && w->found[i - 1].id > id; i--)
		w->found[i] = w->found[i - 1];
	w->n++;
	w->found[i] = (struct diag_found) { .id = id };
	return &w->found[i];
}

static bool diag_sock(struct sock *sk, void *arg)
{
	unsigned long id = (unsigned long)sk;
	struct diag_walk *w = arg;
	struct diag_found *f;

	if (id <= w->after || !diag_wanted(w, sk, READ_ONCE(sk->sk_state)))
		return true;
	f = diag_slot(w, id);
	if (f) {
		sock_hold(sk);
		f->sk = sk;
	}
	return false;
}

/* Where to note an entry, if it is wanted and there is room. */
static struct diag_found *diag_entry(struct diag_walk *w, const void *entry,
				     const struct ltcp_flow *flow, u8 state)
{
	unsigned long id = (unsigned long)entry;
	struct inet_timewait_sock tw;
	struct diag_found *f;

	if (id <= w->after)
		return NULL;
	diag_stand_in(&tw, flow);
	if (!diag_wanted(w, (struct sock *)&tw, state))
		return NULL;
	f = diag_slot(w, id);
	if (f) {
		f->flow = *flow;
		f->state = state;
	}
	return f;
}

static void diag_note_halfopen(struct diag_found *f,
			       const struct ltcp_halfopen_info *i)
{
	f->flow = i->flow;
	f->state = TCP_SYN_RECV;
	f->expires = i->expires;
	f->retrans = i->retrans;
	f->uid = i->uid;
}

static bool diag_halfopen(const struct ltcp_halfopen_info *i, void *arg)
{
	struct diag_walk *w = arg;
	struct diag_found *f;

	f = diag_entry(w, i->id, &i->flow, TCP_SYN_RECV);
	if (f)
		diag_note_halfopen(f, i);
	return !w->n;
}

static void diag_note_tw(struct diag_found *f, const struct ltcp_tw_info *i)
{
	f->flow = i->flow;
	f->state = TCP_TIME_WAIT;
	f->expires = i->expires;
	f->uid = GLOBAL_ROOT_UID;
}

static bool diag_timewait(const struct ltcp_tw_info *i, void *arg)
{
	struct diag_walk *w = arg;
	struct diag_found *f;

	f = diag_entry(w, i->id, &i->flow, TCP_TIME_WAIT);
	if (f)
		diag_note_tw(f, i);
	return !w->n;
}

static bool diag_table_wanted(const struct inet_diag_req_v2 *req, long table)
{
	static const u32 states[DIAG_NR_TABLES] = {
		[DIAG_LISTEN] = TCPF_LISTEN,
		[DIAG_HALFOPEN] = TCPF_SYN_RECV,
		[DIAG_CONN] = ~(TCPF_LISTEN | TCPF_TIME_WAIT),
		[DIAG_TIMEWAIT] = TCPF_TIME_WAIT,
	};

	if (table == DIAG_LISTEN && req->id.idiag_dport)
		return false;
	return req->idiag_states & states[table];
}

/* What is wanted of the next row that has any. False: there is none. */
static bool diag_walk(struct diag_walk *w, const struct net *net, long table,
		      unsigned int *row)
{
	switch (table) {
	case DIAG_LISTEN:
		return ltcp_diag_ops.listen_walk(net, row, diag_sock, w);
	case DIAG_HALFOPEN:
		return ltcp_diag_ops.halfopen_walk(net, row, diag_halfopen, w);
	case DIAG_CONN:
		return ltcp_diag_ops.conn_walk(net, row, diag_sock, w);
	default:
		return ltcp_diag_ops.tw_walk(net, row, diag_timewait, w);
	}
}

/* Tell of all that was found, and let go. The last one told: w->after. */
static int diag_put_all(struct sk_buff *skb, struct diag_walk *w)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < w->n; i++) {
		const struct diag_found *f = &w->found[i];

		if (!err)
			err = diag_put(skb, w->cb, w->req, NLM_F_MULTI, f);
		if (!err)
			w->after = f->id;
		if (f->sk)
			sock_put(f->sk);
	}
	return err;
}

static void diag_let_go(struct diag_walk *w)
{
	unsigned int i;

	for (i = 0; i < w->n; i++)
		if (w->found[i].sk)
			sock_put(w->found[i].sk);
}

/* cb->args: the table, the row to go on in, and after which id in that. */
static void diag_dump(struct sk_buff *skb, struct netlink_callback *cb,
		      const struct inet_diag_req_v2 *req)
{
	struct diag_walk w = { .cb = cb, .req = req };
	const struct net *net = sock_net(skb->sk);
	long *table = &cb->args[0];
	unsigned int row, from;

	while (*table < DIAG_NR_TABLES) {
		from = cb->args[1];
		row = from;
		w.after = cb->args[2];
		w.n = 0;
		w.more = false;
		if (!diag_table_wanted(req, *table) ||
		    !diag_walk(&w, net, *table, &row)) {
			++*table;
			cb->args[1] = 0;
			cb->args[2] = 0;
			continue;
		}
		/* Nothing was left of that row: its mark is not for others. */
		if (w.after && row != from + 1) {
			diag_let_go(&w);
			cb->args[1] = from + 1;
			cb->args[2] = 0;
			continue;
		}
		if (diag_put_all(skb, &w)) {
			cb->args[1] = row - 1;
			cb->args[2] = w.after;
			return;
		}
		cb->args[1] = w.more ? row - 1 : row;
		cb->args[2] = w.more ? w.after : 0;
		cond_resched();
	}
}

/*
 * One socket, by its names and its cookie
 */

static bool diag_same_address(const struct sock *sk, const __be32 *addr)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		return !memcmp(&sk->sk_v6_rcv_saddr, addr,
			       sizeof(sk->sk_v6_rcv_saddr));
#endif
	return sk->sk_rcv_saddr == *addr;
}

static bool diag_same_listener(struct sock *sk, void *arg)
{
	struct diag_walk *w = arg;
	const struct inet_diag_sockid *id = &w->req->id;
	struct diag_found *f = w->found;

	if (!w->n && sk->sk_num == ntohs(id->idiag_sport) &&
	    sk->sk_family == w->req->sdiag_family &&
	    diag_same_address(sk, id->idiag_src) &&
	    !sock_diag_check_cookie(sk, id->idiag_cookie)) {
		sock_hold(sk);
		f->sk = sk;
		w->n = 1;
	}
	return true;
}

static struct sock *diag_find_listener(const struct net *net,
				       const struct inet_diag_req_v2 *req)
{
	struct diag_walk w = { .req = req };
	unsigned int row = 0;

	ltcp_diag_ops.listen_walk(net, &row, diag_same_listener, &w);
	return w.n ? w.found[0].sk : NULL;
}

static struct sock *diag_find_conn(const struct ltcp_flow *flow,
				   const struct inet_diag_req_v2 *req)
{
	struct sock *sk;

	rcu_read_lock();
	sk = ltcp_diag_ops.conn_lookup(flow);
	if (sk && !refcount_inc_not_zero(&sk->sk_refcnt))
		sk = NULL;
	rcu_read_unlock();
	if (!sk || (ltcp_diag_ops.conn_match(sk, flow) &&
		    !sock_diag_check_cookie(sk, req->id.idiag_cookie)))
		return sk;
	sock_put(sk);
	return NULL;
}

/* The flow that @req names: of IPv4 also if it names it as IPv6 does. */
static void diag_flow(const struct inet_diag_req_v2 *req,
		      struct ltcp_flow *flow)
{
	const struct inet_diag_sockid *id = &req->id;
	const struct in6_addr *dst = (const struct in6_addr *)id->idiag_dst;
	unsigned int word = 0;

	flow->family = req->sdiag_family;
	if (flow->family == AF_INET6 && ipv6_addr_v4mapped(dst)) {
		flow->family = AF_INET;
		word = 3;
	}
	if (flow->family == AF_INET6) {
		memcpy(&flow->local.v6, id->idiag_src, sizeof(*dst));
		memcpy(&flow->remote.v6, id->idiag_dst, sizeof(*dst));
	} else {
		flow->local.v4 = id->idiag_src[word];
		flow->remote.v4 = id->idiag_dst[word];
	}
}

/* What @req names, with a reference; an entry is taken away if @remove. */
static int diag_find(struct net *net, const struct inet_diag_req_v2 *req,
		     struct diag_found *f, bool remove)
{
	const struct inet_diag_sockid *id = &req->id;
	struct ltcp_halfopen_info halfopen;
	struct ltcp_flow flow = {
		.net = net,
		.lport = id->idiag_sport,
		.rport = id->idiag_dport,
		.ifindex = id->idiag_if,
	};
	struct ltcp_tw_info tw;

	if (req->sdiag_family != AF_INET && !ltcp_is_v6(req->sdiag_family))
		return -ENOENT;
	diag_flow(req, &flow);
	memset(f, 0, sizeof(*f));
	flow.hash = ltcp_diag_ops.flow_hash(&flow);
	if (flow.rport)
		f->sk = diag_find_conn(&flow, req);
	else
		f->sk = diag_find_listener(net, req);
	if (f->sk)
		return 0;
	/* Entries have none. */
	if (id->idiag_cookie[0] != INET_DIAG_NOCOOKIE ||
	    id->idiag_cookie[1] != INET_DIAG_NOCOOKIE)
		return -ENOENT;
	if (ltcp_diag_ops.halfopen_find(&flow, &halfopen, remove))
		diag_note_halfopen(f, &halfopen);
	else if (ltcp_diag_ops.tw_find(&flow, &tw, remove))
		diag_note_tw(f, &tw);
	else
		return -ENOENT;
	return 0;
}

static int diag_dump_one(struct netlink_callback *cb,
			 const struct inet_diag_req_v2 *req)
{
	struct net *net = sock_net(cb->skb->sk);
	struct diag_found f;
	struct sk_buff *skb;
	int err = diag_find(net, req, &f, false);

	if (err)
		return err;
	skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	err = skb ? diag_put(skb, cb, req, 0, &f) : -ENOMEM;
	if (f.sk)
		sock_put(f.sk);
	if (err) {
		kfree_skb(skb);
		return err;
	}
	return nlmsg_unicast(net->diag_nlsk, skb, NETLINK_CB(cb->skb).portid);
}

static int diag_destroy(struct sk_buff *in_skb,
			const struct inet_diag_req_v2 *req)
{
	struct diag_found f;
	int err;

	if (!netlink_net_capable(in_skb, CAP_NET_ADMIN))
		return -EPERM;
	err = diag_find(sock_net(in_skb->sk), req, &f, true);
	if (!err && f.sk) {
		err = sock_diag_destroy(f.sk, ECONNABORTED);
		sock_put(f.sk);
	}
	return err;
}

static struct inet_diag_handler diag_handler __ro_after_init = {
	LTCP_DIAG_OWNER(THIS_MODULE)
	.dump		= diag_dump,
	.dump_one	= diag_dump_one,
	.idiag_get_info	= diag_get_info,
	.destroy	= diag_destroy,
	.idiag_info_size = sizeof(struct tcp_info),
};

static int __init diag_init(void)
{
	diag_handler.idiag_type = *ltcp_diag_ops.ipproto;
	return inet_diag_register(&diag_handler);
}

static void __exit diag_exit(void)
{
	inet_diag_unregister(&diag_handler);
}

module_init(diag_init);
module_exit(diag_exit);

MODULE_DESCRIPTION("ltcp sockets for ss, by sock_diag");
MODULE_LICENSE("GPL");
/* PF_NETLINK, NETLINK_SOCK_DIAG, AF_INET and the usual protocol number */
MODULE_ALIAS("net-pf-16-proto-4-type-2-253");
