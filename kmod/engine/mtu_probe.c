// SPDX-License-Identifier: GPL-2.0
/*
 * Path MTU discovery that needs no ICMP: RFC 4821, as far as mtu_probing asks.
 *
 * 1: when a segment was lost so often that the path may swallow whatever is
 * too large without a word, the segments become small (base_mss). 2: they
 * begin so. From there the search goes upwards: now and then one segment is
 * sent that is larger than the others, half way between what is known to pass
 * and the most that can. If it is acknowledged they all become that large. If
 * it is lost, and nothing before it, then it was too large, which is no sign of
 * congestion: its octets are sent again, in small, and the window stays.
 *
 * Only new data is in a probe, and enough is sent behind it that its loss is
 * found soon. output.c asks before it sends, ack.c and recovery.c tell what
 * came of it, timer.c of timeouts. All under the socket lock. The variables are
 * in ls->extra; a connection that has no memory for that does not search.
 */

#include "engine/extra.h"
#include "engine/loss.h"
#include "ip/ip.h"

/* Windows of fewer segments are too small to risk one: as in Linux. */
#define LTCP_MTU_LEAST_CWND	11

static struct ltcp_mtu_search *search_of(const struct ltcp_sock *ls)
{
	return &ls->extra->mtu;
}

/* MTU that a segment of @mss octets needs, options counted as such. */
static u16 mtu_of(const struct ltcp_sock *ls, u32 mss)
{
	return min_t(u32, mss + ls->af->net_hdr_len + LTCP_HDR_LEN +
		     ltcp_ext_hdr_len(&ls->inet.sk), U16_MAX);
}

/* The same, but no less than any path takes (RFC 8201 4), nor too much. */
static u16 search_low(const struct ltcp_sock *ls, u32 mss, u16 high)
{
	u16 least = ltcp_is_v6(ls->af->family) ? IPV6_MIN_MTU : 0;

	return min(max(mtu_of(ls, mss), least), high);
}

/* The most that is worth a try: the peer takes it, and so does the route. */
static u16 search_top(const struct ltcp_sock *ls)
{
	return min_t(u32, mtu_of(ls, ls->mss_peer), ls->pmtu);
}

static bool search_begin(struct sock *sk)
{
	int base = READ_ONCE(ltcp_net(sock_net(sk))->base_mss);
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_mtu_search *m;

	/* Segments that may be fragmented prove nothing: RFC 4821 7.1 */
	if (inet_sk(sk)->pmtudisc == IP_PMTUDISC_DONT || !ltcp_extra_get(sk))
		return false;
	m = search_of(ls);
	m->size = 0;
	m->high = search_top(ls);
	m->low = search_low(ls, base, m->high);
	m->since = ltcp_jiffies32();
	ls->mtu_on = 1;
	return true;
}

void ltcp_mtu_search_start(struct sock *sk)
{
	if (READ_ONCE(ltcp_net(sock_net(sk))->mtu_probing) == 2)
		search_begin(sk);
}

u32 ltcp_mtu_search_limit(struct ltcp_sock *ls, u32 pmtu)
{
	struct ltcp_mtu_search *m;

	if (likely(!ls->mtu_on))
		return pmtu;
	m = search_of(ls);
	m->high = min_t(u32, m->high, pmtu);
	m->low = min(m->low, m->high);
	return m->low;
}

void ltcp_mtu_black_hole(struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_mtu_search *m;
	u32 mss;

	if (!READ_ONCE(ln->mtu_probing) ||
	    ((1 << sk->sk_state) & (TCPF_SYN_SENT | TCPF_SYN_RECV)))
		return;
	if (!ls->mtu_on) {
		if (!search_begin(sk))
			return;
	} else {
		/* RFC 4821 7.7: smaller and smaller, and search anew */
		m = search_of(ls);
		mss = m->low - mtu_of(ls, 0);
		mss = min_t(u32, mss / 2, READ_ONCE(ln->base_mss));
		mss = max_t(u32, mss, READ_ONCE(ln->mtu_probe_floor));
		m->low = search_low(ls, mss, m->high);
		m->size = 0;
	}
	LTCP_INC(sock_net(sk), MtuBlackHoles);
	ltcp_sync_mss(sk, ls->pmtu);
}

/* The search has ended: after a while the path may be another one. */
static void search_again(struct sock *sk)
{
	u32 wait = READ_ONCE(ltcp_net(sock_net(sk))->probe_interval) * HZ;
	struct ltcp_mtu_search *m = search_of(ltcp_sk(sk));

	if (ltcp_jiffies32() - m->since < wait)
		return;
	m->high = search_top(ltcp_sk(sk));
	m->since = ltcp_jiffies32();
}

/* Append all of @next, which is payload in fragments only, to @skb. */
static bool probe_append(struct sock *sk, struct sk_buff *skb,
			 struct sk_buff *next)
{
	struct skb_shared_info *from = skb_shinfo(next);
	struct skb_shared_info *to = skb_shinfo(skb);
	u32 len = next->len;
	int i;

	if (to->nr_frags + from->nr_frags > MAX_SKB_FRAGS ||
	    (ltcp_cb(next)->flags & LTCP_FIN) || skb_headlen(next))
		return false;
	for (i = 0; i < from->nr_frags; i++)
		to->frags[to->nr_frags++] = from->frags[i];
	from->nr_frags = 0;
	/* The payload changes hands, and its charge with it. */
	skb->len += len;
	skb->data_len += len;
	skb->truesize += len;
	next->len = 0;
	next->data_len = 0;
	next->truesize -= len;
	ltcp_cb(skb)->end_seq = ltcp_cb(next)->end_seq;
	ltcp_cb(skb)->flags |= ltcp_cb(next)->flags;
	__skb_unlink(next, &sk->sk_write_queue);
	ltcp_tx_free(sk, next);
	return true;
}

