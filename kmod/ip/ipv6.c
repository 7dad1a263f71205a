// SPDX-License-Identifier: GPL-2.0
/*
 * IPv6: the only file that touches its header, and the IPv6 part of a socket
 * (struct ipv6_pinfo). It is not built where the kernel has no IPv6.
 *
 * In: checks what must hold before anything is believed, names the connection,
 * and hands the segment to ip/deliver.c. Extension headers are the IP layer's:
 * what arrives here is behind the last of them. ICMPv6 errors are read here and
 * judged in ip/icmp.c.
 *
 * Out: pseudo-header checksum and route, for sockets and for replies that have
 * none. Who gives no flow label gets the one that the IP layer makes of
 * addresses and ports, and since all that belongs to a connection is sent with
 * the same ones, with socket or without, it keeps one label for its life
 * (RFC 6437 3).
 *
 * An address of the form ::ffff:a.b.c.d means IPv4: the socket stays what it
 * is, but talks through ip/ipv4.c from connect() on, or from its birth if a
 * listener of both families made it.
 *
 * What comes in runs in softirq under RCU; what goes out of a socket, with the
 * socket locked. Takes no lock itself.
 */

#include <linux/errqueue.h>
#include <linux/icmpv6.h>
#include <net/addrconf.h>
#include <net/inet_common.h>
#include <net/inet_ecn.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/protocol.h>
#include <net/transp_v6.h>
#include <net/xfrm.h>

#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"

/*
 * Out
 */

/* As ltcp_v4_checksum(): RFC 9293 3.1, RFC 8200 8.1 */
static void ltcp_v6_checksum(struct sk_buff *skb, const struct in6_addr *saddr,
			     const struct in6_addr *daddr,
			     const struct net_device *dev)
{
	struct tcphdr *th = tcp_hdr(skb);

	th->check = ~csum_ipv6_magic(saddr, daddr, skb->len, ltcp_ipproto, 0);
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	/* A super-segment's is left to who cuts it up. */
	if (skb_is_gso(skb) || (dev && (dev->features & NETIF_F_HW_CSUM)))
		return;

	th->check = 0;
	th->check = csum_ipv6_magic(saddr, daddr, skb->len, ltcp_ipproto,
				    skb_checksum(skb, 0, skb->len, 0));
	skb->ip_summed = CHECKSUM_NONE;
}

/* What the IP layer wants to know of a packet of @sk. */
static void ltcp_v6_flowi(struct sock *sk, struct flowi6 *fl6)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct ipv6_pinfo *np = inet6_sk(sk);

	memset(fl6, 0, sizeof(*fl6));
	fl6->flowi6_proto = ltcp_ipproto;
	fl6->daddr = sk->sk_v6_daddr;
	fl6->saddr = np->saddr;
	fl6->flowlabel = ip6_make_flowinfo(np->tclass & ~INET_ECN_MASK,
					   np->flow_label);
	fl6->flowi6_oif = sk->sk_bound_dev_if;
	fl6->flowi6_mark = READ_ONCE(sk->sk_mark);
	fl6->fl6_sport = inet->inet_sport;
	fl6->fl6_dport = inet->inet_dport;
	fl6->flowi6_uid = sk_uid(sk);
	security_sk_classify_flow(sk, flowi6_to_flowi_common(fl6));
}

static struct dst_entry *ltcp_v6_dst(struct sock *sk)
{
	return __sk_dst_check(sk, inet6_sk(sk)->dst_cookie);
}

/* Look up the route of @fl6, which has @sk's source address afterwards. */
static struct dst_entry *ltcp_v6_lookup(struct sock *sk, struct flowi6 *fl6)
{
	struct in6_addr *final_p, final;

	rcu_read_lock();
	final_p = fl6_update_dst(fl6, rcu_dereference(inet6_sk(sk)->opt),
				 &final);
	rcu_read_unlock();
	return ip6_dst_lookup_flow(sock_net(sk), sk, fl6, final_p);
}

