/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ltcp

#if !defined(_LTCP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LTCP_TRACE_H

/*
 * Tracepoints: segments in and out, changes of state, windows, retransmissions,
 * drops, floods.
 * Each line is a list of name=value without blanks in the values, and ends
 * with the inode number of the namespace, as in /proc/PID/ns/net:
 *
 *	src=10.0.0.1:4000 dst=10.0.0.2:80 seq=1 ack=0 flags=SYN win=64240
 *	len=0 state=SYN_SENT net=4026531840
 *
 * Of a segment, src is who sent it; of a connection, src is this side. Those of
 * IPv6 are in brackets: src=[2001:db8::1]:4000.
 * Numbers are unsigned and decimal. No event is in a path that sleeps.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/tracepoint.h>
#include <net/tcp_states.h>

#include "ip/ip.h"
#include "ltcp.h"

#define LTCP_TRACE_STATES(X)						\
	X(ESTABLISHED)							\
	X(SYN_SENT)							\
	X(SYN_RECV)							\
	X(FIN_WAIT1)							\
	X(FIN_WAIT2)							\
	X(TIME_WAIT)							\
	X(CLOSE)							\
	X(CLOSE_WAIT)							\
	X(LAST_ACK)							\
	X(LISTEN)							\
	X(CLOSING)

/* Programs that read binary traces need the values behind the names. */
#define LTCP_TRACE_STATE_ENUM(name) TRACE_DEFINE_ENUM(TCP_##name);
#define LTCP_TRACE_DROP_ENUM(name, what) TRACE_DEFINE_ENUM(LTCP_MIB_##name);
#define LTCP_TRACE_EVENT_ENUM(name, text, flags, what) \
	TRACE_DEFINE_ENUM(LTCP_EV_##name);
LTCP_TRACE_STATES(LTCP_TRACE_STATE_ENUM)
LTCP_DROP_LIST(LTCP_TRACE_DROP_ENUM)
LTCP_EVENT_LIST(LTCP_TRACE_EVENT_ENUM)
#undef LTCP_TRACE_STATE_ENUM
#undef LTCP_TRACE_DROP_ENUM
#undef LTCP_TRACE_EVENT_ENUM

#define LTCP_TRACE_STATE_NAME(name) { TCP_##name, #name },
#define LTCP_TRACE_DROP_NAME(name, what) { LTCP_MIB_##name, #name },
#define LTCP_TRACE_EVENT_NAME(name, text, flags, what) \
	{ LTCP_EV_##name, #name },

#define ltcp_show_state(state)						\
	__print_symbolic(state,						\
			 LTCP_TRACE_STATES(LTCP_TRACE_STATE_NAME)	\
			 { 0, "NONE" })

/* Names of engine/fsm.h */
#define ltcp_show_event(event)						\
	__print_symbolic(event,						\
			 LTCP_EVENT_LIST(LTCP_TRACE_EVENT_NAME)		\
			 { LTCP_NR_EVENTS, "NONE" })

#define ltcp_show_drop(reason)						\
	__print_symbolic(reason,					\
			 LTCP_DROP_LIST(LTCP_TRACE_DROP_NAME)		\
			 { LTCP_MIB_MAX, "NONE" })

#define ltcp_show_flags(flags)						\
	__print_flags(flags, "|",					\
		      { LTCP_FIN, "FIN" },				\
		      { LTCP_SYN, "SYN" },				\
		      { LTCP_RST, "RST" },				\
		      { LTCP_PSH, "PSH" },				\
		      { LTCP_ACK, "ACK" },				\
		      { LTCP_URG, "URG" },				\
		      { LTCP_ECE, "ECE" },				\
		      { LTCP_CWR, "CWR" })

/* What every event has: both ends and the namespace. */
#define LTCP_TRACE_ENDS							\
	__array(__u8, src, sizeof(struct sockaddr_in6))			\
	__array(__u8, dst, sizeof(struct sockaddr_in6))			\
	__field(u32, netns)

#ifdef CREATE_TRACE_POINTS
/* @buf is a struct sockaddr_in6, or one of IPv4, of which no octet is junk. */
static inline void ltcp_trace_end(void *buf, int family,
				  const union ltcp_addr *addr, __be16 port)
{
	struct sockaddr_in6 *sin6 = buf;
	struct sockaddr_in *sin = buf;

	memset(buf, 0, sizeof(*sin6));
	if (ltcp_is_v6(family)) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = port;
		sin6->sin6_addr = addr->v6;
	} else {
		sin->sin_family = AF_INET;
		sin->sin_port = port;
		sin->sin_addr.s_addr = addr->v4;
	}
}

static inline void ltcp_trace_flow(void *src, void *dst,
				   const struct ltcp_flow *flow)
{
	ltcp_trace_end(src, flow->family, &flow->local, flow->lport);
	ltcp_trace_end(dst, flow->family, &flow->remote, flow->rport);
}

static inline void ltcp_trace_sock(void *src, void *dst, const struct sock *sk)
{
	struct ltcp_flow flow;

	ltcp_sk(sk)->af->flow_of(sk, &flow);
	ltcp_trace_flow(src, dst, &flow);
}

/*
 * A dropped skb may have no TCP header, or half of one. Returns its header if
 * it and an IP header in front of it are in the linear part, else NULL.
 */
static inline const struct tcphdr *ltcp_trace_hdr(const struct sk_buff *skb)
{
	unsigned int least = sizeof(struct iphdr);
	unsigned int end;

	if (!skb_transport_header_was_set(skb))
		return NULL;
	end = skb->transport_header + sizeof(struct tcphdr);
	if (skb->head + end > skb_tail_pointer(skb))
		return NULL;
	if (skb->network_header > skb->transport_header ||
	    skb_network_header_len(skb) < least)
		return NULL;
	if (ip_hdr(skb)->version == 6)
		least = sizeof(struct ipv6hdr);
	else if (ip_hdr(skb)->version != 4)
		return NULL;
	return skb_network_header_len(skb) < least ? NULL : tcp_hdr(skb);
}

/* The ends of a segment that ltcp_trace_hdr() found whole. */
static inline void ltcp_trace_ends(void *src, void *dst,
				   const struct sk_buff *skb,
				   const struct tcphdr *th)
{
	struct ltcp_flow flow = { .lport = th->source, .rport = th->dest };

	if (ip_hdr(skb)->version == 6) {
		flow.family = AF_INET6;
		flow.local.v6 = ipv6_hdr(skb)->saddr;
		flow.remote.v6 = ipv6_hdr(skb)->daddr;
	} else {
		flow.family = AF_INET;
		flow.local.v4 = ip_hdr(skb)->saddr;
		flow.remote.v4 = ip_hdr(skb)->daddr;
	}
	ltcp_trace_flow(src, dst, &flow);
}
#endif /* CREATE_TRACE_POINTS */

DECLARE_EVENT_CLASS(ltcp_segment,

	TP_PROTO(const struct net *net, u16 family,
		 const union ltcp_addr *src, const union ltcp_addr *dst,
		 const struct tcphdr *th, u32 payload, int state),

	TP_ARGS(net, family, src, dst, th, payload, state),

	TP_STRUCT__entry(
		LTCP_TRACE_ENDS
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, payload)
		__field(u16, window)
		__field(u16, family)
		__field(u8, flags)
		__field(u8, state)
	),

	TP_fast_assign(
		ltcp_trace_end(__entry->src, family, src, th->source);
		ltcp_trace_end(__entry->dst, family, dst, th->dest);
		__entry->netns = net->ns.inum;
		__entry->seq = ntohl(th->seq);
		__entry->ack = ntohl(th->ack_seq);
		__entry->payload = payload;
		__entry->window = ntohs(th->window);
		__entry->family = family;
		__entry->flags = ((const u8 *)th)[13];
		__entry->state = state;
	),

	TP_printk("src=%pISpc dst=%pISpc seq=%u ack=%u flags=%s win=%u len=%u state=%s net=%u",
		  __entry->src, __entry->dst,
		  __entry->seq, __entry->ack, ltcp_show_flags(__entry->flags),
		  __entry->window, __entry->payload,
		  ltcp_show_state(__entry->state), __entry->netns)
);

