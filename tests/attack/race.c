/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Processes that sign in side by side through libpam and the module, each in a pam_authenticate of
 * its own:
 *
 *	race SERVICE USER TTY PROCESSES
 *
 * When all of them are at a prompt, or through, it prints a word for each in one line: "asked",
 * "granted" or "refused". Each line of its input then holds a word for each process: what it types,
 * or "-" to leave it at its prompt. The answers are released at once; the next line tells what
 * became of them. It ends with its input.
 */
#include <sched.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES_MAX 64
#define ANSWER_SIZE   32

/* One process as its parent sees it. */
struct runner {
	pid_t pid;
	int answers; /* lines to it */
	int states;  /* one letter from it: a, g or r */
	char state;
};

/* The child's ends, and what holds the answers back until each of a round is read. */
struct lane {
	int answers;
	int states;
	volatile uint32_t *open;
};

static void tell(const struct lane *lane, char state)
{
	if (write(lane->states, &state, 1) != 1)
		_exit(1);
}

/* One answer: the number of the round that releases it, and its text. */
struct answer {
	uint32_t round;
	char text[ANSWER_SIZE];
};

static int converse(
	int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	const struct lane *lane = context;
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));
	struct answer answer;

	for (int i = 0; responses != NULL && i < count; i++) {
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
			continue;
		tell(lane, 'a');
		if (read(lane->answers, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
			_exit(0);
		while (*lane->open < answer.round)
			sched_yield();
		responses[i].resp = strdup(answer.text);
	}
	*ret = responses;
	return responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static void sign_in(const struct lane *lane, char **argv)
{
	const struct pam_conv conv = {converse, (void *)lane};
	pam_handle_t *pamh = NULL;
	struct answer answer;

	if (pam_start(argv[1], argv[2], &conv, &pamh) != PAM_SUCCESS ||
		pam_set_item(pamh, PAM_TTY, argv[3]) != PAM_SUCCESS)
		_exit(1);
	int code = pam_authenticate(pamh, 0);
	tell(lane, code == PAM_SUCCESS ? 'g' : 'r');
	pam_end(pamh, code);
	while (read(lane->answers, &answer, sizeof(answer)) > 0)
		tell(lane, code == PAM_SUCCESS ? 'g' : 'r');
	_exit(0);
}

static bool start(struct runner *runner, volatile uint32_t *open, char **argv)
{
	int answers[2];
	int states[2];

	if (pipe(answers) != 0 || pipe(states) != 0)
		return false;
	runner->pid = fork();
	if (runner->pid == 0) {
		const struct lane lane = {answers[0], states[1], open};
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(answers[1]);
		close(states[0]);
		sign_in(&lane, argv);
	}
	close(answers[0]);
	close(states[1]);
	runner->answers = answers[1];
	runner->states = states[0];
	return runner->pid > 0;
}

static bool show(struct runner *runner, size_t count, const bool *moved)
{
	for (size_t i = 0; i < count; i++) {
		if (moved[i] && read(runner[i].states, &runner[i].state, 1) != 1)
			return false;
		const char *word = runner[i].state == 'a' ? "asked" : "granted";
		printf("%s%s", i == 0 ? "" : " ", runner[i].state == 'r' ? "refused" : word);
	}
	putchar('\n');
	return fflush(stdout) == 0;
}

/* Hands the words of a line out; nobody types before all of them have theirs. */
static bool round_of(
	struct runner *runner, size_t count, char *line, uint32_t round, bool *ret_moved)
{
	char *rest = line;

	for (size_t i = 0; i < count; i++) {
		struct answer answer = {.round = round};
		const char *word = strtok_r(i == 0 ? line : NULL, " \n", &rest);
		ret_moved[i] = word != NULL && strcmp(word, "-") != 0;
		if (!ret_moved[i])
			continue;
		snprintf(answer.text, sizeof(answer.text), "%s", word);
		if (write(runner[i].answers, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct runner runner[PROCESSES_MAX];
	bool moved[PROCESSES_MAX];
	char line[PROCESSES_MAX * ANSWER_SIZE];
	size_t count = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
	volatile uint32_t *open = mmap(
		NULL, sizeof(*open), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (count == 0 || count > PROCESSES_MAX || open == MAP_FAILED) {
		fputs("usage: race SERVICE USER TTY PROCESSES\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < count; i++) {
		moved[i] = true;
		if (!start(&runner[i], open, argv))
			return 1;
	}
	for (uint32_t round = 1; show(runner, count, moved); round++) {
		if (fgets(line, sizeof(line), stdin) == NULL)
			return 0;
		if (!round_of(runner, count, line, round, moved))
			return 1;
		*open = round;
	}
	return 1;
}
