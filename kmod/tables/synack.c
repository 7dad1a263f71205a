// SPDX-License-Identifier: GPL-2.0
/*
 * What an opening answers (SYN-ACK, a reminder of where we stand, and RST when
 * it is given up), and when.
 *
 * Called for half-open entries and for SYN cookies, in softirq under RCU
 * (which keeps the listener's memory), with nothing locked. What an opening
 * is made of comes from the SYN and nothing else, so that both agree.
 */

#include "ip/ip.h"
#include "ltcp.h"
#include "tables/cookie.h"
#include "tables/tables.h"

#define SYNACK_RTO	HZ		/* RFC 6298 2.1 */
#define SYNACK_RTO_MAX	(120 * HZ)

void ltcp_opening_init(struct ltcp_opening *o, const struct sock *listener,
		       const struct ltcp_flow *flow, const struct sk_buff *skb,
		       const struct ltcp_options *opt)
{
	const struct ltcp_net *ln = ltcp_net(flow->net);
	const struct ltcp_skb_cb *cb = ltcp_cb(skb);
	u32 wnd;

	memset(o, 0, sizeof(*o));
	o->flow = *flow;
	o->irs = cb->seq;
	o->wnd = cb->wnd;
	o->mss = (opt->has & LTCP_HAS_MSS) ? opt->mss :
					     ltcp_af(flow->family)->mss_default;
	if ((opt->has & LTCP_HAS_WSCALE) && READ_ONCE(ln->window_scaling)) {
		o->wscale_ok = 1;
		o->snd_wscale = opt->wscale;
		ltcp_init_window(ln, READ_ONCE(listener->sk_rcvbuf), &wnd,
				 &o->rcv_wscale);
	}
	o->sack_ok = (opt->has & LTCP_HAS_SACK_OK) && READ_ONCE(ln->sack);
	o->ecn_ok = ltcp_ecn_asked(listener, skb);
	if ((opt->has & LTCP_HAS_TIMESTAMP) && READ_ONCE(ln->timestamps)) {
		o->ts_ok = 1;
		o->ts_recent = opt->tsval;
		if (READ_ONCE(ln->timestamps) != 2)
			o->ts_offset = ltcp_ts_offset(flow);
	}
}

static u32 synack_tsval(const struct ltcp_opening *o)
{
	const struct ltcp_cookie_options opt = {
		.has_wscale = o->wscale_ok,
		.wscale = o->snd_wscale,
		.sack = o->sack_ok,
		.ecn = o->ecn_ok,
	};
	u32 clock = ltcp_clock_ts_at(o->now ?: ktime_get());

	if (o->by_cookie)
		clock = ltcp_cookie_to_ts(clock, &opt);
	return clock + o->ts_offset;
}

/* RFC 7323 3.2: once agreed on, in each segment. */
static void synack_timestamp(struct ltcp_options *opt,
			     const struct ltcp_opening *o)
{
	if (!o->ts_ok)
		return;
	opt->has |= LTCP_HAS_TIMESTAMP;
	opt->tsval = synack_tsval(o);
	opt->tsecr = o->ts_recent;
}

bool ltcp_opening_restore(struct ltcp_opening *o, const struct sock *listener,
			  const struct ltcp_skb_cb *cb)
{
	const struct ltcp_net *ln = ltcp_net(o->flow.net);
	struct ltcp_cookie_options opt;
	u32 wnd, clock, ts;

	if (!cb->has_ts || !READ_ONCE(ln->timestamps))
		return true;
	o->ts_ok = 1;
	o->ts_recent = cb->tsval;
	if (READ_ONCE(ln->timestamps) != 2)
		o->ts_offset = ltcp_ts_offset(&o->flow);

	clock = ltcp_clock_ts();
	ts = cb->tsecr - o->ts_offset;
	if (clock - ts > LTCP_COOKIE_LIFE_MS)
		return false;
	ltcp_cookie_from_ts(ts, &opt);
	o->sack_ok = opt.sack;
	o->ecn_ok = opt.ecn;
	o->wscale_ok = opt.has_wscale;
	if (o->wscale_ok) {
		o->snd_wscale = opt.wscale;
		ltcp_init_window(ln, READ_ONCE(listener->sk_rcvbuf), &wnd,
				 &o->rcv_wscale);
	}
	return true;
}

