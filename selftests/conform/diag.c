// SPDX-License-Identifier: GPL-2.0
/*
 * ltcp_diag.ko, by netlink as ss uses it: every state with its numbers, what
 * can be asked for besides, filters, ends that an administrator orders, and
 * lists that take many messages while connections come and go.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"

CASES(diag)

#define ALL		0xfff
#define IN(state)	(1 << (state))
#define EXT(name)	(1 << (INET_DIAG_##name - 1))

/* As /proc/net/tcp and ss number them. */
enum { NO_TIMER, RETRANS, KEEPALIVE, TIMEWAIT, PERSIST };

/* What one message told. */
struct told {
	struct inet_diag_msg msg;
	struct tcp_info info;
	struct inet_diag_meminfo mem;
	unsigned int skmem[SK_MEMINFO_VARS];
	char cong[16];
	int tos;
	int mark;
	int shutdown;
};

struct query {
	struct nlmsghdr nlh;
	struct inet_diag_req_v2 req;
	struct nlattr bc_attr;
	struct inet_diag_bc_op bc[4];
};

static struct told told[2048];
static int n_told;

/* The messages of a list are as large as what they are received into. */
static size_t at_once = 32768;

/* In the directory of LTCP_KO. */
static void load_diag(void)
{
	const char *ltcp = getenv("LTCP_KO") ?: "/";
	int dir = strrchr(ltcp, '/') - ltcp;
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%.*s/ltcp_diag.ko", dir, ltcp);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) &&
		       errno != EEXIST))
		peer_fail("%s: %s", path, strerror(errno));
	close(fd);
}

static int diag_socket(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		peer_fail("netlink: %s", strerror(errno));
	return fd;
}

static void copy_attr(void *to, size_t room, const struct nlattr *attr)
{
	size_t len = attr->nla_len - NLA_HDRLEN;

	memcpy(to, (char *)attr + NLA_HDRLEN, len < room ? len : room);
}

static void take_attr(struct told *t, const struct nlattr *attr)
{
	unsigned char octet = 0;

	switch (attr->nla_type) {
	case INET_DIAG_INFO:
		copy_attr(&t->info, sizeof(t->info), attr);
		break;
	case INET_DIAG_MEMINFO:
		copy_attr(&t->mem, sizeof(t->mem), attr);
		break;
	case INET_DIAG_SKMEMINFO:
		copy_attr(t->skmem, sizeof(t->skmem), attr);
		break;
	case INET_DIAG_CONG:
		copy_attr(t->cong, sizeof(t->cong) - 1, attr);
		break;
	case INET_DIAG_MARK:
		copy_attr(&t->mark, sizeof(t->mark), attr);
		break;
	case INET_DIAG_TOS:
		copy_attr(&octet, 1, attr);
		t->tos = octet;
		break;
	case INET_DIAG_SHUTDOWN:
		copy_attr(&octet, 1, attr);
		t->shutdown = octet;
		break;
	}
}

static void take(const struct nlmsghdr *nlh)
{
	const char *at = (char *)NLMSG_DATA(nlh);
	const char *end = (char *)nlh + nlh->nlmsg_len;
	struct told *t = &told[n_told++];

	if (n_told > 2048)
		peer_fail("more than there can be");
	memset(t, 0, sizeof(*t));
	memcpy(&t->msg, at, sizeof(t->msg));
	at += NLMSG_ALIGN(sizeof(t->msg));
	while (at < end) {
		const struct nlattr *attr = (const void *)at;

		take_attr(t, attr);
		at += NLA_ALIGN(attr->nla_len);
	}
}

/* Send @q; @between, if any, is called after each message. Errno, or 0. */
static int ask_and(struct query *q, void (*between)(void))
{
	static char buf[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool list = q->nlh.nlmsg_flags & NLM_F_DUMP;
	int fd = diag_socket(), err = 0;
	bool more = true;

	n_told = 0;
	if (send(fd, q, q->nlh.nlmsg_len, 0) < 0)
		peer_fail("netlink: %s", strerror(errno));
	while (more) {
		int len = recv(fd, buf, at_once, 0);
		struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

		if (len < 0)
			peer_fail("netlink: %s", strerror(errno));
		for (; NLMSG_OK(nlh, (unsigned int)len);
		     nlh = NLMSG_NEXT(nlh, len)) {
			more = list;
			if (nlh->nlmsg_type == NLMSG_ERROR ||
			    nlh->nlmsg_type == NLMSG_DONE) {
				err = -*(int *)NLMSG_DATA(nlh);
				more = false;
				break;
			}
			take(nlh);
		}
		if (more && between)
			between();
	}
	close(fd);
	return err;
}

static int ask(struct query *q)
{
	return ask_and(q, NULL);
}

static struct query list_of(int states, int ext)
{
	return (struct query) {
		.nlh.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(struct inet_diag_req_v2)),
		.req.sdiag_family = AF_INET,
		.req.sdiag_protocol = peer_proto,
		.req.idiag_states = states,
		.req.idiag_ext = ext,
	};
}

