// SPDX-License-Identifier: GPL-2.0
/*
 * Merging on receipt (GRO): segments of one connection that a device delivers
 * in one go become one packet, before IP, netfilter and the connection see it.
 * A packet's way through them is then paid once for dozens of segments.
 *
 * The kernel's offload code holds one packet of a flow back while others come,
 * has compared the IP addresses, and asks here about the rest; merge.c decides
 * by the headers. A merged packet looks like one that offload.c was given to
 * send: its checksum is left to who cuts it up, and if it is to be forwarded,
 * ip/offload.c makes the very segments of it that came.
 *
 * Payload in pages moves into the first packet, if there is room; else packets
 * are chained behind it. Bounded by LTCP_MERGE_SEGMENTS, by 64 KiB, and by the
 * device's gro_max_size.
 *
 * Called under RCU, in softirq, for the device's own list of packets: nothing
 * is locked. Knows no connection. Refused, and passed on as they are: segments
 * in tunnels, packets that were super-segments before, packets that others
 * look at as well (cloned), what merge.c refuses, and everything where
 * net.ltcp.gro is 0 in the namespace of the device.
 */

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/gro.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>

#include "ip/ip.h"
#include "ip/merge.h"
#include "ltcp.h"

/* The whole header, options included, of what stands at skb_gro_offset(). */
static struct tcphdr *ltcp_gro_header(struct sk_buff *skb)
{
	unsigned int offset = skb_gro_offset(skb);
	struct tcphdr *th;
	unsigned int len;

	th = skb_gro_header(skb, offset + LTCP_HDR_LEN, offset);
	if (!th)
		return NULL;
	len = th->doff * 4;
	if (len < LTCP_HDR_LEN || len > skb_gro_len(skb))
		return NULL;
	return skb_gro_header(skb, offset + len, offset);
}

/* The packet of the same connection that is held back, if there is one. */
static struct sk_buff *ltcp_gro_find(struct list_head *head,
				     const struct tcphdr *th)
{
	struct sk_buff *held;

	list_for_each_entry(held, head, list) {
		if (!NAPI_GRO_CB(held)->same_flow)
			continue;
		if (tcp_hdr(held)->source == th->source &&
		    tcp_hdr(held)->dest == th->dest)
			return held;
		NAPI_GRO_CB(held)->same_flow = 0;
	}
	return NULL;
}

/* Move the payload of @skb, whose headers are pulled, to @held's pages. */
static bool ltcp_gro_move(struct sk_buff *held, struct sk_buff *skb)
{
	bool stolen;
	int delta;

	/* Into a linear one it would be copied. */
	if (skb_has_frag_list(held) || skb->len <= skb_tailroom(held) ||
	    !skb_try_coalesce(held, skb, &stolen, &delta))
		return false;
	if (stolen) {
		NAPI_GRO_CB(skb)->free = NAPI_GRO_FREE_STOLEN_HEAD;
		return true;
	}
	/* A driver may use it again. */
	skb->len -= skb->data_len;
	skb->data_len = 0;
	NAPI_GRO_CB(skb)->free = NAPI_GRO_FREE;
	return true;
}

static void ltcp_gro_chain(struct sk_buff *held, struct sk_buff *skb)
{
	struct sk_buff *last = NAPI_GRO_CB(held)->last;

	if (last == held)
		skb_shinfo(held)->frag_list = skb;
	else
		last->next = skb;
	NAPI_GRO_CB(held)->last = skb;
	__skb_header_release(skb);
	held->len += skb->len;
	held->data_len += skb->len;
	held->truesize += skb->truesize;
}

/* False: not possible, and both are as they were. */
static bool ltcp_gro_append(struct sk_buff *held, struct sk_buff *skb)
{
	unsigned int most = min_t(u32, READ_ONCE(held->dev->gro_max_size),
				  GRO_LEGACY_MAX_SIZE);
	unsigned int offset = skb_gro_offset(skb);

	if (held->len + skb_gro_len(skb) >= most ||
	    NAPI_GRO_CB(held)->count >= LTCP_MERGE_SEGMENTS ||
	    skb_cloned(held) || skb_cloned(skb) || !pskb_may_pull(skb, offset))
		return false;

	/* Whoever sent them (a TUN device, say) counts their sizes. */
	skb_orphan(held);
	skb_orphan(skb);
	__skb_pull(skb, offset);
	if (!ltcp_gro_move(held, skb))
		ltcp_gro_chain(held, skb);
	NAPI_GRO_CB(held)->count++;
	NAPI_GRO_CB(skb)->same_flow = 1;
	return true;
}

