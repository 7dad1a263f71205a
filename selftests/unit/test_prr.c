// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/prr.c: the examples of RFC 6937, and what must hold whatever
 * the numbers are. A unit is a segment here.
 */

#include <linux/kernel.h>

#include "../../kmod/engine/prr.h"
#include "ktap.h"

#define ROUNDS	100000

/*
 * RFC 6937 3, and its first example: 20 segments, one lost, ssthresh 10. One
 * goes out for two that arrive, the retransmission first; at the end 10 are on
 * their way.
 */
TEST(more__half_for_reno)
{
	struct ltcp_prr p;
	u32 pipe = 20 - 3 - 1, more, sent = 0;
	int i;

	ltcp_prr_begin(&p, 18);
	for (i = 0; i < 17; i++) {
		more = ltcp_prr_more(&p, 1, pipe, 10, 1, false);
		CHECK(more <= 1);
		p.out += more;
		sent += more;
		pipe += more;
		if (i < 16)
			pipe--;
	}
	CHECK(sent == 9 || sent == 10);
	CHECK_EQ(pipe, sent);
}

/* RFC 6937 3, its second example: most is lost, so by what arrives */
TEST(more__burst_of_losses)
{
	struct ltcp_prr p;

	/* 20 sent, 4 arrive, 16 are lost, ssthresh 10 */
	ltcp_prr_begin(&p, 18);
	CHECK_EQ(ltcp_prr_more(&p, 1, 0, 10, 1, false), 1);
	p.out += 1;
	CHECK_EQ(ltcp_prr_more(&p, 1, 1, 10, 1, false), 1);
	p.out += 1;
	/* And in slow start when it is safe. */
	CHECK_EQ(ltcp_prr_more(&p, 1, 1, 10, 1, true), 2);
}

/* RFC 6937 3: the first retransmission is not held back */
TEST(more__first_goes_out)
{
	struct ltcp_prr p;

	ltcp_prr_begin(&p, 100000);
	CHECK_EQ(ltcp_prr_more(&p, 0, 99000, 50000, 1460, false), 1460);
	p.out = 1460;
	CHECK_EQ(ltcp_prr_more(&p, 0, 99000, 50000, 1460, false), 0);
}

/* RFC 6937 3: never more than arrived and a segment, never beyond ssthresh */
TEST(more__bounds)
{
	u32 delivered, pipe, ssthresh, mss, more;
	struct ltcp_prr p;
	int i, j;

	for (i = 0; i < ROUNDS / 10; i++) {
		mss = 48 + rnd_below(9000);
		ssthresh = 2 * mss + rnd_below(1 << (10 + rnd_below(15)));
		ltcp_prr_begin(&p, rnd_log());
		for (j = 0; j < 10; j++) {
			bool safe = rnd_below(2);

			delivered = rnd_below(10 * mss);
			pipe = rnd_below(2 * ssthresh);
			more = ltcp_prr_more(&p, delivered, pipe, ssthresh, mss,
					     safe);
			CHECK(more <= mss + p.delivered);
			if (pipe <= ssthresh && (p.out || more != mss))
				CHECK(pipe + more <= ssthresh);
			p.out += more;
		}
	}
}

/* Of nothing comes no more, and no division by it */
TEST(more__no_flight)
{
	struct ltcp_prr p;

	ltcp_prr_begin(&p, 0);
	p.out = 1;
	CHECK_EQ(ltcp_prr_more(&p, 0, 20, 10, 1, false), 0);
}

KTAP_MAIN()
