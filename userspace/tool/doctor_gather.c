// SPDX-License-Identifier: GPL-2.0
/*
 * What omasec doctor looks at: kernel, module, services. It changes nothing, so it
 * also does not have the kernel load the module, as asking for it would.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array.h"
#include "doctor.h"
#include "live.h"

/* ------------------------------------------------------------------ kernel */

static enum doctor_seen find_module(const char *release)
{
	enum doctor_seen seen = SEEN_NO;
	char path[DOCTOR_PATH_MAX], *line = NULL;
	size_t cap = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	f = fopen(path, "re");
	if (!f)
		return errno == ENOENT ? SEEN_NO : SEEN_NOT;
	while (seen == SEEN_NO && getline(&line, &cap, f) > 0)
		if (doctor_dep_line(line))
			seen = SEEN_YES;
	free(line);
	fclose(f);
	return seen;
}

/* true when there was anything to read */
static bool read_options(FILE *f, char option[DOCTOR_OPTIONS])
{
	char line[256];
	bool any = false;

	while (f && fgets(line, sizeof(line), f)) {
		any = true;
		doctor_option_line(line, option);
	}
	return any;
}

static void gather_options(struct doctor_kernel *k)
{
	unsigned int i;
	FILE *f;

	for (i = 0; i < 2; i++) {
		snprintf(k->config, sizeof(k->config), i ? "/lib/modules/%s/config" : "/boot/config-%s",
			 k->release);
		f = fopen(k->config, "re");
		if (!f)
			continue;
		if (read_options(f, k->option)) {
			fclose(f);
			return;
		}
		fclose(f);
	}
	k->config[0] = '\0';
	if (access("/proc/config.gz", R_OK))
		return;
	f = popen("gzip -dc /proc/config.gz 2>/dev/null", "re");
	if (f && read_options(f, k->option))
		snprintf(k->config, sizeof(k->config), "/proc/config.gz");
	if (f)
		pclose(f);
}

static void gather_kernel(struct doctor_kernel *k)
{
	struct timex tx = { 0 };
	struct utsname un;
	int clock;

	if (!uname(&un))
		snprintf(k->release, sizeof(k->release), "%s", un.release);
	k->module_file = find_module(k->release);
	if (!access("/sys/module/omasec", F_OK))
		k->loaded = SEEN_YES;
	else
		k->loaded = access("/sys/module", F_OK) ? SEEN_NOT : SEEN_NO;
	gather_options(k);
	k->clock = time(NULL);
	clock = adjtimex(&tx);
	k->unsynchronised = clock < 0 ? SEEN_NOT : clock == TIME_ERROR || tx.status & STA_UNSYNC ?
			    SEEN_YES : SEEN_NO;
}

/* ------------------------------------------------------------------ module */

static int see_account(void *arg, const struct omasec_account *a)
{
	struct doctor_module *m = arg;
	int rc = array_grow((void **)&m->account, m->accounts, &m->account_cap, sizeof(*a));

	if (!rc)
		m->account[m->accounts++] = *a;
	return rc;
}

static int see_rule(void *arg, const struct omasec_rule *r)
{
	struct doctor_module *m = arg;
	int rc = array_grow((void **)&m->rule, m->rules, &m->rule_cap, sizeof(*r));

	if (!rc)
		m->rule[m->rules++] = *r;
	return rc;
}

static int see_listeners(struct tool *t, struct doctor_module *m)
{
	char text[LIVE_TEXT_MAX];
	struct live_list l;
	int rc = live_find(t, false, &l);

	if (!rc && l.count) {
		m->listener = calloc(l.count, sizeof(*m->listener));
		rc = m->listener ? 0 : -ENOMEM;
	}
	while (!rc && m->listeners < l.count) {
		live_text(&l, &l.socket[m->listeners], text);
		m->listener[m->listeners] = strdup(text);
		if (!m->listener[m->listeners])
			rc = -ENOMEM;
		else
			m->listeners++;
	}
	live_free(&l);
	return rc;
}

static int gather_module(struct tool *t, enum doctor_seen loaded, struct doctor_module *m)
{
	int rc;

	if (loaded == SEEN_NO) {
		m->error = EPROTONOSUPPORT;
		return 0;
	}
	rc = omasec_open(&t->o);
	if (!rc)
		rc = omasec_status_get(t->o, &m->status);
	if (!rc)
		rc = omasec_account_each(t->o, see_account, m);
	if (!rc)
		rc = omasec_rule_each(t->o, see_rule, m);
	if (!rc)
		rc = see_listeners(t, m);
	if (rc == -ENOMEM)
		return rc;
	m->error = -rc;
	if (rc)
		snprintf(m->error_text, sizeof(m->error_text), "%s", omasec_error(t->o));
	return 0;
}

/* ------------------------------------------------------------------ services */

static void gather_service(struct doctor_service *s, const char *command)
{
	char line[256];
	FILE *f;

	s->systemd = access("/run/systemd/system", F_OK) ? SEEN_NO : SEEN_YES;
	if (s->systemd != SEEN_YES)
		return;
	f = popen(command, "re");
	while (f && fgets(line, sizeof(line), f))
		doctor_unit_line(line, s);
	if (f)
		pclose(f);
}

int doctor_gather(struct tool *t, const char *path, struct doctor_facts *f)
{
	int rc;

	memset(f, 0, sizeof(*f));
	f->user = geteuid();
	gather_kernel(&f->kernel);
	rc = gather_module(t, f->kernel.loaded, &f->module);
	if (rc)
		return rc;
	gather_service(&f->helper,
		       "systemctl show -p LoadState,ActiveState,UnitFileState omasecd.service 2>/dev/null");
	gather_service(&f->rules,
		       "systemctl show -p LoadState,ActiveState,UnitFileState omasec.service 2>/dev/null");
	return doctor_gather_files(t, path, f);
}

void doctor_facts_free(struct doctor_facts *f)
{
	size_t i;

	for (i = 0; i < f->module.listeners; i++)
		free(f->module.listener[i]);
	free(f->module.listener);
	free(f->module.account);
	free(f->pkeys);
	free(f->module.rule);
	free(f->conf.secret);
	config_free(&f->conf.config);
	memset(f, 0, sizeof(*f));
}
