/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

/*
 * The loads that bench puts on a protocol, and how much of it got through.
 *
 * Each function makes its own listener and connections on loopback, with the
 * same calls for every protocol and with no socket option that would favour
 * one, and runs an eighth of @count first that is not measured. What fails
 * ends the program with a message.
 */

/* One stream, writes of 64 KiB, @count MiB. Return: Gbit/s at the receiver. */
double load_bulk(int proto, unsigned long count);

/* One octet to a server and one back, in one connection. Return: per second. */
double load_rr(int proto, unsigned long count);

/*
 * connect, accept, close, in one thread. The client's close resets the
 * connection (SO_LINGER), so that nothing stays behind. Return: per second.
 */
double load_connect(int proto, unsigned long count);

/*
 * connect, one octet to a server and one back, close. The client closes first,
 * with a FIN, and keeps a TIME_WAIT and so a port of each. Return: per second.
 */
double load_crr(int proto, unsigned long count);

/*
 * @count SYNs of as many peers, answered with SYN-ACKs and kept half open, or
 * answered with cookies. Return: per second, without the way to the protocol.
 */
double load_syn(int proto, unsigned long count);
double load_cookie(int proto, unsigned long count);

#endif
