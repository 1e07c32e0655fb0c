/**
 * @file sandbox.h
 * @brief Where untrusted code runs: the compiler on a submission's source, and the subject.
 *
 * The strongest tier that works is found by running it, never by asking for a version:
 *
 *     bubblewrap  own process, network, mount, IPC and user namespaces; sees /usr, its own folders, nothing else
 *     landlock    needs no namespaces: opens /usr, a few devices, facts about itself, its own folders, nothing else;
 *                 signals do not leave it
 *     none        only what is always there
 *
 * Always there: a session of its own without a terminal, limits, closed descriptors, an empty environment, a filter of
 * system calls, another user when started as root, and the end of the whole process tree. What of this the kernel
 * refuses is named in `missing`. Tier and missing stand in every result.
 */
#ifndef WEFT_GRADER_SANDBOX_H
#define WEFT_GRADER_SANDBOX_H

#include "util.h"

/** From weak to strong. */
enum sandbox_tier { SANDBOX_NONE, SANDBOX_LANDLOCK, SANDBOX_BUBBLEWRAP };

/** The sandbox of this run. */
struct sandbox {
    enum sandbox_tier tier;
    unsigned own_user; /**< started as root: untrusted code runs as this user; else 0 */
    int landlock_abi;  /**< of this kernel; 0: it has none, or this is not the tier */
    bool seccomp;      /**< the filter of system calls works here */
    char *reason;      /**< why not a stronger tier; "" if it is the strongest */
    struct words hidden; /**< folders below /usr that untrusted code shall not see, though /usr is shown whole */
    struct words missing; /**< what the tier does not keep from untrusted code here, in words */
};

/** What one process may do and see. */
struct sandbox_rules {
    const char *readable;  /**< a folder, seen at the same path, read-only */
    const char *writable;  /**< a folder inside or beside it; NULL: nothing can be written, no file be made */
    const char *directory; /**< the working directory */
    const char *const *environment;
    int keep_descriptors; /**< 0 .. keep - 1 stay open */
    int processor_seconds;
    int64_t memory_bytes; /**< of address space; 0: unlimited (sanitizers reserve terabytes) */
    int64_t file_bytes;
    bool stops_own_threads; /**< by ptrace, as LeakSanitizer does */
};

/** Find the tier by trying. `wanted`: NULL, or a tier's name to insist on (dies if that does not work). */
struct sandbox sandbox_probe(const char *wanted);
/** Whether a tier works here. */
bool sandbox_works(enum sandbox_tier tier);
void sandbox_free(struct sandbox *sandbox);
const char *sandbox_tier_name(enum sandbox_tier tier);
/** The tier for people: "landlock (ABI 7), as another user". The caller frees. */
char *sandbox_words(const struct sandbox *sandbox);
/** What is weaker here, one sentence that begins with "Sandbox: "; "" if nothing is. The caller frees. */
char *sandbox_weakness(const struct sandbox *sandbox);

/**
 * Hide a folder where it would be seen: one below /usr, in bubblewrap and under Landlock. False: the compiler is in it, so
 * it cannot be hidden. What is installed by hand, /usr/local and /usr/src, is hidden always: other people's work may be
 * there.
 */
bool sandbox_hide(struct sandbox *sandbox, const char *path);

/** Make a folder writable for the untrusted user. */
bool sandbox_give(const struct sandbox *sandbox, const char *path);

/** In a forked child: confine it and become `argv`, in a session of its own. Never returns; exit status 126 says that it
 * failed, and a line on descriptor 2 why. */
_Noreturn void sandbox_exec(const struct sandbox *sandbox, const struct sandbox_rules *rules,
                            char *const argv[]);

/** Whether a program's output is the sandbox's, which could not start it. */
bool sandbox_failed(const char *output);

/** Run a command as a subject is run (`sanitized`: in the variant asan), with our own input and output; its exit status. */
int sandbox_run(const struct sandbox *sandbox, bool sanitized, char *const argv[]);

/** Kill every process below this one but `spare` (0: none) and wait for them. Needs to be the sub-reaper. */
void kill_descendants(pid_t spare);

/** Processor time as all limits of the grader count it: the program's own time, or half of all, if that is more. The
 * kernel may spend seconds for a process that does nothing: while it takes a dead one out of /proc, it waits for others there
 * in a loop. A loop of system calls still counts. */
int64_t counted_ms(int64_t user_ms, int64_t kernel_ms);

/** A snapshot of the processes below this one, without the sandbox's own. */
struct census {
    int processes; /**< that are alive */
    int threads;
    int awake; /**< threads that are not asleep; this and the next two are 0 if nobody looked closely */
    int kept;  /**< threads that the kernel keeps, in a call that asks for nothing which takes time */
    int64_t delayed_ms;   /**< how long those that are alive were ready and had no processor, added up */
    int64_t processor_ms; /**< as counted_ms() says, of all of them, of those that have ended, and of children that they have waited for */
    pid_t pids[64];
};

/** Count what runs below process `pid`, whose main thread has started programs in this sandbox, and nothing else.
 * `closely`: each thread is looked at, so that `awake` is known, and so are children of threads beside the main one. Without it
 * the census reads no thread's files: after such a look the kernel may take seconds to end the thread and its process. */
struct census census_below(pid_t pid, const struct sandbox *sandbox, bool closely);

/** How long this thread has been ready, in all, and had no processor; 0 where the kernel does not say. */
int64_t census_own_delay(void);

/** Send a signal to each thread of the processes below that have a handler for it; after each, `after_each` is called. */
void signal_threads_below(pid_t pid, const struct sandbox *sandbox, int number, void (*after_each)(void *arg),
                          void *arg);

/** The kernel's view of one thread, by its number inside the sandbox. */
struct thread_facts {
    bool found, asleep;
    uint64_t switches;
    int64_t processor_ms;
};
struct thread_facts thread_below(pid_t pid, const struct sandbox *sandbox, int64_t inner_number);

#endif
