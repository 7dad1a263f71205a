// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/options.c: known octets, every length that can be wrong, and
 * random input against a second parser that is written for nothing but to be
 * obviously right. All input stands at the end of an allocation of its size,
 * so that the address sanitizer sees the first octet read too far.
 */

#include "../../kmod/engine/options.h"
#include "../../kmod/wire.h"
#include "ktap.h"

#define ROUNDS	200000

#define SYN_ONLY (LTCP_HAS_MSS | LTCP_HAS_WSCALE | LTCP_HAS_SACK_OK)

/* Parse a copy that has nothing behind it. */
static int parse(struct ltcp_options *opt, const u8 *octets, unsigned int len,
		 bool syn)
{
	u8 *exact = malloc(len);
	int err;

	memcpy(exact, octets, len);
	memset(opt, 0xa5, sizeof(*opt));
	err = ltcp_options_parse(opt, exact, len, syn);
	free(exact);
	return err;
}

/* The short way to the timestamps finds what the parser finds. */
static void timestamp_as_parsed(const u8 *octets, unsigned int len)
{
	struct ltcp_options opt;
	u32 tsval, tsecr;
	u8 *exact;
	bool has;

	parse(&opt, octets, len, false);
	exact = malloc(len);
	memcpy(exact, octets, len);
	has = ltcp_options_timestamp(exact, len, &tsval, &tsecr);
	free(exact);
	CHECK_EQ(has, !!(opt.has & LTCP_HAS_TIMESTAMP));
	if (has) {
		CHECK_EQ(tsval, opt.tsval);
		CHECK_EQ(tsecr, opt.tsecr);
	}
}

TEST(timestamp__as_parsed)
{
	static const u8 usual[] = { 1, 1, 8, 10 };
	u8 octets[40] = { 0 };
	int i;

	timestamp_as_parsed(octets, 0);
	for (i = 0; i < ROUNDS; i++) {
		rnd_fill(octets, sizeof(octets));
		timestamp_as_parsed(octets, 4 * rnd_below(11));
		memcpy(octets + rnd_below(24), usual, sizeof(usual));
		timestamp_as_parsed(octets, 4 * rnd_below(11));
		memcpy(octets, usual, sizeof(usual));
		timestamp_as_parsed(octets, 4 * rnd_below(11));
		timestamp_as_parsed(octets, LTCP_TIMESTAMP_ROOM);
	}
}

#define PARSE(opt, syn, ...) \
	parse(opt, (const u8 []){ __VA_ARGS__ }, \
	      sizeof((const u8 []){ __VA_ARGS__ }), syn)

static bool same(const struct ltcp_options *a, const struct ltcp_options *b)
{
	return a->has == b->has && a->wscale == b->wscale &&
	       a->mss == b->mss && a->tsval == b->tsval &&
	       a->tsecr == b->tsecr && a->nsacks == b->nsacks &&
	       !memcmp(a->sacks, b->sacks, a->nsacks * sizeof(*a->sacks));
}

static u32 model_u32(const u8 *o)
{
	return o[0] * 16777216U + o[1] * 65536 + o[2] * 256 + o[3];
}

/* The second parser: looks at each octet by number, and asks before it does. */
static int model(struct ltcp_options *opt, const u8 *o, int len, bool syn)
{
	int i = 0, kind, k, n;

	*opt = (struct ltcp_options){ 0 };
	while (i < len) {
		kind = o[i];
		if (kind == 0)
			return 0;
		if (kind == 1) {
			i++;
			continue;
		}
		if (i + 1 >= len)
			return -EINVAL;
		n = o[i + 1];
		if (n < 2 || i + n > len)
			return -EINVAL;
		if (syn && kind == 2 && n == 4 && o[i + 2] + o[i + 3] > 0) {
			opt->has |= LTCP_HAS_MSS;
			opt->mss = o[i + 2] * 256 + o[i + 3];
		}
		if (syn && kind == 3 && n == 3) {
			opt->has |= LTCP_HAS_WSCALE;
			opt->wscale = o[i + 2] > 14 ? 14 : o[i + 2];
		}
		if (syn && kind == 4 && n == 2)
			opt->has |= LTCP_HAS_SACK_OK;
		if (kind == 8 && n == 10) {
			opt->has |= LTCP_HAS_TIMESTAMP;
			opt->tsval = model_u32(o + i + 2);
			opt->tsecr = model_u32(o + i + 6);
		}
		if (!syn && kind == 5 &&
		    (n == 10 || n == 18 || n == 26 || n == 34)) {
			opt->has |= LTCP_HAS_SACK;
			opt->nsacks = (n - 2) / 8;
			for (k = 0; k < (int)opt->nsacks; k++) {
				opt->sacks[k].start = model_u32(o + i + 2 +
								8 * k);
				opt->sacks[k].end = model_u32(o + i + 6 +
							      8 * k);
			}
		}
		i += n;
	}
	return 0;
}

