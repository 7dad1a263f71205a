// SPDX-License-Identifier: GPL-2.0
/*
 * What an acknowledgment says: RFC 9293 3.10.7.4, fifth check.
 *
 * Called by input.c for every acceptable segment with ACK, under the socket
 * lock. Removes what was acknowledged from the retransmission queue, measures
 * the round trip, follows the peer's window, and tells recovery.c. New data
 * is sent by input.c when the whole segment has been looked at.
 */

#include "engine/loss.h"
#include "ltcp.h"

/* Time to send again what the peer SACKed, and then seems not to have. */
#define LTCP_RENEGE_WAIT_MS	10

/*
 * The front of @skb was acknowledged: cut off the rest. Without memory for that
 * it stays whole, and would be resent whole, which is allowed.
 */
static bool ltcp_rtx_trim(struct sock *sk, struct sk_buff *skb)
{
	u32 len = ltcp_sk(sk)->snd.una - ltcp_cb(skb)->seq;

	return len < skb->len && ltcp_rtx_split(sk, skb, len);
}

/*
 * Remove everything below SND.UNA. Returns the age of the oldest segment in
 * microseconds as an RTT sample, or 0 if one of them was sent twice: then it
 * is not known which copy was acknowledged (Karn, RFC 6298 3, MUST-18), but
 * for what a timestamp says. What had been SACKed arrived long ago.
 */
static u32 ltcp_rtx_clean(struct sock *sk, struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	bool ambiguous = false;
	struct sk_buff *skb;
	u64 oldest = 0;

	while ((skb = ltcp_rtx_first(sk))) {
		struct ltcp_skb_cb *cb = ltcp_cb(skb);

		if (!ltcp_after(ls->snd.una, cb->seq))
			break;
		if (!(cb->seg & LTCP_SEG_SACKED)) {
			ambiguous |= cb->retrans;
			if (!oldest)
				oldest = cb->sent_us;
		}
		if (ltcp_before(ls->snd.una, cb->end_seq) &&
		    !ltcp_rtx_trim(sk, skb))
			break;
		if (!(cb->seg & LTCP_SEG_SACKED))
			ltcp_rack_segment(sk, cb, news);
		ltcp_rtx_free(sk, skb);
	}
	if (ambiguous || !oldest)
		return 0;
	return clamp_t(u64, news->now_us - oldest, 1, U32_MAX);
}

/* RFC 9293 3.10.7.4: only a newer segment may change SND.WND. */
static bool ltcp_update_window(struct sock *sk, const struct ltcp_skb_cb *cb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 wnd = (u32)cb->wnd << ls->snd.wscale;
	u32 old = ls->snd.wnd;

	if (!ltcp_after(cb->seq, ls->snd.wl1) &&
	    !(cb->seq == ls->snd.wl1 && !ltcp_before(cb->ack, ls->snd.wl2)))
		return false;

	ls->snd.wnd = wnd;
	ls->snd.wl1 = cb->seq;
	ls->snd.wl2 = cb->ack;
	ls->snd.max_wnd = max(ls->snd.max_wnd, wnd);
	if (wnd && !old) {
		/* The probes did their work: start over with the timeouts. */
		ltcp_timer_stop(sk, LTCP_TIMER_PERSIST);
		ltcp_rtt_unbackoff(&ls->rtt);
	}
	return wnd != old;
}

void ltcp_ts_accept(struct ltcp_sock *ls, const struct ltcp_skb_cb *cb)
{
	u32 now = ktime_get_seconds();

	/* Of what was received since our last ACK, the first is echoed: 4.3 */
	if (!ls->ts_ok || !cb->has_ts || ltcp_after(cb->seq, ls->rcv.acked))
		return;
	if (ltcp_paws_old(cb->tsval, ls->ts.recent, now - ls->ts.recent_s))
		return;		/* an ACK that was overtaken */
	ls->ts.recent = cb->tsval;
	ls->ts.recent_s = now;
}

u32 ltcp_ts_sample(struct sock *sk, const struct ltcp_skb_cb *cb)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 rtt_us;

	if (!ls->ts_ok || !cb->has_ts)
		return 0;
	rtt_us = ltcp_ts_rtt_us(ltcp_clock_ts() + ls->ts.offset, cb->tsecr);
	if (rtt_us)
		ltcp_rtt_sample(&ls->rtt, rtt_us,
				READ_ONCE(ltcp_net(sock_net(sk))->rto_min_us));
	return rtt_us;
}

/*
 * RFC 6298 5.2, 5.3. If the first segment is one that the peer had SACKed, it
 * did not keep it (RFC 2018 8): all that it SACKed may be gone. A little later,
 * since it may still be telling more, the timeout sees to that.
 */
