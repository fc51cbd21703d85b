/* SPDX-License-Identifier: BSD-3-Clause */
/* What the host does with time: login's patience, the clock; and the units that systemd starts. */
#include "doctor_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "child.h"
#include "doctor.h"

#define LOGIN_DEFS    "/etc/login.defs"
#define LOGIN_DEFAULT 60 /* where the file does not say */
#define LOGIN_SECONDS 300
#define BOOTED        "/run/systemd/system" /* sd_booted(3) */

long login_timeout(const char *text, unsigned int *ret_line)
{
	static const char key[] = "LOGIN_TIMEOUT";
	long seconds = LOGIN_DEFAULT;
	unsigned int number = 0;

	*ret_line = 0;
	for (const char *line = text; *line != '\0'; line += *line == '\n' ? 1 : 0) {
		const char *at = line + strspn(line, " \t");
		number++;
		if (strncmp(at, key, sizeof(key) - 1) == 0 &&
			strchr(" \t", at[sizeof(key) - 1]) != NULL) {
			seconds = strtol(at + sizeof(key) - 1, NULL, 0);
			*ret_line = number;
		}
		line += strcspn(line, "\n");
	}
	return seconds;
}

void doctor_login(struct doctor *doctor)
{
	struct mend mend = {.file = LOGIN_DEFS, .text = "LOGIN_TIMEOUT 300"};

	if (!doctor_asks(doctor, "login"))
		return;
	char *text = file_text(LOGIN_DEFS);
	long seconds = login_timeout(text == NULL ? "" : text, &mend.number);
	free(text);
	if (seconds > 0 && seconds < LOGIN_SECONDS)
		finding_add(doctor->findings, LOGIN_TIMEOUT, &mend,
			"login ends after %ld s, and a text may take longer to come and be typed",
			seconds);
}

/* The first wants the others, so these need not be enabled; one that is masked does not come, and
 * cannot be enabled before it is unmasked. */
void doctor_units(struct doctor *doctor)
{
	static const char refused[] = "nobody is asked for a code, and everybody is refused";
	static const struct {
		const char *name;
		const char *without;
	} units[] = {
		{"smsotpd.socket", refused},
		{"smsotpd-ctl.socket", refused},
		{"smsotp-send.socket", "no text leaves"},
	};

	if (access(BOOTED, F_OK) != 0)
		return;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *const argv[] = {"systemctl", "is-enabled", units[i].name, NULL};
		struct child child = {0};
		char unmask[64] = "", command[128];
		if (child_run(argv, &child) != RESULT_OK)
			continue;
		child.text[strcspn(child.text, "\n")] = '\0';
		if (strcmp(child.text, "masked") == 0)
			snprintf(unmask, sizeof(unmask), "systemctl unmask %s && ", units[i].name);
		snprintf(command, sizeof(command), "%ssystemctl enable --now %s", unmask,
			units[i].name);
		bool comes = strncmp(child.text, "enabled", 7) == 0 ||
			     (i > 0 && strcmp(child.text, "disabled") == 0);
		if (!comes)
			finding_add(doctor->findings, UNIT_DISABLED,
				&(struct mend){.text = command},
				"%s is %s: after the next start of the host %s", units[i].name,
				child.text[0] == '\0' ? child.error : child.text, units[i].without);
		child_free(&child);
	}
}

void clock_judge(struct findings *findings, time_t now, bool synchronised)
{
	if (now < CLOCK_EARLIEST)
		finding_add(findings, CLOCK_YEAR,
			&(struct mend){.text = "timedatectl set-ntp true"},
			"the clock is wrong: by it this version is not written yet, so locks and "
			"codes end at the wrong time and certificates are not trusted");
	else if (!synchronised)
		finding_add(findings, CLOCK_LOOSE,
			&(struct mend){.text = "apt install systemd-timesyncd"},
			"nothing sets the clock right, so locks and the trail may be off");
}

void doctor_clock(struct doctor *doctor)
{
	struct timex timex = {.modes = 0};

	bool synchronised = adjtimex(&timex) != TIME_ERROR && (timex.status & STA_UNSYNC) == 0;
	clock_judge(doctor->findings, doctor->now, synchronised);
}