/* Append @skb, with header @th, if possible; th is gone if that worked. */
static enum ltcp_merge ltcp_gro_merge(struct sk_buff *held, struct sk_buff *skb,
				      const struct tcphdr *th)
{
	struct tcphdr *first = tcp_hdr(held);
	u8 flags = ((const u8 *)th)[13];
	enum ltcp_merge verdict;

	if (NAPI_GRO_CB(skb)->flush ||
	    ltcp_gro_network_differs(th, first, held))
		return LTCP_MERGE_REFUSE;
	verdict = ltcp_merge_next((const u8 *)first, skb_gro_len(held),
				  skb_shinfo(held)->gso_size, (const u8 *)th,
				  skb_gro_len(skb));
	if (verdict == LTCP_MERGE_REFUSE || !ltcp_gro_append(held, skb))
		return LTCP_MERGE_REFUSE;
	ltcp_merge_flags((u8 *)first, flags);
	return verdict;
}

/* Return: the packet that must not be held back any more, or NULL. */
static struct sk_buff *ltcp_gro_receive(struct list_head *head,
					struct sk_buff *skb)
{
	enum ltcp_merge verdict = LTCP_MERGE_REFUSE;
	struct tcphdr *th = ltcp_gro_header(skb);
	struct sk_buff *held;
	bool first;

	if (!th) {
		NAPI_GRO_CB(skb)->flush = 1;
		return NULL;
	}
	skb_gro_pull(skb, th->doff * 4);
	if (skb_is_gso(skb) || NAPI_GRO_CB(skb)->encap_mark)
		NAPI_GRO_CB(skb)->flush = 1;
	first = ltcp_merge_first((const u8 *)th, skb_gro_len(skb));

	held = ltcp_gro_find(head, th);
	if (held)
		verdict = ltcp_gro_merge(held, skb, th);
	if (verdict == LTCP_MERGE_MORE)
		return NULL;
	if (verdict == LTCP_MERGE_REFUSE && !first)
		NAPI_GRO_CB(skb)->flush = 1;
	return held;
}

/*
 * All of @skb has come. Its checksum is left to who cuts it up, as @pseudo, the
 * sum of the pseudo header.
 */
static int ltcp_gro_complete(struct sk_buff *skb, int thoff, __sum16 pseudo,
			     int family)
{
	struct tcphdr *th = (struct tcphdr *)(skb->data + thoff);
	struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int segs = NAPI_GRO_CB(skb)->count;

	th->check = ~pseudo;
	skb->csum_start = (u8 *)th - skb->head;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb->ip_summed = CHECKSUM_PARTIAL;
	info->gso_segs = segs;
	info->gso_type |= ltcp_gso_type(family);
	LTCP_ADD(dev_net(skb->dev), GroSegs, segs - 1);
	return 0;
}

static bool ltcp_gro_wanted(const struct sk_buff *skb)
{
	return READ_ONCE(ltcp_net(dev_net(skb->dev))->gro);
}

/* The checksum is looked at (MUST-3) before it hides behind that of others. */
struct sk_buff *ltcp_v4_gro_receive(struct list_head *head, struct sk_buff *skb)
{
	if (ltcp_gro_wanted(skb) &&
	    (NAPI_GRO_CB(skb)->flush ||
	     !skb_gro_checksum_validate(skb, ltcp_ipproto,
					inet_gro_compute_pseudo)))
		return ltcp_gro_receive(head, skb);
	NAPI_GRO_CB(skb)->flush = 1;
	return NULL;
}

int ltcp_v4_gro_complete(struct sk_buff *skb, int thoff)
{
	/* One with IP options would not have come here. */
	const struct iphdr *iph = (void *)(skb->data + thoff - sizeof(*iph));
	__sum16 pseudo = csum_tcpudp_magic(iph->saddr, iph->daddr,
					   skb->len - thoff, ltcp_ipproto, 0);

	return ltcp_gro_complete(skb, thoff, pseudo, AF_INET);
}

#if IS_ENABLED(CONFIG_IPV6)
struct sk_buff *ltcp_v6_gro_receive(struct list_head *head, struct sk_buff *skb)
{
	if (ltcp_gro_wanted(skb) &&
	    (NAPI_GRO_CB(skb)->flush ||
	     !skb_gro_checksum_validate(skb, ltcp_ipproto,
					ip6_gro_compute_pseudo)))
		return ltcp_gro_receive(head, skb);
	NAPI_GRO_CB(skb)->flush = 1;
	return NULL;
}

int ltcp_v6_gro_complete(struct sk_buff *skb, int thoff)
{
	const struct ipv6hdr *iph = ipv6_hdr(skb);
	__sum16 pseudo = csum_ipv6_magic(&iph->saddr, &iph->daddr,
					 skb->len - thoff, ltcp_ipproto, 0);

	return ltcp_gro_complete(skb, thoff, pseudo, AF_INET6);
}
#endif
