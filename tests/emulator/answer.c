/* SPDX-License-Identifier: BSD-3-Clause */
#include "answer.h"

#include <stdlib.h>
#include <string.h>

#include "wait.h"

#define OVERSIZED_BLANKS (1024 * 1024)
#define ELSEWHERE        "/BulkSms/Elsewhere"

/* An answer on its way: bytes that are handed out as the fault says. */
struct trickle {
	char *bytes;
	size_t size;
	const struct fault_kind *kind;
	long milliseconds;
	struct channel channel;
};

static void free_trickle(void *context)
{
	struct trickle *trickle = context;

	free(trickle->bytes);
	free(trickle);
}

static ssize_t read_trickle(void *context, uint64_t position, char *buffer, size_t room)
{
	const struct trickle *trickle = context;
	size_t end = trickle->size;

	if (trickle->kind->travel == TRAVEL_HALF)
		end /= 2;
	if (position >= end)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (trickle->kind->travel == TRAVEL_DRIP) {
		if (!wait_for(
			    trickle->channel.stop, trickle->channel.socket, trickle->milliseconds))
			return MHD_CONTENT_READER_END_WITH_ERROR;
		room = 1;
	}
	if (room > end - position)
		room = end - position;
	memcpy(buffer, trickle->bytes + position, room);
	return (ssize_t)room;
}

/* Takes `bytes`. */
static struct MHD_Response *trickle_response(
	const struct channel *channel, const struct fault *fault, char *bytes, size_t size)
{
	struct trickle *trickle = calloc(1, sizeof(*trickle));

	if (trickle == NULL) {
		free(bytes);
		return NULL;
	}
	trickle->bytes = bytes;
	trickle->size = size;
	trickle->kind = fault->kind;
	trickle->milliseconds = fault->number;
	trickle->channel = *channel;
	return MHD_create_response_from_callback(size, 4096, read_trickle, trickle, free_trickle);
}

/* Puts `count` times `byte` before the second half of *bytes. */
static bool insert_bytes(char **bytes, size_t *size, char byte, size_t count)
{
	char *longer = realloc(*bytes, *size + count);
	size_t half = *size / 2;

	if (longer == NULL)
		return false;
	memmove(longer + half + count, longer + half, *size - half);
	memset(longer + half, byte, count);
	*bytes = longer;
	*size += count;
	return true;
}

static bool spoil_bytes(enum spoil spoil, char **bytes, size_t *size)
{
	switch (spoil) {
	case SPOIL_NOTHING:
		break;
	case SPOIL_CUT:
		*size /= 2;
		break;
	case SPOIL_NUL:
		return insert_bytes(bytes, size, '\0', 1);
	case SPOIL_LONG:
		return insert_bytes(bytes, size, ' ', OVERSIZED_BLANKS);
	}
	return true;
}

static unsigned int status_of(const struct fault *fault)
{
	if (fault->kind->status != 0)
		return fault->kind->status;
	return fault->number >= 400 && fault->kind->body != NULL ? (unsigned int)fault->number
								 : 200;
}

/* Takes the response. */
static enum MHD_Result queue_response(const struct channel *channel, struct MHD_Response *response,
	unsigned int status, const char *type)
{
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	enum MHD_Result queued = MHD_queue_response(channel->connection, status, response);
	MHD_destroy_response(response);
	return queued;
}

enum MHD_Result answer_send(const struct channel *channel, const struct fault *fault, char *reply)
{
	const struct fault_kind *kind = fault->kind;
	char *bytes = reply;
	struct MHD_Response *response;

	if (kind->body != NULL) {
		free(reply);
		bytes = strdup(kind->body);
	}
	size_t size = bytes == NULL ? 0 : strlen(bytes);
	bool dumb = kind->travel == TRAVEL_NEVER || kind->travel == TRAVEL_CLOSED;

	if (kind->travel == TRAVEL_NEVER)
		wait_for(channel->stop, channel->socket, WAIT_FOREVER);
	if (kind->travel == TRAVEL_LATE)
		dumb = !wait_for(channel->stop, channel->socket, fault->number);
	if (dumb || bytes == NULL || !spoil_bytes(kind->spoil, &bytes, &size)) {
		free(bytes);
		return MHD_NO;
	}
	if (kind->travel == TRAVEL_HALF || kind->travel == TRAVEL_DRIP)
		response = trickle_response(channel, fault, bytes, size);
	else
		response = MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
	if (response != NULL && kind->status == 302)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION,
			*fault->argument != '\0' ? fault->argument : ELSEWHERE);
	return queue_response(
		channel, response, status_of(fault), kind->type == NULL ? "text/xml" : kind->type);
}

enum MHD_Result answer_status(
	const struct channel *channel, unsigned int status, const char *sentence)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		strlen(sentence), (void *)(uintptr_t)sentence, MHD_RESPMEM_MUST_COPY);

	return queue_response(channel, response, status, "text/plain");
}
