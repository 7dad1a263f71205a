// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/tables/isn.c against RFC 6528 and RFC 9293 3.4.1. First the SipHash of
 * the shim against the vectors of its authors, or the rest would say little.
 * Bounds of the statistical cases are 6 to 7 standard deviations wide: they
 * fail by chance less than once in a hundred million runs.
 */

#include <linux/kernel.h>
#include <math.h>

#include "../../kmod/tables/isn.h"
#include "../../kmod/wire.h"
#include "ktap.h"

#define ROUNDS	100000
#define TICK_NS	4000ULL			/* MUST-8 */
#define PORTS	65536U

/* Local and remote address and port, as IPv4 has them. */
struct tuple {
	u8 octets[12];
};

static siphash_key_t random_key(void)
{
	return (siphash_key_t){ { rnd64(), rnd64() } };
}

static u32 isn(const siphash_key_t *key, const struct tuple *t, u64 now_ns)
{
	return ltcp_isn(key, t, sizeof(*t), now_ns);
}

/* SHLD-1: SipHash-2-4; key 00 01 .. 0f, input 00 01 .. of this many octets */
TEST(siphash__vectors)
{
	static const struct {
		unsigned int len;
		u64 hash;
	} vectors[] = {
		{ 0, 0x726fdb47dd0e0e31ULL }, { 1, 0x74f839c593dc67fdULL },
		{ 2, 0x0d6c8009d9a94f5aULL }, { 3, 0x85676696d7fb7e2dULL },
		{ 4, 0xcf2794e0277187b7ULL }, { 5, 0x18765564cd99a68dULL },
		{ 6, 0xcbc9466e58fee3ceULL }, { 7, 0xab0200f58b01d137ULL },
		{ 8, 0x93f5f5799a932462ULL }, { 9, 0x9e0082df0ba9e4b0ULL },
		{ 12, 0x751e8fbc860ee5fbULL }, { 15, 0xa129ca6149be45e5ULL },
		{ 16, 0x3f2acc7f57c29bdbULL }, { 24, 0xb8ad50c6f649af94ULL },
		{ 29, 0xa6a2506687956571ULL }, { 63, 0x958a324ceb064572ULL },
	};
	const siphash_key_t key = {
		{ 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL }
	};
	u8 input[64];
	unsigned int i;

	for (i = 0; i < sizeof(input); i++)
		input[i] = i;
	for (i = 0; i < ARRAY_SIZE(vectors); i++)
		CHECK_EQ(siphash(input, vectors[i].len, &key), vectors[i].hash);
}

/* SHLD-1 RFC 6528 3: ISN = M + F(tuple, secret) */
TEST(isn__is_clock_plus_hash)
{
	siphash_key_t key;
	struct tuple t;
	u64 now;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		key = random_key();
		rnd_fill(&t, sizeof(t));
		now = rnd64() >> rnd_below(64);
		CHECK_EQ(isn(&key, &t, now),
			 (u32)(now / TICK_NS + siphash(&t, sizeof(t), &key)));
	}
}

/* It reads the tuple, all of it, and nothing behind it. */
TEST(isn__length_of_the_tuple)
{
	siphash_key_t key = random_key();
	unsigned int len;
	u8 *exact;
	u32 old;

	for (len = 1; len <= 40; len++) {
		exact = malloc(len);
		rnd_fill(exact, len);
		old = ltcp_isn(&key, exact, len, 0);
		exact[len - 1] ^= 1;
		CHECK(ltcp_isn(&key, exact, len, 0) != old);
		free(exact);
	}
}

/* S050 MUST-8: one step each 4 microseconds */
TEST(clock__ticks_each_4_us)
{
	siphash_key_t key = random_key();
	struct tuple t = { { 0 } };
	u64 now = rnd64() / TICK_NS * TICK_NS;
	u32 first = isn(&key, &t, now);
	u32 i;

	for (i = 0; i < 1000; i++) {
		CHECK_EQ(isn(&key, &t, now), first + i);
		CHECK_EQ(isn(&key, &t, now + TICK_NS - 1), first + i);
		now += TICK_NS;
	}
}

/* T34: once around in 4.77 hours, and the same numbers again */
TEST(clock__cycle)
{
	siphash_key_t key = random_key();
	struct tuple t = { { 0 } };
	u64 cycle = TICK_NS << 32;

	CHECK_EQ(isn(&key, &t, 0), isn(&key, &t, cycle));
	CHECK_EQ(isn(&key, &t, cycle - 1) + 1, isn(&key, &t, cycle));
	/* RFC 9293 3.4.1: about 4.55 hours, with ticks of roughly 4 us */
	CHECK(cycle / 1000000000ULL > 4 * 3600);
}

/* S051 T11 T34: later starts later, over each wrap, for half a cycle */
TEST(clock__monotone_for_a_tuple)
{
	siphash_key_t key = random_key();
	u64 now = rnd64() >> 1, step;
	struct tuple t;
	u32 old, new;
	int i;

	rnd_fill(&t, sizeof(t));
	for (i = 0; i < ROUNDS; i++) {
		step = TICK_NS * (1 + (rnd_log() >> 1));
		old = isn(&key, &t, now);
		now += step;
		new = isn(&key, &t, now);
		if (step < TICK_NS << 31)
			CHECK(ltcp_after(new, old));
		CHECK_EQ(new - old, (u32)(step / TICK_NS));
	}
}

