/* SPDX-License-Identifier: BSD-3-Clause */
#include "sender.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SLOTS    1024
#define RETRY_MS 250
/* After a text's end: one that left just before it takes [gateway] timeout, 60 s at most. */
#define REPORT_LATE_MS 65000

enum slot_state { SLOT_FREE = 0, SLOT_WAITING, SLOT_SENT };

struct slot {
	enum slot_state state;
	bool held; /* the hold is not over yet */
	int fd;
	int64_t due;
	int64_t dead;
	struct parcel parcel;
};

struct sender {
	struct sockaddr_un address;
	int epoll;
	uint32_t tag;
	struct sender_hooks hooks;
	uint8_t version; /* that smsotp-send speaks; 0 is our own */
	uint32_t end;    /* no slot from here on is used: a turn looks at few */
	struct slot slot[SLOTS];
};

enum result sender_new(const char *path, int epoll, uint32_t tag, const struct sender_hooks *hooks,
	struct sender **ret_sender)
{
	struct sender *sender = calloc(1, sizeof(*sender));

	if (sender == NULL)
		return RESULT_MEMORY;
	sender->address.sun_family = AF_UNIX;
	snprintf(sender->address.sun_path, sizeof(sender->address.sun_path), "%s", path);
	sender->epoll = epoll;
	sender->tag = tag;
	sender->hooks = *hooks;
	*ret_sender = sender;
	return RESULT_OK;
}

static void slot_free(struct slot *slot)
{
	if (slot->state == SLOT_SENT)
		close(slot->fd);
	explicit_bzero(slot, sizeof(*slot));
}

void sender_free(struct sender **sender)
{
	if (*sender == NULL)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		slot_free(&(*sender)->slot[i]);
	free(*sender);
	*sender = NULL;
}

/* A free slot; for a text, where there is none, that of a dummy: nobody misses it. */
static struct slot *slot_take(struct sender *sender, const struct parcel *parcel)
{
	struct slot *dummy = NULL;

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &sender->slot[i];
		if (slot->state == SLOT_FREE)
			return slot;
		if (slot->parcel.dummy)
			dummy = slot;
	}
	return parcel->dummy ? NULL : dummy;
}

enum result sender_put(
	struct sender *sender, const struct parcel *parcel, int64_t due, int64_t dead)
{
	struct slot *slot = slot_take(sender, parcel);

	if (slot == NULL)
		return RESULT_FULL;
	uint32_t number = (uint32_t)(slot - sender->slot);
	if (number >= sender->end)
		sender->end = number + 1;
	*slot = (struct slot){.state = SLOT_WAITING,
		.held = true,
		.fd = -1,
		.due = due,
		.dead = dead,
		.parcel = *parcel};
	return RESULT_OK;
}

/* The last word on a parcel. The slot is free before the hook runs, which may put another. */
static void finish(struct sender *sender, struct slot *slot, struct report *report)
{
	struct parcel parcel = slot->parcel;

	memcpy(report->id, parcel.text.id, WIRE_ID_SIZE);
	slot_free(slot);
	text_wipe(&parcel.text);
	sender->hooks.reported(sender->hooks.context, &parcel, report);
}

static void finish_with(
	struct sender *sender, struct slot *slot, enum outcome outcome, const char *detail)
{
	struct report report = {.outcome = outcome};

	snprintf(report.detail, sizeof(report.detail), "%s", detail);
	finish(sender, slot, &report);
}

static int connect_to(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return fd;
	close(fd);
	return -1;
}

bool sender_reachable(const struct sender *sender)
{
	int fd = connect_to(&sender->address);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* RESULT_UNREACHABLE: nothing has left, try again. */
static enum result hand_over(struct sender *sender, struct slot *slot, uint32_t number, int64_t now)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct epoll_event event = {
		.events = EPOLLIN, .data.u64 = (uint64_t)sender->tag << 32 | number};
	int fd = connect_to(&sender->address);

	if (fd < 0)
		return RESULT_UNREACHABLE;
	slot->parcel.text.version = sender->version;
	slot->parcel.text.end = text_now() + (uint64_t)(slot->dead - now);
	size_t size = text_encode(&slot->parcel.text, frame, sizeof(frame));
	bool sent = size > 0 && epoll_ctl(sender->epoll, EPOLL_CTL_ADD, fd, &event) == 0 &&
		    send(fd, frame, size, MSG_NOSIGNAL) == (ssize_t)size;
	explicit_bzero(frame, sizeof(frame));
	if (!sent) {
		close(fd);
		return RESULT_UNREACHABLE;
	}
	slot->fd = fd;
	slot->state = SLOT_SENT;
	return RESULT_OK;
}

