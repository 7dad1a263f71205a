// SPDX-License-Identifier: GPL-2.0
/*
 * What only some connections need (extra.h): made when it is needed first, and
 * freed with the connection, a grace period after the last reference. Until
 * then its timers may be started by whoever has one. What they do is told in
 * the file that starts them.
 */

#include <linux/slab.h>

#include "engine/extra.h"

struct ltcp_extra *ltcp_extra_get(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_extra *x = ls->extra;

	ltcp_owned(sk);
	if (x)
		return x;
	x = kzalloc(sizeof(*x), GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!x)
		return NULL;
	x->sk = sk;
	hrtimer_setup(&x->pacing, ltcp_pacing_fire, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
	hrtimer_setup(&x->unthrottle, ltcp_throttle_fire, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);
	hrtimer_setup(&x->ack, ltcp_ack_fire, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL_SOFT);
	ls->extra = x;
	return x;
}

void ltcp_extra_fired(struct sock *sk, enum ltcp_deferred what,
		      void (*run)(struct sock *sk))
{
	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		run(sk);
	else if (!test_and_set_bit(what, &sk->sk_tsq_flags))
		sock_hold(sk);	/* for ltcp_release_cb() */
	bh_unlock_sock(sk);
	/* What is left is freed after a grace period: not under our feet. */
	sock_put(sk);
}

void ltcp_extra_free(struct sock *sk)
{
	kfree(ltcp_sk(sk)->extra);
	ltcp_sk(sk)->extra = NULL;
}
