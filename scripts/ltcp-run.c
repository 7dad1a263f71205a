// SPDX-License-Identifier: GPL-2.0
/*
 * What scripts/ltcp-run loads into a program: where the program asks for a
 * socket of TCP, it gets one of ltcp.
 *
 * Without limits socket() is the place. With limits (LTCP_RUN_ONLY,
 * LTCP_RUN_PORTS) it is too early to know: the socket is one of TCP until
 * listen() or connect(), where a new one of ltcp gets its options and address,
 * and takes its place under the same number.
 *
 * A kernel whose ltcp has no IPv6 answers as one that has none at all, so
 * that programs go on with IPv4. No socket becomes TCP's because it could not
 * become ltcp's.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int (*next_socket)(int domain, int type, int protocol);
static int (*next_listen)(int fd, int backlog);
static int (*next_connect)(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len);
static int (*next_getsockopt)(int fd, int level, int name, void *val,
			      socklen_t *len);

static int ltcp = 253;
static const char *only;	/* "listen", "connect", or NULL: both */
static const char *ports;	/* "80,5000-5100", or NULL: all */

__attribute__((constructor)) static void init(void)
{
	FILE *f = fopen("/sys/module/ltcp/parameters/ipproto", "re");

	if (f && fscanf(f, "%d", &ltcp) != 1)
		ltcp = 253;
	if (f)
		fclose(f);
	only = getenv("LTCP_RUN_ONLY");
	ports = getenv("LTCP_RUN_PORTS");
	next_socket = dlsym(RTLD_NEXT, "socket");
	next_listen = dlsym(RTLD_NEXT, "listen");
	next_connect = dlsym(RTLD_NEXT, "connect");
	next_getsockopt = dlsym(RTLD_NEXT, "getsockopt");
}

static int ltcp_socket(int domain, int type)
{
	int fd = next_socket(domain, type, ltcp);

	if (fd < 0 && domain == AF_INET6 && errno == EPROTONOSUPPORT)
		errno = EAFNOSUPPORT;
	return fd;
}

int socket(int domain, int type, int protocol)
{
	int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);

	if ((domain != AF_INET && domain != AF_INET6) || kind != SOCK_STREAM ||
	    (protocol && protocol != IPPROTO_TCP) || only || ports)
		return next_socket(domain, type, protocol);
	return ltcp_socket(domain, type);
}

static int get_int(int fd, int level, int name)
{
	socklen_t len = sizeof(int);
	int val = -1;

	return next_getsockopt(fd, level, name, &val, &len) ? -1 : val;
}

/* Programs that ask are told what they asked for. */
int getsockopt(int fd, int level, int name, void *restrict val,
	       socklen_t *restrict len)
{
	int err = next_getsockopt(fd, level, name, val, len);

	if (!err && level == SOL_SOCKET && name == SO_PROTOCOL &&
	    *len == sizeof(int) && *(int *)val == ltcp)
		*(int *)val = IPPROTO_TCP;
	return err;
}

static bool wanted_port(in_port_t port)
{
	const char *at = ports;
	long from, to;
	char *end;

	while (at && *at) {
		from = strtol(at, &end, 10);
		to = *end == '-' ? strtol(end + 1, &end, 10) : from;
		if (from <= ntohs(port) && ntohs(port) <= to)
			return true;
		at = *end ? end + 1 : end;
	}
	return !ports;
}

