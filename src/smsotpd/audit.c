/* SPDX-License-Identifier: BSD-3-Clause */
#include "audit.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "journal.h"
#include "json_whole.h"
#include "log.h"

#define QUEUE_SIZE 1024
#define TEXT_SIZE  2048
#define RETRY_MS   1000 /* until a file that does not open is tried again */

struct entry {
	int64_t at; /* boottime, ms */
	int priority;
	char *json;  /* one line with its newline */
	char *text;  /* NULL where the journal is not wanted */
	char *entry; /* the same with its fields, in the journal's own form */
	size_t entry_length;
};

/* The file and the journal, the thread's own. */
struct out {
	int fd;        /* -1: none */
	int64_t again; /* when one that did not open is tried again */
	bool torn;     /* its last line is not whole */
	bool failing;  /* and somebody was told */
	uint64_t lack; /* the lines that are not in it */
	int journal;   /* -1: what goes there goes to standard error */
	uint64_t lost; /* that found no room there */
};

struct audit {
	char path[PATH_MAX];
	bool journal; /* of the thread that writes events */
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct entry queue[QUEUE_SIZE]; /* the rest under mutex */
	size_t first;
	size_t count;
	uint64_t dropped;
	bool reopen;
	bool stopping;
};

/* A regular file or nothing, so that no reader of a pipe can hold us up. */
static int file_open(const char *path)
{
	struct stat status;
	int fd =
		open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0640);

	if (fd < 0)
		return -1;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
		return fd;
	close(fd);
	return -1;
}

/* Whoever wrote it before may have been killed in the middle of a line. */
static bool file_torn(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END);
	char last = '\n';

	return end > 0 && pread(fd, &last, 1, end - 1) == 1 && last != '\n';
}

/* Opened with the next line. */
static void out_close(struct out *out)
{
	if (out->fd >= 0)
		close(out->fd);
	out->fd = -1;
	out->again = INT64_MIN;
	out->failing = false;
}

/* What keeps it shut may go by itself, as where a disk was mounted late. */
static bool out_open(const struct audit *audit, struct out *out, int64_t at)
{
	if (out->fd >= 0 || at < out->again)
		return out->fd >= 0;
	out->again = at + RETRY_MS;
	out->fd = file_open(audit->path);
	out->torn = out->fd >= 0 && file_torn(out->fd);
	return out->fd >= 0;
}

static void out_account(const struct audit *audit, struct out *out)
{
	if (out->lack > 0)
		log_line(LOG_WARNING, "%s lacks %llu events: it could not be written", audit->path,
			(unsigned long long)out->lack);
	out->lack = 0;
}

/* What is written of a line when the disk is full is ended before the next: that one is whole. */
static bool out_write(struct out *out, const char *line)
{
	struct iovec parts[] = {{(char *)line, strlen(line)}, {(char *)"\n", 1}};
	size_t size = parts[0].iov_len + parts[1].iov_len;

	if (out->torn && write(out->fd, "\n", 1) != 1)
		return false;
	out->torn = false;
	ssize_t written = writev(out->fd, parts, 2);
	out->torn = written > 0 && (size_t)written < size;
	return written == (ssize_t)size;
}

/* To the journal with its fields, where standard error leads there; else the line alone. */
static void out_journal(struct out *out, const struct entry *entry)
{
	enum result result =
		out->journal < 0 ? RESULT_UNREACHABLE
				 : journal_send(out->journal, entry->entry, entry->entry_length);

	if (result == RESULT_UNREACHABLE) {
		log_line(entry->priority, "%s", entry->text);
		return;
	}
	if (result != RESULT_OK) {
		out->lost++;
		return;
	}
	if (out->lost > 0)
		log_line(LOG_WARNING,
			"the journal did not read: it lacks %llu events of " AUDIT_FILE,
			(unsigned long long)out->lost);
	out->lost = 0;
}

static void entry_free(struct entry *entry)
{
	free(entry->json);
	free(entry->text);
	free(entry->entry);
}

/* What is lost is counted, and told of as soon as it goes on. */
static void out_file(const struct audit *audit, struct out *out, const struct entry *entry)
{
	bool open = out_open(audit, out, entry->at);
	bool written = open && out_write(out, entry->json);

	if (!written && !out->failing)
		log_line(LOG_WARNING,
			open ? "cannot write %s: make room on its disk"
			     : "cannot open %s: see its directory's owner and room",
			audit->path);
	out->failing = !written;
	if (written)
		out_account(audit, out);
	else
		out->lack++;
}

static void entry_write(const struct audit *audit, struct out *out, struct entry *entry)
{
	out_file(audit, out, entry);
	if (entry->text != NULL)
		out_journal(out, entry);
	entry_free(entry);
}

/* Waits for work. False when all is written and the daemon stops. */
static bool take(struct audit *audit, struct entry *ret_entry, bool *ret_any, bool *ret_reopen)
{
	pthread_mutex_lock(&audit->mutex);
	while (audit->count == 0 && !audit->reopen && !audit->stopping)
		pthread_cond_wait(&audit->changed, &audit->mutex);
	*ret_reopen = audit->reopen;
	audit->reopen = false;
	*ret_any = audit->count > 0;
	if (*ret_any) {
		*ret_entry = audit->queue[audit->first];
		audit->first = (audit->first + 1) % QUEUE_SIZE;
		audit->count--;
	}
	bool go_on = *ret_any || *ret_reopen || !audit->stopping;
	uint64_t dropped = audit->dropped;
	audit->dropped = 0;
	pthread_mutex_unlock(&audit->mutex);
	if (dropped > 0)
		log_line(LOG_WARNING,
			"%llu events were dropped: the log is too slow, or memory is short",
			(unsigned long long)dropped);
	return go_on;
}

