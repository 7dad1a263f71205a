// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that no connection sends: the SYN-ACK of a half-open entry, the ACK
 * of a TIME_WAIT entry, the RST for what belongs nowhere.
 *
 * Called in softirq, from the tables and from the IP layer, with or without a
 * socket lock. Takes no lock. Each received segment causes at most one of
 * these, so nothing here amplifies what a spoofer sends. An answer to a SYN is
 * made in the memory of the SYN, if nobody else holds that: a flood does not
 * even cost the allocator anything.
 */

#include "ip/ip.h"
#include "ltcp.h"
#include "trace.h"

/* RFC 6691: the MSS option says what can be received. */
static u16 reply_mss(const struct ltcp_af_ops *af, const struct dst_entry *dst)
{
	u32 hdrs = af->net_hdr_len + LTCP_HDR_LEN;
	u32 mtu = max(READ_ONCE(dst->dev->mtu), hdrs + af->mss_default);

	return min_t(u32, mtu - hdrs, U16_MAX);
}

/*
 * Make @skb, which was received, an empty one that was just allocated: all but
 * the memory is forgotten, where it came from and what was found out about it.
 * False: somebody else may see the data, or there is no room for @len octets.
 */
static bool reply_recycle(struct sk_buff *skb, unsigned int len)
{
	const bool pfmemalloc = skb->pfmemalloc;
	const bool pp_recycle = skb->pp_recycle;
	const bool head_frag = skb->head_frag;
	const u8 fclone = skb->fclone;

	if (skb_shared(skb) || skb_cloned(skb) || skb->nohdr ||
	    skb_is_nonlinear(skb) || skb_zcopy(skb) ||
	    skb_end_offset(skb) < len)
		return false;

	skb_orphan(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_ext_put(skb);
	/* As __alloc_skb() does it, but for what tells how to free it. */
	memset(skb, 0, offsetof(struct sk_buff, tail));
	skb->pfmemalloc = pfmemalloc;
	skb->pp_recycle = pp_recycle;
	skb->head_frag = head_frag;
	skb->fclone = fclone;
	skb->alloc_cpu = raw_smp_processor_id();
	skb->data = skb->head;
	skb_reset_tail_pointer(skb);
	skb->mac_header = (typeof(skb->mac_header))~0U;
	skb->transport_header = (typeof(skb->transport_header))~0U;
	memset(skb_shinfo(skb), 0, offsetof(struct skb_shared_info, dataref));
	return true;
}

/* An empty skb for @len octets of TCP header: @old, or a new one. Eats @old. */
static struct sk_buff *reply_skb(struct sk_buff *old,
				 const struct ltcp_af_ops *af,
				 const struct dst_entry *dst, unsigned int len)
{
	unsigned int room = LL_RESERVED_SPACE(dst->dev) + dst->header_len +
			    af->headroom + len;
	struct sk_buff *skb = old;

	if (!old || !reply_recycle(old, room)) {
		room = LTCP_TX_HEADROOM;
		skb = alloc_skb(room, GFP_ATOMIC);
		consume_skb(old);
	}
	if (skb)
		skb_reserve(skb, room);
	return skb;
}

int ltcp_reply_in(const struct ltcp_flow *flow, struct ltcp_reply *r,
		  int state, struct sk_buff *old)
{
	const struct ltcp_af_ops *af = ltcp_af(flow->family);
	struct ltcp_options *opt = &r->opt;
	struct dst_entry *dst = af->flow_route(flow, r->sk);
	unsigned int optlen = 0;
	struct sk_buff *skb;
	struct tcphdr *th;

	if (IS_ERR(dst)) {
		consume_skb(old);
		return PTR_ERR(dst);
	}
	if (opt->has & LTCP_HAS_MSS)
		opt->mss = min(opt->mss, reply_mss(af, dst));
	if (opt->has)
		optlen = ltcp_options_len(opt);
	skb = reply_skb(old, af, dst, LTCP_HDR_LEN + optlen);
	if (!skb) {
		dst_release(dst);
		return -ENOMEM;
	}
	skb->ip_summed = CHECKSUM_PARTIAL;

	th = skb_push(skb, LTCP_HDR_LEN + optlen);
	skb_reset_transport_header(skb);
	memset(th, 0, LTCP_HDR_LEN);
	th->source = flow->lport;
	th->dest = flow->rport;
	th->seq = htonl(r->seq);
	th->ack_seq = htonl(r->ack);
	th->doff = (LTCP_HDR_LEN + optlen) / 4;
	((u8 *)th)[13] = r->flags;
	th->window = htons(r->wnd);
	if (optlen)
		ltcp_options_write((u8 *)(th + 1), opt);

	LTCP_INC(flow->net, OutSegs);
	if (r->flags & LTCP_RST)
		LTCP_INC(flow->net, OutRsts);
	trace_ltcp_send(flow->net, flow->family, &flow->local, &flow->remote,
			th, 0, state);
	return af->reply(flow, skb, dst, r->sk);
}

int ltcp_reply(const struct ltcp_flow *flow, struct ltcp_reply *r, int state)
{
	return ltcp_reply_in(flow, r, state, NULL);
}

void ltcp_reply_rst_with(const struct ltcp_flow *flow,
			 const struct sk_buff *skb,
			 const struct ltcp_options *opt)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_reply r = { .flags = LTCP_RST };

	if (cb->flags & LTCP_RST)
		return;

	/* RFC 9293 3.10.7.1 */
	if (cb->flags & LTCP_ACK) {
		r.seq = cb->ack;
	} else {
		r.ack = cb->end_seq;
		r.flags |= LTCP_ACK;
	}
	if (opt && (opt->has & LTCP_HAS_TIMESTAMP)) {
		r.opt.has = LTCP_HAS_TIMESTAMP;
		r.opt.tsval = opt->tsval;
		/* RFC 7323 3.2 */
		r.opt.tsecr = (r.flags & LTCP_ACK) ? opt->tsecr : 0;
	}
	ltcp_reply(flow, &r, TCP_CLOSE);
}

void ltcp_reply_rst(const struct ltcp_flow *flow, const struct sk_buff *skb)
{
	ltcp_reply_rst_with(flow, skb, NULL);
}