static void list(int states, int ext)
{
	struct query q = list_of(states, ext);

	is(ask(&q), 0);
}

/* The only one in @state. */
static struct told *only(int state, int ext)
{
	list(IN(state), ext);
	is(n_told, 1);
	is(told[0].msg.idiag_state, state);
	return &told[0];
}

static int count(int state)
{
	list(IN(state), 0);
	return n_told;
}

/* Ask about, or end, what @m tells of. */
static struct query one(const struct inet_diag_msg *m, int type)
{
	struct query q = list_of(ALL, 0);

	q.nlh.nlmsg_type = type;
	q.nlh.nlmsg_flags = NLM_F_REQUEST;
	if (type == SOCK_DESTROY)
		q.nlh.nlmsg_flags |= NLM_F_ACK;
	q.req.id = m->id;
	return q;
}

static int destroy(const struct inet_diag_msg *m)
{
	struct query q = one(m, SOCK_DESTROY);

	return ask(&q);
}

static void begin(void)
{
	if (is_ltcp())
		load_diag();
}

/* From @addr and @port to @addr and @port, as the messages have it. */
static void names_are(const struct told *t, int sport, int dport)
{
	is(t->msg.idiag_family, AF_INET);
	is(t->msg.id.idiag_sport, htons(sport));
	is(t->msg.id.idiag_dport, htons(dport));
	if (dport) {
		is(t->msg.id.idiag_src[0], inet_addr(KERNEL_ADDR));
		is(t->msg.id.idiag_dst[0], inet_addr(PEER_ADDR));
	}
}

static void timer_is(const struct told *t, int timer, int retrans,
		     unsigned int least, unsigned int most)
{
	is(t->msg.idiag_timer, timer);
	is(t->msg.idiag_retrans, retrans);
	check(t->msg.idiag_expires >= least && t->msg.idiag_expires <= most);
}

/*
 * S047 S043: half-open connections are in the list, with the timer of their
 * SYN-ACK, and so is who listens, with its queue and the limit of that.
 */
CASE(diag, halfopen_and_listener)
{
	struct told *t;

	begin();
	server_backlog(7);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	t = only(TCP_SYN_RECV, 0);
	names_are(t, KERNEL_PORT, PEER_PORT);
	timer_is(t, RETRANS, 0, 900, 1000);
	out_at(SEC, "S. 0:0(0) ack 1 <mss 1460>");
	timer_is(only(TCP_SYN_RECV, 0), RETRANS, 1, 1900, 2000);

	t = only(TCP_LISTEN, 0);
	names_are(t, KERNEL_PORT, 0);
	is(t->msg.idiag_rqueue, 0);
	is(t->msg.idiag_wqueue, 7);
	in(". 1:1(0) ack 1 win 65535");
	t = only(TCP_LISTEN, 0);
	is(t->msg.idiag_rqueue, 1);
	is(count(TCP_SYN_RECV), 0);
	is(count(TCP_ESTABLISHED), 1);
}

/* S047: what waits in the queues, and which timer is next. */
CASE(diag, queues_and_timers)
{
	struct told *t;
	int fd;

	begin();
	fd = passive();
	timer_is(only(TCP_ESTABLISHED, 0), NO_TIMER, 0, 0, 0);
	in("P. 1:101(100) ack 1 win 65535");
	put(fd, 300);
	swallow();
	t = only(TCP_ESTABLISHED, 0);
	is(t->msg.idiag_rqueue, 100);
	is(t->msg.idiag_wqueue, 300);
	is(t->msg.idiag_timer, RETRANS);
	quiet(50);
	in(". 101:101(0) ack 301 win 0");
	put(fd, 300);
	timer_is(only(TCP_ESTABLISHED, 0), PERSIST, 0, 1, 1000);
	swallow();
	in(". 101:101(0) ack 301 win 65535");
	swallow();
	in(". 101:101(0) ack 601 win 65535");
	set_option(fd, TCP_KEEPIDLE, 40);
	set_socket(fd, SO_KEEPALIVE, 1);
	timer_is(only(TCP_ESTABLISHED, 0), KEEPALIVE, 0, 39000, 40000);
}