static void check_against_model(const u8 *octets, unsigned int len)
{
	struct ltcp_options opt, want;
	bool syn = rnd32() & 1;
	int err;

	err = parse(&opt, octets, len, syn);
	CHECK_EQ(err, model(&want, octets, len, syn));
	CHECK(same(&opt, &want));
}

TEST(parse__nothing)
{
	struct ltcp_options opt;

	CHECK_EQ(parse(&opt, (const u8 *)"", 0, true), 0);
	CHECK(same(&opt, &(struct ltcp_options){ 0 }));
}

/* MUST-4 MUST-14 RFC 7323 2.2, 3.2 RFC 2018 2: MSS and the rest */
TEST(parse__each_option)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, true, 2, 4, 0x05, 0xb4), 0);
	CHECK_EQ(opt.has, LTCP_HAS_MSS);
	CHECK_EQ(opt.mss, 1460);

	CHECK_EQ(PARSE(&opt, true, 3, 3, 7), 0);
	CHECK_EQ(opt.has, LTCP_HAS_WSCALE);
	CHECK_EQ(opt.wscale, 7);

	CHECK_EQ(PARSE(&opt, true, 4, 2), 0);
	CHECK_EQ(opt.has, LTCP_HAS_SACK_OK);

	CHECK_EQ(PARSE(&opt, false, 8, 10, 0xff, 0xee, 0xdd, 0xcc, 1, 2, 3, 4),
		 0);
	CHECK_EQ(opt.has, LTCP_HAS_TIMESTAMP);
	CHECK_EQ(opt.tsval, 0xffeeddccU);
	CHECK_EQ(opt.tsecr, 0x01020304);
}

/* What a Linux client sends. */
TEST(parse__common_syn)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, true, 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0,
		       0, 0, 0, 1, 3, 3, 7), 0);
	CHECK_EQ(opt.has, SYN_ONLY | LTCP_HAS_TIMESTAMP);
	CHECK_EQ(opt.mss, 1460);
	CHECK_EQ(opt.wscale, 7);
	CHECK_EQ(opt.tsval, 9);
	CHECK_EQ(opt.tsecr, 0);
}

/* RFC 2018 3: one to four blocks, but not in a SYN */
TEST(parse__sack)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, false, 1, 1, 5, 10, 0, 0, 0, 1, 0xff, 0, 0, 2), 0);
	CHECK_EQ(opt.has, LTCP_HAS_SACK);
	CHECK_EQ(opt.nsacks, 1);
	CHECK_EQ(opt.sacks[0].start, 1);
	CHECK_EQ(opt.sacks[0].end, 0xff000002U);
	CHECK_EQ(PARSE(&opt, true, 1, 1, 5, 10, 0, 0, 0, 1, 0xff, 0, 0, 2), 0);
	CHECK_EQ(opt.has, 0);
	/* none, a part of one, and one and a part */
	CHECK_EQ(PARSE(&opt, false, 5, 2), 0);
	CHECK_EQ(opt.has, 0);
	CHECK_EQ(PARSE(&opt, false, 5, 6, 0, 0, 0, 1), 0);
	CHECK_EQ(opt.has, 0);
	CHECK_EQ(PARSE(&opt, false, 5, 14, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3),
		 0);
	CHECK_EQ(opt.has, 0);
	/* of two, the last one, and nothing of the other */
	CHECK_EQ(PARSE(&opt, false, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
		       0, 0, 0, 4, 5, 10, 0, 0, 0, 5, 0, 0, 0, 6), 0);
	CHECK_EQ(opt.nsacks, 1);
	CHECK_EQ(opt.sacks[0].start, 5);
	CHECK_EQ(opt.sacks[1].start, 0);
}

