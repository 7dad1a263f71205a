// SPDX-License-Identifier: GPL-2.0
/*
 * The socket: what socket(), connect(), listen(), accept(), shutdown() and
 * close() do, and the tables through which the kernel reaches ltcp (struct
 * proto, struct proto_ops, struct inet_protosw).
 *
 * The generic inet_* calls are used where they touch nothing of the stock
 * TCP's own structures; listen() is the one that does, so it is ours. All
 * functions of struct proto that end in "[s]" in ltcp.h get a locked socket;
 * close and accept take the lock themselves.
 */

#include <linux/module.h>
#include <net/inet_common.h>
#include <net/protocol.h>
#include <net/transp_v6.h>
#include <net/xfrm.h>

#include "control/control.h"
#include "engine/loss.h"
#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"
#include "uapi/linux/ltcp.h"

/* Memory of all sockets of the module, in pages: struct proto wants these. */
static atomic_long_t ltcp_memory_allocated;
static DEFINE_PER_CPU(int, ltcp_memory_per_cpu_fw_alloc);
static struct percpu_counter ltcp_sockets_allocated;
static unsigned long ltcp_memory_pressure_since;

/*
 * What a socket may have whatever the limits say is a setting of each
 * namespace, wmem[0] and rmem[0], and is granted in engine/. The kernel's own
 * grant knows only one value for all, so it is none.
 */
static int ltcp_no_grant[3];

static void ltcp_enter_memory_pressure(struct sock *sk)
{
	if (READ_ONCE(ltcp_memory_pressure_since))
		return;
	LTCP_INC(sock_net(sk), MemoryPressures);
	WRITE_ONCE(ltcp_memory_pressure_since, jiffies ?: 1);
}

static void ltcp_leave_memory_pressure(struct sock *sk)
{
	WRITE_ONCE(ltcp_memory_pressure_since, 0);
}

void ltcp_sock_init(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ltcp_timer_init(sk);
	ls->accept = NULL;
	ls->defer_accept = 0;
	ls->extra = NULL;
	ls->recorded = 0;
	ls->port = NULL;
	sk->sk_tsq_flags = 0;
	ltcp_sock_reset(sk);
}

void ltcp_sock_reset(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ltcp_rtx_init(sk);
	ltcp_ooo_init(ls);
	memset(&ls->snd, 0, sizeof(ls->snd));
	memset(&ls->rcv, 0, sizeof(ls->rcv));
	memset(&ls->cong, 0, sizeof(ls->cong));
	ltcp_rtt_init(&ls->rtt);

	ls->rcv.mss = ls->af->mss_default;
	ls->mss_peer = ls->af->mss_default;
	ls->mss = ls->af->mss_default;
	ls->pmtu = 0;
	ls->loss = LTCP_LOSS_NONE;
	ls->dupacks = 0;
	ls->tlp_out = 0;
	ls->undo_ok = 0;
	ls->frto = LTCP_FRTO_NONE;
	memset(&ls->rack, 0, sizeof(ls->rack));
	ls->rack.wnd_mult = 1;
	ls->retries = 0;
	ls->probes = 0;
	ls->total_retrans = 0;
	ls->ack_flags = 0;
	ls->quickack = 0;
	ls->cwnd_limited = 0;
	ls->ts_ok = 0;
	ls->sack_ok = 0;
	ls->ecn_ok = 0;
	ls->ecn_seen = 0;
	ls->ecn_echo = 0;
	ls->ecn_cwr = 0;
	ls->ecn_low = 0;
	ls->mtu_on = 0;
	ls->tw_taken = 0;
	ls->persisting = 0;
	ls->challenge_stamp = 0;
	ls->last_rcv = ltcp_jiffies32();
	ls->last_snd = ls->last_rcv;
	WRITE_ONCE(ls->state_since, ktime_get_seconds());
}

/* With @name, or with reno if its module is just being unloaded. */
void ltcp_cong_start(struct sock *sk, const char *name)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ltcp_cong_attach(&ls->cong, name, ls->mss))
		ltcp_cong_attach(&ls->cong, NULL, ls->mss);
}

