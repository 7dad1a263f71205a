// SPDX-License-Identifier: GPL-2.0
/*
 * T2: what every kind of segment does in every state, with our receive window
 * open and closed: the reply, the next state, and what the user hears.
 *
 * What must come out is written down below, read from RFC 9293 3.10.7 and
 * RFC 5961, not from the code. A case is named STATE.SEGMENT.WINDOW. Each has
 * a connection and a process of its own, and all share one namespace, since to
 * make one takes longer than a case. The names of the states are those of
 * kmod/engine/fsm.c, and a change of state that its table does not have is an
 * error of this file, or of that one.
 */

#include <linux/sockios.h>
#include <net/tcp_states.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "../../kmod/wire.h"
#include "../../kmod/engine/fsm.h"
#include "peer.h"

/*
 * The segments. SEQ is RCV.NXT if nothing else is said, ACK is what the peer
 * has acknowledged before (in SYN_SENT and SYN_RECV: our SYN). The connection
 * of old_ts has timestamps, the others have none.
 */
#define KINDS(X)							\
	X(syn)		/* SYN */					\
	X(synack)	/* SYN, with ACK of all that we sent */		\
	X(ack)		/* ACK of all that we sent */			\
	X(rst)		/* RST without ACK */				\
	X(rst_ack)	/* RST with ACK of all that we sent */		\
	X(rst_near)	/* RST one octet ahead */			\
	X(fin)		/* FIN, or FIN again if there was one */	\
	X(finack)	/* the same with ACK of all that we sent */	\
	X(fin_bare)	/* the same without ACK */			\
	X(data)		/* 10 octets */					\
	X(urg)		/* 10 octets, urgent */				\
	X(bad_ack)	/* ACK of what we never sent */			\
	X(old)		/* the 10 octets before RCV.NXT again */	\
	X(early)	/* 10 octets behind a hole of 100 */		\
	X(future)	/* 10 octets beyond any window */		\
	X(bad_sum)	/* 10 octets with a wrong checksum */		\
	X(old_ts)	/* 10 octets with a timestamp from before the SYN */

#define KIND_ENUM(name) K_##name,
#define KIND_NAME(name) #name,

enum kind {
	KINDS(KIND_ENUM)
	NR_KINDS,
};

static const char *const kind_names[NR_KINDS] = { KINDS(KIND_NAME) };

/*
 * The expectations. A line "STATE" begins a state. What follows is for an open
 * window and, but for what stands behind "wnd0", for a closed one too; states
 * before ESTABLISHED have no window that could be closed. A line is
 *
 *	SEGMENT...: REPLY [NEXT-STATE [ERROR]]
 *
 * REPLY: -		none
 *	  ack		<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>
 *	  ack+N		the same, N further on: N is taken
 *	  syn+ack	<SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>
 *	  rst		<SEQ=SEG.ACK><CTL=RST>
 *	  rst+ack	<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>
 * NEXT-STATE: the same if not named
 * ERROR: what SO_ERROR says, 0 if not named
 *
 * Besides, the user gets 10 octets exactly if they are taken, the last of them
 * out of band (POLLPRI) exactly if they are urgent, and is told of the end
 * (POLLRDHUP) exactly if the next state says that the FIN has come.
 */
