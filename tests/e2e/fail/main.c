// SPDX-License-Identifier: GPL-2.0
/*
 * alloc_failures: walks the allocations of a protected connection's life, and of
 * configuration and helper, and fails one after the other.
 *
 * Each step is done over and over: in the n-th round its n-th allocation fails.
 * Whatever fails, the step is refused or done: the peer gets nothing but protected
 * octets, the application nothing but verified ones, nobody waits for ever, and in
 * the end no memory is held. Who looks for lost memory and complaints of the kernel
 * is who started the test.
 *
 *	alloc_failures [STEP...]
 *
 * The module is loaded; the network namespace has nothing but lo. Meant for one
 * processor: as a real-time task this one then does the flows' work itself.
 */
#include "fail.h"

/* With fewer rounds than that in all, no allocation is failed where it should be. */
#define TOTAL_MIN 700

char why[256];
static unsigned int total;
struct omasec *control;
static const char *const mode_names[] = {
	"one of the task", "one of the workers", "all slab objects from one on",
	"all pages from one on",
};

int fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return 1;
}

int clean(void)
{
	struct omasec_status st = { .flows = 1 };
	long until = now_ms() + PATIENCE_MS;

	do {
		MUST(!omasec_status_get(control, &st));
		if (!st.flows && !st.memory && !st.pending)
			return 0;
		usleep(20000);
	} while (now_ms() < until);
	return fail("%u flows, %llu octets, %u messages are left", st.flows,
		    (unsigned long long)st.memory, st.pending);
}

/* Rounds in which something failed, 0 if the walk itself failed. */
bool walk(const struct step *s, enum walk_mode mode)
{
	unsigned int n, hits = 0;
	/* In the amounts some rounds fail the same ones again: the first may be 0. */
	unsigned int first = mode == FROM_SLAB || mode == FROM_PAGE ? 0 : 1;
	long t = now_ms(), slowest = 0;

	for (n = first; n < NTH_MAX; n++) {
		long round = now_ms();

		why[0] = '\0';
		mode_now = mode;
		real_time(mode == NTH);
		if (s->prepare && s->prepare()) {
			real_time(false);
			printf("not ok %s: cannot be prepared for round %u (%s): %s\n", s->name, n,
			       mode_names[mode], why);
			return false;
		}
		arm(mode, n);
		s->run();
		injected = disarm(mode);
		real_time(false);
		if (s->judge() || (!injected && mode == NTH && clean())) {
			printf("not ok %s: round %u (%s, %s): %s\n", s->name, n, mode_names[mode],
			       injected ? "one failed" : "none failed", why);
			return false;
		}
		if (!injected)
			break;
		hits++;
		total++;
		slowest = now_ms() - round > slowest ? now_ms() - round : slowest;
	}
	if (n == NTH_MAX)
		return printf("not ok %s: no end of allocations\n", s->name), false;
	if (clean())
		return printf("not ok %s: %s\n", s->name, why), false;
	printf("ok %s, %s: %u rounds in %ld ms, the longest %ld\n", s->name, mode_names[mode], hits,
	       now_ms() - t, slowest);
	fflush(stdout);
	return true;
}

static bool wanted(const char *name, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strncmp(name, *names, strlen(*names)))
			return true;
	return false;
}

static int failed;

static void walk_all(const struct step *s, unsigned int modes, char **names)
{
	for (; s->name; s++) {
		enum walk_mode m;

		for (m = NTH; m <= FROM_PAGE; m++)
			if ((modes & 1U << m) && wanted(s->name, names))
				failed += !walk(s, m);
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && argv[1][0] == '-')
		return printf("usage: alloc_failures [STEP...]\n"), 2;
	if (omasec_open(&control))
		return printf("not ok %s\n", omasec_error(control)), 1;
	inject_init();
	if (config_load(false) || references())
		return printf("not ok without any failure: %s\n", why), 1;
	why[0] = '\0';
	walk_all(attach_steps, 1U << NTH | 1U << WORKERS, argv + 1);
	walk_all(message_steps, 15, argv + 1);
	if (wanted("connect", argv + 1)) {
		bool bad = pool_runs_empty();

		printf("%s connect when no flow is left%s%s\n", bad ? "not ok" : "ok",
		       bad ? ": " : "", why);
		failed += bad;
	}
	walk_all(ulp_steps, 1U << NTH, argv + 1);
	walk_all(helper_steps, 1U << NTH | 1U << WORKERS, argv + 1);
	walk_all(config_steps, 1U << NTH | 1U << FROM_SLAB | 1U << FROM_PAGE, argv + 1);
	omasec_close(control);
	printf("# %u rounds, %d walks failed\n", total, failed);
	if (argc == 1 && total < TOTAL_MIN)
		return printf("not ok only %u allocations were failed\n", total), 1;
	return !!failed;
}