/* Whoever signs in comes first: a thread of this kind takes the processor from nobody who runs,
 * sched(7). Where it may not become one nothing else changes. */
static void give_way(void)
{
	const struct sched_param none = {0};

	(void)!sched_setscheduler(0, SCHED_BATCH, &none);
}

static void *run(void *argument)
{
	struct audit *audit = argument;
	struct entry entry = {0};
	bool any;
	bool reopen;
	struct out out = {.fd = -1, .again = INT64_MIN, .journal = journal_open()};

	give_way();
	while (take(audit, &entry, &any, &reopen)) {
		if (reopen)
			out_close(&out);
		if (any)
			entry_write(audit, &out, &entry);
	}
	out_close(&out);
	out_account(audit, &out);
	if (out.journal >= 0)
		close(out.journal);
	return NULL;
}

enum result audit_start(const char *directory, bool journal, struct audit **ret_audit)
{
	struct audit *audit = calloc(1, sizeof(*audit));

	if (audit == NULL)
		return RESULT_MEMORY;
	audit->journal = journal;
	snprintf(audit->path, sizeof(audit->path), "%s/%s", directory, AUDIT_FILE);
	pthread_mutex_init(&audit->mutex, NULL);
	pthread_cond_init(&audit->changed, NULL);
	if (pthread_create(&audit->thread, NULL, run, audit) != 0) {
		free(audit);
		return RESULT_FAILED;
	}
	*ret_audit = audit;
	return RESULT_OK;
}

static void signal_thread(struct audit *audit, bool *flag)
{
	pthread_mutex_lock(&audit->mutex);
	*flag = true;
	pthread_cond_signal(&audit->changed);
	pthread_mutex_unlock(&audit->mutex);
}

void audit_stop(struct audit **audit)
{
	if (*audit == NULL)
		return;
	signal_thread(*audit, &(*audit)->stopping);
	pthread_join((*audit)->thread, NULL);
	pthread_cond_destroy(&(*audit)->changed);
	pthread_mutex_destroy(&(*audit)->mutex);
	free(*audit);
	*audit = NULL;
}

void audit_reopen(struct audit *audit)
{
	signal_thread(audit, &audit->reopen);
}

void audit_journal(struct audit *audit, bool journal)
{
	audit->journal = journal;
}

static void time_write(int64_t realtime, char *ret, size_t size)
{
	time_t seconds = (time_t)(realtime / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	size_t at = strftime(ret, size, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret + at, size - at, ".%03dZ", (int)(realtime % 1000));
}

/* "login.granted user="demo" service="sshd"": the same fields for people; values are escaped. */
static char *text_of(const char *event, json_t *fields)
{
	char line[TEXT_SIZE];
	char number[32];
	const char *key;
	json_t *field;
	size_t at = (size_t)snprintf(line, sizeof(line), "%s", event);

	json_object_foreach(fields, key, field)
	{
		const char *value = json_string_value(field);
		if (value == NULL && json_is_boolean(field))
			value = json_is_true(field) ? "yes" : "no";
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(field));
		if (at < sizeof(line))
			at += (size_t)snprintf(line + at, sizeof(line) - at, " %s=\"%s\"", key,
				value == NULL ? number : value);
	}
	return strdup(line);
}

static char *json_of(const struct moment *now, const char *event, json_t *fields)
{
	char time[64];
	char *line = NULL;

	time_write(now->realtime, time, sizeof(time));
	json_t *object = json_pack("{s:s, s:s}", "time", time, "event", event);
	if (object != NULL && json_object_update(object, fields) == 0)
		line = json_write(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	return line;
}

static bool entry_make(const struct audit *audit, const struct moment *now, const char *event,
	json_t *fields, struct entry *entry)
{
	char native[JOURNAL_ENTRY_SIZE];

	entry->json = json_of(now, event, fields);
	if (!audit->journal || entry->json == NULL)
		return entry->json != NULL;
	entry->text = text_of(event, fields);
	if (entry->text == NULL)
		return false;
	entry->entry_length = journal_entry(entry->priority, entry->text, event, fields, native);
	entry->entry = malloc(entry->entry_length);
	if (entry->entry == NULL)
		return false;
	memcpy(entry->entry, native, entry->entry_length);
	return true;
}

void audit_write(struct audit *audit, const struct moment *now, int priority, const char *event,
	json_t *fields)
{
	struct entry entry = {.at = now->boottime, .priority = priority};
	bool made = entry_make(audit, now, event, fields, &entry);

	json_decref(fields);
	pthread_mutex_lock(&audit->mutex);
	bool room = made && audit->count < QUEUE_SIZE;
	if (room) {
		audit->queue[(audit->first + audit->count) % QUEUE_SIZE] = entry;
		audit->count++;
	} else {
		audit->dropped++;
	}
	pthread_mutex_unlock(&audit->mutex);
	/* Not before: the thread would wake only to wait for the mutex. */
	if (room)
		pthread_cond_signal(&audit->changed);
	else
		entry_free(&entry);
}

void audit_drop(const struct audit *audit, const struct moment *now, int priority,
	const char *event, json_t *fields)
{
	struct entry entry = {.priority = priority};

	(void)entry_make(audit, now, event, fields, &entry);
	entry_free(&entry);
	json_decref(fields);
}
