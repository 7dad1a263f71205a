// SPDX-License-Identifier: GPL-2.0
/*
 * The state machine of RFC 9293 3.3.2 (figure 5 and its notes), and nothing
 * else: this file knows which changes of state there are, what is sent with
 * each, and the names of states and events. Who changes a state, and what else
 * happens then, is engine/state.c's business.
 *
 * The table is the only definition. engine/state.c looks up in it where an
 * event leads and whether RST or FIN goes with it; scripts/states-doc draws
 * Documentation/states.svg from it; selftests/conform/matrix.c holds what
 * comes over the wire against it.
 *
 * All of it is constant, so there is no lock. A leaf: it also compiles in user
 * space.
 *
 * A listener stays in LISTEN while half-open entries, which are no sockets, go
 * to SYN_RECV in its stead, and back (MUST-11). A segment that means two things
 * takes two rows: FIN with the ACK of our FIN leads from FIN_WAIT_1 through
 * FIN_WAIT_2 to TIME_WAIT (note 2), and FIN with the last ACK of the opening
 * from SYN_RECV through ESTABLISHED to CLOSE_WAIT. Who aborts goes to CLOSED
 * and not to TIME-WAIT (note 3), since its user may ask for the ports again at
 * once.
 */

#include <linux/kernel.h>

#include "../wire.h"
#include "fsm.h"

#define F_SYN		LTCP_SYN
#define F_SYNACK	(LTCP_SYN | LTCP_ACK)
#define F_ACK		LTCP_ACK
#define F_FIN		(LTCP_FIN | LTCP_ACK)
#define F_RST		(LTCP_RST | LTCP_ACK)

