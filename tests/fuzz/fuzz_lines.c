/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an operator types on standard input ("trait: value" lines), and login.defs.
 *
 * - Each line comes once, in its order, key and value without blanks around them and in its bytes.
 * - What has a NUL or a line without a colon, is empty or too long, is refused.
 */
#include "fuzz.h"

#include <sys/mman.h>

#include "smsotpctl/doctor_host.h"
#include "smsotpctl/lines.h"

struct taken {
	const char *rest; /* of the input */
	size_t count;
};

static void check_word(const char *word)
{
	size_t length = strlen(word);

	must(length == 0 ||
		(strchr(" \t\r", word[0]) == NULL && strchr(" \t\r", word[length - 1]) == NULL));
	must(strchr(word, '\n') == NULL);
}

static enum tool_exit take(const char *key, const char *value, void *context)
{
	struct taken *taken = context;

	check_word(key);
	check_word(value);
	must(strchr(key, ':') == NULL);
	const char *at = strstr(taken->rest, key);
	must(at != NULL && strstr(at + strlen(key), value) != NULL);
	taken->rest = at + strlen(key);
	taken->count++;
	return TOOL_OK;
}

/* Lines that have more than blanks. */
static size_t lines_of(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
		size_t blanks = strspn(text, " \t\r");
		count += text[blanks] != '\n' && text[blanks] != '\0';
	}
	return count;
}

static void try_lines(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC), before = dup(STDIN_FILENO);
	char *text = text_of(bytes, size);
	struct taken taken = {.rest = text};

	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size && lseek(fd, 0, SEEK_SET) == 0);
	must(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	enum tool_exit code = lines_read("Type.", take, &taken);
	must(code == TOOL_OK || code == TOOL_USAGE);
	must(code != TOOL_OK || (taken.count > 0 && memchr(bytes, 0, size) == NULL));
	must(code != TOOL_OK || taken.count == lines_of(text));
	if (before >= 0)
		dup2(before, STDIN_FILENO);
	close(before);
	close(fd);
	free(text);
}

static void try_login(const uint8_t *bytes, size_t size)
{
	char *text = text_of(bytes, size);
	unsigned int line = UINT32_MAX, lines = 1;

	(void)login_timeout(text, &line);
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	must(line <= lines);
	must(line == 0 || strstr(text, "LOGIN_TIMEOUT") != NULL);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	try_lines(bytes, size);
	try_login(bytes, size);
	return 0;
}
