// SPDX-License-Identifier: GPL-2.0
/*
 * Findings on the kernel, the module, the helper and the clock. See doctor.h. Pure.
 * doctor_live.c judges what is loaded, doctor_files.c what is on the disk.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "doctor.h"

/* 2020-01-01: before any kernel that the module is for was made. */
#define DOCTOR_EPOCH 1577836800

const char *const doctor_option[DOCTOR_OPTIONS] = { "NETFILTER", "TRACEPOINTS", "CRYPTO_MD5", "KEYS" };

const char *doctor_state_name(enum doctor_state s)
{
	static const char *const names[DOCTOR_STATES] = { "ok", "not seen", "warning", "problem" };

	return s < DOCTOR_STATES ? names[s] : "?";
}

void doctor_found(struct doctor_findings *out, enum doctor_state state, const char *check,
		  const char *advice, const char *fmt, ...)
{
	struct doctor_finding *f;
	va_list ap;

	if (array_grow((void **)&out->finding, out->count, &out->cap, sizeof(*f))) {
		out->memory = true;
		return;
	}
	f = &out->finding[out->count++];
	f->state = state;
	f->check = check;
	snprintf(f->advice, sizeof(f->advice), "%s", advice);
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	out->states[state]++;
}

void doctor_findings_free(struct doctor_findings *out)
{
	free(out->finding);
	memset(out, 0, sizeof(*out));
}

/* ------------------------------------------------------------------ lines */

bool doctor_dep_line(const char *line)
{
	size_t len = strcspn(line, ":");
	const char *name = memrchr(line, '/', len);

	name = name ? name + 1 : line;
	return line[len] == ':' && !strncmp(name, "omasec.ko", 9) && (name[9] == ':' || name[9] == '.');
}

void doctor_option_line(const char *line, char option[DOCTOR_OPTIONS])
{
	unsigned int i;

	for (i = 0; i < DOCTOR_OPTIONS; i++) {
		size_t len = strlen(doctor_option[i]);

		if (!strncmp(line, "CONFIG_", 7) && !strncmp(line + 7, doctor_option[i], len) &&
		    line[7 + len] == '=' && (line[8 + len] == 'y' || line[8 + len] == 'm'))
			option[i] = line[8 + len];
	}
}

void doctor_unit_line(const char *line, struct doctor_service *s)
{
	char key[32], value[32];

	if (sscanf(line, "%31[A-Za-z]=%31s", key, value) != 2)
		return;
	if (!strcmp(key, "LoadState"))
		s->installed = strcmp(value, "not-found") ? SEEN_YES : SEEN_NO;
	else if (!strcmp(key, "ActiveState"))
		s->active = !strcmp(value, "active") ? SEEN_YES : SEEN_NO;
	else if (!strcmp(key, "UnitFileState"))
		s->enabled = !strncmp(value, "enabled", 7) || !strcmp(value, "static") ||
			     !strcmp(value, "generated") ? SEEN_YES : SEEN_NO;
}

/* ------------------------------------------------------------------ kernel */

static void judge_kernel(const struct doctor_kernel *k, struct doctor_findings *out)
{
	char advice[DOCTOR_TEXT_MAX];
	unsigned int i, missing = 0;

	if (k->module_file == SEEN_YES)
		doctor_found(out, DOCTOR_OK, "kernel", "", "kernel %s, and modprobe finds the module for it",
			     k->release);
	else if (k->module_file == SEEN_NOT)
		doctor_found(out, DOCTOR_UNSEEN, "kernel", "depmod -a",
			     "kernel %s: its list of modules cannot be read", k->release);
	else
		doctor_found(out, k->loaded == SEEN_YES ? DOCTOR_WARNING : DOCTOR_PROBLEM, "kernel",
			     "apt install omasec-dkms linux-headers-$(uname -r), or make modules_install; then depmod -a",
			     "kernel %s, but modprobe finds no omasec.ko for it", k->release);
	if (!k->config[0]) {
		doctor_found(out, DOCTOR_UNSEEN, "options", "",
			     "the configuration of the kernel is neither in /boot nor in /proc/config.gz");
		return;
	}
	for (i = 0; i < DOCTOR_OPTIONS; i++) {
		if (k->option[i] == 'y' || k->option[i] == 'm')
			continue;
		missing++;
		snprintf(advice, sizeof(advice), "build the kernel with CONFIG_%s", doctor_option[i]);
		doctor_found(out, DOCTOR_PROBLEM, "options", advice, "%s: CONFIG_%s is not set", k->config,
			     doctor_option[i]);
	}
	if (!missing)
		doctor_found(out, DOCTOR_OK, "options", "", "%s has all that the module needs", k->config);
}

