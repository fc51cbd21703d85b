/* SPDX-License-Identifier: BSD-3-Clause */
#include "attempt.h"

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>

#define TEXT_SECONDS 10

struct dialogue {
	char *(*answer)(void *context);
	void *context;
	int64_t since;
	struct timing *timing;
	long think_us;
};

/* A child's: what it does, and what came of it. */
struct errand {
	int watch; /* inotify's descriptor, the parent's */
	struct attempt attempt;
	struct timing timing;
};

/* A file that a phone's texts are appended to, and how long it was when the attempt began. */
struct inbox {
	const char *path;
	off_t size;
	int watch;
	int slots;
};

int64_t nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_us(long microseconds)
{
	const struct timespec pause = {microseconds / 1000000, microseconds % 1000000 * 1000};

	if (microseconds > 0)
		nanosleep(&pause, NULL);
}

static void slot_take(int slots)
{
	char slot;

	if (slots >= 0 && read(slots, &slot, 1) != 1)
		err(1, "slots");
}

static void slot_leave(int slots)
{
	if (slots >= 0 && write(slots, "", 1) != 1)
		err(1, "slots");
}

/* What is typed at a prompt, NULL where it is abandoned. */
static char *reply_to(struct dialogue *dialogue)
{
	struct timing *timing = dialogue->timing;
	int64_t shown = nanoseconds();

	timing->prompts++;
	if (timing->prompts > 1)
		return NULL;
	timing->prompt = shown - dialogue->since;
	char *typed = dialogue->answer(dialogue->context);
	sleep_us(dialogue->think_us - (long)((nanoseconds() - shown) / 1000));
	timing->waited = nanoseconds() - shown;
	return typed;
}

static int converse(
	int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));

	if (responses == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		int style = messages[i]->msg_style;
		if (style != PAM_PROMPT_ECHO_OFF && style != PAM_PROMPT_ECHO_ON)
			continue;
		responses[i].resp = reply_to(context);
		if (responses[i].resp == NULL) {
			free(responses);
			return PAM_CONV_ERR;
		}
	}
	*ret = responses;
	return PAM_SUCCESS;
}

/* Modules may ask libpam to wait after a refusal; that wait is libpam's and no cost of theirs. */
static void no_delay(int code, unsigned int microseconds, void *context)
{
	(void)code;
	(void)microseconds;
	(void)context;
}

static bool present(const char *word)
{
	return strcmp(word, ANSWER_NONE) != 0;
}

static void describe(pam_handle_t *pamh, const struct attempt *attempt)
{
	char connection[WORD_SIZE + 64];

	pam_set_item(pamh, PAM_FAIL_DELAY, (const void *)no_delay);
	if (present(attempt->tty))
		pam_set_item(pamh, PAM_TTY, attempt->tty);
	if (!present(attempt->source))
		return;
	snprintf(connection, sizeof(connection), "SSH_CONNECTION=%s 50000 127.0.0.1 22",
		attempt->source);
	pam_putenv(pamh, connection);
	pam_set_item(pamh, PAM_RHOST, attempt->source);
}

void attempt_here(const struct attempt *attempt, char *(*answer)(void *context), void *context,
	struct timing *ret_timing)
{
	struct dialogue dialogue = {answer, context, nanoseconds(), ret_timing, attempt->think_us};
	const struct pam_conv conv = {converse, &dialogue};
	pam_handle_t *pamh = NULL;

	ret_timing->begun = dialogue.since;
	int code =
		pam_start_confdir(attempt->service, attempt->user, &conv, attempt->confdir, &pamh);
	if (code == PAM_SUCCESS) {
		describe(pamh, attempt);
		code = pam_authenticate(pamh, 0);
		pam_end(pamh, code);
	}
	ret_timing->auth = nanoseconds() - dialogue.since - ret_timing->waited;
	ret_timing->code = code;
}

static char *from_hex(const char *hex)
{
	size_t length = strlen(hex) / 2;
	char *bytes = calloc(1, length + 1);

	for (size_t i = 0; bytes != NULL && i < length; i++) {
		unsigned int byte = 0;
		sscanf(hex + 2 * i, "%2x", &byte);
		bytes[i] = (char)byte;
	}
	return bytes;
}

static char *typed_hex(void *context)
{
	const char *hex = context;

	return present(hex) ? from_hex(hex) : NULL;
}

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : 0;
}

