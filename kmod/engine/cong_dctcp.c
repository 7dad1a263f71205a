// SPDX-License-Identifier: GPL-2.0
/*
 * DCTCP, RFC 8257: how far the window falls depends on how much was marked, so
 * that a queue is kept short by many small steps and not emptied by large ones.
 * For networks whose routers mark early, and all of whose hosts do the same:
 * not for the Internet.
 *
 * Grows, and answers losses, like Reno, which is also what it is with a peer
 * that does not know ECN. Called through struct ltcp_cong_ops with the
 * connection locked. A leaf: it also compiles in user space.
 */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/module.h>

#include "../wire.h"
#include "cong.h"

#define ALPHA_ONE	1024U	/* all was marked */
#define ALPHA_SHIFT	4	/* g = 1/16, RFC 8257 4.2 */

/* In ltcp_cong.priv; names are those of RFC 8257 3.3. */
struct dctcp {
	u32 alpha;	/* part of ALPHA_ONE that was marked, averaged */
	u32 window_end;
	u32 acked;	/* octets since the last window ended */
	u32 marked;	/* and how many of those had a mark */
	bool started;	/* @window_end is one */
};

static struct dctcp *dctcp_of(struct ltcp_cong *ca)
{
	static_assert(sizeof(struct dctcp) <= LTCP_CONG_PRIV_SIZE);
	return (struct dctcp *)ca->priv;
}

/* The first mark is answered as a loss would be: RFC 8257 4.2 */
static void dctcp_init(struct ltcp_cong *ca)
{
	dctcp_of(ca)->alpha = ALPHA_ONE;
}

/* alpha = alpha * (1 - g) + g * M, equation 3, rounded to reach both ends */
static void dctcp_average(struct dctcp *d)
{
	u32 part = div_u64((u64)d->marked * ALPHA_ONE, d->acked);

	if (part < d->alpha)
		d->alpha -= max((d->alpha - part) >> ALPHA_SHIFT, 1U);
	else if (part > d->alpha)
		d->alpha += max((part - d->alpha) >> ALPHA_SHIFT, 1U);
}

static void dctcp_echoed(struct ltcp_cong *ca,
			 const struct ltcp_cong_echo *echo)
{
	struct dctcp *d = dctcp_of(ca);

	d->acked += echo->acked;
	if (echo->ece)
		d->marked += echo->acked;
	if (d->started && !ltcp_after(echo->una, d->window_end))
		return;
	if (d->started && d->acked)
		dctcp_average(d);
	d->started = true;
	d->window_end = echo->nxt;
	d->acked = 0;
	d->marked = 0;
}

/* cwnd = cwnd * (1 - alpha / 2), equation 4 */
static u32 dctcp_ssthresh_ecn(struct ltcp_cong *ca)
{
	u32 cut = (u64)ca->cwnd * dctcp_of(ca)->alpha / (2 * ALPHA_ONE);

	return max(ca->cwnd - cut, 2 * ca->mss);
}

static void dctcp_acked(struct ltcp_cong *ca, const struct ltcp_cong_ack *ack)
{
	ltcp_cong_reno.acked(ca, ack);
}

/* RFC 8257 3.5 */
static u32 dctcp_ssthresh(struct ltcp_cong *ca, u32 flight)
{
	return ltcp_cong_reno.ssthresh(ca, flight);
}

struct ltcp_cong_ops ltcp_cong_dctcp = {
	.name		= "dctcp",
	.exact_ecn	= true,
	.owner		= THIS_MODULE,
	.init		= dctcp_init,
	.acked		= dctcp_acked,
	.ssthresh	= dctcp_ssthresh,
	.ssthresh_ecn	= dctcp_ssthresh_ecn,
	.echoed		= dctcp_echoed,
};