static const char *const expectations[] = {
	"CLOSED",			/* 3.10.7.1 */
	"syn fin_bare:				rst+ack",
	"synack ack fin finack data urg:	rst",
	"bad_ack old early future old_ts:	rst",
	"rst rst_ack rst_near bad_sum:		-",

	"LISTEN",			/* 3.10.7.2 */
	"syn:					syn+ack SYN_RECV",
	"synack ack fin finack data urg:	rst",
	"bad_ack old early future old_ts:	rst",
	"rst rst_ack rst_near bad_sum fin_bare:	-",

	"SYN_SENT",			/* 3.10.7.3 */
	"syn:					syn+ack SYN_RECV",
	"synack:				ack+1 ESTABLISHED",
	"bad_ack:				rst",
	/* Where others refuse: "connection refused" is their word for it. */
	"rst_ack:				- CLOSED ECONNREFUSED",
	"ack fin finack fin_bare data urg:	-",
	"old early future bad_sum old_ts:	-",
	"rst rst_near:				-",

	/*
	 * 3.10.7.4, half open. A SYN in the window would send it back to
	 * LISTEN (fourth), blindly; RFC 5961 4.2 gets to the same end by a
	 * challenge, since who sent that SYN answers with RST. Old timestamps,
	 * from here on: RFC 7323 5.3, R1.
	 */
	"SYN_RECV",
	"syn synack rst_near old future old_ts:	ack",
	"ack:					- ESTABLISHED",
	"rst rst_ack:				- LISTEN",
	"fin finack:				ack+1 CLOSE_WAIT",
	"data urg:				ack+10 ESTABLISHED",
	"early:					ack ESTABLISHED",
	"bad_ack:				rst",
	"fin_bare bad_sum:			-",

	"SYN_RECV active",		/* the same after SYN_SENT */
	"syn rst_near old future old_ts:		ack",
	/* The peer's SYN is in its SYN-ACK again: 3.5, figure 7. */
	"synack:				ack ESTABLISHED",
	"ack:					- ESTABLISHED",
	"rst rst_ack:				- CLOSED ECONNREFUSED",
	"fin finack:				ack+1 CLOSE_WAIT",
	"data urg:				ack+10 ESTABLISHED",
	"early:					ack ESTABLISHED",
	"bad_ack:				rst",
	"fin_bare bad_sum:			-",

	/*
	 * A FIN without data may use a closed window, though table 6 calls it
	 * not acceptable: it needs no buffer, and the peer would otherwise
	 * send it again and again to a user who does not read.
	 */
	"ESTABLISHED",
	"syn synack rst_near bad_ack:		ack",
	"old early future old_ts:		ack",
	"ack fin_bare bad_sum:			-",
	"rst rst_ack:				- CLOSED ECONNRESET",
	"fin finack:				ack+1 CLOSE_WAIT",
	"data urg:				ack+10",
	"wnd0",
	"data urg:				ack",
	"rst_near:				-",

	"FIN_WAIT_1",
	"syn synack rst_near bad_ack:		ack",
	"old early future old_ts:		ack",
	"ack:					- FIN_WAIT_2",
	"fin_bare bad_sum:			-",
	"rst rst_ack:				- CLOSED ECONNRESET",
	"fin:					ack+1 CLOSING",
	"finack:				ack+1 TIME_WAIT",
	"data urg:				ack+10",
	"wnd0",
	"data urg:				ack",
	"rst_near:				-",

	"FIN_WAIT_2",
	"syn synack rst_near bad_ack:		ack",
	"old early future old_ts:		ack",
	"ack fin_bare bad_sum:			-",
	"rst rst_ack:				- CLOSED ECONNRESET",
	"fin finack:				ack+1 TIME_WAIT",
	"data urg:				ack+10",
	"wnd0",
	"data urg:				ack",
	"rst_near:				-",

	/*
	 * The peer's FIN has come. When it comes again it is an old segment,
	 * with ACK or without. What lies in the window behind it is ignored
	 * (sixth, seventh); with the window closed it is not acceptable.
	 */
	"CLOSE_WAIT",
	"syn synack rst_near bad_ack:		ack",
	"fin finack fin_bare old future old_ts:	ack",
	"ack data urg early bad_sum:		-",
	/* Linux's word for RST after FIN; the RFC has but one. */
	"rst rst_ack:				- CLOSED EPIPE",
	"wnd0",
	"data urg early:			ack",
	"rst_near:				-",

	"CLOSING",
	"syn synack rst_near bad_ack:		ack",
	"fin finack fin_bare old future old_ts:	ack",
	"ack:					- TIME_WAIT",
	"data urg early bad_sum:		-",
	"rst rst_ack:				- CLOSED",
	"wnd0",
	"data urg early:			ack",
	"rst_near:				-",

	"LAST_ACK",
	"syn synack rst_near bad_ack:		ack",
	"fin finack fin_bare old future old_ts:	ack",
	"ack rst rst_ack:			- CLOSED",
	"data urg early bad_sum:		-",
	"wnd0",
	"data urg early:			ack",
	"rst_near:				-",

	/*
	 * "The only thing that can arrive in this state is a retransmission of
	 * the remote FIN. Acknowledge it" (fifth), so everything that takes
	 * sequence numbers is. RST is ignored: RFC 1337.
	 */
	"TIME_WAIT",
	"syn synack bad_ack fin_bare old_ts:	ack",
	"fin finack old future data urg early:	ack",
	"ack bad_sum:				-",
	"rst rst_ack rst_near:			-",
};

#define ACTIVE_SYN_RECV	0	/* the row that has no number of its own */

struct outcome {
	const char *reply;
	int next;
	int err;
	bool there;
};