/* The digits behind the last "] " of the inbox, once it is longer and ends a line. */
static char *code_in(const struct inbox *inbox)
{
	char text[512] = "";
	off_t size = size_of(inbox->path);

	if (size <= inbox->size)
		return NULL;
	int fd = open(inbox->path, O_RDONLY | O_CLOEXEC);
	off_t from = size > (off_t)sizeof(text) ? size - (off_t)sizeof(text) + 1 : 0;
	ssize_t got = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, from);
	if (fd >= 0)
		close(fd);
	if (got <= 0 || text[got - 1] != '\n')
		return NULL;
	text[got - 1] = '\0';
	const char *line = strrchr(text, '\n');
	const char *code = strstr(line == NULL ? text : line, "] ");
	return code == NULL ? NULL : strndup(code + 2, strspn(code + 2, "0123456789"));
}

/* Sleeps until the inbox changes: whoever looked again and again would take processor time from
 * those that he waits for. */
static char *typed_text(void *context)
{
	struct inbox *inbox = context;
	int64_t end = nanoseconds() + INT64_C(1000000000) * TEXT_SECONDS;
	char events[4096];
	char *code = NULL;
	struct pollfd watch = {.fd = inbox->watch, .events = POLLIN};

	slot_leave(inbox->slots);
	while ((code = code_in(inbox)) == NULL && nanoseconds() < end) {
		(void)poll(&watch, 1, TEXT_SECONDS * 1000);
		(void)!read(watch.fd, events, sizeof(events));
	}
	slot_take(inbox->slots);
	return code;
}

static void run_child(struct errand *errand)
{
	const struct attempt *attempt = &errand->attempt;

	if (attempt->answer[0] == '@') {
		const char *path = attempt->answer + 1;
		struct inbox inbox = {path, size_of(path), errand->watch, attempt->slots};
		attempt_here(attempt, typed_text, &inbox, &errand->timing);
	} else {
		attempt_here(attempt, typed_hex, (void *)attempt->answer, &errand->timing);
	}
}

static struct errand *errand_map(int fd)
{
	struct errand *errand =
		mmap(NULL, sizeof(*errand), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (errand == MAP_FAILED)
		err(1, "mmap");
	return errand;
}

int attempt_once(int fd)
{
	run_child(errand_map(fd));
	return 0;
}

/* The timing is in shared memory: nothing of the child's is to be flushed. */
static void become_child(enum apart apart, struct errand *errand, int fd)
{
	char number[16];

	alarm(ATTEMPT_SECONDS);
	if (apart == APART_FORK) {
		run_child(errand);
		_exit(0);
	}
	snprintf(number, sizeof(number), "%d", fd);
	execl("/proc/self/exe", "bench-driver", "once", number, (char *)NULL);
	_exit(1);
}

/*
 * One for all attempts, and never closed: the kernel keeps whoever closes the last of it waiting
 * for some 15 ms. -1 where no text is waited for.
 */
static int watch_inbox(const char *answer)
{
	static int watch = -1;

	if (answer[0] != '@')
		return -1;
	if (watch < 0)
		watch = inotify_init1(IN_NONBLOCK);
	if (watch < 0 || inotify_add_watch(watch, answer + 1, IN_MODIFY) < 0)
		err(1, "inotify %s", answer + 1);
	return watch;
}

void attempt_apart(const struct attempt *attempt, enum apart apart, struct timing *ret_timing)
{
	int fd = memfd_create("attempt", 0);

	if (fd < 0 || ftruncate(fd, sizeof(struct errand)) != 0)
		err(1, "memfd_create");
	struct errand *errand = errand_map(fd);
	errand->attempt = *attempt;
	errand->watch = watch_inbox(attempt->answer);
	errand->timing.code = ATTEMPT_KILLED;
	sleep_us(attempt->pause_us);
	slot_take(attempt->slots);
	int64_t since = nanoseconds();
	pid_t child = fork();
	if (child < 0)
		err(1, "fork");
	if (child == 0)
		become_child(apart, errand, fd);
	if (waitpid(child, NULL, 0) != child)
		err(1, "waitpid");
	slot_leave(attempt->slots);
	errand->timing.whole = nanoseconds() - since - errand->timing.waited;
	*ret_timing = errand->timing;
	munmap(errand, sizeof(*errand));
	close(fd);
}
