/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_MERGE_H
#define _LTCP_MERGE_H

/*
 * Which received segments may be merged into one (GRO). What comes of it must
 * be what the same segments would have been one by one: cut up again, every
 * header is there as it was; and a connection learns nothing less from it.
 *
 * A leaf: it sees two headers, neither sockets nor skbs, and compiles in user
 * space too. ip/gro.c asks it. That both are of one flow, that their checksums
 * are right and that their IP headers agree is for the caller to know. Headers
 * are given whole, as they are on the wire, with a data offset of 5 at least.
 */

#include <linux/types.h>

/* So many segments become one, at most. */
#define LTCP_MERGE_SEGMENTS	64

enum ltcp_merge {
	LTCP_MERGE_REFUSE,	/* they stay two */
	LTCP_MERGE_LAST,	/* it may be appended, and nothing after it */
	LTCP_MERGE_MORE,	/* it may be appended */
};

/* May others be appended to segment @th, with @len octets of payload? */
bool ltcp_merge_first(const u8 *th, u32 len);

/**
 * ltcp_merge_next - may a segment be appended to what was merged so far?
 * @held: header of the first segment, ltcp_merge_first()
 * @held_len: octets of payload merged so far, the first included
 * @mss: octets of payload of the first one
 * @th: header of the new segment
 * @len: its octets of payload
 */
enum ltcp_merge ltcp_merge_next(const u8 *held, u32 held_len, u32 mss,
				const u8 *th, u32 len);

/* It was: what the header of all of them now says. */
void ltcp_merge_flags(u8 *held, u8 flags);

#endif /* _LTCP_MERGE_H */
