/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One sign-in attempt through libpam in a process of its own, as sshd makes it, and its times. The
 * stack comes from a directory of one's own (pam_start_confdir), so nothing of the host counts.
 */
#ifndef SMSOTP_BENCH_ATTEMPT_H
#define SMSOTP_BENCH_ATTEMPT_H

#include <stdint.h>

#define WORD_SIZE       256
#define ANSWER_NONE     "-" /* the prompt is abandoned */
#define ATTEMPT_SECONDS 15  /* after which it is killed */
#define ATTEMPT_KILLED  (-1)

/*
 * `source` becomes the address in SSH_CONNECTION, `tty` PAM_TTY; "-" for none. `answer` is given to
 * the first prompt, every later one is abandoned: ANSWER_NONE, bytes in hex, or "@FILE": the code
 * in the next line that FILE gets.
 */
struct attempt {
	int slots;     /* a pipe that a byte is taken from while the host works on this; -1: none */
	long pause_us; /* before it begins */
	long think_us; /* from the prompt to the answer, at least */
	char confdir[WORD_SIZE];
	char service[WORD_SIZE];
	char user[WORD_SIZE];
	char source[WORD_SIZE];
	char tty[WORD_SIZE];
	char answer[WORD_SIZE];
};

/* Nanoseconds. What the conversation waited for a text or thought is in none but `waited`. */
struct timing {
	int64_t begun;  /* pam_start, by the monotonic clock */
	int64_t prompt; /* pam_start to the first prompt, 0 where there was none */
	int64_t auth;   /* pam_start to the end of pam_end */
	int64_t whole;  /* fork to the child's end */
	int64_t waited;
	uint32_t prompts;
	int code; /* PAM's, or ATTEMPT_KILLED */
};

/* In what process the stack runs. */
enum apart {
	APART_FORK, /* a child */
	APART_EXEC, /* a child that is this program anew, as sshd's are */
};

int64_t nanoseconds(void);

/*
 * Runs the stack in this process. `answer` is called at the first prompt, with its context, and
 * returns what is typed (malloc'd) or NULL.
 */
void attempt_here(const struct attempt *attempt, char *(*answer)(void *context), void *context,
	struct timing *ret_timing);

/* Forks, runs the stack there with the answer of the attempt, waits. */
void attempt_apart(const struct attempt *attempt, enum apart apart, struct timing *ret_timing);

/* The child of APART_EXEC, "once FD", comes here. */
int attempt_once(int fd);

#endif
