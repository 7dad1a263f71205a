// SPDX-License-Identifier: GPL-2.0
/*
 * From a valid packet to who it is for, the same for IPv4 and IPv6.
 *
 * The family's file has checked what must hold before anything is believed,
 * and has named the flow. The order is connection, half-open entry, TIME_WAIT
 * entry, listener; an object that moves from one table to the next is inserted
 * before it is removed, and a segment that found nothing looks for a connection
 * once more. IPsec policy and socket filters are asked before any of them sees
 * the segment.
 *
 * Runs in softirq under RCU; takes the socket lock around the engine.
 */

#include <linux/filter.h>
#include <net/ip.h>
#include <net/xfrm.h>

#include "control/control.h"
#include "ip/ip.h"
#include "ltcp.h"
#include "tables/tables.h"

enum ltcp_mib ltcp_segment_shape(struct sk_buff *skb)
{
	const struct tcphdr *th;

	if (skb->pkt_type != PACKET_HOST)
		return LTCP_MIB_DropBadAddress;
	if (!pskb_may_pull(skb, LTCP_HDR_LEN))
		return LTCP_MIB_DropShort;
	th = tcp_hdr(skb);
	if (th->doff < LTCP_HDR_LEN / 4 || !pskb_may_pull(skb, th->doff * 4))
		return LTCP_MIB_DropBadOffset;
	return 0;
}

void ltcp_segment_parse(struct sk_buff *skb, u16 ip_flags, u8 ecn)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct ltcp_skb_cb *cb = ltcp_cb(skb);

	memset(cb, 0, sizeof(*cb));
	cb->ip_flags = ip_flags;
	cb->ecn = ecn;
	cb->flags = ((const u8 *)th)[13];
	cb->seq = ntohl(th->seq);
	cb->end_seq = cb->seq + skb->len - th->doff * 4 + th->syn + th->fin;
	cb->ack = ntohl(th->ack_seq);
	cb->wnd = ntohs(th->window);
	cb->has_ts = ltcp_options_timestamp((const u8 *)(th + 1),
					    th->doff * 4 - LTCP_HDR_LEN,
					    &cb->tsval, &cb->tsecr);
}

void ltcp_segment_flow(const struct sk_buff *skb, struct ltcp_flow *flow)
{
	const struct tcphdr *th = tcp_hdr(skb);
	u64 hash;

	flow->lport = th->dest;
	flow->rport = th->source;
	hash = ltcp_flow_hash64(flow);
	flow->hash = (u32)hash;
	flow->cookie = hash >> 32;
}

/* For IPv6 older kernels look up in skb->cb where the next header is named. */
static bool ltcp_policy_ok6(struct sock *sk, struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_IPV6)
	const struct ltcp_skb_cb cb = *ltcp_cb(skb);
	bool ok;

	IP6CB(skb)->nhoff = cb.ip_flags;
	ok = xfrm6_policy_check(sk, XFRM_POLICY_IN, skb);
	*ltcp_cb(skb) = cb;
	return ok;
#else
	return true;
#endif
}

/* False: IPsec policy wants it dropped, and it is. @sk: of whom, or NULL */
static bool ltcp_policy_ok(struct sock *sk, const struct ltcp_flow *flow,
			   struct sk_buff *skb)
{
	if (ltcp_is_v6(flow->family) ? ltcp_policy_ok6(sk, skb) :
	    xfrm4_policy_check(sk, XFRM_POLICY_IN, skb))
		return true;
	ltcp_drop(flow->net, skb, LTCP_MIB_DropPolicy);
	return false;
}

/* False: dropped by IPsec policy or by a socket filter. */
static bool ltcp_admit(struct sock *sk, const struct ltcp_flow *flow,
		       struct sk_buff *skb)
{
	unsigned int len = skb->len;

	if (!ltcp_policy_ok(sk, flow, skb))
		return false;
	nf_reset_ct(skb);
	if (sk_filter_trim_cap(sk, skb, tcp_hdrlen(skb))) {
		ltcp_drop(flow->net, skb, LTCP_MIB_DropFilter);
		return false;
	}
	/* It cut the payload short. */
	if (skb->len != len)
		ltcp_segment_parse(skb, ltcp_cb(skb)->ip_flags,
				   ltcp_cb(skb)->ecn);
	return true;
}

/*
 * What may wait while a user has the socket, together with what was received:
 * all that our window offers, and ACKs of what we sent. Twice the receive
 * buffer, since the backlog counts what has been taken from it already until
 * the last of it is, and our ACKs bring more of it meanwhile.
 */
static u32 ltcp_backlog_limit(const struct sock *sk)
{
	u64 limit = 2ULL * READ_ONCE(sk->sk_rcvbuf) +
		    READ_ONCE(sk->sk_sndbuf) / 2 + 64 * 1024;

	return min_t(u64, limit, U32_MAX);
}

/* False: @sk is not @flow's connection any more, and skb is untouched. */
static bool ltcp_to_connection(struct sock *sk, const struct ltcp_flow *flow,
			       struct sk_buff *skb)
{
	u32 limit = ltcp_backlog_limit(sk);
	bool mine;

	bh_lock_sock_nested(sk);
	mine = ltcp_conn_match(sk, flow);
	if (!mine)
		goto unlock;
	if (!ltcp_admit(sk, flow, skb))
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
static bool ltcp_try_connection(const struct ltcp_flow *flow,
				struct sk_buff *skb)
{
	struct sock *sk;

	while ((sk = ltcp_conn_lookup(flow)))
		if (ltcp_to_connection(sk, flow, skb))
			return true;
	return false;
}

/* No connection has it. */
static void ltcp_to_tables(const struct ltcp_flow *flow, struct sk_buff *skb)
{
	struct sock *sk;
	u32 isn = 0;

	if (!ltcp_policy_ok(NULL, flow, skb))
		return;
	nf_reset_ct(skb);
	if (ltcp_halfopen_rcv(flow, skb))
		return;
	if (ltcp_tw_rcv(flow, skb, &isn) == LTCP_TW_EATEN)
		return;

	/* It may have become a connection while we looked elsewhere. */
	if (!isn && ltcp_try_connection(flow, skb))
		return;

	sk = ltcp_listen_lookup(flow);
	ltcp_trace_receive(flow, skb, sk ? TCP_LISTEN : TCP_CLOSE);
	if (sk) {
		if (ltcp_admit(sk, flow, skb))
			ltcp_listen_rcv(sk, flow, skb, isn);
		return;
	}
	ltcp_reply_rst(flow, skb);
	ltcp_drop(flow->net, skb, LTCP_MIB_DropNoConnection);
}

void ltcp_deliver(const struct ltcp_flow *flow, struct sk_buff *skb)
{
	if (!ltcp_try_connection(flow, skb))
		ltcp_to_tables(flow, skb);
}