/* A waiting slot whose time has come. */
static void leave(struct sender *sender, uint32_t number, int64_t now)
{
	struct slot *slot = &sender->slot[number];
	bool first = slot->held;

	slot->held = false;
	bool leaves = !first || sender->hooks.leaves(sender->hooks.context, &slot->parcel);
	if (!leaves) {
		finish_with(sender, slot, OUTCOME_WITHDRAWN,
			"withdrawn: an answer came before it left");
		return;
	}
	if (slot->parcel.dummy) {
		slot_free(slot);
		return;
	}
	if (now >= slot->dead) {
		finish_with(sender, slot, OUTCOME_UNSENT,
			"too old: smsotp-send was away; see systemctl status smsotp-send");
		return;
	}
	if (hand_over(sender, slot, number, now) != RESULT_OK)
		slot->due = now + RETRY_MS;
}

int sender_turn(struct sender *sender, int64_t now)
{
	int64_t next = INT64_MAX;

	for (uint32_t i = 0; i < sender->end; i++) {
		struct slot *slot = &sender->slot[i];
		if (slot->state == SLOT_WAITING && slot->due <= now)
			leave(sender, i, now);
		if (slot->state == SLOT_SENT && now >= slot->dead + REPORT_LATE_MS)
			finish_with(sender, slot, OUTCOME_UNKNOWN, "smsotp-send did not report");
		if (slot->state == SLOT_WAITING && slot->due < next)
			next = slot->due;
		if (slot->state == SLOT_SENT && slot->dead + REPORT_LATE_MS < next)
			next = slot->dead + REPORT_LATE_MS;
	}
	while (sender->end > 0 && sender->slot[sender->end - 1].state == SLOT_FREE)
		sender->end--;
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

void sender_end(struct sender *sender)
{
	for (uint32_t i = 0; i < sender->end; i++) {
		struct slot *slot = &sender->slot[i];
		if (slot->state == SLOT_FREE || slot->parcel.dummy)
			continue;
		if (slot->state == SLOT_SENT)
			finish_with(sender, slot, OUTCOME_UNKNOWN,
				"smsotpd ended before the report; the text may have left");
		else
			finish_with(sender, slot, OUTCOME_UNSENT,
				"smsotpd ended before the text could leave");
	}
}

uint32_t sender_count(const struct sender *sender)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < sender->end; i++)
		count += sender->slot[i].state == SLOT_FREE ? 0 : 1;
	return count;
}

/* smsotp-send, of another release or about to stop, has not begun with it. */
static void wait_again(struct slot *slot)
{
	close(slot->fd);
	slot->fd = -1;
	slot->state = SLOT_WAITING;
	slot->due += RETRY_MS;
}

void sender_ready(struct sender *sender, uint32_t number)
{
	uint8_t frame[TEXT_FRAME_SIZE];
	struct report report;

	if (number >= SLOTS || sender->slot[number].state != SLOT_SENT)
		return;
	struct slot *slot = &sender->slot[number];
	ssize_t size = recv(slot->fd, frame, sizeof(frame), MSG_DONTWAIT);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size > 0 && wire_get_again(frame, (size_t)size, &sender->version)) {
		wait_again(slot);
		return;
	}
	bool whole = size > 0 && report_decode(frame, (size_t)size, &report) == RESULT_OK;
	if (whole && memcmp(report.id, slot->parcel.text.id, WIRE_ID_SIZE) == 0)
		finish(sender, slot, &report);
	else
		finish_with(sender, slot, OUTCOME_UNKNOWN,
			"smsotp-send ended before its report; the text may have left");
}
