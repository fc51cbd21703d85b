/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a stack comes to where smsotpd does not answer. The module knows no mode, so the stack has
 * the line for it: the shipped one refuses, the one for rolling out goes on. A way for root alone,
 * at a console, is neither's fault.
 */
#include <stdio.h>
#include <string.h>

#include "config_keys.h"
#include "doctor_look.h"
#include "output.h"

#define ALL 100 /* percent */

/* What is asked of those of whom least is asked. */
struct demand {
	bool code;
	char why[64]; /* where it is none */
};

static const json_t *running_mode(const struct doctor *doctor, const char *section)
{
	const json_t *found = NULL;
	const json_t *service;
	size_t i;

	json_array_foreach(doctor->modes, i, service)
	{
		if (strcmp(output_field(service, "service"), section) == 0)
			found = service;
	}
	return found;
}

/* As smsotpd has it, where it answers; else as it would start. */
static struct demand demand_of(const struct look *look)
{
	const struct config_service *section =
		config_service_find(look->doctor->config, look->service);
	struct demand demand = {.code = true};

	if (section == NULL)
		return demand;
	const json_t *running = running_mode(look->doctor, section->name);
	json_int_t percent = section->percent;
	const char *mode = config_mode_name(section->mode);
	const char *otherwise = config_mode_name(section->otherwise);
	if (running != NULL) {
		percent = json_integer_value(json_object_get(running, "percent"));
		mode = output_field(running, "mode");
		otherwise = output_field(running, "otherwise");
	}
	const char *least = percent < ALL ? otherwise : mode;
	demand.code = section->enabled && strcmp(least, config_mode_name(MODE_ENFORCE)) == 0;
	if (!section->enabled)
		snprintf(demand.why, sizeof(demand.why), "it is switched off");
	else
		snprintf(demand.why, sizeof(demand.why), "its mode is %s%s", least,
			percent < ALL ? " for those not among percent" : "");
	return demand;
}

static bool can(const struct look *look, enum stack_return ours)
{
	const struct walk walk = {.ours = LOOK_BIT(ours), .proof = true, .plain = true};

	return (walk_stack(look->stack, &walk) & WALK_THROUGH) != 0;
}

/* Our line as it stands, but for what it does where smsotpd is away. */
static void write_line(const struct look *look, bool loose, char *ret, size_t size)
{
	const struct stack_entry *ours = look->ours;
	bool rescue = ours + 1 < look->stack->entry + look->stack->count && walk_for_root(ours + 1);
	char off[16] = "ignore", away[40] = "";

	if (ours->action[RETURN_IGNORE] > 0)
		snprintf(off, sizeof(off), "%d", ours->action[RETURN_IGNORE]);
	if (loose || rescue)
		snprintf(away, sizeof(away), " authinfo_unavail=%s", loose ? off : "ignore");
	int used = snprintf(ret, size, "auth [success=%s ignore=%s%s default=die] %s",
		ours->action[RETURN_SUCCESS] == ACTION_OK ? "ok" : "done", off, away, ours->path);
	if (ours->arguments[0] != '\0' && used > 0 && (size_t)used < size)
		snprintf(ret + used, size - (size_t)used, " %s", ours->arguments);
}

void look_at_away(const struct look *look)
{
	struct demand demand = demand_of(look);
	char line[2 * STACK_ARGUMENTS + 128], cause[320];
	bool goes_on = can(look, RETURN_UNAVAIL);

	write_line(look, !demand.code, line, sizeof(line));
	if (goes_on && demand.code)
		look_mend(look, PAM_AWAY, look->ours, line,
			"whoever can stop smsotpd signs in without a code, because the stack goes "
			"on where it does not answer, and its mode is enforce");
	/* Where a stack has no other way in at all, pam.off says so. */
	if (goes_on || demand.code || !can(look, RETURN_IGNORE))
		return;
	snprintf(cause, sizeof(cause),
		"%s, and where smsotpd does not answer the stack refuses everybody all the same",
		demand.why);
	look_mend(look, PAM_ROLLOUT, look->ours, line, cause);
}