static struct outcome outcomes[LTCP_NR_STATES][NR_KINDS][2];

struct conn {
	int state;
	bool closed_window;
	bool timestamps;
	int listener;		/* -1: none */
	int fd;			/* -1: none */
	int una, nxt;		/* SND.UNA, SND.NXT */
	int ack;		/* what the peer acknowledges */
	int rcv;		/* RCV.NXT */
	int syn;		/* SEG.SEQ of its SYN-ACK */
	int fin;		/* SEG.SEQ of its FIN */
};

/*
 * Text to table
 */

static void __noreturn wrong(const char *what, const char *line)
{
	ksft_print_msg("matrix: %s: \"%s\"\n", what, line);
	exit(KSFT_FAIL);
}

static int state_by_name(const char *name)
{
	int state;

	for (state = 1; state < LTCP_NR_STATES; state++)
		if (!strcmp(ltcp_state_name(state), name))
			return state;
	wrong("no such state", name);
}

static int error_by_name(const char *name)
{
	static const int errors[] = { ECONNRESET, ECONNREFUSED, EPIPE };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (!strcmp(name, strerrorname_np(errors[i])))
			return errors[i];
	wrong("no such error", name);
}

/* States in which the peer could have filled our buffer. */
static bool has_window(int row)
{
	return row != ACTIVE_SYN_RECV && row != TCP_CLOSE &&
	       row != TCP_LISTEN && row != TCP_SYN_SENT && row != TCP_SYN_RECV;
}

static void set_outcome(int row, const char *name, const struct outcome *o,
			bool only_closed)
{
	enum kind k;

	for (k = 0; k < NR_KINDS && strcmp(kind_names[k], name); k++)
		;
	if (k == NR_KINDS)
		wrong("no such segment", name);
	if (only_closed != outcomes[row][k][0].there)
		wrong("twice, or behind wnd0 only", name);
	if (!only_closed)
		outcomes[row][k][0] = *o;
	if (has_window(row))
		outcomes[row][k][1] = *o;
}

static void parse_outcome(int row, const char *text, bool only_closed)
{
	struct outcome o = { .there = true };
	char *line = strdup(text);
	char *right = strchr(line, ':');
	char *word;

	if (!right)
		wrong("no colon", text);
	*right++ = '\0';
	word = strtok(right, "\t ");
	o.reply = strdup(word);
	word = strtok(NULL, " ");
	o.next = word ? state_by_name(word) : row ?: TCP_SYN_RECV;
	word = word ? strtok(NULL, " ") : NULL;
	o.err = word ? error_by_name(word) : 0;
	for (word = strtok(line, " "); word; word = strtok(NULL, " "))
		set_outcome(row, word, &o, only_closed);
	free(line);
}

static void parse_expectations(void)
{
	bool only_closed = false;
	int row = TCP_CLOSE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(expectations); i++) {
		const char *line = expectations[i];

		if (strchr(line, ':')) {
			parse_outcome(row, line, only_closed);
		} else if (!strcmp(line, "wnd0")) {
			only_closed = true;
		} else {
			only_closed = false;
			row = strcmp(line, "SYN_RECV active") ?
			      state_by_name(line) : ACTIVE_SYN_RECV;
		}
	}
}

/*
 * Into each state
 */

static void listener(struct conn *c)
{
	c->listener = client_socket();
	set_linger(c->listener, 0);	/* lest it talk on in the next case */
	if (c->closed_window)
		set_socket(c->listener, SO_RCVBUF, 4096);
	is(listen(c->listener, 1), 0);
}

static void peer_syn(struct conn *c)
{
	in("S 0:0(0) <mss 1460%s>", c->timestamps ? ",ts * 0" : "");
	out("S. 0:0(0) ack 1");
	c->rcv = 1;
	if (c->timestamps)
		timestamps_always();
}

static void syn_recv(struct conn *c)
{
	listener(c);
	peer_syn(c);
	c->nxt = 1;
	c->ack = 1;
}

static void fill_buffer(struct conn *c)
{
	int wnd = last_out()->win;
	int len;

	while (wnd) {
		len = wnd < 1448 ? wnd : 1448;
		in("P. %d:%d(%d) ack 1", c->rcv, c->rcv + len, len);
		c->rcv += len;
		out_between(0, 250, ". 1:1(0) ack %d", c->rcv);
		wnd = last_out()->win;
	}
}

