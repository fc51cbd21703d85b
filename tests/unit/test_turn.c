/* SPDX-License-Identifier: BSD-3-Clause */
/* The turn between threads and processes: one has it, and a dead one has not. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "smsotpd/turn.h"
#include "test.h"

/* What stands before libc's can only be file-scope. */
static bool no_memory;
static int unmapped, kinds, strange;

void *mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset)
{
	return no_memory ? MAP_FAILED
			 : (void *)syscall(SYS_mmap, at, size, rights, flags, fd, offset);
}

int munmap(void *at, size_t size)
{
	unmapped++;
	return (int)syscall(SYS_munmap, at, size);
}

int pthread_mutexattr_init(pthread_mutexattr_t *kind)
{
	kinds++;
	return ((__typeof__(&pthread_mutexattr_init))(uintptr_t)dlsym(
		RTLD_NEXT, "pthread_mutexattr_init"))(kind);
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *kind)
{
	int failure = ((__typeof__(&pthread_mutexattr_destroy))(uintptr_t)dlsym(
		RTLD_NEXT, "pthread_mutexattr_destroy"))(kind);

	kinds--;
	memset(kind, 0xff, sizeof(*kind));
	return failure;
}

/* One that the kernel wakes in another process, too. */
int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *kind)
{
	int shared = -1, robust = -1;

	strange += pthread_mutexattr_getpshared(kind, &shared) != 0;
	strange += pthread_mutexattr_getrobust(kind, &robust) != 0;
	strange += shared != PTHREAD_PROCESS_SHARED || robust != PTHREAD_MUTEX_ROBUST;
	return ((__typeof__(&pthread_mutex_init))(uintptr_t)dlsym(RTLD_NEXT, "pthread_mutex_init"))(
		mutex, kind);
}

static int setup(void **state)
{
	struct turn *turn = NULL;

	kinds = strange = 0;
	assert_int_equal(turn_new(&turn), RESULT_OK);
	assert_int_equal(kinds, 0);
	assert_int_equal(strange, 0);
	*state = turn;
	return 0;
}

static int teardown(void **state)
{
	struct turn *turn = *state;
	const struct turn *was = turn;
	unsigned char page;

	unmapped = 0;
	turn_free(&turn);
	assert_null(turn);
	assert_int_equal(mincore((void *)(uintptr_t)was, 1, &page), -1); /* nothing is there */
	assert_int_equal(unmapped, 1);
	turn_free(&turn);
	assert_int_equal(unmapped, 1);
	return 0;
}

static void *try_once(void *turn)
{
	if (!turn_try(turn))
		return NULL;
	turn_give(turn);
	return turn;
}

/* Whether another thread could have it. */
static bool is_free(struct turn *turn)
{
	pthread_t thread;
	void *had = NULL;

	assert_int_equal(pthread_create(&thread, NULL, try_once, turn), 0);
	assert_int_equal(pthread_join(thread, &had), 0);
	return had != NULL;
}

static void test_one_has_it(void **state)
{
	struct turn *turn = *state;

	assert_true(is_free(turn));
	assert_true(turn_try(turn));
	assert_false(turn_try(turn));
	assert_false(is_free(turn));
	turn_give(turn);
	assert_true(is_free(turn));
	turn_wait(turn);
	assert_false(is_free(turn));
	turn_give(turn);
	assert_true(is_free(turn));
}

/* A child of this process runs `work` to its end, however that is. */
static int status_of(struct turn *turn, void (*work)(struct turn *turn))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		work(turn);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void dies_with_it(struct turn *turn)
{
	turn_wait(turn);
}

/* And as often as it happens. */
static void test_who_dies_gives_it_up(void **state)
{
	struct turn *turn = *state;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(status_of(turn, dies_with_it), 0);
		assert_true(turn_try(turn));
		turn_give(turn);
		assert_int_equal(status_of(turn, dies_with_it), 0);
		turn_wait(turn);
		turn_give(turn);
	}
	assert_true(is_free(turn));
}

/* Nobody goes on without it. The mutex is all that is in it: here somebody breaks that. */
static void test_one_that_is_lost_is_nobodys(void **state)
{
	struct turn *turn = *state;
	pthread_mutex_t *mutex = (void *)turn;

	assert_int_equal(status_of(turn, dies_with_it), 0);
	assert_int_equal(pthread_mutex_lock(mutex), EOWNERDEAD);
	assert_int_equal(pthread_mutex_unlock(mutex), 0);
	int status = status_of(turn, dies_with_it);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	assert_false(turn_try(turn));
}

static void test_without_memory_there_is_none(void **state)
{
	struct turn *turn = NULL;

	(void)state;
	no_memory = true;
	enum result result = turn_new(&turn);
	no_memory = false;
	assert_int_equal(result, RESULT_MEMORY);
	assert_null(turn);
}

int main(void)
{
#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		row(test_one_has_it),
		row(test_who_dies_gives_it_up),
		row(test_one_that_is_lost_is_nobodys),
		row(test_without_memory_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
