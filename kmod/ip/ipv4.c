// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4: the only file that touches its header.
 *
 * In: checks what must hold before anything is believed (lengths, checksum,
 * addresses, ports), finds out who a segment is for, and hands it over. The
 * order is connection, half-open entry, TIME_WAIT entry, listener; an object
 * that moves from one table to the next is inserted before it is removed, and
 * a segment that found nothing looks for a connection once more.
 *
 * Out: pseudo-header checksum and route, for sockets and for replies that have
 * none. ICMP errors: RFC 9293 3.9.2.2 with the checks of RFC 5927.
 *
 * Runs in softirq under RCU; takes the socket lock around the engine.
 */

#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <net/icmp.h>
#include <net/inet_common.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/protocol.h>
#include <net/route.h>
#include <net/xfrm.h>

#include "ltcp.h"

/*
 * Out
 */

/*
 * The checksum of RFC 9293 3.1, with the protocol number that is on the wire.
 * It is left to the device only if that sums up any protocol; one that knows
 * just TCP and UDP would leave it undone.
 */
static void ltcp_v4_checksum(struct sk_buff *skb, __be32 saddr, __be32 daddr,
			     const struct net_device *dev)
{
	struct tcphdr *th = tcp_hdr(skb);

	th->check = ~csum_tcpudp_magic(saddr, daddr, skb->len, ltcp_ipproto, 0);
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	/* A super-segment's is left to who cuts it up. */
	if (skb_is_gso(skb) || (dev && (dev->features & NETIF_F_HW_CSUM)))
		return;

	th->check = 0;
	th->check = csum_tcpudp_magic(saddr, daddr, skb->len, ltcp_ipproto,
				      skb_checksum(skb, 0, skb->len, 0));
	skb->ip_summed = CHECKSUM_NONE;
}

static int ltcp_v4_xmit(struct sock *sk, struct sk_buff *skb, u8 ecn)
{
	struct inet_sock *inet = inet_sk(sk);
	struct dst_entry *dst = __sk_dst_get(sk);

	ltcp_v4_checksum(skb, inet->inet_saddr, inet->inet_daddr,
			 dst ? dst->dev : NULL);
	return __ip_queue_xmit(sk, skb, &inet->cork.fl,
			       READ_ONCE(inet->tos) | ecn);
}

/* Is there a policy of IPsec that packets which go out have to meet? */
static bool ltcp_v4_policy_out(const struct net *net)
{
#ifdef CONFIG_XFRM
	return READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_OUT]) ||
	       READ_ONCE(net->xfrm.policy_default[XFRM_POLICY_OUT]) !=
	       XFRM_USERPOLICY_ACCEPT;
#else
	return false;
#endif
}

static struct dst_entry *ltcp_v4_flow_route(const struct ltcp_flow *flow,
					    const struct sock *sk)
{
	int oif = sk ? READ_ONCE(sk->sk_bound_dev_if) : 0;
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, oif, sk ? READ_ONCE(sk->sk_mark) : 0,
			   sk ? READ_ONCE(inet_sk(sk)->tos) : 0,
			   RT_SCOPE_UNIVERSE, ltcp_ipproto,
			   sk ? inet_sk_flowi_flags(sk) : 0,
			   flow->remote.v4, flow->local.v4, flow->rport,
			   flow->lport, sock_net_uid(flow->net, sk));
	/* The first is what is left of the second where nobody uses IPsec. */
	if (!ltcp_v4_policy_out(flow->net))
		rt = __ip_route_output_key(flow->net, &fl4);
	else
		rt = ip_route_output_key(flow->net, &fl4);
	if (IS_ERR(rt))
		return ERR_CAST(rt);
	/* MUST-63: who sends from such an address wants a crowd to answer. */
	if (rt->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST)) {
		ip_rt_put(rt);
		return ERR_PTR(-ENETUNREACH);
	}
	return &rt->dst;
}

static int ltcp_v4_reply(const struct ltcp_flow *flow, struct sk_buff *skb,
			 struct dst_entry *dst, const struct sock *sk)
{
	const struct sock *by = sk ?: ltcp_net(flow->net)->ctl_sk;

