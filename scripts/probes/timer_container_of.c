// SPDX-License-Identifier: GPL-2.0
/* from_timer() has got its new name (6.16). */
#include <linux/timer.h>

struct probe {
	struct timer_list timer;
};

struct probe *probe(struct timer_list *t)
{
	struct probe *p = timer_container_of(p, t, timer);

	return p;
}
