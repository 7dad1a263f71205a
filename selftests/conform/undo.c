// SPDX-License-Identifier: GPL-2.0
/*
 * Losses that were none: what shows it, and that the window is then as if
 * nothing had been (RFC 3522, RFC 3708, RFC 5682). And that it is not, where
 * something was lost.
 */

#include "case.h"

CASES(undo)

#define MSS	1460
#define MSS_TS	1448
#define NO_SSTHRESH 0x7fffffff

/*
 * By timestamps
 */

/* RFC 3522 3.2: the ACK after a timeout is for what was sent before it. */
CASE(undo, timestamp_after_timeout)
{
	int fd = passive_ts();
	uint32_t first;
	int i;

	put(fd, 10 * MSS_TS);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1448) ack 1", i * MSS_TS + 1,
		    (i + 1) * MSS_TS + 1);
	first = segment_tsval(last_out());
	out_at(RTO, ". 1:1449(1448) ack 1");
	is(info(fd).tcpi_snd_cwnd, 1);
	quiet(50);
	in(". 1:1(0) ack 1449 <nop,nop,ts * %u>", first);
	counter_is("UndoTimestamps", 1);
	is(info(fd).tcpi_ca_state, TCP_CA_Open);
	is(info(fd).tcpi_snd_ssthresh, NO_SSTHRESH);
	check(info(fd).tcpi_snd_cwnd >= 10);
	is(info(fd).tcpi_lost, 0);
	quiet(100);
	in(". 1:1(0) ack %d <nop,nop,ts * %u>", 10 * MSS_TS + 1, first);
	quiet(10 * SEC);
	counter_is("RetransSegs", 1);
}

/* RFC 3522 3.2: the echo of the second copy proves that it was needed. */
CASE(undo, timestamp_of_second_copy)
{
	int fd = passive_ts();

	put(fd, 3 * MSS_TS);
	out(". 1:1449(1448) ack 1");
	out(". 1449:2897(1448) ack 1");
	out("P. 2897:4345(1448) ack 1");
	out_at(RTO, ". 1:1449(1448) ack 1");
	quiet(50);
	in(". 1:1(0) ack 1449");
	out(". 1449:2897(1448) ack 1");
	out("P. 2897:4345(1448) ack 1");
	is(info(fd).tcpi_snd_ssthresh, 2);
	in(". 1:1(0) ack 4345");
	counter_is("UndoTimestamps", 0);
}

/* RFC 3522 3.2 RFC 4015 3: the same of a fast retransmission. */
CASE(undo, timestamp_after_fast_retransmit)
{
	int fd = passive_ts();
	uint32_t first;
	int i;

	put(fd, 10 * MSS_TS);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1448) ack 1", i * MSS_TS + 1,
		    (i + 1) * MSS_TS + 1);
	first = segment_tsval(last_out());
	quiet(50);
	for (i = 0; i < 3; i++)
		in(". 1:1(0) ack 1 <nop,nop,ts * %u>", first);
	out(". 1:1449(1448) ack 1");
	is(info(fd).tcpi_snd_ssthresh, 5);
	in(". 1:1(0) ack %d <nop,nop,ts * %u>", 10 * MSS_TS + 1, first);
	counter_is("UndoTimestamps", 1);
	is(info(fd).tcpi_snd_ssthresh, NO_SSTHRESH);
	check(info(fd).tcpi_snd_cwnd >= 10);
	is(info(fd).tcpi_ca_state, TCP_CA_Open);
}

