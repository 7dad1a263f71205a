// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4: the only file that touches its header.
 *
 * In: checks what must hold before anything is believed (lengths, checksum,
 * addresses, ports), names the connection, and hands the segment to
 * ip/deliver.c. ICMP errors are read here and judged in ip/icmp.c.
 *
 * Out: pseudo-header checksum and route, for sockets and for replies that have
 * none.
 *
 * What comes in runs in softirq under RCU; what goes out of a socket, with the
 * socket locked. Takes no lock itself.
 */

#include <linux/errqueue.h>
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

#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"

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

/* The header of a reply that no connection sends; @by has the options. */
static void ltcp_v4_header(struct sk_buff *skb, const struct ltcp_flow *flow,
			   struct dst_entry *dst, const struct sock *by)
{
	int ttl = READ_ONCE(inet_sk(by)->uc_ttl);
	struct iphdr *iph;

	skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	iph = ip_hdr(skb);
	*iph = (struct iphdr) {
		.version = IPVERSION,
		.ihl = sizeof(*iph) / 4,
		.tos = READ_ONCE(inet_sk(by)->tos),
		.ttl = ttl < 0 ? ip4_dst_hoplimit(dst) : ttl,
		.protocol = ltcp_ipproto,
		.saddr = flow->local.v4,
		.daddr = flow->remote.v4,
	};
	/* What cannot be cut up needs no identification (RFC 6864 4.1). */
	if (skb->len <= IPV4_MIN_MTU || ip_dont_fragment(by, dst))
		iph->frag_off = htons(IP_DF);
	else
		__ip_select_ident(flow->net, iph, 1);
}

static int ltcp_v4_reply(const struct ltcp_flow *flow, struct sk_buff *skb,
			 struct dst_entry *dst, const struct sock *sk)
{
	const struct sock *by = sk ?: ltcp_net(flow->net)->ctl_sk;

	skb_dst_set(skb, dst);
	ltcp_v4_checksum(skb, flow->local.v4, flow->remote.v4, dst->dev);
	ltcp_v4_header(skb, flow, dst, by);
	skb->priority = READ_ONCE(by->sk_priority);
	if (!skb->mark)
		skb->mark = READ_ONCE(by->sk_mark);
	return ip_local_out(flow->net, skb->sk, skb);
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
	enum ltcp_mib reason = ltcp_segment_shape(skb);

	if (reason)
		return reason;
	if (!ltcp_v4_checksum_ok(skb))
		return LTCP_MIB_DropBadChecksum;
	if (!tcp_hdr(skb)->source || !tcp_hdr(skb)->dest)
		return LTCP_MIB_DropPortZero;
	/* MUST-57: nobody has a connection with a crowd */
	if (skb_rtable(skb)->rt_flags & (RTCF_BROADCAST | RTCF_MULTICAST))
		return LTCP_MIB_DropBadAddress;
	return 0;
}

static int ltcp_v4_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	struct ltcp_flow flow;
	enum ltcp_mib reason;

	static_assert(offsetof(struct ltcp_skb_cb, ip_flags) ==
		      offsetof(struct inet_skb_parm, flags));
	LTCP_ADD(net, InSegs, ltcp_skb_segs(skb));
	reason = ltcp_v4_validate(skb);
	if (reason) {
		ltcp_drop(net, skb, reason);
		return 0;
	}
	flow.net = net;
	flow.family = AF_INET;
	flow.local.v4 = ip_hdr(skb)->daddr;
	flow.remote.v4 = ip_hdr(skb)->saddr;
	flow.ifindex = inet_iif(skb);
	ltcp_segment_flow(skb, &flow);
	ltcp_segment_parse(skb, IPCB(skb)->flags,
			   ip_hdr(skb)->tos & INET_ECN_MASK);
	ltcp_deliver(&flow, skb);
	return 0;
}

/* Which -errno, and does it end an attempt to connect? RFC 9293 3.9.2.2 */
static int ltcp_v4_icmp_errno(int type, int code, bool *hard)
{
	*hard = false;
	switch (type) {
	case ICMP_PARAMETERPROB:
		return EPROTO;
	case ICMP_TIME_EXCEEDED:
		return EHOSTUNREACH;
	case ICMP_DEST_UNREACH:
		if (code > NR_ICMP_UNREACH)
			return 0;
		*hard = code == ICMP_PROT_UNREACH || code == ICMP_PORT_UNREACH;
		return icmp_err_convert[code].errno;
	default:
		return 0;	/* source quench too: RFC 6633 */
	}
}

/* @skb->data is at the IP header that the error quotes. Under RCU. */
static int ltcp_v4_err(struct sk_buff *skb, u32 info)
{
	const struct iphdr *iph = (const struct iphdr *)skb->data;
	const struct tcphdr *th = (const void *)(skb->data + iph->ihl * 4);
	const struct icmphdr *icmph = icmp_hdr(skb);
	struct ltcp_icmp m = {
		.flow = {
			.net = dev_net(skb->dev),
			.family = AF_INET,
			.local.v4 = iph->saddr,
			.remote.v4 = iph->daddr,
			.lport = th->source,
			.rport = th->dest,
			.ifindex = inet_iif(skb),
		},
		.seq = ntohl(th->seq),
		.too_big = icmph->type == ICMP_DEST_UNREACH &&
			   icmph->code == ICMP_FRAG_NEEDED,
		.info = info,
		.origin = SO_EE_ORIGIN_ICMP,
		.type = icmph->type,
		.code = icmph->code,
		.offender = (const u8 *)&iph->daddr - skb_network_header(skb),
		.offset = iph->ihl * 4,
	};

	m.err = ltcp_v4_icmp_errno(m.type, m.code, &m.hard);
	return ltcp_icmp_rcv(skb, &m);
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
	.headroom	= sizeof(struct iphdr),
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
