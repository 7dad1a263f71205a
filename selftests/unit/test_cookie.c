// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/tables/cookie.c: what is made is found again, what was not made is not,
 * and a guess is as good as chance. Bounds of the statistical cases fail by
 * chance less than once in a million runs.
 */

#include <linux/kernel.h>

#include "../../kmod/tables/cookie.h"
#include "../../kmod/wire.h"
#include "ktap.h"

#define ROUNDS	100000

/* A cookie's circumstances, all at random. */
struct scene {
	siphash_key_t fresh;
	u8 tuple[12];
	struct ltcp_cookie_id id;
};

static void scene_random(struct scene *s)
{
	s->fresh = (siphash_key_t){ { rnd64(), rnd64() } };
	rnd_fill(s->tuple, sizeof(s->tuple));
	s->id = (struct ltcp_cookie_id){
		.fresh = &s->fresh,
		.tuple = s->tuple,
		.len = sizeof(s->tuple),
		.f = rnd32(),
		.irs = rnd32(),
		.epoch = rnd_log(),
	};
}

/* S058: what the cookie was made with comes back. */
TEST(cookie__round_trip)
{
	struct scene s;
	u8 data;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		scene_random(&s);
		data = rnd_below(LTCP_COOKIE_DATA);
		CHECK_EQ(ltcp_cookie_check(&s.id,
					   ltcp_cookie_make(&s.id, data)),
			 data);
	}
}

/* Not one of the three that hold the data. */
static u32 other_bit(void)
{
	u32 bit = rnd_below(29);

	return 1U << (bit < 21 ? bit : bit + 3);
}

/* One circumstance differs, by one bit: it must not be right. */
static int check_changed(struct scene *s, u32 cookie, unsigned int what)
{
	switch (what) {
	case 0:
		s->tuple[rnd_below(sizeof(s->tuple))] ^= 1 << rnd_below(8);
		break;
	case 1:
		s->id.irs ^= other_bit();
		break;
	case 2:
		s->id.epoch ^= 1 << rnd_below(8);
		break;
	case 3:
		s->id.f ^= other_bit();
		break;
	case 4:
		s->fresh.key[rnd_below(2)] ^= 1ULL << rnd_below(64);
		break;
	default:
		cookie ^= other_bit();
	}
	return ltcp_cookie_check(&s->id, cookie);
}

/* V15: it is bound to address, port, sequence number, time and secrets. */
TEST(cookie__bound_to_everything)
{
	unsigned int right = 0, what;
	struct scene s;
	u32 cookie;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		for (what = 0; what < 6; what++) {
			scene_random(&s);
			cookie = ltcp_cookie_make(&s.id, 0);
			right += check_changed(&s, cookie, what) >= 0;
		}
	}
	/* Two of the six draw lots anew, 8 in 2^24 at best: 0.1 expected */
	CHECK(right <= 4);
}

/* T18 V15: 2^24 guesses at one cookie that two epochs would take. */
TEST(cookie__forged_by_chance_only)
{
	struct scene s, old;
	u32 i, right = 0;

	scene_random(&s);
	old = s;
	old.id.fresh = &old.fresh;
	old.fresh.key[0] ^= rnd64() | 1;
	old.id.epoch--;
	for (i = 0; i < 1 << 24; i++) {
		u32 guess = rnd32();

		right += ltcp_cookie_check(&s.id, guess) >= 0;
		right += ltcp_cookie_check(&old.id, guess) >= 0;
	}
	/* 16 right ones of 2^32: 0.06 expected */
	CHECK(right <= 4);
}

/* All of them: as many are right as cookie.h says. */
TEST(cookie__right_numbers)
{
	struct scene s;
	u32 first, i;
	int right = 0;

	scene_random(&s);
	first = ltcp_cookie_make(&s.id, 0);
	/* The upper 8 bits are checked first: look at all that have them. */
	for (i = 0; i < 1 << 24; i++)
		right += ltcp_cookie_check(&s.id, first - (1 << 23) + i) >= 0;
	CHECK(right <= LTCP_COOKIE_DATA);
	CHECK(right >= 1);
}

