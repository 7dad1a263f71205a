// SPDX-License-Identifier: GPL-2.0
/*
 * Fewer ACKs for what comes early. Each such segment is worth an ACK at once
 * (RFC 5681 4.2), since three of them tell of a loss; but where there is SACK
 * the later ones say little that the next would not say as well, and on a path
 * that reorders they are as many as the segments. So after the first three for
 * a hole one ACK stands for several, put off by a fraction of the round trip
 * (comp_sack_delay_ns, comp_sack_nr). What fills a hole, and what came twice,
 * is told at once as ever.
 *
 * Called by input.c under the socket lock. Whatever ACK goes out in between
 * says the same; the timer then finds nothing to do.
 */

#include "engine/extra.h"

/* ACKs that go out at once, for a peer that counts them. */
#define LTCP_ACKS_AT_ONCE	3

/* Of a round trip so much at most: 1/20. */
#define LTCP_ACK_RTT_SHARE	20

static u64 ack_delay_ns(const struct sock *sk)
{
	u64 most = READ_ONCE(ltcp_net(sock_net(sk))->comp_sack_delay_ns);

	/* srtt_us counts eighths */
	return min(most, (u64)ltcp_sk(sk)->rtt.srtt_us * (NSEC_PER_USEC / 8) /
			 LTCP_ACK_RTT_SHARE);
}

bool ltcp_ack_compress(struct sock *sk)
{
	u32 most = READ_ONCE(ltcp_net(sock_net(sk))->comp_sack_nr);
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_extra *x;

	ltcp_owned(sk);
	if (!ls->sack_ok || ls->dsack_due || !most)
		return false;
	x = ltcp_extra_get(sk);
	if (!x)
		return false;
	if (x->ack_nxt != ls->rcv.nxt) {
		x->ack_nxt = ls->rcv.nxt;
		x->acks_sent = 0;
		x->acks_held = 0;
	}
	if (x->acks_sent < LTCP_ACKS_AT_ONCE || x->acks_held >= most) {
		x->acks_sent = min(x->acks_sent + 1, LTCP_ACKS_AT_ONCE);
		x->acks_held = 0;
		return false;
	}
	x->acks_held++;
	LTCP_INC(sock_net(sk), AcksCompressed);
	if (!hrtimer_is_queued(&x->ack)) {
		sock_hold(sk);
		hrtimer_start(&x->ack, ns_to_ktime(ack_delay_ns(sk)),
			      HRTIMER_MODE_REL_SOFT);
	}
	return true;
}

void ltcp_ack_compressed(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ltcp_owned(sk);
	if (sk->sk_state == TCP_CLOSE || !(ls->ack_flags & LTCP_ACK_EARLY))
		return;
	ls->extra->acks_held = 0;
	ltcp_send_ack(sk);
}

enum hrtimer_restart ltcp_ack_fire(struct hrtimer *timer)
{
	struct ltcp_extra *x = container_of(timer, struct ltcp_extra, ack);

	ltcp_extra_fired(x->sk, LTCP_DEFER_ACK, ltcp_ack_compressed);
	return HRTIMER_NORESTART;
}
