// SPDX-License-Identifier: GPL-2.0
/*
 * examples/ltcp-sysctl.conf: sysctl -p takes it, and each of its lines takes
 * effect in the namespace where it was done, and in no other.
 */

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/klog.h>

#include "case.h"

CASES(profile)

#define PROFILE	"../../examples/ltcp-sysctl.conf"
#define SYSCTL	"PATH=$PATH:/sbin:/usr/sbin sysctl "
#define DIR	"/proc/sys/net/ltcp/"

static void apply(void)
{
	is(system(SYSCTL "-p " PROFILE " >/dev/null"), 0);
}

/* Value of a setting, blanks made single. */
static void setting(const char *name, char *value, size_t size)
{
	char path[128], word[64];
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof(path), DIR "%s", name);
	file = fopen(path, "r");
	if (!file)
		peer_fail("%s: %s", path, strerror(errno));
	*value = 0;
	while (fscanf(file, "%63s", word) == 1)
		len += snprintf(value + len, size - len, "%s%s",
				len ? " " : "", word);
	fclose(file);
}

/* Calls @fn for each line "net.ltcp.NAME = VALUE"; returns their number. */
static int each_line(void (*fn)(const char *name, const char *value))
{
	FILE *file = fopen(PROFILE, "r");
	char line[256], name[64], value[64];
	int n = 0;

	check(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "net.ltcp.%63[a-z_] = %63[0-9 ]", name,
			   value) != 2)
			continue;
		fn(name, value);
		n++;
	}
	fclose(file);
	return n;
}

static void has_value(const char *name, const char *value)
{
	char now[128];

	setting(name, now, sizeof(now));
	if (strcmp(now, value))
		peer_fail("%s is %s, not %s", name, now, value);
}

static char before[64][128];
static int nbefore;

static void remember(const char *name, const char *value)
{
	(void)value;
	setting(name, before[nbefore++], sizeof(before[0]));
}

static void unchanged(const char *name, const char *value)
{
	char now[128];

	(void)value;
	setting(name, now, sizeof(now));
	if (strcmp(now, before[nbefore]))
		peer_fail("%s is %s, and was %s", name, now, before[nbefore]);
	nbefore++;
}

/* S104: all lines, here; none of them there. */
CASE(profile, applies)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int other;

	ltcp_only("has other names");
	check(!unshare(CLONE_NEWNET));
	other = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	check(each_line(remember) >= 12);
	check(!setns(here, CLONE_NEWNET));
	apply();
	each_line(has_value);
	check(!setns(other, CLONE_NEWNET));
	nbefore = 0;
	each_line(unchanged);
	check(!setns(here, CLONE_NEWNET));
}

/* S104 S095 S037: seven seconds, where it would be 255. */
CASE(profile, syn_retries)
{
	int fd;

	ltcp_only("has other names");
	apply();
	fd = client();
	out("S 0:0(0)");
	out_at(1 * SEC, "S 0:0(0)");
	out_at(2 * SEC, "S 0:0(0)");
	dies_at(4 * SEC, fd, ETIMEDOUT);
}

/* S104 S096 S033 */
CASE(profile, synack_retries)
{
	ltcp_only("has other names");
	apply();
	server();
	in("S 0:0(0) win 65535 <mss 1460>");
	out("S. 0:0(0) ack 1");
	out_at(1 * SEC, "S. 0:0(0) ack 1");
	out_at(2 * SEC, "S. 0:0(0) ack 1");
	quiet(10 * SEC);
	state_is("LISTEN");
}

/* S104 S101 S083 */
CASE(profile, fin_timeout)
{
	ltcp_only("has other names");
	apply();
	close(passive());
	out("F. 1:1(0) ack 1");
	in(". 1:1(0) ack 2");
	state_ends_at(30 * SEC, "FIN_WAIT2");
}

/* S104 S102 S084 */
CASE(profile, orphan_retries)
{
	ltcp_only("has other names");
	apply();
	close(passive());
	out("F. 1:1(0) ack 1");
	out_at(RTO, "F. 1:1(0) ack 1");
	out_at(2 * RTO, "F. 1:1(0) ack 1");
	out_at(4 * RTO, "F. 1:1(0) ack 1");
	state_ends_at(8 * RTO, "FIN_WAIT1");
}

/* S104 S097 S098 S106 S107 */
CASE(profile, keepalive)
{
	int fd, i;

	ltcp_only("has other names");
	apply();
	fd = passive();
	set_socket(fd, SO_KEEPALIVE, 1);
	out_at(1200 * SEC, ". 0:0(0) ack 1");
	for (i = 1; i < 5; i++)
		out_at(75 * SEC, ". 0:0(0) ack 1");
	out_at(75 * SEC, "R. 1:1(0) ack 1");
	is(socket_error(fd), ETIMEDOUT);
}

/* S104 S089: more ports than there were, and no other. */
CASE(profile, ip_local_port_range)
{
	struct sockaddr_storage sa;
	int fd, port, i, wider = 0;
	socklen_t len;

	ltcp_only("has other names");
	apply();
	for (i = 0; i < 50; i++) {
		fd = tcp_socket();
		len = address(&sa, "0.0.0.0", 0);
		is(bind(fd, (struct sockaddr *)&sa, len), 0);
		is(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
		port = address_port(&sa);
		check(port >= 10000 && port <= 65000);
		wider += port < 32768 || port > 60999;
	}
	check(wider);
}

/*
 * tw_recycle
 */

static int write_setting(const char *name, const char *value)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), DIR "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	check(fd >= 0);
	if (write(fd, value, strlen(value)) < 0)
		err = errno;
	close(fd);
	return err;
}

/* How often the kernel said so. */
static int refusals(void)
{
	static char log[1 << 18];
	const char *at = log;
	int n = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, log, sizeof(log) - 1);

	check(n >= 0);
	log[n] = 0;
	for (n = 0; (at = strstr(at, "tw_recycle=1 is refused")); n++)
		at++;
	return n;
}

/* S093: refused, with the reason, and at a limited rate. */
CASE(profile, tw_recycle)
{
	int said, i;

	ltcp_only("does not know it any more");
	said = refusals();
	has_value("tw_recycle", "0");
	is(write_setting("tw_recycle", "1"), EOPNOTSUPP);
	has_value("tw_recycle", "0");
	is(refusals(), said + 1);
	/* What it is can be written. */
	is(write_setting("tw_recycle", "0"), 0);
	is(write_setting("tw_recycle", "2"), EINVAL);
	is(write_setting("tw_recycle", "x"), EINVAL);
	is(refusals(), said + 1);
	for (i = 0; i < 100; i++)
		is(write_setting("tw_recycle", "1"), EOPNOTSUPP);
	check(refusals() < said + 20);
	/* The limit is one for all, and other cases want to see a line. */
	quiet(10 * SEC);
}

/* S093 S104: with the line in the file, sysctl says so; the rest holds. */
CASE(profile, tw_recycle_in_file)
{
	int said;

	ltcp_only("does not know it any more");
	said = refusals();
	check(system("sed 's/^# *net.ltcp.tw_recycle/net.ltcp.tw_recycle/' "
		     PROFILE " | " SYSCTL "-p - >/dev/null 2>&1"));
	is(refusals(), said + 1);
	each_line(has_value);
	has_value("tw_recycle", "0");
	quiet(10 * SEC);
}

TEST_HARNESS_MAIN
