/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_PRR_H
#define _LTCP_PRR_H

/*
 * Proportional rate reduction (RFC 6937): how much may be sent in answer to an
 * ACK while a loss is repaired. A leaf: it compiles in user space too.
 */

#include <linux/types.h>

/**
 * struct ltcp_prr - one episode; all in octets
 * @flight: on its way when it began (RecoverFS)
 * @delivered: arrived since (prr_delivered)
 * @out: sent since (prr_out); counted by who sends
 */
struct ltcp_prr {
	u32 flight;
	u32 delivered;
	u32 out;
};

/**
 * ltcp_prr_begin() - an episode of loss begins
 * @p: state
 * @flight: octets that were sent and had not arrived before the ACK that is
 *	    being looked at
 */
void ltcp_prr_begin(struct ltcp_prr *p, u32 flight);

/**
 * ltcp_prr_more() - an ACK in an episode
 * @p: state
 * @delivered: octets that it was the first to tell of
 * @pipe: octets that are on their way now
 * @ssthresh: and shall be in the end
 * @mss: octets of a segment
 * @safe: it moved SND.UNA, and showed no further loss
 *
 * More than @ssthresh on its way is reduced in proportion to what arrives; less
 * is filled up as in slow start where that is safe, else by what arrives.
 *
 * Return: octets that may be sent now.
 */
u32 ltcp_prr_more(struct ltcp_prr *p, u32 delivered, u32 pipe, u32 ssthresh,
		  u32 mss, bool safe);

#endif /* _LTCP_PRR_H */
