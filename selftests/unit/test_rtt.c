// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/rtt.c against RFC 6298: worked examples, the RFC's formulas in
 * floating point, and the same in 64-bit integers over all of 32 bits.
 */

#include <linux/kernel.h>
#include <math.h>

#include "../../kmod/engine/rtt.h"
#include "ktap.h"

#define ROUNDS	2000	/* connections */
#define SAMPLES	100	/* of each */
#define MS	1000U
#define SEC	1000000U
#define G	LTCP_RTT_GRAIN_US

static struct ltcp_rtt fresh(void)
{
	struct ltcp_rtt r;

	memset(&r, 0xa5, sizeof(r));
	ltcp_rtt_init(&r);
	return r;
}

/* RFC 6298 2.1: one second before there is a sample */
TEST(init__one_second)
{
	struct ltcp_rtt r = fresh();

	CHECK_EQ(r.srtt_us, 0);
	CHECK_EQ(r.min_us, U32_MAX);
	CHECK_EQ(r.backoff, 0);
	CHECK_EQ(r.rto_us, SEC);
	CHECK_EQ(ltcp_rtt_rto(&r), SEC);
}

/* RFC 6298 2.2: SRTT = R, RTTVAR = R / 2, RTO = R + 4 * R / 2 */
TEST(sample__first)
{
	struct ltcp_rtt r = fresh();

	ltcp_rtt_sample(&r, 100 * MS, 0);
	CHECK_EQ(r.srtt_us, 8 * 100 * MS);
	CHECK_EQ(r.rttvar_us, 4 * 50 * MS);
	CHECK_EQ(r.min_us, 100 * MS);
	CHECK_EQ(ltcp_rtt_rto(&r), 300 * MS);
}

/* RFC 6298 2.3, by hand: RTTVAR = 3/4 * 50 + 1/4 * |100 - 140| = 47.5, ... */
TEST(sample__second)
{
	struct ltcp_rtt r = fresh();

	ltcp_rtt_sample(&r, 100 * MS, 0);
	ltcp_rtt_sample(&r, 140 * MS, 0);
	CHECK_EQ(r.rttvar_us, 4 * 47500);
	CHECK_EQ(r.srtt_us, 8 * 105 * MS);
	CHECK_EQ(ltcp_rtt_rto(&r), 105 * MS + 4 * 47500);
	CHECK_EQ(r.min_us, 100 * MS);

	/* ... and downwards: |105 - 25| = 80 */
	ltcp_rtt_sample(&r, 25 * MS, 0);
	CHECK_EQ(r.rttvar_us, 3 * 47500 + 80 * MS);
	CHECK_EQ(r.srtt_us, 7 * 105 * MS + 25 * MS);
	CHECK_EQ(ltcp_rtt_rto(&r), 95 * MS + 3 * 47500 + 80 * MS);
	CHECK_EQ(r.min_us, 25 * MS);
}

/* RFC 6298 2.4 */
TEST(sample__lower_bound)
{
	struct ltcp_rtt r = fresh();

	ltcp_rtt_sample(&r, 1 * MS, 200 * MS);
	CHECK_EQ(ltcp_rtt_rto(&r), 200 * MS);
	ltcp_rtt_sample(&r, 1 * MS, SEC);
	CHECK_EQ(ltcp_rtt_rto(&r), SEC);
}

/* RFC 6298 2.5 */
TEST(sample__upper_bound)
{
	struct ltcp_rtt r = fresh();

	ltcp_rtt_sample(&r, 39 * SEC, 0);
	CHECK_EQ(ltcp_rtt_rto(&r), 117 * SEC);
	r = fresh();
	ltcp_rtt_sample(&r, 41 * SEC, 0);
	CHECK_EQ(ltcp_rtt_rto(&r), LTCP_RTO_MAX_US);
	r = fresh();
	ltcp_rtt_sample(&r, U32_MAX, U32_MAX);
	CHECK_EQ(ltcp_rtt_rto(&r), LTCP_RTO_MAX_US);
	CHECK(LTCP_RTO_MAX_US >= 60 * SEC);
}

/* RFC 6298 2.2: where K * RTTVAR vanishes, G takes its place */
TEST(sample__granularity)
{
	struct ltcp_rtt r = fresh();
	int i;

	for (i = 0; i < 100; i++)
		ltcp_rtt_sample(&r, 300 * MS, 0);
	CHECK_EQ(r.srtt_us, 8 * 300 * MS);
	CHECK(r.rttvar_us < G);
	CHECK_EQ(ltcp_rtt_rto(&r), 300 * MS + G);
}

TEST(sample__zero_is_one)
{
	struct ltcp_rtt r = fresh();
	int i;

	ltcp_rtt_sample(&r, 0, 0);
	CHECK_EQ(r.srtt_us, 8);
	CHECK_EQ(r.min_us, 1);
	/* and it stays a sample, or the next would count as the first */
	for (i = 0; i < 100; i++) {
		ltcp_rtt_sample(&r, 0, 0);
		CHECK(r.srtt_us >= 8);
	}
}

