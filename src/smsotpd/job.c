/* SPDX-License-Identifier: BSD-3-Clause */
#include "job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const standing_names[] = {
	[STANDING_GOOD] = "good",
	[STANDING_UNKNOWN] = "unknown name",
	[STANDING_SUSPENDED] = "suspended",
	[STANDING_NO_PHONE] = "no phone",
	[STANDING_NO_TRAIT] = "the schema has no phone trait: smsotpctl schema set",
	[STANDING_ROOT] = "root is not let in at this service",
	[STANDING_FILTERED] = "left out by users of the service",
	[STANDING_TRAIT] = "left out by trait of the service",
	[STANDING_BEFORE] = "first factor not shown",
	[STANDING_QUARANTINE] = "the phone was changed: smsotpctl identity release",
	[STANDING_UID] = "the account has another uid than the identity",
	[STANDING_NO_ROOM] = "the state store is full",
	[STANDING_JUNK] = "the application refuses this user",
};

_Static_assert(sizeof(standing_names) / sizeof(standing_names[0]) == STANDING_COUNT,
	"a name for every standing");

static const enum rule standing_rules[STANDING_COUNT] = {
	[STANDING_UNKNOWN] = RULE_UNKNOWN_NAME,
	[STANDING_SUSPENDED] = RULE_SUSPENDED,
	[STANDING_NO_PHONE] = RULE_NO_PHONE,
	[STANDING_NO_TRAIT] = RULE_NO_TRAIT,
	[STANDING_ROOT] = RULE_ROOT,
	[STANDING_FILTERED] = RULE_USERS,
	[STANDING_TRAIT] = RULE_TRAIT,
	[STANDING_BEFORE] = RULE_BEFORE,
	[STANDING_QUARANTINE] = RULE_QUARANTINE,
	[STANDING_UID] = RULE_UID,
	[STANDING_NO_ROOM] = RULE_NO_ROOM,
	[STANDING_JUNK] = RULE_APPLICATION,
};

static const enum rule effect_rules[EFFECT_COUNT] = {
	[EFFECT_TEXT] = RULE_DUE,
	[EFFECT_JOINED] = RULE_JOINED,
	[EFFECT_TOO_EARLY] = RULE_TOO_EARLY,
	[EFFECT_NO_TEXTS] = RULE_NO_TEXTS,
	[EFFECT_LOCKED] = RULE_LOCKOUT,
	[EFFECT_WRONG] = RULE_WRONG,
	[EFFECT_EXPIRED] = RULE_EXPIRED,
	[EFFECT_SPENT] = RULE_TRIES,
	[EFFECT_RIGHT] = RULE_RIGHT,
	[EFFECT_RECOVERED] = RULE_RECOVERY,
};

const char *standing_name(enum standing standing)
{
	return standing_names[standing];
}

enum result job_new(enum job_kind kind, struct job **ret_job)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return RESULT_MEMORY;
	job->kind = kind;
	job->bulk = -1;
	job->result = RESULT_FAILED;
	job->standing = STANDING_UNKNOWN;
	*ret_job = job;
	return RESULT_OK;
}

void job_free(struct job **job)
{
	if (*job == NULL)
		return;
	json_decref((*job)->request);
	json_decref((*job)->reply);
	if ((*job)->bulk >= 0)
		close((*job)->bulk);
	free((*job)->findings);
	explicit_bzero(*job, sizeof(**job));
	free(*job);
	*job = NULL;
}

void job_push(struct job_list *list, struct job *job)
{
	if (list->first == NULL)
		list->first = job;
	else
		list->last->next = job;
	list->last = job;
}

struct job *job_pop(struct job_list *list)
{
	struct job *job = list->first;

	if (job == NULL)
		return NULL;
	list->first = job->next;
	job->next = NULL;
	return job;
}

enum standing job_standing(const struct job *job)
{
	return job->junk ? STANDING_JUNK : job->standing;
}

bool standing_recovers(enum standing standing)
{
	return standing == STANDING_GOOD || standing == STANDING_NO_PHONE ||
	       standing == STANDING_NO_TRAIT || standing == STANDING_QUARANTINE;
}

bool job_sends(const struct job *job)
{
	bool asks = job->kind == JOB_BEGIN || job->kind == JOB_RESEND ||
		    job->kind == JOB_EXPLAIN; /* which says what a begin would do */

	return job->result == RESULT_OK && job_standing(job) == STANDING_GOOD &&
	       job->effect == EFFECT_TEXT && asks;
}

bool job_grants(const struct job *job)
{
	if (job->result != RESULT_OK || job->kind != JOB_VERIFY)
		return false;
	if (job->effect == EFFECT_RECOVERED)
		return standing_recovers(job_standing(job)) && job->user[0] != '\0';
	return job->effect == EFFECT_RIGHT && job_standing(job) == STANDING_GOOD;
}

enum decision job_decision(const struct job *job)
{
	if (job->result != RESULT_OK)
		return DECISION_UNAVAILABLE;
	if (job->kind == JOB_VERIFY)
		return job_grants(job) ? DECISION_GRANTED : DECISION_REFUSED;
	return job_sends(job) ? DECISION_TEXT : DECISION_NO_TEXT;
}

enum rule job_rule(const struct job *job)
{
	enum standing standing = job_standing(job);

	if (job->result != RESULT_OK)
		return RULE_STORE;
	if (standing != STANDING_GOOD && !job_grants(job))
		return standing_rules[standing];
	return job->effect == EFFECT_OVER ? rule_find(job->over) : effect_rules[job->effect];
}
