/* SPDX-License-Identifier: BSD-3-Clause */
#include "phone.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DUPLICATE_SECONDS (30 * 60) /* Netcore's help, "Duplicate Message Drop" */
#define SENT_LISTS        4096      /* a power of two: thousands of texts are looked through */

/* A text that was sent, newest first in its list. */
struct sent {
	struct sent *next;
	time_t at;
	char digits[TO_SIZE];
	char text[];
};

struct phones {
	pthread_mutex_t mutex; /* over all below */
	struct sent *sent[SENT_LISTS];
	int directory; /* -1 for none */
	bool show;
};

enum result phones_open(
	const char *directory, bool show, struct phones **ret_phones, struct error *error)
{
	int descriptor = -1;

	if (directory != NULL) {
		if (mkdir(directory, 0700) != 0 && errno != EEXIST)
			return error_set(error, RESULT_FAILED, "cannot make %s: %m", directory);
		descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (descriptor < 0)
			return error_set(error, RESULT_FAILED, "cannot open %s: %m", directory);
	}
	struct phones *phones = calloc(1, sizeof(*phones));
	if (phones == NULL) {
		close(descriptor);
		return error_set(error, RESULT_MEMORY, "out of memory");
	}
	pthread_mutex_init(&phones->mutex, NULL);
	phones->directory = descriptor;
	phones->show = show;
	*ret_phones = phones;
	return RESULT_OK;
}

static void sent_free(struct sent *sent)
{
	for (struct sent *next; sent != NULL; sent = next) {
		next = sent->next;
		free(sent);
	}
}

void phones_close(struct phones **phones)
{
	if (*phones == NULL)
		return;
	for (size_t i = 0; i < SENT_LISTS; i++)
		sent_free((*phones)->sent[i]);
	if ((*phones)->directory >= 0)
		close((*phones)->directory);
	pthread_mutex_destroy(&(*phones)->mutex);
	free(*phones);
	*phones = NULL;
}

static time_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

/* The list of a text to a number: FNV-1a of both. */
static struct sent **list_of(struct phones *phones, const char *digits, const char *text)
{
	uint32_t hash = 2166136261;

	for (; *digits != '\0'; digits++)
		hash = (hash ^ (unsigned char)*digits) * 16777619;
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619;
	return &phones->sent[hash & (SENT_LISTS - 1)];
}

/* Whether the number had this text lately; remembers it if not. */
static bool sent_lately(struct phones *phones, const char *digits, const char *text)
{
	struct sent **list = list_of(phones, digits, text);
	time_t now = seconds_now();

	for (struct sent *sent = *list; sent != NULL; sent = sent->next) {
		if (now - sent->at >= DUPLICATE_SECONDS)
			break;
		if (strcmp(sent->digits, digits) == 0 && strcmp(sent->text, text) == 0)
			return true;
	}
	struct sent *sent = calloc(1, sizeof(*sent) + strlen(text) + 1);
	if (sent == NULL)
		return false;
	sent->at = now;
	memcpy(sent->digits, digits, sizeof(sent->digits));
	memcpy(sent->text, text, strlen(text) + 1);
	sent->next = *list;
	*list = sent;
	return false;
}

/* As people write a number: "+91 99999 00001", "+1 202 555 0100", else "+" and the digits. */
static void print_number(FILE *line, const char *digits)
{
	size_t length = strlen(digits);

	if (length == 12 && strncmp(digits, "91", 2) == 0)
		fprintf(line, "+91 %.5s %s", digits + 2, digits + 7);
	else if (length == 11 && digits[0] == '1')
		fprintf(line, "+1 %.3s %.3s %s", digits + 1, digits + 4, digits + 7);
	else
		fprintf(line, "+%s", digits);
}

static void print_text(FILE *line, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\n')
			fputs("\\n", line);
		else if (c < ' ' || c == 0x7f)
			fprintf(line, "\\x%02x", c);
		else
			fputc(c, line);
	}
}

static void append(int directory, const char *name, const char *line, size_t size)
{
	int file = openat(directory, name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	if (file < 0 || write(file, line, size) != (ssize_t)size)
		fprintf(stderr, "bulkpush-emulator: cannot write the inbox %s: %m\n", name);
	if (file >= 0)
		close(file);
}

static void ring(struct phones *phones, const char *digits, const char *text)
{
	char *line = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&line, &size);

	if (stream == NULL)
		return;
	fputs("[phone ", stream);
	print_number(stream, digits);
	fputs("] ", stream);
	print_text(stream, text);
	fputc('\n', stream);
	if (fclose(stream) == 0 && phones->directory >= 0) {
		append(phones->directory, "all", line, size);
		append(phones->directory, digits, line, size);
	}
	if (phones->show && line != NULL) {
		fputs(line, stdout);
		fflush(stdout);
	}
	free(line);
}

void phones_send(struct phones *phones, const char *text, struct message *message)
{
	if (message->fate != FATE_DELIVERED)
		return;
	pthread_mutex_lock(&phones->mutex);
	if (sent_lately(phones, message->digits, text))
		message->fate = FATE_DUPLICATE;
	else
		ring(phones, message->digits, text);
	pthread_mutex_unlock(&phones->mutex);
}
