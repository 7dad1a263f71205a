/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_CONG_H
#define _LTCP_CONG_H

/*
 * Congestion control: what an algorithm is given and what it decides. An
 * algorithm sees this header only, never the socket. It decides how the
 * window grows and how far it falls; when a loss happened and what to resend
 * is engine/recovery.c's business, for all algorithms alike.
 */

#include <linux/types.h>
#include <linux/list.h>
#include <linux/module.h>

#define LTCP_CONG_NAME_MAX	16	/* as TCP_CA_NAME_MAX */
#define LTCP_CONG_NAMES_MAX	256	/* octets of a list of names */
#define LTCP_CONG_PRIV_SIZE	40	/* octets of an algorithm's own state */
#define LTCP_INIT_CWND		10U	/* segments, RFC 6928 */
#define LTCP_SSTHRESH_INF	0x7fffffffU

struct ltcp_cong_ops;

/**
 * struct ltcp_cong - congestion state of one connection
 * @ops: the algorithm; holds a reference on its module
 * @cwnd: congestion window, octets
 * @ssthresh: slow start threshold, octets
 * @mss: effective send MSS, octets; kept current by the engine
 * @acked_cnt: octets acknowledged since the last growth in congestion
 *	       avoidance (RFC 5681 3.1, RFC 3465)
 * @priv: the algorithm's own state, zeroed before ->init
 *
 * Locking: the socket lock of the connection.
 */
struct ltcp_cong {
	const struct ltcp_cong_ops *ops;
	u32 cwnd;
	u32 ssthresh;
	u32 mss;
	u32 acked_cnt;
	u64 priv[LTCP_CONG_PRIV_SIZE / sizeof(u64)];
};

/**
 * struct ltcp_cong_ack - what one acknowledgment tells
 * @acked: octets newly acknowledged
 * @flight: octets outstanding before this ACK
 * @rtt_us: sample of this ACK in microseconds, 0: none
 * @now_us: time, microseconds, monotonic
 * @cwnd_limited: the sender wanted to send more than cwnd allowed
 */
struct ltcp_cong_ack {
	u32 acked;
	u32 flight;
	u32 rtt_us;
	u64 now_us;
	bool cwnd_limited;
};

/**
 * struct ltcp_cong_echo - what one acknowledgment tells of marks (ECN)
 * @acked: octets newly acknowledged
 * @una: SND.UNA by now
 * @nxt: SND.NXT
 * @ece: the peer says that there was a mark
 */
struct ltcp_cong_echo {
	u32 acked;
	u32 una;
	u32 nxt;
	bool ece;
};

/**
 * struct ltcp_cong_ops - a congestion control algorithm
 * @name: as in TCP_CONGESTION and net.ltcp.congestion_control
 * @owner: THIS_MODULE
 * @init: connection starts using the algorithm; may be NULL
 * @release: connection stops using it; may be NULL
 * @acked: new data was acknowledged while no loss is being repaired: grow
 * @ssthresh: a loss was found with @flight octets outstanding; return the new
 *	      slow start threshold in octets, at least 2 * mss
 * @ssthresh_ecn: the same for a mark (ECN), at most once in a window; may be
 *		  NULL, then a mark is as good as a loss (RFC 3168 6.1.2)
 * @echoed: an ACK came, with or without ECE, on a connection that uses ECN;
 *	    before @ssthresh_ecn and @acked; may be NULL
 * @exact_ecn: it needs ECN, asks for it whatever net.ltcp.ecn says, and wants
 *	       the peer told of each mark (RFC 8257 3.2), as the peer does
 * @timeout: the retransmission timer expired, after @ssthresh if that was due;
 *	     cwnd falls to one mss (RFC 5681 3.1); may be NULL
 * @after_idle: nothing was sent for more than one RTO; may be NULL, then
 *	        cwnd falls to the restart window (RFC 5681 4.1)
 * @node: list of registered algorithms
 *
 * All are called with the socket locked, bottom halves off: no sleeping.
 */
struct ltcp_cong_ops {
	char name[LTCP_CONG_NAME_MAX];
	bool exact_ecn;
	struct module *owner;
	void (*init)(struct ltcp_cong *ca);
	void (*release)(struct ltcp_cong *ca);
	void (*acked)(struct ltcp_cong *ca, const struct ltcp_cong_ack *ack);
	u32 (*ssthresh)(struct ltcp_cong *ca, u32 flight);
	u32 (*ssthresh_ecn)(struct ltcp_cong *ca);
	void (*echoed)(struct ltcp_cong *ca, const struct ltcp_cong_echo *echo);
	void (*timeout)(struct ltcp_cong *ca);
	void (*after_idle)(struct ltcp_cong *ca);
	struct list_head node;
};

/* True while RFC 5681 3.1 asks for slow start. */
static inline bool ltcp_cong_slow_start(const struct ltcp_cong *ca)
{
	return ca->cwnd < ca->ssthresh;
}

/* Registry; process context. -EINVAL: incomplete ops, -EEXIST: name taken. */
int ltcp_cong_register(struct ltcp_cong_ops *ops);
void ltcp_cong_unregister(struct ltcp_cong_ops *ops);

/*
 * Set @ca up with algorithm @name ("" or NULL: reno), cwnd at the initial
 * window. What @ca held is overwritten, not detached: the copy that a child
 * has of its listener's is not a reference. -ENOENT: no such algorithm, or
 * its module is going, then @ca is unchanged. Any context.
 */
int ltcp_cong_attach(struct ltcp_cong *ca, const char *name, u32 mss);

/* Give up the algorithm and its module reference. Harmless when done twice. */
void ltcp_cong_detach(struct ltcp_cong *ca);

/* Change the algorithm of a live connection; cwnd and ssthresh stay. */
int ltcp_cong_switch(struct ltcp_cong *ca, const char *name);

/* Is there an algorithm @name? It may be gone when this returns. */
bool ltcp_cong_known(const char *name);

/*
 * Names of all algorithms, separated by blanks, only whole ones. Returns the
 * octets without the NUL, which is there if @size is not 0.
 */
int ltcp_cong_list(char *buf, size_t size);

/* Initial window in octets: min(10 * mss, max(2 * mss, 14600)), RFC 6928 */
u32 ltcp_cong_init_window(u32 mss);

/*
 * Slow start with appropriate byte counting, L = 2 (RFC 3465 2.2), up to
 * ssthresh. Returns what is left of @acked for congestion avoidance. For
 * L = 1 after a timeout (RFC 3465 2.3), pass one mss at most.
 */
u32 ltcp_cong_slow_start_grow(struct ltcp_cong *ca, u32 acked);

/* The same with another limit than 2 * mss, octets. */
u32 ltcp_cong_slow_start_upto(struct ltcp_cong *ca, u32 acked, u32 limit);

/*
 * Congestion avoidance: one mss for each cwnd octets acknowledged, and not
 * more than one for each call.
 */
void ltcp_cong_avoid(struct ltcp_cong *ca, u32 acked);

extern struct ltcp_cong_ops ltcp_cong_reno;
extern struct ltcp_cong_ops ltcp_cong_cubic;
extern struct ltcp_cong_ops ltcp_cong_dctcp;

#endif /* _LTCP_CONG_H */
