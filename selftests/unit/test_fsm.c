// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/fsm.c: the table against figure 5 of RFC 9293 as it is written
 * down here a second time, and as a graph.
 */

#include <limits.h>
#include <linux/kernel.h>

#include "../../kmod/engine/fsm.h"
#include "../../kmod/wire.h"
#include "ktap.h"

#define FIRST_STATE	TCP_ESTABLISHED
#define LAST_STATE	TCP_CLOSING
#define ALL_STATES	(((1 << (LAST_STATE + 1)) - 1) & ~1)	/* bits 1..11 */

/* Figure 5 with its notes, arrow by arrow, but for those to CLOSED. */
static const struct {
	int from;
	int to;
} figure[] = {
	{ TCP_CLOSE, TCP_LISTEN },
	{ TCP_CLOSE, TCP_SYN_SENT },
	{ TCP_LISTEN, TCP_SYN_RECV },
	{ TCP_LISTEN, TCP_SYN_SENT },
	{ TCP_SYN_SENT, TCP_SYN_RECV },
	{ TCP_SYN_SENT, TCP_ESTABLISHED },
	{ TCP_SYN_RECV, TCP_ESTABLISHED },
	{ TCP_SYN_RECV, TCP_FIN_WAIT1 },
	{ TCP_SYN_RECV, TCP_LISTEN },		/* note 1 */
	{ TCP_ESTABLISHED, TCP_FIN_WAIT1 },
	{ TCP_ESTABLISHED, TCP_CLOSE_WAIT },
	{ TCP_FIN_WAIT1, TCP_FIN_WAIT2 },
	{ TCP_FIN_WAIT1, TCP_CLOSING },		/* note 2 is two rows */
	{ TCP_FIN_WAIT2, TCP_TIME_WAIT },
	{ TCP_CLOSING, TCP_TIME_WAIT },
	{ TCP_CLOSE_WAIT, TCP_LAST_ACK },
	{ TCP_TIME_WAIT, TCP_SYN_RECV },	/* not there; MAY-2 */
};

static bool in_figure(int from, int to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(figure); i++) {
		if (figure[i].from == from && figure[i].to == to)
			return true;
	}
	return false;
}

static bool in_table(int from, int to)
{
	const struct ltcp_transition *t;
	int event;

	for (event = 0; event < LTCP_NR_EVENTS; event++) {
		t = ltcp_transition(from, event);
		if (t && t->to == to)
			return true;
	}
	return false;
}

/* Follow @event from @state. */
static int next_state(int state, enum ltcp_event event)
{
	const struct ltcp_transition *t = ltcp_transition(state, event);

	if (t)
		return t->to;
	ktap_fail("no row for \"%s\" in %s", ltcp_event_name(event),
		  ltcp_state_name(state));
}

/* Did somebody give up, or was it done? */
static bool orderly(enum ltcp_event event)
{
	return event != LTCP_EV_ABORT && event != LTCP_EV_RCV_RST &&
	       event != LTCP_EV_TIMEOUT;
}

/* States that orderly ways lead to from @set; none goes on in @stop. */
static unsigned int reachable(unsigned int set, unsigned int stop)
{
	const struct ltcp_transition *t;
	unsigned int before;
	int from, event;

	do {
		before = set;
		for (from = FIRST_STATE; from <= LAST_STATE; from++) {
			if (!(set & ~stop & 1 << from))
				continue;
			for (event = 0; event < LTCP_NR_EVENTS; event++) {
				t = ltcp_transition(from, event);
				if (t && orderly(event))
					set |= 1 << t->to;
			}
		}
	} while (set != before);
	return set;
}

/* S042: RFC 9293 figure 5, and an abort from everywhere */
TEST(table__is_the_figure)
{
	int from, to;

	for (from = FIRST_STATE; from <= LAST_STATE; from++) {
		for (to = FIRST_STATE; to <= LAST_STATE; to++) {
			if (in_table(from, to) ==
			    (to == TCP_CLOSE ? from != TCP_CLOSE :
					       in_figure(from, to)))
				continue;
			ktap_fail("%s to %s", ltcp_state_name(from),
				  ltcp_state_name(to));
		}
	}
}

TEST(table__every_state_can_abort)
{
	int from;

	for (from = FIRST_STATE; from <= LAST_STATE; from++) {
		if (from != TCP_CLOSE)
			CHECK_EQ(next_state(from, LTCP_EV_ABORT), TCP_CLOSE);
	}
}

/* What the peer or the time ends, from wherever it does. */
TEST(table__every_connection_can_end)
{
	int from;

	for (from = FIRST_STATE; from <= LAST_STATE; from++) {
		if (from == TCP_CLOSE || from == TCP_LISTEN)
			continue;
		CHECK_EQ(next_state(from, LTCP_EV_RCV_RST), TCP_CLOSE);
		if (from != TCP_TIME_WAIT)
			CHECK_EQ(next_state(from, LTCP_EV_TIMEOUT), TCP_CLOSE);
	}
}

