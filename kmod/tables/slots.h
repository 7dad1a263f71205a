/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_SLOTS_H
#define _LTCP_SLOTS_H

#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mm.h>

/* A table is never smaller: it costs a page. */
#define LTCP_SLOTS_MIN 256UL

/**
 * ltcp_slots() - how many slots a hash table gets on this machine
 * @shift: one slot for every 2^@shift octets of memory
 * @max: but no more than this, a power of two
 *
 * Return: a power of two.
 */
static inline unsigned int ltcp_slots(unsigned int shift, unsigned long max)
{
	unsigned long want = totalram_pages() >> (shift - PAGE_SHIFT);

	return roundup_pow_of_two(clamp(want, LTCP_SLOTS_MIN, max));
}

#endif /* _LTCP_SLOTS_H */