static void ltcp_v6_dst_set(struct sock *sk, struct dst_entry *dst)
{
	const struct rt6_info *rt = container_of(dst, struct rt6_info, dst);

	inet6_sk(sk)->dst_cookie = rt6_get_cookie(rt);
	sk_setup_caps(sk, dst);
}

static int ltcp_v6_route(struct sock *sk)
{
	struct dst_entry *dst;
	struct flowi6 fl6;

	ltcp_v6_flowi(sk, &fl6);
	dst = ltcp_v6_lookup(sk, &fl6);
	if (IS_ERR(dst))
		return PTR_ERR(dst);
	ltcp_v6_dst_set(sk, dst);
	return 0;
}

static int ltcp_v6_xmit(struct sock *sk, struct sk_buff *skb, u8 ecn)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	struct dst_entry *dst = ltcp_v6_dst(sk);
	struct flowi6 fl6;
	int err;

	if (!dst) {
		err = ltcp_v6_route(sk);
		if (err) {
			kfree_skb(skb);
			return err;
		}
		dst = __sk_dst_get(sk);
	}
	ltcp_v6_flowi(sk, &fl6);
	ltcp_v6_checksum(skb, &fl6.saddr, &fl6.daddr, dst->dev);

	rcu_read_lock();
	skb_dst_set_noref(skb, dst);
	err = ip6_xmit(sk, skb, &fl6, READ_ONCE(sk->sk_mark),
		       rcu_dereference(np->opt),
		       (np->tclass & ~INET_ECN_MASK) | ecn,
		       READ_ONCE(sk->sk_priority));
	rcu_read_unlock();
	return err;
}

static void ltcp_v6_reply_flowi(const struct ltcp_flow *flow,
				const struct sock *sk, struct flowi6 *fl6)
{
	memset(fl6, 0, sizeof(*fl6));
	fl6->flowi6_proto = ltcp_ipproto;
	fl6->daddr = flow->remote.v6;
	fl6->saddr = flow->local.v6;
	fl6->fl6_sport = flow->lport;
	fl6->fl6_dport = flow->rport;
	fl6->flowi6_uid = sock_net_uid(flow->net, sk);
	if (sk) {
		fl6->flowi6_oif = READ_ONCE(sk->sk_bound_dev_if);
		fl6->flowi6_mark = READ_ONCE(sk->sk_mark);
		fl6->flowlabel = inet6_sk(sk)->flow_label;
	}
	if (ltcp_flow_on_link(flow))
		fl6->flowi6_oif = flow->ifindex;
}

static struct dst_entry *ltcp_v6_flow_route(const struct ltcp_flow *flow,
					    const struct sock *sk)
{
	const struct sock *by = sk ?: ltcp_net(flow->net)->ctl6_sk;
	struct flowi6 fl6;

	/* MUST-63: who sends from such an address wants a crowd to answer. */
	if (ipv6_addr_is_multicast(&flow->remote.v6))
		return ERR_PTR(-ENETUNREACH);
	ltcp_v6_reply_flowi(flow, sk, &fl6);
	return ip6_dst_lookup_flow(flow->net, by, &fl6, NULL);
}

static int ltcp_v6_reply(const struct ltcp_flow *flow, struct sk_buff *skb,
			 struct dst_entry *dst, const struct sock *sk)
{
	const struct sock *by = sk ?: ltcp_net(flow->net)->ctl6_sk;
	struct flowi6 fl6;
	int err;

	ltcp_v6_reply_flowi(flow, sk, &fl6);
	skb_dst_set(skb, dst);
	ltcp_v6_checksum(skb, &fl6.saddr, &fl6.daddr, dst->dev);
	rcu_read_lock();
	err = ip6_xmit(by, skb, &fl6, fl6.flowi6_mark,
		       sk ? rcu_dereference(inet6_sk(sk)->opt) : NULL,
		       inet6_sk(by)->tclass & ~INET_ECN_MASK,
		       READ_ONCE(by->sk_priority));
	rcu_read_unlock();
	return err;
}

