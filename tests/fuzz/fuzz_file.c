/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Small files that the daemons read at their start: the host's key, the gateway's password, the
 * boot id. The first byte chooses which; the rest is the file.
 *
 * - A key is taken only where the file begins as one, of this machine, and another's is made anew
 *   for it; else a sentence says what to do.
 * - A password is the file's first line, within its length and without control bytes.
 * - A boot id is 32 hexadecimal digits.
 */
#include "place.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "smsotp-send/password.h"
#include "smsotpd/clock.h"
#include "smsotpd/key.h"

#define KEY_FILE_SIZE (13 + 2 * KEY_SIZE)

static void file_write(const uint8_t *bytes, size_t size)
{
	int fd = open(place_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	close(fd);
}

static void try_key(const uint8_t *bytes, size_t size)
{
	static const uint8_t boot[16] = {1};
	enum key_origin origin = KEY_READ;
	struct error error = {""};
	struct keys keys;

	file_write(bytes, size);
	if (key_load(place_path, false, boot, &keys, &origin, &error) != RESULT_OK) {
		must(error.text[0] != '\0');
		return;
	}
	must(size >= KEY_FILE_SIZE && memcmp(bytes, "smsotp-key 1\n", 13) == 0);
	must(origin == KEY_READ || origin == KEY_MOVED);
	/* What was made for this machine now is read as that. */
	if (origin == KEY_MOVED) {
		must(key_load(place_path, true, boot, &keys, &origin, &error) == RESULT_OK);
		must(origin == KEY_MADE);
	}
	must(key_load(place_path, false, boot, &keys, &origin, &error) == RESULT_OK);
	must(origin == KEY_READ);
	keys_wipe(&keys);
}

static void try_password(const uint8_t *bytes, size_t size)
{
	struct password password = {"before"};
	struct error error = {""};

	file_write(bytes, size);
	if (password_read(place_path, geteuid(), &password, &error) != RESULT_OK) {
		must(error.text[0] != '\0' && strcmp(password.text, "before") == 0);
		return;
	}
	size_t length = strlen(password.text);
	must(length >= 1 && length <= PASSWORD_MAX && length <= size);
	must(memcmp(password.text, bytes, length) == 0);
	must(length == size || bytes[length] == '\n' || bytes[length] == '\r');
	for (size_t i = 0; i < length; i++)
		must(!iscntrl((unsigned char)password.text[i]));
}

static void try_boot(const uint8_t *bytes, size_t size)
{
	char *text = text_of(bytes, size);
	uint8_t boot[BOOT_ID_SIZE];
	size_t digits = 0;

	if (clock_boot_parse(text, boot) == RESULT_OK) {
		for (const char *at = text; *at != '\0'; at++)
			digits += isxdigit((unsigned char)*at) ? 1 : 0;
		must(digits == 2 * BOOT_ID_SIZE);
	}
	free(text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	place_make("file");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static void (*const tries[])(const uint8_t *, size_t) = {try_key, try_password, try_boot};

	if (size > 0)
		tries[bytes[0] % 3](bytes + 1, size - 1);
	return 0;
}
