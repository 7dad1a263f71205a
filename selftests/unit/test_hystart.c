// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/hystart.c: when slow start ends, on round trips as a bottleneck
 * makes them.
 */

#include <linux/kernel.h>

#include "../../kmod/engine/hystart.h"
#include "ktap.h"

#define MSS	1000U

static struct ltcp_hystart hs;
static struct ltcp_cong ca;

static void begin(void)
{
	ltcp_hystart_init(&hs);
	ca = (struct ltcp_cong){
		.cwnd = 10 * MSS,
		.ssthresh = LTCP_SSTHRESH_INF,
		.mss = MSS,
	};
}

static u32 ack(u32 acked, u32 flight, u32 rtt_us, bool limited)
{
	struct ltcp_cong_ack a = {
		.acked = acked,
		.flight = flight,
		.rtt_us = rtt_us,
		.cwnd_limited = limited,
	};

	return ltcp_hystart_acked(&hs, &ca, &a);
}

/* One round: a window is acknowledged segment by segment, and filled again. */
static void round_trip(u32 rtt_us)
{
	do {
		ack(MSS, ca.cwnd / MSS * MSS, rtt_us, true);
	} while (hs.samples);
}

/* Rounds of @rtt_us, until slow start is over: how many? */
static int rounds_until_over(u32 rtt_us, int most)
{
	int n;

	for (n = 0; n < most && ltcp_cong_slow_start(&ca); n++)
		round_trip(rtt_us);
	return n;
}

/* RFC 9406 4.2: as long as the round trips are as long, it doubles. */
TEST(slow_start__doubles)
{
	u32 old;
	int i;

	begin();
	for (i = 1; i <= 8; i++) {
		old = ca.cwnd;
		round_trip(50000);
		/* what the last ACK lets out belongs to the next round */
		CHECK(ca.cwnd <= 2 * old && ca.cwnd >= 2 * old - 2 * MSS);
	}
	CHECK_EQ(ca.ssthresh, LTCP_SSTHRESH_INF);
	CHECK_EQ(hs.css, 0);
}

/* RFC 9406 4.2: L = 8 segments for an ACK, whatever it covers */
TEST(slow_start__stretch_ack)
{
	begin();
	ack(100 * MSS, 100 * MSS, 50000, true);
	CHECK_EQ(ca.cwnd, 18 * MSS);
	ack(8 * MSS, 100 * MSS, 50000, true);
	CHECK_EQ(ca.cwnd, 26 * MSS);
	ack(3 * MSS, 100 * MSS, 50000, true);
	CHECK_EQ(ca.cwnd, 29 * MSS);
}

/* The RFC's threshold: an eighth of the round trip, 4 ms to 16 ms. */
static u32 threshold(u32 rtt)
{
	u32 eighth = rtt / 8;

	return eighth < 4000 ? 4000 : eighth > 16000 ? 16000 : eighth;
}

/* RFC 9406 4.2, 4.3: exactly at the threshold, for any round trip */
TEST(css__begins_at_the_threshold)
{
	u32 rtt, late;

	for (rtt = 1; rtt < 3000000; rtt = rtt * 5 / 4 + 1) {
		for (late = threshold(rtt) - 1; late <= threshold(rtt);
		     late++) {
			begin();
			round_trip(rtt);
			round_trip(rtt);
			round_trip(rtt + late);
			CHECK_EQ(!!hs.css, late == threshold(rtt));
		}
	}
}

/* RFC 9406 4.2: less than eight samples say nothing */
TEST(css__needs_eight_samples)
{
	int i;

	begin();
	round_trip(50000);
	round_trip(50000);
	for (i = 1; i <= 8; i++) {
		CHECK_EQ(hs.css, 0);
		ack(MSS, 40 * MSS, 100000, true);
		/* an ACK without a sample is none */
		ack(MSS, 40 * MSS, 0, true);
	}
	CHECK_EQ(hs.css, 5);
}

/* RFC 9406 4.2: one short round trip among them, and there is no queue */
TEST(css__takes_the_shortest)
{
	int i;

	begin();
	round_trip(50000);
	round_trip(50000);
	ack(MSS, 40 * MSS, 50000, true);
	for (i = 0; i < 30; i++)
		ack(MSS, 40 * MSS, 100000, true);
	CHECK_EQ(hs.css, 0);
}