static void ltcp_destruct(struct sock *sk)
{
	ltcp_accept_free(sk);
	ltcp_extra_free(sk);
	if (ltcp_is_v6(sk->sk_family))
		inet6_sock_destruct(sk);
	else
		inet_sock_destruct(sk);
}

static int ltcp_init_sock(struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	struct ltcp_sock *ls = ltcp_sk(sk);

	ls->af = ltcp_af(sk->sk_family);
	ltcp_sock_init(sk);
	ltcp_cong_start(sk, ln->congestion_control);

	sk->sk_destruct = ltcp_destruct;
	sk->sk_write_space = ltcp_write_space;
	/* Lookups take no reference: see tables/conn.c */
	sock_set_flag(sk, SOCK_RCU_FREE);
	WRITE_ONCE(sk->sk_sndbuf, READ_ONCE(ln->wmem[1]));
	WRITE_ONCE(sk->sk_rcvbuf, READ_ONCE(ln->rmem[1]));
	sk_sockets_allocated_inc(sk);
	return 0;
}

static void ltcp_destroy_sock(struct sock *sk)
{
	ltcp_timer_stop_all(sk);
	ltcp_tx_purge(sk);
	ltcp_ooo_purge(sk);
	ltcp_port_release(sk);
	ltcp_history_end(sk);
	ltcp_cong_detach(&ltcp_sk(sk)->cong);
	sk_sockets_allocated_dec(sk);
}

/*
 * Opening
 */

static void ltcp_ask_options(struct ltcp_sock *ls,
			     const struct ltcp_flow *flow)
{
	int how = READ_ONCE(ltcp_net(flow->net)->timestamps);

	ls->ts_ok = how != 0;
	ls->ts.offset = how == 1 ? ltcp_ts_offset(flow) : 0;
	ls->sack_ok = READ_ONCE(ltcp_net(flow->net)->sack);
}

/* RFC 9293 3.10.1, active: CLOSED to SYN_SENT [s] */
static int ltcp_connect(struct sock *sk, struct sockaddr_unsized *addr, int len)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_flow flow;
	u32 isn = 0;
	u32 wnd;
	int err;

	err = ls->af->connect(sk, (struct sockaddr *)addr, len);
	if (err)
		return err;
	ltcp_change_state(sk, LTCP_EV_ACTIVE_OPEN);
	err = ltcp_port_connect(sk, &isn);
	if (err)
		goto fail;
	ls->tw_taken = isn != 0;
	/* The route was looked up without knowing the port. */
	err = ls->af->route(sk);
	if (err)
		goto fail;

	ls->af->flow_of(sk, &flow);
	ltcp_ask_options(ls, &flow);
	ls->snd.iss = ltcp_isn_for(&flow, isn, ktime_get());
	WRITE_ONCE(ls->snd.nxt, ls->snd.iss);
	ls->snd.sml = ls->snd.iss;
	ls->recover = ls->snd.iss;
	ls->sack_high = ls->snd.iss;
	ltcp_sync_mss(sk, ls->af->mtu(sk) ?: ltcp_least_mtu(ls->af));
	ls->cong.cwnd = ltcp_cong_init_window(ls->mss);
	ltcp_init_window(ltcp_net(sock_net(sk)), sk->sk_rcvbuf, &wnd,
			 &ls->rcv.wscale);
	ls->rcv.adv = wnd;
	sock_reset_flag(sk, SOCK_DONE);
	err = ltcp_send_syn(sk);
	if (err)
		goto fail;
	return 0;

fail:
	ltcp_timer_stop_all(sk);
	ltcp_change_state(sk, LTCP_EV_ABORT);
	inet_sk(sk)->inet_dport = 0;
	sk->sk_route_caps = 0;
	WRITE_ONCE(ls->af, ltcp_af(sk->sk_family));
	return err;
}

/* RFC 9293 3.10.1, LISTEN STATE: from passive to active [s] */
static int ltcp_connect_listener(struct socket *sock,
				 struct sockaddr_unsized *addr, int len)
{
	struct sock *sk = sock->sk;
	int err;

