// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/cong_cubic.c against RFC 9438 in floating point, and at the ends
 * of what its integers hold.
 */

#include <math.h>

#include "../../kmod/engine/cong_cubic.c"
#include "ktap.h"

#define MSS	1460U
#define MS	1000ULL		/* microseconds */
#define SEC	(1000 * MS)
#define ROUNDS	20000

__extension__ typedef unsigned __int128 u128;

static struct ltcp_cong ca;
static u64 now;

static void begin(u32 cwnd, u32 ssthresh)
{
	ca = (struct ltcp_cong){
		.ops = &ltcp_cong_cubic,
		.cwnd = cwnd,
		.ssthresh = ssthresh,
		.mss = MSS,
	};
	ca.ops->init(&ca);
	now = 1000 * SEC;
}

static void ack(u32 acked, u32 rtt_us, bool limited)
{
	struct ltcp_cong_ack a = {
		.acked = acked,
		.flight = ca.cwnd,
		.rtt_us = rtt_us,
		.now_us = now,
		.cwnd_limited = limited,
	};

	ca.ops->acked(&ca, &a);
}

/* A loss that fast retransmit repairs: the window falls to ssthresh. */
static void loss(void)
{
	ca.ssthresh = ca.ops->ssthresh(&ca, ca.cwnd);
	ca.cwnd = ca.ssthresh;
}

/* One round trip of a filled window, an ACK for each two segments. */
static void round_trip(u32 rtt_us)
{
	u32 window = ca.cwnd, left = window, part;
	u64 begun = now;

	while (left) {
		part = left < 2 * MSS ? left : 2 * MSS;
		left -= part;
		now = begun + (u64)rtt_us * (window - left) / window;
		ack(part, rtt_us, true);
	}
}

static void run(u64 until, u32 rtt_us)
{
	while (now < until)
		round_trip(rtt_us);
}

/* The cubic root of any number, rounded down. */
TEST(root__is_exact)
{
	static const u64 some[] = { 0, 1, 7, 8, 9, 26, 27, 28, U64_MAX };
	unsigned int i;
	u64 x, r;

	CHECK_EQ(cubic_root(U64_MAX), 2642245);
	for (i = 0; i < ROUNDS; i++) {
		x = i < ARRAY_SIZE(some) ? some[i] : rnd64() >> rnd_below(64);
		r = cubic_root(x);
		CHECK((u128)r * r * r <= x);
		r++;
		CHECK((u128)r * r * r > x);
	}
	for (r = 1; r <= 2642245; r += 1 + rnd_below(1000)) {
		CHECK_EQ(cubic_root(r * r * r), r);
		CHECK_EQ(cubic_root(r * r * r - 1), r - 1);
	}
}

/* RFC 9438 4.2: K, to a thousandth of a second */
TEST(k__is_the_rfc)
{
	u32 octets, mss;
	double want;
	int i;

	CHECK_EQ(cubic_k(0, MSS), 0);
	for (i = 0; i < ROUNDS; i++) {
		octets = rnd_log() / 2;
		mss = 48 + rnd_below(65535 - 47);
		want = cbrt((double)octets / mss / 0.4) * 1024;
		CHECK(fabs(cubic_k(octets, mss) - want) <= 1.001);
	}
}

/* RFC 9438 4.2, 4.4, 4.5: W(t), below and above the flat part */
TEST(window__is_the_rfc)
{
	struct cubic cb = {};
	double want, got;
	u32 t, mss;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		cb.origin = rnd_log() / 2;
		cb.k = rnd_below(1 << 19);
		t = rnd_below(CUBIC_AGE_MAX + 1);
		mss = 48 + rnd_below(65535 - 47);
		want = 0.4 * mss * pow(((double)t - cb.k) / 1024, 3);
		want = fmax(fmin(want + cb.origin, LTCP_SSTHRESH_INF), 0);
		got = cubic_window(&cb, t, mss);
		if (fabs((double)t - cb.k) >= CUBIC_FAR)
			CHECK(got == 0 || got == LTCP_SSTHRESH_INF ||
			      mss < 1000);
		else
			CHECK(fabs(got - want) <= 2 + mss * 0.0005);
	}
}

/* What it must not stumble over. */
TEST(window__at_the_ends)
{
	struct cubic cb = { .origin = LTCP_SSTHRESH_INF };

	CHECK_EQ(cubic_window(&cb, CUBIC_AGE_MAX, 65535), LTCP_SSTHRESH_INF);
	cb.k = U32_MAX;
	CHECK_EQ(cubic_window(&cb, 0, 65535), 0);
	CHECK_EQ(cubic_window(&cb, 0, 0), LTCP_SSTHRESH_INF);
	cb.origin = 0;
	CHECK_EQ(cubic_window(&cb, 0, 1), 0);
	CHECK(cubic_k(U32_MAX, 0) > 0);
	CHECK_EQ(cubic_ticks(U64_MAX >> CUBIC_TICKS), CUBIC_AGE_MAX);
	CHECK_EQ(cubic_ticks(SEC), 1024);
}

