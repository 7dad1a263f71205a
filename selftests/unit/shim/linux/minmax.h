/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MINMAX_H
#define SHIM_LINUX_MINMAX_H

/* As strict as the kernel's: both sides must have the same type. */
#define shim_pick(a, op, b) ({				\
	__typeof__(a) shim_a = (a);			\
	__typeof__(b) shim_b = (b);			\
	(void)(&shim_a == &shim_b);			\
	shim_a op shim_b ? shim_a : shim_b; })

#define min(a, b)		shim_pick(a, <, b)
#define max(a, b)		shim_pick(a, >, b)
#define clamp(v, lo, hi)	min(max(v, lo), hi)
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))

#endif
