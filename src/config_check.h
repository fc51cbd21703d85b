/* SPDX-License-Identifier: BSD-3-Clause */
/* The rules that hold between keys. */
#ifndef SMSOTP_CONFIG_CHECK_H
#define SMSOTP_CONFIG_CHECK_H

#include "config.h"

/* Sets gateway.any and gateway.stub, then says which rule is broken, by file and line. */
CHECKED enum result config_check(struct config *config, struct error *error);

#endif
