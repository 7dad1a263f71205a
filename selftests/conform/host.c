// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's side of a case: sockets, /proc and sysctl.
 *
 * Sockets are non-blocking, since the case that waits in a system call is not
 * there to play the peer. Calls that are not meant to fail end the case.
 */

#include <arpa/inet.h>
#include <fcntl.h>

#include "peer.h"

/*
 * Sockets. Each stream is a pattern, so how far it has come must be known.
 */

#define MAX_FD	1024

static uint32_t written[MAX_FD];
static uint32_t taken[MAX_FD];

static int new_socket(int fd, const char *call)
{
	if (fd < 0)
		peer_fail("%s: %s", call, strerror(errno));
	if (fd >= MAX_FD)
		peer_fail("script: too many sockets");
	written[fd] = 0;
	taken[fd] = 0;
	return fd;
}

socklen_t address(struct sockaddr_storage *sa, const char *addr, uint16_t port)
{
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)sa;
	struct sockaddr_in *sin = (struct sockaddr_in *)sa;

	memset(sa, 0, sizeof(*sa));
	sa->ss_family = segment_family;
	sin->sin_port = htons(port);	/* in the same place */
	if (is_v6()) {
		address_octets(inet_addr(addr), sin6->sin6_addr.s6_addr);
		return sizeof(*sin6);
	}
	sin->sin_addr.s_addr = inet_addr(addr);
	return sizeof(*sin);
}

uint16_t address_port(const struct sockaddr_storage *sa)
{
	return ntohs(((const struct sockaddr_in *)sa)->sin_port);
}

int tcp_socket(void)
{
	int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

	return new_socket(socket(segment_family, type, peer_proto),
			  "socket");
}

static void bind_port(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, KERNEL_ADDR, peer_flow()->kport);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sa, len))
		peer_fail("bind: %s", strerror(errno));
}

int server_backlog(int backlog)
{
	int fd = tcp_socket();

	bind_port(fd);
	if (listen(fd, backlog))
		peer_fail("listen: %s", strerror(errno));
	return fd;
}

int server(void)
{
	return server_backlog(128);
}

int accepted(int listener)
{
	int type = SOCK_NONBLOCK | SOCK_CLOEXEC;

	return new_socket(accept4(listener, NULL, NULL, type), "accept");
}

int start_connect(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = address(&sa, PEER_ADDR, peer_flow()->pport);

	return connect(fd, (struct sockaddr *)&sa, len) ? errno : 0;
}

int client_socket(void)
{
	int fd = tcp_socket();

	bind_port(fd);
	return fd;
}

int client(void)
{
	int fd = client_socket();

	is(start_connect(fd), EINPROGRESS);
	return fd;
}

int passive_with(const char *syn, unsigned int window)
{
	int l = server();
	int fd;

	in("%s", syn);
	out("S. 0:0(0) ack 1");
	in(". 1:1(0) ack 1 win %u", window);
	fd = accepted(l);
	close(l);
	return fd;
}

int passive(void)
{
	return passive_with("S 0:0(0) win 65535 <mss 1460>", 65535);
}

int passive_sack(void)
{
	set_sysctl("recovery", "0");
	set_sysctl("early_retrans", "0");
	return passive_with("S 0:0(0) win 65535 <mss 1460,sackok>", 65535);
}

int passive_ts(void)
{
	int l = server();
	int fd;

	in("S 0:0(0) win 65535 <mss 1460,ts * 0>");
	out("S. 0:0(0) ack 1");
	timestamps_always();
	in(". 1:1(0) ack 1");
	fd = accepted(l);
	close(l);
	return fd;
}

int active_ts(void)
{
	int fd = client();

	out("S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460,ts * *>");
	timestamps_always();
	out(". 1:1(0) ack 1");
	is(socket_error(fd), 0);
	return fd;
}

int active(void)
{
	int fd = client();

	out("S 0:0(0)");
	in("S. 0:0(0) ack 1 win 65535 <mss 1460>");
	out(". 1:1(0) ack 1");
	is(socket_error(fd), 0);
	return fd;
}

/*
 * Data
 */

void peer_put(int fd, size_t len, int flags)
{
	uint8_t *data = malloc(len);
	ssize_t n;
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = payload_octet(FROM_KERNEL, 1 + written[fd] + i);
	n = send(fd, data, len, MSG_NOSIGNAL | flags);
	if (n != (ssize_t)len)
		peer_fail("send of %zu octets: %zd, %s", len, n,
			  n < 0 ? strerror(errno) : "short");
	written[fd] += len;
	free(data);
}

void peer_get(int fd, size_t len)
{
	uint8_t *data = malloc(len);
	size_t have = 0;
	ssize_t n;
	size_t i;

	/* One recv() may stop at an urgent mark. */
	for (; have < len; have += n) {
		n = recv(fd, data + have, len - have, 0);
		if (n <= 0)
			peer_fail("recv: %zu of %zu octets: %s", have, len,
				  n ? strerror(errno) : "end of stream");
	}
	for (i = 0; i < len; i++)
		if (data[i] != payload_octet(TO_KERNEL, 1 + taken[fd] + i))
			peer_fail("octet %zu of the stream is wrong",
				  taken[fd] + i);
	taken[fd] += len;
	free(data);
}

