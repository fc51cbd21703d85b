/* SPDX-License-Identifier: BSD-3-Clause */
#include "turn.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

struct turn {
	pthread_mutex_t mutex;
};

enum result turn_new(struct turn **ret_turn)
{
	pthread_mutexattr_t kind;
	struct turn *turn = mmap(
		NULL, sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (turn == MAP_FAILED)
		return RESULT_MEMORY;
	/* On Linux none of these fails (pthread_mutexattr_setrobust(3)). */
	pthread_mutexattr_init(&kind);
	pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&turn->mutex, &kind);
	pthread_mutexattr_destroy(&kind);
	*ret_turn = turn;
	return RESULT_OK;
}

void turn_free(struct turn **turn)
{
	if (*turn != NULL)
		munmap(*turn, sizeof(**turn));
	*turn = NULL;
}

/* Nothing is kept under it: what a dead holder had begun, LMDB takes back. */
static bool taken(struct turn *turn, int failure)
{
	if (failure == EOWNERDEAD)
		failure = pthread_mutex_consistent(&turn->mutex);
	return failure == 0;
}

bool turn_try(struct turn *turn)
{
	return taken(turn, pthread_mutex_trylock(&turn->mutex));
}

void turn_wait(struct turn *turn)
{
	if (!taken(turn, pthread_mutex_lock(&turn->mutex)))
		abort();
}

void turn_give(struct turn *turn)
{
	pthread_mutex_unlock(&turn->mutex);
}
