// SPDX-License-Identifier: GPL-2.0
/*
 * Which received segments may be merged: see merge.h. Called by ip/gro.c in
 * softirq for each segment that comes in; keeps nothing, locks nothing.
 *
 * Refused is whatever would be lost: a segment without payload, since each ACK
 * counts; one that differs in what it acknowledges, in its window, its options
 * or its flags; and one that is not the next. PSH and FIN end a packet, and CWR
 * begins one, which is how ip/offload.c cuts it up (RFC 3168 6.1.2).
 */

#include <linux/string.h>
#include <linux/types.h>

#include "../wire.h"
#include "merge.h"

/* Where the fields of a header stand: RFC 9293 3.1 */
#define TH_SEQ		4
#define TH_ACK		8
#define TH_OFFSET	12
#define TH_FLAGS	13
#define TH_WINDOW	14
#define TH_URGENT	18
#define TH_OPTIONS	LTCP_HDR_LEN

/* They need attention at once, by themselves. */
#define LTCP_MERGE_NEVER (LTCP_SYN | LTCP_RST | LTCP_URG)

/* Nothing of the same packet can follow them. */
#define LTCP_MERGE_ENDS	(LTCP_PSH | LTCP_FIN)

static u32 merge_seq(const u8 *th)
{
	return (u32)th[TH_SEQ] << 24 | (u32)th[TH_SEQ + 1] << 16 |
	       (u32)th[TH_SEQ + 2] << 8 | th[TH_SEQ + 3];
}

/* But for the sequence number, the checksum and @ignored flags. */
static bool merge_same(const u8 *a, const u8 *b, u8 ignored)
{
	unsigned int len = (a[TH_OFFSET] >> 4) * 4;

	return a[TH_OFFSET] == b[TH_OFFSET] &&
	       !((a[TH_FLAGS] ^ b[TH_FLAGS]) & ~ignored) &&
	       !memcmp(a + TH_ACK, b + TH_ACK, 4) &&
	       !memcmp(a + TH_WINDOW, b + TH_WINDOW, 2) &&
	       !memcmp(a + TH_URGENT, b + TH_URGENT, 2) &&
	       !memcmp(a + TH_OPTIONS, b + TH_OPTIONS, len - TH_OPTIONS);
}

bool ltcp_merge_first(const u8 *th, u32 len)
{
	return len && (th[TH_FLAGS] & LTCP_ACK) &&
	       !(th[TH_FLAGS] & (LTCP_MERGE_NEVER | LTCP_MERGE_ENDS));
}

enum ltcp_merge ltcp_merge_next(const u8 *held, u32 held_len, u32 mss,
				const u8 *th, u32 len)
{
	if (!len || len > mss || merge_seq(held) + held_len != merge_seq(th) ||
	    (th[TH_FLAGS] & (LTCP_MERGE_NEVER | LTCP_CWR)) ||
	    !merge_same(held, th, LTCP_MERGE_ENDS | LTCP_CWR))
		return LTCP_MERGE_REFUSE;
	if (len < mss || (th[TH_FLAGS] & LTCP_MERGE_ENDS))
		return LTCP_MERGE_LAST;
	return LTCP_MERGE_MORE;
}

void ltcp_merge_flags(u8 *held, u8 flags)
{
	held[TH_FLAGS] |= flags & LTCP_MERGE_ENDS;
}
