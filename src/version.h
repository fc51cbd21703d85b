/* SPDX-License-Identifier: BSD-3-Clause */
/* The version of all programs here, as --version shows it. */
#ifndef SMSOTP_VERSION_H
#define SMSOTP_VERSION_H

#define SMSOTP_VERSION "0.1"

#endif
