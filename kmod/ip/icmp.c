// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors of either family: RFC 9293 3.9.2.2, with the doubts of RFC 5927.
 *
 * The family's file says what the message means (struct ltcp_icmp); here it is
 * decided whom it concerns and whether it is believed. It must quote what may
 * still be on its way; it ends nothing that was ever open; and it makes no
 * segment smaller than base_mss, nor for IPv6 than every link can carry.
 *
 * Runs in softirq under RCU; takes the socket lock.
 */

#include <linux/errqueue.h>

#include "control/control.h"
#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"

/* The path takes smaller packets only: RFC 1191, RFC 8201 */
static void ltcp_icmp_pmtu(struct sock *sk, u32 mtu)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 least = READ_ONCE(ltcp_net(sock_net(sk))->base_mss) +
		    ls->af->net_hdr_len + LTCP_HDR_LEN;

	/* RFC 8201 4: no path of IPv6 takes less. */
	if (ltcp_is_v6(ls->af->family))
		least = max_t(u32, least, IPV6_MIN_MTU);
	if (mtu < least || mtu >= ls->pmtu || !ltcp_flight(ls)) {
		LTCP_INC(sock_net(sk), IcmpIgnored);
		return;
	}
	LTCP_INC(sock_net(sk), IcmpPmtu);
	WRITE_ONCE(ls->rcv.icmp_mtu, min_t(u32, mtu, U16_MAX));
	if (sock_owned_by_user(sk)) {
		if (!test_and_set_bit(LTCP_DEFER_PMTU, &sk->sk_tsq_flags))
			sock_hold(sk);
	} else {
		ltcp_mtu_reduced(sk);
	}
}

/* The ICMP message itself, for MSG_ERRQUEUE. The queue is bounded. */
static void ltcp_icmp_queue(struct sock *sk, struct sk_buff *skb,
			    const struct ltcp_icmp *m)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);
	struct sock_exterr_skb *serr;

	if (!copy)
		return;
	serr = SKB_EXT_ERR(copy);
	serr->ee = (struct sock_extended_err) {
		.ee_errno = m->err,
		.ee_origin = m->origin,
		.ee_type = m->type,
		.ee_code = m->code,
		.ee_info = m->info,
	};
	serr->addr_offset = m->offender;
	serr->port = inet_sk(sk)->inet_dport;
	serr->opt_stats = 0;
	/* From the TCP header on, as far as it is quoted. */
	__skb_pull(copy, m->offset);
	skb_reset_transport_header(copy);
	if (sock_queue_err_skb(sk, copy))
		kfree_skb(copy);
}

static bool ltcp_icmp_wanted(const struct sock *sk)
{
	return ltcp_is_v6(ltcp_sk(sk)->af->family) ?
	       inet6_test_bit(RECVERR6, sk) : inet_test_bit(RECVERR, sk);
}

/*
 * MUST-47: a soft error is what a timeout will report; who set IP_RECVERR or
 * IPV6_RECVERR hears of it at once, and can have the message itself by
 * MSG_ERRQUEUE.
 */
static void ltcp_icmp_soft(struct sock *sk, struct sk_buff *skb,
			   const struct ltcp_icmp *m)
{
	LTCP_INC(sock_net(sk), IcmpSoft);
	WRITE_ONCE(sk->sk_err_soft, m->err);
	if (!ltcp_icmp_wanted(sk) || sock_flag(sk, SOCK_DEAD) ||
	    sock_owned_by_user(sk))
		return;
	ltcp_icmp_queue(sk, skb, m);
	WRITE_ONCE(sk->sk_err, m->err);
	sk_error_report(sk);
}

static void ltcp_icmp_error(struct sock *sk, struct sk_buff *skb,
			    const struct ltcp_icmp *m)
{
	bool opening = (1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV);

	if (!m->err) {
		LTCP_INC(sock_net(sk), IcmpIgnored);
		return;
	}
	/* Hard ones end only what was never open: RFC 5927 5.2 */
	if (m->hard && opening && !sock_owned_by_user(sk)) {
		LTCP_NOTE(sk, IcmpHard);
		ltcp_fail(sk, LTCP_EV_ABORT, m->err);
		return;
	}
	ltcp_icmp_soft(sk, skb, m);
}

/* Does it quote what may still be on its way? RFC 5927 4.1 */
static bool ltcp_icmp_quotes(const struct ltcp_sock *ls, u32 seq)
{
	if (ltcp_flight(ls))
		return ltcp_between(seq, ls->snd.una, ls->snd.nxt - 1);
	/* A probe that awaits its answer: see ltcp_send_probe() */
	return ls->probes && seq == ls->snd.una - 1;
}

static void ltcp_icmp_connection(struct sock *sk, struct sk_buff *skb,
				 const struct ltcp_icmp *m)
{
	if (sk->sk_state == TCP_CLOSE ||
	    !ltcp_icmp_quotes(ltcp_sk(sk), m->seq)) {
		LTCP_INC(sock_net(sk), IcmpIgnored);
		return;
	}
	if (m->too_big)
		ltcp_icmp_pmtu(sk, m->info);
	else
		ltcp_icmp_error(sk, skb, m);
}

/* SYN-ACKs for a spoofed SYN often end so: its entry need not wait. */
static int ltcp_icmp_halfopen(const struct ltcp_icmp *m)
{
	const struct net *net = m->flow.net;

	if (!m->err || !ltcp_halfopen_icmp(&m->flow, m->seq, m->hard)) {
		LTCP_INC(net, IcmpIgnored);
		return -ENOENT;
	}
	if (m->hard)
		LTCP_INC(net, IcmpHard);
	else
		LTCP_INC(net, IcmpSoft);
	return 0;
}

int ltcp_icmp_rcv(struct sk_buff *skb, struct ltcp_icmp *m)
{
	struct sock *sk;

	m->flow.hash = ltcp_flow_hash(&m->flow);
	sk = ltcp_conn_lookup(&m->flow);
	if (!sk)
		return ltcp_icmp_halfopen(m);

	bh_lock_sock(sk);
	if (ltcp_conn_match(sk, &m->flow))
		ltcp_icmp_connection(sk, skb, m);
	bh_unlock_sock(sk);
	return 0;
}
