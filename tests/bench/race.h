/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One code at once: `count` processes stand at their prompts, then all type the same. Each round is
 * "USER SOURCE" and then, after "ready N" was said, "CODE" on standard input; it ends with one
 * PAM code a process on standard output.
 */
#ifndef SMSOTP_BENCH_RACE_H
#define SMSOTP_BENCH_RACE_H

int race_run(int count, const char *confdir, const char *service);

#endif
