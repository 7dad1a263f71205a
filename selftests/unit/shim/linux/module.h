/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MODULE_H
#define SHIM_LINUX_MODULE_H

#include <assert.h>
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/types.h>

/* A module is its reference count, and whether it is being unloaded. */
struct module {
	int refs;
	bool going;
};

__weak struct module shim_this_module;
#define THIS_MODULE (&shim_this_module)

/* NULL is code that is built in: always there. */
static inline bool try_module_get(struct module *mod)
{
	if (!mod)
		return true;
	if (mod->going)
		return false;
	mod->refs++;
	return true;
}

static inline void module_put(struct module *mod)
{
	if (!mod)
		return;
	assert(mod->refs > 0);
	mod->refs--;
}

#endif