/* RFC 9438 4.6: the window falls to seven tenths of what was in flight */
TEST(ssthresh__seven_tenths)
{
	begin(100 * MSS, 50 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 100 * MSS), 70 * MSS);
	CHECK_EQ(cubic(&ca)->w_max, 100 * MSS);
	CHECK_EQ(ca.cwnd, 100 * MSS);

	begin(100 * MSS, 50 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 40 * MSS), 28 * MSS);
	/* limited transmit is not counted: RFC 5681 3.1 */
	begin(10 * MSS, 5 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 12 * MSS), 7 * MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, 0), 2 * MSS);
	begin(LTCP_SSTHRESH_INF, MSS);
	CHECK_EQ(ca.ops->ssthresh(&ca, U32_MAX),
		 (u64)LTCP_SSTHRESH_INF * 7 / 10);
}

/* RFC 9438 4.7: a loss below the last one makes room for others */
TEST(ssthresh__fast_convergence)
{
	begin(100 * MSS, 50 * MSS);
	loss();
	CHECK_EQ(cubic(&ca)->w_max, 100 * MSS);
	loss();
	CHECK_EQ(cubic(&ca)->w_max, 70 * MSS * 17 / 20);
	CHECK_EQ(cubic(&ca)->cwnd_prior, 70 * MSS);
	ca.cwnd = 200 * MSS;
	loss();
	CHECK_EQ(cubic(&ca)->w_max, 200 * MSS);
}

/*
 * RFC 9438 4.2, 4.4, 4.5: from 0.7 * W to W in K seconds, and as far above it
 * in the next K; K = cbrt(0.3 * 1000 / 0.4) = 9.086 s. With 100 ms Reno would
 * have 700 + 90 * 9/17 by then.
 */
TEST(avoid__follows_the_function)
{
	double t, want;
	u64 begun;

	begin(1000 * MSS, 500 * MSS);
	loss();
	begun = now;
	while (now < begun + 18 * SEC) {
		round_trip(100 * MS);
		t = (now - begun) / 1e6 - 9.086;
		want = 1000 + 0.4 * t * t * t;
		CHECK(fabs(ca.cwnd / (double)MSS - want) < 6);
	}
}

/* RFC 9438 4.2: never by more than half in one round trip */
TEST(avoid__half_at_most)
{
	u32 old;

	begin(100 * MSS, 50 * MSS);
	loss();
	round_trip(10 * SEC);
	for (old = ca.cwnd; ca.cwnd < LTCP_SSTHRESH_INF / 2; old = ca.cwnd) {
		round_trip(10 * SEC);
		CHECK(ca.cwnd <= old * 1.66);	/* 1.5 of what it is at last */
	}
}

/*
 * RFC 9438 4.3: over a short way Reno is faster, and so is CUBIC. Alpha is
 * 9/17 of a segment in a round trip, and one when the old window is reached.
 */
TEST(avoid__reno_friendly)
{
	int i;

	begin(40 * MSS, 20 * MSS);
	loss();
	CHECK_EQ(ca.cwnd, 28 * MSS);
	for (i = 0; i < 17; i++)
		round_trip(1 * MS);
	CHECK(ca.cwnd >= 36 * MSS && ca.cwnd <= 38 * MSS);
	while (ca.cwnd < 41 * MSS)
		round_trip(1 * MS);
	i = ca.cwnd / MSS;
	round_trip(1 * MS);
	round_trip(1 * MS);
	round_trip(1 * MS);
	CHECK(ca.cwnd >= (i + 2) * MSS && ca.cwnd <= (i + 4) * MSS);
}

/* RFC 9438 4.2: before the first loss there is no window to return to */
TEST(avoid__without_a_loss)
{
	begin(100 * MSS, 100 * MSS);
	round_trip(50 * MS);
	CHECK_EQ(cubic(&ca)->k, 0);
	CHECK_EQ(cubic(&ca)->origin, 100 * MSS);
	run(now + 10 * SEC, 50 * MS);
	CHECK(ca.cwnd > 400 * MSS && ca.cwnd < 600 * MSS);
}

/* RFC 9438 4.8: after a timeout the function begins flat, at the new window */
TEST(avoid__after_a_timeout)
{
	begin(1000 * MSS, 500 * MSS);
	ca.ssthresh = ca.ops->ssthresh(&ca, ca.cwnd);
	ca.ops->timeout(&ca);
	ca.cwnd = MSS;
	CHECK_EQ(ca.ssthresh, 700 * MSS);
	while (ltcp_cong_slow_start(&ca))
		round_trip(20 * MS);
	round_trip(20 * MS);
	CHECK_EQ(cubic(&ca)->k, 0);
	CHECK(cubic(&ca)->origin >= 700 * MSS);
	CHECK(cubic(&ca)->origin < 702 * MSS);
	/* and after the next loss as ever */
	loss();
	round_trip(20 * MS);
	CHECK(cubic(&ca)->k > 0);
}