/* Tell the routing what the path takes; it may give us a new route. */
static u32 ltcp_v6_lower_mtu(struct sock *sk, u32 mtu)
{
	struct dst_entry *dst = ltcp_v6_dst(sk);

	if (!dst && !ltcp_v6_route(sk))
		dst = __sk_dst_get(sk);
	if (!dst)
		return 0;
	dst->ops->update_pmtu(dst, sk, NULL, mtu, true);
	dst = ltcp_v6_dst(sk);
	if (!dst && !ltcp_v6_route(sk))
		dst = __sk_dst_get(sk);
	return dst ? dst_mtu(dst) : 0;
}

static u32 ltcp_v6_mtu(struct sock *sk)
{
	const struct dst_entry *dst = ltcp_v6_dst(sk);

	return dst ? dst_mtu(dst) : 0;
}

static u32 ltcp_v6_recv_mtu(struct sock *sk)
{
	const struct dst_entry *dst = ltcp_v6_dst(sk);

	return dst ? READ_ONCE(dst->dev->mtu) : 0;
}

u32 ltcp_ipv6_ext_len(const struct sock *sk)
{
	const struct ipv6_txoptions *opt;
	u32 len = 0;

	rcu_read_lock();
	opt = rcu_dereference(inet6_sk(sk)->opt);
	if (opt)
		len = opt->opt_flen + opt->opt_nflen;
	rcu_read_unlock();
	return len;
}

static void ltcp_v6_flow_of(const struct sock *sk, struct ltcp_flow *flow)
{
	const struct inet_sock *inet = inet_sk(sk);

	memset(flow, 0, sizeof(*flow));
	flow->net = sock_net(sk);
	flow->family = AF_INET6;
	flow->local.v6 = sk->sk_v6_rcv_saddr;
	flow->remote.v6 = sk->sk_v6_daddr;
	flow->lport = inet->inet_sport;	/* kept when the port is let go */
	flow->rport = inet->inet_dport;
	flow->ifindex = sk->sk_bound_dev_if;
	flow->hash = ltcp_flow_hash(flow);
}

/*
 * connect()
 */

static int ltcp_v6_check(const struct sockaddr *addr, int len)
{
	if (len < SIN6_LEN_RFC2133)
		return -EINVAL;
	return addr->sa_family == AF_INET6 ? 0 : -EAFNOSUPPORT;
}

/* The flow label of @sin6, if the user sends his own, must be his. */
static int ltcp_v6_connect_label(struct sock *sk,
				 const struct sockaddr_in6 *sin6)
{
	struct ip6_flowlabel *label;
	__be32 info = 0;

	if (inet6_test_bit(SNDFLOW, sk))
		info = sin6->sin6_flowinfo & IPV6_FLOWLABEL_MASK;
	if (info) {
		label = fl6_sock_lookup(sk, info);
		if (IS_ERR(label))
			return -EINVAL;
		fl6_sock_release(label);
	}
	inet6_sk(sk)->flow_label = info;
	return 0;
}

/* An address of one link only: which? RFC 4007 6 */
static int ltcp_v6_connect_scope(struct sock *sk,
				 const struct sockaddr_in6 *sin6, int len)
{
	if (len >= sizeof(*sin6) && sin6->sin6_scope_id) {
		if (!sk_dev_equal_l3scope(sk, sin6->sin6_scope_id))
			return -EINVAL;
		sk->sk_bound_dev_if = sin6->sin6_scope_id;
	}
	return sk->sk_bound_dev_if ? 0 : -EINVAL;
}

