// SPDX-License-Identifier: GPL-2.0
/*
 * From an opening to a connection: the only place where a passive open costs
 * a socket.
 *
 * The half-open table calls it when a valid ACK has come, in softirq, under
 * RCU (which keeps the listener's memory) but without the listener's lock. The
 * child is a clone of the listener with everything reset that belongs to the
 * listener alone. It is locked and in SYN_RECV until the segment that made it
 * has been processed, so no other CPU sees it half made.
 */

#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"

static void ltcp_child_addresses(struct sock *child,
				 const struct ltcp_flow *flow)
{
	struct inet_sock *inet = inet_sk(child);

	inet->inet_rcv_saddr = flow->local.v4;
	inet->inet_saddr = flow->local.v4;
	inet->inet_daddr = flow->remote.v4;
	inet->inet_sport = flow->lport;
	inet->inet_num = ntohs(flow->lport);
	inet->inet_dport = flow->rport;
	inet->mc_index = 0;
	inet->mc_list = NULL;
	RCU_INIT_POINTER(inet->inet_opt, NULL);
	ltcp_set_ip_id(child, get_random_u16());
}

static void ltcp_child_variables(struct sock *child,
				 const struct ltcp_opening *o)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(child));
	struct ltcp_sock *ls = ltcp_sk(child);
	u64 now = ltcp_clock_us();
	u32 wnd;
	u8 unused;

	ls->snd.iss = o->iss;
	ls->snd.una = o->iss;
	ls->snd.nxt = o->iss + 1;
	ls->snd.wnd = o->wnd;
	ls->snd.max_wnd = o->wnd;
	ls->snd.wl1 = o->irs;
	ls->snd.wl2 = o->iss;
	ls->snd.wscale = o->snd_wscale;
	ls->write_seq = o->iss + 1;
	ls->snd.sml = o->iss;
	ls->recover = o->iss;
	ls->sack_high = o->iss;
	ls->retries = o->retrans;

	ltcp_init_window(ln, child->sk_rcvbuf, &wnd, &unused);
	ls->rcv.irs = o->irs;
	ls->rcv.nxt = o->irs + 1;
	ls->rcv.adv = ls->rcv.nxt + wnd;
	ls->rcv.acked = ls->rcv.nxt;
	ls->rcv.wscale = o->rcv_wscale;
	ls->copied_seq = ls->rcv.nxt;
	ls->mss_peer = o->mss;
	ls->ts_ok = o->ts_ok;
	ls->ts.recent = o->ts_recent;
	ls->ts.recent_s = ktime_get_seconds();
	ls->ts.offset = o->ts_offset;
	ls->sack_ok = o->sack_ok;
	ls->ecn_ok = o->ecn_ok;

	if (o->sent_us)
		ltcp_rtt_sample(&ls->rtt, max((u32)now - o->sent_us, 1U),
				READ_ONCE(ln->rto_min_us));
}

/* Undo what sk_clone_lock() did besides cloning. */
static void ltcp_child_let_go(struct sock *child)
{
	__acquire(&child->sk_lock.slock);	/* sparse was not told */
	bh_unlock_sock(child);
	sock_put(child);
}

/*
 * The algorithm of the listener, whose user may be changing it just now: then
 * there is none for a moment. RCU keeps the name.
 */
static const char *ltcp_child_cong(const struct sock *listener)
{
	const struct ltcp_sock *ls = ltcp_sk(listener);
	const struct ltcp_cong_ops *ops = READ_ONCE(ls->cong.ops);

	return ops ? ops->name : NULL;
}

struct sock *ltcp_child_create(const struct sock *listener,
			       const struct ltcp_opening *o)
{
	const struct ltcp_af_ops *af = ltcp_af(o->flow.family);
	struct sock *child = sk_clone_lock(listener, GFP_ATOMIC);

	if (!child)
		return NULL;

	sock_set_flag(child, SOCK_RCU_FREE);
	sk_node_init(&child->sk_node);
	WRITE_ONCE(ltcp_sk(child)->af, af);
	ltcp_child_addresses(child, &o->flow);
	if (ltcp_is_v6(child->sk_family))
		ltcp_ipv6_child(child, listener, &o->flow);
	ltcp_sock_init(child);
	ltcp_change_state(child, LTCP_EV_RCV_SYN);
	ltcp_child_variables(child, o);
	ltcp_cong_start(child, ltcp_child_cong(listener));
	af->route(child);
	ltcp_sync_mss(child, af->mtu(child) ?: ltcp_least_mtu(af));
	if (ltcp_port_inherit(child, listener) || ltcp_conn_insert(child))
		goto kill;
	return child;

kill:
	ltcp_fail(child, LTCP_EV_ABORT, 0);
	ltcp_child_kill(child);
	ltcp_child_let_go(child);
	return NULL;
}

void ltcp_child_kill(struct sock *child)
{
	ltcp_owned(child);
	atomic_inc(&ltcp_net(sock_net(child))->orphan_count);
	sock_orphan(child);
	if (child->sk_state == TCP_CLOSE)
		ltcp_destroy(child);
	else
		ltcp_abort(child, 0);
}

void ltcp_child_start(struct sock *listener, struct sock *child,
		      struct sk_buff *skb)
{
	ltcp_rcv(child, skb);
	if (child->sk_state != TCP_CLOSE && child->sk_state != TCP_SYN_RECV &&
	    ltcp_accept_add(listener, child))
		LTCP_INC(sock_net(listener), PassiveOpens);
	else
		ltcp_child_kill(child);
	ltcp_child_let_go(child);
}