	skb_dst_set(skb, dst);
	ltcp_v4_checksum(skb, flow->local.v4, flow->remote.v4, dst->dev);
	return ip_build_and_send_pkt(skb, by, flow->local.v4, flow->remote.v4,
				     NULL, READ_ONCE(inet_sk(by)->tos));
}

static int ltcp_v4_route(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	struct rtable *rt;

	rt = ip_route_output_ports(sock_net(sk), &inet->cork.fl.u.ip4, sk,
				   inet->inet_daddr, inet->inet_saddr,
				   inet->inet_dport, inet->inet_sport,
				   sk->sk_protocol, READ_ONCE(inet->tos),
				   sk->sk_bound_dev_if);
	if (IS_ERR(rt))
		return PTR_ERR(rt);
	sk_setup_caps(sk, &rt->dst);
	return 0;
}

/* Tell the routing what the path takes; it may give us a new route. */
static u32 ltcp_v4_lower_mtu(struct sock *sk, u32 mtu)
{
	struct dst_entry *dst = __sk_dst_check(sk, 0);

	if (!dst && !ltcp_v4_route(sk))
		dst = __sk_dst_get(sk);
	if (!dst)
		return 0;
	dst->ops->update_pmtu(dst, sk, NULL, mtu, true);
	dst = __sk_dst_check(sk, 0);
	if (!dst && !ltcp_v4_route(sk))
		dst = __sk_dst_get(sk);
	return dst ? dst_mtu(dst) : 0;
}

static u32 ltcp_v4_mtu(struct sock *sk)
{
	const struct dst_entry *dst = __sk_dst_check(sk, 0);

	return dst ? dst_mtu(dst) : 0;
}

static u32 ltcp_v4_recv_mtu(struct sock *sk)
{
	const struct dst_entry *dst = __sk_dst_check(sk, 0);

	return dst ? READ_ONCE(dst->dev->mtu) : 0;
}

static void ltcp_v4_flow_of(const struct sock *sk, struct ltcp_flow *flow)
{
	const struct inet_sock *inet = inet_sk(sk);

	memset(flow, 0, sizeof(*flow));
	flow->net = sock_net(sk);
	flow->family = AF_INET;
	flow->local.v4 = inet->inet_rcv_saddr;
	flow->remote.v4 = inet->inet_daddr;
	flow->lport = inet->inet_sport;	/* kept when the port is let go */
	flow->rport = inet->inet_dport;
	flow->ifindex = sk->sk_bound_dev_if;
	flow->hash = ltcp_flow_hash(flow);
}

static int ltcp_v4_check(const struct sockaddr *addr, int len)
{
	if (len < sizeof(struct sockaddr_in))
		return -EINVAL;
	return addr->sa_family == AF_INET ? 0 : -EAFNOSUPPORT;
}

static int ltcp_v4_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)addr;
	struct inet_sock *inet = inet_sk(sk);
	struct rtable *rt;
	struct flowi4 *fl4;
	int err;

	ltcp_owned(sk);
	err = ltcp_v4_check(addr, len);
	if (err)
		return err;

	fl4 = &inet->cork.fl.u.ip4;
	rt = ip_route_connect(fl4, sin->sin_addr.s_addr, inet->inet_saddr,
			      sk->sk_bound_dev_if, ltcp_ipproto,
			      inet->inet_sport, sin->sin_port, sk);
	if (IS_ERR(rt)) {
		if (PTR_ERR(rt) == -ENETUNREACH)
			IP_INC_STATS(sock_net(sk), IPSTATS_MIB_OUTNOROUTES);
		return PTR_ERR(rt);
	}
	/* MUST-57, seen from the other side */
	if (rt->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST)) {
		ip_rt_put(rt);
		return -ENETUNREACH;
	}

	if (!inet->inet_saddr)
		inet->inet_saddr = fl4->saddr;
	inet->inet_rcv_saddr = inet->inet_saddr;
	inet->inet_daddr = fl4->daddr;
	inet->inet_dport = sin->sin_port;
	ltcp_set_ip_id(sk, get_random_u16());
	sk_setup_caps(sk, &rt->dst);
	return 0;
}

/*
 * In
 */

