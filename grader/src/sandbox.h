/**
 * @file sandbox.h
 * @brief Where untrusted code runs: the compiler on a submission's source, and the subject.
 *
 * The strongest tier that works is found by running it, never by asking for a version:
 *
 *     bubblewrap  own process, network, mount, IPC and user namespaces; sees /usr, its own folders, nothing else
 *     none        only what is always there: limits, closed descriptors, an empty environment, another user
 *                 when started as root, and the end of the whole process tree
 *
 * The tier stands in every result.
 */
#ifndef WEFT_GRADER_SANDBOX_H
#define WEFT_GRADER_SANDBOX_H

#include "util.h"

enum sandbox_tier { SANDBOX_NONE, SANDBOX_BUBBLEWRAP };

/** The sandbox of this run. */
struct sandbox {
    enum sandbox_tier tier;
    unsigned own_user; /**< started as root: untrusted code runs as this user; else 0 */
    char *reason;      /**< why not a stronger tier; "" if it is the strongest */
    struct words hidden; /**< folders below /usr that untrusted code shall not see, though /usr is shown whole */
};

/** What one process may do and see. */
struct sandbox_rules {
    const char *readable;  /**< a folder, seen at the same path, read-only */
    const char *writable;  /**< a folder inside or beside it, or NULL */
    const char *directory; /**< the working directory */
    const char *const *environment;
    int keep_descriptors; /**< 0 .. keep - 1 stay open */
    int processor_seconds;
    int64_t memory_bytes; /**< of address space; 0: unlimited (sanitizers reserve terabytes) */
    int64_t file_bytes;
};

/** Find the tier by trying. `wanted`: NULL, or "none" or "bubblewrap" to insist on (dies if that does not work). */
struct sandbox sandbox_probe(const char *wanted);
const char *sandbox_tier_name(enum sandbox_tier tier);

/**
 * Hide a folder where it would be seen: one below /usr, in bubblewrap. False: the compiler is in it, so it cannot be
 * hidden. What is installed by hand, /usr/local and /usr/src, is hidden always: other people's work may be there.
 */
bool sandbox_hide(struct sandbox *sandbox, const char *path);
/** Whether a tier works here. */
bool sandbox_works(enum sandbox_tier tier);

/** Make a folder writable for the untrusted user. */
bool sandbox_give(const struct sandbox *sandbox, const char *path);

/** In a forked child: confine it and become `argv`. Never returns; exit status 126 says that it failed. */
_Noreturn void sandbox_exec(const struct sandbox *sandbox, const struct sandbox_rules *rules,
                            char *const argv[]);

/** How many processes the sandbox itself adds to a subject's. */
int sandbox_wrappers(const struct sandbox *sandbox);

/** Kill every process below this one but `spare` (0: none) and wait for them. Needs to be the sub-reaper. */
void kill_descendants(pid_t spare);

/** A snapshot of the processes below this one. */
struct census {
    int processes; /**< that are alive, without those that call themselves bwrap */
    int wrappers;  /**< those: the sandbox's own two, if nobody else took the name */
    int threads;
    int awake; /**< threads that are not asleep */
    int64_t processor_ms; /**< of all of them, of those that have ended, and of children that they have waited for */
    pid_t pids[64];
};

/** Count what runs below process `pid`. */
struct census census_below(pid_t pid);

/** The kernel's view of one thread, by its number inside the sandbox. */
struct thread_facts {
    bool found, asleep;
    uint64_t switches;
    int64_t processor_ms;
};
struct thread_facts thread_below(pid_t pid, int64_t inner_number);

#endif
