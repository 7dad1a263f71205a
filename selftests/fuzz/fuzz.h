/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_FUZZ_H
#define _LTCP_FUZZ_H

#include <linux/types.h>

/* libFuzzer's name for it. Returns 0; what is wrong ends the process. */
#define fuzz_one_input LLVMFuzzerTestOneInput

int fuzz_one_input(const u8 *data, size_t size);

#endif
