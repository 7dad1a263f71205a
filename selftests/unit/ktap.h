/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LTCP_KTAP_H
#define _LTCP_KTAP_H

/*
 * Unit tests with nothing but a C compiler. A program is a list of
 *
 *	TEST(function__case)
 *	{
 *		CHECK(condition);
 *		CHECK_EQ(what_it_is, what_it_should_be);
 *	}
 *
 * and ends with KTAP_MAIN(). Each case runs in a process of its own, so that a
 * crash, a leak or an endless loop fails that case and no other. A failed
 * check ends its case. Output is KTAP.
 *
 * Random numbers come from rnd32() and its like. Their seed is printed, and
 * taken back from LTCP_SEED; each case starts with it anew, so that a case
 * sees the same numbers when it runs alone. TEST=program or TEST=program.case
 * in the environment selects. Exit code: 0 passed, 1 failed, 4 nothing to do.
 */

#include <errno.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#define KTAP_SKIP	4	/* exit code, kselftest's KSFT_SKIP */
#define KTAP_TIMEOUT_S	60	/* for a case that takes under one second */

struct ktap_case {
	const char *name;
	void (*fn)(void);
	struct ktap_case *next;
};

static struct ktap_case *ktap_first, **ktap_last = &ktap_first;
static u64 ktap_seed, ktap_random;

/* Constructors run in the order in which they stand in the file. */
#define TEST(fn_case)							\
	static void fn_case(void);					\
	static struct ktap_case ktap_##fn_case = {			\
		.name = #fn_case, .fn = fn_case,			\
	};								\
	__attribute__((constructor)) static void ktap_add_##fn_case(void) \
	{								\
		*ktap_last = &ktap_##fn_case;				\
		ktap_last = &ktap_##fn_case.next;			\
	}								\
	static void fn_case(void)

/* Say what is wrong, and end the case. Cold, so that loops stay fast. */
#define ktap_fail(fmt, ...) do {					\
	printf("# %s:%d: " fmt "\n", __FILE__, __LINE__, ##__VA_ARGS__); \
	fflush(stdout);							\
	_exit(1);							\
} while (0)

#define CHECK(cond) do {						\
	if (!(cond))							\
		ktap_fail("not true: %s", #cond);			\
} while (0)

/* Integers of any kind, compared by value. */
#define CHECK_EQ(is, should) do {					\
	long long ktap_is = (is), ktap_should = (should);		\
	if (ktap_is != ktap_should)					\
		ktap_fail("%s is %lld, should be %s, %lld", #is,	\
			  ktap_is, #should, ktap_should);		\
} while (0)

#define CHECK_STR(is, should) do {					\
	const char *ktap_is = (is), *ktap_should = (should);		\
	if (strcmp(ktap_is, ktap_should))				\
		ktap_fail("%s is \"%s\", should be \"%s\"", #is,	\
			  ktap_is, ktap_should);			\
} while (0)

/* splitmix64 (Steele, Lea, Flood 2014): every seed is a good one */
static inline u64 rnd64(void)
{
	u64 z = ktap_random += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static inline u32 rnd32(void)
{
	return rnd64() >> 32;
}

/* 0 .. n - 1 */
static inline u32 rnd_below(u32 n)
{
	return (u64)rnd32() * n >> 32;
}

/* A number of random length: small ones and large ones are as likely. */
static inline u32 rnd_log(void)
{
	return rnd32() >> rnd_below(32);
}

static inline void rnd_fill(void *buf, size_t len)
{
	u8 *p = buf;

	while (len--)
		*p++ = rnd32();
}

static inline void ktap_set_seed(void)
{
	const char *env = getenv("LTCP_SEED");
	char *end;

	if (env && *env) {
		errno = 0;
		ktap_seed = strtoull(env, &end, 0);
		if (errno || *end) {
			fprintf(stderr, "LTCP_SEED is not a number: %s\n", env);
			exit(1);
		}
	} else if (getrandom(&ktap_seed, sizeof(ktap_seed), 0) !=
		   sizeof(ktap_seed)) {
		perror("getrandom");
		exit(1);
	}
	printf("# LTCP_SEED=%#llx\n", (unsigned long long)ktap_seed);
}

/* Does TEST ask for @name of this program? */
static inline bool ktap_wanted(const char *prog, const char *name)
{
	const char *want = getenv("TEST");
	size_t len = strlen(prog);

	if (!want || !*want)
		return true;
	if (strncmp(want, prog, len))
		return false;
	want += len;
	return !*want || (*want == '.' && !strcmp(want + 1, name));
}

/* True if the case passed. */
static inline bool ktap_run(const struct ktap_case *c)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid) {
		alarm(KTAP_TIMEOUT_S);
		ktap_random = ktap_seed;
		c->fn();
		exit(0);	/* not _exit(): leaks are looked for here */
	}
	if (waitpid(pid, &status, 0) != pid) {
		perror("waitpid");
		exit(1);
	}
	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static inline int ktap_main(const char *prog)
{
	unsigned int total = 0, n = 0, failed = 0;
	const struct ktap_case *c;
	bool ok;

	for (c = ktap_first; c; c = c->next)
		total += ktap_wanted(prog, c->name);
	printf("KTAP version 1\n");
	if (!total) {
		printf("1..0 # SKIP no case is named %s\n", getenv("TEST"));
		return KTAP_SKIP;
	}
	ktap_set_seed();
	printf("1..%u\n", total);
	for (c = ktap_first; c; c = c->next) {
		if (!ktap_wanted(prog, c->name))
			continue;
		ok = ktap_run(c);
		failed += !ok;
		printf("%s %u %s\n", ok ? "ok" : "not ok", ++n, c->name);
	}
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:0 error:0\n",
	       total - failed, failed);
	return !!failed;
}

#define KTAP_MAIN()							\
	int main(int argc, char **argv)					\
	{								\
		const char *slash = strrchr(argv[0], '/');		\
									\
		(void)argc;						\
		return ktap_main(slash ? slash + 1 : argv[0]);		\
	}

#endif /* _LTCP_KTAP_H */