/*
 * Have the first unsent segment be one of @size octets at least, of which there
 * are more. NULL: that did not work, and all is as good as before.
 */
static struct sk_buff *probe_gather(struct sock *sk, u32 size)
{
	struct sk_buff *skb = skb_peek(&sk->sk_write_queue);
	struct sk_buff *next;

	if (skb_unclone(skb, GFP_ATOMIC))
		return NULL;
	while (skb->len < size) {
		next = skb_peek_next(skb, &sk->sk_write_queue);
		if (!next || skb_unclone(next, GFP_ATOMIC))
			return NULL;
		if (next->len > size - skb->len &&
		    ltcp_split_unsent(sk, next, size - skb->len))
			return NULL;
		if (!probe_append(sk, skb, next))
			return NULL;
	}
	return skb;
}

/* RFC 4821 7.4: is this a time to probe? */
static bool probe_fits(struct sock *sk, u32 size, u32 needed)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	u32 least = max(LTCP_MTU_LEAST_CWND * ls->mss, needed);

	return ls->loss == LTCP_LOSS_NONE && ls->cong.cwnd >= least &&
	       ls->snd.wnd >= needed &&
	       ls->write_seq - ls->snd.nxt >= needed &&
	       !ltcp_sacks_due(ls) && !ltcp_urgent_before(ls, ls->snd.nxt);
}

/* It can be sent now, or not yet. Then the ACK of what is on its way helps. */
static enum ltcp_mtu_probe probe_send(struct sock *sk, u32 size, u32 mtu)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_mtu_search *m = search_of(ls);
	u32 sml = ls->snd.sml;
	struct sk_buff *skb;

	skb = probe_gather(sk, size);
	if (!skb)
		return LTCP_MTU_NO_PROBE;
	m->seq = ls->snd.nxt;
	m->size = mtu;
	if (ltcp_send_head(sk, skb, size)) {
		m->size = 0;
		return LTCP_MTU_NO_PROBE;
	}
	ls->snd.sml = sml;	/* it was anything but small */
	LTCP_INC(sock_net(sk), MtuProbes);
	return LTCP_MTU_PROBED;
}

enum ltcp_mtu_probe ltcp_mtu_probe(struct sock *sk)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(sk));
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_mtu_search *m = search_of(ls);
	u32 size, needed, pipe, mtu;

	ltcp_owned(sk);
	if (m->size)
		return LTCP_MTU_NO_PROBE;
	mtu = (m->low + m->high + 1) / 2;
	size = ltcp_mtu_payload(ls, mtu);
	if (m->high - m->low < READ_ONCE(ln->probe_threshold) ||
	    size <= ls->mss) {
		search_again(sk);
		return LTCP_MTU_NO_PROBE;
	}
	/* What tells of its loss has to follow it. */
	needed = size + (READ_ONCE(ln->reordering) + 1) * ls->mss;
	if (!probe_fits(sk, size, needed))
		return LTCP_MTU_NO_PROBE;
	pipe = ltcp_pipe(ls);
	if (ls->snd.wnd - ltcp_flight(ls) < needed ||
	    pipe + size > ls->cong.cwnd)
		return pipe ? LTCP_MTU_WAIT : LTCP_MTU_NO_PROBE;
	return probe_send(sk, size, mtu);
}

u32 ltcp_mtu_segment(const struct ltcp_sock *ls, u32 seq)
{
	const struct ltcp_mtu_search *m = search_of(ls);

	/* When it is sent again it is a probe no more. */
	return m->size && seq == m->seq && seq == ls->snd.nxt ? U16_MAX :
								ls->mss;
}

void ltcp_mtu_probe_acked(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_mtu_search *m = search_of(ls);

	ltcp_owned(sk);
	if (!m->size || ltcp_before(ls->snd.una, m->seq +
				    ltcp_mtu_payload(ls, m->size)))
		return;
	/* RFC 4821 7.6.1 */
	m->low = min(m->size, m->high);
	m->since = ltcp_jiffies32();
	m->size = 0;
	LTCP_INC(sock_net(sk), MtuProbesAcked);
	ltcp_sync_mss(sk, ls->pmtu);
}

/* The probe did not pass. ICMP may have told even less. */
static void too_large(struct ltcp_mtu_search *m)
{
	m->high = min_t(u16, m->high, m->size - 1);
	m->high = max(m->high, m->low);
}

/* What was in it goes out again, as it should have been, at once. */
bool ltcp_mtu_probe_lost(struct sock *sk)
{
	struct ltcp_sock *ls = ltcp_sk(sk);
	struct ltcp_mtu_search *m;
	struct sk_buff *skb;

	ltcp_owned(sk);
	if (likely(!ls->mtu_on))
		return false;
	m = search_of(ls);
	if (!m->size || m->seq != ls->snd.una)
		return false;
	skb = ltcp_rtx_first(sk);
	if (!skb || ltcp_cb(skb)->seg & LTCP_SEG_SACKED)
		return false;
	/* RFC 4821 7.6.2 */
	too_large(m);
	m->since = ltcp_jiffies32();
	m->size = 0;
	LTCP_INC(sock_net(sk), MtuProbesLost);
	ltcp_send_whole(sk, skb);
	return true;
}

void ltcp_mtu_probe_end(struct ltcp_sock *ls)
{
	struct ltcp_mtu_search *m;

	if (likely(!ls->mtu_on))
		return;
	m = search_of(ls);
	/* RFC 4821 7.6.3: this is its answer, lest it be sent once more */
	if (m->size && m->seq == ls->snd.una)
		too_large(m);
	/* 7.6.4: more than it is lost, so its loss means nothing */
	m->size = 0;
}
