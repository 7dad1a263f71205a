/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_IP_H
#define _LTCP_IP_H

/*
 * What ip/ offers the rest: the address families, and the way of a packet in
 * and out.
 */

#include "ltcp.h"

/*
 * ip/: the address family
 */

/**
 * struct ltcp_af_ops - what differs between IPv4 and IPv6
 * @family: AF_INET or AF_INET6
 * @net_hdr_len: octets of the IP header without options
 * @headroom: octets that the IP layer wants to find in front of a segment
 * @mss_default: when the peer sent no MSS option
 * @check: is this an address of the family? 0 or negative errno
 * @connect: route, source address, destination into the socket [s]
 * @route: route to the addresses the socket has; 0 or negative errno [s]
 * @xmit: add IP header and send; eats skb [s]
 * @flow_route: route of a reply, by the rules of a listener or of none; or
 *		ERR_PTR(); any context
 * @reply: send without a connection; eats skb and the route; any context
 * @mtu: path MTU of the cached route, octets; 0: no route [s]
 * @recv_mtu: MTU of the interface of that route; 0: no route [s]
 * @lower_mtu: the path takes @mtu octets only; returns what the route takes
 *	       now, 0: no route [s]
 * @flow_of: the flow of a connected socket
 */
struct ltcp_af_ops {
	int family;
	u16 net_hdr_len;
	u16 headroom;
	u16 mss_default;
	int (*check)(const struct sockaddr *addr, int len);
	int (*connect)(struct sock *sk, struct sockaddr *addr, int len);
	int (*route)(struct sock *sk);
	int (*xmit)(struct sock *sk, struct sk_buff *skb, u8 ecn);
	struct dst_entry *(*flow_route)(const struct ltcp_flow *flow,
					const struct sock *sk);
	int (*reply)(const struct ltcp_flow *flow, struct sk_buff *skb,
		     struct dst_entry *dst, const struct sock *sk);
	u32 (*mtu)(struct sock *sk);
	u32 (*recv_mtu)(struct sock *sk);
	u32 (*lower_mtu)(struct sock *sk, u32 mtu);
	void (*flow_of)(const struct sock *sk, struct ltcp_flow *flow);
};

extern const struct ltcp_af_ops ltcp_ipv4_ops;
int ltcp_ipv4_init(void);
void ltcp_ipv4_exit(void);
int ltcp_ipv4_net_init(struct ltcp_net *ln);
void ltcp_ipv4_net_exit(struct ltcp_net *ln);

/*
 * ip/ipv6.c. Where the kernel has no IPv6 nothing of it is called; where it is
 * switched off (ipv6.disable=1) the last four do nothing.
 */
extern const struct ltcp_af_ops ltcp_ipv6_ops;

/*
 * @child is a clone of @listener, an AF_INET6 socket, and has the addresses of
 * IPv4 that @flow may have: all the rest. Softirq, under RCU. [s of child]
 */
void ltcp_ipv6_child(struct sock *child, const struct sock *listener,
		     const struct ltcp_flow *flow);

/* Octets of the extension headers that @sk's packets have. [s] */
u32 ltcp_ipv6_ext_len(const struct sock *sk);
int ltcp_ipv6_init(void);
void ltcp_ipv6_exit(void);
int ltcp_ipv6_net_init(struct ltcp_net *ln);
void ltcp_ipv6_net_exit(struct ltcp_net *ln);

static inline const struct ltcp_af_ops *ltcp_af(int family)
{
	return ltcp_is_v6(family) ? &ltcp_ipv6_ops : &ltcp_ipv4_ops;
}

/* What every path of the family takes, and what is assumed of no path. */
static inline u32 ltcp_least_mtu(const struct ltcp_af_ops *af)
{
	return af->mss_default + af->net_hdr_len + LTCP_HDR_LEN;
}

/* Octets that @sk's packets have between IP header and segment. [s] */
static inline u32 ltcp_ext_hdr_len(const struct sock *sk)
{
	return ltcp_is_v6(ltcp_sk(sk)->af->family) ? ltcp_ipv6_ext_len(sk) : 0;
}

/*
 * ip/deliver.c: received segments find out who they are for. Softirq, under
 * RCU. skb->data is at the TCP header.
 */

/*
 * The shape of a segment: has it all that its header says? 0, and its header
 * is in the linear part; or LTCP_MIB_Drop*. What is believed comes afterwards.
 */
enum ltcp_mib ltcp_segment_shape(struct sk_buff *skb);

/*
 * Fill skb->cb. The IP layer's use of it is over, but for the word @ip_flags.
 * @ecn: INET_ECN_*
 */
void ltcp_segment_parse(struct sk_buff *skb, u16 ip_flags, u8 ecn);

/*
 * Ports and hashes of @flow, whose @net, @family, addresses and @ifindex are
 * there.
 */
void ltcp_segment_flow(const struct sk_buff *skb, struct ltcp_flow *flow);

/* To whom it belongs; parsed. Eats skb. */
void ltcp_deliver(const struct ltcp_flow *flow, struct sk_buff *skb);

/*
 * ip/icmp.c: errors of either family, RFC 9293 3.9.2.2 with RFC 5927
 */

/**
 * struct ltcp_icmp - an ICMP or ICMPv6 error
 * @flow: that of the segment it quotes, as if it had come in; all but @hash
 * @seq: SEG.SEQ of it
 * @err: errno; 0: it says nothing
 * @hard: it ends an attempt to connect
 * @too_big: the path takes packets of @info octets only
 * @info: for MSG_ERRQUEUE, host order
 * @origin: SO_EE_ORIGIN_*
 * @type: type of the message
 * @code: and its code
 * @offender: to what the error is told to belong: offset of the quoted
 *	      destination from the network header
 * @offset: from skb->data to the quoted TCP header
 */
struct ltcp_icmp {
	struct ltcp_flow flow;
	u32 seq;
	int err;
	bool hard;
	bool too_big;
	u32 info;
	u8 origin;
	u8 type;
	u8 code;
	u16 offender;
	u16 offset;
};

/* 0, or -ENOENT: it belongs to nothing here. Softirq, under RCU. */
int ltcp_icmp_rcv(struct sk_buff *skb, struct ltcp_icmp *m);

/*
 * ip/offload.c: @skb, payload only, goes out in segments of @mss octets, by
 * IP of @family.
 */
void ltcp_gso_mark(struct sk_buff *skb, u32 mss, int family);
int ltcp_gso_type(int family);	/* SKB_GSO_*, of such packets */
int ltcp_offload_init(void);
void ltcp_offload_exit(void);

/* How many segments @skb is, as received: more than one, if they were merged */
static inline u32 ltcp_skb_segs(const struct sk_buff *skb)
{
	return max_t(u32, 1, skb_shinfo(skb)->gso_segs);
}

/* ip/gro.c: for struct net_offload, in softirq under RCU */
struct sk_buff *ltcp_v4_gro_receive(struct list_head *head,
				    struct sk_buff *skb);
int ltcp_v4_gro_complete(struct sk_buff *skb, int thoff);
struct sk_buff *ltcp_v6_gro_receive(struct list_head *head,
				    struct sk_buff *skb);
int ltcp_v6_gro_complete(struct sk_buff *skb, int thoff);

#endif /* _LTCP_IP_H */