/* RFC 9406 4.2: in CSS the window grows by a quarter of what is acknowledged */
TEST(css__grows_by_a_quarter)
{
	u32 old;

	begin();
	round_trip(50000);
	round_trip(50000);
	round_trip(60000);
	CHECK(hs.css);
	old = ca.cwnd;
	ack(MSS, old, 60000, true);
	CHECK_EQ(ca.cwnd, old + MSS / 4);
	ack(20 * MSS, old, 60000, true);
	CHECK_EQ(ca.cwnd, old + MSS / 4 + 2 * MSS);
}

/* RFC 9406 4.2: five rounds, the one in which it began counted */
TEST(css__ends_after_five_rounds)
{
	u32 before;

	begin();
	round_trip(50000);
	round_trip(50000);
	CHECK_EQ(rounds_until_over(60000, 100), 5);
	CHECK_EQ(ca.ssthresh, ca.cwnd);
	before = ca.cwnd;
	/* and what is acknowledged now is not its business */
	CHECK_EQ(ack(3 * MSS, before, 60000, true), 3 * MSS);
	CHECK_EQ(ca.cwnd, before);
}

/* RFC 9406 4.2: shorter round trips again, and slow start goes on */
TEST(css__false_alarm)
{
	u32 old;

	begin();
	round_trip(50000);
	round_trip(50000);
	round_trip(60000);
	CHECK(hs.css);
	round_trip(55000);
	CHECK_EQ(hs.css, 0);
	old = ca.cwnd;
	round_trip(55000);
	CHECK(ca.cwnd >= 2 * old - 4 * MSS);
	/* until they grow again */
	round_trip(70000);
	CHECK(hs.css);
	CHECK_EQ(ca.ssthresh, LTCP_SSTHRESH_INF);
}

/* RFC 9406 4.3: after a loss slow start is as ever, whatever the delay */
TEST(later__is_plain_slow_start)
{
	int i;

	begin();
	ca.cwnd = MSS;
	ca.ssthresh = 400 * MSS;
	for (i = 1; i < 32; i++)
		ack(MSS, ca.cwnd, i < 16 ? 10000 : 900000, true);
	CHECK_EQ(ca.cwnd, 32 * MSS);
	CHECK_EQ(hs.css, 0);
	/* two segments an ACK: RFC 3465 2.2 */
	ack(9 * MSS, 32 * MSS, 0, true);
	CHECK_EQ(ca.cwnd, 34 * MSS);
	ca.cwnd = ca.ssthresh - MSS;
	CHECK_EQ(ack(2 * MSS, ca.cwnd, 0, true), MSS);
	CHECK_EQ(ca.cwnd, ca.ssthresh);
}

/* RFC 2861 3: a window that is not filled does not grow, nor end slow start */
TEST(unfilled__does_not_grow)
{
	int i;

	begin();
	for (i = 0; i < 1000; i++)
		CHECK_EQ(ack(MSS, MSS, 1000 + 10000 * (i % 2), false), 0);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	CHECK_EQ(ca.ssthresh, LTCP_SSTHRESH_INF);
}

/* Any ACKs: cwnd never shrinks, never leaps, and what is left adds up. */
TEST(random__bounds)
{
	u32 old, acked, left;
	int i, k;

	for (i = 0; i < 300; i++) {
		begin();
		ca.mss = 1 + rnd_below(65535);
		ca.cwnd = ca.mss + rnd_log() / 2;
		if (ca.cwnd > LTCP_SSTHRESH_INF)
			ca.cwnd = LTCP_SSTHRESH_INF - 1;
		for (k = 0; k < 1000; k++) {
			old = ca.cwnd;
			acked = rnd_log();
			left = ack(acked, rnd_log(), rnd_log(), rnd_below(8));
			CHECK(ca.cwnd >= old && ca.cwnd <= LTCP_SSTHRESH_INF);
			CHECK(ca.cwnd - old <= 8 * ca.mss);
			CHECK(left <= acked);
			CHECK(hs.css <= 5);
		}
	}
}

KTAP_MAIN()