static void established(struct conn *c)
{
	syn_recv(c);
	in(". 1:1(0) ack 1");
	c->una = 1;
	c->fd = accepted(c->listener);
	close(c->listener);
	c->listener = -1;
	if (c->closed_window)
		fill_buffer(c);
}

static void send_fin(struct conn *c)
{
	is(shutdown(c->fd, SHUT_WR), 0);
	out("F. 1:1(0) ack %d", c->rcv);
	c->nxt = 2;
}

static void ack_fin(struct conn *c)
{
	in(". %d:%d(0) ack 2", c->rcv, c->rcv);
	c->una = 2;
	c->ack = 2;
}

static void receive_fin(struct conn *c)
{
	in("F. %d:%d(0) ack %d", c->rcv, c->rcv, c->ack);
	c->rcv++;
	out_between(0, 50, ". %d:%d(0) ack %d", c->nxt, c->nxt, c->rcv);
}

static void syn_sent(struct conn *c)
{
	c->fd = client_socket();
	set_linger(c->fd, 0);
	is(start_connect(c->fd), EINPROGRESS);
	out("S 0:0(0)");
	c->nxt = 1;
	c->ack = 1;
}

static void active_syn_recv(struct conn *c)
{
	syn_sent(c);
	peer_syn(c);
}

static void bring_to(struct conn *c, int row)
{
	switch (row) {
	case TCP_CLOSE:
		c->nxt = 1;
		c->ack = 1;
		break;
	case TCP_LISTEN:
		listener(c);
		c->nxt = 1;
		c->ack = 1;
		break;
	case TCP_SYN_SENT:
		syn_sent(c);
		break;
	case TCP_SYN_RECV:
		syn_recv(c);
		break;
	case ACTIVE_SYN_RECV:
		active_syn_recv(c);
		break;
	case TCP_ESTABLISHED:
		established(c);
		break;
	case TCP_FIN_WAIT1:
		established(c);
		send_fin(c);
		break;
	case TCP_FIN_WAIT2:
		established(c);
		send_fin(c);
		ack_fin(c);
		break;
	case TCP_CLOSING:
		established(c);
		send_fin(c);
		receive_fin(c);
		break;
	case TCP_TIME_WAIT:
		established(c);
		send_fin(c);
		ack_fin(c);
		receive_fin(c);
		break;
	case TCP_CLOSE_WAIT:
		established(c);
		receive_fin(c);
		break;
	case TCP_LAST_ACK:
		established(c);
		receive_fin(c);
		send_fin(c);
		break;
	}
	c->state = row ?: TCP_SYN_RECV;
	c->syn = row == ACTIVE_SYN_RECV ? c->rcv - 1 : c->rcv;
	c->fin = 1 << c->state & (TCPF_CLOSE_WAIT | TCPF_CLOSING |
				  TCPF_LAST_ACK | TCPF_TIME_WAIT) ?
		 c->rcv - 1 : c->rcv;
}

/*
 * The segment, and what came of it
 */

/* Returns SEG.ACK, or SEG.SEQ + SEG.LEN if it has none. */
static int send_kind(const struct conn *c, enum kind k)
{
	int n = c->rcv;

	switch (k) {
	case K_syn:
		in("S %d:%d(0) <mss 1460>", n, n);
		return n + 1;
	case K_synack:
		in("S. %d:%d(0) ack %d <mss 1460>", c->syn, c->syn, c->nxt);
		return c->nxt;
	case K_ack:
		in(". %d:%d(0) ack %d", n, n, c->nxt);
		return c->nxt;
	case K_rst:
		in("R %d:%d(0)", n, n);
		return n;
	case K_rst_ack:
		in("R. %d:%d(0) ack %d", n, n, c->nxt);
		return c->nxt;
	case K_rst_near:
		in("R %d:%d(0)", n + 1, n + 1);
		return n + 1;
	case K_fin:
		in("F. %d:%d(0) ack %d", c->fin, c->fin, c->ack);
		return c->ack;
	case K_finack:
		in("F. %d:%d(0) ack %d", c->fin, c->fin, c->nxt);
		return c->nxt;
	case K_fin_bare:
		in("F %d:%d(0)", c->fin, c->fin);
		return c->fin + 1;
	case K_data:
		in("P. %d:%d(10) ack %d", n, n + 10, c->ack);
		return c->ack;
	case K_urg:
		in("PU. %d:%d(10) ack %d urg 10", n, n + 10, c->ack);
		return c->ack;
	case K_bad_ack:
		in(". %d:%d(0) ack %d", n, n, c->nxt + 1000);
		return c->nxt + 1000;
	case K_old:
		in("P. %d:%d(10) ack %d", n - 10, n, c->ack);
		return c->ack;
	case K_early:
		in("P. %d:%d(10) ack %d", n + 100, n + 110, c->ack);
		return c->ack;
	case K_future:
		in("P. %d:%d(10) ack %d", n + 200000, n + 200010, c->ack);
		return c->ack;
	case K_bad_sum:
		in("P. %d:%d(10) ack %d badsum", n, n + 10, c->ack);
		return c->ack;
	case K_old_ts:
		in("P. %d:%d(10) ack %d <ts -5 *>", n, n + 10, c->ack);
		return c->ack;
	default:
		peer_fail("script: segment %d?", k);
	}
}

