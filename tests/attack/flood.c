/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Attempts under random names from random addresses, as sshd's module would put them to smsotpd:
 *
 *	flood begin|guess COUNT SEED
 *
 * `begin` leaves each at its prompt, `guess` types one wrong code as well. An attempt is drawn from
 * SEED and its number, so another SEED makes other names. The last line counts the answers to the
 * begins: "N asked, N locked, N unanswered"; exit 1 where one was not answered.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define THREADS 16

struct flood {
	bool guess;
	uint64_t count;
	uint64_t seed;
	_Atomic uint64_t next;
	_Atomic uint64_t asked;
	_Atomic uint64_t locked;
	_Atomic uint64_t unanswered;
};

/* splitmix64: any two numbers far apart in what they give. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static bool put(struct flood *flood, struct ask *ask, struct answer *ret_answer)
{
	uint8_t frame[CLIENT_FRAME_SIZE];

	if (client_ask(CLIENT_SOCKET, ask, frame, ret_answer) == RESULT_OK)
		return true;
	flood->unanswered++;
	return false;
}

static void attempt(struct flood *flood, uint64_t number)
{
	uint64_t state = flood->seed * UINT64_C(0x2545f4914f6cdd1d) + number;
	uint64_t id[2] = {draw(&state), draw(&state)};
	uint32_t address = (uint32_t)draw(&state);
	char user[24];
	char connection[64];
	struct answer answer;

	snprintf(user, sizeof(user), "n%016llx", (unsigned long long)draw(&state));
	snprintf(connection, sizeof(connection), "%u.%u.%u.%u 40000 192.0.2.1 22", address >> 24,
		address >> 16 & 255, address >> 8 & 255, address & 255);
	struct ask ask = {.type = FRAME_BEGIN,
		.service = "sshd",
		.user = user,
		.tty = "ssh",
		.connection = connection};
	memcpy(ask.id, id, sizeof(ask.id));
	if (!put(flood, &ask, &answer))
		return;
	*(answer.verdict == VERDICT_ASK ? &flood->asked : &flood->locked) += 1;
	if (!flood->guess || answer.verdict != VERDICT_ASK)
		return;
	ask.type = FRAME_VERIFY;
	memcpy(ask.token, answer.token, sizeof(ask.token));
	ask.reply.length = 6;
	memcpy(ask.reply.bytes, "000000", 7);
	(void)put(flood, &ask, &answer);
}

static void *run(void *argument)
{
	struct flood *flood = argument;
	uint64_t number;

	while ((number = flood->next++) < flood->count)
		attempt(flood, number);
	return NULL;
}

int main(int argc, char **argv)
{
	struct flood flood = {0};
	pthread_t thread[THREADS];
	size_t started = 0;

	if (argc != 4 || (strcmp(argv[1], "begin") != 0 && strcmp(argv[1], "guess") != 0)) {
		fputs("usage: flood begin|guess COUNT SEED\n", stderr);
		return 2;
	}
	flood.guess = strcmp(argv[1], "guess") == 0;
	flood.count = strtoull(argv[2], NULL, 10);
	flood.seed = strtoull(argv[3], NULL, 10);
	while (started < THREADS && pthread_create(&thread[started], NULL, run, &flood) == 0)
		started++;
	for (size_t i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	printf("%llu asked, %llu locked, %llu unanswered\n", (unsigned long long)flood.asked,
		(unsigned long long)flood.locked, (unsigned long long)flood.unanswered);
	return started == 0 || flood.unanswered > 0 ? 1 : 0;
}
