// SPDX-License-Identifier: GPL-2.0
/*
 * Explicit Congestion Notification: RFC 3168, and RFC 8257 for algorithms that
 * want each mark.
 *
 * Routers mark packets (CE) instead of dropping them. The receiver of the data
 * says so in its ACKs (ECE) until the sender tells that it heard (CWR). The
 * sender answers as if a segment had been lost, once in a window. Whether both
 * sides can is agreed on by the same bits of the two SYNs.
 *
 * Called by input.c and ack.c with what came in, and by output.c for what goes
 * out, with the socket locked. What a SYN says to a listener is in tables/.
 */

#include <net/inet_ecn.h>

#include "control/control.h"
#include "engine/loss.h"
#include "ltcp.h"

#define LTCP_ECN_BITS	(LTCP_ECE | LTCP_CWR)

u8 ltcp_ecn_ask(struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	struct ltcp_sock *ls = ltcp_sk(sk);

	ls->ecn_ok = READ_ONCE(ln->ecn) == 1 || ls->cong.ops->exact_ecn;
	return ls->ecn_ok ? LTCP_ECN_BITS : 0;
}

void ltcp_ecn_fall_back(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!ls->ecn_ok || sk->sk_state != TCP_SYN_SENT ||
	    !READ_ONCE(ltcp_net(sock_net(sk))->ecn_fallback))
		return;
	ls->ecn_ok = 0;
	ltcp_cb(ltcp_rtx_first(sk))->flags &= ~LTCP_ECN_BITS;
	LTCP_INC(sock_net(sk), EcnFallbacks);
}

void ltcp_ecn_answered(struct ltcp_sock *ls, u8 flags)
{
	if ((flags & LTCP_ECN_BITS) != LTCP_ECE)
		ls->ecn_ok = 0;
}

bool ltcp_ecn_asked(const struct sock *listener, const struct sk_buff *syn)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(listener));
	const struct ltcp_skb_cb *cb = ltcp_cb(syn);
	const struct ltcp_cong_ops *ops;

	/* A SYN with a mark has met someone who changes them: 6.1.1 */
	if ((cb->flags & LTCP_ECN_BITS) != LTCP_ECN_BITS || cb->ecn)
		return false;
	if (READ_ONCE(ln->ecn))
		return true;
	/* Its user may be changing it just now. RCU keeps what it was. */
	ops = READ_ONCE(ltcp_sk(listener)->cong.ops);
	return ops && ops->exact_ecn;
}

u8 ltcp_ecn_flags(struct ltcp_sock *ls, u8 flags, bool fresh)
{
	u8 more = 0;

	if (!ls->ecn_ok || (flags & (LTCP_SYN | LTCP_RST | LTCP_ACK)) !=
			   LTCP_ACK)
		return 0;
	if (ls->ecn_echo)
		more |= LTCP_ECE;
	if (ls->ecn_cwr && fresh) {
		ls->ecn_cwr = 0;
		more |= LTCP_CWR;
	}
	return more;
}

/* RFC 8257 3.2: what is acknowledged together has the same mark. */
static void ecn_rcv_exact(struct sock *sk, bool marked)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (marked == ls->ecn_echo)
		return;
	if (ls->ack_flags & LTCP_ACK_PENDING)
		ltcp_send_ack(sk);
	ls->ecn_echo = marked;
	ls->ack_flags |= LTCP_ACK_NOW;
}

void ltcp_ecn_rcv(struct sock *sk, const struct ltcp_skb_cb *cb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	bool marked = cb->ecn == INET_ECN_CE;

	ltcp_owned(sk);
	if (!ls->ecn_ok)
		return;
	if (cb->ecn)
		ls->ecn_seen = 1;
	if (marked)
		LTCP_INC(sock_net(sk), EcnCeIn);
	if (ls->cong.ops->exact_ecn) {
		ecn_rcv_exact(sk, marked);
		return;
	}
	if (cb->flags & LTCP_CWR) {
		ls->ecn_echo = 0;
		/* Its window may be a single segment by now. */
		ls->ack_flags |= LTCP_ACK_NOW;
	}
	if (marked && !ls->ecn_echo) {
		ls->ecn_echo = 1;
		/* The sooner it hears, the less it sends too much. */
		ls->ack_flags |= LTCP_ACK_NOW;
	}
}

/* RFC 3168 6.1.2: the window falls as for a loss, but nothing is sent again. */
static void ecn_reduce(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_cong *ca = &ls->cong;
	u32 flight = min(ltcp_flight(ls) + news->acked, ca->cwnd);

	LTCP_NOTE(sk, EcnReductions);
	if (ca->ops->ssthresh_ecn)
		ca->ssthresh = ca->ops->ssthresh_ecn(ca);
	else
		ca->ssthresh = ca->ops->ssthresh(ca, flight);
	ca->cwnd = min(ca->cwnd, ca->ssthresh);
	ca->acked_cnt = 0;
	ls->ecn_cwr = 1;
	ls->ecn_low = 1;
	ls->ecn_high = ls->snd.nxt;
}

void ltcp_ecn_ack(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	const struct ltcp_cong_echo echo = {
		.acked = news->acked,
		.una = ls->snd.una,
		.nxt = ls->snd.nxt,
		.ece = news->ece,
	};

	ltcp_owned(sk);
	if (!ls->ecn_ok)
		return;
	/* Beyond it, and not at it: so that CWR has reached the peer. */
	if (ls->ecn_low && ltcp_after(ls->snd.una, ls->ecn_high))
		ls->ecn_low = 0;
	if (ls->cong.ops->echoed)
		ls->cong.ops->echoed(&ls->cong, &echo);
	/* A loss in this window has had its answer already. */
	if (news->ece && !ls->ecn_low && ls->loss == LTCP_LOSS_NONE)
		ecn_reduce(sk, news);
}