/* @daddr is an address of IPv4 in the clothes of IPv6. */
static int ltcp_v6_connect_mapped(struct sock *sk, const struct in6_addr *daddr,
				  __be16 dport)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = dport,
		.sin_addr.s_addr = daddr->s6_addr32[3],
	};
	int err;

	if (ipv6_only_sock(sk))
		return -ENETUNREACH;
	err = ltcp_ipv4_ops.connect(sk, (struct sockaddr *)&sin, sizeof(sin));
	if (err)
		return err;
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_saddr, &inet6_sk(sk)->saddr);
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_rcv_saddr,
			       &sk->sk_v6_rcv_saddr);
	ipv6_addr_set_v4mapped(inet_sk(sk)->inet_daddr, &sk->sk_v6_daddr);
	WRITE_ONCE(ls->af, &ltcp_ipv4_ops);
	return 0;
}

/* The route, and by it the source address, to the sk_v6_daddr of @sk. */
static int ltcp_v6_connect_route(struct sock *sk, __be16 dport)
{
	struct inet_sock *inet = inet_sk(sk);
	struct ipv6_pinfo *np = inet6_sk(sk);
	struct dst_entry *dst;
	struct flowi6 fl6;

	ltcp_v6_flowi(sk, &fl6);
	fl6.fl6_dport = dport;
	if (!ipv6_addr_any(&sk->sk_v6_rcv_saddr))
		fl6.saddr = sk->sk_v6_rcv_saddr;
	dst = ltcp_v6_lookup(sk, &fl6);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	np->saddr = fl6.saddr;
	sk->sk_v6_rcv_saddr = fl6.saddr;
	/* For whoever asks an IPv6 socket for these, as in Linux's TCP. */
	inet->inet_saddr = LOOPBACK4_IPV6;
	inet->inet_rcv_saddr = LOOPBACK4_IPV6;
	inet->inet_daddr = LOOPBACK4_IPV6;
	inet->inet_dport = dport;
	ltcp_v6_dst_set(sk, dst);
	return 0;
}

static int ltcp_v6_connect(struct sock *sk, struct sockaddr *addr, int len)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)addr;
	struct in6_addr daddr;
	int type, err;

	ltcp_owned(sk);
	err = ltcp_v6_check(addr, len);
	if (!err)
		err = ltcp_v6_connect_label(sk, sin6);
	if (err)
		return err;

	/* "Any" means this host, as it does in IPv4. */
	daddr = sin6->sin6_addr;
	if (ipv6_addr_any(&daddr)) {
		daddr = in6addr_loopback;
		if (ipv6_addr_v4mapped(&sk->sk_v6_rcv_saddr))
			ipv6_addr_set_v4mapped(htonl(INADDR_LOOPBACK), &daddr);
	}
	type = ipv6_addr_type(&daddr);
	/* MUST-57, seen from the other side */
	if (type & IPV6_ADDR_MULTICAST)
		return -ENETUNREACH;
	if (type & IPV6_ADDR_MAPPED)
		return ltcp_v6_connect_mapped(sk, &daddr, sin6->sin6_port);
	if (type & IPV6_ADDR_LINKLOCAL) {
		err = ltcp_v6_connect_scope(sk, sin6, len);
		if (err)
			return err;
	}
	sk->sk_v6_daddr = daddr;
	return ltcp_v6_connect_route(sk, sin6->sin6_port);
}

/*
 * A child
 */

static void ltcp_v6_child_addrs(struct sock *child,
				const struct ltcp_flow *flow)
{
	struct inet_sock *inet = inet_sk(child);
	struct ipv6_pinfo *np = inet6_sk(child);

	if (!ltcp_is_v6(flow->family)) {
		ipv6_addr_set_v4mapped(flow->local.v4, &np->saddr);
		ipv6_addr_set_v4mapped(flow->remote.v4, &child->sk_v6_daddr);
		child->sk_v6_rcv_saddr = np->saddr;
		return;
	}
	np->saddr = flow->local.v6;
	child->sk_v6_rcv_saddr = flow->local.v6;
	child->sk_v6_daddr = flow->remote.v6;
	inet->inet_saddr = LOOPBACK4_IPV6;
	inet->inet_rcv_saddr = LOOPBACK4_IPV6;
	inet->inet_daddr = LOOPBACK4_IPV6;
	if (ltcp_flow_on_link(flow))
		child->sk_bound_dev_if = flow->ifindex;
}

