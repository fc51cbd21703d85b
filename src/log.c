/* SPDX-License-Identifier: BSD-3-Clause */
#include "log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_SIZE 2304

/*
 * One write keeps lines of two threads apart. A log that fails decides nothing, and one that nobody
 * reads is not waited for: the line is lost.
 */
static void line_write(const char *line, size_t size)
{
	struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};

	if (send(STDERR_FILENO, line, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno != ENOTSOCK)
		return;
	/* A pipe is ready where it has room for more than a line, a file always. */
	if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0 ||
		write(STDERR_FILENO, line, size) < 0)
		return;
}

void log_line(int priority, const char *format, ...)
{
	char line[LINE_SIZE];
	bool journal = getenv("JOURNAL_STREAM") != NULL;
	int at = journal ? snprintf(line, sizeof(line), "<%d>", priority) : 0;
	va_list args;

	va_start(args, format);
	int length = vsnprintf(line + at, sizeof(line) - (size_t)at - 1, format, args);
	va_end(args);
	if (length < 0)
		return;
	size_t end = (size_t)(at + length);
	if (end > sizeof(line) - 2)
		end = sizeof(line) - 2;
	line[end++] = '\n';
	line_write(line, end);
}

const char *log_escape(const char *text, char *ret, size_t size)
{
	size_t at = 0;

	for (; *text != '\0' && at + 5 <= size; text++) {
		unsigned char byte = (unsigned char)*text;
		bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
		if (plain)
			ret[at++] = (char)byte;
		else
			at += (size_t)snprintf(ret + at, 5, "\\x%02x", byte);
	}
	ret[at] = '\0';
	return ret;
}
