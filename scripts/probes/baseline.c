// SPDX-License-Identifier: GPL-2.0
/* Compiles on every kernel that ltcp supports. */
#include <net/inet_sock.h>

struct proto probe_proto = { .name = "probe" };