/* RFC 9438 5.8: time in which little was sent does not count */
TEST(avoid__application_limited)
{
	u32 cwnd;
	int i;

	begin(1000 * MSS, 500 * MSS);
	loss();
	run(now + 4 * SEC, 100 * MS);
	cwnd = ca.cwnd;
	for (i = 0; i < 100; i++) {
		now += SEC;
		ack(MSS, 100 * MS, false);
	}
	CHECK_EQ(ca.cwnd, cwnd);
	round_trip(100 * MS);
	round_trip(100 * MS);
	CHECK(ca.cwnd < cwnd + 30 * MSS);
}

/* RFC 5681 4.1: after idle with the initial window; the old one is the aim */
TEST(idle__restarts)
{
	begin(1000 * MSS, 500 * MSS);
	loss();
	run(now + 2 * SEC, 100 * MS);
	ca.ops->after_idle(&ca);
	CHECK_EQ(ca.cwnd, 10 * MSS);
	CHECK_EQ(ca.ssthresh, 700 * MSS);
	CHECK_EQ(cubic(&ca)->w_max, 1000 * MSS);
	ca.cwnd = 5 * MSS;
	ca.ops->after_idle(&ca);
	CHECK_EQ(ca.cwnd, 5 * MSS);
}

/* RFC 9406 4.2: the queue grows, and slow start ends without a loss */
TEST(slow_start__hystart)
{
	u32 rate = 10 * MSS, queue;	/* octets in a millisecond */

	begin(10 * MSS, LTCP_SSTHRESH_INF);
	while (ltcp_cong_slow_start(&ca)) {
		queue = ca.cwnd > 50 * rate ? ca.cwnd - 50 * rate : 0;
		CHECK(queue < 10000 * MSS);
		now += MS / 5;
		ack(2 * MSS, 50 * MS + queue / rate * MS, true);
	}
	/* The way holds 500; twice that, and five rounds of a quarter more. */
	CHECK(ca.cwnd >= 500 * MSS);
	CHECK(ca.cwnd <= 3200 * MSS);
	CHECK_EQ(cubic(&ca)->w_max, 0);
}

/* A loss that was none: the first slow start goes on, as if just begun. */
TEST(slow_start__hystart_again)
{
	begin(10 * MSS, LTCP_SSTHRESH_INF);
	round_trip(50 * MS);
	loss();
	run(now + 2 * SEC, 50 * MS);
	CHECK(cubic(&ca)->age_us);

	ca.cwnd = 20 * MSS;
	ca.ssthresh = LTCP_SSTHRESH_INF;
	round_trip(50 * MS);
	CHECK_EQ(ca.cwnd, 40 * MSS);
	CHECK_EQ(cubic(&ca)->hs.css, 0);
	CHECK_EQ(ca.ssthresh, LTCP_SSTHRESH_INF);
}

/* MAY-18 T25: a hundred times more ACKs for the same octets gain nothing */
TEST(avoid__ack_division)
{
	u32 whole, i;

	begin(100 * MSS, 50 * MSS);
	loss();
	for (i = 0; i < 70; i++) {
		now += 1 * MS;
		ack(MSS, 70 * MS, true);
	}
	whole = ca.cwnd;

	begin(100 * MSS, 50 * MSS);
	loss();
	for (i = 0; i < 7000; i++) {
		now += MS / 100;
		ack(MSS / 100, 70 * MS, true);
	}
	CHECK(ca.cwnd <= whole + MSS / 2);
}

/* Any connection whatever: no division by zero, no overflow, no leap. */
TEST(random__life)
{
	u32 old, rtt;
	int i, k;

	for (i = 0; i < ROUNDS / 50; i++) {
		begin(1 + rnd_log() / 2, rnd_below(2) ? LTCP_SSTHRESH_INF :
		      rnd_log() / 2);
		ca.mss = rnd_below(4) ? 48 + rnd_below(65488) : MSS;
		rtt = rnd_log();
		for (k = 0; k < 500; k++) {
			now += rnd_log();
			old = ca.cwnd;
			switch (rnd_below(200)) {
			case 0:
				ca.ssthresh = ca.ops->ssthresh(&ca, rnd_log());
				CHECK(ca.ssthresh >= 2 * ca.mss);
				CHECK(ca.ssthresh <= LTCP_SSTHRESH_INF);
				ca.cwnd = ca.ssthresh;
				break;
			case 1:
				ca.ops->timeout(&ca);
				ca.cwnd = ca.mss;
				break;
			case 2:
				ca.ops->after_idle(&ca);
				CHECK(ca.cwnd <= old);
				break;
			case 3:
				now -= rnd_log();	/* must not happen */
				break;
			default:
				ack(rnd_log(), rnd_below(3) ? rtt : rnd_log(),
				    rnd_below(8));
				CHECK(ca.cwnd >= old);
				CHECK(ca.cwnd <= LTCP_SSTHRESH_INF);
				CHECK(ca.cwnd - old <= old / 2 + 8 * ca.mss +
				      ca.mss);
			}
		}
	}
}

KTAP_MAIN()
