// SPDX-License-Identifier: GPL-2.0
/* Copying an option checks its length (6.9). */
#include <linux/sockptr.h>

int probe(sockptr_t optval, unsigned int optlen)
{
	int val;

	return copy_safe_from_sockptr(&val, sizeof(val), optval, optlen);
}
