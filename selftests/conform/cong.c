// SPDX-License-Identifier: GPL-2.0
/*
 * Congestion control: CUBIC on the wire, who may choose what, and algorithms
 * that come and go in modules while connections run.
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "case.h"

CASES(cong)

#define MSS	1460
#define EXAMPLE	"cong_aimd"

static int choose(int fd, const char *name)
{
	return setsockopt(fd, SOL_TCP, TCP_CONGESTION, name, strlen(name)) ?
	       errno : 0;
}

static bool uses(int fd, const char *name)
{
	char now[16] = "";
	socklen_t len = sizeof(now);

	check(!getsockopt(fd, SOL_TCP, TCP_CONGESTION, now, &len));
	return !strncmp(now, name, sizeof(now));
}

/* A connection with ten segments under way, the first of them lost. */
static int with_loss(const char *name)
{
	int fd = passive();

	is(choose(fd, name), 0);
	put(fd, 10 * MSS);
	out_segments(0, 10);
	return fd;
}

/* RFC 9438 4.6: seven tenths are left after a loss, where Reno has a half. */
CASE(cong, cubic_fast_retransmit)
{
	int fd = with_loss("cubic");

	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1");
	out_segments(0, 1);
	is(info(fd).tcpi_snd_ssthresh, 7);

	flow(KERNEL_PORT, PEER_PORT + 1);
	fd = with_loss("reno");
	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1");
	out_segments(0, 1);
	is(info(fd).tcpi_snd_ssthresh, 5);
}