/*
 * Fill skb->cb from the header. The IP layer's use of it is over, but for one
 * word: may this device's packets pass without a policy?
 */
static void ltcp_v4_fill_cb(struct sk_buff *skb, const struct tcphdr *th)
{
	struct ltcp_skb_cb *cb = ltcp_cb(skb);
	u16 ip_flags = IPCB(skb)->flags;

	static_assert(offsetof(struct ltcp_skb_cb, ip_flags) ==
		      offsetof(struct inet_skb_parm, flags));
	memset(cb, 0, sizeof(*cb));
	cb->ip_flags = ip_flags;
	cb->ecn = ip_hdr(skb)->tos & INET_ECN_MASK;
	cb->flags = ((const u8 *)th)[13];
	cb->seq = ntohl(th->seq);
	cb->end_seq = cb->seq + skb->len - th->doff * 4 + th->syn + th->fin;
	cb->ack = ntohl(th->ack_seq);
	cb->wnd = ntohs(th->window);
	cb->has_ts = ltcp_options_timestamp((const u8 *)(th + 1),
					    th->doff * 4 - LTCP_HDR_LEN,
					    &cb->tsval, &cb->tsecr);
}

/* MUST-3 */
static bool ltcp_v4_checksum_ok(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);

	/* Nobody has summed anything yet, and all of it is in one piece. */
	if (skb->ip_summed == CHECKSUM_NONE && !skb->csum_valid &&
	    !skb_is_nonlinear(skb))
		return !csum_tcpudp_magic(iph->saddr, iph->daddr, skb->len,
					  ltcp_ipproto,
					  csum_partial(skb->data, skb->len, 0));
	return !skb_checksum_init(skb, ltcp_ipproto, inet_compute_pseudo) &&
	       !skb_checksum_complete(skb);
}

/* What must hold before anything is believed. 0, or why it does not. */
static enum ltcp_mib ltcp_v4_validate(struct sk_buff *skb)
{
	const struct tcphdr *th;

	if (skb->pkt_type != PACKET_HOST)
		return LTCP_MIB_DropBadAddress;
	if (!pskb_may_pull(skb, LTCP_HDR_LEN))
		return LTCP_MIB_DropShort;
	th = tcp_hdr(skb);
	if (th->doff < LTCP_HDR_LEN / 4 || !pskb_may_pull(skb, th->doff * 4))
		return LTCP_MIB_DropBadOffset;
	if (!ltcp_v4_checksum_ok(skb))
		return LTCP_MIB_DropBadChecksum;

	th = tcp_hdr(skb);
	if (!th->source || !th->dest)
		return LTCP_MIB_DropPortZero;
	/* MUST-57: nobody has a connection with a crowd */
	if (skb_rtable(skb)->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST))
		return LTCP_MIB_DropBadAddress;
	return 0;
}

static void ltcp_v4_flow(const struct sk_buff *skb, struct ltcp_flow *flow)
{
	const struct tcphdr *th = tcp_hdr(skb);
	const struct iphdr *iph = ip_hdr(skb);
	u64 hash;

	flow->net = dev_net(skb->dev);
	flow->family = AF_INET;
	flow->local.v4 = iph->daddr;
	flow->remote.v4 = iph->saddr;
	flow->lport = th->dest;
	flow->rport = th->source;
	flow->ifindex = inet_iif(skb);
	hash = ltcp_flow_hash64(flow);
	flow->hash = (u32)hash;
	flow->cookie = hash >> 32;
}

/* False: dropped by IPsec policy or by a socket filter. */
static bool ltcp_v4_admit(struct sock *sk, struct sk_buff *skb)
{
	struct net *net = sock_net(sk);
	unsigned int len = skb->len;

	if (!xfrm4_policy_check(sk, XFRM_POLICY_IN, skb)) {
		ltcp_drop(net, skb, LTCP_MIB_DropPolicy);
		return false;
	}
	nf_reset_ct(skb);
	if (sk_filter_trim_cap(sk, skb, tcp_hdrlen(skb))) {
		ltcp_drop(net, skb, LTCP_MIB_DropFilter);
		return false;
	}
	/* It cut the payload short. */
	if (skb->len != len)
		ltcp_v4_fill_cb(skb, tcp_hdr(skb));
	return true;
}

