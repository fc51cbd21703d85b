/* SPDX-License-Identifier: BSD-3-Clause */
#include "journal.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PREFIX "SMSOTP_"

/* The variable is inherited; only device and inode tell that standard error is still the one. */
static bool is_stream(const char *stream)
{
	unsigned long long device, inode;
	struct stat status;

	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && device == status.st_dev &&
	       inode == status.st_ino;
}

int journal_open(void)
{
	if (!is_stream(getenv("JOURNAL_STREAM")))
		return -1;
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* A line, or nothing where it has no room: the journal takes no half a field. */
static void add(char *entry, size_t *length, const char *name, const char *value)
{
	size_t room = JOURNAL_ENTRY_SIZE - *length;

	if (strchr(value, '\n') != NULL)
		return;
	int wanted = snprintf(entry + *length, room, "%s=%s\n", name, value);
	if (wanted > 0 && (size_t)wanted < room)
		*length += (size_t)wanted;
}

static void name_of(const char *field, char *ret, size_t size)
{
	int at = snprintf(ret, size, PREFIX "%s", field);

	for (int i = 0; i < at && i < (int)size - 1; i++)
		ret[i] = (char)toupper((unsigned char)ret[i]);
}

static void add_field(char *entry, size_t *length, const char *field, const json_t *value)
{
	char name[65]; /* the journal takes no longer one */
	char number[32];

	name_of(field, name, sizeof(name));
	if (json_is_string(value)) {
		add(entry, length, name, json_string_value(value));
	} else if (json_is_boolean(value)) {
		add(entry, length, name, json_is_true(value) ? "yes" : "no");
	} else {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		add(entry, length, name, number);
	}
}

size_t journal_entry(int priority, const char *message, const char *event, json_t *fields,
	char ret[static JOURNAL_ENTRY_SIZE])
{
	size_t length = 0;
	char number[16];
	const char *name;
	json_t *value;

	snprintf(number, sizeof(number), "%d", priority);
	add(ret, &length, "MESSAGE", message);
	add(ret, &length, "PRIORITY", number);
	add(ret, &length, "SYSLOG_IDENTIFIER", "smsotpd");
	add(ret, &length, PREFIX "EVENT", event);
	json_object_foreach(fields, name, value) add_field(ret, &length, name, value);
	return length;
}

enum result journal_send(int journal, const char *entry, size_t length)
{
	const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET};

	if (sendto(journal, entry, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		    (const struct sockaddr *)&address, sizeof(address)) >= 0)
		return RESULT_OK;
	if (errno == EAGAIN || errno == ENOBUFS || errno == EINTR)
		return RESULT_FULL;
	return RESULT_UNREACHABLE;
}