/* What belongs to the listener alone, or is counted. */
void ltcp_ipv6_child(struct sock *child, const struct sock *listener,
		     const struct ltcp_flow *flow)
{
	struct ipv6_txoptions *opt;
	struct ipv6_pinfo *np;

	np = (void *)child + ltcp_pinfo_offset(child);
	inet_sk(child)->pinet6 = np;
	np->ipv6_mc_list = NULL;
	np->ipv6_ac_list = NULL;
	np->pktoptions = NULL;
	np->rxpmtu = NULL;
	np->dst_cookie = 0;
	RCU_INIT_POINTER(np->opt, NULL);
	ltcp_no_flowlabels(child);
	ltcp_v6_child_addrs(child, flow);
	if (!ltcp_is_v6(flow->family))
		return;
	opt = rcu_dereference(inet6_sk(listener)->opt);
	if (opt)
		RCU_INIT_POINTER(np->opt, ipv6_dup_options(child, opt));
}

/*
 * In
 */

/* MUST-3 */
static bool ltcp_v6_checksum_ok(struct sk_buff *skb)
{
	return !skb_checksum_init(skb, ltcp_ipproto, ip6_compute_pseudo) &&
	       !skb_checksum_complete(skb);
}

/*
 * MUST-63: a SYN from outside, in the name of this host. The routing of IPv4
 * sees to that, that of IPv6 does not. What a host sends to itself comes over
 * the loopback device, or over that of its VRF.
 */
static bool ltcp_v6_pretends(const struct sk_buff *skb)
{
	const struct net_device *dev = skb->dev;

	return tcp_hdr(skb)->syn && !(dev->flags & IFF_LOOPBACK) &&
	       !netif_is_l3_master(dev) &&
	       ipv6_chk_addr(dev_net(dev), &ipv6_hdr(skb)->saddr, NULL, 0);
}

/* What must hold before anything is believed. 0, or why it does not. */
static enum ltcp_mib ltcp_v6_validate(struct sk_buff *skb)
{
	enum ltcp_mib reason = ltcp_segment_shape(skb);

	if (reason)
		return reason;
	if (!ltcp_v6_checksum_ok(skb))
		return LTCP_MIB_DropBadChecksum;
	if (!tcp_hdr(skb)->source || !tcp_hdr(skb)->dest)
		return LTCP_MIB_DropPortZero;
	/* MUST-57, MUST-63: nobody has a connection with a crowd, or nobody */
	if (!ipv6_unicast_destination(skb) ||
	    ipv6_addr_any(&ipv6_hdr(skb)->saddr) || ltcp_v6_pretends(skb))
		return LTCP_MIB_DropBadAddress;
	return 0;
}

static int ltcp_v6_rcv(struct sk_buff *skb)
{
	struct net *net = dev_net(skb->dev);
	struct ltcp_flow flow;
	enum ltcp_mib reason;

	LTCP_ADD(net, InSegs, ltcp_skb_segs(skb));
	reason = ltcp_v6_validate(skb);
	if (reason) {
		ltcp_drop(net, skb, reason);
		return 0;
	}
	flow.net = net;
	flow.family = AF_INET6;
	flow.local.v6 = ipv6_hdr(skb)->daddr;
	flow.remote.v6 = ipv6_hdr(skb)->saddr;
	flow.ifindex = inet6_iif(skb);
	ltcp_segment_flow(skb, &flow);
	ltcp_segment_parse(skb, IP6CB(skb)->nhoff,
			   ipv6_get_dsfield(ipv6_hdr(skb)) & INET_ECN_MASK);
	ltcp_deliver(&flow, skb);
	return 0;
}

