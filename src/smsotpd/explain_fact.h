/* SPDX-License-Identifier: BSD-3-Clause */
/* The facts that an explanation rests on, each with the line of the config that decides. */
#ifndef SMSOTP_EXPLAIN_FACT_H
#define SMSOTP_EXPLAIN_FACT_H

#include "flow.h"

/* Puts rule and where into `fields`; both "" where no key decides. `login` NULL: no service. */
void explain_fact_rule(const struct config *config, const struct login *login, const char *section,
	const char *key, json_t *fields);

/* Each key of the service's section. `keys` tell who is in its percent. */
json_t *explain_fact_service(
	const struct config *config, const struct keys *keys, const struct login *login);

/* These, and the source, the locks, the code on its way, the texts shown and the gateway. */
json_t *explain_fact_all(const struct flow *flow, const struct job *job);

/* What is left of each limit; the nearest of those of texts is marked. Empty for nobody. */
json_t *explain_fact_limits(const struct job *job);

#endif
