// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/engine/fsm.c: the table against figure 5 of RFC 9293 as it is written
 * down here a second time, against its own bit sets, and as a graph.
 */

#include <limits.h>
#include <linux/kernel.h>

#include "../../kmod/engine/fsm.h"
#include "ktap.h"

#define FIRST_STATE	TCP_ESTABLISHED
#define LAST_STATE	TCP_CLOSING
#define NO_STATE	0
#define ALL_STATES	(((1 << (LAST_STATE + 1)) - 1) & ~1)	/* bits 1..11 */

/* Figure 5 with its notes, arrow by arrow; RST is left to aborts. */
static const struct {
	int from;
	int to;
} figure[] = {
	{ TCP_CLOSE, TCP_LISTEN },
	{ TCP_CLOSE, TCP_SYN_SENT },
	{ TCP_LISTEN, TCP_CLOSE },
	{ TCP_LISTEN, TCP_SYN_RECV },
	{ TCP_SYN_SENT, TCP_CLOSE },
	{ TCP_SYN_SENT, TCP_SYN_RECV },
	{ TCP_SYN_SENT, TCP_ESTABLISHED },
	{ TCP_SYN_RECV, TCP_ESTABLISHED },
	{ TCP_SYN_RECV, TCP_FIN_WAIT1 },
	/* not in the figure, but in 3.10.7.4, "eighth, check the FIN bit" */
	{ TCP_SYN_RECV, TCP_CLOSE_WAIT },
	{ TCP_ESTABLISHED, TCP_FIN_WAIT1 },
	{ TCP_ESTABLISHED, TCP_CLOSE_WAIT },
	{ TCP_FIN_WAIT1, TCP_FIN_WAIT2 },
	{ TCP_FIN_WAIT1, TCP_CLOSING },
	{ TCP_FIN_WAIT1, TCP_TIME_WAIT },	/* note 2 */
	{ TCP_FIN_WAIT2, TCP_TIME_WAIT },
	{ TCP_CLOSING, TCP_TIME_WAIT },
	{ TCP_CLOSE_WAIT, TCP_LAST_ACK },
	{ TCP_LAST_ACK, TCP_CLOSE },
	{ TCP_TIME_WAIT, TCP_CLOSE },
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
	unsigned int i;

	for (i = 0; i < ltcp_nr_transitions; i++) {
		if (ltcp_transitions[i].from == from &&
		    ltcp_transitions[i].to == to)
			return true;
	}
	return false;
}

/* Follow @event from @state. */
static int next_state(int state, enum ltcp_event event)
{
	unsigned int i;

	for (i = 0; i < ltcp_nr_transitions; i++) {
		if (ltcp_transitions[i].from == state &&
		    ltcp_transitions[i].event == event)
			return ltcp_transitions[i].to;
	}
	ktap_fail("no row for \"%s\" in %s", ltcp_event_name(event),
		  ltcp_state_name(state));
}

/* States that orderly ways lead to from @set; none goes on at @stop. */
static unsigned int reachable(unsigned int set, int stop)
{
	const struct ltcp_transition *t;
	unsigned int before, i;

	do {
		before = set;
		for (i = 0; i < ltcp_nr_transitions; i++) {
			t = &ltcp_transitions[i];
			if (t->event == LTCP_EV_ABORT || t->from == stop)
				continue;
			if (set & 1 << t->from)
				set |= 1 << t->to;
		}
	} while (set != before);
	return set;
}

/* S042: RFC 9293 figure 5, and an abort from everywhere */
TEST(table__is_the_figure)
{
	int from, to;
	bool abort;

	for (from = FIRST_STATE; from <= LAST_STATE; from++) {
		for (to = FIRST_STATE; to <= LAST_STATE; to++) {
			abort = to == TCP_CLOSE && from != TCP_CLOSE;
			if (in_table(from, to) ==
			    (in_figure(from, to) || abort))
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

TEST(table__one_row_for_an_event)
{
	const struct ltcp_transition *a, *b;
	unsigned int i, k;

	for (i = 0; i < ltcp_nr_transitions; i++) {
		a = &ltcp_transitions[i];
		CHECK(a->from >= FIRST_STATE && a->from <= LAST_STATE);
		CHECK(a->to >= FIRST_STATE && a->to <= LAST_STATE);
		CHECK(a->event < LTCP_NR_EVENTS);
		CHECK(a->rfc && strlen(a->rfc) > 1);
		for (k = 0; k < i; k++) {
			b = &ltcp_transitions[k];
			CHECK(a->from != b->from || a->event != b->event);
		}
	}
}

TEST(table__every_event_is_used)
{
	unsigned int used = 0, i;

	for (i = 0; i < ltcp_nr_transitions; i++)
		used |= 1 << ltcp_transitions[i].event;
	CHECK_EQ(used, (1 << LTCP_NR_EVENTS) - 1);
}

TEST(graph__every_row_can_be_reached)
{
	unsigned int set = reachable(1 << TCP_CLOSE, NO_STATE);
	unsigned int i;

	CHECK_EQ(set, ALL_STATES);
	for (i = 0; i < ltcp_nr_transitions; i++)
		CHECK(set & 1 << ltcp_transitions[i].from);
}

/* No state is a trap: an orderly way leads back to CLOSED from everywhere. */
TEST(graph__every_state_has_an_exit)
{
	int from;

	for (from = FIRST_STATE; from <= LAST_STATE; from++)
		CHECK(reachable(1 << from, NO_STATE) & 1 << TCP_CLOSE);
}

/* A connection that closes never opens again before it was CLOSED. */
TEST(graph__closing_is_for_good)
{
	static const int closing[] = {
		TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSING, TCP_LAST_ACK,
		TCP_TIME_WAIT, TCP_CLOSE_WAIT,
	};
	unsigned int i, set;

	for (i = 0; i < ARRAY_SIZE(closing); i++) {
		set = reachable(1 << closing[i], TCP_CLOSE);
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
	CHECK_EQ(next_state(TCP_FIN_WAIT1, LTCP_EV_RCV_FINACK), TCP_TIME_WAIT);
}

TEST(legal__is_the_table)
{
	int from, to;

	for (from = -20; from <= 300; from++) {
		for (to = -20; to <= 300; to++) {
			if (ltcp_transition_legal(from, to) ==
			    in_table(from, to))
				continue;
			ktap_fail("%d to %d", from, to);
		}
	}
}

TEST(legal__absurd_numbers)
{
	static const int absurd[] = { INT_MIN, INT_MIN + 1, -1, 0, 12, 13, 31,
				      32, 63, 64, 65536, INT_MAX };
	unsigned int i;
	int s;

	for (i = 0; i < ARRAY_SIZE(absurd); i++) {
		for (s = FIRST_STATE; s <= LAST_STATE; s++) {
			CHECK(!ltcp_transition_legal(absurd[i], s));
			CHECK(!ltcp_transition_legal(s, absurd[i]));
		}
		CHECK_STR(ltcp_state_name(absurd[i]), "UNKNOWN");
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
