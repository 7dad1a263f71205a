// SPDX-License-Identifier: GPL-2.0
/*
 * Urgent data: RFC 9293 3.8.5, as RFC 6093 describes what is in use.
 *
 * There is one mark in each direction, and a later one takes its place, so
 * nothing grows with the number of marks. snd.up is the number of the octet
 * that follows the urgent data (MUST-62); it stands in all segments before it
 * until it is acknowledged. rcv.up is the number of the last urgent octet
 * itself, which is the one a program may ask for with MSG_OOB; it is not taken
 * out when it arrives but stays in the receive queue, where socket/recv.c steps
 * over it. So a mark costs the receiver no memory, and says nothing until what
 * lies before it has come too.
 *
 * Called by input.c, output.c and socket/send.c, with the socket locked. What
 * the user sees of it is the business of socket/recv.c.
 */

#include "ltcp.h"

void ltcp_urgent_send(struct ltcp_sock *ls)
{
	ls->snd.up = ls->write_seq;
	ls->snd.urgent = 1;
}

bool ltcp_urgent_before(struct ltcp_sock *ls, u32 seq)
{
	if (likely(!ls->snd.urgent))
		return false;
	/* Asked for each segment, and so before the numbers come round. */
	if (!ltcp_after(ls->snd.up, ls->snd.una)) {
		ls->snd.urgent = 0;
		return false;
	}
	return ltcp_before(seq, ls->snd.up);
}

u16 ltcp_urgent_pointer(struct ltcp_sock *ls, u32 seq)
{
	u32 ahead;

	if (!ltcp_urgent_before(ls, seq))
		return 0;
	ahead = ls->snd.up - seq;
	if (ahead <= U16_MAX)
		return ahead;
	/*
	 * Too far for the pointer: as far as it goes, to be moved on by the
	 * segments that follow. But where they have been sent already, the
	 * peer might take that octet for the urgent one.
	 */
	return ltcp_before(seq + U16_MAX, ls->snd.nxt) ? 0 : U16_MAX;
}

/*
 * The mark that was reached, and is not read, makes room for another one. Its
 * octet would stand in the stream again: leave it out.
 */
static void ltcp_urgent_replace(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (ls->rcv.urgent && ls->rcv.up == ls->copied_seq &&
	    !sock_flag(sk, SOCK_URGINLINE) &&
	    ltcp_before(ls->copied_seq, ltcp_rcv_end(sk)))
		WRITE_ONCE(ls->copied_seq, ls->copied_seq + 1);
}

void ltcp_urgent_rcv(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 up = ntohl(th->seq) + ntohs(th->urg_ptr) - 1;

	ltcp_owned(sk);
	if (!((1 << sk->sk_state) &
	      (TCPF_ESTABLISHED | TCPF_FIN_WAIT1 | TCPF_FIN_WAIT2)))
		return;
	/* RCV.UP <- max(RCV.UP, SEG.UP); what has passed is no news. */
	if (ltcp_before(up, ls->rcv.nxt) ||
	    (ls->rcv.urgent && !ltcp_after(up, ls->rcv.up)))
		return;

	LTCP_INC(sock_net(sk), UrgentIn);
	ltcp_urgent_replace(sk);
	WRITE_ONCE(ls->rcv.up, up);
	WRITE_ONCE(ls->rcv.urgent, LTCP_URGENT_MARK);
	sk_send_sigurg(sk);
}
