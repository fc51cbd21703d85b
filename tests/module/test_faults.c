/* SPDX-License-Identifier: BSD-3-Clause */
/* A daemon that is away, hangs or is not to be trusted: a refusal within the deadline. */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "stack.h"

#define QUICK_MS 500
#define PAUSE_MS 20 /* less of the deadline is no time for another try */
#define AWAY     "Sign-in by text is not available now."
#define ASK      .verdict = VERDICT_ASK, .line = LINE_SENT

/* Refused by the deadline, and not before it. */
static void assert_all_of(const struct scene *scene, int64_t deadline_ms)
{
	assert_in_range(scene->took_ms, deadline_ms - PAUSE_MS, deadline_ms);
}

static void assert_away(struct scene *scene, int64_t limit_ms)
{
	size_t before = scene->talk.said_count;

	assert_int_equal(scene_authenticate(scene, 0, limit_ms), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(scene->talk.said_count, before + 1);
	assert_int_equal(scene->talk.said[before].style, PAM_ERROR_MSG);
	assert_string_equal(scene->talk.said[before].text, AWAY);
	assert_non_null(strstr(scene->log, scene->socket));
}

static void test_no_socket(void **state)
{
	struct scene *scene = *state;

	scene_start(scene, "demo");
	assert_away(scene, CLIENT_BEGIN_MS);
	assert_all_of(scene, CLIENT_BEGIN_MS);
}

static void test_a_socket_that_nobody_listens_on(void **state)
{
	struct scene *scene = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, scene->socket);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	scene_start(scene, "demo");
	assert_away(scene, CLIENT_BEGIN_MS);
	assert_all_of(scene, CLIENT_BEGIN_MS);
	close(fd);
}

/* A stopped daemon's: the connection itself is waited for, and the deadline holds there too. */
static void test_a_listener_whose_queue_is_full(void **state)
{
	struct scene *scene = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int filler = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, scene->socket);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(connect(filler, (struct sockaddr *)&address, sizeof(address)), 0);
	scene_start(scene, "demo");
	assert_away(scene, CLIENT_BEGIN_MS);
	assert_all_of(scene, CLIENT_BEGIN_MS);
	close(filler);
	close(fd);
}

static void test_a_daemon_that_hangs_at_the_begin(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {.act = FAKE_HANG});
	scene_start(scene, "demo");
	assert_away(scene, CLIENT_BEGIN_MS);
	assert_all_of(scene, CLIENT_BEGIN_MS);
	assert_int_equal(scene->fake->count, 1);
}

static void test_a_daemon_that_hangs_at_the_code(void **state)
{
	struct scene *scene = *state;

	scene_turns(scene, {ASK}, {.act = FAKE_HANG}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, VERIFY_MS), PAM_AUTHINFO_UNAVAIL);
	assert_all_of(scene, VERIFY_MS);
	assert_int_equal(scene->fake->count, 2);
	assert_string_equal(scene->talk.said[1].text, AWAY);
}

static void open_to_the_group(const struct scene *scene)
{
	assert_int_equal(chmod(scene->directory, 0770), 0);
}

static void open_to_others(const struct scene *scene)
{
	assert_int_equal(chmod(scene->directory, 0707), 0);
}

static void sticky_like_tmp(const struct scene *scene)
{
	assert_int_equal(chmod(scene->directory, 01777), 0);
}

static void of_another(const struct scene *scene)
{
	assert_int_equal(chown(scene->directory, 65534, 65534), 0);
}

static void restore(const struct scene *scene)
{
	assert_int_equal(chmod(scene->directory, 0700), 0);
	assert_int_equal(chown(scene->directory, 0, 0), 0);
}

static void test_directories_that_are_not_trusted(void **state)
{
	static const struct {
		const char *sentence;
		void (*spoil)(const struct scene *scene);
	} rows[] = {
		{"its group can write there", open_to_the_group},
		{"others can write there", open_to_others},
		{"everybody can, as in /tmp", sticky_like_tmp},
		{"it is another's", of_another},
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		scene_again(scene);
		scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
		scene_types(scene, {"123456", PAM_SUCCESS});
		scene_start(scene, "demo");
		rows[i].spoil(scene);
		int result = scene_authenticate(scene, 0, QUICK_MS);
		restore(scene);
		HOLDS(rows[i].sentence, result == PAM_AUTHINFO_UNAVAIL);
		HOLDS(rows[i].sentence, scene->fake->count == 0);
		HOLDS(rows[i].sentence, strcmp(scene->talk.said[0].text, AWAY) == 0);
	}
}

static void test_a_link_to_a_directory_is_none(void **state)
{
	struct scene *scene = *state;
	char directory[48], link[48];

	strcpy(directory, scene->directory);
	snprintf(link, sizeof(link), "%s/link", scene->directory);
	assert_int_equal(symlink(directory, link), 0);
	scene_turns(scene, {ASK});
	snprintf(scene->socket, sizeof(scene->socket), "%s/smsotpd.sock", link);
	scene_stack(scene, "", false);
	scene_start(scene, "demo");
	assert_away(scene, QUICK_MS);
	assert_int_equal(scene->fake->count, 0);
}

/* Readable by others is fine: /run/smsotp may be. */
static void test_a_directory_that_others_can_read(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(chmod(scene->directory, 0755), 0);
	scene_turns(scene, {.verdict = VERDICT_REFUSED});
	scene_start(scene, "demo");
	assert_int_equal(scene_authenticate(scene, 0, QUICK_MS), PAM_AUTH_ERR);
}

static void test_a_peer_that_is_not_root(void **state)
{
	struct scene *scene = *state;

	scene->fake->endless = true;
	fake_start(scene->fake, 65534);
	scene_types(scene, {"000000", PAM_SUCCESS});
	scene_start(scene, "demo");
	assert_away(scene, QUICK_MS);
	assert_int_equal(scene->fake->count, 0);
}

/* The lowest number that is free. */
static rlim_t descriptors(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return (rlim_t)fd;
}

static void test_no_descriptors_left(void **state)
{
	struct scene *scene = *state;
	struct rlimit before, none;

	scene_turns(scene, {ASK}, {.verdict = VERDICT_GRANTED});
	scene_types(scene, {"123456", PAM_SUCCESS});
	scene_start(scene, "demo");
	(void)pam_acct_mgmt(scene->pamh, 0); /* libpam reads the stack at the first phase */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){descriptors(), before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	int result = scene_authenticate(scene, 0, QUICK_MS);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	/* libpam cannot open its audit socket either and says so instead. */
	assert_true(result == PAM_AUTHINFO_UNAVAIL || result == PAM_SYSTEM_ERR);
	assert_string_equal(scene->talk.said[0].text, AWAY);
	assert_int_equal(scene->fake->count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(test_no_socket),
		with_scene(test_a_socket_that_nobody_listens_on),
		with_scene(test_a_listener_whose_queue_is_full),
		with_scene(test_a_daemon_that_hangs_at_the_begin),
		with_scene(test_a_daemon_that_hangs_at_the_code),
		with_scene(test_directories_that_are_not_trusted),
		with_scene(test_a_link_to_a_directory_is_none),
		with_scene(test_a_directory_that_others_can_read),
		with_scene(test_a_peer_that_is_not_root),
		with_scene(test_no_descriptors_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