/*
 * What may wait while a user has the socket, together with what was received:
 * all that our window offers, and ACKs of what we sent. Twice the receive
 * buffer, since the backlog counts what has been taken from it already until
 * the last of it is, and our ACKs bring more of it meanwhile.
 */
static u32 ltcp_v4_backlog_limit(const struct sock *sk)
{
	u64 limit = 2ULL * READ_ONCE(sk->sk_rcvbuf) +
		    READ_ONCE(sk->sk_sndbuf) / 2 + 64 * 1024;

	return min_t(u64, limit, U32_MAX);
}

/* False: @sk is not @flow's connection any more, and skb is untouched. */
static bool ltcp_v4_to_connection(struct sock *sk, const struct ltcp_flow *flow,
				  struct sk_buff *skb)
{
	u32 limit = ltcp_v4_backlog_limit(sk);
	bool mine;

	bh_lock_sock_nested(sk);
	mine = ltcp_conn_match(sk, flow);
	if (!mine)
		goto unlock;
	if (!ltcp_v4_admit(sk, skb))
		goto unlock;

	ltcp_trace_receive(flow, skb, sk->sk_state);
	skb_dst_drop(skb);
	skb->dev = NULL;
	if (!sock_owned_by_user(sk))
		ltcp_rcv(sk, skb);
	else if (sk_add_backlog(sk, skb, limit))
		ltcp_drop(flow->net, skb, LTCP_MIB_DropBacklog);
unlock:
	bh_unlock_sock(sk);
	return mine;
}

/* True: there is a connection, and it has the segment. */
static bool ltcp_v4_try_connection(const struct ltcp_flow *flow,
				   struct sk_buff *skb)
{
	struct sock *sk;

	while ((sk = ltcp_conn_lookup(flow)))
		if (ltcp_v4_to_connection(sk, flow, skb))
			return true;
	return false;
}

/* No connection has it. */
static void ltcp_v4_to_tables(const struct ltcp_flow *flow, struct sk_buff *skb)
{
	struct sock *sk;
	u32 isn = 0;

	if (!xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb)) {
		ltcp_drop(flow->net, skb, LTCP_MIB_DropPolicy);
		return;
	}
	nf_reset_ct(skb);
	if (ltcp_halfopen_rcv(flow, skb))
		return;
	if (ltcp_tw_rcv(flow, skb, &isn) == LTCP_TW_EATEN)
		return;

	/* It may have become a connection while we looked elsewhere. */
	if (!isn && ltcp_v4_try_connection(flow, skb))
		return;

	sk = ltcp_listen_lookup(flow);
	ltcp_trace_receive(flow, skb, sk ? TCP_LISTEN : TCP_CLOSE);
	if (sk) {
		if (ltcp_v4_admit(sk, skb))
			ltcp_listen_rcv(sk, flow, skb, isn);
		return;
	}
	ltcp_reply_rst(flow, skb);
	ltcp_drop(flow->net, skb, LTCP_MIB_DropNoConnection);
}

static int ltcp_v4_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	struct ltcp_flow flow;
	enum ltcp_mib reason;

	LTCP_INC(net, InSegs);
	reason = ltcp_v4_validate(skb);
	if (reason) {
		ltcp_drop(net, skb, reason);
		return 0;
	}
	ltcp_v4_flow(skb, &flow);
	ltcp_v4_fill_cb(skb, tcp_hdr(skb));
	if (!ltcp_v4_try_connection(&flow, skb))
		ltcp_v4_to_tables(&flow, skb);
	return 0;
}

/*
 * ICMP
 */

/* The path takes smaller packets only: RFC 1191, with the floor of base_mss */
static void ltcp_v4_pmtu(struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 least = READ_ONCE(ltcp_net(sock_net(sk))->base_mss) +
		    sizeof(struct iphdr) + LTCP_HDR_LEN;

	if (mtu < least || mtu >= ls->pmtu || !ltcp_flight(ls)) {
		LTCP_INC(sock_net(sk), IcmpIgnored);
		return;
	}
	LTCP_INC(sock_net(sk), IcmpPmtu);
	WRITE_ONCE(ls->icmp_pmtu, mtu);
	if (sock_owned_by_user(sk)) {
		if (!test_and_set_bit(LTCP_DEFER_PMTU, &ls->deferred))
			sock_hold(sk);
	} else {
		ltcp_mtu_reduced(sk);
	}
}

