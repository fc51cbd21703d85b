/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Both stores in a directory of their own with some people in them, and jobs for them. LMDB's calls
 * go through here: they are counted, and one commit can be made to fail.
 */
#ifndef SMSOTP_TEST_STORES_FIXTURE_H
#define SMSOTP_TEST_STORES_FIXTURE_H

#include "core_fixture.h"
#include "smsotpd/judge.h"

/* What one login's job saves: its record, and the tallies of its source, host and prefix. */
#define JOB_SAVES    4
#define GRANT_SAVES  2 /* where it lets in: source and host are charged nothing */
#define JOB_LOADS    5 /* and whether the name has a record */
#define JOB_LOOK_UPS 3 /* the schema, the name, and what its phone was */
#define JOB_STATS    1 /* of the host's accounts */
/* With a reply as long as a recovery code: the record of these, and nobody's. */
#define LONG_JOB_SAVES    (JOB_SAVES + 1)
#define LONG_GRANT_SAVES  (GRANT_SAVES + 1)
#define LONG_JOB_LOOK_UPS (JOB_LOOK_UPS + 2)

struct calls {
	int loads;     /* mdb_get in the write transaction, which is the state's */
	int saves;     /* mdb_put */
	int look_ups;  /* mdb_get in the other one, which is the identities' */
	int stats;     /* stat(2) */
	int commits;   /* that were asked for */
	int failed;    /* of these */
	int nth;       /* this commit fails, counted from 1; 0: none does */
	int begins;    /* mdb_txn_begin */
	int checks;    /* mdb_reader_check */
	int bad_begin; /* this one fails, counted from 1; 0: none does */
	int bad_load;  /* this mdb_get or mdb_put fails, counted from 1; 0: none does */
	int bad_save;
	int bad_look_up;
	int cut_look_up; /* the value of this mdb_get loses its last byte; 0: none does */
	int most; /* a commit of more saves fails with a full map; 0: none does, -1: all do */
};

extern struct calls calls;

struct scene {
	char directory[32];
	char accounts[40]; /* the file of the host's accounts */
	struct config *config;
	struct keys keys;
	struct clock clock;
	struct judge judge;
	struct moment now;
};

int scene_setup(void **state);
int scene_teardown(void **state);

/* Replaces the schema's only trait by one that is no phone. */
void scene_drop_phones(struct scene *scene);

/* People can be named by their phones, and each service takes them so. */
void scene_phones_identify(struct scene *scene);
void scene_find_by_phone(struct scene *scene);

/* A trait of type string more, and the value that somebody has of it. */
void scene_add_trait(struct scene *scene, const char *trait);
void scene_set(struct scene *scene, const char *name, const char *trait, const char *value);

/* A service's filters: up to the first NULL or "" of `count` users, and a trait or "". */
void scene_filter(struct scene *scene, const char *service, const char *const *users, size_t count,
	const char *trait);

/* A job of a login from 192.0.2.1 at `service`, as flow fills it. */
struct job *scene_job(
	struct scene *scene, enum job_kind kind, const char *service, const char *name);

/* The same with a code that was typed. */
struct job *scene_guess(
	struct scene *scene, const char *service, const char *name, const struct code *code);

/* The same with any reply, read as flow reads it. */
struct job *scene_type(
	struct scene *scene, const char *service, const char *name, const char *reply);

/* New recovery codes of an identity. */
void scene_issue(struct scene *scene, const char *name,
	struct recovery_code ret_codes[static RECOVERY_CODES]);

/* The host's accounts are these lines of passwd(5) from now on. */
void scene_accounts(struct scene *scene, const char *lines);

/* The identity's phone is another one from now on. */
void scene_change_phone(struct scene *scene, const char *name);

/* Runs the job in transactions of its own. */
void scene_run(struct scene *scene, struct job *job);

/* The same for a job that then holds what was found, and has not failed. Returns it. */
struct job *scene_note(struct scene *scene, struct job *job);

#define with_scene(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

#endif
