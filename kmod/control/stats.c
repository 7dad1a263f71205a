// SPDX-License-Identifier: GPL-2.0
/*
 * Counters of protocol events, per namespace and CPU, and the one function
 * that drops a received segment.
 *
 * Counting is everyone's: LTCP_INC() and LTCP_ADD() of net.h, from any
 * context, without a lock. This file owns the memory, the sums that
 * /proc/net/ltcp_snmp shows, and the names. A sum is not a snapshot: counters
 * may move while the CPUs are added up.
 *
 * ltcp_drop() is called from softirq and from process context, with or
 * without locks; it takes none. It refuses reasons that are no Drop* counter.
 */

#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/skbuff.h>

#include "control/control.h"
#include "../ltcp.h"
#include "../trace.h"

#define LTCP_MIB_STRING(name, what) #name,

static const char * const ltcp_mib_names[LTCP_MIB_MAX] = {
	LTCP_MIB_LIST(LTCP_MIB_STRING)
};

/*
 * The kernel's own reason that comes nearest, for dropwatch and its like.
 * Only such as every supported kernel has.
 */
static enum skb_drop_reason ltcp_skb_reason(enum ltcp_mib reason)
{
	switch (reason) {
	case LTCP_MIB_DropShort:
		return SKB_DROP_REASON_PKT_TOO_SMALL;
	case LTCP_MIB_DropBadOffset:
		return SKB_DROP_REASON_HDR_TRUNC;
	case LTCP_MIB_DropBadChecksum:
		return SKB_DROP_REASON_TCP_CSUM;
	case LTCP_MIB_DropBadAddress:
		return SKB_DROP_REASON_IP_INADDRERRORS;
	case LTCP_MIB_DropNoConnection:
		return SKB_DROP_REASON_NO_SOCKET;
	case LTCP_MIB_DropBadFlags:
	case LTCP_MIB_DropNoAck:
	case LTCP_MIB_DropListen:
		return SKB_DROP_REASON_TCP_FLAGS;
	case LTCP_MIB_DropOldData:
		return SKB_DROP_REASON_TCP_OLD_DATA;
	case LTCP_MIB_DropOutOfWindow:
		return SKB_DROP_REASON_TCP_OVERWINDOW;
	case LTCP_MIB_DropBadAck:
		return SKB_DROP_REASON_TCP_ACK_UNSENT_DATA;
	case LTCP_MIB_DropRstSequence:
	case LTCP_MIB_DropRstTimeWait:
		return SKB_DROP_REASON_TCP_RESET;
	case LTCP_MIB_DropSynConnected:
		return SKB_DROP_REASON_TCP_INVALID_SYN;
	case LTCP_MIB_DropClosed:
		return SKB_DROP_REASON_TCP_CLOSE;
	case LTCP_MIB_DropZeroWindow:
		return SKB_DROP_REASON_TCP_ZEROWINDOW;
	case LTCP_MIB_DropReceiveBuffer:
		return SKB_DROP_REASON_SOCKET_RCVBUFF;
	case LTCP_MIB_DropBacklog:
		return SKB_DROP_REASON_SOCKET_BACKLOG;
	case LTCP_MIB_DropNoMemory:
		return SKB_DROP_REASON_NOMEM;
	case LTCP_MIB_DropFilter:
		return SKB_DROP_REASON_SOCKET_FILTER;
	case LTCP_MIB_DropPolicy:
		return SKB_DROP_REASON_XFRM_POLICY;
	default:
		return SKB_DROP_REASON_NOT_SPECIFIED;
	}
}

void ltcp_drop(const struct net *net, struct sk_buff *skb,
	       enum ltcp_mib reason)
{
	if (WARN_ON_ONCE(reason < LTCP_MIB_FIRST_DROP ||
			 reason >= LTCP_MIB_MAX)) {
		kfree_skb(skb);
		return;
	}

	this_cpu_inc(ltcp_net(net)->mib->count[reason]);
	trace_ltcp_drop(net, skb, reason);
	kfree_skb_reason(skb, ltcp_skb_reason(reason));
}

void ltcp_drop_from(struct sock *sk, struct sk_buff *skb, enum ltcp_mib reason)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);

	ltcp_history_note(sk, reason, cb->seq - ltcp_sk(sk)->rcv.irs,
			  cb->ack - ltcp_sk(sk)->snd.iss);
	ltcp_drop(sock_net(sk), skb, reason);
}

/**
 * ltcp_stats_fold() - sum of one counter over all CPUs
 * @ln: namespace
 * @item: counter
 *
 * Wraps at the size of a long, as the counters of /proc/net/snmp do.
 */
unsigned long ltcp_stats_fold(const struct ltcp_net *ln, enum ltcp_mib item)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(ln->mib, cpu)->count[item]);
	return sum;
}

/**
 * ltcp_mib_name() - name of a counter as in /proc/net/ltcp_snmp
 * @item: counter
 */
const char *ltcp_mib_name(enum ltcp_mib item)
{
	return ltcp_mib_names[item];
}

int ltcp_stats_net_init(struct ltcp_net *ln)
{
	ln->mib = alloc_percpu(struct ltcp_counters);
	return ln->mib ? 0 : -ENOMEM;
}

/* Nothing of this namespace may count any more. */
void ltcp_stats_net_exit(struct ltcp_net *ln)
{
	free_percpu(ln->mib);
	ln->mib = NULL;
}