/* Two segments are sent again; the peer had the first, before @before. */
static int two_again(uint32_t *before)
{
	int l = server();
	int fd, i;

	set_sysctl("recovery", "0");
	set_sysctl("early_retrans", "0");
	in("S 0:0(0) win 65535 <mss 1460,sackok,ts * 0>");
	out("S. 0:0(0) ack 1");
	timestamps_always();
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);

	put(fd, 10 * MSS_TS);
	for (i = 0; i < 10; i++)
		out(". %d:%d(1448) ack 1", i * MSS_TS + 1,
		    (i + 1) * MSS_TS + 1);
	*before = segment_tsval(last_out());
	quiet(50);
	in(". 1:1(0) ack 1 <nop,nop,ts * %u,nop,nop,sack 2897:10137>", *before);
	out(". 1:1449(1448) ack 1");
	out(". 1449:2897(1448) ack 1");
	is(info(fd).tcpi_snd_ssthresh, 5);
	/* The first copy of the first. The second may be lost still. */
	in(". 1:1(0) ack 1449 <nop,nop,ts * %u,nop,nop,sack 2897:10137>",
	   *before);
	is(info(fd).tcpi_snd_ssthresh, 5);
	return fd;
}

/* RFC 3522 3.2: more was sent again than one ACK covers: the next one tells. */
CASE(undo, timestamp_of_two)
{
	uint32_t before;
	int fd = two_again(&before);

	in(". 1:1(0) ack %d <nop,nop,ts * %u>", 10 * MSS_TS + 1, before);
	counter_is("UndoTimestamps", 1);
	is(info(fd).tcpi_snd_ssthresh, NO_SSTHRESH);
	is(info(fd).tcpi_ca_state, TCP_CA_Open);
}

/* And if it was for the second copy, one of them was lost. */
CASE(undo, timestamp_of_second_of_two)
{
	uint32_t before;
	int fd = two_again(&before);

	in(". 1:1(0) ack %d <nop,nop,ts * %u>", 10 * MSS_TS + 1,
	   segment_tsval(last_out()));
	counter_is("UndoTimestamps", 0);
	is(info(fd).tcpi_snd_ssthresh, 5);
}

/*
 * By duplicates
 */

