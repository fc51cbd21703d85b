/* SPDX-License-Identifier: BSD-3-Clause */
#include "listen.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Cuts "ADDR:PORT" or "[ADDR6]:PORT" at its last colon. */
static enum result split(char *where, const char **ret_host, const char **ret_port)
{
	char *colon = strrchr(where, ':');

	if (colon == NULL)
		return RESULT_INVALID;
	*colon = '\0';
	if (*where == '[' && colon > where + 1 && colon[-1] == ']') {
		colon[-1] = '\0';
		where++;
	}
	*ret_host = where;
	*ret_port = colon + 1;
	return RESULT_OK;
}

static int bind_to(const struct addrinfo *address)
{
	int on = 1;
	int listener = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0)
		return -1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, address->ai_addr, address->ai_addrlen) == 0 &&
		listen(listener, SOMAXCONN) == 0)
		return listener;
	close(listener);
	return -1;
}

/* Fills in what the socket was bound to. */
static void describe(struct listener *listener)
{
	struct sockaddr_storage name;
	socklen_t size = sizeof(name);
	char host[INET6_ADDRSTRLEN] = "";
	char port[8] = "";

	getsockname(listener->socket, (struct sockaddr *)&name, &size);
	getnameinfo((struct sockaddr *)&name, size, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV);
	listener->loopback = strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
	snprintf(listener->address, sizeof(listener->address),
		strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

enum result listen_on(const char *where, struct listener *ret_listener, struct error *error)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *found = NULL;
	char text[ADDRESS_SIZE];
	const char *host = NULL;
	const char *port = NULL;

	snprintf(text, sizeof(text), "%s", where);
	if (split(text, &host, &port) != RESULT_OK || getaddrinfo(host, port, &hints, &found) != 0)
		return error_set(error, RESULT_INVALID,
			"%s is not ADDRESS:PORT, such as 127.0.0.1:0", where);
	struct listener listener = {.socket = bind_to(found)};
	freeaddrinfo(found);
	if (listener.socket < 0)
		return error_set(error, RESULT_FAILED, "cannot listen on %s: %m", where);
	describe(&listener);
	*ret_listener = listener;
	return RESULT_OK;
}