static void judge_clock(const struct doctor_kernel *k, struct doctor_findings *out)
{
	if (k->clock < DOCTOR_EPOCH)
		doctor_found(out, DOCTOR_PROBLEM, "clock", "date -s 'YYYY-MM-DD HH:MM', and a time service",
			     "the clock stands before 2020: sessions, records and certificates go by it");
	else if (k->unsynchronised == SEEN_NOT)
		doctor_found(out, DOCTOR_UNSEEN, "clock", "", "the kernel does not say whether the clock is right");
	else if (k->unsynchronised == SEEN_YES)
		doctor_found(out, DOCTOR_WARNING, "clock", "timedatectl set-ntp true",
			     "nothing keeps the clock right");
	else
		doctor_found(out, DOCTOR_OK, "clock", "", "the clock is kept right");
}

/* ------------------------------------------------------------------ module and helper */

static void judge_module(const struct doctor_facts *f, struct doctor_findings *out)
{
	const struct doctor_module *m = &f->module;

	if (f->kernel.loaded == SEEN_NO) {
		doctor_found(out, DOCTOR_PROBLEM, "module", "modprobe omasec",
			     "the module is not loaded: nothing is protected");
		return;
	}
	if (m->error == EPERM || m->error == EACCES)
		doctor_found(out, DOCTOR_UNSEEN, "module", "run omasec doctor as root",
			     "the module is there, but does not answer this user: accounts, rules and helper are not seen");
	else if (m->error)
		doctor_found(out, DOCTOR_PROBLEM, "module",
			     m->error == EPROTONOSUPPORT ? "modprobe omasec" : "dmesg | grep omasec",
			     "the module does not answer: %s", m->error_text);
	else if (m->status.abi != OMASEC_ABI)
		doctor_found(out, DOCTOR_PROBLEM, "module", "install tool and module of the same version",
			     "the module speaks version %u of the netlink contract, this tool %u",
			     m->status.abi, OMASEC_ABI);
	else
		doctor_found(out, DOCTOR_OK, "module", "", "module %s, version %u of the netlink contract",
			     m->status.version, m->status.abi);
	if (m->error)
		return;
	if (m->status.md5_driver[0])
		doctor_found(out, DOCTOR_OK, "md5", "", "the kernel computes MD5 with %s", m->status.md5_driver);
	else
		doctor_found(out, DOCTOR_PROBLEM, "md5", "modprobe md5; with fips=1 on the kernel's command line it never works",
			     "the kernel has no MD5: no MAC can be computed");
}

static void judge_helper(const struct doctor_module *m, struct doctor_findings *out)
{
	const struct omasec_status *st = &m->status;

	if (m->error)
		return;
	if (!st->helper && st->needs_helper)
		doctor_found(out, DOCTOR_PROBLEM, "helper", "systemctl start omasecd",
			     "no helper is registered, and some rule cannot work without: its messages are refused");
	else if (!st->helper)
		doctor_found(out, DOCTOR_WARNING, "helper", "systemctl start omasecd",
			     "no helper is registered; no rule that is loaded needs one");
	else if (strcmp(st->helper_version, st->version))
		doctor_found(out, DOCTOR_WARNING, "helper",
			     "install both of the same version, then systemctl restart omasecd",
			     "the helper is of version %s, the module of %s", st->helper_version, st->version);
	else
		doctor_found(out, DOCTOR_OK, "helper", "", "helper %s is registered", st->helper_version);
}

static void judge_service(const struct doctor_service *s, const char *unit, const char *advice,
			  const char *lost, struct doctor_findings *out)
{
	if (s->systemd != SEEN_YES || s->installed == SEEN_NOT)
		doctor_found(out, DOCTOR_UNSEEN, "service", "",
			     "systemd does not answer here; that %s is done at each start cannot be seen", unit);
	else if (s->installed == SEEN_NO)
		doctor_found(out, DOCTOR_WARNING, "service", "make install, or apt install omasec",
			     "%s.service is not installed: %s", unit, lost);
	else if (s->enabled != SEEN_YES)
		doctor_found(out, DOCTOR_WARNING, "service", advice, "%s.service is not enabled: %s", unit, lost);
	else if (s->active != SEEN_YES)
		doctor_found(out, DOCTOR_WARNING, "service", advice, "%s.service is enabled, but does not run", unit);
	else
		doctor_found(out, DOCTOR_OK, "service", "", "%s.service is enabled and runs", unit);
}

void doctor_judge(const struct doctor_facts *f, struct doctor_findings *out)
{
	memset(out, 0, sizeof(*out));
	judge_kernel(&f->kernel, out);
	judge_module(f, out);
	judge_helper(&f->module, out);
	judge_service(&f->helper, "omasecd", "systemctl enable --now omasecd",
		      "after a start of the system there is no helper", out);
	if (f->conf.asked || f->conf.error != ENOENT)
		judge_service(&f->rules, "omasec", "systemctl enable --now omasec",
			      "after a start of the system there are no rules", out);
	judge_clock(&f->kernel, out);
	doctor_judge_files(f, out);
	if (!f->module.error && f->kernel.loaded != SEEN_NO)
		doctor_judge_live(f, out);
}
