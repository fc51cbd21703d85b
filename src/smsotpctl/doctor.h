/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * doctor: looks at a host and says what keeps people out, or lets them in past the code. Each
 * subject is a file of its own that adds findings; doctor.c has their order, finding.c their table.
 */
#ifndef SMSOTP_DOCTOR_H
#define SMSOTP_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <time.h>

#include "config.h"
#include "finding.h"

struct sshd_file;

struct doctor {
	const char *config_path; /* as for config_load */
	const char *socket;      /* NULL for the config's */
	struct config *config;   /* all defaults where it cannot be read */
	bool sound;              /* it could be read */
	struct findings *findings;
	json_t *modes;          /* of smsotpd's sections, as mode shows them; NULL: it is away */
	json_t *services;       /* name: {asked, first}, of the PAM services that ask us */
	struct sshd_file *sshd; /* sshd_config as it is written; NULL where sshd asks us nothing */
	char methods[1024];     /* sshd's AuthenticationMethods in force, "any" for all */
	time_t now;
};

/* The subjects, in the order in which they are looked at; later ones go by what earlier ones found.
 */
void doctor_config(struct doctor *doctor);
void doctor_modes(struct doctor *doctor);
void doctor_pam(struct doctor *doctor);
void doctor_sshd(struct doctor *doctor);
void doctor_login(struct doctor *doctor);
void doctor_files(struct doctor *doctor);
void doctor_units(struct doctor *doctor);
void doctor_daemon(struct doctor *doctor);
void doctor_clock(struct doctor *doctor);
void doctor_gateway(struct doctor *doctor);
void doctor_exempt(struct doctor *doctor);
void doctor_sudo(struct doctor *doctor);

/* What doctor_daemon makes of a reply. */
void daemon_judge(struct doctor *doctor, const json_t *reply);

/* The path of the config that is looked at. */
const char *doctor_config_file(const struct doctor *doctor);

/* Whether the auth lines of the PAM service reach pam_smsotp.so. */
bool doctor_asks(const struct doctor *doctor, const char *service);

#endif
