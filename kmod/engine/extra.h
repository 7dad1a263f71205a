/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_EXTRA_H
#define _LTCP_EXTRA_H

/*
 * What only some connections need, and only then: timers finer than jiffies,
 * and the search for the path MTU. It is larger than most of what a connection
 * has, so it is allocated when it is needed first, and stays.
 */

#include <linux/hrtimer.h>

#include "ltcp.h"

/**
 * struct ltcp_mtu_search - engine/mtu_probe.c; all [s]
 * @seq: first octet of the probe that is on its way, if @size
 * @since: jiffies when @low or @high last moved
 * @low: MTU that passes, as far as is known
 * @high: the largest that may pass
 * @size: MTU of the probe; 0: none is on its way
 */
struct ltcp_mtu_search {
	u32 seq;
	u32 since;
	u16 low;
	u16 high;
	u16 size;
};

/**
 * struct ltcp_extra - what hangs on ls->extra
 * @sk: the connection
 * @pacing: fires when @next has come; while it is started it holds a
 *	    reference, as do the others
 * @next: ktime_get_ns() before which nothing goes out [s]
 * @unthrottle: fires at once, when packets have left (engine/throttle.c)
 * @ack: fires when an ACK has waited for others (engine/ack_compress.c)
 * @ack_nxt: RCV.NXT when the next two were begun to be counted [s]
 * @acks_sent: ACKs of early segments that went out at once [s]
 * @acks_held: and that were put off since the last one [s]
 * @mtu: valid if ls->mtu_on [s]
 */
struct ltcp_extra {
	struct sock *sk;
	struct hrtimer pacing;
	u64 next;
	struct hrtimer unthrottle;
	struct hrtimer ack;
	u32 ack_nxt;
	u8 acks_sent;
	u8 acks_held;
	struct ltcp_mtu_search mtu;
};

/*
 * engine/extra.c
 */

/* That of @sk, made if there is none. NULL: no memory. [s] */
struct ltcp_extra *ltcp_extra_get(struct sock *sk);

/* A timer of @sk fired: run, or leave it to the owner. Puts a reference. */
void ltcp_extra_fired(struct sock *sk, enum ltcp_deferred what,
		      void (*run)(struct sock *sk));

/*
 * What the timers call
 */
enum hrtimer_restart ltcp_pacing_fire(struct hrtimer *timer);
enum hrtimer_restart ltcp_throttle_fire(struct hrtimer *timer);
enum hrtimer_restart ltcp_ack_fire(struct hrtimer *timer);

#endif /* _LTCP_EXTRA_H */