/* MUST-65 RFC 7323 1.3 RFC 2018 2: they count in a SYN only */
TEST(parse__syn_options_need_syn)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, false, 2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7), 0);
	CHECK(same(&opt, &(struct ltcp_options){ 0 }));
}

/* MUST-4: what follows the End of Option List is padding */
TEST(parse__ends_at_end)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, true, 4, 2, 0, 2, 4, 5, 0xb4), 0);
	CHECK_EQ(opt.has, LTCP_HAS_SACK_OK);
	CHECK_EQ(PARSE(&opt, true, 0, 2, 0), 0);
	CHECK_EQ(opt.has, 0);
}

/* MUST-4 MUST-64: options begin and end anywhere */
TEST(parse__any_alignment)
{
	u8 octets[LTCP_MAX_OPT_LEN];
	struct ltcp_options opt;
	unsigned int nops;

	memset(octets, LTCP_OPT_NOP, sizeof(octets));
	for (nops = 0; nops <= sizeof(octets) - 4; nops++) {
		memcpy(octets + nops, "\x02\x04\x05\xb4", 4);
		CHECK_EQ(parse(&opt, octets, nops + 4, true), 0);
		CHECK_EQ(opt.mss, 1460);
		CHECK_EQ(parse(&opt, octets, sizeof(octets), true), 0);
		CHECK_EQ(opt.mss, 1460);
		octets[nops] = LTCP_OPT_NOP;
	}
}

/* MUST-6 MUST-68: what nobody knows is stepped over by its length */
TEST(parse__unknown_kinds)
{
	u8 octets[LTCP_MAX_OPT_LEN] = { 0 };
	struct ltcp_options opt;
	unsigned int kind, len;

	for (kind = 0; kind < 256; kind++) {
		if (kind <= LTCP_OPT_SACK_OK || kind == LTCP_OPT_TIMESTAMP)
			continue;
		for (len = 2; len <= sizeof(octets) - 4; len++) {
			memset(octets, 0x02, sizeof(octets));
			octets[0] = kind;
			octets[1] = len;
			memcpy(octets + len, "\x02\x04\x05\xb4", 4);
			CHECK_EQ(parse(&opt, octets, len + 4, true), 0);
			CHECK_EQ(opt.has, LTCP_HAS_MSS);
			CHECK_EQ(opt.mss, 1460);
		}
	}
}

/* S016 MUST-7: no length does harm, and what came before it counts */
TEST(parse__impossible_lengths)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, true, 4, 2, 2, 0, 5, 0xb4), -EINVAL);
	CHECK_EQ(opt.has, LTCP_HAS_SACK_OK);
	CHECK_EQ(PARSE(&opt, true, 4, 2, 2, 1, 5, 0xb4), -EINVAL);
	CHECK_EQ(opt.has, LTCP_HAS_SACK_OK);
	CHECK_EQ(PARSE(&opt, true, 4, 2, 2, 5, 5, 0xb4), -EINVAL);
	CHECK_EQ(opt.has, LTCP_HAS_SACK_OK);
	CHECK_EQ(PARSE(&opt, true, 4, 2, 2, 255), -EINVAL);
	CHECK_EQ(opt.has, LTCP_HAS_SACK_OK);
	/* the length itself is missing */
	CHECK_EQ(PARSE(&opt, true, 4, 2, 2), -EINVAL);
	CHECK_EQ(opt.has, LTCP_HAS_SACK_OK);
	CHECK_EQ(PARSE(&opt, true, 77), -EINVAL);
}

/* MUST-7: a known kind with a length not its own is as good as unknown */
TEST(parse__wrong_lengths)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, true, 2, 3, 5, 2, 5, 5, 0xb4, 0, 3, 2, 3, 4, 1, 2,
		       4, 3, 0, 8, 9, 0, 0, 0, 1, 0, 0, 0, 8, 11, 0, 0, 0, 1, 0,
		       0, 0, 0, 0), 0);
	CHECK(same(&opt, &(struct ltcp_options){ 0 }));
}

