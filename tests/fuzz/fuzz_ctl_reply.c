/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What smsotpctl hears on ctl.sock, frame by frame, and shows: progress and a reply of any bytes,
 * in the words of each of its verbs.
 *
 * - What is taken is an object, and every verb's words for it end; no descriptor stays open.
 * - A progress line fits where it is written.
 */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl_wire.h"
#include "smsotpctl/doctor.h"
#include "smsotpctl/output.h"
#include "smsotpctl/progress.h"
#include "smsotpctl/prometheus.h"
#include "smsotpctl/tool.h"

static void told(void *context, size_t done, unsigned int permille)
{
	char line[PROGRESS_LINE];

	progress_line(done, permille, *(int64_t *)context, line);
	must(strlen(line) < PROGRESS_LINE);
}

/* One frame of the input, with the rest of it as its file where the first byte says so. */
static void frame_send(int socket, struct input *input)
{
	char bytes[64];
	bool file = take_u8(input) % 2 != 0;
	size_t size = take_part(input, bytes, 32);

	if (!file) {
		if (size > 0)
			must(send(socket, bytes, size, MSG_NOSIGNAL) == (ssize_t)size);
		return;
	}
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	must(fd >= 0 && write(fd, input->at, input->left) == (ssize_t)input->left);
	must(lseek(fd, 0, SEEK_SET) == 0);
	must(ctl_pass_reply(socket, fd) == RESULT_OK);
	close(fd);
	input->left = 0;
}

/* Nothing that would drive root's terminal. */
static bool plain(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];
		if ((first < 0x20 && first != '\n') || first == 0x7f ||
			(first == 0xc2 && second >= 0x80 && second < 0xa0))
			return false;
	}
	return true;
}

static void show(json_t *reply)
{
	struct doctor doctor = {.findings = findings_new(), .services = json_object()};
	const struct tool tool = {.operand = "operand"};
	FILE *terminal[] = {stdout, stderr};
	char *text = NULL;
	size_t size = 0;

	must(doctor.findings != NULL && config_defaults(&doctor.config) == RESULT_OK);
	stdout = open_memstream(&text, &size);
	must(stdout != NULL);
	stderr = stdout;
	must(output_plain(reply));
	for (size_t i = 0; i < tool_verbs_count; i++) {
		const struct tool_verb *verb = &tool_verbs[i];
		if (verb->show != NULL)
			verb->show(reply);
		if (verb->judge != NULL)
			(void)verb->judge(reply);
		if (verb->faults != NULL)
			verb->faults(&tool, reply);
	}
	prometheus_write(reply, stdout);
	daemon_judge(&doctor, reply);
	findings_print(doctor.findings);
	fclose(stdout);
	stdout = terminal[0];
	stderr = terminal[1];
	must(plain(text));
	free(text);
	findings_free(&doctor.findings);
	config_free(&doctor.config);
	json_decref(doctor.services);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int before = descriptors_open(), ends[2];
	struct input input = {bytes, size};
	int64_t milliseconds = (int64_t)take_u32(&input);
	json_t *reply = NULL;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	for (int i = 0; i < 8 && input.left > 0; i++)
		frame_send(ends[1], &input);
	close(ends[1]);
	if (ctl_receive_reply(ends[0], told, &milliseconds, &reply) == RESULT_OK) {
		must(json_is_object(reply));
		show(reply);
		json_decref(reply);
	}
	close(ends[0]);
	must(descriptors_open() == before);
	return 0;
}
