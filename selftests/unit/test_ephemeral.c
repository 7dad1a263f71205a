// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/tables/ephemeral.h: what an observer of many ports learns of the next.
 * Bounds are 6 standard deviations wide or more.
 */

#include <linux/kernel.h>
#include <math.h>

#include "../../kmod/tables/ephemeral.h"
#include "ktap.h"

#define OBSERVED	1000000
#define EIGHTH		(LTCP_PORT_STEPS / 8)
#define SPAN		(60999 - 32768 + 1)	/* the default range */

/* One host, many connections to one destination; ports are never busy. */
struct client {
	u64 hash;
	u32 count;
};

static struct client random_client(void)
{
	siphash_key_t key = { { rnd64(), rnd64() } };
	u32 names[3] = { rnd32(), rnd32(), rnd32() };

	return (struct client){
		.hash = ltcp_port_hash(&key, names, sizeof(names)),
		.count = rnd32(),
	};
}

static u32 next_port(struct client *c, u32 span)
{
	u32 port = ltcp_port_start(c->hash, c->count, span);

	c->count = ltcp_port_count(c->count, 0, rnd32());
	return port;
}

/*
 * T12: the best guess after 10^6 ports is a distance to the last one. Any
 * other knowledge (the distance before, the port itself) cuts the sample into
 * classes; in none of them one distance stands out.
 */
static void check_best_guess(u32 span, u32 classes, bool by_port)
{
	u32 *seen = calloc((size_t)classes * span, sizeof(*seen));
	u32 *all = calloc(classes, sizeof(*all));
	struct client c = random_client();
	u32 old = next_port(&c, span), step = 0, i, k, port, best = 0;

	for (i = 0; i < OBSERVED; i++) {
		port = next_port(&c, span);
		k = (by_port ? old : step) % classes;
		step = (port + span - old) % span;
		seen[k * span + step]++;
		all[k]++;
		old = port;
	}
	for (k = 0; k < classes; k++) {
		double mean = all[k] / 1024.0;

		for (i = 0; i < span; i++)
			best = seen[k * span + i] > best ? seen[k * span + i] :
							   best;
		/* 2^-10 of the class, and chance */
		CHECK(best < mean / 4 + 8 * sqrt(mean / 4) + 8);
		best = 0;
	}
	free(seen);
	free(all);
}

TEST(guess__by_distance)
{
	check_best_guess(SPAN, 1, false);
}

TEST(guess__by_distance_before)
{
	check_best_guess(SPAN, 16, false);
}

TEST(guess__by_port)
{
	check_best_guess(SPAN, 16, true);
}

/* T12 RFC 6056 3.3.4: one destination says nothing of another's ports. */
TEST(guess__by_other_destination)
{
	struct client a = random_client(), b = random_client();
	u32 seen[64] = { 0 }, old_a, old_b, pa, pb, step_a, step_b, i;
	double chi2 = 0, e = OBSERVED / 64.0;

	old_a = next_port(&a, SPAN);
	old_b = next_port(&b, SPAN);
	for (i = 0; i < OBSERVED; i++) {
		pa = next_port(&a, SPAN);
		pb = next_port(&b, SPAN);
		step_a = (pa + SPAN - old_a) % SPAN - 1;
		step_b = (pb + SPAN - old_b) % SPAN - 1;
		old_a = pa;
		old_b = pb;
		/* Which eighth of the step sizes each took, but for wraps. */
		if (step_a < LTCP_PORT_STEPS && step_b < LTCP_PORT_STEPS)
			seen[step_a / EIGHTH * 8 + step_b / EIGHTH]++;
	}
	for (i = 0; i < 64; i++)
		chi2 += (seen[i] - e) * (seen[i] - e) / e;
	/* 63 degrees of freedom: standard deviation 11.2 */
	CHECK(chi2 < 63 + 8 * 11.2);
}

/* S089: all ports of a range are used, about as often, whatever its size. */
TEST(range__is_used_evenly)
{
	static const u32 spans[] = { 1, 2, 10, 1000, SPAN, 65535 };
	u32 *seen, i, k, n;
	struct client c;

	for (k = 0; k < ARRAY_SIZE(spans); k++) {
		c = random_client();
		n = 64 * spans[k];
		seen = calloc(spans[k], sizeof(*seen));
		for (i = 0; i < n; i++)
			seen[next_port(&c, spans[k])]++;
		for (i = 0; i < spans[k]; i++) {
			CHECK(seen[i] > 64 - 8 * 8);
			CHECK(seen[i] < 64 + 8 * 8);
		}
		free(seen);
	}
}

/* No port twice in a row, also where the counter wraps around. */
TEST(step__is_never_zero)
{
	u32 i, count;

	for (i = 0; i < OBSERVED; i++) {
		count = rnd32();
		CHECK(ltcp_port_count(count, 0, rnd32()) - count >= 1);
		CHECK(ltcp_port_count(count, 0, rnd32()) - count <=
		      LTCP_PORT_STEPS);
		CHECK(ltcp_port_count(count, 7, 0) - count == 8);
	}
	CHECK(!(LTCP_PORT_STEPS & (LTCP_PORT_STEPS - 1)));
}

KTAP_MAIN()
