/* SPDX-License-Identifier: BSD-3-Clause */
#include "config_url.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX 253 /* RFC 1035 section 2.3.4, without the root's dot */

static const char *const url_schemes[] = {"https", "http", NULL};
static const char *const proxy_schemes[] = {"http", "https", "socks5h", "socks5", NULL};

struct address {
	const char *scheme;
	char host[HOST_MAX + 1]; /* an IPv6 address without its brackets */
	bool ipv6;
	const char *path; /* "" or from its first '/' */
};

/* The row of `schemes` that `text` begins with, and what follows "://"; NULL for none. */
static const char *scheme_find(const char *text, const char *const *schemes, const char **ret_rest)
{
	for (; *schemes; schemes++) {
		size_t size = strlen(*schemes);

		if (strncmp(text, *schemes, size) == 0 && strncmp(text + size, "://", 3) == 0) {
			*ret_rest = text + size + 3;
			return *schemes;
		}
	}
	return NULL;
}

static bool port_valid(const char *text, size_t size)
{
	if (size == 0 || size > 5 || strspn(text, "0123456789") < size)
		return false;
	long port = strtol(text, NULL, 10);
	return port >= 1 && port <= 65535;
}

static bool host_valid(const struct address *address)
{
	struct in6_addr ipv6;

	if (address->ipv6)
		return inet_pton(AF_INET6, address->host, &ipv6) == 1;
	return address->host[0] != '\0' &&
	       address->host[strspn(address->host, "abcdefghijklmnopqrstuvwxyz"
						   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						   "0123456789.-_")] == '\0';
}

/* Host and port: what stands between "://" and the path. */
static const char *authority_fault(const char *text, size_t size, struct address *address)
{
	const char *end = text + size;
	const char *host = text;
	const char *after;

	address->ipv6 = size > 0 && *text == '[';
	if (address->ipv6) {
		host++;
		after = memchr(host, ']', (size_t)(end - host));
	} else {
		after = memchr(host, ':', size);
		after = after ? after : end;
	}
	if (!after || after - host > HOST_MAX)
		return "has no host; write one behind ://";
	memcpy(address->host, host, (size_t)(after - host));
	address->host[after - host] = '\0';
	if (!host_valid(address))
		return "has no valid host; write a name, an IPv4 address or [an IPv6 address]";
	after += address->ipv6;
	if (after < end && (*after != ':' || !port_valid(after + 1, (size_t)(end - after - 1))))
		return "has a port that is none; write a number from 1 to 65535 behind the colon";
	return NULL;
}

/* `address->scheme` is set and `rest` stands behind "://". */
static const char *address_fault(const char *rest, struct address *address)
{
	size_t size = strcspn(rest, "/");

	for (const char *at = rest; *at; at++) {
		if (*at <= ' ' || *at > '~' || *at == '\\')
			return "has blanks, backslashes or bytes that are not ASCII; "
			       "percent-encode them";
	}
	if (strchr(rest, '@'))
		return "holds a user or a password; write them in username and password_file";
	if (strpbrk(rest, "?#"))
		return "holds a query or a fragment; write the address only, up to its path";
	address->path = rest + size;
	return authority_fault(rest, size, address);
}

static bool loopback(const struct address *address)
{
	struct in_addr ipv4;
	struct in6_addr ipv6;

	if (address->ipv6)
		return inet_pton(AF_INET6, address->host, &ipv6) == 1 &&
		       IN6_IS_ADDR_LOOPBACK(&ipv6);
	if (inet_pton(AF_INET, address->host, &ipv4) == 1)
		return ntohl(ipv4.s_addr) >> 24 == IN_LOOPBACKNET;
	return strcasecmp(address->host, "localhost") == 0;
}

const char *config_url_fault(const char *text)
{
	struct address address = {0};
	const char *rest = NULL;

	address.scheme = scheme_find(text, url_schemes, &rest);
	if (!address.scheme)
		return "is no https address; write https://HOST/PATH";
	const char *fault = address_fault(rest, &address);
	if (fault)
		return fault;
	if (strcmp(address.scheme, "http") == 0 && !loopback(&address))
		return "would send codes in clear over a network; write https, "
		       "http is for 127.0.0.1, [::1] and localhost";
	return NULL;
}

const char *config_proxy_fault(const char *text)
{
	struct address address = {0};
	const char *rest = NULL;

	address.scheme = scheme_find(text, proxy_schemes, &rest);
	if (!address.scheme)
		return "is no proxy; write http://HOST:PORT, or https, socks5 or socks5h for http";
	const char *fault = address_fault(rest, &address);
	if (fault)
		return fault;
	if (address.path[0] != '\0' && strcmp(address.path, "/") != 0)
		return "has a path; write the proxy's host and port only";
	return NULL;
}
