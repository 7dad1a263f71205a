/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_PEER_H
#define _LTCP_PEER_H

/*
 * The scripted peer: what the cases of this directory are written in.
 *
 * Each case runs in a child process with a network namespace of its own. In
 * it the kernel under test is 192.0.2.1 on one end of a TUN device; the case
 * is 192.0.2.2 on the other. A program whose name ends with 6 runs the same
 * script over IPv6, on a device that takes 20 octets more, so that segments are
 * as long. It reads like a packet trace:
 *
 *	CASE(open, passive)
 *	{
 *		int l = server();
 *
 *		in("S 0:0(0) <mss 1460>");
 *		out("S. 0:0(0) ack 1 <mss 1460>");
 *		in(". 1:1(0) ack 1");
 *		state_is("ESTABLISHED");
 *		accepted(l);
 *	}
 *
 * The first thing that is not as written ends the case: it prints what was
 * expected, what came, and the trace so far, and leaves the packets in
 * $LTCP_OUT/PROGRAM.CASE.pcap. $LTCP_PROTO is the IP protocol: 253 for ltcp,
 * 6 for the stock TCP, with which the scripts themselves are tested.
 *
 * Time is virtual (time-travel=inf-cpu): it moves only while everything
 * sleeps, so a case waits for hours in no time, but never polls a clock.
 */

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "kselftest.h"
#include "segment.h"

#define KERNEL_PORT	8080	/* of the first flow */
#define PEER_PORT	40000

#define SEC		1000		/* milliseconds */
#define MIN		(60 * SEC)
#define HOUR		(60 * MIN)

#define RTO		200	/* the least retransmission timeout */
#define RTO_MAX		(2 * MIN)

/* Around each case; case.h calls them. */
void peer_start(const char *program, const char *name);
void peer_end(void);

/*
 * For a program whose cases share a namespace: after peer_start(), begin each
 * in a child process, and throw away what the kernel sent when it had ended.
 */
void peer_begin(const char *program, const char *name);
void peer_drain(void);

/* 253, or 6: a case asks only where the two are meant to differ. */
extern int peer_proto;

#define is_ltcp()	(peer_proto != IPPROTO_TCP)

/*
 * The script. Times are milliseconds.
 */

/* Segment to the kernel; grammar in segment.h. */
#define in(...)								\
	(peer_at(__FILE__, __LINE__), peer_in(__VA_ARGS__))

/* The kernel's next packet is this, and it comes at once. */
#define out(...)							\
	(peer_at(__FILE__, __LINE__), peer_out(__VA_ARGS__))

/*
 * It comes @ms after the packet before it, in either direction; see lateness()
 * in peer.c for how exactly.
 */
#define out_at(ms, ...)							\
	(peer_at(__FILE__, __LINE__), peer_out_at(ms, __VA_ARGS__))

/* It comes not before @lo and not after @hi from now. */
#define out_between(lo, hi, ...)					\
	(peer_at(__FILE__, __LINE__), peer_out_between(lo, hi, __VA_ARGS__))

/* Its next @n packets are those segments of 1460 octets, from the @first. */
void out_segments(int first, int n);

/* Whatever the kernel sends next, within @ms, or NULL. */
const struct segment *next_out(unsigned int ms);

/* The kernel sends nothing for @ms. */
#define quiet(ms)	(peer_at(__FILE__, __LINE__), peer_quiet(ms))

/* Whatever the kernel has sent does not matter. */
void swallow(void);

/*
 * ICMP error about a segment that the kernel sent. Over IPv6 it is what ICMPv6
 * has for the same, and what is told of an MTU is 20 more.
 */
#define icmp(type, code, mtu, ...)					\
	(peer_at(__FILE__, __LINE__),					\
	 peer_icmp(type, code, mtu, __VA_ARGS__))

/* Unload the module and load it again. No socket may be open. */
void reload_module(void);

/*
 * From now on the TUN device has what comes within a millisecond merged, as a
 * network card does. The kernel's addresses and routes are those of the start.
 */
void peer_gro(void);

/* What in() would send, as octets in @pkt, of MAX_PACKET; its length. */
size_t packet(uint8_t *pkt, const char *fmt, ...) __printf(2, 3);

/* The same with type, code and last word of ICMPv6 as they are. */
#define icmp6(type, code, info, ...)					\
	(peer_at(__FILE__, __LINE__),					\
	 peer_icmp6(type, code, info, __VA_ARGS__))

/* Any packet to the kernel, as it is. */
void inject(const void *pkt, size_t len);

/* From here on the script speaks of another, new connection. */
void flow(uint16_t kernel_port, uint16_t peer_port);

/* The same, and the peer is at @addr, in the network of PEER_ADDR. */
void flow_from(const char *addr, uint16_t kernel_port, uint16_t peer_port);

/* The same, and the kernel's address is @kernel. */
void flow_between(const char *kernel, uint16_t kernel_port, const char *peer,
		  uint16_t peer_port);

/* Go back to a connection that flow() left. */
void flow_again(uint16_t kernel_port, uint16_t peer_port);

/* Timestamps are in all segments of this flow, on both sides. */
void timestamps_always(void);

