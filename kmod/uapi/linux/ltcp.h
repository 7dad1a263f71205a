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

/*
 * Options that Linux's TCP does not have, at level SOL_TCP like the others.
 *
 * LTCP_ACTIVE_FROM_LISTEN: int, 0 (default) or 1, at any time
 *	connect() makes an active opener of a socket that listens (RFC 9293
 *	3.10.1), where it otherwise fails with EISCONN. Connections that were
 *	not accepted are reset, and accept() elsewhere ends with EINVAL. If
 *	connect() fails the socket is bound still, but listens no more; only
 *	an address that is none (EINVAL, EAFNOSUPPORT) leaves it as it was.
 */
#define LTCP_ACTIVE_FROM_LISTEN	1000

#endif /* _UAPI_LINUX_LTCP_H */