TEST(table__rows_are_whole)
{
	const struct ltcp_transition *t;
	unsigned int used = 0;
	int from, event;

	for (from = FIRST_STATE; from <= LAST_STATE; from++) {
		for (event = 0; event < LTCP_NR_EVENTS; event++) {
			t = ltcp_transition(from, event);
			if (!t)
				continue;
			CHECK(t->to >= FIRST_STATE && t->to <= LAST_STATE);
			CHECK(t->to != from);
			CHECK(t->rfc && strlen(t->rfc) > 1);
			used |= 1 << event;
		}
	}
	CHECK_EQ(used, (1 << LTCP_NR_EVENTS) - 1);
}

/* RFC 9293 3.10.4, 3.10.5: who hears of it. */
TEST(sends__close_and_abort)
{
	static const struct {
		int state;
		u8 close;
		u8 abort;
	} want[] = {
		{ TCP_LISTEN,	   0,			0 },
		{ TCP_SYN_SENT,	   0,			0 },
		{ TCP_SYN_RECV,	   LTCP_FIN | LTCP_ACK, LTCP_RST | LTCP_ACK },
		{ TCP_ESTABLISHED, LTCP_FIN | LTCP_ACK, LTCP_RST | LTCP_ACK },
		{ TCP_CLOSE_WAIT,  LTCP_FIN | LTCP_ACK, LTCP_RST | LTCP_ACK },
		{ TCP_FIN_WAIT1,   0,			LTCP_RST | LTCP_ACK },
		{ TCP_FIN_WAIT2,   0,			LTCP_RST | LTCP_ACK },
		{ TCP_CLOSING,	   0,			0 },
		{ TCP_LAST_ACK,	   0,			0 },
		{ TCP_TIME_WAIT,   0,			0 },
	};
	const struct ltcp_transition *t;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		t = ltcp_transition(want[i].state, LTCP_EV_CLOSE);
		CHECK_EQ(t ? t->sends : 0, want[i].close);
		t = ltcp_transition(want[i].state, LTCP_EV_ABORT);
		CHECK(t);
		CHECK_EQ(t->sends, want[i].abort);
	}
}

/* A SYN is answered, and so is a FIN; a RST never is. */
TEST(sends__answers)
{
	const struct ltcp_transition *t;
	int from, event;
	u8 flags;

	for (from = FIRST_STATE; from <= LAST_STATE; from++) {
		for (event = 0; event < LTCP_NR_EVENTS; event++) {
			t = ltcp_transition(from, event);
			flags = ltcp_event_flags(event);
			if (!t)
				continue;
			if (flags & (LTCP_SYN | LTCP_FIN))
				CHECK(t->sends & LTCP_ACK);
			if (flags & LTCP_RST)
				CHECK_EQ(t->sends, 0);
		}
	}
}

TEST(graph__every_state_can_be_reached)
{
	CHECK_EQ(reachable(1 << TCP_CLOSE, 0), ALL_STATES);
}

/* No state is a trap: an orderly way leads back to CLOSED from everywhere. */
TEST(graph__every_state_has_an_exit)
{
	int from;

	for (from = FIRST_STATE; from <= LAST_STATE; from++)
		CHECK(reachable(1 << from, 0) & 1 << TCP_CLOSE);
}

/* A connection that closes never opens again before both sides are done. */
TEST(graph__closing_is_for_good)
{
	static const int closing[] = {
		TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSING, TCP_LAST_ACK,
		TCP_CLOSE_WAIT,
	};
	unsigned int i, set;

	for (i = 0; i < ARRAY_SIZE(closing); i++) {
		set = reachable(1 << closing[i],
				1 << TCP_CLOSE | 1 << TCP_TIME_WAIT);
		CHECK(!(set & (1 << TCP_ESTABLISHED | 1 << TCP_SYN_RECV |
			       1 << TCP_SYN_SENT | 1 << TCP_LISTEN)));
	}
}

/* S042: from CLOSED to CLOSED as a client */
TEST(path__client)
{
	int s = TCP_CLOSE;

	s = next_state(s, LTCP_EV_ACTIVE_OPEN);
	CHECK_EQ(s, TCP_SYN_SENT);
	s = next_state(s, LTCP_EV_RCV_SYNACK);
	CHECK_EQ(s, TCP_ESTABLISHED);
	s = next_state(s, LTCP_EV_CLOSE);
	CHECK_EQ(s, TCP_FIN_WAIT1);
	s = next_state(s, LTCP_EV_RCV_ACK);
	CHECK_EQ(s, TCP_FIN_WAIT2);
	s = next_state(s, LTCP_EV_RCV_FIN);
	CHECK_EQ(s, TCP_TIME_WAIT);
	s = next_state(s, LTCP_EV_2MSL);
	CHECK_EQ(s, TCP_CLOSE);
}

