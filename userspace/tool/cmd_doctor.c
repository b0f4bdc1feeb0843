// SPDX-License-Identifier: GPL-2.0
/*
 * omasec doctor: is this machine well set up, and what is the next step where it is
 * not? Exit code 1 when there is a problem; a warning is none. See doctor.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "out.h"
#include "value.h"

static int print_json(const struct tool *t, const struct doctor_findings *d)
{
	json_t *o = out_object(), *array = json_array(), *sum = json_object();
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct doctor_finding *f = &d->finding[i];
		json_t *one = json_object();

		out_set(one, "check", json_string(f->check));
		out_set(one, "state", json_string(doctor_state_name(f->state)));
		out_set(one, "text", out_text(f->text));
		out_set(one, "advice", out_text(f->advice));
		if (json_array_append_new(array, one)) {
			/* A list that lacks a problem must not be printed. */
			json_decref(array);
			array = NULL;
			break;
		}
	}
	for (i = 0; i < DOCTOR_STATES; i++)
		out_set(sum, doctor_state_name((enum doctor_state)i), json_integer(d->states[i]));
	if (!array) {
		json_decref(sum);
		json_decref(o);
		return tool_error(t, EXIT_REFUSED, "out of memory");
	}
	out_set(o, "findings", array);
	out_set(o, "summary", sum);
	return out_json_object(t, o);
}

static int print_text(const struct tool *t, const struct doctor_findings *d)
{
	static const enum out_colour colour[DOCTOR_STATES] = {
		[DOCTOR_OK] = OUT_GOOD, [DOCTOR_UNSEEN] = OUT_PLAIN,
		[DOCTOR_WARNING] = OUT_WARN, [DOCTOR_PROBLEM] = OUT_BAD,
	};
	char safe[2 * DOCTOR_TEXT_MAX];
	size_t i;

	for (i = 0; i < d->count; i++) {
		const struct doctor_finding *f = &d->finding[i];

		printf("%s%-8s%s  %-13s  %s\n", out_colour(t, colour[f->state]), doctor_state_name(f->state),
		       out_colour(t, OUT_PLAIN), f->check, value_safe(f->text, safe, sizeof(safe)));
		if (f->advice[0])
			printf("%25s%s\n", "-> ", value_safe(f->advice, safe, sizeof(safe)));
	}
	printf("%u problem%s, %u warning%s, %u not seen, %u ok\n", d->states[DOCTOR_PROBLEM],
	       d->states[DOCTOR_PROBLEM] == 1 ? "" : "s", d->states[DOCTOR_WARNING],
	       d->states[DOCTOR_WARNING] == 1 ? "" : "s", d->states[DOCTOR_UNSEEN], d->states[DOCTOR_OK]);
	return out_finish(t);
}

int cmd_doctor(struct tool *t, int argc, char **argv)
{
	struct doctor_findings d = { 0 };
	struct doctor_facts f;
	int rc;

	if (argc > 1)
		return tool_usage(t, "%s: nothing is expected here", argv[1]);
	rc = doctor_gather(t, argc ? argv[0] : NULL, &f);
	if (!rc)
		doctor_judge(&f, &d);
	if (rc || d.memory)
		rc = tool_error(t, EXIT_REFUSED, "out of memory");
	else
		rc = t->json ? print_json(t, &d) : print_text(t, &d);
	if (!rc && d.states[DOCTOR_PROBLEM])
		rc = EXIT_REFUSED;
	doctor_findings_free(&d);
	doctor_facts_free(&f);
	return rc;
}
