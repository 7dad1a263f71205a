// SPDX-License-Identifier: GPL-2.0
/* Handlers of sysctls see their table as const (6.11). */
#include <linux/sysctl.h>

static int probe(const struct ctl_table *ctl, int write, void *buffer,
		 size_t *lenp, loff_t *ppos)
{
	return proc_dointvec(ctl, write, buffer, lenp, ppos);
}

struct ctl_table probe_table = { .proc_handler = probe };
