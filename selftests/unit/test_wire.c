// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/wire.h: sequence numbers modulo 2^32, and the constants of the header
 * held against the C library's idea of it.
 */

#include <assert.h>
#include <linux/limits.h>
#include <netinet/tcp.h>

#include "../../kmod/wire.h"
#include "ktap.h"

#define ROUNDS	1000000
#define HALF	0x80000000U	/* further apart, "before" has no meaning */

/* S003: an octet stream that begins at 301 and is 100 long ends with 400 */
TEST(before__plain)
{
	u32 seq = 301, next = seq + 100;

	CHECK_EQ(next, 401);
	CHECK(ltcp_before(seq, next));
	CHECK(ltcp_before(next - 1, next));
	CHECK(!ltcp_before(next, next));
	CHECK(!ltcp_before(next, seq));
	CHECK(ltcp_after(next, seq));
	CHECK(!ltcp_after(seq, next));
	CHECK(!ltcp_after(seq, seq));
}

/* T34: "=<" means less than or equal modulo 2^32, RFC 9293 3.4 */
TEST(before__wraps)
{
	CHECK(ltcp_before(U32_MAX, 0));
	CHECK(!ltcp_before(0, U32_MAX));
	CHECK(ltcp_after(0, U32_MAX));
	CHECK(ltcp_before(0xfffffff0, 0x10));
	CHECK(ltcp_before(0, HALF - 1));
	CHECK(ltcp_before(HALF, U32_MAX));
	CHECK(ltcp_before(U32_MAX, HALF - 2));
}

/* T34: for half of the numbers, from any of them */
TEST(before__any_distance)
{
	u32 a, d;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		a = rnd32();
		d = 1 + rnd_below(HALF - 1);
		CHECK(ltcp_before(a, a + d) && ltcp_after(a + d, a));
		CHECK(!ltcp_before(a + d, a) && !ltcp_after(a, a + d));
		CHECK(!ltcp_before(a, a) && !ltcp_after(a, a));
	}
}

TEST(between__ends_belong_to_it)
{
	CHECK(ltcp_between(10, 10, 20));
	CHECK(ltcp_between(15, 10, 20));
	CHECK(ltcp_between(20, 10, 20));
	CHECK(!ltcp_between(9, 10, 20));
	CHECK(!ltcp_between(21, 10, 20));
	CHECK(ltcp_between(10, 10, 10));
	CHECK(!ltcp_between(11, 10, 10));
}

/* T34: windows lie across the wrap, too */
TEST(between__wraps)
{
	CHECK(ltcp_between(U32_MAX, U32_MAX - 5, 5));
	CHECK(ltcp_between(0, U32_MAX - 5, 5));
	CHECK(ltcp_between(5, U32_MAX - 5, 5));
	CHECK(!ltcp_between(6, U32_MAX - 5, 5));
	CHECK(!ltcp_between(HALF, U32_MAX - 5, 5));
}

/* T34: against the same question on a line that does not wrap */
TEST(between__any_interval)
{
	u64 lo, hi, seq;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		lo = U32_MAX - (u64)rnd_log();
		hi = lo + rnd_log();
		seq = lo + (rnd32() & 1 ? rnd_log() : hi - lo + rnd_below(3));
		CHECK_EQ(ltcp_between(seq, lo, hi), seq <= hi);
	}
}

static u8 flags_octet(struct tcphdr th)
{
	u8 octets[LTCP_HDR_LEN];

	static_assert(sizeof(th) == LTCP_HDR_LEN, "header length");
	memcpy(octets, &th, sizeof(th));
	return octets[13];
}

/* S009: each control bit at its place */
TEST(flags__as_on_the_wire)
{
	CHECK_EQ(LTCP_FIN, flags_octet((struct tcphdr){ .fin = 1 }));
	CHECK_EQ(LTCP_SYN, flags_octet((struct tcphdr){ .syn = 1 }));
	CHECK_EQ(LTCP_RST, flags_octet((struct tcphdr){ .rst = 1 }));
	CHECK_EQ(LTCP_PSH, flags_octet((struct tcphdr){ .psh = 1 }));
	CHECK_EQ(LTCP_ACK, flags_octet((struct tcphdr){ .ack = 1 }));
	CHECK_EQ(LTCP_URG, flags_octet((struct tcphdr){ .urg = 1 }));
	/* the C library calls ECE and CWR the second reserved field */
	CHECK_EQ(LTCP_ECE, flags_octet((struct tcphdr){ .res2 = 1 }));
	CHECK_EQ(LTCP_CWR, flags_octet((struct tcphdr){ .res2 = 2 }));
}

/* S008: the data offset has four bits and counts 32-bit words */
TEST(header__lengths)
{
	CHECK_EQ(LTCP_HDR_LEN, 5 * 4);
	CHECK_EQ(LTCP_MAX_HDR_LEN, 15 * 4);
	CHECK_EQ(LTCP_MAX_WINDOW, 0xffff);
	/* RFC 9293 3.7.1 MUST-15 */
	CHECK_EQ(LTCP_MSS_DEFAULT_V4, 536);
	/* RFC 7323 2.2: window of less than 2^30 octets */
	CHECK((u64)LTCP_MAX_WINDOW << LTCP_MAX_WSCALE < 1ULL << 30);
}

KTAP_MAIN()