/* MUST-9 S052: the secret is what the distance of two tuples hangs on */
TEST(hash__needs_the_secret)
{
	siphash_key_t a = random_key(), b = random_key();
	struct tuple t, u;
	unsigned int same = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		rnd_fill(&t, sizeof(t));
		rnd_fill(&u, sizeof(u));
		same += isn(&a, &t, 0) - isn(&a, &u, 0) ==
			isn(&b, &t, 0) - isn(&b, &u, 0);
	}
	/* expected 0.00002 */
	CHECK(same <= 1);
}

/* Count which bits of the ISN one flipped bit of input has flipped. */
static void count_flips(unsigned int *flips, unsigned int *n, u32 diff)
{
	unsigned int bit;

	for (bit = 0; bit < 32; bit++)
		flips[bit] += diff >> bit & 1;
	++*n;
}

/* S051 SHLD-1: another tuple or another secret, another number */
TEST(hash__every_bit_of_tuple_and_key_counts)
{
	unsigned int flips[32] = { 0 }, n = 0, bit, i;
	siphash_key_t key, other_key;
	struct tuple t, other;
	double sd;
	u32 base;

	for (i = 0; i < 256; i++) {
		key = random_key();
		rnd_fill(&t, sizeof(t));
		base = isn(&key, &t, 0);
		for (bit = 0; bit < 8 * sizeof(t); bit++) {
			other = t;
			other.octets[bit / 8] ^= 1 << bit % 8;
			count_flips(flips, &n, base ^ isn(&key, &other, 0));
		}
		for (bit = 0; bit < 128; bit++) {
			other_key = key;
			other_key.key[bit / 64] ^= 1ULL << bit % 64;
			count_flips(flips, &n, base ^ isn(&other_key, &t, 0));
		}
	}
	sd = sqrt(n) / 2;
	for (bit = 0; bit < 32; bit++)
		CHECK(fabs(flips[bit] - n / 2.0) < 6.5 * sd);
}

/*
 * S052, T11: what a client sees that opens connections from one port after
 * the other, all at one time. Top octets of the differences of pairs must be
 * as even as chance makes them: neither lumped, nor dealt out in turn.
 */
TEST(hash__neighbours_tell_nothing)
{
	unsigned int seen[256] = { 0 }, port, i;
	siphash_key_t key = random_key();
	double chi2 = 0, expect = PORTS / 2 / 256.0;
	struct tuple t;
	u32 even;

	rnd_fill(&t, sizeof(t));
	for (port = 0; port < PORTS; port += 2) {
		t.octets[4] = port >> 8;
		t.octets[5] = port;
		even = isn(&key, &t, 0);
		t.octets[5] |= 1;
		seen[(isn(&key, &t, 0) - even) >> 24]++;
	}
	for (i = 0; i < 256; i++)
		chi2 += (seen[i] - expect) * (seen[i] - expect) / expect;
	/* 255 degrees of freedom: mean 255, standard deviation 22.6 */
	CHECK(chi2 > 255 - 6 * 22.6);
	CHECK(chi2 < 255 + 8 * 22.6);
}

/* S052 T11: a port's ISN says nothing of the next port's */
TEST(hash__no_serial_correlation)
{
	double x, old = 0, sum = 0, sum2 = 0, cross = 0, mean, r;
	siphash_key_t key = random_key();
	struct tuple t;
	u32 port;

	rnd_fill(&t, sizeof(t));
	for (port = 0; port < PORTS; port++) {
		t.octets[4] = port >> 8;
		t.octets[5] = port;
		x = isn(&key, &t, 0) / 4294967296.0;
		sum += x;
		sum2 += x * x;
		cross += x * old;
		old = x;
	}
	mean = sum / PORTS;
	r = (cross / PORTS - mean * mean) / (sum2 / PORTS - mean * mean);
	CHECK(fabs(r) < 6.5 / sqrt(PORTS));
	/* mean of an even distribution; its standard deviation is 1/sqrt(12) */
	CHECK(fabs(mean - 0.5) < 6.5 / sqrt(12.0 * PORTS));
}

/*
 * Large samples: as many tuples as ports of 16 clients have.
 */
#define SAMPLES	1048576U

struct sample {
	u32 value;
	u32 place;
};

static int by_value(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;

	return x->value < y->value ? -1 : x->value > y->value;
}

/* Spearman's rank correlation of two series; of no use to the caller later. */
static double rank_correlation(u32 *a, u32 *b, u32 n)
{
	struct sample *s = malloc(n * sizeof(*s));
	u32 *series[2] = { a, b };
	double sum = 0, d;
	u32 i, k;

	for (k = 0; k < 2; k++) {
		for (i = 0; i < n; i++)
			s[i] = (struct sample){ series[k][i], i };
		qsort(s, n, sizeof(*s), by_value);
		for (i = 0; i < n; i++)
			series[k][s[i].place] = i;
	}
	free(s);
	for (i = 0; i < n; i++) {
		d = (double)a[i] - b[i];
		sum += d * d;
	}
	return 1 - 6 * sum / n / ((double)n * n - 1);
}

