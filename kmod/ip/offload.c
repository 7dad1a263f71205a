// SPDX-License-Identifier: GPL-2.0
/*
 * Super-segments: a connection hands up to 64 KiB to the IP layer at once, as
 * one packet that says how large its segments are to be (skb_shinfo->gso_*).
 * A link that can carry it whole does (loopback, veth); before any other the
 * kernel has it cut up here. The cost of a packet's way through IP, netfilter
 * and queueing is then paid once for dozens of segments.
 *
 * What must never happen is that a device cuts it up: hardware takes what
 * says SKB_GSO_TCPV4 or SKB_GSO_TCPV6 for TCP, whatever the IP header says. So
 * packets of ltcp carry SKB_GSO_SCTP as well. Only software devices that pass
 * packets on whole claim to do both, and everything that measures a packet
 * (queue disciplines, the MTU check of forwarding) looks at the TCP bit first.
 *
 * Called by the kernel's offload code under RCU, in any context. Knows no
 * connection: all it needs stands in the packet.
 */

#include <linux/skbuff.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/protocol.h>

#include "ip/ip.h"
#include "ltcp.h"

/* What never reaches hardware: see above. */
int ltcp_gso_type(int family)
{
	return (ltcp_is_v6(family) ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4) |
	       SKB_GSO_SCTP;
}

/* PSH and FIN belong to the last segment, CWR to the first (RFC 3168 6.1.2). */
static void ltcp_gso_flags(struct tcphdr *th, bool first, bool last)
{
	if (!last) {
		th->fin = 0;
		th->psh = 0;
	}
	if (!first)
		th->cwr = 0;
}

static void ltcp_gso_checksum(struct sk_buff *seg, int family)
{
	struct tcphdr *th = tcp_hdr(seg);
	u32 len = skb_tail_pointer(seg) - skb_transport_header(seg) +
		  seg->data_len;
	__sum16 pseudo;

	if (ltcp_is_v6(family))
		pseudo = csum_ipv6_magic(&ipv6_hdr(seg)->saddr,
					 &ipv6_hdr(seg)->daddr, len,
					 ltcp_ipproto, 0);
	else
		pseudo = csum_tcpudp_magic(ip_hdr(seg)->saddr,
					   ip_hdr(seg)->daddr, len,
					   ltcp_ipproto, 0);
	th->check = ~pseudo;
	if (seg->ip_summed != CHECKSUM_PARTIAL)
		th->check = gso_make_checksum(seg, csum_unfold(pseudo));
}

/* @skb->data is at the TCP header, and the IP layer takes care of its own. */
static struct sk_buff *ltcp_gso_segment(struct sk_buff *skb,
					netdev_features_t features, int family)
{
	const int type = ltcp_gso_type(family);
	unsigned int mss = skb_shinfo(skb)->gso_size;
	struct sk_buff *segs, *seg;
	unsigned int hdr_len;
	u32 seq;

	if ((skb_shinfo(skb)->gso_type & type) != type || !mss ||
	    !pskb_may_pull(skb, LTCP_HDR_LEN))
		return ERR_PTR(-EINVAL);
	hdr_len = tcp_hdrlen(skb);
	if (hdr_len < LTCP_HDR_LEN || !pskb_may_pull(skb, hdr_len))
		return ERR_PTR(-EINVAL);
	seq = ntohl(tcp_hdr(skb)->seq);
	__skb_pull(skb, hdr_len);

	/* A device that sums up TCP and UDP only would leave ours undone. */
	if (!(features & NETIF_F_HW_CSUM))
		features &= ~NETIF_F_CSUM_MASK;
	segs = skb_segment(skb, features);
	if (IS_ERR_OR_NULL(segs))
		return segs;

	for (seg = segs; seg; seg = seg->next) {
		tcp_hdr(seg)->seq = htonl(seq);
		ltcp_gso_flags(tcp_hdr(seg), seg == segs, !seg->next);
		ltcp_gso_checksum(seg, family);
		seq += mss;
	}
	return segs;
}

static struct sk_buff *ltcp_v4_gso_segment(struct sk_buff *skb,
					   netdev_features_t features)
{
	return ltcp_gso_segment(skb, features, AF_INET);
}

static const struct net_offload ltcp_v4_offload = {
	.callbacks.gso_segment	= ltcp_v4_gso_segment,
	.callbacks.gro_receive	= ltcp_v4_gro_receive,
	.callbacks.gro_complete	= ltcp_v4_gro_complete,
};

#if IS_ENABLED(CONFIG_IPV6)
static struct sk_buff *ltcp_v6_gso_segment(struct sk_buff *skb,
					   netdev_features_t features)
{
	return ltcp_gso_segment(skb, features, AF_INET6);
}

static const struct net_offload ltcp_v6_offload = {
	.callbacks.gso_segment	= ltcp_v6_gso_segment,
	.callbacks.gro_receive	= ltcp_v6_gro_receive,
	.callbacks.gro_complete	= ltcp_v6_gro_complete,
};
#endif

void ltcp_gso_mark(struct sk_buff *skb, u32 mss, int family)
{
	struct skb_shared_info *info = skb_shinfo(skb);

	info->gso_size = 0;
	info->gso_segs = 0;
	info->gso_type = 0;
	if (skb->len > mss) {
		info->gso_size = mss;
		info->gso_segs = DIV_ROUND_UP(skb->len, mss);
		info->gso_type = ltcp_gso_type(family);
	}
}

int ltcp_offload_init(void)
{
	if (inet_add_offload(&ltcp_v4_offload, ltcp_ipproto))
		return -EBUSY;
#if IS_ENABLED(CONFIG_IPV6)
	if (inet6_add_offload(&ltcp_v6_offload, ltcp_ipproto)) {
		inet_del_offload(&ltcp_v4_offload, ltcp_ipproto);
		return -EBUSY;
	}
#endif
	return 0;
}

void ltcp_offload_exit(void)
{
#if IS_ENABLED(CONFIG_IPV6)
	inet6_del_offload(&ltcp_v6_offload, ltcp_ipproto);
#endif
	inet_del_offload(&ltcp_v4_offload, ltcp_ipproto);
}
