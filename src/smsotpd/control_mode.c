/* SPDX-License-Identifier: BSD-3-Clause */
#include "control_mode.h"

#include <string.h>

#include "config.h"

const char *control_mode_prepare(const struct flow *flow, json_t *request)
{
	const char *verb = json_string_value(json_object_get(request, "verb"));
	const char *name = json_string_value(json_object_get(request, "service"));

	if (verb == NULL || name == NULL || strncmp(verb, "mode.", 5) != 0)
		return NULL;
	const struct config_service *service = config_service_find(flow->config, name);
	if (service == NULL)
		return NULL;
	json_object_set_new(
		request, "proven", json_boolean(modes_proven(&flow->modes, service->name)));
	if (modes_room(&flow->modes, service->name))
		return NULL;
	return "too many sections had a mode of their own, some of them are no more; restart "
	       "smsotpd, then try again";
}

static json_int_t number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

bool control_mode_finish(struct flow *flow, struct job *job)
{
	const json_t *change = json_object_get(job->reply, "change");
	const char *asked = json_string_value(json_object_get(job->request, "service"));
	const char *name = config_service_find(job->config, asked)->name;
	struct override override = {
		.choice = (enum choice)number(change, "choice"),
		.before = (enum choice)number(change, "before"),
		.confirm = (uint32_t)number(change, "confirm"),
		.since = {number(change, "boottime"), number(change, "realtime")},
	};

	memcpy(override.boot, flow->clock->boot, BOOT_ID_SIZE);
	(void)modes_put(&flow->modes, name, &override);
	event_mode(flow_trail(flow), (enum event)number(change, "event"), name,
		(enum choice)number(change, "from"), override.choice, override.confirm);
	json_object_del(job->reply, "change");
	return true;
}