/* A segment arrived; state is the connection's before it is looked at. */
DEFINE_EVENT(ltcp_segment, ltcp_receive,

	TP_PROTO(const struct net *net, u16 family,
		 const union ltcp_addr *src, const union ltcp_addr *dst,
		 const struct tcphdr *th, u32 payload, int state),

	TP_ARGS(net, family, src, dst, th, payload, state)
);

/* A segment goes to IP, whoever made it. */
DEFINE_EVENT(ltcp_segment, ltcp_send,

	TP_PROTO(const struct net *net, u16 family,
		 const union ltcp_addr *src, const union ltcp_addr *dst,
		 const struct tcphdr *th, u32 payload, int state),

	TP_ARGS(net, family, src, dst, th, payload, state)
);

TRACE_EVENT(ltcp_state,

	TP_PROTO(const struct sock *sk, int oldstate, int newstate,
		 enum ltcp_event event),

	TP_ARGS(sk, oldstate, newstate, event),

	TP_STRUCT__entry(
		LTCP_TRACE_ENDS
		__field(const void *, skaddr)
		__field(u8, oldstate)
		__field(u8, newstate)
		__field(u8, event)
	),

	TP_fast_assign(
		ltcp_trace_sock(__entry->src, __entry->dst, sk);
		__entry->netns = sock_net(sk)->ns.inum;
		__entry->skaddr = sk;
		__entry->oldstate = oldstate;
		__entry->newstate = newstate;
		__entry->event = event;
	),

	TP_printk("src=%pISpc dst=%pISpc old=%s new=%s event=%s sk=%p net=%u",
		  __entry->src, __entry->dst,
		  ltcp_show_state(__entry->oldstate),
		  ltcp_show_state(__entry->newstate),
		  ltcp_show_event(__entry->event),
		  __entry->skaddr, __entry->netns)
);

