// SPDX-License-Identifier: GPL-2.0
/*
 * Episodes of loss in which nothing was lost: what they did to the window is
 * undone. There are three signs of it:
 *
 *   - The ACK of what was sent again echoes a timestamp from before that: it
 *     was caused by the first copy (Eifel, RFC 3522, RFC 4015).
 *   - The peer says of all that was sent again that it came twice (D-SACK,
 *     RFC 2883, RFC 3708).
 *   - After a timeout, what was not sent again is acknowledged (F-RTO,
 *     RFC 5682).
 *
 * recovery.c tells when an episode begins and asks for each ACK. The sending of
 * new data in place of what seems lost, by which F-RTO finds out, is done by
 * ltcp_output(). All under the socket lock.
 */

#include "control/control.h"
#include "engine/loss.h"
#include "ltcp.h"

void ltcp_undo_begin(struct ltcp_sock *ls)
{
	ls->undo.cwnd = ls->cong.cwnd;
	ls->undo.ssthresh = ls->cong.ssthresh;
	ls->undo.una = ls->snd.una;
	ls->undo.resent = 0;
	ls->undo_ts = 0;
	ls->undo_ok = 1;
}

void ltcp_undo_resent(struct ltcp_sock *ls, u32 len)
{
	if (!ls->undo_ok)
		return;
	if (!ls->undo.resent && ls->ts_ok) {
		ls->undo.ts = ltcp_clock_ts() + ls->ts.offset;
		ls->undo_ts = 1;
	}
	ls->undo.resent += len;
}

void ltcp_frto_begin(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ls->frto = LTCP_FRTO_NONE;
	/* RFC 5682 2.1 (1): not for the second timeout, nor in recovery. */
	if (ls->undo_ok && ls->loss == LTCP_LOSS_NONE && ls->snd.wnd &&
	    READ_ONCE(ltcp_net(sock_net(sk))->frto))
		ls->frto = LTCP_FRTO_FIRST;
}

static void undo_all(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	ls->cong.cwnd = max(ls->cong.cwnd, ls->undo.cwnd);
	ls->cong.ssthresh = max(ls->cong.ssthresh, ls->undo.ssthresh);
	ls->cong.acked_cnt = 0;
	ls->undo_ok = 0;
	ls->undo_ts = 0;
	ls->frto = LTCP_FRTO_NONE;
	if (ls->loss == LTCP_LOSS_NONE)
		return;
	ls->loss = LTCP_LOSS_NONE;
	ltcp_rtx_unmark_lost(sk);
	if (!ls->sack_ok)
		ls->sacked_out = 0;
}

/* RFC 3708: has the peer got twice all that was sent again? */
static bool undo_by_dsack(struct ltcp_sock *ls,
			  const struct ltcp_ack_news *news)
{
	u32 len = news->twice.end - news->twice.start;

	if (!news->dsack || !ls->undo.resent ||
	    ltcp_before(news->twice.start, ls->undo.una))
		return false;
	ls->undo.resent -= min(ls->undo.resent, len);
	return !ls->undo.resent;
}

/*
 * RFC 3522 3.2: an ACK that echoes what was sent before anything was sent
 * again. If it does not cover all of that, or more is lost, one copy that was
 * not needed proves nothing yet; the next ACKs may. One that echoes a later
 * time ends it.
 */
static bool undo_by_timestamp(struct ltcp_sock *ls,
			      const struct ltcp_ack_news *news)
{
	if (!ls->undo_ts || !news->acked || ls->loss == LTCP_LOSS_NONE)
		return false;
	if (!ltcp_before(news->tsecr, ls->undo.ts)) {
		ls->undo_ts = 0;
		return false;
	}
	return ls->loss == LTCP_LOSS_RTO ||
	       (!ls->lost_out && !ls->retrans_out);
}

/* RFC 5682 2.1, and 3.1 with SACK. */
static bool undo_by_frto(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 edge = ls->snd.una + ls->snd.wnd;

	if (ls->frto == LTCP_FRTO_NEW) {
		/* (3b): what was sent once, before the timeout, has arrived */
		if (news->original && !news->beyond)
			return true;
		/* (3a): two segments are on their way, so three may be */
		if (news->beyond || news->bare) {
			ls->frto = LTCP_FRTO_NONE;
			ls->cong.cwnd = 3 * ls->mss;
		}
		return false;
	}
	if (ls->frto != LTCP_FRTO_FIRST)
		return false;
	/* (2b): try with new data, if there is any and it may be sent */
	if (news->acked && ltcp_before(ls->snd.una, ls->recover) &&
	    !skb_queue_empty(&sk->sk_write_queue) &&
	    ltcp_after(edge, ls->snd.nxt))
		ls->frto = LTCP_FRTO_NEW;
	else if (news->acked || news->bare)
		ls->frto = LTCP_FRTO_NONE;	/* (2a) */
	return false;
}

void ltcp_undo_ack(struct sock *sk, const struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	if (!ls->undo_ok)
		return;
	if (undo_by_timestamp(ls, news))
		LTCP_NOTE(sk, UndoTimestamps);
	else if (undo_by_dsack(ls, news))
		LTCP_NOTE(sk, UndoDsacks);
	else if (undo_by_frto(sk, news))
		LTCP_NOTE(sk, FrtoSpurious);
	else
		return;
	undo_all(sk);
}
