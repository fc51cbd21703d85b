/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stands before the calls of a committer's thread: says which were not allowed, when it sleeps, and
 * what it has done by then. Time does not pass.
 */
#ifndef SMSOTP_TEST_WATCH_FIXTURE_H
#define SMSOTP_TEST_WATCH_FIXTURE_H

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

#include "committer_fixture.h"

#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))

/* What stands before libc's can only be file-scope. */
static struct watch {
	bool no_memory;
	int mutexes, conds, kinds; /* made by the test's thread and not unmade */
	int told;                  /* an eventfd: the thread sleeps, or waits for its turn */
	atomic_int wrong;          /* calls that were not allowed */
	atomic_int sleeps, waits, explained;
	void *turn;
	int commits; /* when the turn was given */
	int wake;
	pthread_t tester;
	pthread_mutex_t *mutex;      /* the committer's */
	struct committer *committer; /* for what is done as soon as somebody has unlocked: */
	struct job *next;            /* by the thread: is given */
	bool takes, wakes;           /* what is done is taken; by the test: what is laid is begun */
	int unlocks;                 /* by the thread */
	struct job *taken;
} watch;

static _Thread_local bool making; /* a committer starts or stops */

static const struct timespec begins = {.tv_sec = 5, .tv_nsec = 990000000};
static const struct timespec in_20_ms = {.tv_sec = 6, .tv_nsec = 10000000};

static void check(bool holds)
{
	watch.wrong += holds ? 0 : 1;
}

static void tell(atomic_int *count)
{
	(*count)++;
	check(eventfd_write(watch.told, 1) == 0);
}

void *calloc(size_t count, size_t size)
{
	void *bytes = watch.no_memory ? NULL : reallocarray(NULL, count, size);

	if (bytes != NULL)
		memset(bytes, 0, count * size);
	return bytes;
}

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(SYS_clock_gettime, clock, ret_now);
	*ret_now = begins;
	return 0;
}

/* It says who unlocks what he has not locked. */
int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *kind)
{
	pthread_mutexattr_t strict;

	if (!making)
		return REAL(pthread_mutex_init)(mutex, kind);
	watch.mutexes++;
	watch.mutex = mutex;
	check(pthread_mutexattr_init(&strict) == 0);
	check(pthread_mutexattr_settype(&strict, PTHREAD_MUTEX_ERRORCHECK) == 0);
	return REAL(pthread_mutex_init)(mutex, &strict);
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
	watch.mutexes -= making;
	return REAL(pthread_mutex_destroy)(mutex);
}

int pthread_condattr_init(pthread_condattr_t *kind)
{
	watch.kinds += making;
	return REAL(pthread_condattr_init)(kind);
}

int pthread_condattr_destroy(pthread_condattr_t *kind)
{
	int failure = REAL(pthread_condattr_destroy)(kind);

	watch.kinds -= making;
	memset(kind, 0xff, sizeof(*kind));
	return failure;
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *kind)
{
	clockid_t clock = CLOCK_REALTIME;

	watch.conds += making;
	if (making)
		check(pthread_condattr_getclock(kind, &clock) == 0 && clock == CLOCK_MONOTONIC);
	return REAL(pthread_cond_init)(cond, kind);
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
	watch.conds -= making;
	return REAL(pthread_cond_destroy)(cond);
}

int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*run)(void *),
	void *argument);
int pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes, void *(*run)(void *),
	void *argument)
{
	check(watch.mutexes == 1 && watch.conds == 1 && watch.kinds == 0);
	return REAL(pthread_create)(ret_thread, attributes, run, argument);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	int failure = REAL(pthread_mutex_lock)(mutex);

	check(failure == 0);
	return failure;
}

static void await_wake(void)
{
	struct pollfd ready = {.fd = watch.wake, .events = POLLIN};

	check(poll(&ready, 1, WAIT_MS) == 1);
}

/* What was laid is there by now. */
static void tester_unlocked(void)
{
	if (!watch.wakes)
		return;
	watch.wakes = false;
	committer_wake(watch.committer);
	await_wake();
}

/* It has waited for a job, has taken what was to be done, has put what is done: each under the
 * mutex. */
static void thread_unlocked(void)
{
	struct job *next = watch.next;

	watch.unlocks++;
	if (watch.unlocks == 2 && next != NULL) {
		watch.next = NULL;
		committer_give(watch.committer, next);
	}
	if (watch.unlocks == 3 && watch.takes)
		watch.taken = committer_take(watch.committer);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (mutex == watch.turn)
		watch.commits = calls.commits;
	int failure = REAL(pthread_mutex_unlock)(mutex);
	check(failure == 0);
	if (pthread_equal(pthread_self(), watch.tester))
		tester_unlocked();
	else if (mutex == watch.mutex)
		thread_unlocked();
	return failure;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	tell(&watch.sleeps);
	int failure = REAL(pthread_cond_wait)(cond, mutex);
	check(failure == 0);
	return failure;
}

/* The time is over at once. */
int pthread_cond_timedwait(
	pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
	(void)cond;
	tell(&watch.waits);
	check(memcmp(until, &in_20_ms, sizeof(in_20_ms)) == 0);
	check(pthread_mutex_unlock(mutex) == 0);
	sched_yield();
	check(pthread_mutex_lock(mutex) == 0);
	return ETIMEDOUT;
}

/* Whoever is woken finds a job, and is not kept out. */
ssize_t write(int fd, const void *bytes, size_t size)
{
	if (watch.takes && fd == watch.wake) {
		check(watch.taken != NULL);
		check(pthread_mutex_trylock(watch.mutex) == 0 &&
			pthread_mutex_unlock(watch.mutex) == 0);
	}
	return syscall(SYS_write, fd, bytes, size);
}

#endif
