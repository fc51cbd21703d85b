/* SPDX-License-Identifier: BSD-3-Clause */
#include "transfer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "option.h"
#include "reply.h"

#define HEADERS_SIZE_MAX 16384
#define FDS_MAX          4

struct transfers {
	CURLM *multi;
};

struct transfer {
	CURLM *multi; /* NULL once it has finished */
	CURL *easy;
	struct curl_slist *headers;
	void *owner;
	struct form form;
	size_t form_at;
	bool begun;     /* connection, tunnel and TLS stand: from here on the request leaves */
	bool form_read; /* libcurl has asked for the body: it may have left */
	bool oversized;
	bool headers_end; /* the empty line behind them has come */
	size_t headers_size;
	size_t body_size;
	struct exchange exchange;
	char reason[CURL_ERROR_SIZE];
	char body[REPLY_SIZE_MAX];
};

static int request_begin(void *data, char *to, char *from, int to_port, int from_port)
{
	struct transfer *transfer = data;

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	transfer->begun = true;
	return CURL_PREREQFUNC_OK;
}

static size_t body_read(char *buffer, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	size_t more = transfer->form.length - transfer->form_at;

	transfer->form_read = true;
	if (more > size * count)
		more = size * count;
	memcpy(buffer, transfer->form.bytes + transfer->form_at, more);
	transfer->form_at += more;
	return more;
}

/*
 * libcurl sends a request again by itself where a kept connection closes without an answer, and the
 * person gets two texts. What cannot be rewound it gives up instead (CURLE_SEND_FAIL_REWIND).
 */
static int body_rewind(void *data, curl_off_t offset, int origin)
{
	(void)data;
	(void)offset;
	(void)origin;
	return CURL_SEEKFUNC_FAIL;
}

static size_t answer_write(char *bytes, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;

	size *= count;
	if (size > sizeof(transfer->body) - transfer->body_size) {
		transfer->oversized = true;
		return 0;
	}
	memcpy(transfer->body + transfer->body_size, bytes, size);
	transfer->body_size += size;
	return size;
}

static size_t header_count(char *bytes, size_t size, size_t count, void *data)
{
	static const char status[] = {'H', 'T', 'T', 'P', '/'};
	struct transfer *transfer = data;

	size *= count;
	if (size > HEADERS_SIZE_MAX - transfer->headers_size) {
		transfer->oversized = true;
		return 0;
	}
	transfer->headers_size += size;
	/* Behind a 1xx others begin; trailers, which come behind the body, have no empty line. */
	if (size <= strlen("\r\n"))
		transfer->headers_end = true;
	else if (size >= sizeof(status) && memcmp(bytes, status, sizeof(status)) == 0)
		transfer->headers_end = false;
	return size;
}

static bool easy_prepare(struct transfer *transfer, const struct config_gateway *gateway)
{
	CURL *easy = transfer->easy;

	/* No "Expect: 100-continue": a gateway that ignores it costs a second. */
	transfer->headers = curl_slist_append(NULL, "Expect:");
	return transfer->headers != NULL && option_apply(easy, gateway) &&
	       curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)transfer->form.length) ==
		       CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, request_begin) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_READFUNCTION, body_read) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, body_rewind) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, answer_write) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header_count) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason) == CURLE_OK &&
	       curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
}

enum result transfer_start(struct transfers *transfers, const struct config_gateway *gateway,
	const struct form *form, void *owner, struct transfer **ret_transfer)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));

	if (transfer == NULL)
		return RESULT_MEMORY;
	transfer->owner = owner;
	transfer->form = *form;
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL || !easy_prepare(transfer, gateway) ||
		curl_multi_add_handle(transfers->multi, transfer->easy) != CURLM_OK) {
		transfer_free(&transfer);
		return RESULT_FAILED;
	}
	transfer->multi = transfers->multi;
	*ret_transfer = transfer;
	return RESULT_OK;
}

static void transfer_finish(struct transfer *transfer, CURLcode curl)
{
	long http = 0;
	/* Where libcurl cannot tell, bytes have left. */
	long request_size = 1;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &http);
	curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &request_size);
	transfer->exchange = (struct exchange){
		.curl = (int)curl,
		/* libcurl takes headers that break off for whole ones. */
		.http = transfer->headers_end ? http : 0,
		/* A proxy's CONNECT is counted too, and it is none of the request. */
		.left = transfer->form_read || (transfer->begun && request_size != 0),
		.oversized = transfer->oversized,
		.reason = transfer->reason,
		.body = transfer->body,
		.body_size = transfer->body_size,
	};
	curl_multi_remove_handle(transfer->multi, transfer->easy);
	transfer->multi = NULL;
}

struct transfer *transfers_take(struct transfers *transfers)
{
	int more = 0;

	for (;;) {
		const CURLMsg *message = curl_multi_info_read(transfers->multi, &more);
		struct transfer *transfer = NULL;
		if (message == NULL)
			return NULL;
		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
		transfer_finish(transfer, message->data.result);
		return transfer;
	}
}

void *transfer_owner(const struct transfer *transfer)
{
	return transfer->owner;
}

const struct exchange *transfer_exchange(const struct transfer *transfer)
{
	return &transfer->exchange;
}

void transfer_free(struct transfer **transfer)
{
	struct transfer *gone = *transfer;

	if (gone == NULL)
		return;
	if (gone->multi != NULL)
		curl_multi_remove_handle(gone->multi, gone->easy);
	curl_easy_cleanup(gone->easy);
	curl_slist_free_all(gone->headers);
	explicit_bzero(gone, sizeof(*gone));
	free(gone);
	*transfer = NULL;
}

static CURLM *multi_new(void)
{
	CURLM *multi = curl_multi_init();

	if (multi != NULL)
		(void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)CONFIG_PARALLEL);
	return multi;
}

enum result transfers_open(struct transfers **ret_transfers)
{
	if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK)
		return RESULT_FAILED;
	struct transfers *transfers = calloc(1, sizeof(*transfers));
	if (transfers == NULL)
		return RESULT_MEMORY;
	transfers->multi = multi_new();
	if (transfers->multi == NULL) {
		transfers_free(&transfers);
		return RESULT_FAILED;
	}
	*ret_transfers = transfers;
	return RESULT_OK;
}

enum result transfers_renew(struct transfers *transfers)
{
	CURLM *multi = multi_new();

	if (multi == NULL)
		return RESULT_FAILED;
	curl_multi_cleanup(transfers->multi);
	transfers->multi = multi;
	return RESULT_OK;
}

void transfers_free(struct transfers **transfers)
{
	if (*transfers == NULL)
		return;
	curl_multi_cleanup((*transfers)->multi);
	free(*transfers);
	*transfers = NULL;
	curl_global_cleanup();
}

void transfers_wait(struct transfers *transfers, const int *fds, size_t count, int milliseconds)
{
	struct curl_waitfd extra[FDS_MAX] = {0};
	int running = 0;

	for (size_t i = 0; i < count && i < FDS_MAX; i++)
		extra[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
	curl_multi_poll(transfers->multi, extra, (unsigned)count, milliseconds, NULL);
	curl_multi_perform(transfers->multi, &running);
}
