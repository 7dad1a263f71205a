// SPDX-License-Identifier: GPL-2.0
/* A timer can be stopped for good (6.2). */
#include <linux/timer.h>

int probe(struct timer_list *t)
{
	return timer_shutdown_sync(t);
}
