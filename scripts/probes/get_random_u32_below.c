// SPDX-License-Identifier: GPL-2.0
/* prandom_u32_max() has got its new name (6.2). */
#include <linux/random.h>

u32 probe(void)
{
	return get_random_u32_below(10);
}
