/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <netinet/in.h>
#include <stddef.h>

#define LOAD_PORT	5001	/* none that connect() would choose */

/*
 * The loads that bench puts on a protocol, and how much of it got through.
 *
 * Each function makes its own listener and connections, with the same calls for
 * every protocol and with no socket option that would favour one, and runs an
 * eighth of the count first that is not measured. What fails ends the program
 * with a message.
 */

/**
 * struct load - how it is done
 * @proto: IP protocol number
 * @count: how much: MiB, or times
 * @size: octets of a write, or of a request and of its response
 * @streams: connections at once
 * @percentile: of the times that were measured, for latencies
 * @beside: protocol of every other stream, for fairness; 0: that of all
 * @link: NULL: loopback. Else a link between two namespaces, which netem treats
 *	  as this says in either direction; "": not at all
 */
struct load {
	int proto;
	unsigned long count;
	size_t size;
	unsigned int streams;
	unsigned int percentile;
	int beside;
	const char *link;
};

/* @count MiB in @streams, in writes of @size. Return: Gbit/s as received. */
double load_bulk(const struct load *how);

/* The same. Return: milliseconds of processor time for a GB (10^9 octets). */
double load_cpu(const struct load *how);

/* @size octets to a server and as many back, in one. Return: per second. */
double load_rr(const struct load *how);

/* The same. Return: microseconds that @percentile of the exchanges took. */
double load_rr_time(const struct load *how);

/*
 * connect, accept, close, in one thread. The client's close resets the
 * connection (SO_LINGER), so that nothing stays behind. Return: per second.
 */
double load_connect(const struct load *how);

/*
 * connect, one octet to a server and one back, close. The client closes first,
 * with a FIN, and keeps a TIME_WAIT and so a port of each. Return: per second.
 */
double load_crr(const struct load *how);

/*
 * @streams in the same direction, of @count MiB or more each. Return: Jain's
 * index of their rates; 1 is fair, 1/streams is one that has it all.
 */
double load_fair(const struct load *how);

/*
 * syn.c: @count SYNs of as many peers, answered with SYN-ACKs and kept half
 * open, or answered with cookies. Return: per second, without the way to the
 * protocol.
 */
double load_syn(int proto, unsigned long count);
double load_cookie(int proto, unsigned long count);

/*
 * A listener of this namespace's TUN device with room for a flood. @cookies as
 * in net.ipv4.tcp_syncookies: 0 never, 2 always. Return: its descriptor.
 */
int load_listener(int proto, const char *cookies);

/*
 * many.c: octets of memory that one of @count takes: of connections that are
 * half open; that nobody has accepted; that were accepted, and are idle; that
 * have received a segment of 200 octets which nobody has read; of which both
 * ends are here, both together; that are in TIME_WAIT.
 */
double load_mem_halfopen(const struct load *how);
double load_mem_queued(const struct load *how);
double load_mem_idle(const struct load *how);
double load_mem_unread(const struct load *how);
double load_mem_pair(const struct load *how);
double load_mem_timewait(const struct load *how);

/*
 * link.c: a link to another namespace, with netem's arguments @netem, unless
 * it is NULL: then that is loopback. Return: the address over there.
 */
in_addr_t link_new(const char *netem);

/* Enter the namespace at the other end, and come back. */
void link_there(void);
void link_back(void);

#endif
