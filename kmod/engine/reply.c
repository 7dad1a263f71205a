// SPDX-License-Identifier: GPL-2.0
/*
 * Segments that no connection sends: the SYN-ACK of a half-open entry, the ACK
 * of a TIME_WAIT entry, the RST for what belongs nowhere.
 *
 * Called in softirq, from the tables and from the IP layer, with or without a
 * socket lock. Takes no lock. Each received segment causes at most one of
 * these, so nothing here amplifies what a spoofer sends.
 */

#include "ltcp.h"
#include "trace.h"

/* RFC 6691: the MSS option says what can be received. */
static u16 reply_mss(const struct ltcp_af_ops *af, const struct dst_entry *dst)
{
	u32 hdrs = af->net_hdr_len + LTCP_HDR_LEN;
	u32 mtu = max(READ_ONCE(dst->dev->mtu), hdrs + af->mss_default);

	return min_t(u32, mtu - hdrs, U16_MAX);
}

int ltcp_reply(const struct ltcp_flow *flow, const struct ltcp_reply *r,
	       int state)
{
	const struct ltcp_af_ops *af = &ltcp_ipv4_ops;
	struct ltcp_options opt = r->opt;
	struct dst_entry *dst = af->flow_route(flow, r->sk);
	unsigned int optlen = 0;
	struct sk_buff *skb;
	struct tcphdr *th;

	if (IS_ERR(dst))
		return PTR_ERR(dst);
	if (opt.has & LTCP_HAS_MSS)
		opt.mss = min(opt.mss, reply_mss(af, dst));
	if (opt.has)
		optlen = ltcp_options_len(&opt);
	skb = alloc_skb(LTCP_TX_HEADROOM, GFP_ATOMIC);
	if (!skb) {
		dst_release(dst);
		return -ENOMEM;
	}
	skb_reserve(skb, LTCP_TX_HEADROOM);
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
		ltcp_options_write((u8 *)(th + 1), &opt);

	LTCP_INC(flow->net, OutSegs);
	if (r->flags & LTCP_RST)
		LTCP_INC(flow->net, OutRsts);
	trace_ltcp_send(flow->net, flow->family, &flow->local, &flow->remote,
			th, 0, state);
	return af->reply(flow, skb, dst, r->sk);
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