/* Octets of sequence space that @reply acknowledges. */
static int taken(const char *reply)
{
	return strncmp(reply, "ack+", 4) ? 0 : atoi(reply + 4);
}

/* A delayed ACK may take its time; no retransmission is due yet. */
static void expect_reply(const struct conn *c, const char *reply, int seg_ack)
{
	if (!strcmp(reply, "rst"))
		out("R %d:%d(0)", seg_ack, seg_ack);
	else if (!strcmp(reply, "rst+ack"))
		out("R. 0:0(0) ack %d", seg_ack);
	else if (!strcmp(reply, "syn+ack"))
		out("S. 0:0(0) ack %d", c->rcv + 1);
	else if (!strncmp(reply, "ack", 3))
		out_between(0, 60, ". %d:%d(0) ack %d", c->nxt, c->nxt,
			    c->rcv + taken(reply));
	else if (strcmp(reply, "-"))
		peer_fail("script: reply \"%s\"?", reply);
	quiet(100);
}

static int unread(int fd)
{
	int n = 0;

	if (fd >= 0 && ioctl(fd, SIOCINQ, &n))
		peer_fail("SIOCINQ: %s", strerror(errno));
	return n;
}

static bool polled(int fd, short event)
{
	struct pollfd pfd = { .fd = fd, .events = event };

	is(poll(&pfd, 1, 0) >= 0, 1);
	return pfd.revents & event;
}

static bool opened(const struct conn *c, const struct outcome *o)
{
	return c->state == TCP_SYN_RECV && c->listener >= 0 &&
	       (o->next == TCP_ESTABLISHED || o->next == TCP_CLOSE_WAIT);
}

static void expect_user(struct conn *c, enum kind k, const struct outcome *o,
			int before)
{
	int got = taken(o->reply) == 10 ? 10 : 0;
	bool urgent = got && k == K_urg;

	if (opened(c, o))
		c->fd = accepted(c->listener);
	else if (c->listener >= 0)
		is(accept(c->listener, NULL, NULL) < 0 ? errno : 0, EAGAIN);
	if (c->listener >= 0)
		is(socket_error(c->listener), 0);
	if (c->fd < 0)
		return;
	is(socket_error(c->fd), o->err);
	is(unread(c->fd) - before, got - urgent);
	is(polled(c->fd, POLLPRI), urgent);
	is(polled(c->fd, POLLRDHUP), 1 << o->next &
	   (TCPF_CLOSE_WAIT | TCPF_CLOSING | TCPF_LAST_ACK | TCPF_TIME_WAIT |
	    TCPF_CLOSE) ? 1 : 0);
}

static void expect_state(int want)
{
	int now = state_now();

	if (now != want)
		peer_fail("state is %s, expected %s", ltcp_state_name(now),
			  ltcp_state_name(want));
}

static void run_cell(int row, enum kind k, bool closed_window)
{
	const struct outcome *o = &outcomes[row][k][closed_window];
	struct conn c = {
		.listener = -1, .fd = -1, .closed_window = closed_window,
		.timestamps = k == K_old_ts,
	};
	int before, seg_ack;

	bring_to(&c, row);
	expect_state(c.state);
	before = unread(c.fd);
	seg_ack = send_kind(&c, k);
	expect_reply(&c, o->reply, seg_ack);
	expect_state(o->next);
	expect_user(&c, k, o, before);
}

/*
 * The frame: KTAP, as from the harness
 */

#define CASE(program, name) static bool case_##name(void)

static int number;
static int failures;
static const char *wanted;

static void result(const char *name, bool ok)
{
	number++;
	failures += !ok;
	printf("%s %d %s\n", ok ? "ok" : "not ok", number, name);
	fflush(stdout);
}

