// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a connection: every change of state, and every way to die.
 *
 * Which changes are legal is fsm.c's table; this file applies them to a
 * socket and keeps the tables of connections and ports in step. Called with
 * the socket locked, from system calls, from softirq and from the timer. It
 * never sends data; the only segment it asks for is the RST of an abort.
 *
 * A socket ends in two steps that may come in either order: the protocol is
 * through with it (ltcp_done), and the user is (close(), SOCK_DEAD). Who comes
 * second calls ltcp_destroy().
 */

#include <net/xfrm.h>

#include "control/control.h"
#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"
#include "trace.h"

/* A connect() that led to nothing took nobody's place (tw_reuse). */
static void ltcp_return_time_wait(struct sock *sk)
{
	struct ltcp_flow flow;

	ltcp_sk(sk)->af->flow_of(sk, &flow);
	ltcp_tw_return(&flow);
}

void ltcp_change_state(struct sock *sk, enum ltcp_event event)
{
	int old = sk->sk_state;
	const struct ltcp_transition *t = ltcp_transition(old, event);

	ltcp_owned(sk);
	if (WARN_ONCE(!t, "ltcp: no way from %s by %s\n",
		      ltcp_state_name(old), ltcp_event_name(event)))
		return;

	if (t->to == TCP_CLOSE) {
		if (old == TCP_SYN_SENT && ltcp_sk(sk)->tw_taken)
			ltcp_return_time_wait(sk);
		if (old == TCP_ESTABLISHED || old == TCP_CLOSE_WAIT)
			LTCP_INC(sock_net(sk), EstabResets);
		if (old == TCP_SYN_SENT || old == TCP_SYN_RECV)
			LTCP_INC(sock_net(sk), AttemptFails);
		ltcp_conn_remove(sk);
		if (!(sk->sk_userlocks & SOCK_BINDPORT_LOCK))
			ltcp_port_release(sk);
	}
	WRITE_ONCE(ltcp_sk(sk)->state_since, ktime_get_seconds());
	trace_ltcp_state(sk, old, t->to, event);
	/* Where connections begin, a child of a listener like any other. */
	if (t->to == TCP_SYN_SENT || (old == TCP_LISTEN &&
				      t->to == TCP_SYN_RECV))
		ltcp_history_begin(sk);
	ltcp_history_state(sk, t->to, event);
	inet_sk_set_state(sk, t->to);
}

void ltcp_destroy(struct sock *sk)
{
	ltcp_owned(sk);
	WARN_ON_ONCE(sk->sk_state != TCP_CLOSE || !sock_flag(sk, SOCK_DEAD));

	atomic_dec(&ltcp_net(sock_net(sk))->orphan_count);
	sk->sk_prot->destroy(sk);
	sk_stream_kill_queues(sk);
	xfrm_sk_free_policy(sk);
	sock_put(sk);
}

void ltcp_done(struct sock *sk, enum ltcp_event event)
{
	ltcp_change_state(sk, event);
	ltcp_timer_stop_all(sk);
	WRITE_ONCE(sk->sk_shutdown, SHUTDOWN_MASK);

	if (sock_flag(sk, SOCK_DEAD))
		ltcp_destroy(sk);
	else
		sk->sk_state_change(sk);
}

void ltcp_time_wait(struct sock *sk, enum ltcp_event event)
{
	ltcp_change_state(sk, event);
	/* In the one table before it leaves the other: always findable. */
	ltcp_tw_enter(sk);
	ltcp_tx_purge(sk);
	ltcp_done(sk, LTCP_EV_2MSL);
}

void ltcp_orphan_fin_wait2(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 wait = READ_ONCE(ltcp_net(sock_net(sk))->fin_timeout) * HZ;

	if (ls->linger2 < 0) {
		LTCP_NOTE(sk, AbortOnLinger);
		ltcp_abort(sk, 0);
		return;
	}
	if (ls->linger2)
		wait = ls->linger2 * HZ;
	ltcp_timer_arm(sk, LTCP_TIMER_FINWAIT2, wait);
}

void ltcp_fail(struct sock *sk, enum ltcp_event event, int err)
{
	if (sk->sk_state == TCP_CLOSE)
		return;
	ltcp_tx_purge(sk);
	if (err) {
		WRITE_ONCE(sk->sk_err, err);
		/* Pairs with the barrier in ltcp_poll(). */
		smp_wmb();
	}
	if (err && !sock_flag(sk, SOCK_DEAD))
		sk_error_report(sk);
	ltcp_done(sk, event);
}

void ltcp_abort(struct sock *sk, int err)
{
	const struct ltcp_transition *t;

	t = ltcp_transition(sk->sk_state, LTCP_EV_ABORT);
	if (t && (t->sends & LTCP_RST))
		ltcp_send_rst(sk);
	ltcp_fail(sk, LTCP_EV_ABORT, err);
}

bool ltcp_orphan_excess(struct sock *sk)
{
	struct ltcp_net *ln = ltcp_net(sock_net(sk));

	/* Its data was accepted: pressure is no reason yet, the limit is. */
	if (atomic_read(&ln->orphan_count) <= READ_ONCE(ln->max_orphans) &&
	    !(sk->sk_wmem_queued > SOCK_MIN_SNDBUF &&
	      sk_memory_allocated(sk) > READ_ONCE(ltcp_mem[2])))
		return false;

	net_info_ratelimited("too many orphans: closing one with RST\n");
	LTCP_NOTE(sk, AbortOnMemory);
	ltcp_abort(sk, 0);
	return true;
}
