// SPDX-License-Identifier: GPL-2.0
/*
 * Serves the files of one directory over ltcp: takes them (PUT) and gives
 * them (GET). One process per connection, plain blocking calls. What makes it
 * an ltcp program and not a TCP program is the third argument of socket().
 *
 *	file-server [-6] [-p PROTOCOL] [-P PORT] [-d DIRECTORY]
 *
 * With -6 clients may come over IPv6 as well. -p 6 is the kernel's own TCP.
 * There is no authentication: for tests only.
 */

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "file-copy.h"

/* Any address of IPv4, or of both IPv6 and IPv4. */
static int listen_on(int protocol, int port, bool both)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(port),
	};
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	const struct sockaddr *any = both ? (struct sockaddr *)&sin6 :
					    (struct sockaddr *)&sin;
	int fd, one = 1;

	fd = socket(any->sa_family, SOCK_STREAM, protocol);
	if (fd < 0)
		die("socket (is the module loaded?)");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, any, both ? sizeof(sin6) : sizeof(sin)))
		die("bind");
	if (listen(fd, 64))
		die("listen");
	return fd;
}

static int open_at(const struct request *req, int flags)
{
	int fd;

	/* Files of this directory, and nothing that leads out of it. */
	if (!memchr(req->name, 0, sizeof(req->name)) || !req->name[0] ||
	    req->name[0] == '.' || strchr(req->name, '/')) {
		errno = EINVAL;
		return -1;
	}
	fd = open(req->name, flags | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd >= 0 && lseek(fd, be64toh(req->offset), SEEK_SET) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void answer(int conn, int error, uint64_t length)
{
	struct reply rep = {
		.magic = htobe32(FILE_COPY_MAGIC),
		.error = htobe32(error),
		.length = htobe64(length),
	};

	write_all(conn, &rep, sizeof(rep));
}

static void serve_put(int conn, int file, uint64_t length)
{
	uint64_t stored = copy(conn, file, length);

	/* Neither less than was announced, nor more. */
	if (stored != length || !at_end(conn))
		answer(conn, EPROTO, stored);
	else
		answer(conn, close(file) ? errno : 0, stored);
}

static void serve_get(int conn, int file, uint64_t offset, uint64_t length)
{
	struct stat st;

	if (fstat(file, &st)) {
		answer(conn, errno, 0);
		return;
	}
	if (offset > (uint64_t)st.st_size ||
	    length > (uint64_t)st.st_size - offset) {
		answer(conn, ERANGE, 0);
		return;
	}
	answer(conn, 0, length);
	copy(file, conn, length);
}

/* One connection, one request. */
static void serve(int conn)
{
	struct request req;
	struct stat st;
	int file;

	if (read_all(conn, &req, sizeof(req)) != sizeof(req) ||
	    be32toh(req.magic) != FILE_COPY_MAGIC) {
		answer(conn, EPROTO, 0);
		return;
	}
	file = open_at(&req, be32toh(req.op) == OP_PUT ?
			     O_WRONLY | O_CREAT : O_RDONLY);
	if (file < 0)
		answer(conn, errno, 0);
	else if (be32toh(req.op) == OP_PUT)
		serve_put(conn, file, be64toh(req.length));
	else if (be32toh(req.op) == OP_GET)
		serve_get(conn, file, be64toh(req.offset),
			  be64toh(req.length));
	else if (fstat(file, &st))
		answer(conn, errno, 0);
	else
		answer(conn, 0, st.st_size);
}

int main(int argc, char **argv)
{
	int protocol = IPPROTO_LTCP, port = FILE_COPY_PORT;
	bool both = false;
	int fd, conn, opt;

	while ((opt = getopt(argc, argv, "6p:P:d:")) != -1) {
		if (opt == 'p')
			protocol = atoi(optarg);
		else if (opt == 'P')
			port = atoi(optarg);
		else if (opt == '6')
			both = true;
		else if (opt != 'd')
			return 2;
		else if (chdir(optarg))
			die(optarg);
	}
	signal(SIGCHLD, SIG_IGN);
	fd = listen_on(protocol, port, both);
	printf("protocol %d, port %d: listening\n", protocol, port);
	fflush(stdout);

	for (;;) {
		conn = accept(fd, NULL, NULL);
		if (conn < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (conn < 0)
			die("accept");
		if (!fork()) {
			close(fd);
			serve(conn);
			return 0;
		}
		close(conn);
	}
}
