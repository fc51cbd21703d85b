/* SPDX-License-Identifier: BSD-3-Clause */
#include "exempt.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD       "# smsotp exempt:"
#define REASON     "# smsotp reason:"
#define KEY_HEAD   "SHA256:"
#define KEY_LENGTH 43 /* of SHA-256 in base64 without its padding */
#define USER_MAX   32
#define SMALL      "abcdefghijklmnopqrstuvwxyz"
#define LARGE      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS     "0123456789"

static bool is_made_of(const char *text, const char *bytes, size_t longest)
{
	size_t length = strlen(text);

	return length > 0 && length <= longest && strspn(text, bytes) == length;
}

const char *exempt_user_fault(const char *user)
{
	bool right = is_made_of(user, SMALL LARGE DIGITS "_.-", USER_MAX) &&
		     strchr(DIGITS "-.", user[0]) == NULL;

	return right ? NULL : "the user is one login name, of letters, digits, _ . and -";
}

const char *exempt_key_fault(const char *key)
{
	bool right = strncmp(key, KEY_HEAD, sizeof(KEY_HEAD) - 1) == 0 &&
		     strlen(key) == sizeof(KEY_HEAD) - 1 + KEY_LENGTH &&
		     is_made_of(key + sizeof(KEY_HEAD) - 1, SMALL LARGE DIGITS "+/", KEY_LENGTH);

	return right ? NULL
		     : "--key is a fingerprint as ssh-keygen -l prints it, SHA256: and 43 bytes";
}

/* Whether the bits behind the first `length` are all 0: sshd takes no other network. */
static bool is_network(const uint8_t *address, unsigned int bits, unsigned int length)
{
	for (unsigned int i = length; i < bits; i++) {
		if ((address[i / 8] & (0x80 >> i % 8)) != 0)
			return false;
	}
	return true;
}

static bool net_is_right(const char *net)
{
	uint8_t address[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN + 4];

	if (!is_made_of(net, "abcdefABCDEF" DIGITS ".:/", sizeof(copy) - 1))
		return false;
	snprintf(copy, sizeof(copy), "%s", net);
	char *length = strchr(copy, '/');
	if (length != NULL)
		*length++ = '\0';
	bool four = strchr(copy, ':') == NULL;
	unsigned int bits = four ? 32 : 128;
	if (inet_pton(four ? AF_INET : AF_INET6, copy, address) != 1)
		return false;
	if (length == NULL)
		return true;
	if (!is_made_of(length, DIGITS, 3))
		return false;
	unsigned long wanted = strtoul(length, NULL, 10);
	return wanted > 0 && wanted <= bits && is_network(address, bits, (unsigned int)wanted);
}

const char *exempt_net_fault(const char *net)
{
	return net_is_right(net)
		       ? NULL
		       : "--from is one address or network, as 192.0.2.7 or 192.0.2.0/24, "
			 "whose host bits are 0, and not all of them";
}

const char *exempt_owner_fault(const char *owner)
{
	bool right = is_made_of(owner, SMALL LARGE DIGITS "@._+-", EXEMPT_TEXT - 1);

	return right ? NULL : "--owner is one word of letters, digits, @ . _ + and -";
}

const char *exempt_reason_fault(const char *reason)
{
	size_t length = strlen(reason);
	bool right = length > 0 && length < EXEMPT_TEXT && reason[strspn(reason, " ")] != '\0';

	for (size_t i = 0; i < length; i++)
		right = right && reason[i] >= 0x20 && reason[i] < 0x7f;
	return right ? NULL : "--reason is one line of ASCII, at most 120 bytes";
}

bool exempt_day_end(const char *day, time_t *ret_end)
{
	struct tm date = {.tm_hour = 23, .tm_min = 59, .tm_sec = 59, .tm_isdst = -1};
	const char *form = "dddd-dd-dd";
	char again[EXEMPT_DAY + 1];

	if (strlen(day) != EXEMPT_DAY - 1)
		return false;
	for (size_t i = 0; i < EXEMPT_DAY - 1; i++) {
		bool digit = day[i] >= '0' && day[i] <= '9';
		if (form[i] == 'd' ? !digit : day[i] != form[i])
			return false;
	}
	date.tm_year = atoi(day) - 1900;
	date.tm_mon = atoi(day + 5) - 1;
	date.tm_mday = atoi(day + 8);
	time_t end = mktime(&date);
	/* mktime(3) makes the 3rd of March of the 31st of February. */
	if (end == -1 || strftime(again, sizeof(again), "%Y-%m-%d", &date) == 0 ||
		strcmp(again, day) != 0)
		return false;
	*ret_end = end;
	return true;
}

const char *exempt_until_fault(const char *until, time_t now)
{
	time_t end = 0;

	if (!exempt_day_end(until, &end))
		return "--until is a day, as 2027-01-31";
	return end < now ? "--until is a day that has passed" : NULL;
}

/* Copies the word behind `name` in `line`, of `length` bytes. */
static void take(const char *line, size_t length, const char *name, char *ret, size_t size)
{
	size_t bytes = strlen(name);

	for (const char *at = line; at + bytes <= line + length; at++) {
		if (strncmp(at, name, bytes) != 0 || (at != line && at[-1] != ' '))
			continue;
		size_t word = strcspn(at + bytes, " \t\n");
		/* A day with a byte too many is no day. */
		if (word < size)
			snprintf(ret, size, "%.*s", (int)word, at + bytes);
		return;
	}
}

bool exempt_read(const char *comment, struct exempt *ret_exempt)
{
	struct exempt found = {.until = ""};
	time_t end = 0;

	for (const char *line = comment; *line != '\0'; line += strspn(line, "\n")) {
		size_t length = strcspn(line, "\n");
		if (strncmp(line, HEAD, sizeof(HEAD) - 1) == 0) {
			take(line, length, "until=", found.until, sizeof(found.until));
			take(line, length, "owner=", found.owner, sizeof(found.owner));
		}
		if (strncmp(line, REASON, sizeof(REASON) - 1) == 0) {
			const char *words = line + sizeof(REASON) - 1;
			words += strspn(words, " ");
			snprintf(found.reason, sizeof(found.reason), "%.*s",
				(int)(line + length - words), words);
		}
		line += length;
	}
	*ret_exempt = found;
	return found.owner[0] != '\0' && exempt_day_end(found.until, &end);
}
