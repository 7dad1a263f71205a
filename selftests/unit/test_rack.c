// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/rack_time.c against RFC 8985: who was sent later, the reordering
 * window, when a segment is overdue, when to probe.
 */

#include <linux/kernel.h>

#include "../../kmod/engine/rack.h"
#include "ktap.h"

#define MS	1000U
#define SEC	1000000ULL

/* RFC 8985 6.2: by time, and in one burst by sequence number */
TEST(after__time_then_number)
{
	CHECK(ltcp_rack_after(2, 1, 1, 100));
	CHECK(!ltcp_rack_after(1, 100, 2, 1));
	CHECK(ltcp_rack_after(5, 101, 5, 100));
	CHECK(!ltcp_rack_after(5, 100, 5, 100));
	CHECK(ltcp_rack_after(5, 3, 5, 0xfffffff0U));
	CHECK(!ltcp_rack_after(5, 0xfffffff0U, 5, 3));
}

/* RFC 8985 6.2 step 2: the latest one counts, and the last round trip */
TEST(arrived__keeps_the_latest)
{
	struct ltcp_rack r = { .wnd_mult = 1 };

	ltcp_rack_arrived(&r, 1000, 10, 50);
	ltcp_rack_arrived(&r, 3000, 30, 60);
	ltcp_rack_arrived(&r, 2000, 20, 70);
	CHECK_EQ(r.xmit_us, 3000);
	CHECK_EQ(r.end_seq, 30);
	CHECK_EQ(r.rtt_us, 70);
}

/* RFC 8985 6.2 step 4: a quarter of the least round trip, no more than SRTT */
TEST(window__quarters)
{
	struct ltcp_rack r = { .wnd_mult = 1 };
	unsigned int i;

	for (i = 1; i <= 255; i++) {
		r.wnd_mult = i;
		CHECK_EQ(ltcp_rack_window(&r, 40 * MS, 60 * MS),
			 i < 6 ? i * 10 * MS : 60 * MS);
	}
	r.wnd_mult = 255;
	CHECK_EQ(ltcp_rack_window(&r, 0xffffffffU, 0xffffffffU), 0xffffffffU);
	CHECK_EQ(ltcp_rack_window(&r, 0xffffffffU, 0), 0);
}

/* Step 4: wider once in a round trip; narrow again after 16 episodes */
TEST(round__widens_once)
{
	struct ltcp_rack r = { .wnd_mult = 1 };
	int i;

	ltcp_rack_round(&r, 100, 500, false);
	CHECK_EQ(r.wnd_mult, 1);
	ltcp_rack_round(&r, 100, 500, true);
	CHECK_EQ(r.wnd_mult, 2);
	ltcp_rack_round(&r, 499, 900, true);
	CHECK_EQ(r.wnd_mult, 2);
	ltcp_rack_round(&r, 500, 900, true);
	CHECK_EQ(r.wnd_mult, 3);
	for (i = 1; i < LTCP_RACK_PERSIST; i++)
		ltcp_rack_episode(&r);
	CHECK_EQ(r.wnd_mult, 3);
	ltcp_rack_episode(&r);
	CHECK_EQ(r.wnd_mult, 1);
	ltcp_rack_episode(&r);
	CHECK_EQ(r.wnd_mult, 1);
}

/* The count of rounds does not wrap around, the numbers of rounds may */
TEST(round__saturates)
{
	struct ltcp_rack r = { .wnd_mult = 1 };
	u32 una = 0xffffff00U;
	int i;

	for (i = 0; i < 300; i++) {
		ltcp_rack_round(&r, una, una + 10, true);
		una += 10;
	}
	CHECK_EQ(r.wnd_mult, 255);
}

/* RFC 8985 6.2 step 5 */
TEST(left__until_overdue)
{
	struct ltcp_rack r = { .wnd_mult = 1, .rtt_us = 100 * MS };

	CHECK_EQ(ltcp_rack_left(&r, 5 * SEC, 25 * MS, 5 * SEC), 125 * MS);
	CHECK_EQ(ltcp_rack_left(&r, 5 * SEC, 25 * MS, 5 * SEC + 124999), 1);
	CHECK_EQ(ltcp_rack_left(&r, 5 * SEC, 25 * MS, 5 * SEC + 125000), 0);
	CHECK_EQ(ltcp_rack_left(&r, 5 * SEC, 25 * MS, 500 * SEC), 0);
}

/* RFC 8985 7.2 */
TEST(pto__two_round_trips)
{
	CHECK_EQ(ltcp_tlp_pto(0, true), SEC);
	CHECK_EQ(ltcp_tlp_pto(0, false), SEC);
	CHECK_EQ(ltcp_tlp_pto(30 * MS, false), 60 * MS);
	CHECK_EQ(ltcp_tlp_pto(30 * MS, true), 260 * MS);
}

KTAP_MAIN()
