/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libcurl, OpenSSL and glibc's resolver heed dozens of variables (SSLKEYLOGFILE, *_proxy,
 * OPENSSL_CONF, RES_OPTIONS ...), so none but systemd's is left to them.
 */
#ifndef SMSOTP_SEND_ENVIRONMENT_H
#define SMSOTP_SEND_ENVIRONMENT_H

#include "result.h"

/* Call it before any thread. Keeps LISTEN_*, WATCHDOG_*, NOTIFY_SOCKET and JOURNAL_STREAM. */
CHECKED enum result environment_clean(void);

#endif
