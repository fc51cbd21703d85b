/* SPDX-License-Identifier: BSD-3-Clause */
#include "http.h"

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "reply.h"

#define BODY_SIZE_MAX   65536
#define CONNECTIONS_MAX 256
#define FORM_TYPE       "application/x-www-form-urlencoded"

struct http {
	struct http_options options;
	struct MHD_Daemon *daemon;
	atomic_ulong connections;
	atomic_ulong requests;
};

/* One request while it comes in. */
struct request {
	char *query; /* as it came, "" for none */
	bool begun;
	size_t size;
	char body[BODY_SIZE_MAX + 1];
};

/* Called first for each request; what it returns is the request's context. */
static void *begin_request(void *context, const char *uri, struct MHD_Connection *connection)
{
	const char *mark = strchr(uri, '?');
	struct request *request = calloc(1, sizeof(*request));

	(void)context;
	(void)connection;
	if (request != NULL)
		request->query = strdup(mark == NULL ? "" : mark + 1);
	return request;
}

static void end_request(void *context, struct MHD_Connection *connection, void **ret_request,
	enum MHD_RequestTerminationCode code)
{
	struct request *request = *ret_request;

	(void)context;
	(void)connection;
	(void)code;
	if (request == NULL)
		return;
	free(request->query);
	free(request);
	*ret_request = NULL;
}

/* Numbers the connections: the number is the socket's context. */
static void note_connection(void *context, struct MHD_Connection *connection,
	void **ret_socket_context, enum MHD_ConnectionNotificationCode code)
{
	struct http *http = context;

	(void)connection;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*ret_socket_context = (void *)(uintptr_t)(++http->connections);
}

static uint64_t connection_number(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? 0 : (uint64_t)(uintptr_t)info->socket_context;
}

static int connection_socket(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info == NULL ? -1 : info->connect_fd;
}

/* What the fault makes of the judgement, and who of the rest gets the text. */
static void deliver(struct http *http, const struct form *form, const struct fault *fault,
	struct judgement *judgement)
{
	if (fault->kind->judge != NULL)
		fault->kind->judge(judgement, (int)fault->number);
	for (size_t i = 0; i < judgement->count; i++) {
		struct message *message = &judgement->message[i];

		if (!fault->kind->taken)
			message->fate = FATE_IGNORED;
		phones_send(http->options.phones, form_get(form, "Text"), message);
	}
}

static enum MHD_Result serve_form(struct http *http, const struct channel *channel,
	const struct form *form, struct entry *entry)
{
	struct judgement judgement;
	struct fault fault;
	const char *to = form_get(form, "To");

	faults_take(http->options.faults, to == NULL ? "" : to, &fault);
	judge_request(&http->options.account, form, &judgement);
	deliver(http, form, &fault, &judgement);
	entry->fault = &fault;
	entry->judgement = &judgement;
	journal_write(http->options.journal, entry);
	return answer_send(channel, &fault, reply_write(&judgement, fault.style, entry->request));
}

/* Why what came is no request to the API at all; 0 where it is one. */
static unsigned int refusal_of(const struct request *request, const struct entry *entry)
{
	if (strcmp(entry->path, API_PATH) != 0)
		return MHD_HTTP_NOT_FOUND;
	if (strcmp(entry->method, MHD_HTTP_METHOD_POST) != 0 &&
		strcmp(entry->method, MHD_HTTP_METHOD_GET) != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	return strlen(request->body) == request->size ? 0 : MHD_HTTP_BAD_REQUEST;
}

/* A whole request is here. */
static enum MHD_Result serve(struct http *http, const struct channel *channel,
	const struct request *request, struct entry *entry)
{
	struct form form = {0};
	bool post = strcmp(entry->method, MHD_HTTP_METHOD_POST) == 0;
	const char *raw = post ? request->body : request->query;
	unsigned int refusal = refusal_of(request, entry);

	if (post &&
		(entry->type == NULL || strncmp(entry->type, FORM_TYPE, strlen(FORM_TYPE)) != 0))
		raw = "";
	if (refusal == 0 && form_parse(raw, &form) != RESULT_OK)
		refusal = MHD_HTTP_BAD_REQUEST;
	entry->form = &form;
	if (refusal != 0) {
		journal_write(http->options.journal, entry);
		return answer_status(channel, refusal, "not a request to the API\n");
	}
	enum MHD_Result answered = serve_form(http, channel, &form, entry);
	form_free(&form);
	return answered;
}

static enum MHD_Result take_request(void *context, struct MHD_Connection *connection,
	const char *path, const char *method, const char *version, const char *bytes, size_t *size,
	void **ret_request)
{
	struct http *http = context;
	struct request *request = *ret_request;
	struct channel channel = {connection, connection_socket(connection), http->options.stop};

	(void)version;
	if (request == NULL || request->query == NULL || request->size + *size > BODY_SIZE_MAX)
		return MHD_NO;
	if (!request->begun) {
		request->begun = true;
		return MHD_YES;
	}
	if (*size > 0) {
		memcpy(request->body + request->size, bytes, *size);
		request->size += *size;
		*size = 0;
		return MHD_YES;
	}
	struct entry entry = {
		.connection = connection_number(connection),
		.request = ++http->requests,
		.method = method,
		.path = path,
		.type = MHD_lookup_connection_value(
			connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE),
	};
	return serve(http, &channel, request, &entry);
}

enum result http_start(
	const struct http_options *options, struct http **ret_http, struct error *error)
{
	bool tls = options->certificate != NULL;
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return error_set(error, RESULT_MEMORY, "out of memory");
	http->options = *options;
	struct MHD_OptionItem credentials[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key},
		{MHD_OPTION_END, 0, NULL},
	};
	http->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD |
						MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL |
						(tls ? MHD_USE_TLS : 0),
		0, NULL, NULL, take_request, http, MHD_OPTION_LISTEN_SOCKET, options->listener,
		MHD_OPTION_URI_LOG_CALLBACK, begin_request, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		end_request, NULL, MHD_OPTION_NOTIFY_CONNECTION, note_connection, http,
		MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX, MHD_OPTION_ARRAY,
		tls ? credentials : credentials + 2, MHD_OPTION_END);
	if (http->daemon == NULL) {
		free(http);
		return error_set(
			error, RESULT_FAILED, "cannot serve: look at the certificate and its key");
	}
	*ret_http = http;
	return RESULT_OK;
}

void http_stop(struct http **http)
{
	if (*http == NULL)
		return;
	MHD_stop_daemon((*http)->daemon);
	free(*http);
	*http = NULL;
}