static bool selected(const char *name)
{
	return !wanted || !strcmp(wanted, name);
}

/* Does the table of fsm.c lead from @from to @to, by segments only? */
static bool way(int from, int to, int rows)
{
	const struct ltcp_transition *t;
	enum ltcp_event ev;

	for (ev = 0; ev < LTCP_NR_EVENTS; ev++) {
		t = ltcp_transition(from, ev);
		if (!t || !(ltcp_event_flags(ev) || ev == LTCP_EV_FORGET))
			continue;
		if (t->to == to || (rows > 1 && way(t->to, to, rows - 1)))
			return true;
	}
	return false;
}

/* T2: every cell is there, and goes where the table of fsm.c goes. */
CASE(matrix, table)
{
	const struct outcome *o;
	int row, from, w;
	enum kind k;

	for (row = 0; row < LTCP_NR_STATES; row++) {
		from = row ?: TCP_SYN_RECV;
		for (k = 0; k < NR_KINDS; k++) {
			for (w = 0; w <= has_window(row); w++) {
				o = &outcomes[row][k][w];
				if (o->there && (o->next == from ||
						 way(from, o->next, 2)))
					continue;
				ksft_print_msg("%s %s: %s\n",
					       ltcp_state_name(from),
					       kind_names[k], o->there ?
					       "no such way" : "missing");
				return false;
			}
		}
	}
	return true;
}

/* S042: the other way round: what a segment can do in fsm.c, some cell does. */
CASE(matrix, covered)
{
	const struct ltcp_transition *t;
	enum ltcp_event ev;
	int from;
	enum kind k;

	for (from = 1; from < TCP_CLOSING + 1; from++) {
		for (ev = 0; ev < LTCP_NR_EVENTS; ev++) {
			t = ltcp_transition(from, ev);
			/* TIME_WAIT for others: close.c, sysctl_effect.c */
			if (!t || !ltcp_event_flags(ev) ||
			    from == TCP_TIME_WAIT)
				continue;
			for (k = 0; k < NR_KINDS; k++)
				if (outcomes[from][k][0].next == t->to ||
				    (from == TCP_SYN_RECV &&
				     outcomes[0][k][0].next == t->to))
					break;
			if (k < NR_KINDS)
				continue;
			ksft_print_msg("no case for %s in %s\n",
				       ltcp_event_name(ev),
				       ltcp_state_name(from));
			return false;
		}
	}
	return true;
}

static void cell(int row, enum kind k, bool closed_window)
{
	uint16_t port = 1024 + (row * NR_KINDS + k) * 2 + closed_window;
	char name[64];
	int status;
	pid_t pid;

	snprintf(name, sizeof(name), "%s%s.%s.%s",
		 ltcp_state_name(row ?: TCP_SYN_RECV),
		 row == ACTIVE_SYN_RECV ? "_active" : "", kind_names[k],
		 !has_window(row) ? "any" : closed_window ? "wnd0" : "open");
	if (!selected(name))
		return;
	pid = fork();
	if (!pid) {
		peer_begin("matrix", name);
		flow(port, port);
		run_cell(row, k, closed_window);
		peer_end();
		fflush(NULL);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		wrong("cannot run", name);
	result(name, !status);
	peer_drain();
}

static int count_cells(void)
{
	int row, n = 0;

	for (row = 0; row < LTCP_NR_STATES; row++)
		n += NR_KINDS * (1 + has_window(row));
	return n;
}

/*
 * T2 S022 S024 S025 S026 S027 S028 S036 S038 S039 S066 S068 S069 S070 S071 S072
 * S073 S076 S078 S085 S109 MUST-10 MUST-11 SHLD-31 MAY-12 MAY-13: all of them,
 * after each has had a case of its own.
 */
CASE(matrix, cells)
{
	int before = failures;
	enum kind k;
	int row;

	for (row = 0; row < LTCP_NR_STATES; row++) {
		for (k = 0; k < NR_KINDS; k++) {
			cell(row, k, false);
			if (has_window(row))
				cell(row, k, true);
		}
	}
	return failures == before;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		wanted = argv[2];
	parse_expectations();
	peer_start("matrix", "rig");
	printf("KTAP version 1\n1..%d\n", wanted ? 1 : count_cells() + 3);
	if (selected("table"))
		result("table", case_table());
	if (selected("covered"))
		result("covered", case_covered());
	if (!wanted)
		result("cells", case_cells());
	else
		case_cells();
	return failures ? KSFT_FAIL : KSFT_PASS;
}