/* S047 S088: each state of closing, to the entry that is no socket any more. */
CASE(diag, closing)
{
	struct told *t;
	int fd;

	begin();
	fd = passive();
	close(fd);
	out("F. 1:1(0) ack 1");
	t = only(TCP_FIN_WAIT1, 0);
	is(t->msg.idiag_inode, 0);
	in(". 1:1(0) ack 2 win 65535");
	only(TCP_FIN_WAIT2, 0);
	in("F. 1:1(0) ack 2 win 65535");
	out(". 2:2(0) ack 2");
	t = only(TCP_TIME_WAIT, ALL);
	names_are(t, KERNEL_PORT, PEER_PORT);
	timer_is(t, TIMEWAIT, 0, 59000, 60100);
	is(t->msg.idiag_inode, 0);

	flow(KERNEL_PORT + 1, PEER_PORT);
	passive();
	in("F. 1:1(0) ack 1 win 65535");
	swallow();
	is(only(TCP_CLOSE_WAIT, 0)->shutdown, 1);	/* RCV_SHUTDOWN */
}

/* What ss -i, -m, -e ask for: as the socket itself would say it. */
CASE(diag, extensions)
{
	int fd, tos = 0x48, mark = 7;
	unsigned long long cookie;
	socklen_t len = sizeof(cookie);
	struct tcp_info own;
	char cong[16];
	struct told *t;
	struct stat st;

	ltcp_only("its round trip times move on meanwhile");
	begin();
	fd = passive();
	setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	set_socket(fd, SO_MARK, mark);
	put(fd, 3000);
	swallow();
	in("P. 1:101(100) ack 1461 win 65535");
	t = only(TCP_ESTABLISHED, EXT(INFO) | EXT(CONG) | EXT(TOS) |
		 EXT(MEMINFO) | EXT(SKMEMINFO));
	own = info(fd);
	is(memcmp(&t->info, &own, sizeof(own)), 0);
	check(own.tcpi_unacked > 0);
	len = sizeof(cong);
	getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, cong, &len);
	is(strcmp(t->cong, cong), 0);
	len = sizeof(cookie);
	is(t->tos, tos);
	is(t->mark, mark);
	check(t->mem.idiag_rmem > 0);
	check(t->mem.idiag_wmem > 0);
	is(t->skmem[SK_MEMINFO_RMEM_ALLOC], t->mem.idiag_rmem);
	is(t->msg.idiag_uid, getuid());
	fstat(fd, &st);
	is(t->msg.idiag_inode, st.st_ino);
	getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len);
	is(t->msg.id.idiag_cookie[0], (unsigned int)cookie);
	is(t->msg.id.idiag_cookie[1], (unsigned int)(cookie >> 32));

	/* And nothing that was not asked for. */
	t = only(TCP_ESTABLISHED, 0);
	is(t->info.tcpi_snd_mss, 0);
	is(t->cong[0], 0);
	is(t->mem.idiag_rmem, 0);
}

/* A filter: port is at least and at most this one. */
static void filter_port(struct query *q, int ge, int le, int port)
{
	struct inet_diag_bc_op *op = q->bc;

	/* yes: how far to go on; no: beyond the end is a refusal */
	op[0] = (struct inet_diag_bc_op) { ge, 8, 20 };
	op[1] = (struct inet_diag_bc_op) { 0, 0, port };
	op[2] = (struct inet_diag_bc_op) { le, 8, 12 };
	op[3] = (struct inet_diag_bc_op) { 0, 0, port };
	q->bc_attr.nla_type = INET_DIAG_REQ_BYTECODE;
	q->bc_attr.nla_len = NLA_HDRLEN + sizeof(q->bc);
	q->nlh.nlmsg_len = sizeof(*q);
}

static int with_port(int ge, int le, int port)
{
	struct query q = list_of(ALL, 0);

	filter_port(&q, ge, le, port);
	is(ask(&q), 0);
	return n_told;
}

