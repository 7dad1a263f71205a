// SPDX-License-Identifier: GPL-2.0
/*
 * Proportional rate reduction (RFC 6937, with the bound of RFC 9937): instead
 * of waiting in silence until half a flight has arrived, and then sending the
 * other half at once, the sender sends a little for each ACK.
 *
 * recovery.c asks for each ACK of an episode, output.c counts what is sent.
 * Octets, where the RFC may count segments. No locks, no kernel: it also
 * compiles in user space.
 */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "prr.h"

void ltcp_prr_begin(struct ltcp_prr *p, u32 flight)
{
	*p = (struct ltcp_prr){ .flight = flight };
}

/* What should have been sent by now, and has not. */
static u32 prr_proportional(const struct ltcp_prr *p, u32 ssthresh)
{
	u32 flight = max(p->flight, 1U);
	u64 due = (u64)p->delivered * ssthresh + flight - 1;

	due = div_u64(due, flight);
	return due > p->out ? min_t(u64, due - p->out, p->delivered) : 0;
}

u32 ltcp_prr_more(struct ltcp_prr *p, u32 delivered, u32 pipe, u32 ssthresh,
		  u32 mss, bool safe)
{
	u32 more;

	p->delivered += delivered;
	if (pipe > ssthresh) {
		more = prr_proportional(p, ssthresh);
	} else {
		more = p->delivered > p->out ? p->delivered - p->out : 0;
		more = max(more, delivered);
		if (safe)
			more += mss;
		more = min(more, ssthresh - pipe);
	}
	/* The first retransmission goes out in any case. */
	return p->out || more ? more : mss;
}
