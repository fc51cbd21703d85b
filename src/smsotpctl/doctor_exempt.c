/* SPDX-License-Identifier: BSD-3-Clause */
/* Match blocks of sshd_config that go past us, and who answers for them until when. */
#include <limits.h>
#include <stdio.h>
#include <strings.h>

#include "doctor.h"
#include "exempt.h"
#include "sshd.h"

/* In letters of either size, as sshd takes them. */
static bool is(const char *value, const char *wanted)
{
	return value != NULL && strcasecmp(value, wanted) == 0;
}

/* Whether somebody whom the block is about signs in without keyboard-interactive. */
static bool goes_past(const struct doctor *doctor, size_t match)
{
	const struct sshd_file *sshd = doctor->sshd;
	static const char *const alone[] = {
		"pubkeyauthentication", "hostbasedauthentication", "gssapiauthentication"};
	const char *methods = sshd_match_value(sshd, match, "authenticationmethods");

	if (methods != NULL)
		return sshd_methods_without(methods);
	if (!sshd_methods_without(doctor->methods))
		return false;
	if (is(sshd_match_value(sshd, match, "kbdinteractiveauthentication"), "no"))
		return true;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		if (is(sshd_match_value(sshd, match, alone[i]), "yes"))
			return true;
	}
	return false;
}

static void look_at_match(const struct doctor *doctor, size_t match)
{
	const struct sshd_line *line = &doctor->sshd->line[doctor->sshd->match[match].line];
	struct mend mend = {.file = line->file, .number = line->number};
	struct exempt exempt;
	time_t end = 0;

	bool owned = exempt_read(doctor->sshd->match[match].comment, &exempt);
	if (!owned) {
		mend.text = "# smsotp exempt: until=YYYY-MM-DD owner=WHO";
		finding_add(doctor->findings, EXEMPT_UNOWNED, &mend,
			"Match %s signs in past the code, and no comment above it says who answers "
			"for it until when",
			line->value);
		return;
	}
	bool over = exempt_day_end(exempt.until, &end) && end < doctor->now;
	mend.text = over ? "(take this block out)" : "(goes on as it is)";
	if (over)
		finding_add(doctor->findings, EXEMPT_EXPIRED, &mend,
			"Match %s signs in past the code, and was to end on %s: ask %s",
			line->value, exempt.until, exempt.owner);
	else
		finding_add(doctor->findings, EXEMPT_MATCH, &mend,
			"Match %s signs in past the code until %s, for %s (%s)", line->value,
			exempt.until, exempt.owner, exempt.reason);
}

void doctor_exempt(struct doctor *doctor)
{
	for (size_t i = 0; doctor->sshd != NULL && i < doctor->sshd->matches; i++) {
		if (goes_past(doctor, i))
			look_at_match(doctor, i);
	}
}
