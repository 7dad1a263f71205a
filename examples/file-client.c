// SPDX-License-Identifier: GPL-2.0
/*
 * Sends a file to file-server (put) or fetches one from it (get) over ltcp.
 *
 *	file-client [-p PROTOCOL] [-P PORT] [-n COUNT] ADDRESS put|get FILE
 *
 * ADDRESS is one of IPv4 or IPv6, with %INTERFACE if it is one of the link.
 * -p 6 is the kernel's own TCP. -n splits the file over several connections,
 * one process each: on a link that loses segments a single connection is
 * bound by its congestion window, to about MSS * 1.2 / (RTT * sqrt(loss))
 * octets per second, and several of them share the link as several users do.
 */

#include <fcntl.h>
#include <libgen.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "file-copy.h"

static int protocol = IPPROTO_LTCP;
static struct sockaddr_storage server;
static socklen_t server_len;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int connect_to_server(void)
{
	double start = now();
	int fd;

	fd = socket(server.ss_family, SOCK_STREAM, protocol);
	if (fd < 0)
		die("socket (is the module loaded?)");
	if (!connect(fd, (struct sockaddr *)&server, server_len))
		return fd;
	fprintf(stderr, "connect: %s after %.3f s\n", strerror(errno),
		now() - start);
	exit(EXIT_FAILURE);
}

static bool find_server(const char *name, int port)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found;
	char service[16];

	snprintf(service, sizeof(service), "%d", port);
	if (getaddrinfo(name, service, &hints, &found))
		return false;
	memcpy(&server, found->ai_addr, found->ai_addrlen);
	server_len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

static void ask(int fd, enum op op, const char *path, uint64_t offset,
		uint64_t length)
{
	struct request req = {
		.magic = htobe32(FILE_COPY_MAGIC),
		.op = htobe32(op),
		.offset = htobe64(offset),
		.length = htobe64(length),
	};
	char *name = strdup(path);

	snprintf(req.name, sizeof(req.name), "%s", basename(name));
	free(name);
	write_all(fd, &req, sizeof(req));
}

/* What the server stored, or is about to send, or the size of the file. */
static uint64_t hear(int fd)
{
	struct reply rep;

	if (read_all(fd, &rep, sizeof(rep)) != sizeof(rep) ||
	    be32toh(rep.magic) != FILE_COPY_MAGIC) {
		fprintf(stderr, "server: no proper reply\n");
		exit(EXIT_FAILURE);
	}
	if (rep.error) {
		errno = be32toh(rep.error);
		die("server");
	}
	return be64toh(rep.length);
}

/* One connection moves @length octets at @offset. False: not all came. */
static int move_part(enum op op, const char *path, uint64_t offset,
		     uint64_t length)
{
	int fd = connect_to_server();
	uint64_t moved;
	int file;

	file = open(path, op == OP_PUT ? O_RDONLY : O_WRONLY);
	if (file < 0 || lseek(file, offset, SEEK_SET) < 0)
		die(path);
	ask(fd, op, path, offset, length);
	if (op == OP_PUT && copy(file, fd, length) != length)
		return 0;
	/* "No more from me": the server reads the end, we still listen. */
	if (shutdown(fd, SHUT_WR))
		die("shutdown");
	moved = hear(fd);
	if (op == OP_GET && moved == length)
		moved = copy(fd, file, length);
	return moved == length && at_end(fd) && !close(file);
}

static uint64_t file_size(enum op op, const char *path)
{
	uint64_t size;
	struct stat st;
	int fd;

	if (op == OP_PUT) {
		if (stat(path, &st))
			die(path);
		return st.st_size;
	}
	fd = connect_to_server();
	ask(fd, OP_SIZE, path, 0, 0);
	size = hear(fd);
	close(fd);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || ftruncate(fd, size) || close(fd))
		die(path);
	return size;
}

static int usage(void)
{
	fprintf(stderr, "usage: file-client [-p PROTOCOL] [-P PORT] "
		"[-n COUNT] ADDRESS put|get FILE\n");
	return 2;
}

int main(int argc, char **argv)
{
	int port = FILE_COPY_PORT, parts = 1, failed = 0;
	uint64_t size, from, to;
	int opt, status, i;
	double start;
	enum op op;

	while ((opt = getopt(argc, argv, "p:P:n:")) != -1) {
		if (opt == 'p')
			protocol = atoi(optarg);
		else if (opt == 'P')
			port = atoi(optarg);
		else if (opt == 'n')
			parts = atoi(optarg);
		else
			return usage();
	}
	if (argc - optind != 3 || parts < 1 ||
	    !find_server(argv[optind], port))
		return usage();
	argv += optind;
	op = !strcmp(argv[1], "get") ? OP_GET : OP_PUT;

	start = now();
	size = file_size(op, argv[2]);
	for (i = 0; i < parts; i++) {
		from = size * i / parts;
		to = size * (i + 1) / parts;
		if (!fork())
			return !move_part(op, argv[2], from, to - from);
	}
	while (wait(&status) > 0)
		failed += status != 0;
	printf("%s %s: %llu octets, %d connections, %.2f s%s\n", argv[1],
	       argv[2], (unsigned long long)size, parts, now() - start,
	       failed ? ": FAILED" : "");
	return failed != 0;
}
