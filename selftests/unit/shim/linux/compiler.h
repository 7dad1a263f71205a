/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_COMPILER_H
#define SHIM_LINUX_COMPILER_H

#define __weak		__attribute__((weak))
#define __printf(a, b)	__attribute__((format(printf, a, b)))

#endif