/*
 * Does an error end an attempt to connect? RFC 9293 3.9.2.2 names the soft ones
 * of ICMPv6; these two are what RFC 5461 2 calls hard.
 */
static bool ltcp_v6_icmp_hard(u8 type, u8 code)
{
	return type == ICMPV6_DEST_UNREACH &&
	       (code == ICMPV6_ADM_PROHIBITED || code == ICMPV6_PORT_UNREACH);
}

/* @skb->data is at the IP header that the error quotes. Under RCU. */
static int ltcp_v6_err(struct sk_buff *skb, struct inet6_skb_parm *opt,
		       u8 type, u8 code, int offset, __be32 info)
{
	const struct ipv6hdr *hdr = (const struct ipv6hdr *)skb->data;
	const struct tcphdr *th = (const void *)(skb->data + offset);
	struct ltcp_icmp m = {
		.flow = {
			.net = dev_net(skb->dev),
			.family = AF_INET6,
			.local.v6 = hdr->saddr,
			.remote.v6 = hdr->daddr,
			.lport = th->source,
			.rport = th->dest,
			.ifindex = inet6_iif(skb),
		},
		.seq = ntohl(th->seq),
		.too_big = type == ICMPV6_PKT_TOOBIG,
		.hard = ltcp_v6_icmp_hard(type, code),
		.info = ntohl(info),
		.origin = SO_EE_ORIGIN_ICMP6,
		.type = type,
		.code = code,
		.offender = (const u8 *)&hdr->daddr - skb_network_header(skb),
		.offset = offset,
	};

	/* The rest are no errors; redirects are not followed. */
	if (type < ICMPV6_ECHO_REQUEST)
		icmpv6_err_convert(type, code, &m.err);
	return ltcp_icmp_rcv(skb, &m);
}

static const struct inet6_protocol ltcp_v6_protocol = {
	.handler	= ltcp_v6_rcv,
	.err_handler	= ltcp_v6_err,
	.flags		= INET6_PROTO_NOPOLICY | INET6_PROTO_FINAL,
};

const struct ltcp_af_ops ltcp_ipv6_ops = {
	.family		= AF_INET6,
	.net_hdr_len	= sizeof(struct ipv6hdr),
	/* Eight are for what would make it a jumbogram, which it never is. */
	.headroom	= sizeof(struct ipv6hdr) + 8,
	.mss_default	= LTCP_MSS_DEFAULT_V6,
	.check		= ltcp_v6_check,
	.connect	= ltcp_v6_connect,
	.route		= ltcp_v6_route,
	.xmit		= ltcp_v6_xmit,
	.flow_route	= ltcp_v6_flow_route,
	.reply		= ltcp_v6_reply,
	.mtu		= ltcp_v6_mtu,
	.recv_mtu	= ltcp_v6_recv_mtu,
	.lower_mtu	= ltcp_v6_lower_mtu,
	.flow_of	= ltcp_v6_flow_of,
};

int ltcp_ipv6_init(void)
{
	if (!ipv6_mod_enabled())
		return 0;
	return inet6_add_protocol(&ltcp_v6_protocol, ltcp_ipproto) ? -EBUSY : 0;
}

void ltcp_ipv6_exit(void)
{
	if (ipv6_mod_enabled())
		inet6_del_protocol(&ltcp_v6_protocol, ltcp_ipproto);
}

int ltcp_ipv6_net_init(struct ltcp_net *ln)
{
	if (!ipv6_mod_enabled())
		return 0;
	return inet_ctl_sock_create(&ln->ctl6_sk, PF_INET6, SOCK_RAW,
				    ltcp_ipproto, ln->net);
}

void ltcp_ipv6_net_exit(struct ltcp_net *ln)
{
	if (ln->ctl6_sk)
		inet_ctl_sock_destroy(ln->ctl6_sk);
}
