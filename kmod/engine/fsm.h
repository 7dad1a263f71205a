/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_FSM_H
#define _LTCP_FSM_H

/*
 * The state machine of RFC 9293 3.3.2, as one table. States have the numbers
 * of <net/tcp_states.h>, since the generic socket code tests them.
 */

#include <linux/types.h>
#include <net/tcp_states.h>

/**
 * enum ltcp_event - what makes a connection change state
 * @LTCP_EV_PASSIVE_OPEN: listen()
 * @LTCP_EV_ACTIVE_OPEN: connect()
 * @LTCP_EV_RCV_SYN: SYN received
 * @LTCP_EV_RCV_SYNACK: SYN and acceptable ACK received
 * @LTCP_EV_RCV_ACK: acceptable ACK of our SYN or FIN received
 * @LTCP_EV_RCV_FIN: FIN received in order
 * @LTCP_EV_RCV_FINACK: FIN received in order, and our FIN acknowledged
 * @LTCP_EV_CLOSE: close() or shutdown(SHUT_WR)
 * @LTCP_EV_ABORT: RST received or sent, timeout, or disconnect
 * @LTCP_EV_2MSL: TIME_WAIT ran out, or was handed to the TIME_WAIT table
 */
enum ltcp_event {
	LTCP_EV_PASSIVE_OPEN,
	LTCP_EV_ACTIVE_OPEN,
	LTCP_EV_RCV_SYN,
	LTCP_EV_RCV_SYNACK,
	LTCP_EV_RCV_ACK,
	LTCP_EV_RCV_FIN,
	LTCP_EV_RCV_FINACK,
	LTCP_EV_CLOSE,
	LTCP_EV_ABORT,
	LTCP_EV_2MSL,
	/* private: */
	LTCP_NR_EVENTS,
};

/**
 * struct ltcp_transition - one legal change of state
 * @from: state before
 * @event: what happened
 * @to: state after
 * @rfc: section of RFC 9293 (or another RFC, then named) that demands it
 */
struct ltcp_transition {
	u8 from;
	u8 event;
	u8 to;
	const char *rfc;
};

extern const struct ltcp_transition ltcp_transitions[];
extern const unsigned int ltcp_nr_transitions;

/*
 * Name as RFC 9293 spells it, with "_" for "-": "FIN_WAIT_1", "CLOSED". Only
 * SYN-RECEIVED is "SYN_RECV", as in ss.
 */
const char *ltcp_state_name(int state);
const char *ltcp_event_name(enum ltcp_event event);

/* Is there a row that leads from @from to @to? O(1). */
bool ltcp_transition_legal(int from, int to);

#endif /* _LTCP_FSM_H */
