/* SPDX-License-Identifier: BSD-3-Clause */
/* What the module leaves of its host: everything; and what it brings with it: libpam and libc. */
#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "stack.h"

#define QUICK_MS 1500
#define THREADS  32
#define ROUNDS   4
#define ASK      .verdict = VERDICT_ASK, .line = LINE_SENT

extern char **environ;

struct host {
	char descriptors[4096];
	char environment[16384];
	char directory[4096];
	char locale[64];
	mode_t umask;
	sigset_t mask;
	struct sigaction actions[NSIG];
	int threads;
};

static void add(char *text, size_t size, const char *more)
{
	size_t at = strlen(text);

	snprintf(text + at, size - at, "%s\n", more);
}

/* "5 -> socket:[77] flags" for each, but the one that reads them. */
static void descriptors_tell(char *text, size_t size)
{
	DIR *directory = opendir("/proc/self/fd");
	const struct dirent *entry;

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		char target[256] = "", line[400];
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(directory))
			continue;
		if (readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1) < 0)
			continue;
		snprintf(line, sizeof(line), "%d -> %s %x %x", fd, target, fcntl(fd, F_GETFD),
			fcntl(fd, F_GETFL));
		add(text, size, line);
	}
	closedir(directory);
}

static int threads_count(void)
{
	DIR *directory = opendir("/proc/self/task");
	int count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

static void host_tell(struct host *host)
{
	memset(host, 0, sizeof(*host));
	descriptors_tell(host->descriptors, sizeof(host->descriptors));
	for (char **variable = environ; *variable != NULL; variable++)
		add(host->environment, sizeof(host->environment), *variable);
	assert_non_null(getcwd(host->directory, sizeof(host->directory)));
	snprintf(host->locale, sizeof(host->locale), "%s", setlocale(LC_ALL, NULL));
	host->umask = umask(0);
	umask(host->umask);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &host->mask), 0);
	for (int signal = 1; signal < NSIG; signal++)
		(void)sigaction(signal, NULL, &host->actions[signal]);
	host->threads = threads_count();
}

static void assert_same(const struct host *before, const struct host *after)
{
	assert_string_equal(before->descriptors, after->descriptors);
	assert_string_equal(before->environment, after->environment);
	assert_string_equal(before->directory, after->directory);
	assert_string_equal(before->locale, after->locale);
	assert_int_equal(before->umask, after->umask);
	assert_memory_equal(&before->mask, &after->mask, sizeof(before->mask));
	assert_int_equal(before->threads, after->threads);
	for (int signal = 1; signal < NSIG; signal++) {
		assert_true(
			before->actions[signal].sa_handler == after->actions[signal].sa_handler);
		assert_int_equal(before->actions[signal].sa_flags, after->actions[signal].sa_flags);
	}
}

static const struct {
	const char *sentence;
	struct fake_turn turns[2];
	int result;
} ways[] = {
	{"granted", {{ASK}, {.verdict = VERDICT_GRANTED}}, PAM_SUCCESS},
	{"refused", {{ASK}, {.verdict = VERDICT_REFUSED}}, PAM_AUTH_ERR},
	{"closed", {{ASK}, {.act = FAKE_CLOSE}}, PAM_AUTHINFO_UNAVAIL},
	{"hung", {{.act = FAKE_HANG}}, PAM_AUTHINFO_UNAVAIL},
	{"another login's answer", {{ASK}, {.act = FAKE_OTHER_ID}}, PAM_AUTHINFO_UNAVAIL},
	{"too long", {{ASK}, {.act = FAKE_HUGE}}, PAM_AUTHINFO_UNAVAIL},
};

static void test_the_host_stays_as_it_was(void **state)
{
	static struct host before, after;
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(ways); i++) {
		scene_again(scene);
		scene_turns_set(scene, ways[i].turns, 2);
		scene_types(scene, {"123456", PAM_SUCCESS});
		scene_start(scene, "demo");
		(void)pam_acct_mgmt(scene->pamh, 0); /* libpam reads the stack here */
		host_tell(&before);
		int result = scene_authenticate(scene, 0, 4000);
		HOLDS(ways[i].sentence, result == ways[i].result);
		HOLDS(ways[i].sentence, pam_open_session(scene->pamh, 0) == PAM_SUCCESS);
		HOLDS(ways[i].sentence, pam_close_session(scene->pamh, 0) == PAM_SUCCESS);
		host_tell(&after);
		assert_same(&before, &after);
	}
}