/* S016 MUST-7: every kind, every length, on every size of the field */
TEST(parse__every_kind_and_length)
{
	u8 octets[LTCP_MAX_OPT_LEN];
	unsigned int kind, olen, len;

	for (kind = 0; kind < 256; kind++) {
		for (olen = 0; olen < 256; olen++) {
			rnd_fill(octets, sizeof(octets));
			octets[0] = kind;
			octets[1] = olen;
			len = olen % (LTCP_MAX_OPT_LEN + 1);
			check_against_model(octets, len);
			check_against_model(octets, sizeof(octets));
		}
	}
}

/* RFC 7323 2.3: a shift above 14 is used as 14 */
TEST(parse__wscale_is_clamped)
{
	struct ltcp_options opt;
	unsigned int shift;

	for (shift = 0; shift < 256; shift++) {
		CHECK_EQ(PARSE(&opt, true, 3, 3, shift), 0);
		CHECK_EQ(opt.has, LTCP_HAS_WSCALE);
		CHECK_EQ(opt.wscale, shift > 14 ? 14 : shift);
	}
}

TEST(parse__mss_of_zero)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, true, 2, 4, 0, 0), 0);
	CHECK_EQ(opt.has, 0);
	CHECK_EQ(PARSE(&opt, true, 2, 4, 0, 1), 0);
	CHECK_EQ(opt.mss, 1);
	CHECK_EQ(PARSE(&opt, true, 2, 4, 1, 0), 0);
	CHECK_EQ(opt.mss, 256);
	CHECK_EQ(PARSE(&opt, true, 2, 4, 0xff, 0xff), 0);
	CHECK_EQ(opt.mss, 65535);
}

TEST(parse__last_one_counts)
{
	struct ltcp_options opt;

	CHECK_EQ(PARSE(&opt, true, 2, 4, 1, 0, 2, 4, 2, 0), 0);
	CHECK_EQ(opt.mss, 512);
	CHECK_EQ(PARSE(&opt, true, 2, 4, 1, 0, 2, 4, 0, 0), 0);
	CHECK_EQ(opt.mss, 256);
}

/* T27: octets without any sense */
TEST(parse__random_octets)
{
	u8 octets[LTCP_MAX_OPT_LEN];
	int i;

	for (i = 0; i < ROUNDS; i++) {
		rnd_fill(octets, sizeof(octets));
		check_against_model(octets, rnd_below(sizeof(octets) + 1));
	}
}

/* T27: nearly sense, kinds and lengths that exist, and some wrong ones */
TEST(parse__random_options)
{
	static const u8 kinds[] = { 0, 1, 2, 3, 4, 5, 8, 30 };
	static const u8 lens[] = { 0, 0, 4, 3, 2, 10, 10, 7 };
	u8 octets[LTCP_MAX_OPT_LEN + 2];
	unsigned int at, pick;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		rnd_fill(octets, sizeof(octets));
		for (at = 0; at < LTCP_MAX_OPT_LEN;) {
			/* END is rare, or nothing would follow it */
			pick = rnd_below(30) ? 1 + rnd_below(7) : 0;
			octets[at] = kinds[pick];
			if (pick >= 2)
				octets[at + 1] = lens[pick];
			if (!rnd_below(10))
				octets[at + 1] += rnd_below(5) - 2;
			at += pick < 2 ? 1 : lens[pick];
		}
		check_against_model(octets, rnd_below(LTCP_MAX_OPT_LEN + 1));
	}
}

/* Write into room of just the size that was foretold. */
static unsigned int write_exact(u8 *out, const struct ltcp_options *opt)
{
	unsigned int len = ltcp_options_len(opt);
	u8 *exact = malloc(len);

	CHECK(len <= LTCP_MAX_OPT_LEN && !(len % 4));
	memset(exact, 0xa5, len);
	CHECK_EQ(ltcp_options_write(exact, opt), len);
	memcpy(out, exact, len);
	free(exact);
	return len;
}