/* The filters that ss compiles see sockets and entries alike. */
CASE(diag, filters)
{
	struct query q;
	int i;

	begin();
	server();
	for (i = 0; i < 3; i++) {
		flow(KERNEL_PORT, PEER_PORT + i);
		in("S 0:0(0) win 65535 <mss 1460>");
		out("S. 0:0(0) ack 1 <mss 1460>");
		if (i)
			in(". 1:1(0) ack 1 win 65535");
	}
	is(with_port(INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, PEER_PORT), 1);
	is(told[0].msg.idiag_state, TCP_SYN_RECV);
	is(with_port(INET_DIAG_BC_D_GE, INET_DIAG_BC_D_LE, PEER_PORT + 1), 1);
	is(told[0].msg.idiag_state, TCP_ESTABLISHED);
	is(with_port(INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, KERNEL_PORT), 4);
	is(with_port(INET_DIAG_BC_S_GE, INET_DIAG_BC_S_LE, KERNEL_PORT + 1), 0);

	/* The same without a program: ports and family of the request. */
	q = list_of(ALL, 0);
	q.req.id.idiag_dport = htons(PEER_PORT + 2);
	is(ask(&q), 0);
	is(n_told, 1);
	q = list_of(ALL, 0);
	q.req.sdiag_family = AF_INET6;
	is(ask(&q), 0);
	is(n_told, 0);
}

/* One connection, by its names, and by the cookie that nothing else has. */
CASE(diag, one)
{
	struct inet_diag_msg m;
	struct query q;

	begin();
	passive();
	m = only(TCP_ESTABLISHED, 0)->msg;
	q = one(&m, SOCK_DIAG_BY_FAMILY);
	is(ask(&q), 0);
	is(n_told, 1);
	is(told[0].msg.idiag_inode, m.idiag_inode);
	m.id.idiag_cookie[0]++;
	q = one(&m, SOCK_DIAG_BY_FAMILY);
	is(ask(&q), ENOENT);
	m.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
	m.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	q = one(&m, SOCK_DIAG_BY_FAMILY);
	is(ask(&q), 0);
	m.id.idiag_dport++;
	q = one(&m, SOCK_DIAG_BY_FAMILY);
	is(ask(&q), ENOENT);
	server();
	m = only(TCP_LISTEN, 0)->msg;
	q = one(&m, SOCK_DIAG_BY_FAMILY);
	is(ask(&q), 0);
	is(told[0].msg.idiag_state, TCP_LISTEN);
}

/* What ss -K does: the user hears of it, and the peer. */
CASE(diag, destroy)
{
	struct inet_diag_msg m;
	int l, fd;

	begin();
	l = server();
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	in(". 1:1(0) ack 1 win 65535");
	fd = accepted(l);
	m = only(TCP_ESTABLISHED, 0)->msg;
	is(destroy(&m), 0);
	out("R. 1:1(0) ack 1");
	is(recv_errno(fd), ECONNABORTED);
	is(count(TCP_ESTABLISHED), 0);
	is(destroy(&m), ENOENT);

	flow(KERNEL_PORT, PEER_PORT + 1);
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1 <mss 1460>");
	m = only(TCP_SYN_RECV, 0)->msg;
	is(destroy(&m), 0);
	is(count(TCP_SYN_RECV), 0);
	quiet(10 * SEC);

	m = only(TCP_LISTEN, 0)->msg;
	is(destroy(&m), 0);
	is(count(TCP_LISTEN), 0);
	is(accept(l, NULL, NULL), -1);
	is(errno, EINVAL);
	is(socket_error(l), ECONNABORTED);
	ltcp_only("does not count it");
	counter_is("Destroyed", 3);
}

/* TIME_WAIT ends as well, and what nobody owns any more. */
CASE(diag, destroy_orphans)
{
	struct inet_diag_msg m;

	begin();
	close(passive());
	out("F. 1:1(0) ack 1");
	in("F. 1:1(0) ack 2 win 65535");
	out(". 2:2(0) ack 2");
	m = only(TCP_TIME_WAIT, 0)->msg;
	is(destroy(&m), 0);
	is(count(TCP_TIME_WAIT), 0);

	flow(KERNEL_PORT + 1, PEER_PORT);
	close(passive());
	out("F. 1:1(0) ack 1");
	m = only(TCP_FIN_WAIT1, 0)->msg;
	is(destroy(&m), 0);
	out("R. 2:2(0) ack 1");
	is(count(TCP_FIN_WAIT1), 0);
}

/* errno of destroy() for who is not root */
static int destroy_as_nobody(const struct inet_diag_msg *m)
{
	int status;

	if (!fork()) {
		if (setresgid(65534, 65534, 65534) ||
		    setresuid(65534, 65534, 65534))
			_exit(255);
		_exit(destroy(m));
	}
	wait(&status);
	return WEXITSTATUS(status);
}

/* V23: who may not configure the network ends nothing, and sees no marks. */
CASE(diag, privileges)
{
	struct inet_diag_msg m;
	int fd;

	begin();
	fd = passive();
	m = only(TCP_ESTABLISHED, 0)->msg;
	is(destroy_as_nobody(&m), EPERM);
	is(count(TCP_ESTABLISHED), 1);
	get_nothing(fd);
	server();
	m = only(TCP_LISTEN, 0)->msg;
	is(destroy_as_nobody(&m), EPERM);
	is(count(TCP_LISTEN), 1);
}