/* Which -errno, and does it end an attempt to connect? RFC 9293 3.9.2.2 */
static int ltcp_v4_icmp_errno(int type, int code, bool *hard)
{
	*hard = false;
	switch (type) {
	case ICMP_PARAMETERPROB:
		return -EPROTO;
	case ICMP_TIME_EXCEEDED:
		return -EHOSTUNREACH;
	case ICMP_DEST_UNREACH:
		if (code > NR_ICMP_UNREACH)
			return 0;
		*hard = code == ICMP_PROT_UNREACH || code == ICMP_PORT_UNREACH;
		return -icmp_err_convert[code].errno;
	default:
		return 0;	/* source quench too: RFC 6633 */
	}
}

/* The ICMP message itself, for MSG_ERRQUEUE. The queue is bounded. */
static void ltcp_v4_icmp_queue(struct sock *sk, struct sk_buff *skb, int err,
			       u32 info)
{
	const struct iphdr *quoted = (const struct iphdr *)skb->data;
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);
	struct sock_exterr_skb *serr;

	if (!copy)
		return;
	serr = SKB_EXT_ERR(copy);
	serr->ee = (struct sock_extended_err) {
		.ee_errno = err,
		.ee_origin = SO_EE_ORIGIN_ICMP,
		.ee_type = icmp_hdr(skb)->type,
		.ee_code = icmp_hdr(skb)->code,
		.ee_info = info,
	};
	serr->addr_offset = (const u8 *)&quoted->daddr -
			    skb_network_header(skb);
	serr->port = inet_sk(sk)->inet_dport;
	serr->opt_stats = 0;
	/* From the TCP header on, as far as it is quoted. */
	__skb_pull(copy, quoted->ihl * 4);
	skb_reset_transport_header(copy);
	if (sock_queue_err_skb(sk, copy))
		kfree_skb(copy);
}

/*
 * MUST-47: a soft error is what a timeout will report; who set IP_RECVERR
 * hears of it at once, and can have the message itself by MSG_ERRQUEUE.
 */
static void ltcp_v4_icmp_soft(struct sock *sk, struct sk_buff *skb, int err,
			      u32 info)
{
	LTCP_INC(sock_net(sk), IcmpSoft);
	WRITE_ONCE(sk->sk_err_soft, -err);
	if (!inet_test_bit(RECVERR, sk) || sock_flag(sk, SOCK_DEAD) ||
	    sock_owned_by_user(sk))
		return;
	ltcp_v4_icmp_queue(sk, skb, -err, info);
	WRITE_ONCE(sk->sk_err, -err);
	sk_error_report(sk);
}

static void ltcp_v4_icmp_error(struct sock *sk, struct sk_buff *skb, u32 info)
{
	bool opening = (1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV);
	bool hard;
	int err;

	err = ltcp_v4_icmp_errno(icmp_hdr(skb)->type, icmp_hdr(skb)->code,
				 &hard);
	if (!err) {
		LTCP_INC(sock_net(sk), IcmpIgnored);
		return;
	}
	/* Hard ones end only what was never open: RFC 5927 5.2 */
	if (hard && opening && !sock_owned_by_user(sk)) {
		LTCP_INC(sock_net(sk), IcmpHard);
		ltcp_fail(sk, LTCP_EV_ABORT, -err);
		return;
	}
	ltcp_v4_icmp_soft(sk, skb, err, info);
}

/* Does it quote what may still be on its way? RFC 5927 4.1 */
static bool ltcp_v4_icmp_quotes(const struct ltcp_sock *ls, u32 seq)
{
	if (ltcp_flight(ls))
		return ltcp_between(seq, ls->snd.una, ls->snd.nxt - 1);
	/* A probe that awaits its answer: see ltcp_send_probe() */
	return ls->probes && seq == ls->snd.una - 1;
}