static void synack_fill(struct ltcp_reply *r, const struct sock *listener,
			const struct ltcp_opening *o)
{
	memset(r, 0, sizeof(*r));
	r->seq = o->iss;
	r->ack = o->irs + 1;
	r->wnd = ltcp_syn_window(READ_ONCE(listener->sk_rcvbuf));
	r->sk = listener;
	synack_timestamp(&r->opt, o);
}

void ltcp_synack_send(const struct sock *listener,
		      const struct ltcp_opening *o, struct sk_buff *syn)
{
	struct ltcp_reply r;

	synack_fill(&r, listener, o);
	r.flags = LTCP_SYN | LTCP_ACK | (o->ecn_ok ? LTCP_ECE : 0);
	r.opt.has |= LTCP_HAS_MSS;
	r.opt.mss = READ_ONCE(ltcp_sk(listener)->mss_user) ?: U16_MAX;
	if (o->wscale_ok) {
		r.opt.has |= LTCP_HAS_WSCALE;
		r.opt.wscale = o->rcv_wscale;
	}
	if (o->sack_ok)
		r.opt.has |= LTCP_HAS_SACK_OK;
	ltcp_reply_in(&o->flow, &r, TCP_SYN_RECV, syn);
}

void ltcp_synack_remind(const struct sock *listener,
			const struct ltcp_opening *o)
{
	struct ltcp_reply r;

	synack_fill(&r, listener, o);
	r.flags = LTCP_ACK;
	r.seq++;
	ltcp_reply(&o->flow, &r, TCP_SYN_RECV);
}

void ltcp_synack_reset(const struct sock *listener,
		       const struct ltcp_opening *o)
{
	struct ltcp_reply r;

	/* RFC 5961 3.2: any other sequence number would be challenged. */
	synack_fill(&r, listener, o);
	r.flags = LTCP_RST;
	r.seq++;
	r.ack = 0;
	r.wnd = 0;
	r.opt.tsecr = 0;
	ltcp_reply(&o->flow, &r, TCP_CLOSE);
}

void ltcp_synack_refuse(const struct ltcp_opening *o, const struct sk_buff *skb)
{
	struct ltcp_options opt = { };

	synack_timestamp(&opt, o);
	ltcp_reply_rst_with(&o->flow, skb, &opt);
}

/*
 * When
 */

/* Age of an entry when its SYN-ACK is due for the @n-th time again. */
static u32 synack_age(unsigned int n)
{
	u32 age = 0;
	u64 wait;

	for (wait = SYNACK_RTO; n; n--, wait *= 2) {
		wait = min_t(u64, wait, SYNACK_RTO_MAX);
		age += wait;
	}
	return age;
}

/* Most that an entry may live, by syn_recv_timeout_ms; 0: no bound */
static u32 synack_limit(const struct sock *listener)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(listener));

	return msecs_to_jiffies(READ_ONCE(ln->syn_recv_timeout_ms));
}

u32 ltcp_synack_wait(const struct sock *listener, unsigned int n)
{
	u32 limit = synack_limit(listener);
	u32 age = synack_age(n);
	u32 next = synack_age(n + 1);

	if (limit && next > limit)
		next = max(limit, age + 1);
	return next - age;
}

/*
 * The fuller the backlog, the less an entry may wait, since most of those in a
 * full one will never be acknowledged. Each keeps a second chance.
 */
static u32 synack_retries(const struct sock *listener)
{
	const struct ltcp_net *ln = ltcp_net(sock_net(listener));
	u32 retries = READ_ONCE(ln->synack_retries);
	u32 most = READ_ONCE(ln->max_syn_backlog);
	u32 n = atomic_read(&ltcp_sk(listener)->accept->halfopens);

	if (n >= most - most / 4)
		return min(retries, 1U);
	if (n > most / 2)
		return min(retries, 2U);
	return retries;
}

bool ltcp_synack_over(const struct sock *listener, u8 retrans, bool there)
{
	u32 limit = synack_limit(listener);

	if (limit && synack_age(retrans + 1) >= limit)
		return true;
	return retrans >= synack_retries(listener) && !there;
}
