/* SPDX-License-Identifier: GPL-2.0 */
#ifndef RACE_ROUND_H
#define RACE_ROUND_H

/*
 * Rounds: in each, a listener and some connections are brought to a random
 * point of their lives, and then four threads do random things to them at
 * once, each on a processor of its own: segments of the peer, through a TUN
 * device, against system calls.
 */

#include <stdbool.h>
#include <stdint.h>

#define NTHREADS	4

/* One generator for each thread, so that a seed means the same every time. */
struct rnd {
	uint64_t state;
};

uint32_t rnd(struct rnd *r);

/* 0 <= result < @n */
static inline uint32_t rnd_below(struct rnd *r, uint32_t n)
{
	return (uint64_t)rnd(r) * n >> 32;
}

/*
 * @count rounds in this network namespace, which must be new, or fewer when
 * CLOCK_MONOTONIC passes @end (seconds). @clean: see at the end that nothing
 * is left. Return: how many; what is wrong ends the process with a message.
 */
unsigned int rounds(int proto, uint64_t seed, unsigned int count, double end,
		    bool clean);

double now(void);

/* This thread to processor @n of those there are. */
void pin(unsigned int n);

/* Where the flood from another namespace finds this one: see race.c. */
#define RACE_PORT	5001

#endif