static void ltcp_v4_icmp_connection(struct sock *sk, struct sk_buff *skb,
				    u32 seq, u32 info)
{
	const int type = icmp_hdr(skb)->type;
	const int code = icmp_hdr(skb)->code;
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (sk->sk_state == TCP_CLOSE || !ltcp_v4_icmp_quotes(ls, seq)) {
		LTCP_INC(sock_net(sk), IcmpIgnored);
		return;
	}
	if (type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED)
		ltcp_v4_pmtu(sk, skb, info);
	else
		ltcp_v4_icmp_error(sk, skb, info);
}

/* SYN-ACKs for a spoofed SYN often end so: its entry need not wait. */
static int ltcp_v4_icmp_halfopen(const struct ltcp_flow *flow,
				 const struct sk_buff *skb, u32 seq)
{
	bool hard;
	int err = ltcp_v4_icmp_errno(icmp_hdr(skb)->type, icmp_hdr(skb)->code,
				     &hard);

	if (!err || !ltcp_halfopen_icmp(flow, seq, hard)) {
		LTCP_INC(flow->net, IcmpIgnored);
		return -ENOENT;
	}
	if (hard)
		LTCP_INC(flow->net, IcmpHard);
	else
		LTCP_INC(flow->net, IcmpSoft);
	return 0;
}

/* @skb->data is at the IP header that the error quotes. Under RCU. */
static int ltcp_v4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct tcphdr *th = (const void *)(skb->data + iph->ihl * 4);
	struct net *net = dev_net(skb->dev);
	struct ltcp_flow flow = {
		.net = net,
		.family = AF_INET,
		.local.v4 = iph->saddr,
		.remote.v4 = iph->daddr,
		.lport = th->source,
		.rport = th->dest,
		.ifindex = inet_iif(skb),
	};
	struct sock *sk;

	flow.hash = ltcp_flow_hash(&flow);
	sk = ltcp_conn_lookup(&flow);
	if (!sk)
		return ltcp_v4_icmp_halfopen(&flow, skb, ntohl(th->seq));

	bh_lock_sock(sk);
	if (ltcp_conn_match(sk, &flow))
		ltcp_v4_icmp_connection(sk, skb, ntohl(th->seq), info);
	bh_unlock_sock(sk);
	return 0;
}

static const struct net_protocol ltcp_v4_protocol = {
	.handler	= ltcp_v4_rcv,
	.err_handler	= ltcp_v4_err,
	.no_policy	= 1,
	.icmp_strict_tag_validation = 1,
};

const struct ltcp_af_ops ltcp_ipv4_ops = {
	.family		= AF_INET,
	.net_hdr_len	= sizeof(struct iphdr),
	.mss_default	= LTCP_MSS_DEFAULT_V4,
	.check		= ltcp_v4_check,
	.connect	= ltcp_v4_connect,
	.route		= ltcp_v4_route,
	.xmit		= ltcp_v4_xmit,
	.flow_route	= ltcp_v4_flow_route,
	.reply		= ltcp_v4_reply,
	.mtu		= ltcp_v4_mtu,
	.recv_mtu	= ltcp_v4_recv_mtu,
	.lower_mtu	= ltcp_v4_lower_mtu,
	.flow_of	= ltcp_v4_flow_of,
};

int ltcp_ipv4_init(void)
{
	return inet_add_protocol(&ltcp_v4_protocol, ltcp_ipproto) ? -EBUSY : 0;
}

void ltcp_ipv4_exit(void)
{
	inet_del_protocol(&ltcp_v4_protocol, ltcp_ipproto);
}

int ltcp_ipv4_net_init(struct ltcp_net *ln)
{
	int err = inet_ctl_sock_create(&ln->ctl_sk, PF_INET, SOCK_RAW,
				       ltcp_ipproto, ln->net);

	if (err)
		return err;
	/* Path MTU discovery on replies too: they are small, set DF. */
	inet_sk(ln->ctl_sk)->pmtudisc = IP_PMTUDISC_DO;
	return 0;
}

void ltcp_ipv4_net_exit(struct ltcp_net *ln)
{
	inet_ctl_sock_destroy(ln->ctl_sk);
}
