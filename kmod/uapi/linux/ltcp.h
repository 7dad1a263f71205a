/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_LINUX_LTCP_H
#define _UAPI_LINUX_LTCP_H

/*
 * What programs include to use ltcp. A socket is made with
 *
 *	socket(AF_INET, SOCK_STREAM, IPPROTO_LTCP)
 *
 * and used as a TCP socket is; options are Linux's TCP_* at level SOL_TCP.
 *
 * 253 is reserved for experiments (RFC 3692). A module that was loaded with
 * another "ipproto" wants that number here: define IPPROTO_LTCP before the
 * include, or read /sys/module/ltcp/parameters/ipproto.
 */
#ifndef IPPROTO_LTCP
#define IPPROTO_LTCP 253
#endif

#endif /* _UAPI_LINUX_LTCP_H */