/* RFC 2883 4 RFC 3708 2: the peer has got twice what was sent again. */
CASE(undo, dsack)
{
	int fd = passive_sack();

	put(fd, 10 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1 <nop,nop,sack 2921:10221>");
	out_segments(0, 2);
	is(info(fd).tcpi_snd_ssthresh, 5);
	in(". 1:1(0) ack 14601");
	is(info(fd).tcpi_snd_ssthresh, 5);
	in(". 1:1(0) ack 14601 <nop,nop,sack 1:1461>");
	is(info(fd).tcpi_snd_ssthresh, 5);
	in(". 1:1(0) ack 14601 <nop,nop,sack 1461:2921>");
	counter_is("UndoDsacks", 1);
	is(info(fd).tcpi_snd_ssthresh, NO_SSTHRESH);
	check(info(fd).tcpi_snd_cwnd >= 10);
}

/* What is sent again later in the episode must have come twice, too. */
CASE(undo, dsack_in_recovery)
{
	int fd = passive_sack();

	put(fd, 10 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1 <nop,nop,sack 5841:10221>");
	out_segments(0, 2);
	quiet(20);
	is(info(fd).tcpi_ca_state, TCP_CA_Recovery);
	is(info(fd).tcpi_lost, 4);
	in(". 1:1(0) ack 2921 <nop,nop,sack 1:1461 5841:10221>");
	swallow();
	in(". 1:1(0) ack 2921 <nop,nop,sack 1461:2921 5841:10221>");
	swallow();
	in(". 1:1(0) ack 14601");
	swallow();
	in(". 1:1(0) ack 14601 <nop,nop,sack 2921:4381>");
	counter_is("UndoDsacks", 0);
	in(". 1:1(0) ack 14601 <nop,nop,sack 4381:5841>");
	counter_is("UndoDsacks", 1);
	is(info(fd).tcpi_snd_ssthresh, NO_SSTHRESH);
}

/* T25: blocks from before the episode do not count, and some are not all. */
CASE(undo, dsack_of_something_else)
{
	int fd = passive_sack();

	put(fd, 12 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 2921");
	out_segments(10, 2);
	in(". 1:1(0) ack 2921 <nop,nop,sack 5841:13141>");
	out_segments(2, 2);
	in(". 1:1(0) ack 17521 <nop,nop,sack 1:1461>");
	in(". 1:1(0) ack 17521 <nop,nop,sack 1461:2921>");
	in(". 1:1(0) ack 17521 <nop,nop,sack 2921:4381>");
	counter_is("DsacksIn", 3);
	counter_is("UndoDsacks", 0);
	check(info(fd).tcpi_snd_ssthresh < 20);
}

/*
 * F-RTO
 */

/* 14 segments to send, of which 10 went out, and the timer expired. */
static int timed_out(const char *option)
{
	int fd;

	if (!is_ltcp())
		set_sysctl("frto", "2");
	set_sysctl("recovery", "0");
	set_sysctl("early_retrans", "0");
	fd = passive_with(option, 65535);
	put(fd, 14 * MSS);
	out_segments(0, 10);
	out_at(RTO, ". 1:1461(1460) ack 1");
	quiet(50);
	return fd;
}

#define PLAIN	"S 0:0(0) win 65535 <mss 1460>"
#define SACK	"S 0:0(0) win 65535 <mss 1460,sackok>"

/* RFC 5682 2.1: new data goes out, and the old is acknowledged. */
CASE(undo, frto)
{
	int fd = timed_out(PLAIN);

	in(". 1:1(0) ack 1461");
	out_segments(10, 2);
	quiet(20);
	in(". 1:1(0) ack 2921");
	counter_is("FrtoSpurious", 1);
	is(info(fd).tcpi_ca_state, TCP_CA_Open);
	is(info(fd).tcpi_snd_ssthresh, NO_SSTHRESH);
	check(info(fd).tcpi_snd_cwnd >= 10);
	out_segments(12, 1);
	in(". 1:1(0) ack 18981");
	out_segments(13, 1);
	in(". 1:1(0) ack 20441");
	quiet(10 * SEC);
	counter_is("RetransSegs", 1);
}

/* RFC 5682 2.1 (3a): the new data makes duplicates: it was lost indeed. */
CASE(undo, frto_duplicate)
{
	int fd = timed_out(PLAIN);

	in(". 1:1(0) ack 1461");
	out_segments(10, 2);
	in(". 1:1(0) ack 1461");
	out_segments(1, 1);
	counter_is("FrtoSpurious", 0);
	is(info(fd).tcpi_ca_state, TCP_CA_Loss);
	is(info(fd).tcpi_snd_ssthresh, 5);
	swallow();
	in(". 1:1(0) ack 17521");
	swallow();
	in("R 1:1(0)");
}

/* RFC 5682 2.1 (2a): a duplicate first, and it is not even tried. */
CASE(undo, frto_duplicate_first)
{
	timed_out(PLAIN);

	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1461");
	out_segments(1, 2);
	counter_is("FrtoSpurious", 0);
	in("R 1:1(0)");
}

/* RFC 5682 3.1: what was sent once is SACKed: it had only been late. */
CASE(undo, frto_sack)
{
	int fd = timed_out(SACK);

	in(". 1:1(0) ack 1461");
	out_segments(10, 2);
	in(". 1:1(0) ack 1461 <nop,nop,sack 2921:4381>");
	counter_is("FrtoSpurious", 1);
	is(info(fd).tcpi_snd_ssthresh, NO_SSTHRESH);
	swallow();
	in("R 1:1(0)");
}

/* RFC 5682 3.1: the new data is SACKed, the old is not: it was lost. */
CASE(undo, frto_sack_of_new_data)
{
	int fd = timed_out(SACK);

	in(". 1:1(0) ack 1461");
	out_segments(10, 2);
	in(". 1:1(0) ack 1461 <nop,nop,sack 14601:16061>");
	out_segments(1, 2);
	counter_is("FrtoSpurious", 0);
	is(info(fd).tcpi_ca_state, TCP_CA_Loss);
	swallow();
	in("R 1:1(0)");
}

/* `frto` off: slow start, and the old data again. */
CASE(undo, frto_off)
{
	set_sysctl("frto", "0");
	timed_out(PLAIN);
	set_sysctl("frto", "0");
	in(". 1:1(0) ack 1461");
	out_segments(1, 2);
	in("R 1:1(0)");
}

TEST_HARNESS_MAIN