static volatile sig_atomic_t alarms;

static void count_alarm(int number)
{
	(void)number;
	alarms++;
}

/* An application's own timer does not end the wait. */
static void test_signals_of_the_host_are_its_own(void **state)
{
	const struct sigaction action = {.sa_handler = count_alarm};
	const struct itimerval often = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
	struct scene *scene = *state;
	struct sigaction before;

	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	scene_turns(scene, {.act = FAKE_RESTART, .verdict = VERDICT_ASK, .line = LINE_SENT},
		{.act = FAKE_SLOW, .verdict = VERDICT_GRANTED});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	int result = scene_authenticate(scene, 0, QUICK_MS);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_int_equal(result, PAM_SUCCESS);
	assert_true(alarms > 0);
}

struct worker {
	struct scene *shared;
	struct scene *own; /* only its talk, its PAM and its log are used */
	unsigned int number;
	int right;
	int wrong;
	pthread_t thread;
};

static void work_once(struct worker *worker, const char *code, int *ret_result)
{
	struct scene *own = worker->own;
	const struct typed typed = {code, PAM_SUCCESS};
	char user[16];

	snprintf(user, sizeof(user), "user%u", worker->number);
	scene_types_set(own, &typed, 1);
	scene_start(own, user);
	*ret_result = pam_authenticate(own->pamh, 0);
	pam_end(own->pamh, *ret_result);
	own->pamh = NULL;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	char code[16];

	snprintf(code, sizeof(code), "%06u", worker->number);
	work_once(worker, code, &worker->right);
	snprintf(code, sizeof(code), "%06u", worker->number + 1);
	work_once(worker, code, &worker->wrong);
	return NULL;
}

static void test_32_threads_at_once(void **state)
{
	static struct worker workers[THREADS];
	struct scene *scene = *state;

	scene->fake->endless = true;
	fake_start(scene->fake, 0);
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.shared = scene, .number = i};
		workers[i].own = calloc(1, sizeof(*scene));
		strcpy(workers[i].own->stacks, scene->stacks);
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (unsigned int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].right, PAM_SUCCESS);
		assert_int_equal(workers[i].wrong, PAM_AUTH_ERR);
		free(workers[i].own);
	}
	assert_int_equal(scene->fake->count, THREADS * ROUNDS);
}

/* Every line of the command's output, as one text. */
static void output_of(const char *command, const char *module, char *text, size_t size)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s '%s'", command, module);
	FILE *from = popen(line, "r");
	assert_non_null(from);
	size_t length = fread(text, 1, size - 1, from);
	text[length] = '\0';
	assert_int_equal(pclose(from), 0);
}

static void test_symbols_and_libraries(void **state)
{
	const struct scene *scene = *state;
	char text[8192];

#ifdef __SANITIZE_ADDRESS__
	skip(); /* a sanitizer brings its own */
#endif
	output_of("nm -D --defined-only --format=posix", scene->module, text, sizeof(text));
	int symbols = 0;
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"), symbols++)
		assert_memory_equal(line, "pam_sm_", 7);
	assert_int_equal(symbols, 6);
	/* What would last from one call to the next, with a value or without, of a thread or of
	 * all. */
	static const char *const state_sections[] = {" .data ", " .bss ", " .tdata ", " .tbss "};
	output_of("objdump -h", scene->module, text, sizeof(text));
	assert_non_null(strstr(text, " .text "));
	for (size_t i = 0; i < COUNT(state_sections); i++)
		HOLDS(state_sections[i], strstr(text, state_sections[i]) == NULL);
	output_of("objdump -p", scene->module, text, sizeof(text));
	int needed = 0;
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		if (strstr(line, "NEEDED") == NULL)
			continue;
		needed++;
		HOLDS(line,
			strstr(line, "libpam.so.0") != NULL || strstr(line, "libc.so.6") != NULL);
	}
	assert_int_equal(needed, 2);
	output_of("ldd", scene->module, text, sizeof(text));
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		static const char *const allowed[] = {"linux-vdso", "libpam.so.0", "libc.so.6",
			"libaudit.so.1", "libcap-ng.so.0", "ld-linux"};
		bool known = false;
		for (size_t i = 0; i < COUNT(allowed); i++)
			known = known || strstr(line, allowed[i]) != NULL;
		HOLDS(line, known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_the_host_stays_as_it_was),
		with_scene(test_signals_of_the_host_are_its_own),
		with_scene(test_32_threads_at_once),
		with_scene(test_symbols_and_libraries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