/* Milliseconds since the last packet, in either direction. */
unsigned int idle_ms(void);

/* The last packet that the kernel sent. */
const struct segment *last_out(void);

/*
 * Claims about anything else.
 */
#define is(got, want)							\
	(peer_at(__FILE__, __LINE__), peer_is(#got, got, want))

#define check(what)							\
	(peer_at(__FILE__, __LINE__), peer_check(#what, what))

/* State of the script's connection or listener, "CLOSED": none. */
#define state_is(name)							\
	(peer_at(__FILE__, __LINE__), peer_state_is(name))

/* TCP_* of the same. */
int state_now(void);

/* ltcp only: events counted in this namespace so far. */
unsigned long counter(const char *name);

#define counter_is(name, want)						\
	(peer_at(__FILE__, __LINE__), peer_counter_is(name, want))

/*
 * The kernel's side: sockets never block. What is not meant to fail ends
 * the case if it does.
 */
int tcp_socket(void);

/* An address of the script, for the system calls: its length. */
socklen_t address(struct sockaddr_storage *sa, const char *addr, uint16_t port);

/* The port in it. */
uint16_t address_port(const struct sockaddr_storage *sa);

/* /proc/net/ltcp, or its like for the family and for the stock TCP. */
const char *proc_table(void);
int server(void);
int server_backlog(int backlog);
int accepted(int listener);
int client_socket(void);	/* bound, for start_connect() */
int client(void);

/* Opened by the peer, or by the kernel; window 65535, MSS 1460, no scale. */
int passive(void);
int active(void);

/*
 * The same with timestamps, which from then on each segment has; those from
 * the peer need not write them down.
 */
int passive_ts(void);
int active_ts(void);

/* Opened by the peer with this SYN, and @window in the last ACK. */
int passive_with(const char *syn, unsigned int window);

/*
 * Opened by a peer that knows SACK, and nothing else. Losses are found by
 * counting, as RFC 6675 does; rack.c has the clock.
 */
int passive_sack(void);

/* Start connect() of @fd to the peer; errno, EINPROGRESS if all is well. */
int start_connect(int fd);

#define put(fd, len)							\
	(peer_at(__FILE__, __LINE__), peer_put(fd, len, 0))

/* The same with MSG_OOB. */
#define put_urgent(fd, len)						\
	(peer_at(__FILE__, __LINE__), peer_put(fd, len, MSG_OOB))

/* Exactly @len octets are there, and they are what the peer sent. */
#define get(fd, len)							\
	(peer_at(__FILE__, __LINE__), peer_get(fd, len))

/* Nothing is there: EAGAIN. */
#define get_nothing(fd)	is(recv_errno(fd), EAGAIN)

/* End of stream. */
#define get_end(fd)	is(recv_errno(fd), 0)

/* errno of a recv() that returns no data; 0: end of stream. */
int recv_errno(int fd);
int send_errno(int fd);

/* SO_ERROR, which this clears. */
int socket_error(int fd);

/*
 * Nothing is sent any more, and about @ms after the last packet (see out_at())
 * the connection of @fd dies of @err.
 */
#define dies_at(ms, fd, err)						\
	(peer_at(__FILE__, __LINE__), peer_dies_at(ms, fd, err))

/* The same for a state that no socket speaks for any more. */
#define state_ends_at(ms, name)						\
	(peer_at(__FILE__, __LINE__), peer_state_ends_at(ms, name))

/* What TCP_INFO says of it. */
struct tcp_info info(int fd);

/* TCP_* socket option. */
void set_option(int fd, int name, int value);
void set_linger(int fd, int seconds);

/* SO_* socket option. */
void set_socket(int fd, int name, int value);

/* net.ltcp.NAME, or net.ipv4.tcp_NAME for the stock TCP. */
void set_sysctl(const char *name, const char *value);

/* syn_quota_prefix, counted for the addresses of the script. */
void set_quota_prefix(int bits);

/* What the macros above call. */
void peer_at(const char *file, int line);
void peer_in(const char *fmt, ...) __printf(1, 2);
void peer_out(const char *fmt, ...) __printf(1, 2);
void peer_out_at(unsigned int ms, const char *fmt, ...) __printf(2, 3);
void peer_out_between(unsigned int lo, unsigned int hi, const char *fmt, ...)
	__printf(3, 4);
void peer_quiet(unsigned int ms);
void peer_icmp(int type, int code, int mtu, const char *fmt, ...)
	__printf(4, 5);
void peer_icmp6(int type, int code, uint32_t info, const char *fmt, ...)
	__printf(4, 5);
void peer_dies_at(unsigned int ms, int fd, int err);
void peer_state_ends_at(unsigned int ms, const char *name);
void peer_is(const char *what, long long got, long long want);
void peer_check(const char *what, bool ok);
void peer_state_is(const char *name);
void peer_counter_is(const char *name, unsigned long want);
void peer_put(int fd, size_t len, int flags);
void peer_get(int fd, size_t len);

/* For peer.c and host.c: the case ends here. */
void peer_fail(const char *fmt, ...) __printf(1, 2) __noreturn;
struct flow *peer_flow(void);

#endif /* _LTCP_PEER_H */
