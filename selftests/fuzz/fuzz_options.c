// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: kmod/engine/options.c. The first octet says whether the segment
 * is a SYN; the rest, 40 octets at most, are its options. What was read must
 * keep to the promises of options.h, and survive being written and read again.
 */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/engine/options.h"
#include "../../kmod/wire.h"
#include "fuzz.h"

static void check_promises(const struct ltcp_options *opt, bool syn)
{
	if (syn)
		assert(!(opt->has & LTCP_HAS_SACK));
	else
		assert(!(opt->has & ~(LTCP_HAS_TIMESTAMP | LTCP_HAS_SACK)));
	assert(!!(opt->has & LTCP_HAS_SACK) == !!opt->nsacks);
	assert(opt->nsacks <= LTCP_MAX_SACKS);
	assert(!!(opt->has & LTCP_HAS_MSS) == !!opt->mss);
	assert(opt->wscale <= LTCP_MAX_WSCALE);
	assert(opt->has & LTCP_HAS_WSCALE || !opt->wscale);
	assert(opt->has & LTCP_HAS_TIMESTAMP || (!opt->tsval && !opt->tsecr));
}

static void check_round_trip(const struct ltcp_options *opt, bool syn)
{
	unsigned int len = ltcp_options_len(opt);
	struct ltcp_options back;
	u8 *wire = malloc(len);

	assert(len <= LTCP_MAX_OPT_LEN && len % 4 == 0);
	assert(ltcp_options_write(wire, opt) == len);
	assert(ltcp_options_parse(&back, wire, len, syn) == 0);
	assert(!memcmp(opt, &back, sizeof(back)));
	free(wire);
}

int fuzz_one_input(const u8 *data, size_t size)
{
	struct ltcp_options opt;
	bool syn;
	u8 *exact;
	int err;

	if (size < 1 || size > 1 + LTCP_MAX_OPT_LEN)
		return 0;
	syn = *data++ & 1;
	size--;

	/* a copy with nothing behind it, for the address sanitizer */
	exact = malloc(size);
	memcpy(exact, data, size);
	memset(&opt, 0xa5, sizeof(opt));
	err = ltcp_options_parse(&opt, exact, size, syn);
	free(exact);

	assert(err == 0 || err == -EINVAL);
	check_promises(&opt, syn);
	check_round_trip(&opt, syn);
	return 0;
}
