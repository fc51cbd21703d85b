/* SPDX-License-Identifier: BSD-3-Clause */
#include "stack.h"

#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../unit/remove_tree.h"

/* libpam's log lines come here without a context, so the thread's scene is the thread's own. */
static _Thread_local struct scene *logging;

/* What libpam calls instead of libc's, as this program comes first. */
__attribute__((visibility("default"), format(printf, 3, 4))) void __syslog_chk(
	int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list arguments;

	(void)priority;
	(void)flag;
	if (logging == NULL)
		return;
	size_t at = strlen(logging->log);
	va_start(arguments, format);
	vsnprintf(logging->log + at, sizeof(logging->log) - at, format, arguments);
	va_end(arguments);
}

int scene_converse(int count, const struct pam_message **messages,
	struct pam_response **ret_responses, void *context)
{
	struct talk *talk = context;
	const struct typed *typed = &talk->typed[talk->at];

	assert_int_equal(count, 1);
	if (talk->said_count < SAID_MAX) {
		struct said *said = &talk->said[talk->said_count++];
		said->style = messages[0]->msg_style;
		snprintf(said->text, sizeof(said->text), "%s", messages[0]->msg);
	}
	bool message =
		messages[0]->msg_style == PAM_ERROR_MSG || messages[0]->msg_style == PAM_TEXT_INFO;
	if (!message && talk->at >= talk->typed_count)
		return PAM_CONV_ERR;
	if (!message && typed->result != PAM_SUCCESS) {
		/* Such an application still owns the response that it shows. */
		snprintf(talk->refused, sizeof(talk->refused), "%s", typed->reply);
		talk->refusal.resp = talk->refused;
		*ret_responses = &talk->refusal;
		talk->at++;
		return typed->result;
	}
	*ret_responses = calloc(1, sizeof(**ret_responses));
	if (!message) {
		talk->at++;
		(*ret_responses)->resp = typed->reply == NULL ? NULL : strdup(typed->reply);
	}
	return PAM_SUCCESS;
}

/* The module lies beside the tests' directory. A stack cannot name a path with a blank in it. */
static void module_find(struct scene *scene)
{
	char path[PATH_MAX] = "";

	assert_true(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
	for (int i = 0; i < 3; i++)
		*strrchr(path, '/') = '\0';
	strncat(path, "/pam_smsotp.so", sizeof(path) - strlen(path) - 1);
	if (access(path, R_OK) != 0)
		fail_msg("%s is missing: make all", path);
	snprintf(scene->module, sizeof(scene->module), "%s/pam_smsotp.so", scene->directory);
	assert_int_equal(symlink(path, scene->module), 0);
}

int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (geteuid() != 0)
		fail_msg("run this as root: the socket's directory must be root's");
	strcpy(scene->directory, "/tmp/smsotp-module-XXXXXX");
	assert_non_null(mkdtemp(scene->directory));
	snprintf(scene->stacks, sizeof(scene->stacks), "%s/pam.d", scene->directory);
	assert_int_equal(mkdir(scene->stacks, 0700), 0);
	snprintf(scene->socket, sizeof(scene->socket), "%s/smsotpd.sock", scene->directory);
	module_find(scene);
	scene_stack(scene, "", false);
	scene->fake = fake_new(scene->socket);
	logging = scene;
	*state = scene;
	return 0;
}

static void end_pam(struct scene *scene)
{
	if (scene->pamh != NULL)
		assert_int_equal(pam_end(scene->pamh, PAM_SUCCESS), PAM_SUCCESS);
	scene->pamh = NULL;
}

int scene_teardown(void **state)
{
	struct scene *scene = *state;

	end_pam(scene);
	fake_stop(&scene->fake);
	logging = NULL;
	remove_tree(scene->directory);
	free(scene);
	return 0;
}

void scene_stack(struct scene *scene, const char *arguments, bool permit)
{
	static const char *const phases[] = {"auth", "account", "password", "session"};
	char path[96];

	snprintf(path, sizeof(path), "%s/" STACK_SERVICE, scene->stacks);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (size_t i = 0; i < COUNT(phases); i++) {
		fprintf(file, "%s required %s socket=%s %s\n", phases[i], scene->module,
			scene->socket, arguments);
		if (permit)
			fprintf(file, "%s required pam_permit.so\n", phases[i]);
	}
	assert_int_equal(fclose(file), 0);
}

void scene_turns_set(struct scene *scene, const struct fake_turn *turns, size_t count)
{
	assert_true(count <= FAKE_TURNS);
	memcpy(scene->fake->turn, turns, count * sizeof(*turns));
	scene->fake->turns = count;
	fake_start(scene->fake, 0);
}

void scene_types_set(struct scene *scene, const struct typed *typed, size_t count)
{
	scene->talk = (struct talk){.typed = typed, .typed_count = count};
}

void scene_start(struct scene *scene, const char *user)
{
	logging = scene;
	scene->conv = (struct pam_conv){scene_converse, &scene->talk};
	assert_int_equal(
		pam_start_confdir(STACK_SERVICE, user, &scene->conv, scene->stacks, &scene->pamh),
		PAM_SUCCESS);
	scene->log[0] = '\0'; /* libpam misses a stack named other */
}

void scene_again(struct scene *scene)
{
	end_pam(scene);
	fake_stop(&scene->fake);
	scene->fake = fake_new(scene->socket);
	scene->talk = (struct talk){0};
	scene->log[0] = '\0';
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int scene_authenticate(struct scene *scene, int flags, int64_t limit_ms)
{
	int64_t start = now_ms();

	logging = scene;
	int result = pam_authenticate(scene->pamh, flags);
	scene->took_ms = now_ms() - start;
	if (scene->took_ms > limit_ms)
		fail_msg("%lld ms, at most %lld", (long long)scene->took_ms, (long long)limit_ms);
	return result;
}