TRACE_EVENT(ltcp_retransmit,

	TP_PROTO(const struct sock *sk, u32 seq, u32 end_seq, u8 retries),

	TP_ARGS(sk, seq, end_seq, retries),

	TP_STRUCT__entry(
		LTCP_TRACE_ENDS
		__field(const void *, skaddr)
		__field(u32, seq)
		__field(u32, end_seq)
		__field(u8, retries)
		__field(u8, state)
	),

	TP_fast_assign(
		ltcp_trace_sock(__entry->src, __entry->dst, sk);
		__entry->netns = sock_net(sk)->ns.inum;
		__entry->skaddr = sk;
		__entry->seq = seq;
		__entry->end_seq = end_seq;
		__entry->retries = retries;
		__entry->state = sk->sk_state;
	),

	TP_printk("src=%pISpc dst=%pISpc seq=%u end=%u retries=%u state=%s sk=%p net=%u",
		  __entry->src, __entry->dst,
		  __entry->seq, __entry->end_seq, __entry->retries,
		  ltcp_show_state(__entry->state),
		  __entry->skaddr, __entry->netns)
);

/*
 * Where a connection stands after a segment that it took, and what that led to:
 * sequence numbers, windows in octets, the smoothed round trip in microseconds,
 * octets on their way as far as is known (pipe), octets written and not
 * acknowledged (sndq), received and not read (rcvq). ssthresh 4294967295: none.
 */