#define ROW(from, event, to, sends, rfc) \
	[TCP_##from][LTCP_EV_##event] = { TCP_##to, sends, rfc }

static const struct ltcp_transition
ltcp_transitions[LTCP_NR_STATES][LTCP_NR_EVENTS] = {
	ROW(CLOSE,	 PASSIVE_OPEN,	LISTEN,		0,	  "3.10.1"),
	ROW(CLOSE,	 ACTIVE_OPEN,	SYN_SENT,	F_SYN,	  "3.10.1"),

	ROW(LISTEN,	 ACTIVE_OPEN,	SYN_SENT,	F_SYN,	  "3.10.1"),
	ROW(LISTEN,	 RCV_SYN,	SYN_RECV,	F_SYNACK, "3.10.7.2"),
	ROW(LISTEN,	 CLOSE,		CLOSE,		0,	  "3.10.4"),
	ROW(LISTEN,	 ABORT,		CLOSE,		0,	  "3.10.5"),

	ROW(SYN_SENT,	 RCV_SYNACK,	ESTABLISHED,	F_ACK,	  "3.10.7.3"),
	/* Simultaneous open, MUST-10. */
	ROW(SYN_SENT,	 RCV_SYN,	SYN_RECV,	F_SYNACK, "3.10.7.3"),
	ROW(SYN_SENT,	 RCV_RST,	CLOSE,		0,	  "3.10.7.3"),
	ROW(SYN_SENT,	 CLOSE,		CLOSE,		0,	  "3.10.4"),
	ROW(SYN_SENT,	 ABORT,		CLOSE,		0,	  "3.10.5"),
	ROW(SYN_SENT,	 TIMEOUT,	CLOSE,		0,	  "3.10.8"),

	ROW(SYN_RECV,	 RCV_ACK,	ESTABLISHED,	0,	  "3.10.7.4"),
	/* Only what came from LISTEN goes back there, MUST-11. */
	ROW(SYN_RECV,	 FORGET,	LISTEN,		0,	  "3.10.7.4"),
	ROW(SYN_RECV,	 RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(SYN_RECV,	 CLOSE,		FIN_WAIT1,	F_FIN,	  "3.10.4"),
	ROW(SYN_RECV,	 ABORT,		CLOSE,		F_RST,	  "3.10.5"),
	ROW(SYN_RECV,	 TIMEOUT,	CLOSE,		0,	  "3.10.8"),

	ROW(ESTABLISHED, RCV_FIN,	CLOSE_WAIT,	F_ACK,	  "3.10.7.4"),
	ROW(ESTABLISHED, RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(ESTABLISHED, CLOSE,		FIN_WAIT1,	F_FIN,	  "3.10.4"),
	ROW(ESTABLISHED, ABORT,		CLOSE,		F_RST,	  "3.10.5"),
	ROW(ESTABLISHED, TIMEOUT,	CLOSE,		0,	  "3.10.8"),

	ROW(FIN_WAIT1,	 RCV_ACK,	FIN_WAIT2,	0,	  "3.10.7.4"),
	ROW(FIN_WAIT1,	 RCV_FIN,	CLOSING,	F_ACK,	  "3.10.7.4"),
	ROW(FIN_WAIT1,	 RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(FIN_WAIT1,	 ABORT,		CLOSE,		F_RST,	  "3.10.5"),
	ROW(FIN_WAIT1,	 TIMEOUT,	CLOSE,		0,	  "3.10.8"),

	ROW(FIN_WAIT2,	 RCV_FIN,	TIME_WAIT,	F_ACK,	  "3.10.7.4"),
	ROW(FIN_WAIT2,	 RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(FIN_WAIT2,	 ABORT,		CLOSE,		F_RST,	  "3.10.5"),
	/* fin_timeout: not in the RFC, but in every TCP. */
	ROW(FIN_WAIT2,	 TIMEOUT,	CLOSE,		0,	  "3.10.8"),

	/* From here on both sides have said all: 3.10.5 wants no RST. */
	ROW(CLOSING,	 RCV_ACK,	TIME_WAIT,	0,	  "3.10.7.4"),
	ROW(CLOSING,	 RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(CLOSING,	 ABORT,		CLOSE,		0,	  "3.10.5"),
	ROW(CLOSING,	 TIMEOUT,	CLOSE,		0,	  "3.10.8"),

	/* A new connection may take its place at once, MAY-2. */
	ROW(TIME_WAIT,	 RCV_SYN,	SYN_RECV,	F_SYNACK, "3.6.1"),
	ROW(TIME_WAIT,	 2MSL,		CLOSE,		0,	  "3.10.8"),
	/* Unless rfc1337 forbids it. */
	ROW(TIME_WAIT,	 RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(TIME_WAIT,	 ABORT,		CLOSE,		0,	  "3.10.5"),

	ROW(CLOSE_WAIT,	 RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(CLOSE_WAIT,	 CLOSE,		LAST_ACK,	F_FIN,	  "3.10.4"),
	ROW(CLOSE_WAIT,	 ABORT,		CLOSE,		F_RST,	  "3.10.5"),
	ROW(CLOSE_WAIT,	 TIMEOUT,	CLOSE,		0,	  "3.10.8"),

	ROW(LAST_ACK,	 RCV_ACK,	CLOSE,		0,	  "3.10.7.4"),
	ROW(LAST_ACK,	 RCV_RST,	CLOSE,		0,	  "3.10.7.4"),
	ROW(LAST_ACK,	 ABORT,		CLOSE,		0,	  "3.10.5"),
	ROW(LAST_ACK,	 TIMEOUT,	CLOSE,		0,	  "3.10.8"),
};

static const char *const ltcp_state_names[LTCP_NR_STATES] = {
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

#define LTCP_EVENT_TEXT(name, text, flags, what) { text, flags },

static const struct {
	const char *text;
	u8 flags;
} ltcp_events[LTCP_NR_EVENTS] = {
	LTCP_EVENT_LIST(LTCP_EVENT_TEXT)
};

const struct ltcp_transition *ltcp_transition(int state, enum ltcp_event event)
{
	const struct ltcp_transition *t;

	/* A negative number becomes a large one. */
	if ((unsigned int)state >= LTCP_NR_STATES ||
	    (unsigned int)event >= LTCP_NR_EVENTS)
		return NULL;
	t = &ltcp_transitions[state][event];
	return t->to ? t : NULL;
}

const char *ltcp_state_name(int state)
{
	const char *name = NULL;

	if ((unsigned int)state < LTCP_NR_STATES)
		name = ltcp_state_names[state];
	return name ? name : "UNKNOWN";
}

const char *ltcp_event_name(enum ltcp_event event)
{
	if ((unsigned int)event < LTCP_NR_EVENTS)
		return ltcp_events[event].text;
	return "UNKNOWN";
}

u8 ltcp_event_flags(enum ltcp_event event)
{
	if ((unsigned int)event < LTCP_NR_EVENTS)
		return ltcp_events[event].flags;
	return 0;
}
