// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: kmod/ip/merge.c. The first octet says how many octets the
 * headers have, and whether their fields are made to agree; two headers follow.
 * Whatever is said to be mergeable must come out the same when it is cut up.
 */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../../kmod/ip/merge.h"
#include "../../kmod/wire.h"
#include "fuzz.h"

#define MSS	100

/* What ip/offload.c makes of it: the header of the second of two segments. */
static void cut(u8 *th, const u8 *merged, u32 seq)
{
	unsigned int i, hdr = (merged[12] >> 4) * 4;

	memcpy(th, merged, hdr);
	for (i = 0; i < 4; i++)
		th[4 + i] = seq >> (24 - 8 * i);
	th[13] &= ~LTCP_CWR;
}

static void check_cut(u8 *held, const u8 *next, unsigned int hdr, u32 seq)
{
	u8 *again = malloc(hdr);

	ltcp_merge_flags(held, next[13]);
	cut(again, held, seq);
	/* but for ports and checksum */
	assert(!memcmp(again + 4, next + 4, 12));
	assert(!memcmp(again + 18, next + 18, hdr - 18));
	free(again);
}

int fuzz_one_input(const u8 *data, size_t size)
{
	enum ltcp_merge verdict;
	u8 *held, *next;
	unsigned int hdr;
	u32 seq;

	if (size < 1)
		return 0;
	hdr = (5 + data[0] % 11) * 4;
	if (size < 1 + hdr + 4)
		return 0;
	/* copies with nothing behind them, for the address sanitizer */
	held = malloc(hdr);
	next = malloc(hdr);
	memcpy(held, data + 1, hdr);
	held[12] = hdr / 4 << 4 | (held[12] & 15);
	seq = ((u32)held[4] << 24 | held[5] << 16 | held[6] << 8 | held[7]) +
	      MSS;
	cut(next, held, seq);
	/* one octet of it is another, mostly */
	if (data[1 + hdr] % hdr != 12)
		next[data[1 + hdr] % hdr] ^= data[2 + hdr];

	verdict = ltcp_merge_next(held, MSS, MSS, next, data[3 + hdr] % 128);
	if (ltcp_merge_first(held, MSS) && verdict != LTCP_MERGE_REFUSE)
		check_cut(held, next, hdr, seq);
	free(held);
	free(next);
	return 0;
}
