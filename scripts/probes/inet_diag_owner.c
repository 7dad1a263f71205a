// SPDX-License-Identifier: GPL-2.0
/* A handler of inet_diag is pinned by its module (6.9). */
#include <linux/inet_diag.h>
#include <linux/module.h>

struct inet_diag_handler probe = { .owner = THIS_MODULE };