/* Is @fd one of TCP that is to become one of ltcp, as it does @what? */
static bool wanted(int fd, const char *what, const struct sockaddr_in *addr)
{
	return (only || ports) && (!only || !strcmp(only, what)) &&
	       (addr->sin_family == AF_INET || addr->sin_family == AF_INET6) &&
	       get_int(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP &&
	       wanted_port(addr->sin_port);
}

/* Those that may be set before listen() or connect(), in the order to set. */
static const struct { int level, name; } options[] = {
	{ SOL_SOCKET, SO_REUSEADDR }, { SOL_SOCKET, SO_REUSEPORT },
	{ SOL_SOCKET, SO_KEEPALIVE }, { SOL_SOCKET, SO_LINGER },
	{ SOL_SOCKET, SO_SNDBUF }, { SOL_SOCKET, SO_RCVBUF },
	{ SOL_SOCKET, SO_RCVLOWAT }, { SOL_SOCKET, SO_OOBINLINE },
	{ SOL_SOCKET, SO_RCVTIMEO }, { SOL_SOCKET, SO_SNDTIMEO },
	{ SOL_SOCKET, SO_PRIORITY }, { SOL_SOCKET, SO_MARK },
	{ SOL_SOCKET, SO_BINDTODEVICE }, { SOL_SOCKET, SO_MAX_PACING_RATE },
	{ SOL_IP, IP_TOS }, { SOL_IP, IP_TTL }, { SOL_IP, IP_FREEBIND },
	{ SOL_IP, IP_TRANSPARENT }, { SOL_IP, IP_MTU_DISCOVER },
	{ SOL_IP, IP_RECVERR }, { SOL_IP, IP_BIND_ADDRESS_NO_PORT },
	{ SOL_IPV6, IPV6_V6ONLY }, { SOL_IPV6, IPV6_TCLASS },
	{ SOL_IPV6, IPV6_UNICAST_HOPS }, { SOL_IPV6, IPV6_MTU_DISCOVER },
	{ SOL_TCP, TCP_NODELAY }, { SOL_TCP, TCP_CORK },
	{ SOL_TCP, TCP_MAXSEG }, { SOL_TCP, TCP_KEEPIDLE },
	{ SOL_TCP, TCP_KEEPINTVL }, { SOL_TCP, TCP_KEEPCNT },
	{ SOL_TCP, TCP_SYNCNT }, { SOL_TCP, TCP_LINGER2 },
	{ SOL_TCP, TCP_DEFER_ACCEPT }, { SOL_TCP, TCP_WINDOW_CLAMP },
	{ SOL_TCP, TCP_QUICKACK }, { SOL_TCP, TCP_USER_TIMEOUT },
	{ SOL_TCP, TCP_NOTSENT_LOWAT }, { SOL_TCP, TCP_CONGESTION },
};

/*
 * Only what differs from @plain, a new socket of TCP, was set by somebody; what
 * ltcp does not know is left out, as its own setsockopt() would have said.
 */
static void copy_options(int from, int to, int plain)
{
	char val[2][32];
	socklen_t len[2];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		int level = options[i].level, name = options[i].name;

		memset(val, 0, sizeof(val));
		len[0] = sizeof(val[0]);
		len[1] = sizeof(val[1]);
		if (next_getsockopt(from, level, name, val[0], &len[0]) ||
		    next_getsockopt(plain, level, name, val[1], &len[1]) ||
		    !memcmp(val[0], val[1], sizeof(val[0])))
			continue;
		/* The kernel doubles them when they are set. */
		if (level == SOL_SOCKET &&
		    (name == SO_SNDBUF || name == SO_RCVBUF))
			*(int *)val[0] /= 2;
		setsockopt(to, level, name, val[0], len[0]);
	}
}

/* With its file flags, options, and address if it is bound. */
static int make_twin(int fd, const struct sockaddr *addr, socklen_t len)
{
	const struct sockaddr_in *in = (const void *)addr;
	const struct sockaddr_in6 *in6 = (const void *)addr;
	int twin, plain, err;
	bool bound;

	bound = in->sin_port ||
		(addr->sa_family == AF_INET ?
		 in->sin_addr.s_addr != INADDR_ANY :
		 !IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr));
	twin = ltcp_socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC);
	if (twin < 0)
		return -1;
	plain = next_socket(addr->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (plain < 0)
		goto fail;
	copy_options(fd, twin, plain);
	close(plain);
	if (fcntl(twin, F_SETFL, fcntl(fd, F_GETFL)) ||
	    (bound && bind(twin, addr, len)))
		goto fail;
	return twin;
fail:
	err = errno;
	close(twin);
	errno = err;
	return -1;
}

/* From here on @fd is a socket of ltcp. */
static int turn(int fd)
{
	struct sockaddr_storage addr;
	socklen_t len = sizeof(addr);
	int twin, err, cloexec;

	if (getsockname(fd, (struct sockaddr *)&addr, &len))
		return -1;
	twin = make_twin(fd, (struct sockaddr *)&addr, len);
	if (twin < 0)
		return -1;
	cloexec = fcntl(fd, F_GETFD) & FD_CLOEXEC ? O_CLOEXEC : 0;
	err = dup3(twin, fd, cloexec) < 0 ? errno : 0;
	close(twin);
	errno = err;
	return err ? -1 : 0;
}

int listen(int fd, int backlog)
{
	struct sockaddr_storage addr = {};
	socklen_t len = sizeof(addr);

	if (!getsockname(fd, (struct sockaddr *)&addr, &len) &&
	    wanted(fd, "listen", (void *)&addr) && turn(fd))
		return -1;
	return next_listen(fd, backlog);
}

static bool is_closed(int fd)
{
	struct tcp_info info = {};
	socklen_t len = sizeof(info);

	return !next_getsockopt(fd, SOL_TCP, TCP_INFO, &info, &len) &&
	       info.tcpi_state == TCP_CLOSE;
}

int connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	struct sockaddr_storage to = {};

	memcpy(&to, addr.__sockaddr__, len < sizeof(to) ? len : sizeof(to));
	/* One that is connecting or connected already stays what it is. */
	if (wanted(fd, "connect", (void *)&to) && is_closed(fd) && turn(fd))
		return -1;
	return next_connect(fd, addr, len);
}
