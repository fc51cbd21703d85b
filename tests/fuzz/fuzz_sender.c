/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * smsotpd's end of send.sock against a smsotp-send made of the input: texts that wait, leave, are
 * taken back, and reports of any bytes.
 *
 * - Each text is reported exactly once, a dummy only where it is taken back, and by then code and
 *   phone are gone.
 * - A text is accepted only where a whole report of its own id said so.
 * - One that was handed over is handed over again only where that was refused with FRAME_AGAIN.
 * - No dummy ever leaves, and nothing that is too old or was taken back.
 */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "smsotpd/sender.h"

#define TEXTS 32

struct fate {
	bool dummy, withdrawn;
	bool out;      /* smsotp-send has it, and has not sent it back */
	bool accepted; /* said a report */
	int64_t dead;
	int reports;
};

static struct {
	struct input input;
	struct sender *sender;
	int listener, epoll;
	struct fate fate[TEXTS];
	size_t texts;
	int held[TEXTS]; /* connections that were not answered, -1 for none */
	int64_t now;
} play;

static struct sockaddr_un address = {.sun_family = AF_UNIX};

static bool hook_leaves(void *context, const struct parcel *parcel)
{
	struct fate *fate = &play.fate[parcel->text.id[0]];

	(void)context;
	fate->withdrawn = take_u8(&play.input) % 4 == 3;
	return !fate->withdrawn;
}

static void hook_reported(void *context, const struct parcel *parcel, const struct report *report)
{
	static const struct text nothing;
	struct fate *fate = &play.fate[report->id[0]];

	(void)context;
	must(memcmp(&parcel->text, &nothing, sizeof(nothing)) == 0);
	must(++fate->reports == 1);
	must(!fate->dummy || fate->withdrawn);
	must(report->outcome < OUTCOME_COUNT);
	must((report->outcome == OUTCOME_WITHDRAWN) == fate->withdrawn);
	must(report->outcome != OUTCOME_ACCEPTED || fate->accepted);
	fate->out = false;
}

static void put(void)
{
	struct parcel parcel = {.user = "demo"};
	struct fate *fate = &play.fate[play.texts];

	if (play.texts == TEXTS)
		return;
	strcpy(parcel.text.phone.e164, "+919999900001");
	strcpy(parcel.text.code.digits, "123456");
	memset(parcel.text.id, (int)play.texts, WIRE_ID_SIZE);
	parcel.dummy = take_u8(&play.input) % 4 == 0;
	int64_t due = play.now + take_u8(&play.input) * 10;
	*fate = (struct fate){.dummy = parcel.dummy, .dead = due + take_u8(&play.input) * 100};
	play.held[play.texts++] = -1;
	must(sender_put(play.sender, &parcel, due, fate->dead) == RESULT_OK);
}

/* A report of the right text, or of another, with fields of the input. */
static size_t report_make(size_t place, uint8_t *frame, size_t size)
{
	struct report report = {.outcome = take_u8(&play.input) % OUTCOME_COUNT};
	uint8_t shift = take_u8(&play.input);

	memset(report.id, (int)(place + (shift > 200 ? 1 : 0)), WIRE_ID_SIZE);
	take_text(&play.input, report.detail, sizeof(report.detail));
	size_t length = report_encode(&report, frame, size);
	play.fate[place].accepted = shift <= 200 && report.outcome == OUTCOME_ACCEPTED;
	if (shift % 8 == 7) {
		frame[take_u8(&play.input) % length] ^= 1;
		play.fate[place].accepted = report.outcome == OUTCOME_ACCEPTED ||
					    shift <= 200; /* one bit may make it so */
	}
	return length;
}

/* smsotp-send says something to a text that it has. */
static void answer(size_t place)
{
	uint8_t frame[2 * TEXT_FRAME_SIZE] = {0};
	uint8_t how = take_u8(&play.input) % 4;
	size_t size = 0;

	if (place >= play.texts || play.held[place] < 0)
		return;
	if (how == 0)
		size = report_make(place, frame, sizeof(frame));
	else if (how == 1)
		size = take_part(&play.input, frame, 255);
	else if (how == 2)
		wire_put_again(frame, take_u8(&play.input) % 3);
	size = how == 2 ? WIRE_AGAIN_SIZE : size;
	uint8_t version;
	if (how == 2 && wire_get_again(frame, size, &version))
		play.fate[place].out = false;
	/* Who comes too late finds nobody. */
	if (size > 0 && send(play.held[place], frame, size, MSG_NOSIGNAL) != (ssize_t)size)
		must(play.fate[place].reports == 1);
	close(play.held[place]);
	play.held[place] = -1;
}

/* What was handed over. */
static void take_texts(void)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct text text;
	int fd;

	while ((fd = accept4(play.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		ssize_t size = recv(fd, frame, sizeof(frame), 0);
		must(size > 0 && text_decode(frame, (size_t)size, &text) == RESULT_OK);
		struct fate *fate = &play.fate[text.id[0]];
		must(!fate->dummy && !fate->withdrawn && !fate->out && fate->reports == 0);
		must(play.now < fate->dead);
		must(text.end <= text_now() + (uint64_t)(fate->dead - play.now));
		must(strcmp(text.code.digits, "123456") == 0);
		fate->out = true;
		if (play.held[text.id[0]] >= 0)
			close(play.held[text.id[0]]);
		play.held[text.id[0]] = fd;
	}
}

static void turn(void)
{
	struct epoll_event events[8];
	int count = epoll_wait(play.epoll, events, 8, 0);

	for (int i = 0; i < count; i++)
		sender_ready(play.sender, (uint32_t)events[i].data.u64);
	must(sender_turn(play.sender, play.now) >= -1);
	if (play.listener >= 0)
		take_texts();
}

static void arrive(void)
{
	play.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	must(bind(play.listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	must(listen(play.listener, TEXTS) == 0);
}

static void depart(void)
{
	if (play.listener < 0)
		return;
	close(play.listener);
	unlink(address.sun_path);
	play.listener = -1;
}

static void step(void)
{
	uint8_t what = take_u8(&play.input);

	if (what < 80)
		put();
	else if (what < 160)
		answer(take_u8(&play.input) % TEXTS);
	else if (what < 170)
		sender_ready(play.sender, take_u32(&play.input));
	else if (what < 180 && play.listener >= 0)
		depart();
	else if (what < 190 && play.listener < 0)
		arrive();
	else
		play.now += INT64_C(1) << (what % 16);
	turn();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	place_make("send.sock");
	strcpy(address.sun_path, place_path);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct sender_hooks hooks = {NULL, hook_leaves, hook_reported};

	int before = descriptors_open();
	memset(&play, 0, sizeof(play));
	play.input = (struct input){bytes, size};
	play.now = 1000;
	play.epoll = epoll_create1(EPOLL_CLOEXEC);
	arrive();
	must(sender_new(address.sun_path, play.epoll, 7, &hooks, &play.sender) == RESULT_OK);
	for (int i = 0; i < 200 && play.input.left > 0; i++)
		step();
	for (size_t i = 0; i < play.texts; i++)
		answer(i);
	depart();
	play.now += 1000000;
	turn();
	turn();
	must(sender_count(play.sender) == 0);
	for (size_t i = 0; i < play.texts; i++)
		must(play.fate[i].reports ==
			(play.fate[i].dummy && !play.fate[i].withdrawn ? 0 : 1));
	sender_free(&play.sender);
	close(play.epoll);
	must(descriptors_open() == before);
	return 0;
}