/*
 * RFC 6298 2.2, 2.3: the formulas in floating point. What the integers may
 * differ: SRTT * 8 is rounded up by less than 1 each time, and 7/8 of the
 * difference stays: it sums up to less than 8, which is 1 us. |SRTT - R| so
 * differs by less than 1, RTTVAR * 4 is rounded up by less than 1 more, 3/4
 * stays: K * RTTVAR is less than 4 too small and less than 8 too large.
 */
TEST(sample__is_the_rfc)
{
	u32 r_us, rto_min, base, jitter;
	double srtt, var, rto;
	struct ltcp_rtt r;
	int i, k;

	for (i = 0; i < ROUNDS; i++) {
		base = rnd_log() % LTCP_RTO_MAX_US;
		jitter = 1 + rnd_log() % LTCP_RTO_MAX_US;
		rto_min = rnd_log() % LTCP_RTO_MAX_US;
		r = fresh();
		srtt = 0;
		var = 0;
		for (k = 0; k < SAMPLES; k++) {
			r_us = base + rnd_below(jitter);
			r_us = fmin(fmax(r_us, 1), LTCP_RTO_MAX_US);
			if (k) {
				var = 0.75 * var + 0.25 * fabs(srtt - r_us);
				srtt = 0.875 * srtt + 0.125 * r_us;
			} else {
				srtt = r_us;
				var = r_us / 2.0;
			}
			rto = srtt + fmax(G, 4 * var);
			rto = fmin(fmax(rto, rto_min), LTCP_RTO_MAX_US);

			ltcp_rtt_sample(&r, r_us, rto_min);
			CHECK(fabs(r.srtt_us / 8.0 - srtt) < 1);
			CHECK(r.rttvar_us - 4 * var > -4);
			CHECK(r.rttvar_us - 4 * var < 8);
			CHECK(ltcp_rtt_rto(&r) - rto > -5);
			CHECK(ltcp_rtt_rto(&r) - rto < 9);
		}
	}
}

/* Values at which 32 bits would overflow, if they could. */
static u32 edge(void)
{
	static const u32 edges[] = {
		0, 1, 2, 7, 8, G - 1, G, G + 1, LTCP_RTO_MAX_US - 1,
		LTCP_RTO_MAX_US, LTCP_RTO_MAX_US + 1, U32_MAX / 8,
		U32_MAX / 8 + 1, 0x7fffffff, 0x80000000, U32_MAX - 1, U32_MAX,
	};

	if (rnd32() & 1)
		return rnd_log();
	return edges[rnd_below(ARRAY_SIZE(edges))];
}

/* RFC 6298 2.3: the same with twice the bits must give the same numbers */
TEST(sample__never_overflows)
{
	u64 srtt, var, sample, rto, lowest, diff;
	u32 sample_us, rto_min;
	struct ltcp_rtt r;
	int i, k;

	for (i = 0; i < ROUNDS; i++) {
		r = fresh();
		srtt = 0;
		var = 0;
		lowest = U64_MAX;
		for (k = 0; k < SAMPLES; k++) {
			sample_us = edge();
			rto_min = edge();
			sample = sample_us ? sample_us : 1;
			if (sample > LTCP_RTO_MAX_US)
				sample = LTCP_RTO_MAX_US;
			if (sample < lowest)
				lowest = sample;
			if (k) {
				diff = srtt / 8 > sample ? srtt / 8 - sample :
							   sample - srtt / 8;
				var += diff - var / 4;
				srtt += sample - srtt / 8;
			} else {
				srtt = 8 * sample;
				var = 2 * sample;
			}
			rto = srtt / 8 + (var > G ? var : G);
			if (rto < rto_min)
				rto = rto_min;
			if (rto > LTCP_RTO_MAX_US)
				rto = LTCP_RTO_MAX_US;

			ltcp_rtt_sample(&r, sample_us, rto_min);
			CHECK_EQ(r.srtt_us, srtt);
			CHECK_EQ(r.rttvar_us, var);
			CHECK_EQ(r.min_us, lowest);
			CHECK_EQ(r.rto_us, rto);
			CHECK_EQ(ltcp_rtt_rto(&r), rto);
		}
	}
}

/* RFC 6298 2.5, 5.5: the cap holds, however long it goes on */
TEST(backoff__doubles_to_the_cap)
{
	struct ltcp_rtt r = fresh();
	u64 want = SEC;
	int i;

	for (i = 0; i < 1000; i++) {
		CHECK_EQ(ltcp_rtt_rto(&r), want);
		ltcp_rtt_backoff(&r);
		want = want * 2 > LTCP_RTO_MAX_US ? LTCP_RTO_MAX_US : want * 2;
	}
	CHECK_EQ(ltcp_rtt_rto(&r), 120 * SEC);
	CHECK_EQ(r.rto_us, SEC);
}