/* Another namespace has nothing to tell of this one. */
CASE(diag, namespaces)
{
	begin();
	passive();
	list(ALL, 0);
	is(n_told, 1);
	check(!unshare(CLONE_NEWNET));
	list(ALL, 0);
	is(n_told, 0);
}

/*
 * Many
 */

#define STAY	1200	/* connections that are there all the time */
#define ROW	60	/* listeners of one port, in one row of the table */

static int loopback(int port, bool listens)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, peer_proto);

	set_socket(fd, SO_REUSEPORT, listens);
	if (!listens && !connect(fd, (struct sockaddr *)&sin, sizeof(sin)))
		return fd;
	if (!listens || bind(fd, (struct sockaddr *)&sin, sizeof(sin)) ||
	    listen(fd, 8))
		peer_fail("loopback: %s", strerror(errno));
	return fd;
}

/* Files for all of it. */
static void begin_many(void)
{
	struct rlimit many = { 8192, 8192 };

	begin();
	if (setrlimit(RLIMIT_NOFILE, &many))
		peer_fail("RLIMIT_NOFILE: %s", strerror(errno));
	at_once = 4096;
}

static int busy_listener;

/* Between two messages: some connections come, and some older ones go. */
static void busy(void)
{
	static int pairs[64][2];
	static int n;
	int i;

	for (i = 0; i < 4; i++, n++) {
		int *pair = pairs[n % 64];

		if (pair[0]) {
			set_linger(pair[0], 0);
			close(pair[0]);
			close(pair[1]);
		}
		pair[0] = loopback(5002, false);
		pair[1] = accept(busy_listener, NULL, NULL);
	}
}

/* How often each local port was told that leads to @dport. */
static void count_ports(unsigned char *seen, int dport)
{
	int i;

	memset(seen, 0, 65536);
	for (i = 0; i < n_told; i++)
		if (told[i].msg.id.idiag_dport == htons(dport))
			seen[ntohs(told[i].msg.id.idiag_sport)]++;
}

static int local_port(int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	getsockname(fd, (struct sockaddr *)&sin, &len);
	return ntohs(sin.sin_port);
}

/* Lists in many messages lose none of what stays, and double none. */
CASE(diag, many)
{
	struct query q = list_of(IN(TCP_ESTABLISHED), EXT(INFO));
	static unsigned char seen[65536];
	static int ports[STAY];
	int i, l, fd;

	begin_many();
	l = loopback(5001, true);
	busy_listener = loopback(5002, true);
	for (i = 0; i < STAY / 2; i++) {
		fd = loopback(5001, false);
		ports[i] = local_port(fd);
		if (accept(l, NULL, NULL) < 0)
			peer_fail("accept: %s", strerror(errno));
	}
	q.req.id.idiag_dport = htons(5001);
	is(ask_and(&q, busy), 0);
	count_ports(seen, 5001);
	for (i = 0; i < STAY / 2; i++)
		is(seen[ports[i]], 1);
	is(n_told, STAY / 2);

	q.req.id.idiag_dport = 0;
	is(ask_and(&q, busy), 0);
	count_ports(seen, 5001);
	for (i = 0; i < STAY / 2; i++)
		is(seen[ports[i]], 1);
	check(n_told >= STAY && n_told <= STAY + 2 * 128);
}

/* A row with more than is taken at a time, of which others go meanwhile. */
static int going[ROW];
static int gone;

static void close_one(void)
{
	if (gone < ROW)
		close(going[gone++]);
}

CASE(diag, long_row)
{
	struct query q = list_of(IN(TCP_LISTEN), EXT(INFO));
	unsigned int inodes[ROW], i, j, twice = 0, missed = 0;
	struct stat st;

	ltcp_only("counts, and so misses one when another goes");
	begin_many();
	for (i = 0; i < ROW; i++) {
		fstat(loopback(5001, true), &st);
		inodes[i] = st.st_ino;
		going[i] = loopback(5001, true);
	}
	is(ask_and(&q, close_one), 0);
	check(gone > 3);
	for (i = 0; i < ROW; i++) {
		unsigned int n = 0;

		for (j = 0; j < (unsigned int)n_told; j++)
			n += told[j].msg.idiag_inode == inodes[i];
		twice += n > 1;
		missed += !n;
	}
	is(twice, 0);
	is(missed, 0);
}

TEST_HARNESS_MAIN
