// SPDX-License-Identifier: GPL-2.0
/*
 * When is a segment lost, and what is sent again: NewReno (RFC 5681, RFC 6582)
 * over whichever congestion control the connection uses.
 *
 * ack.c reports duplicate ACKs and progress, timer.c reports timeouts. This
 * file moves between three states (enum ltcp_loss_state), sets cwnd on the way
 * in and out, and asks output.c for retransmissions. Runs under the socket
 * lock. How cwnd grows in between is the business of the algorithm.
 */

#include "ltcp.h"

/* A new episode: what was sent so far is what it repairs (RFC 6582 3.2). */
static void ltcp_loss_enter(struct sock *sk, enum ltcp_loss_state state)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	/*
	 * One reduction an episode: a timeout in recovery keeps ssthresh. What
	 * limited transmit sent is not in cwnd, nor does it count: RFC 5681 3.2
	 */
	if (ls->loss == LTCP_LOSS_NONE)
		ls->cong.ssthresh =
			ls->cong.ops->ssthresh(&ls->cong, min(ltcp_flight(ls),
							      ls->cong.cwnd));
	ls->loss = state;
	ls->recover = ls->snd.nxt;
	ls->cong.acked_cnt = 0;
}

void ltcp_recovery_dupack(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 threshold = READ_ONCE(ltcp_net(sock_net(sk))->reordering);

	LTCP_INC(sock_net(sk), DupAcksIn);
	if (ls->dupacks < U8_MAX)
		ls->dupacks++;

	if (ls->loss == LTCP_LOSS_FAST) {
		/*
		 * A segment left the network (RFC 5681 3.2, step 4). No more
		 * than were there can leave, whatever the peer says.
		 */
		if (ls->cong.cwnd < ls->cong.ssthresh + ltcp_flight(ls))
			ls->cong.cwnd += ls->mss;
		return;
	}
	if (ls->loss == LTCP_LOSS_RTO)
		return;
	if (ls->dupacks < threshold) {
		/*
		 * Limited transmit (RFC 3042): the window is widened by what
		 * the duplicates say has left, for this one call only.
		 */
		u32 cwnd = ls->cong.cwnd;

		if (ls->dupacks <= 2) {
			ls->cong.cwnd += ls->dupacks * ls->mss;
			ltcp_output(sk);
			ls->cong.cwnd = cwnd;
		}
		return;
	}
	/* Duplicates of what an earlier episode resent: RFC 6582 3.2, step 2 */
	if (ls->dupacks > threshold || !ltcp_after(ls->snd.una, ls->recover))
		return;

	LTCP_INC(sock_net(sk), FastRetransmits);
	ltcp_loss_enter(sk, LTCP_LOSS_FAST);
	ltcp_retransmit(sk, ls->snd.una);
	ls->cong.cwnd = ls->cong.ssthresh + threshold * ls->mss;
}

/* RFC 6582 3.2, step 3: an ACK of new data in fast recovery. */
static void ltcp_recovery_fast_acked(struct sock *sk, u32 acked)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_cong *ca = &ls->cong;

	if (!ltcp_before(ls->snd.una, ls->recover)) {
		/* Full: deflate, without the burst an empty pipe would give. */
		ca->cwnd = min(ca->ssthresh,
			       max(ltcp_flight(ls), ls->mss) + ls->mss);
		ls->loss = LTCP_LOSS_NONE;
		return;
	}

	/* Partial: the next hole begins here. */
	LTCP_INC(sock_net(sk), PartialAcks);
	ltcp_retransmit(sk, ls->snd.una);
	ca->cwnd -= min(ca->cwnd, acked);
	if (acked >= ls->mss)
		ca->cwnd += ls->mss;
	ca->cwnd = max(ca->cwnd, ls->mss);
}

/*
 * After a timeout all that was in flight is taken for lost, and sent again as
 * fast as slow start allows (RFC 5681 3.1): what is in the network is what was
 * resent, from SND.UNA to ls->resent.
 */
static void ltcp_resend_lost(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 end;

	if (ltcp_before(ls->resent, ls->snd.una))
		ls->resent = ls->snd.una;
	while (ltcp_before(ls->resent, ls->recover) &&
	       ls->resent - ls->snd.una + ls->mss <= ls->cong.cwnd) {
		end = ltcp_retransmit(sk, ls->resent);
		if (end == ls->resent)
			return;
		ls->resent = end;
	}
}

void ltcp_recovery_acked(struct sock *sk, u32 acked, u32 rtt_us)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_cong_ack ack = {
		.acked = acked,
		.flight = ltcp_flight(ls) + acked,
		.rtt_us = rtt_us,
		.now_us = ltcp_clock_us(),
		.cwnd_limited = ls->cwnd_limited,
	};

	ls->dupacks = 0;
	if (ls->loss == LTCP_LOSS_FAST) {
		ltcp_recovery_fast_acked(sk, acked);
		return;
	}
	if (ls->loss == LTCP_LOSS_RTO) {
		/* The ACK may cover what had arrived before: RFC 3465 2.3 */
		ack.acked = min(acked, ls->mss);
		ack.cwnd_limited = true;
		if (!ltcp_before(ls->snd.una, ls->recover))
			ls->loss = LTCP_LOSS_NONE;
	}
	if (ls->loss == LTCP_LOSS_NONE && ltcp_after(ls->snd.una, ls->recover))
		ls->recover = ls->snd.una - 1;	/* lest it wrap around */
	ls->cong.ops->acked(&ls->cong, &ack);
	if (ls->loss == LTCP_LOSS_RTO)
		ltcp_resend_lost(sk);
}

void ltcp_recovery_timeout(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	/* Without data there is no loss; the initial window remembers. */
	if (!((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV))) {
		ltcp_loss_enter(sk, LTCP_LOSS_RTO);
		if (ls->cong.ops->timeout)
			ls->cong.ops->timeout(&ls->cong);
		ls->cong.cwnd = ls->mss;	/* loss window, RFC 5681 3.1 */
		ls->dupacks = 0;
	}
	ls->resent = ltcp_retransmit(sk, ls->snd.una);
}
