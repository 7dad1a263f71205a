// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/ip/merge.c: which segments may become one.
 */

#include "../../kmod/ip/merge.h"
#include "../../kmod/wire.h"
#include "ktap.h"

#define ROUNDS	100000
#define MSS	1460
#define DOFF	8	/* header of 32 octets */

static u8 held[LTCP_MAX_HDR_LEN], next[LTCP_MAX_HDR_LEN];

static void set_seq(u8 *th, u32 seq)
{
	th[4] = seq >> 24;
	th[5] = seq >> 16;
	th[6] = seq >> 8;
	th[7] = seq;
}

/* Two headers, of which the second is @len octets after the first. */
static void make_pair(u32 len)
{
	u32 seq = rnd32();

	rnd_fill(held, sizeof(held));
	held[12] = DOFF << 4;
	held[13] = LTCP_ACK;
	memcpy(next, held, sizeof(held));
	set_seq(held, seq);
	set_seq(next, seq + len);
}

static enum ltcp_merge ask(u32 held_len, u32 len)
{
	return ltcp_merge_next(held, held_len, MSS, next, len);
}

/* The next one of the same size, wherever in the sequence space. */
TEST(next__more)
{
	u32 len;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		len = (rnd_below(40) + 1) * MSS;
		make_pair(len);
		CHECK(ltcp_merge_first(held, MSS));
		CHECK_EQ(ask(len, MSS), LTCP_MERGE_MORE);
		CHECK_EQ(ask(len + 1 + rnd_below(0xfffffffe), MSS),
			 LTCP_MERGE_REFUSE);
	}
}

TEST(next__last)
{
	make_pair(MSS);
	CHECK_EQ(ask(MSS, MSS - 1), LTCP_MERGE_LAST);
	CHECK_EQ(ask(MSS, 1), LTCP_MERGE_LAST);
	CHECK_EQ(ask(MSS, 0), LTCP_MERGE_REFUSE);
	CHECK_EQ(ask(MSS, MSS + 1), LTCP_MERGE_REFUSE);
	next[13] |= LTCP_PSH;
	CHECK_EQ(ask(MSS, MSS), LTCP_MERGE_LAST);
	next[13] = LTCP_ACK | LTCP_FIN;
	CHECK_EQ(ask(MSS, MSS), LTCP_MERGE_LAST);
}

/* Any bit that differs, but for PSH and FIN, and CWR of the first one. */
TEST(next__every_bit)
{
	const u8 may = LTCP_PSH | LTCP_FIN;
	unsigned int bit;

	/* Ports are not looked at: the caller has. */
	for (bit = 32; bit < DOFF * 32; bit++) {
		if (bit / 8 >= 16 && bit / 8 < 18)
			continue;	/* nor is the checksum */
		make_pair(MSS);
		next[bit / 8] ^= 1 << bit % 8;
		if (bit / 8 == 13 && (1 << bit % 8 & may))
			CHECK_EQ(ask(MSS, MSS), LTCP_MERGE_LAST);
		else
			CHECK_EQ(ask(MSS, MSS), LTCP_MERGE_REFUSE);
	}
	make_pair(MSS);
	held[13] |= LTCP_CWR;
	CHECK(ltcp_merge_first(held, MSS));
	CHECK_EQ(ask(MSS, MSS), LTCP_MERGE_MORE);
}

TEST(first__flags)
{
	unsigned int flags;

	make_pair(MSS);
	for (flags = 0; flags < 256; flags++) {
		held[13] = flags;
		CHECK_EQ(ltcp_merge_first(held, 1),
			 (flags & ~(LTCP_ECE | LTCP_CWR)) == LTCP_ACK);
		CHECK(!ltcp_merge_first(held, 0));
	}
}

TEST(flags__end)
{
	make_pair(MSS);
	ltcp_merge_flags(held, LTCP_ACK | LTCP_FIN | LTCP_PSH | LTCP_CWR);
	CHECK_EQ(held[13], LTCP_ACK | LTCP_FIN | LTCP_PSH);
}

KTAP_MAIN()