/* RFC 6298 5.5: the shortest timeout there is needs the most doublings */
TEST(backoff__from_the_shortest)
{
	struct ltcp_rtt r = fresh();
	int i;

	ltcp_rtt_sample(&r, 1, 0);
	r.rto_us = 1;
	for (i = 0; i < 255; i++) {
		CHECK_EQ(ltcp_rtt_rto(&r),
			 i < 27 ? 1 << i : (int)LTCP_RTO_MAX_US);
		ltcp_rtt_backoff(&r);
	}
}

/* Karn: a sample, which only new data can give, ends the backoff */
TEST(backoff__ends_with_a_sample)
{
	struct ltcp_rtt r = fresh();

	ltcp_rtt_sample(&r, 100 * MS, 0);
	ltcp_rtt_backoff(&r);
	ltcp_rtt_backoff(&r);
	CHECK_EQ(ltcp_rtt_rto(&r), 4 * 300 * MS);
	ltcp_rtt_sample(&r, 100 * MS, 0);
	CHECK_EQ(ltcp_rtt_rto(&r), 100 * MS + 3 * 50 * MS);
}

TEST(unbackoff__keeps_the_estimate)
{
	struct ltcp_rtt r = fresh(), old;

	ltcp_rtt_sample(&r, 100 * MS, 0);
	old = r;
	ltcp_rtt_backoff(&r);
	ltcp_rtt_unbackoff(&r);
	CHECK(!memcmp(&r, &old, sizeof(r)));
	ltcp_rtt_unbackoff(&r);
	CHECK_EQ(ltcp_rtt_rto(&r), 300 * MS);
}

/* RFC 6298 5.7 */
TEST(syn_lost__three_seconds)
{
	struct ltcp_rtt r = fresh();

	ltcp_rtt_backoff(&r);
	ltcp_rtt_backoff(&r);
	ltcp_rtt_backoff(&r);
	ltcp_rtt_syn_lost(&r);
	CHECK_EQ(ltcp_rtt_rto(&r), 3 * SEC);
	ltcp_rtt_backoff(&r);
	CHECK_EQ(ltcp_rtt_rto(&r), 6 * SEC);
	ltcp_rtt_sample(&r, 100 * MS, 0);
	CHECK_EQ(ltcp_rtt_rto(&r), 300 * MS);
}

TEST(syn_lost__not_with_a_sample)
{
	struct ltcp_rtt r = fresh();

	ltcp_rtt_sample(&r, 100 * MS, 0);
	ltcp_rtt_syn_lost(&r);
	CHECK_EQ(ltcp_rtt_rto(&r), 300 * MS);
}

/* 1 + 2 + 4 ... seconds, with the wait after the last retransmission */
TEST(span__as_people_know_it)
{
	CHECK_EQ(ltcp_rtt_span(SEC, 0), 1ULL * SEC);
	CHECK_EQ(ltcp_rtt_span(SEC, 1), 3ULL * SEC);
	CHECK_EQ(ltcp_rtt_span(SEC, 5), 63ULL * SEC);
	CHECK_EQ(ltcp_rtt_span(SEC, 6), 127ULL * SEC);
	/* 64 is doubled to 120, not to 128 */
	CHECK_EQ(ltcp_rtt_span(SEC, 7), 247ULL * SEC);
	CHECK_EQ(ltcp_rtt_span(SEC, 8), 367ULL * SEC);
	CHECK_EQ(ltcp_rtt_span(3 * SEC, 2), 21ULL * SEC);
}

/* The timer and the promise of the sysctl must not drift apart. */
TEST(span__is_what_backoff_does)
{
	struct ltcp_rtt r;
	unsigned int n, i;
	u64 sum;
	int k;

	for (k = 0; k < ROUNDS; k++) {
		n = rnd_below(300);
		r = fresh();
		r.rto_us = 1 + rnd_log() % LTCP_RTO_MAX_US;
		for (sum = 0, i = 0; i <= n; i++) {
			sum += ltcp_rtt_rto(&r);
			ltcp_rtt_backoff(&r);
		}
		CHECK_EQ(ltcp_rtt_span(r.rto_us, n), sum);
	}
}

/* Also shows that it does not count to four thousand million one by one. */
TEST(span__extremes)
{
	int i;

	CHECK_EQ(ltcp_rtt_span(0, 0), 0);
	CHECK_EQ(ltcp_rtt_span(U32_MAX, 0), LTCP_RTO_MAX_US);
	for (i = 0; i < ROUNDS; i++) {
		CHECK_EQ(ltcp_rtt_span(0, U32_MAX), 0);
		CHECK_EQ(ltcp_rtt_span(LTCP_RTO_MAX_US, U32_MAX),
			 (1ULL << 32) * LTCP_RTO_MAX_US);
		/* 27 doublings: 2^27 - 1 us in all, then the cap */
		CHECK_EQ(ltcp_rtt_span(1, U32_MAX), (1ULL << 27) - 1 +
			 ((1ULL << 32) - 27) * LTCP_RTO_MAX_US);
	}
}

KTAP_MAIN()
