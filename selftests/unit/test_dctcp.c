// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/cong_dctcp.c against RFC 8257 3.3 in floating point.
 */

#include <linux/kernel.h>

#include "../../kmod/engine/cong.h"
#include "ktap.h"

#define MSS	1460U
#define ROUNDS	2000

static struct ltcp_cong ca;
static u32 una, nxt;

static void begin(u32 segments)
{
	ca = (struct ltcp_cong){
		.ops = &ltcp_cong_dctcp,
		.cwnd = segments * MSS,
		.ssthresh = LTCP_SSTHRESH_INF,
		.mss = MSS,
	};
	ca.ops->init(&ca);
	/* Close to where the numbers come round. */
	una = 0U - 100 * MSS;
	nxt = una + ca.cwnd;
}

/* One ACK, and as much is sent as it made room for. */
static void ack(u32 acked, bool ece)
{
	struct ltcp_cong_echo echo = { .acked = acked, .ece = ece };

	una += acked;
	echo.una = una;
	echo.nxt = nxt;
	ca.ops->echoed(&ca, &echo);
	nxt += acked;
}

/* A window of @segments, of which the last @marked are. */
static void window(u32 segments, u32 marked)
{
	u32 i;

	for (i = 0; i < segments; i++)
		ack(MSS, i >= segments - marked);
}

/* What a mark would leave of cwnd, in segments of a thousand. */
static u32 left(void)
{
	u32 cwnd = ca.cwnd, after;

	ca.cwnd = 1000 * MSS;
	after = ca.ops->ssthresh_ecn(&ca);
	ca.cwnd = cwnd;
	return (after + MSS / 2) / MSS;
}

/* RFC 8257 4.2: the first mark is taken as seriously as a loss. */
TEST(alpha__begins_at_one)
{
	begin(10);
	CHECK_EQ(left(), 500);
}

/* RFC 8257 3.3 */
TEST(alpha__follows_what_is_marked)
{
	double alpha = 1;
	u32 i, marked;

	begin(20);
	window(20, 0);		/* where the first window ends is not known */
	alpha -= alpha / 16;
	for (i = 0; i < 200; i++) {
		marked = i < 100 ? 5 : 0;
		window(20, marked);
		alpha += (marked / 20.0 - alpha) / 16;
		CHECK_EQ(left() >= 1000 * (1 - alpha / 2) - 25, true);
		CHECK_EQ(left() <= 1000 * (1 - alpha / 2) + 25, true);
	}
}

/* Rounding does not keep it from either end. */
TEST(alpha__reaches_both_ends)
{
	u32 i;

	begin(10);
	for (i = 0; i < ROUNDS; i++)
		window(10, 0);
	CHECK_EQ(left(), 1000);
	for (i = 0; i < ROUNDS; i++)
		window(10, 10);
	CHECK_EQ(left(), 500);
	for (i = 0; i < ROUNDS; i++)
		window(10, 0);
	CHECK_EQ(left(), 1000);
}

/* ACKs that acknowledge nothing: there is no part of nothing. */
TEST(alpha__without_progress)
{
	u32 i;

	begin(10);
	for (i = 0; i < 100; i++)
		ack(0, i % 2);
	window(10, 0);
	CHECK_EQ(left() >= 500, true);
}

/* Never below two segments, whatever was marked: as for a loss. */
TEST(window__least)
{
	begin(2);
	CHECK_EQ(ca.ops->ssthresh_ecn(&ca), 2 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 2 * MSS), 2 * MSS);
	ca.cwnd = LTCP_SSTHRESH_INF;
	CHECK_EQ(ca.ops->ssthresh_ecn(&ca), (LTCP_SSTHRESH_INF + 1) / 2);
}

/* RFC 8257 3.4, 3.5: growth and losses are Reno's. */
TEST(window__otherwise_reno)
{
	struct ltcp_cong_ack a = {
		.acked = 2 * MSS, .cwnd_limited = true,
	};

	begin(10);
	ca.ops->acked(&ca, &a);
	CHECK_EQ(ca.cwnd, 12 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 12 * MSS), 6 * MSS);
}

KTAP_MAIN()
