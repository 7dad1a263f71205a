// SPDX-License-Identifier: GPL-2.0
/* del_timer() and del_timer_sync() have got their new names (6.2). */
#include <linux/timer.h>

int probe(struct timer_list *t)
{
	return timer_delete(t) + timer_delete_sync(t);
}
