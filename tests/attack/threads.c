/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An application whose threads sign in side by side, each with a PAM handle of its own:
 *
 *	threads SERVICE USER...
 *
 * One thread a user. What it prints and reads is race's: a word for each thread in one line, when
 * all of them are at a prompt or through ("asked", "granted", "refused"); then a line of answers,
 * which are released at once. Whoever is granted opens a session before he says so. It ends with
 * its input, when the sessions are closed, and with 1 where a thread has lost an item of its own.
 */
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS_MAX 64
#define ANSWER_SIZE 32

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

/* Guarded by the lock, but for service and user. An empty state is at work; an answer that is not
 * empty was not read yet. */
struct seat {
	const char *service;
	const char *user;
	const char *state;
	char answer[ANSWER_SIZE];
	bool ends;
};

static void state_set(struct seat *seat, const char *state)
{
	pthread_mutex_lock(&lock);
	seat->state = state;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

/* What the seat is told to type, to be freed; NULL when all is to end. */
static char *answer_wait(struct seat *seat)
{
	char *answer = NULL;

	pthread_mutex_lock(&lock);
	while (seat->answer[0] == '\0' && !seat->ends)
		pthread_cond_wait(&moved, &lock);
	if (seat->answer[0] != '\0')
		answer = strdup(seat->answer);
	seat->answer[0] = '\0';
	pthread_mutex_unlock(&lock);
	return answer;
}

static int converse(
	int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	struct seat *seat = context;

	*ret = calloc((size_t)count, sizeof(**ret));
	if (*ret == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
			continue;
		state_set(seat, "asked");
		(*ret)[i].resp = answer_wait(seat);
	}
	return PAM_SUCCESS;
}

static bool still_own(const struct seat *seat, pam_handle_t *pamh)
{
	const void *user = NULL;

	return pam_get_item(pamh, PAM_USER, &user) == PAM_SUCCESS && strcmp(user, seat->user) == 0;
}

static void *sign_in(void *context)
{
	struct seat *seat = context;
	const struct pam_conv conv = {converse, seat};
	pam_handle_t *pamh = NULL;

	if (pam_start(seat->service, seat->user, &conv, &pamh) != PAM_SUCCESS ||
		pam_set_item(pamh, PAM_TTY, seat->user) != PAM_SUCCESS)
		exit(1);
	int code = pam_authenticate(pamh, 0);
	bool granted = code == PAM_SUCCESS && pam_open_session(pamh, 0) == PAM_SUCCESS;
	if (!still_own(seat, pamh))
		exit(1);
	state_set(seat, granted ? "granted" : "refused");
	for (char *late = answer_wait(seat); late != NULL; late = answer_wait(seat)) {
		state_set(seat, granted ? "granted" : "refused");
		free(late);
	}
	if (granted)
		code = pam_close_session(pamh, 0);
	pam_end(pamh, code);
	return NULL;
}

/* When nobody is at work any more. */
static void show(struct seat *seats, size_t count)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count; i++) {
		while (seats[i].state[0] == '\0')
			pthread_cond_wait(&moved, &lock);
	}
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i == 0 ? "" : " ", seats[i].state);
	pthread_mutex_unlock(&lock);
	putchar('\n');
	fflush(stdout);
}

static void hand_out(struct seat *seats, size_t count, char *line)
{
	char *rest = line;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count; i++) {
		const char *word = strtok_r(i == 0 ? line : NULL, " \n", &rest);
		if (word == NULL || strcmp(word, "-") == 0)
			continue;
		snprintf(seats[i].answer, sizeof(seats[i].answer), "%s", word);
		seats[i].state = "";
	}
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

static void end_all(struct seat *seats, const pthread_t *threads, size_t count)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < count; i++)
		seats[i].ends = true;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	static struct seat seats[THREADS_MAX];
	pthread_t threads[THREADS_MAX];
	char line[THREADS_MAX * ANSWER_SIZE];
	size_t count = argc > 2 ? (size_t)argc - 2 : 0;

	if (count == 0 || count > THREADS_MAX) {
		fputs("usage: threads SERVICE USER...\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < count; i++) {
		seats[i] = (struct seat){.service = argv[1], .user = argv[i + 2], .state = ""};
		if (pthread_create(&threads[i], NULL, sign_in, &seats[i]) != 0)
			return 1;
	}
	for (show(seats, count); fgets(line, sizeof(line), stdin) != NULL; show(seats, count))
		hand_out(seats, count, line);
	end_all(seats, threads, count);
	return 0;
}