static void check_octets(const struct ltcp_options *opt, const void *want,
			 unsigned int len)
{
	u8 octets[LTCP_MAX_OPT_LEN];

	CHECK_EQ(write_exact(octets, opt), len);
	CHECK(!memcmp(octets, want, len));
}

/* MUST-68 MUST-69: each with its length, and nothing undefined behind it */
TEST(write__known_octets)
{
	struct ltcp_options opt = { 0 };

	check_octets(&opt, "", 0);

	opt = (struct ltcp_options){ .has = LTCP_HAS_MSS, .mss = 1460 };
	check_octets(&opt, "\x02\x04\x05\xb4", 4);

	opt = (struct ltcp_options){ .has = LTCP_HAS_WSCALE, .wscale = 9 };
	check_octets(&opt, "\x01\x03\x03\x09", 4);

	opt = (struct ltcp_options){ .has = LTCP_HAS_SACK_OK };
	check_octets(&opt, "\x04\x02\x01\x01", 4);

	/* RFC 7323 appendix A */
	opt = (struct ltcp_options){ .has = LTCP_HAS_TIMESTAMP,
				     .tsval = 0x01020304,
				     .tsecr = 0xfffefdfc };
	check_octets(&opt, "\x01\x01\x08\x0a\x01\x02\x03\x04\xff\xfe\xfd\xfc",
		     12);

	opt.has |= LTCP_HAS_SACK_OK;
	check_octets(&opt, "\x04\x02\x08\x0a\x01\x02\x03\x04\xff\xfe\xfd\xfc",
		     12);
}

/* A field counts only when its bit is set. */
TEST(write__only_what_is_there)
{
	struct ltcp_options opt = { .mss = 1, .wscale = 2, .tsval = 3,
				    .tsecr = 4 };

	check_octets(&opt, "", 0);
}

/* RFC 2018 3: the field holds four blocks, or three and a timestamp */
TEST(write__sack)
{
	struct ltcp_options opt = { .has = LTCP_HAS_SACK, .nsacks = 1,
				    .sacks = { { 1, 2 }, { 3, 4 } } };
	u8 octets[LTCP_MAX_OPT_LEN];

	check_octets(&opt, "\x01\x01\x05\x0a\0\0\0\x01\0\0\0\x02", 12);
	opt.nsacks = 4;
	CHECK_EQ(write_exact(octets, &opt), LTCP_SACK_ROOM(4));
	opt.has |= LTCP_HAS_TIMESTAMP;
	opt.nsacks = 3;
	CHECK_EQ(write_exact(octets, &opt), LTCP_MAX_OPT_LEN);
}

/* S016 MUST-69: any set, in whole words */
TEST(write__what_parse_reads)
{
	u8 octets[LTCP_MAX_OPT_LEN];
	struct ltcp_options opt, back;
	unsigned int has, len;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		has = i % 16;
		opt = (struct ltcp_options){ .has = has };
		if (has & LTCP_HAS_MSS)
			opt.mss = 1 + rnd_below(65535);
		if (has & LTCP_HAS_WSCALE)
			opt.wscale = rnd_below(15);
		if (has & LTCP_HAS_TIMESTAMP) {
			opt.tsval = rnd_log();
			opt.tsecr = rnd_log();
		}
		len = write_exact(octets, &opt);
		CHECK_EQ(parse(&back, octets, len, true), 0);
		CHECK(same(&back, &opt));

		CHECK_EQ(parse(&back, octets, len, false), 0);
		CHECK_EQ(back.has, has & ~SYN_ONLY);

		/* And those that are in no SYN. */
		opt = (struct ltcp_options){
			.has = LTCP_HAS_SACK | (has & LTCP_HAS_TIMESTAMP),
			.tsval = opt.tsval, .tsecr = opt.tsecr,
			.nsacks = 1 + rnd_below(3),
		};
		rnd_fill((u8 *)opt.sacks, opt.nsacks * sizeof(*opt.sacks));
		len = write_exact(octets, &opt);
		CHECK_EQ(parse(&back, octets, len, false), 0);
		CHECK(same(&back, &opt));
	}
}

KTAP_MAIN()