	err = ltcp_sk(sk)->af->check((struct sockaddr *)addr, len);
	if (err)
		return err;
	ltcp_listen_shut(sk);
	sk->sk_state_change(sk);	/* others may wait in accept() */
	err = ltcp_connect(sk, addr, len);
	if (!err)
		sock->state = SS_CONNECTING;
	else if (sk->sk_state == TCP_LISTEN)
		ltcp_change_state(sk, LTCP_EV_ABORT);
	return err;
}

static int ltcp_stream_connect(struct socket *sock,
			       struct sockaddr_unsized *addr, int len,
			       int flags)
{
	struct sock *sk = sock->sk;
	bool listener;
	int err = 0;

	if (len < sizeof(addr->sa_family))
		return -EINVAL;
	lock_sock(sk);
	listener = sk->sk_state == TCP_LISTEN &&
		   addr->sa_family != AF_UNSPEC &&
		   ltcp_sk(sk)->active_from_listen;
	if (listener)
		err = ltcp_connect_listener(sock, addr, len);
	if (!err)
		err = __inet_stream_connect(sock, addr, len, flags, 0);
	/* It did not know that this call began it. */
	if (listener && err == -EALREADY)
		err = -EINPROGRESS;
	release_sock(sk);
	return err;
}

static int ltcp_listen(struct socket *sock, int backlog)
{
	struct sock *sk = sock->sk;
	int err = -EINVAL;

	lock_sock(sk);
	if (sock->state != SS_UNCONNECTED || sock->type != SOCK_STREAM ||
	    !((1 << sk->sk_state) & (TCPF_CLOSE | TCPF_LISTEN)))
		goto out;

	WRITE_ONCE(sk->sk_max_ack_backlog, backlog);
	err = 0;
	if (sk->sk_state != TCP_LISTEN)
		err = ltcp_listen_start(sk);
out:
	release_sock(sk);
	return err;
}

/* Sleep until the accept queue has something. 0 or negative errno [s] */
static int ltcp_wait_for_accept(struct sock *sk, long timeo)
	__must_hold(sk)
{
	DEFINE_WAIT(wait);
	int err = 0;

	while (!READ_ONCE(ltcp_sk(sk)->accept->len)) {
		prepare_to_wait_exclusive(sk_sleep(sk), &wait,
					  TASK_INTERRUPTIBLE);
		release_sock(sk);
		if (!READ_ONCE(ltcp_sk(sk)->accept->len))
			timeo = schedule_timeout(timeo);
		sched_annotate_sleep();
		lock_sock(sk);
		if (READ_ONCE(ltcp_sk(sk)->accept->len))
			break;
		if (sk->sk_state != TCP_LISTEN)
			err = -EINVAL;
		else if (signal_pending(current))
			err = sock_intr_errno(timeo);
		else if (!timeo)
			err = -EAGAIN;
		if (err)
			break;
	}
	finish_wait(sk_sleep(sk), &wait);
	return err;
}

static struct sock *ltcp_accept(struct sock *sk, struct proto_accept_arg *arg)
{
	struct sock *child = NULL;
	long timeo;
	int err;

	lock_sock(sk);
	err = -EINVAL;
	if (sk->sk_state != TCP_LISTEN)
		goto out;

	child = ltcp_accept_take(sk);
	while (!child) {
		timeo = sock_rcvtimeo(sk, arg->flags & O_NONBLOCK);
		err = -EAGAIN;
		if (!timeo)
			goto out;
		err = ltcp_wait_for_accept(sk, timeo);
		if (err)
			goto out;
		child = ltcp_accept_take(sk);
	}
	err = 0;
out:
	release_sock(sk);
	if (child) {
		lock_sock(child);
		ltcp_memcg_adopt(child);
		release_sock(child);
	}
	arg->err = err;
	return child;
}

/*
 * Closing
 */

