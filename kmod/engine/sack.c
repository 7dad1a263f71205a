// SPDX-License-Identifier: GPL-2.0
/*
 * What the SACK option means to the sender (RFC 2018, RFC 2883, RFC 6675).
 *
 * ack.c hands over each ACK that was accepted. Here its blocks are judged, and
 * the segments that they name for the first time are marked in the queue of
 * rtx.c; recovery.c is told how much that was. The peer is not trusted: a block
 * beyond what is outstanding is counted and ignored, and whatever the blocks
 * say, the work is a search for each of them and something for each segment
 * that is news (SackSteps counts). What was queued as one packet of many
 * segments is cut only where a segment ends, so its pieces are never more than
 * the segments that were on the wire.
 *
 * What the receiving side reports is in ooo.c. All under the socket lock.
 */

#include "engine/loss.h"
#include "ltcp.h"

/* Memory for the headers of pieces, beyond what the user may queue. */
#define LTCP_SACK_SLACK		(256 * 1024)

/*
 * Nobody but the peer wants @skb cut here, so it may cost only so much: what is
 * not cut is not marked, and sent again for nothing.
 */
static struct sk_buff *sack_split(struct sock *sk, struct sk_buff *skb, u32 len)
{
	if (sk->sk_wmem_queued / 2 > sk->sk_sndbuf + LTCP_SACK_SLACK)
		return NULL;
	return ltcp_rtx_split(sk, skb, len);
}

/*
 * What of @skb lies from @start to @end and ends where segments end? Cut it out
 * as far as necessary. NULL: nothing, or no memory.
 */
static struct sk_buff *sack_cut(struct sock *sk, struct sk_buff *skb,
				const struct ltcp_sack *sack)
{
	u32 mss = ltcp_sk(sk)->mss;
	u32 len;

	if (ltcp_before(ltcp_cb(skb)->seq, sack->start)) {
		len = sack->start - ltcp_cb(skb)->seq;
		len = DIV_ROUND_UP(len, mss) * mss;
		if (len >= skb->len)
			return NULL;
		skb = sack_split(sk, skb, len);
		if (!skb || !ltcp_before(ltcp_cb(skb)->seq, sack->end))
			return NULL;
	}
	if (ltcp_after(ltcp_cb(skb)->end_seq, sack->end)) {
		len = sack->end - ltcp_cb(skb)->seq;
		len -= len % mss;
		if (!len || len >= skb->len || !sack_split(sk, skb, len))
			return NULL;
	}
	return skb;
}

/* Mark what @sack is the first to name. Returns how much that is. */
static u32 sack_mark(struct sock *sk, const struct ltcp_sack *sack,
		     struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct sk_buff *skb = ltcp_rtx_find(sk, sack->start);
	u32 sacked = ls->sacked_out;
	struct sk_buff *next, *part;
	unsigned int steps = 1;

	for (; skb && ltcp_before(ltcp_cb(skb)->seq, sack->end); skb = next) {
		steps++;
		part = sack_cut(sk, skb, sack);
		/* The rest, if something was cut off, lies beyond the block. */
		next = skb_rb_next(part ?: skb);
		if (!part)
			continue;
		if (ltcp_after(ltcp_cb(part)->end_seq, ls->recover))
			news->beyond = true;
		ltcp_rack_segment(sk, ltcp_cb(part), news);
		ltcp_rtx_mark_sacked(sk, part);
	}
	LTCP_ADD(sock_net(sk), SackSteps, steps);
	return ls->sacked_out - sacked;
}

/* RFC 2883 4: does the first block tell of what arrived twice? */
static bool sack_is_dsack(const struct ltcp_sock *ls,
			  const struct ltcp_options *opt)
{
	const struct ltcp_sack *first = &opt->sacks[0];
	const struct ltcp_sack *second = &opt->sacks[1];

	if (!ltcp_after(first->end, ls->snd.una))
		return true;
	return opt->nsacks > 1 && !ltcp_before(first->start, second->start) &&
	       !ltcp_after(first->end, second->end);
}

/* Can the peer have got from @lo on, to the end of what was sent, at most? */
static bool sack_valid(const struct ltcp_sock *ls, const struct ltcp_sack *sack,
		       u32 lo)
{
	return sack->start != sack->end &&
	       ltcp_between(sack->start, lo, ls->snd.nxt) &&
	       ltcp_between(sack->end, sack->start, ls->snd.nxt);
}

static void sack_dsack(struct sock *sk, const struct ltcp_sack *sack,
		       struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);

	/* What it can have got twice was sent, and not long ago. */
	if (!sack_valid(ls, sack, ls->snd.una - ltcp_ack_age(ls))) {
		LTCP_INC(sock_net(sk), SackBlocksBad);
		return;
	}
	LTCP_INC(sock_net(sk), DsacksIn);
	news->dsack = true;
	news->twice = *sack;
}

/*
 * In the order of sequence numbers, for else what an ACK that was lost had told
 * first would seem to have arrived last. Those that are bad go.
 */
static unsigned int sack_sort(struct sock *sk, struct ltcp_sack *sacks,
			      unsigned int n)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	unsigned int i, j, good = 0;

	for (i = 0; i < n; i++) {
		struct ltcp_sack sack = sacks[i];

		if (!sack_valid(ls, &sack, ls->snd.una)) {
			LTCP_INC(sock_net(sk), SackBlocksBad);
			continue;
		}
		for (j = good++; j && ltcp_before(sack.start,
						  sacks[j - 1].start); j--)
			sacks[j] = sacks[j - 1];
		sacks[j] = sack;
	}
	return good;
}

void ltcp_sack_rcv(struct sock *sk, const struct sk_buff *skb,
		   struct ltcp_ack_news *news)
{
	const struct tcphdr *th = tcp_hdr(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);
	unsigned int len = th->doff * 4 - LTCP_HDR_LEN;
	unsigned int i, n, first = 0;
	struct ltcp_options opt;

	ltcp_owned(sk);
	if (len <= (ls->ts_ok ? LTCP_TIMESTAMP_ROOM : 0))
		return;
	ltcp_options_parse(&opt, (const u8 *)(th + 1), len, th->syn);
	if (!(opt.has & LTCP_HAS_SACK))
		return;

	LTCP_INC(sock_net(sk), SacksIn);
	if (sack_is_dsack(ls, &opt)) {
		sack_dsack(sk, &opt.sacks[0], news);
		first = 1;
	}
	n = sack_sort(sk, opt.sacks + first, opt.nsacks - first);
	for (i = 0; i < n; i++)
		news->sacked += sack_mark(sk, &opt.sacks[first + i], news);
}

/*
 * RFC 6675 4, IsLost(), by octets: when so much was SACKed as counts for a
 * loss, what was sent before the highest of it, and did not arrive, is lost.
 * ls->sent begins with the oldest, so the walk ends with the first that is not.
 */
void ltcp_sack_mark_lost(struct sock *sk)
{
	u32 above = READ_ONCE(ltcp_net(sock_net(sk))->reordering) - 1;
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_skb_cb *cb;

	if (ls->sacked_out <= above * ls->mss)
		return;
	while ((cb = ls->sent)) {
		if ((cb->seg & LTCP_SEG_RETRANS) ||
		    !ltcp_before(cb->end_seq, ls->sack_high))
			break;
		ltcp_rtx_mark_lost(sk, ltcp_cb_skb(cb));
	}
}
