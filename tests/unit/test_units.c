/* SPDX-License-Identifier: BSD-3-Clause */
/* What the units ask of systemd so that whoever crashes, hangs or is starved is there again, and
 * who may connect. */
#include "test.h"

#define SIZE 8192

/* All lines of a unit, each between two newlines. */
static void unit_read(const char *name, char text[static SIZE])
{
	char path[64];

	snprintf(path, sizeof(path), "etc/systemd/%s", name);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s cannot be read: run this at the top of the tree", path);
	text[0] = '\n';
	text[1 + fread(text + 1, 1, SIZE - 2, file)] = '\0';
	fclose(file);
}

/* Each of `lines` stands there once, and nothing that begins with `never`. */
static void assert_says(const char *name, const char *const *lines, size_t count, const char *never)
{
	char text[SIZE];

	unit_read(name, text);
	for (size_t i = 0; i < count; i++) {
		char line[128];
		snprintf(line, sizeof(line), "\n%s\n", lines[i]);
		const char *found = strstr(text, line);
		if (found == NULL || strstr(found + 1, line) != NULL)
			fail_msg("%s has not one line %s", name, lines[i]);
	}
	if (strstr(text, never) != NULL)
		fail_msg("%s has%s", name, never);
}

/* RuntimeDirectory= would take the sockets away at each stop. */
static void test_daemons_come_back(void **state)
{
	static const char *const lines[] = {"Restart=always", "StartLimitIntervalSec=0",
		"WatchdogSec=30s", "OOMScoreAdjust=-900"};

	(void)state;
	assert_says("smsotpd.service", lines, COUNT(lines), "\nRuntimeDirectory");
	assert_says("smsotp-send.service", lines, COUNT(lines), "\nRuntimeDirectory");
}

static void test_sockets_outlive_them(void **state)
{
	static const struct {
		const char *name;
		const char *lines[5];
	} rows[] = {
		{"smsotpd.socket",
			{"ListenSequentialPacket=/run/smsotp/smsotpd.sock", "SocketUser=root",
				"SocketMode=0600", "RemoveOnStop=no", "TriggerLimitIntervalSec=0"}},
		{"smsotpd-ctl.socket",
			{"ListenSequentialPacket=/run/smsotp/ctl.sock", "SocketUser=root",
				"SocketMode=0600", "RemoveOnStop=no", "TriggerLimitIntervalSec=0"}},
		{"smsotp-send.socket",
			{"ListenSequentialPacket=/run/smsotp/send.sock", "SocketUser=smsotp",
				"SocketMode=0600", "RemoveOnStop=no", "TriggerLimitIntervalSec=0"}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_says(rows[i].name, rows[i].lines, COUNT(rows[i].lines), "\nAccept=yes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_daemons_come_back),
		cmocka_unit_test(test_sockets_outlive_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
