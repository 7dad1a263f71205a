/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_NET_TCP_STATES_H
#define SHIM_NET_TCP_STATES_H

/* The numbers are part of the ABI: the C library has them too. */
#include <linux/bits.h>
#include <netinet/tcp.h>

#define TCPF_ESTABLISHED	BIT(TCP_ESTABLISHED)
#define TCPF_SYN_SENT		BIT(TCP_SYN_SENT)
#define TCPF_SYN_RECV		BIT(TCP_SYN_RECV)
#define TCPF_FIN_WAIT1		BIT(TCP_FIN_WAIT1)
#define TCPF_FIN_WAIT2		BIT(TCP_FIN_WAIT2)
#define TCPF_TIME_WAIT		BIT(TCP_TIME_WAIT)
#define TCPF_CLOSE		BIT(TCP_CLOSE)
#define TCPF_CLOSE_WAIT		BIT(TCP_CLOSE_WAIT)
#define TCPF_LAST_ACK		BIT(TCP_LAST_ACK)
#define TCPF_LISTEN		BIT(TCP_LISTEN)
#define TCPF_CLOSING		BIT(TCP_CLOSING)

#endif
