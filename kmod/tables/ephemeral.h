/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_EPHEMERAL_H
#define _LTCP_EPHEMERAL_H

/*
 * Ephemeral ports by RFC 6056: the double hash of 3.3.4 with the random
 * increments of 3.3.5. The offset of a destination is keyed, so an observer at
 * one learns nothing of the ports used towards another. A counter is shared by
 * the destinations of a group, and each port taken moves it on by a random
 * step: large enough that who has seen all earlier ports still has to guess,
 * and never zero, so that a port does not come twice in a row, which random
 * ports (3.3.1) would.
 *
 * A leaf: it also compiles in user space.
 */

#include <linux/siphash.h>
#include <linux/types.h>

/* Chance to guess the next port: one in so many (a power of two). */
#define LTCP_PORT_STEPS		4096U

/* Of a destination; its low bits choose the counter. */
static inline u64 ltcp_port_hash(const siphash_key_t *key, const void *names,
				 size_t len)
{
	return siphash(names, len, key);
}

/* Where in a range of @span ports the search begins. */
static inline u32 ltcp_port_start(u64 hash, u32 count, u32 span)
{
	return (u32)(((hash >> 32) + count) % span);
}

/*
 * The counter after the port @tried steps from the start was taken, @random
 * being evenly distributed.
 */
static inline u32 ltcp_port_count(u32 count, u32 tried, u32 random)
{
	return count + tried + 1 + random % LTCP_PORT_STEPS;
}

#endif /* _LTCP_EPHEMERAL_H */
