// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/timestamp.h: PAWS and round trips where the clocks wrap around.
 */

#include "../../kmod/engine/timestamp.h"
#include "ktap.h"

#define ROUNDS	100000
#define DAY_S	(24 * 3600U)

/* S078: RFC 7323 5.2, 2^31 values are older than each, wherever it stands. */
TEST(paws__half_of_all)
{
	u32 recent, ahead;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		recent = rnd32();
		ahead = rnd32() >> 1;
		CHECK(!ltcp_paws_old(recent + ahead, recent, 0));
		CHECK(ltcp_paws_old(recent - 1 - (ahead >> 1), recent, 0));
	}
	CHECK(!ltcp_paws_old(0, 0xffffffff, 0));
	CHECK(ltcp_paws_old(0xffffffff, 0, 0));
	CHECK(!ltcp_paws_old(5, 5, 0));
	CHECK(!ltcp_paws_old(0x7fffffff, 0, 0));
	CHECK(ltcp_paws_old(0x80000001, 0, 0));
}

/*
 * RFC 7323 5.5: a clock of 1 ms needs 24.8 days to look old without being so;
 * by then nothing is checked, and when a check is made it is right.
 */
TEST(paws__ends_before_the_clock_wraps)
{
	u32 recent = rnd32(), s;

	CHECK(ltcp_paws_old(recent - 1, recent, 24 * DAY_S));
	CHECK(!ltcp_paws_old(recent - 1, recent, 24 * DAY_S + 1));
	CHECK(!ltcp_paws_old(recent - 1, recent, 0xffffffff));
	for (s = 0; s < 100 * DAY_S; s += 61)
		CHECK(!ltcp_paws_old(recent + s * 1000, recent, s));
}

TEST(rtt__of_all_clocks)
{
	u32 now, ms;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		now = rnd32();
		ms = rnd_below(LTCP_RTO_MAX_US / 1000) + 1;
		CHECK_EQ(ltcp_ts_rtt_us(now, now - ms), ms * 1000);
	}
	/* Less than a tick is not nothing. */
	CHECK_EQ(ltcp_ts_rtt_us(7, 7), 1000);
	CHECK_EQ(ltcp_ts_rtt_us(2, 0xfffffffe), 4000);
}

/* A peer that lies makes no sample of hours, nor one of the future. */
TEST(rtt__nonsense)
{
	u32 now = rnd32(), ms = LTCP_RTO_MAX_US / 1000;

	CHECK_EQ(ltcp_ts_rtt_us(now, now - ms), LTCP_RTO_MAX_US);
	CHECK_EQ(ltcp_ts_rtt_us(now, now - ms - 1), 0);
	CHECK_EQ(ltcp_ts_rtt_us(now, now + 1), 0);
	CHECK_EQ(ltcp_ts_rtt_us(now, now + 0x80000000), 0);
}

KTAP_MAIN()
