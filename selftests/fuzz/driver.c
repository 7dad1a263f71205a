// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a fuzz target without a fuzzer: random input from a seed, of all
 * lengths that a target may take an interest in, some of it repetitive.
 */

#include "../unit/ktap.h"
#include "fuzz.h"

#define ROUNDS	300000
#define MAX_LEN	64

/* Small numbers are what lengths and kinds are made of. */
static u8 small(void)
{
	return rnd_below(12);
}

TEST(random_input)
{
	unsigned int len, i;
	u8 data[MAX_LEN];
	int round;

	for (round = 0; round < ROUNDS; round++) {
		len = rnd_below(MAX_LEN + 1);
		rnd_fill(data, len);
		if (round % 4) {
			for (i = 0; i < len; i++) {
				if (rnd_below(4))
					data[i] = small();
			}
		}
		fuzz_one_input(data, len);
	}
}

KTAP_MAIN()
