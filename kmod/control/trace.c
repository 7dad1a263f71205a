// SPDX-License-Identifier: GPL-2.0
/*
 * The one place where the tracepoints of trace.h become code. Every other
 * file only calls them. The build gives this file the directory of trace.h
 * as an include path (-I), which <trace/define_trace.h> reads it through.
 */

#include "control/control.h"

#define CREATE_TRACE_POINTS
#include "../trace.h"

void ltcp_trace_receive(const struct ltcp_flow *flow,
			const struct sk_buff *skb, int state)
{
	const struct tcphdr *th = tcp_hdr(skb);

	if (trace_ltcp_receive_enabled())
		trace_ltcp_receive(flow->net, flow->family, &flow->remote,
				   &flow->local, th, skb->len - th->doff * 4,
				   state);
}
