/*
 * sandbox: the walls around a helper. First what every kernel has (limits, no
 * other descriptor, no new privileges), then Landlock against files and
 * seccomp against nearly everything. What is absent is left out; helper.c
 * says so to whoever asks.
 */
#include "config.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "parse/part.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self  446
#endif
#define FDS_MAX    8    /* until the walls stand */
#define FDS_CLOSED 1024 /* one by one, where the kernel has no better */

/*
 * Under AddressSanitizer a report needs calls that the filter forbids, and a
 * shadow larger than any limit on memory: there a forbidden call fails
 * instead of killing, and memory is not limited.
 */
#ifdef PARSE_RELAXED
#define FORBIDDEN SCMP_ACT_ERRNO(EPERM)
#else
#define FORBIDDEN SCMP_ACT_KILL_PROCESS
#endif

static void
limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit lim = { .rlim_cur = most, .rlim_max = most };

	/* It may be lower already, and then stays so. */
	(void)setrlimit(resource, &lim);
}

void
sandbox_limit(void)
{
	/* Nobody reads along, and whoever asked takes it along when it goes. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (close_range(3, ~0U, 0) == -1)
		for (int fd = 3; fd < FDS_CLOSED; fd++)
			(void)close(fd);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_NOFILE, FDS_MAX);
	limit(RLIMIT_CPU, PARSE_CPU_S);
#ifndef PARSE_RELAXED
	limit(RLIMIT_AS, PARSE_MEMORY);
#endif
}

/* ---- Landlock: kernels know more of it than our headers may ---- */

struct ruleset { /* grows at its end with the kernel's ABI */
	uint64_t files;
	uint64_t ports;
	uint64_t scopes;
};

int
sandbox_landlock(void)
{
	static const int rights[] = { 0, 13, 14, 15, 15, 16 };
	struct ruleset rules = { 0 };
	size_t size = sizeof(rules.files);
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	long fd;
	int ret = 0;

	if (abi < 1)
		return 0;
	rules.files = (UINT64_C(1) << rights[abi < 5 ? abi : 5]) - 1;
	if (abi >= 4) { /* bind and connect of TCP */
		rules.ports = 3;
		size += sizeof(rules.ports);
	}
	if (abi >= 6) { /* abstract sockets and signals of others */
		rules.scopes = 3;
		size += sizeof(rules.scopes);
	}
	fd = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd == -1)
		return 0;
	if (syscall(SYS_landlock_restrict_self, (int)fd, 0) == 0)
		ret = (int)abi;
	close((int)fd);
	return ret;
}

/* ---- seccomp ---- */

/* Memory, time, the end; nothing that names anything outside. */
static const int allowed[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigreturn),
#ifdef PARSE_RELAXED
	SCMP_SYS(sigaltstack),
#endif
};

/* Those that are harmless with some arguments only. */
static int
allow_some(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp socket = SCMP_A0(SCMP_CMP_EQ, 0);
	const struct scmp_arg_cmp complaint = SCMP_A0(SCMP_CMP_EQ, 2);
	const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ,
	    PROT_EXEC, 0);
	const struct scmp_arg_cmp itself = SCMP_A0(SCMP_CMP_EQ,
	    (scmp_datum_t)getpid());
	int rc = 0;

	rc |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(read), 1,
	    &socket);
	rc |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
	    &socket);
	rc |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
	    &complaint);
	rc |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    &no_code);
	rc |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap2), 1,
	    &no_code);
	rc |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
	    1, &no_code);
	/* abort() */
	rc |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill),
	    1, &itself);
	return rc;
}

bool
sandbox_seccomp(void)
{
	scmp_filter_ctx filter = seccomp_init(FORBIDDEN);
	int rc = 0;

	if (filter == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		rc |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	rc |= allow_some(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc == 0;
}