/* S042: and as a server */
TEST(path__server)
{
	int s = TCP_CLOSE;

	s = next_state(s, LTCP_EV_PASSIVE_OPEN);
	CHECK_EQ(s, TCP_LISTEN);
	s = next_state(s, LTCP_EV_RCV_SYN);
	CHECK_EQ(s, TCP_SYN_RECV);
	s = next_state(s, LTCP_EV_RCV_ACK);
	CHECK_EQ(s, TCP_ESTABLISHED);
	s = next_state(s, LTCP_EV_RCV_FIN);
	CHECK_EQ(s, TCP_CLOSE_WAIT);
	s = next_state(s, LTCP_EV_CLOSE);
	CHECK_EQ(s, TCP_LAST_ACK);
	s = next_state(s, LTCP_EV_RCV_ACK);
	CHECK_EQ(s, TCP_CLOSE);
}

/* S038 S041: opened by two SYNs; closed before its SYN was acknowledged */
TEST(path__simultaneous_open)
{
	int s = next_state(TCP_SYN_SENT, LTCP_EV_RCV_SYN);

	CHECK_EQ(s, TCP_SYN_RECV);
	CHECK_EQ(next_state(s, LTCP_EV_RCV_ACK), TCP_ESTABLISHED);
	CHECK_EQ(next_state(s, LTCP_EV_CLOSE), TCP_FIN_WAIT1);
}

/* S072 S073: closed by FINs that cross, and in three segments */
TEST(path__simultaneous_close)
{
	int s = next_state(TCP_FIN_WAIT1, LTCP_EV_RCV_FIN);

	CHECK_EQ(s, TCP_CLOSING);
	CHECK_EQ(next_state(s, LTCP_EV_RCV_ACK), TCP_TIME_WAIT);
	s = next_state(TCP_FIN_WAIT1, LTCP_EV_RCV_ACK);
	CHECK_EQ(next_state(s, LTCP_EV_RCV_FIN), TCP_TIME_WAIT);
}

/* S039 MUST-11: LISTEN is for half-open entries alone. */
TEST(path__back_to_listen)
{
	CHECK_EQ(next_state(TCP_SYN_RECV, LTCP_EV_FORGET), TCP_LISTEN);
	CHECK_EQ(next_state(TCP_SYN_RECV, LTCP_EV_RCV_RST), TCP_CLOSE);
}

/* S040: RFC 9293 3.10.1, LISTEN STATE */
TEST(path__active_from_listen)
{
	CHECK_EQ(next_state(TCP_LISTEN, LTCP_EV_ACTIVE_OPEN), TCP_SYN_SENT);
}

TEST(transition__absurd_numbers)
{
	static const int absurd[] = { INT_MIN, INT_MIN + 1, -1, 0, 12, 13, 31,
				      32, 63, 64, 65536, INT_MAX };
	unsigned int i;
	int n;

	for (i = 0; i < ARRAY_SIZE(absurd); i++) {
		for (n = 0; n < LTCP_NR_EVENTS; n++)
			CHECK(!ltcp_transition(absurd[i], n));
		CHECK_STR(ltcp_state_name(absurd[i]), "UNKNOWN");
		if (absurd[i] >= 0 && absurd[i] < LTCP_NR_EVENTS)
			continue;
		for (n = FIRST_STATE; n <= LAST_STATE; n++)
			CHECK(!ltcp_transition(n, absurd[i]));
		CHECK_EQ(ltcp_event_flags(absurd[i]), 0);
		CHECK_STR(ltcp_event_name(absurd[i]), "UNKNOWN");
	}
}

TEST(name__all_different)
{
	int i, k;

	for (i = FIRST_STATE; i <= LAST_STATE; i++) {
		CHECK(strcmp(ltcp_state_name(i), "UNKNOWN"));
		for (k = FIRST_STATE; k < i; k++)
			CHECK(strcmp(ltcp_state_name(i), ltcp_state_name(k)));
	}
	for (i = 0; i < LTCP_NR_EVENTS; i++) {
		CHECK(strcmp(ltcp_event_name(i), "UNKNOWN"));
		for (k = 0; k < i; k++)
			CHECK(strcmp(ltcp_event_name(i), ltcp_event_name(k)));
	}
	CHECK_STR(ltcp_event_name(LTCP_NR_EVENTS), "UNKNOWN");
	CHECK_STR(ltcp_event_name((enum ltcp_event)-1), "UNKNOWN");
}

TEST(name__as_people_know_them)
{
	CHECK_STR(ltcp_state_name(TCP_ESTABLISHED), "ESTABLISHED");
	CHECK_STR(ltcp_state_name(TCP_SYN_RECV), "SYN_RECV");
	CHECK_STR(ltcp_state_name(TCP_FIN_WAIT1), "FIN_WAIT_1");
	CHECK_STR(ltcp_state_name(TCP_FIN_WAIT2), "FIN_WAIT_2");
	CHECK_STR(ltcp_state_name(TCP_CLOSE), "CLOSED");
}

KTAP_MAIN()
