/**
 * @file sandbox_internal.h
 * @brief The kernel's two means of confinement that need no namespaces.
 */
#ifndef WEFT_GRADER_SANDBOX_INTERNAL_H
#define WEFT_GRADER_SANDBOX_INTERNAL_H

#include "sandbox.h"

/* sandbox_landlock.c: which files this process may open */

enum { LANDLOCK_SCOPES_SIGNALS = 6 /* the first ABI that keeps signals inside */ };

/** The kernel's Landlock ABI; 0: there is none, errno says why. */
int landlock_abi(void);

/** Confine this process, and all that it becomes or starts, to what `rules` name. Needs no_new_privs. False: errno. */
bool landlock_confine(const struct sandbox *sandbox, const struct sandbox_rules *rules);

/* sandbox_seccomp.c: which system calls it may make */

/**
 * The filter as a program for the kernel, in a file that is to be read from its start; -1: none, errno.
 * `only_process`: the one process that may be signalled, for a tier in which others are within reach; 0: any.
 */
int seccomp_filter_file(const struct sandbox_rules *rules, pid_t only_process);

/** Make those filters that name no process, once for all programs that this one and its children start. */
void seccomp_prepare(void);

/** Put this process under the filter in the file, and close that. Needs no_new_privs. False: errno. */
bool seccomp_confine(int file);

#endif