/* RFC 9293 3.10.4, where CLOSE sends FIN; elsewhere nothing is to be done. */
static void ltcp_close_sending(struct sock *sk)
{
	const struct ltcp_transition *t;

	t = ltcp_transition(sk->sk_state, LTCP_EV_CLOSE);
	if (!t || !(t->sends & LTCP_FIN))
		return;
	ltcp_change_state(sk, LTCP_EV_CLOSE);
	ltcp_send_fin(sk);
}

static void ltcp_shutdown(struct sock *sk, int how)
{
	if (how & SEND_SHUTDOWN)
		ltcp_close_sending(sk);
}

/* Throw away what was received and not read. Was there any? [s] */
static bool ltcp_discard_unread(struct sock *sk)
{
	const struct ltcp_sock *ls = ltcp_sk(sk);
	bool unread = false;
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&sk->sk_receive_queue))) {
		const struct ltcp_skb_cb *cb = ltcp_cb(skb);
		u32 end = cb->end_seq - !!(cb->flags & LTCP_FIN);

		unread |= ltcp_after(end, ls->copied_seq);
		__kfree_skb(skb);
	}
	return unread;
}

/* The user is through with a connection: tell the peer. [s] */
static void ltcp_close_connection(struct sock *sk)
{
	bool unread = ltcp_discard_unread(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if (unread) {
		/* The peer must not think that it was read: SHLD-3 */
		LTCP_NOTE(sk, AbortOnData);
		ltcp_send_rst(sk);
		ltcp_fail(sk, LTCP_EV_ABORT, 0);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime) {
		LTCP_NOTE(sk, AbortOnLinger);
		ltcp_abort(sk, 0);
	} else if (sk->sk_state == TCP_SYN_SENT) {
		ltcp_fail(sk, LTCP_EV_CLOSE, 0);
	} else {
		ltcp_close_sending(sk);
	}
}

/* From here on no user knows the socket; the protocol ends it alone. [s] */
static void ltcp_become_orphan(struct sock *sk)
{
	atomic_inc(&ltcp_net(sock_net(sk))->orphan_count);
	sock_orphan(sk);
	if (sk->sk_state == TCP_CLOSE)
		ltcp_destroy(sk);
	else if (ltcp_orphan_excess(sk))
		return;
	else if (sk->sk_state == TCP_FIN_WAIT2)
		ltcp_orphan_fin_wait2(sk);
}

/* Until the peer has the FIN, or for as long as SO_LINGER says. [s] */
static void ltcp_linger(struct sock *sk, long timeout)
{
	const int closing = TCPF_FIN_WAIT1 | TCPF_CLOSING | TCPF_LAST_ACK;
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(sk_sleep(sk), &wait);
	while (timeout && !signal_pending(current)) {
		if (sk_wait_event(sk, &timeout,
				  !(BIT(sk->sk_state) & closing), &wait))
			break;
	}
	remove_wait_queue(sk_sleep(sk), &wait);
}

static void ltcp_close(struct sock *sk, long timeout)
{
	lock_sock(sk);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);
	if (sk->sk_state == TCP_LISTEN) {
		ltcp_listen_stop(sk);
	} else {
		ltcp_close_connection(sk);
		ltcp_linger(sk, timeout);
	}

	sock_hold(sk);
	ltcp_become_orphan(sk);
	release_sock(sk);
	sock_put(sk);
}

/* connect() to AF_UNSPEC, shutdown() of a listener, a failed connect() [s] */
static int ltcp_disconnect(struct sock *sk, int flags)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ltcp_sock *ls = ltcp_sk(sk);
	char name[LTCP_CONG_NAME_MAX];
	int old = sk->sk_state;

	if (old == TCP_LISTEN) {
		ltcp_listen_stop(sk);
	} else if (old != TCP_CLOSE) {
		if (old == TCP_SYN_SENT)
			WRITE_ONCE(sk->sk_err, ECONNRESET);
		ltcp_abort(sk, old == TCP_SYN_SENT ? 0 : ECONNRESET);
	}

	ltcp_timer_stop_all(sk);
	ltcp_discard_unread(sk);
	ltcp_tx_purge(sk);
	ltcp_ooo_purge(sk);
	inet->inet_dport = 0;
	if (!(sk->sk_userlocks & SOCK_BINDADDR_LOCK))
		inet_reset_saddr(sk);
	inet->inet_daddr = 0;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		sk->sk_v6_daddr = in6addr_any;
