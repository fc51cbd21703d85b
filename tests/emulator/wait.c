/* SPDX-License-Identifier: BSD-3-Clause */
#include "wait.h"

#include <poll.h>

bool wait_for(int stop, int socket, long milliseconds)
{
	struct pollfd watched[] = {
		{.fd = stop, .events = POLLIN},
		{.fd = socket, .events = POLLRDHUP},
	};
	int ready = poll(watched, 2, (int)milliseconds);

	return ready == 0;
}