TRACE_EVENT(ltcp_window,

	TP_PROTO(const struct sock *sk),

	TP_ARGS(sk),

	TP_STRUCT__entry(
		LTCP_TRACE_ENDS
		__field(u32, una)
		__field(u32, nxt)
		__field(u32, wnd)
		__field(u32, cwnd)
		__field(u32, ssthresh)
		__field(u32, srtt)
		__field(u32, pipe)
		__field(u32, sndq)
		__field(u32, rcvq)
		__field(u8, state)
	),

	TP_fast_assign(
		const struct ltcp_sock *ls = ltcp_sk(sk);

		ltcp_trace_sock(__entry->src, __entry->dst, sk);
		__entry->netns = sock_net(sk)->ns.inum;
		__entry->una = ls->snd.una;
		__entry->nxt = ls->snd.nxt;
		__entry->wnd = ls->snd.wnd;
		__entry->cwnd = ls->cong.cwnd;
		__entry->ssthresh = ls->cong.ssthresh;
		__entry->srtt = ls->rtt.srtt_us / 8;
		__entry->pipe = ltcp_pipe(ls);
		__entry->sndq = ls->write_seq - ls->snd.una;
		__entry->rcvq = ls->rcv.nxt - ls->copied_seq;
		__entry->state = sk->sk_state;
	),

	TP_printk("src=%pISpc dst=%pISpc una=%u nxt=%u wnd=%u cwnd=%u ssthresh=%u srtt=%u pipe=%u sndq=%u rcvq=%u state=%s net=%u",
		  __entry->src, __entry->dst,
		  __entry->una, __entry->nxt, __entry->wnd, __entry->cwnd,
		  __entry->ssthresh, __entry->srtt, __entry->pipe,
		  __entry->sndq, __entry->rcvq,
		  ltcp_show_state(__entry->state), __entry->netns)
);

/* All zero but len, reason and net: the segment had no whole TCP header. */
TRACE_EVENT(ltcp_drop,

	TP_PROTO(const struct net *net, const struct sk_buff *skb, int reason),

	TP_ARGS(net, skb, reason),

	TP_STRUCT__entry(
		LTCP_TRACE_ENDS
		__field(const void *, skbaddr)
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, len)
		__field(int, reason)
		__field(u8, flags)
	),

	TP_fast_assign(
		const struct tcphdr *th = ltcp_trace_hdr(skb);
		const union ltcp_addr nowhere = { };

		if (th) {
			ltcp_trace_ends(__entry->src, __entry->dst, skb, th);
		} else {
			ltcp_trace_end(__entry->src, AF_INET, &nowhere, 0);
			ltcp_trace_end(__entry->dst, AF_INET, &nowhere, 0);
		}
		__entry->netns = net->ns.inum;
		__entry->skbaddr = skb;
		__entry->seq = th ? ntohl(th->seq) : 0;
		__entry->ack = th ? ntohl(th->ack_seq) : 0;
		__entry->len = skb->len;
		__entry->reason = reason;
		__entry->flags = th ? ((const u8 *)th)[13] : 0;
	),

	TP_printk("src=%pISpc dst=%pISpc seq=%u ack=%u flags=%s len=%u reason=%s net=%u",
		  __entry->src, __entry->dst,
		  __entry->seq, __entry->ack, ltcp_show_flags(__entry->flags),
		  __entry->len, ltcp_show_drop(__entry->reason),
		  __entry->netns)
);

/* The half-open entries of the listener src became too many, with dst's. */
TRACE_EVENT(ltcp_flood,

	TP_PROTO(const struct sock *sk, const struct ltcp_flow *flow,
		 u32 halfopens, bool cookies),

	TP_ARGS(sk, flow, halfopens, cookies),

	TP_STRUCT__entry(
		LTCP_TRACE_ENDS
		__field(const void *, skaddr)
		__field(u32, halfopens)
		__field(bool, cookies)
	),

	TP_fast_assign(
		ltcp_trace_flow(__entry->src, __entry->dst, flow);
		__entry->netns = sock_net(sk)->ns.inum;
		__entry->skaddr = sk;
		__entry->halfopens = halfopens;
		__entry->cookies = cookies;
	),

	TP_printk("src=%pISpc dst=%pISpc halfopens=%u cookies=%u sk=%p net=%u",
		  __entry->src, __entry->dst,
		  __entry->halfopens, __entry->cookies,
		  __entry->skaddr, __entry->netns)
);

#endif /* _LTCP_TRACE_H */

/* This part is outside the guard: it instantiates the events. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