/*
 * S051: in one epoch the cookies of a tuple grow as the peer's numbers do, and
 * from epoch to epoch by 2^24 and less than as much again.
 */
TEST(cookie__grows)
{
	struct scene s;
	u32 a, b, step;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		scene_random(&s);
		a = ltcp_cookie_make(&s.id, 0);
		step = 1 + rnd_below(1 << 30);
		s.id.irs += step;
		b = ltcp_cookie_make(&s.id, 0);
		CHECK_EQ(b - a, step);

		s.id.epoch++;
		s.fresh.key[0] ^= rnd64();
		a = ltcp_cookie_make(&s.id, rnd_below(LTCP_COOKIE_DATA));
		CHECK(ltcp_after(a, b));
		CHECK(a - b < 1 << 25);
	}
}

/* S052: with another secret of the epoch, 24 bits are as good as new. */
TEST(cookie__fresh_secret_matters)
{
	unsigned int seen[256] = { 0 }, i;
	double chi2 = 0, expect = ROUNDS / 256.0;
	struct scene s;

	scene_random(&s);
	for (i = 0; i < ROUNDS; i++) {
		s.fresh.key[1] = rnd64();
		seen[ltcp_cookie_make(&s.id, 0) >> 12 & 0xff]++;
	}
	for (i = 0; i < 256; i++)
		chi2 += (seen[i] - expect) * (seen[i] - expect) / expect;
	/* 255 degrees of freedom: mean 255, standard deviation 22.6 */
	CHECK(chi2 > 255 - 6 * 22.6);
	CHECK(chi2 < 255 + 8 * 22.6);
}

TEST(epoch__length)
{
	CHECK_EQ(ltcp_cookie_epoch(0), 0);
	CHECK_EQ(ltcp_cookie_epoch((1ULL << 35) - 1), 0);
	CHECK_EQ(ltcp_cookie_epoch(1ULL << 35), 1);
	/* V15: two of them are less than the two minutes of Linux */
	CHECK((2ULL << LTCP_COOKIE_EPOCH_SHIFT) < 120000000000ULL);
}

/* Never more than the peer takes, as long as that is no less than 48. */
TEST(mss__rounded_down)
{
	u32 mss, last = 0;

	for (mss = 48; mss <= 65535; mss++) {
		u8 i = ltcp_cookie_from_mss(mss);
		u16 out = ltcp_cookie_to_mss(i);

		CHECK(i < LTCP_COOKIE_DATA);
		CHECK(out <= mss);
		CHECK(out >= last);
		CHECK_EQ(ltcp_cookie_from_mss(out), i);
		last = out;
	}
	CHECK_EQ(ltcp_cookie_from_mss(0), 0);
	CHECK_EQ(ltcp_cookie_to_mss(ltcp_cookie_from_mss(536)), 536);
	CHECK_EQ(ltcp_cookie_to_mss(ltcp_cookie_from_mss(1460)), 1460);
	CHECK_EQ(ltcp_cookie_to_mss(ltcp_cookie_from_mss(65495)), 8960);
}

TEST(ts__round_trip)
{
	struct ltcp_cookie_options in = { 0 }, out;
	u32 clock, ts;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		clock = rnd32();
		in.has_wscale = rnd_below(2);
		in.wscale = in.has_wscale ? rnd_below(LTCP_MAX_WSCALE + 1) : 0;
		in.sack = rnd_below(2);
		in.ecn = rnd_below(2);
		ts = ltcp_cookie_to_ts(clock, &in);
		CHECK(!ltcp_after(ts, clock));
		CHECK(clock - ts < 2 << LTCP_COOKIE_TS_BITS);
		ltcp_cookie_from_ts(ts, &out);
		CHECK_EQ(out.has_wscale, in.has_wscale);
		CHECK_EQ(out.wscale, in.wscale);
		CHECK_EQ(out.sack, in.sack);
		CHECK_EQ(out.ecn, in.ecn);
	}
}

KTAP_MAIN()