/* RFC 3042 2 RFC 5681 3.2: two duplicates let out a new segment each. */
CASE(cong, limited_transmit)
{
	int fd = passive();

	put(fd, 14 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1");
	out_segments(10, 1);
	in(". 1:1(0) ack 1");
	out_segments(11, 1);
	in(". 1:1(0) ack 1");
	out_segments(0, 1);
	quiet(50);
	/* They are not counted in what is halved: RFC 5681 3.2 (2). */
	is(info(fd).tcpi_snd_ssthresh, 5);
}

/* Everything up to segment @end of the kernel arrived, but for segment 10. */
static void in_sack(unsigned int end)
{
	in(". 1:1(0) ack %u <nop,nop,sack %u:%u>", 10 * MSS + 1, 11 * MSS + 1,
	   end * MSS + 1);
}

/*
 * RFC 6937 3: of 20 on their way one is lost. For two that arrive one is sent,
 * from the first to the last, until there are half as many.
 */
CASE(cong, proportional)
{
	int fd, i;

	ltcp_only("counts otherwise");
	set_sysctl("recovery", "0");
	set_sysctl("early_retrans", "0");
	fd = passive_with("S 0:0(0) win 65535 <mss 1460,sackok>", 65535);
	put(fd, 43 * MSS);
	out_segments(0, 10);
	for (i = 1; i <= 10; i++) {
		in(". 1:1(0) ack %d", i * MSS + 1);
		out_segments(8 + 2 * i, 2);
	}
	in_sack(12);
	out_segments(30, 1);
	in_sack(13);
	out_segments(31, 1);
	in_sack(14);
	out_segments(10, 1);
	is(info(fd).tcpi_snd_ssthresh, 10);
	for (i = 15; i <= 30; i++) {
		in_sack(i);
		if (i % 2 && i >= 17 && i <= 27)
			out_segments(32 + (i - 17) / 2, 1);
		else if (i == 30)
			out_segments(38, 1);	/* ssthresh is reached */
		else
			quiet(1);
	}
	is(info(fd).tcpi_unacked - info(fd).tcpi_sacked, 10);
	in(". 1:1(0) ack %u", 32 * MSS + 1);
	is(info(fd).tcpi_snd_cwnd, 10);
	swallow();
	in("R 1:1(0)");
}

/* RFC 9438 4.8: after a timeout one segment, and slow start to there. */
CASE(cong, cubic_timeout)
{
	int fd = with_loss("cubic");

	out_between(RTO - 20, RTO + 50, ". 1:1461(1460) ack 1");
	is(info(fd).tcpi_snd_ssthresh, 7);
	is(info(fd).tcpi_snd_cwnd, 1);
	in(". 1:1(0) ack 1461");
	out_segments(1, 2);
	is(info(fd).tcpi_snd_cwnd, 2);
}

/* MAY-18: another algorithm in the midst of a connection; the window stays. */
CASE(cong, switched)
{
	int fd = passive();

	is(choose(fd, "cubic"), 0);
	put(fd, 12 * MSS);
	out_segments(0, 10);
	in(". 1:1(0) ack 1461");
	out_segments(10, 2);
	is(info(fd).tcpi_snd_cwnd, 11);
	is(choose(fd, "reno"), 0);
	check(uses(fd, "reno"));
	is(info(fd).tcpi_snd_cwnd, 11);
	is(choose(fd, "none"), ENOENT);
	check(uses(fd, "reno"));
}

/* A listener's algorithm is that of its connections. */
CASE(cong, inherited)
{
	int l = server(), fd;

	is(choose(l, "cubic"), 0);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	check(uses(fd, "cubic"));
	check(uses(tcp_socket(), "reno"));
}

/* T38: who has no privilege chooses from allowed_congestion_control. */
CASE(cong, allowed)
{
	int mine, other;

	ltcp_only("one list for all namespaces");
	set_sysctl("allowed_congestion_control", "reno");
	set_sysctl("congestion_control", "cubic");
	mine = tcp_socket();
	is(choose(mine, "reno"), 0);
	set_sysctl("congestion_control", "reno");
	other = tcp_socket();
	is(choose(other, "cubic"), 0);

	check(!seteuid(65534));
	is(choose(mine, "cubic"), EPERM);
	is(choose(mine, "none"), ENOENT);
	is(choose(mine, "reno"), 0);
	check(uses(mine, "reno"));
	/* What one has one may keep, but not get back. */
	is(choose(other, "cubic"), 0);
	is(choose(other, "reno"), 0);
	is(choose(other, "cubic"), EPERM);
	check(!seteuid(0));

	set_sysctl("allowed_congestion_control", "reno cubic");
	check(!seteuid(65534));
	is(choose(mine, "cubic"), 0);
	check(!seteuid(0));
}

/*
 * The example module
 */

/* It was built beside ltcp.ko; errno. */
static int load_example(const char *parameters)
{
	char path[4096];
	char *end;
	int fd, err;

	snprintf(path, sizeof(path), "%s", getenv("LTCP_KO") ?: "");
	end = strstr(path, "kmod/ltcp.ko");
	if (!end)
		peer_fail("LTCP_KO: %s", path);
	snprintf(end, path + sizeof(path) - end,
		 "examples/cong-aimd/" EXAMPLE ".ko");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		peer_fail("%s: %s", path, strerror(errno));
	err = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return err;
}

static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

/* MAY-18: a module's algorithm at work; it stays as long as it is used. */
CASE(cong, module_in_use)
{
	int fd;

	ltcp_only("the module is for ltcp");
	unload(EXAMPLE);	/* of a case that failed */
	is(load_example("decrease=30"), 0);
	fd = with_loss("aimd");
	is(unload(EXAMPLE), EWOULDBLOCK);
	is(unload("ltcp"), EWOULDBLOCK);

	/* It is at work: three tenths less. */
	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1");
	in(". 1:1(0) ack 1");
	out_segments(0, 1);
	is(info(fd).tcpi_snd_ssthresh, 7);

	/* In the midst of recovery another takes over. */
	is(choose(fd, "reno"), 0);
	is(unload(EXAMPLE), 0);
	is(choose(fd, "aimd"), ENOENT);
	in(". 1:1(0) ack %u", 10 * MSS + 1);
	put(fd, MSS);
	out("P. %u:%u(%u) ack 1", 10 * MSS + 1, 11 * MSS + 1, MSS);
}

/* Connections hold the module, half-open entries do not. */
CASE(cong, module_of_children)
{
	int l = server(), fd;

	ltcp_only("the module is for ltcp");
	unload(EXAMPLE);
	is(load_example(""), 0);
	is(load_example(""), EEXIST);
	is(choose(l, "aimd"), 0);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1");
	is(choose(l, "reno"), 0);
	is(unload(EXAMPLE), EWOULDBLOCK);
	fd = accepted(l);
	check(uses(fd, "aimd"));

	/* What is half-open holds nothing, and asks when it is opened. */
	flow(KERNEL_PORT, PEER_PORT + 1);
	is(choose(l, "aimd"), 0);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	is(choose(l, "reno"), 0);
	flow_again(KERNEL_PORT, PEER_PORT);
	set_linger(fd, 0);
	close(fd);
	out("R. 1:1(0) ack 1");
	is(unload(EXAMPLE), 0);
	flow_again(KERNEL_PORT, PEER_PORT + 1);
	in(". 1:1(0) ack 1");
	check(uses(accepted(l), "reno"));
}

/* A default whose module has gone is reno for those who come then. */
CASE(cong, module_was_default)
{
	int fd;

	ltcp_only("the module is for ltcp");
	unload(EXAMPLE);
	is(load_example(""), 0);
	set_sysctl("congestion_control", "aimd");
	fd = tcp_socket();
	check(uses(fd, "aimd"));
	is(unload(EXAMPLE), EWOULDBLOCK);
	close(fd);
	is(unload(EXAMPLE), 0);
	fd = tcp_socket();
	check(uses(fd, "reno"));
}

TEST_HARNESS_MAIN
