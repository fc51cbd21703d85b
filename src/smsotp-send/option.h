/* SPDX-License-Identifier: BSD-3-Clause */
/* How libcurl is to behave: fixed rows, and what [gateway] says (curl_easy_setopt(3)). */
#ifndef SMSOTP_SEND_OPTION_H
#define SMSOTP_SEND_OPTION_H

#include <curl/curl.h>
#include <stdbool.h>

#include "config.h"

/* false where libcurl lacks an option or memory: then nothing may be sent with `easy`. */
bool option_apply(CURL *easy, const struct config_gateway *gateway);

#endif