typedef u32 (*of_tuple)(const siphash_key_t *key, const struct tuple *t);

static u32 isn_of(const siphash_key_t *key, const struct tuple *t)
{
	return isn(key, t, 0);
}

static u32 ts_of(const siphash_key_t *key, const struct tuple *t)
{
	return ltcp_ts_hash(key, t, sizeof(*t));
}

/* One value for each tuple, in the order of addresses and ports. */
static u32 *sample(of_tuple fn, const siphash_key_t *key)
{
	u32 *v = malloc(SAMPLES * sizeof(*v));
	struct tuple t = { { 10, 0, 0, 1, 0, 80, 10, 0, 1 } };
	u32 i;

	for (i = 0; i < SAMPLES; i++) {
		t.octets[9] = i >> 16;
		t.octets[10] = i >> 8;
		t.octets[11] = i;
		v[i] = fn(key, &t);
	}
	return v;
}

static void check_uncorrelated(u32 *a, u32 *b, u32 n)
{
	CHECK(fabs(rank_correlation(a, b, n)) < 6.5 / sqrt(n));
}

/* The place in the order tells nothing, nor does the neighbour's value. */
static void check_ranks(of_tuple fn)
{
	siphash_key_t key = random_key();
	u32 *v = sample(fn, &key);
	u32 *w = malloc(SAMPLES * sizeof(*w));
	u32 i;

	memcpy(w, v, SAMPLES * sizeof(*w));
	check_uncorrelated(v, w + 1, SAMPLES - 1);
	/* By now v holds ranks. */
	for (i = 0; i < SAMPLES - 1; i++)
		w[i] = i;
	check_uncorrelated(v, w, SAMPLES - 1);
	free(v);
	free(w);
}

/* T11: 2^20 samples */
TEST(hash__ranks_of_isns)
{
	check_ranks(isn_of);
}

/* T13: 2^20 samples */
TEST(hash__ranks_of_timestamps)
{
	check_ranks(ts_of);
}

/* T13: the two have secrets of their own, so one tells nothing of the other. */
TEST(hash__isn_and_timestamp)
{
	siphash_key_t a = random_key(), b = random_key();
	u32 *v = sample(isn_of, &a), *w = sample(ts_of, &b);

	check_uncorrelated(v, w, SAMPLES);
	free(v);
	free(w);
}

/* T11: n samples of 2^32 values meet n^2 / 2^33 times: no more, no less. */
TEST(hash__collisions)
{
	siphash_key_t key = random_key();
	u32 *v = sample(isn_of, &key);
	struct sample *s = malloc(SAMPLES * sizeof(*s));
	u32 i, same = 0;

	for (i = 0; i < SAMPLES; i++)
		s[i] = (struct sample){ v[i], i };
	qsort(s, SAMPLES, sizeof(*s), by_value);
	for (i = 1; i < SAMPLES; i++)
		same += s[i].value == s[i - 1].value;
	/* expected 128, standard deviation 11.3 */
	CHECK(same > 128 - 6 * 12);
	CHECK(same < 128 + 7 * 12);
	free(s);
	free(v);
}

/* T11: each octet of the values, and of differences of neighbours, is even. */
TEST(hash__octets_are_even)
{
	unsigned int seen[8][256] = { { 0 } }, i, k;
	siphash_key_t key = random_key();
	u32 *v = sample(isn_of, &key);
	double expect = SAMPLES / 256.0, chi2;

	for (i = 0; i < SAMPLES; i++) {
		/* each value in one difference only */
		u32 diff = v[i] - v[i ^ 1];

		for (k = 0; k < 4; k++) {
			seen[k][v[i] >> 8 * k & 0xff]++;
			seen[4 + k][diff >> 8 * k & 0xff] += i & 1;
		}
	}
	free(v);
	for (k = 0; k < 8; k++) {
		double e = k < 4 ? expect : expect / 2;

		chi2 = 0;
		for (i = 0; i < 256; i++)
			chi2 += (seen[k][i] - e) * (seen[k][i] - e) / e;
		CHECK(chi2 > 255 - 6 * 22.6);
		CHECK(chi2 < 255 + 8 * 22.6);
	}
}

/* T13: timestamps of a tuple grow by the clock alone, whoever asks. */
TEST(hash__timestamp_of_a_tuple_stays)
{
	siphash_key_t key = random_key();
	struct tuple t;
	int i;

	for (i = 0; i < 1000; i++) {
		rnd_fill(&t, sizeof(t));
		CHECK_EQ(ts_of(&key, &t), ts_of(&key, &t));
		CHECK_EQ(ts_of(&key, &t), (u32)siphash(&t, sizeof(t), &key));
	}
}

KTAP_MAIN()
