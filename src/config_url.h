/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the configuration takes as an address (RFC 3986, of which only scheme, host, port and path
 * are allowed). Secrets go neither into a URL nor into a file that everybody reads, and a code
 * never crosses a network in clear.
 */
#ifndef SMSOTP_CONFIG_URL_H
#define SMSOTP_CONFIG_URL_H

/* NULL where it is https, or http to 127.0.0.0/8, [::1] or localhost; else what to write. */
const char *config_url_fault(const char *text);

/* NULL where it is http, https, socks5 or socks5h with a host and no path; else what to write. */
const char *config_proxy_fault(const char *text);

#endif