int recv_errno(int fd)
{
	char octet;
	ssize_t n = recv(fd, &octet, 1, 0);

	if (n > 0)
		peer_fail("recv returned data");
	return n ? errno : 0;
}

int send_errno(int fd)
{
	return send(fd, "x", 1, MSG_NOSIGNAL) < 0 ? errno : 0;
}

int socket_error(int fd)
{
	socklen_t len = sizeof(int);
	int err;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len))
		peer_fail("SO_ERROR: %s", strerror(errno));
	return err;
}

struct tcp_info info(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	check(!getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len));
	return info;
}

void set_option(int fd, int name, int value)
{
	if (setsockopt(fd, SOL_TCP, name, &value, sizeof(value)))
		peer_fail("TCP option %d: %s", name, strerror(errno));
}

void set_socket(int fd, int name, int value)
{
	if (setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value)))
		peer_fail("socket option %d: %s", name, strerror(errno));
}

void set_linger(int fd, int seconds)
{
	struct linger linger = { .l_onoff = 1, .l_linger = seconds };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)))
		peer_fail("SO_LINGER: %s", strerror(errno));
}

/*
 * /proc
 */

/* In the order of their numbers in /proc/net/tcp. */
static const char * const state_names[] = {
	"CLOSED", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1",
	"FIN_WAIT2", "TIME_WAIT", "CLOSED", "CLOSE_WAIT", "LAST_ACK",
	"LISTEN", "CLOSING",
};

/* What the stock TCP calls a half-open entry. */
#define NEW_SYN_RECV	12

const char *proc_table(void)
{
	if (is_ltcp())
		return is_v6() ? "/proc/net/ltcp6" : "/proc/net/ltcp";
	return is_v6() ? "/proc/net/tcp6" : "/proc/net/tcp";
}

int state_now(void)
{
	const char *path = proc_table();
	unsigned int lport, rport, state;
	int found = TCP_CLOSE;
	FILE *file = fopen(path, "r");
	char line[256];

	if (!file)
		peer_fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %*u: %*x:%x %*x:%x %x", &lport, &rport,
			   &state) != 3 || lport != peer_flow()->kport)
			continue;
		if (state > NEW_SYN_RECV)
			peer_fail("%s: state %u?", path, state);
		if (rport == peer_flow()->pport ||
		    (!rport && found == TCP_CLOSE))
			found = state == NEW_SYN_RECV ? TCP_SYN_RECV : state;
	}
	fclose(file);
	return found;
}

void peer_state_is(const char *name)
{
	const char *now = state_names[state_now()];

	if (strcmp(now, name))
		peer_fail("state is %s, expected %s", now, name);
}

#define BLANKS	"\n "

unsigned long counter(const char *name)
{
	const char *path = "/proc/net/ltcp_snmp";
	char *next_name, *next_value;
	char names[8192], values[8192];
	char *n, *v;
	FILE *file = fopen(path, "r");

	if (!file)
		peer_fail("%s: %s", path, strerror(errno));
	while (fgets(names, sizeof(names), file) &&
	       fgets(values, sizeof(values), file)) {
		n = strtok_r(names, BLANKS, &next_name);
		v = strtok_r(values, BLANKS, &next_value);
		while (n && v && strcmp(n, name)) {
			n = strtok_r(NULL, BLANKS, &next_name);
			v = strtok_r(NULL, BLANKS, &next_value);
		}
		if (n && v) {
			fclose(file);
			return strtoul(v, NULL, 10);
		}
	}
	peer_fail("%s: %s is not there", path, name);
}

void peer_counter_is(const char *name, unsigned long want)
{
	unsigned long got;

	if (!is_ltcp())
		return;
	got = counter(name);
	if (got != want)
		peer_fail("counter %s is %lu, expected %lu", name, got, want);
}

void set_sysctl(const char *name, const char *value)
{
	char path[256];
	ssize_t n;
	int fd;

	if (is_ltcp())
		snprintf(path, sizeof(path), "/proc/sys/net/ltcp/%s", name);
	else
		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s%s",
			 strncmp(name, "ip_", 3) ? "tcp_" : "", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		peer_fail("%s: %s", path, strerror(errno));
	n = write(fd, value, strlen(value));
	if (n != (ssize_t)strlen(value))
		peer_fail("%s: %s: %s", path, value, strerror(errno));
	close(fd);
}

void set_quota_prefix(int bits)
{
	char value[8];

	/* An address of IPv4 is the end of one of IPv6. */
	snprintf(value, sizeof(value), "%d", bits + (is_v6() ? 96 : 0));
	set_sysctl(is_v6() ? "syn_quota_prefix6" : "syn_quota_prefix", value);
}