#endif
	WRITE_ONCE(ls->af, ltcp_af(sk->sk_family));
	if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
		inet->inet_sport = 0;
	WRITE_ONCE(sk->sk_shutdown, 0);
	sock_reset_flag(sk, SOCK_DONE);
	sk->sk_err_soft = 0;
	sk_dst_reset(sk);
	if (sk->sk_frag.page) {
		put_page(sk->sk_frag.page);
		sk->sk_frag.page = NULL;
		sk->sk_frag.offset = 0;
	}

	strscpy(name, ls->cong.ops->name, sizeof(name));
	ltcp_cong_detach(&ls->cong);
	ltcp_sock_reset(sk);
	ltcp_cong_start(sk, name);
	WRITE_ONCE(ls->write_seq, 0);
	WRITE_ONCE(ls->copied_seq, 0);
	sk_error_report(sk);
	return 0;
}

/* An administrator ends it: the user hears of @err, a positive errno. */
static int ltcp_diag_destroy(struct sock *sk, int err)
{
	int found = 0;

	lock_sock(sk);
	switch (sk->sk_state) {
	case TCP_CLOSE:
		found = -ENOENT;
		break;
	case TCP_LISTEN:
		LTCP_NOTE(sk, Destroyed);
		ltcp_listen_stop(sk);
		WRITE_ONCE(sk->sk_err, err);
		/* Pairs with the barrier in ltcp_poll(). */
		smp_wmb();
		sk_error_report(sk);
		sk->sk_state_change(sk);
		break;
	default:
		LTCP_NOTE(sk, Destroyed);
		ltcp_abort(sk, err);
	}
	release_sock(sk);
	return found;
}

/* release_sock(): what softirq left for the owner. [s] */
static void ltcp_release_cb(struct sock *sk)
{
	if (likely(!READ_ONCE(sk->sk_tsq_flags)))
		return;
	if (test_and_clear_bit(LTCP_DEFER_TIMER, &sk->sk_tsq_flags)) {
		if (sk->sk_state != TCP_CLOSE)
			ltcp_timer_run(sk);
		__sock_put(sk);
	}
	if (test_and_clear_bit(LTCP_DEFER_PMTU, &sk->sk_tsq_flags)) {
		ltcp_mtu_reduced(sk);
		__sock_put(sk);
	}
	if (test_and_clear_bit(LTCP_DEFER_PACING, &sk->sk_tsq_flags)) {
		ltcp_pacing_due(sk);
		__sock_put(sk);
	}
	if (test_and_clear_bit(LTCP_DEFER_ACK, &sk->sk_tsq_flags)) {
		ltcp_ack_compressed(sk);
		__sock_put(sk);
	}
}

static int ltcp_ioctl(struct sock *sk, int cmd, int *value)
{
	return ltcp_ioctl_value(sk, cmd, value);
}

LTCP_DEFINE_ACCEPT(ltcp_accept)
LTCP_DEFINE_IOCTL(ltcp_ioctl)
LTCP_DEFINE_RECVMSG(ltcp_recvmsg)

