// SPDX-License-Identifier: GPL-2.0
/*
 * The state machine of RFC 9293 3.3.2 (figure 5 and its notes), and nothing
 * else: this file knows which changes of state are legal, and the names of
 * states and events. Who changes a state, and what else happens then, is
 * engine/state.c's business.
 *
 * Called from there, from tracing and from /proc; all of it is constant, so
 * there is no lock. A leaf: it also compiles in user space.
 *
 * Two arrows of the figure have no row, because a listener here never leaves
 * LISTEN while it lives:
 *  - SYN-RECEIVED to LISTEN when a RST comes (note 1): the half-open entry or
 *    the child dies, and the listener has been in LISTEN all the time.
 *  - LISTEN to SYN-SENT by OPEN or SEND: connect() and send() on a listener
 *    fail, as the socket interface has always had it.
 * A sender of RST goes to CLOSED and not to TIME-WAIT (note 3), since its
 * user may ask for the ports again at once.
 */

#include <linux/bits.h>
#include <linux/kernel.h>

#include "fsm.h"

#define ROW(from, event, to, rfc) \
	{ TCP_##from, LTCP_EV_##event, TCP_##to, rfc }

const struct ltcp_transition ltcp_transitions[] = {
	ROW(CLOSE,	 PASSIVE_OPEN,	LISTEN,		"3.10.1"),
	ROW(CLOSE,	 ACTIVE_OPEN,	SYN_SENT,	"3.10.1"),

	/* A child is cloned from its listener, and is in LISTEN until then. */
	ROW(LISTEN,	 RCV_SYN,	SYN_RECV,	"3.10.7.2"),
	ROW(LISTEN,	 CLOSE,		CLOSE,		"3.10.4"),
	ROW(LISTEN,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(SYN_SENT,	 RCV_SYNACK,	ESTABLISHED,	"3.10.7.3"),
	/* Simultaneous open, MUST-10. */
	ROW(SYN_SENT,	 RCV_SYN,	SYN_RECV,	"3.10.7.3"),
	ROW(SYN_SENT,	 CLOSE,		CLOSE,		"3.10.4"),
	ROW(SYN_SENT,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(SYN_RECV,	 RCV_ACK,	ESTABLISHED,	"3.10.7.4"),
	ROW(SYN_RECV,	 RCV_FIN,	CLOSE_WAIT,	"3.10.7.4"),
	ROW(SYN_RECV,	 CLOSE,		FIN_WAIT1,	"3.10.4"),
	ROW(SYN_RECV,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(ESTABLISHED, RCV_FIN,	CLOSE_WAIT,	"3.10.7.4"),
	ROW(ESTABLISHED, CLOSE,		FIN_WAIT1,	"3.10.4"),
	ROW(ESTABLISHED, ABORT,		CLOSE,		"3.10.5"),

	ROW(FIN_WAIT1,	 RCV_ACK,	FIN_WAIT2,	"3.10.7.4"),
	ROW(FIN_WAIT1,	 RCV_FIN,	CLOSING,	"3.10.7.4"),
	/* Note 2: the close with three segments. */
	ROW(FIN_WAIT1,	 RCV_FINACK,	TIME_WAIT,	"3.10.7.4"),
	ROW(FIN_WAIT1,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(FIN_WAIT2,	 RCV_FIN,	TIME_WAIT,	"3.10.7.4"),
	ROW(FIN_WAIT2,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(CLOSING,	 RCV_ACK,	TIME_WAIT,	"3.10.7.4"),
	ROW(CLOSING,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(TIME_WAIT,	 2MSL,		CLOSE,		"3.10.8"),
	ROW(TIME_WAIT,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(CLOSE_WAIT,	 CLOSE,		LAST_ACK,	"3.10.4"),
	ROW(CLOSE_WAIT,	 ABORT,		CLOSE,		"3.10.5"),

	ROW(LAST_ACK,	 RCV_ACK,	CLOSE,		"3.10.7.4"),
	ROW(LAST_ACK,	 ABORT,		CLOSE,		"3.10.5"),
};

const unsigned int ltcp_nr_transitions = ARRAY_SIZE(ltcp_transitions);

/*
 * The table again, as one set of successors for each state, since every change
 * of state asks it. A unit test holds both to be the same.
 */
static const u16 ltcp_successors[] = {
	[TCP_ESTABLISHED] = TCPF_FIN_WAIT1 | TCPF_CLOSE_WAIT | TCPF_CLOSE,
	[TCP_SYN_SENT]	  = TCPF_ESTABLISHED | TCPF_SYN_RECV | TCPF_CLOSE,
	[TCP_SYN_RECV]	  = TCPF_ESTABLISHED | TCPF_FIN_WAIT1 |
			    TCPF_CLOSE_WAIT | TCPF_CLOSE,
	[TCP_FIN_WAIT1]	  = TCPF_FIN_WAIT2 | TCPF_CLOSING | TCPF_TIME_WAIT |
			    TCPF_CLOSE,
	[TCP_FIN_WAIT2]	  = TCPF_TIME_WAIT | TCPF_CLOSE,
	[TCP_TIME_WAIT]	  = TCPF_CLOSE,
	[TCP_CLOSE]	  = TCPF_LISTEN | TCPF_SYN_SENT,
	[TCP_CLOSE_WAIT]  = TCPF_LAST_ACK | TCPF_CLOSE,
	[TCP_LAST_ACK]	  = TCPF_CLOSE,
	[TCP_LISTEN]	  = TCPF_SYN_RECV | TCPF_CLOSE,
	[TCP_CLOSING]	  = TCPF_TIME_WAIT | TCPF_CLOSE,
};

static const char *const ltcp_state_names[] = {
	[TCP_ESTABLISHED] = "ESTABLISHED",
	[TCP_SYN_SENT]	  = "SYN_SENT",
	[TCP_SYN_RECV]	  = "SYN_RECV",
	[TCP_FIN_WAIT1]	  = "FIN_WAIT_1",
	[TCP_FIN_WAIT2]	  = "FIN_WAIT_2",
	[TCP_TIME_WAIT]	  = "TIME_WAIT",
	[TCP_CLOSE]	  = "CLOSED",
	[TCP_CLOSE_WAIT]  = "CLOSE_WAIT",
	[TCP_LAST_ACK]	  = "LAST_ACK",
	[TCP_LISTEN]	  = "LISTEN",
	[TCP_CLOSING]	  = "CLOSING",
};

static const char *const ltcp_event_names[LTCP_NR_EVENTS] = {
	[LTCP_EV_PASSIVE_OPEN]	= "passive OPEN",
	[LTCP_EV_ACTIVE_OPEN]	= "active OPEN",
	[LTCP_EV_RCV_SYN]	= "rcv SYN",
	[LTCP_EV_RCV_SYNACK]	= "rcv SYN,ACK",
	[LTCP_EV_RCV_ACK]	= "rcv ACK",
	[LTCP_EV_RCV_FIN]	= "rcv FIN",
	[LTCP_EV_RCV_FINACK]	= "rcv FIN,ACK of FIN",
	[LTCP_EV_CLOSE]		= "CLOSE",
	[LTCP_EV_ABORT]		= "ABORT",
	[LTCP_EV_2MSL]		= "timeout 2MSL",
};

const char *ltcp_state_name(int state)
{
	const char *name = NULL;

	/* A negative number becomes a large one. */
	if ((unsigned int)state < ARRAY_SIZE(ltcp_state_names))
		name = ltcp_state_names[state];
	return name ? name : "UNKNOWN";
}

const char *ltcp_event_name(enum ltcp_event event)
{
	if ((unsigned int)event < LTCP_NR_EVENTS)
		return ltcp_event_names[event];
	return "UNKNOWN";
}

bool ltcp_transition_legal(int from, int to)
{
	if ((unsigned int)from >= ARRAY_SIZE(ltcp_successors) ||
	    (unsigned int)to >= ARRAY_SIZE(ltcp_successors))
		return false;
	return ltcp_successors[from] & BIT(to);
}
