/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_FSM_H
#define _LTCP_FSM_H

/*
 * The state machine of RFC 9293 3.3.2, as one table. States have the numbers
 * of <net/tcp_states.h>, since the generic socket code tests them.
 */

#include <linux/types.h>
#include <net/tcp_states.h>

/*
 * What makes a connection change state: name, text, the control bits of the
 * segment that it comes in (0: no segment), and what it means.
 */
#define LTCP_EVENT_LIST(X)						\
	X(PASSIVE_OPEN, "passive OPEN", 0, "``listen()``")		\
	X(ACTIVE_OPEN, "active OPEN", 0, "``connect()``")		\
	X(CLOSE, "CLOSE", 0, "``close()`` or ``shutdown(SHUT_WR)``")	\
	X(ABORT, "ABORT", 0, "this side gives up, by its user's wish "	\
	  "or for want of something")					\
	X(RCV_SYN, "rcv SYN", LTCP_SYN, "SYN received")			\
	X(RCV_SYNACK, "rcv SYN,ACK", LTCP_SYN | LTCP_ACK,		\
	  "SYN and acceptable ACK received")				\
	X(RCV_ACK, "rcv ACK", LTCP_ACK, "ACK of our SYN or FIN received") \
	X(RCV_FIN, "rcv FIN", LTCP_FIN | LTCP_ACK,			\
	  "FIN received in order")					\
	X(RCV_RST, "rcv RST", LTCP_RST, "acceptable RST received")	\
	X(FORGET, "forget SYN", 0, "a half-open entry of a listener "	\
	  "goes: RST, no answer to its SYN-ACK, no room")		\
	X(TIMEOUT, "timeout", 0, "the peer, or its FIN, did not come in time") \
	X(2MSL, "timeout 2MSL", 0, "TIME_WAIT ran out, or the TIME_WAIT " \
	  "table has it now")

#define LTCP_EVENT_ENUM(name, text, flags, what) LTCP_EV_##name,
enum ltcp_event {
	LTCP_EVENT_LIST(LTCP_EVENT_ENUM)
	LTCP_NR_EVENTS,
};

#undef LTCP_EVENT_ENUM

#define LTCP_NR_STATES	(TCP_CLOSING + 1)

/**
 * struct ltcp_transition - one legal change of state
 * @to: state after
 * @sends: control bits of the segment that goes out with it; 0: none
 * @rfc: section of RFC 9293 that demands it
 */
struct ltcp_transition {
	u8 to;
	u8 sends;
	const char *rfc;
};

/* What @event does to a connection in @state. NULL: it must not happen. O(1) */
const struct ltcp_transition *ltcp_transition(int state, enum ltcp_event event);

/*
 * Name as RFC 9293 spells it, with "_" for "-": "FIN_WAIT_1", "CLOSED". Only
 * SYN-RECEIVED is "SYN_RECV", as in ss.
 */
const char *ltcp_state_name(int state);
const char *ltcp_event_name(enum ltcp_event event);

/* Control bits that a segment has when it is @event; 0: it is no segment. */
u8 ltcp_event_flags(enum ltcp_event event);

#endif /* _LTCP_FSM_H */