struct proto ltcp_prot = {
	.name			= "LTCP",
	.owner			= THIS_MODULE,
	.close			= ltcp_close,
	.connect		= ltcp_connect,
	.disconnect		= ltcp_disconnect,
	.accept			= ltcp_accept_op,
	.ioctl			= ltcp_ioctl_op,
	.init			= ltcp_init_sock,
	.destroy		= ltcp_destroy_sock,
	.shutdown		= ltcp_shutdown,
	.setsockopt		= ltcp_setsockopt,
	.getsockopt		= ltcp_getsockopt,
	.keepalive		= ltcp_keepalive_set,
	.sendmsg		= ltcp_sendmsg,
	.recvmsg		= ltcp_recvmsg_op,
	.backlog_rcv		= ltcp_rcv,
	.release_cb		= ltcp_release_cb,
	.diag_destroy		= ltcp_diag_destroy,
	.get_port		= ltcp_port_bind,
	.put_port		= ltcp_port_release,
	.unhash			= ltcp_conn_remove,
	.stream_memory_free	= ltcp_stream_memory_free,
	.sock_is_readable	= ltcp_sock_is_readable,
	.enter_memory_pressure	= ltcp_enter_memory_pressure,
	.leave_memory_pressure	= ltcp_leave_memory_pressure,
	.memory_allocated	= &ltcp_memory_allocated,
	.per_cpu_fw_alloc	= &ltcp_memory_per_cpu_fw_alloc,
	.sockets_allocated	= &ltcp_sockets_allocated,
	.memory_pressure	= &ltcp_memory_pressure_since,
	.sysctl_mem		= ltcp_mem,
	.sysctl_wmem		= ltcp_no_grant,
	.sysctl_rmem		= ltcp_no_grant,
	.max_header		= LTCP_TX_HEADROOM,
	.no_autobind		= true,
	.obj_size		= sizeof(struct ltcp_sock),
};

/* What the sockets of both families do alike. */
#define LTCP_STREAM_OPS							\
	.owner		= THIS_MODULE,					\
	.connect	= ltcp_stream_connect,				\
	.socketpair	= sock_no_socketpair,				\
	.accept		= inet_accept,					\
	.poll		= ltcp_poll,					\
	.gettstamp	= sock_gettstamp,				\
	.listen		= ltcp_listen,					\
	.shutdown	= inet_shutdown,				\
	.setsockopt	= sock_common_setsockopt,			\
	.getsockopt	= sock_common_getsockopt,			\
	.sendmsg	= inet_sendmsg,					\
	.recvmsg	= inet_recvmsg,					\
	.mmap		= sock_no_mmap,					\
	.peek_len	= ltcp_peek_len,				\
	.set_rcvlowat	= ltcp_set_rcvlowat,				\
	.set_peek_off	= sk_set_peek_off

static const struct proto_ops ltcp_stream_ops = {
	LTCP_STREAM_OPS,
	.family		= PF_INET,
	.release	= inet_release,
	.bind		= inet_bind,
	.getname	= inet_getname,
	.ioctl		= inet_ioctl,
};

#if IS_ENABLED(CONFIG_IPV6)
const struct proto_ops ltcp_stream6_ops = {
	LTCP_STREAM_OPS,
	.family		= PF_INET6,
	.release	= inet6_release,
	.bind		= inet6_bind,
	.getname	= inet6_getname,
	.ioctl		= inet6_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl	= inet6_compat_ioctl,
#endif
};
#endif

static struct inet_protosw ltcp_protosw = {
	.type		= SOCK_STREAM,
	.prot		= &ltcp_prot,
	.ops		= &ltcp_stream_ops,
};

int ltcp_proto_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct ltcp_skb_cb) >
		     sizeof_field(struct sk_buff, cb));
	err = percpu_counter_init(&ltcp_sockets_allocated, 0, GFP_KERNEL);
	if (err)
		return err;
	/* Before the other is registered: it is a copy. */
	if (IS_ENABLED(CONFIG_IPV6))
		err = ltcp_proto6_init();
	if (err)
		goto counter;
	err = proto_register(&ltcp_prot, 1);
	if (!err)
		return 0;

	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_proto6_exit();
counter:
	percpu_counter_destroy(&ltcp_sockets_allocated);
	return err;
}

void ltcp_proto_exit(void)
{
	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_proto6_exit();
	proto_unregister(&ltcp_prot);
	ltcp_mem_check();
	percpu_counter_destroy(&ltcp_sockets_allocated);
}

void ltcp_proto_publish(void)
{
	ltcp_protosw.protocol = ltcp_ipproto;
	inet_register_protosw(&ltcp_protosw);
	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_proto6_publish();
}

void ltcp_proto_withdraw(void)
{
	if (IS_ENABLED(CONFIG_IPV6))
		ltcp_proto6_withdraw();
	inet_unregister_protosw(&ltcp_protosw);
}