static void ltcp_rearm_retrans(struct sock *sk)
{
	u32 wait = usecs_to_jiffies(ltcp_rtt_rto(&ltcp_sk(sk)->rtt));
	struct sk_buff *skb = ltcp_rtx_first(sk);

	if (!skb) {
		ltcp_timer_stop(sk, LTCP_TIMER_RETRANS);
		return;
	}
	if (ltcp_cb(skb)->seg & LTCP_SEG_SACKED)
		wait = min(wait, (u32)msecs_to_jiffies(LTCP_RENEGE_WAIT_MS));
	ltcp_timer_arm(sk, LTCP_TIMER_RETRANS, wait);
}

static void ltcp_new_ack(struct sock *sk, const struct ltcp_skb_cb *cb,
			 struct ltcp_ack_news *news)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	bool sent = !ltcp_rtx_empty(sk);

	news->acked = cb->ack - ls->snd.una;
	if (cb->ack - ls->snd.iss < ls->snd.una - ls->snd.iss)
		ls->snd.laps++;
	WRITE_ONCE(ls->snd.una, cb->ack);
	if (ltcp_before(ls->snd.sml, cb->ack))
		ls->snd.sml = cb->ack;	/* lest it wrap around */
	ls->retries = 0;
	news->rtt_us = ltcp_rtx_clean(sk, news);
	if (ltcp_before(ls->sack_high, cb->ack))
		ls->sack_high = cb->ack;
	if (unlikely(ls->mtu_on))
		ltcp_mtu_probe_acked(sk);
	if (news->rtt_us)
		ltcp_rtt_sample(&ls->rtt, news->rtt_us,
				READ_ONCE(ltcp_net(sock_net(sk))->rto_min_us));
	else if (sent)
		news->rtt_us = ltcp_ts_sample(sk, cb);
	ltcp_rearm_retrans(sk);
	sk_dst_confirm(sk);
}

/*
 * How far back an ACK may lie. RFC 5961 5.2 says the largest window the peer
 * ever offered; octets that it never acknowledged cannot be acknowledged again
 * (ghost ACKs), so it is no more than those either. Our SYN is one of those,
 * and no ACK lies before its end.
 */
u32 ltcp_ack_age(const struct ltcp_sock *ls)
{
	u64 acked = ltcp_bytes_acked(ls);

	return min_t(u64, ls->snd.max_wnd, acked ? acked - 1 : 0);
}

bool ltcp_ack_in_range(const struct ltcp_sock *ls, u32 ack)
{
	return ltcp_between(ack, ls->snd.una - ltcp_ack_age(ls), ls->snd.nxt);
}

bool ltcp_ack(struct sock *sk, const struct sk_buff *skb, u32 payload)
{
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_ack_news news = {
		.now_us = ltcp_clock_us(),
		.tsecr = cb->tsecr,
		.sacked_before = ls->sacked_out,
	};
	bool moved;

	if (!ltcp_ack_in_range(ls, cb->ack)) {
		ltcp_challenge_ack(sk);
		return false;
	}

	ltcp_ts_accept(ls, cb);
	ls->probes = 0;
	if (ltcp_before(cb->ack, ls->snd.una))
		return true;	/* old, but its data may be new */

	/* Something arrived, and was answered: the path is good again. */
	WRITE_ONCE(sk->sk_err_soft, 0);
	moved = ltcp_update_window(sk, cb);
	if (cb->ack != ls->snd.una)
		ltcp_new_ack(sk, cb, &news);
	if (ls->sack_ok)
		ltcp_sack_rcv(sk, skb, &news);
	news.ece = (cb->flags & (LTCP_ECE | LTCP_SYN)) == LTCP_ECE;
	ltcp_ecn_ack(sk, &news);

	/* While a loss is repaired, and for long, there may be no other. */
	if (!news.rtt_us && news.sacked && news.sack_rtt_us)
		ltcp_rtt_sample(&ls->rtt, news.sack_rtt_us,
				READ_ONCE(ltcp_net(sock_net(sk))->rto_min_us));

	news.bare = !news.acked && !news.sacked && !payload && !moved &&
		    !(cb->flags & (LTCP_SYN | LTCP_FIN));
	news.dup = ls->sack_ok ? !news.acked && news.sacked :
				 news.bare && ltcp_flight(ls);
	if (news.acked || news.sacked || news.dsack || news.bare)
		ltcp_recovery_ack(sk, &news);
	ltcp_grow_sndbuf(sk);
	ltcp_pacing_rate(sk);
	return true;
}
