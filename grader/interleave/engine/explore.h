/**
 * @file explore.h
 * @brief Exploring one model: what to search, how far, and what came of it.
 */
#ifndef INTERLEAVE_EXPLORE_H
#define INTERLEAVE_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Ways to choose among the enabled threads. The first five are depth-first and end when the space is exhausted. */
enum il_strategy {
    IL_NAIVE,      /**< every schedule within the bounds */
    IL_STATES,     /**< the same, but what follows a state is explored once */
    IL_SLEEP,      /**< with sleep sets: no two that differ only in the order of independent steps */
    IL_DPOR_BARE,  /**< source-DPOR without sleep sets: for tests of the reductions */
    IL_DPOR,       /**< source-DPOR with sleep sets; unbounded only */
    IL_RANDOM,     /**< uniform */
    IL_PRIORITIES, /**< probabilistic concurrency testing: random priorities, changed a few times */
};

enum { IL_UNBOUNDED = -1 };
#define IL_STUCK (UINT64_C(0xF) << 60)

/** What to explore. Zero means: naive, no preemption, no stale read, no oddity. */
struct il_options {
    enum il_strategy strategy;
    int preemptions; /**< at most, of a thread that could have run on; or IL_UNBOUNDED */
    int stale_reads; /**< at most, of loads that do not read the newest store and stores that do not become it; or IL_UNBOUNDED */
    int spurious; /**< at most, a thread: wake-ups for no reason, failures of a weak compare-exchange */
    int timeouts; /**< at most, a thread: waits that end by a deadline while others could still run */
    int failed_allocations; /**< at most: calls of malloc that return NULL */
    int steps_max;          /**< visible operations in one execution; 0: 2,000 */
    int unanswered; /**< at most, a thread: ends of a spin although nothing that it has read has changed */
    int budget_ms;  /**< 0: none */
    long executions_max; /**< 0: none; the random strategies need one of the two */
    uint64_t seed;       /**< of the random strategies */
    int changes;         /**< of priorities; 0: two, which is a depth of three */
    bool c11_release_sequences; /**< later stores of the same thread continue a release sequence, as in C11 and RC11; C++20 dropped that */
    bool deadlock_is_outcome; /**< for tests of the reductions: a number with the bits of IL_STUCK */
    bool ignore_leaks;
    bool as_written; /**< of a program that was not optimised: its tokens say so */
    bool all_steps;  /**< the account has each step of code that is not under test, too */
    bool any_stale; /**< all stores that RC11 allows are choices, also where another schedule comes to the same */
    /** Bounds in which to look for the step of a failure that decides; NULL: do not. */
    const struct il_options *decided_within;
    bool addresses;     /**< what gives out an address or a number is a step */
    bool singletons;    /**< blocks that static variables hold are no leaks */
    const char *replay; /**< a token: this one execution only; the bounds are the token's */
};

enum il_verdict {
    IL_EXHAUSTED, /**< every execution within the bounds passes */
    IL_FAILED,    /**< one fails */
    IL_BUDGET,    /**< none failed, but not all were seen */
};

/** Kinds of failure. */
enum il_failure {
    IL_NO_FAILURE,
    IL_ASSERTION,
    IL_PANIC,       /**< the code under test says that a contract is broken */
    IL_TODO,        /**< a task of a lab that is not written */
    IL_DEADLOCK,    /**< threads wait for each other, or for a wake-up that nobody will send */
    IL_LOST_WAKEUP, /**< a deadlock in which a signal came before its wait */
    IL_LIVELOCK,
    IL_RACE,
    IL_MEMORY, /**< use after free, or an access outside of a block */
    IL_BAD_FREE,
    IL_LEAK,
    IL_CRASH,
    IL_EXIT,  /**< the program ends itself */
    IL_LOOP,  /**< a loop without any visible operation */
    IL_STEPS, /**< more visible operations than the limit */
    IL_NOT_DETERMINISTIC,
    IL_MISUSE,      /**< of a lock or a thread */
    IL_UNSUPPORTED, /**< what the engine cannot explore; never a pass */
    IL_ENGINE,      /**< the engine itself failed */
};

enum { IL_MESSAGE_BYTES = 1024 };

/** Orders that were missing in a failing execution, as its account says: sites, or NULL. */
struct il_hint {
    const void *acquire, *release; /**< an operation that has to be that, too */
    bool on_failure;               /**< of a compare-exchange that failed */
    const void *fence[2];          /**< operations that need a seq_cst fence before them */
};
enum { IL_HINTS = 4 };

/** What came of it. */
struct il_result {
    enum il_verdict verdict;
    enum il_failure failure;
    char message[IL_MESSAGE_BYTES];
    long executions; /**< run to their end or failure */
    long pruned;     /**< left half-way: what follows was seen before */
    long steps;      /**< visible operations, in all */
    int milliseconds;
    int preemptions, stale_reads, spurious; /**< in the failing execution */
    int overtakings;   /**< of the stale_reads: stores that take effect before one that ran earlier */
    size_t outcomes;   /**< distinct values given to il_outcome() */
    bool timed;        /**< a wait with a deadline was met: the bound on early timeouts has cut something */
    bool counted;      /**< a thread slept in a loop that counts: the bound on spins has cut something */
    char endless[200]; /**< a place where one still looked after many looks, and was not let go on; or "" */
    char *account;     /**< what happened, lane by lane; NULL: nothing failed. The caller frees */
    char *rows;        /**< the same as rows, for page_html.h. The caller frees */
    char *token;       /**< replays the failing execution. The caller frees */
    struct il_hint hints[IL_HINTS];
    int hint_count;
};

/** Explore `body`. Not to be called from inside a model. */
void il_explore(const char *name, void (*body)(void), const struct il_options *options,
                struct il_result *result);

/** Frees what a result holds. */
void il_result_free(struct il_result *result);

/** Whether it says that the code is wrong. If not, nothing is known: the model cannot be explored, or not to the end. */
bool il_failure_counts(enum il_failure failure);

/** "lost wake-up" and the like. */
const char *il_failure_name(enum il_failure failure);

/** Inside a model: note the final state as a number. Which were reached is compared by tests of the engine. */
void il_outcome(uint64_t outcome);

/** The distinct outcomes of the last exploration, sorted; at most `max`. Returns how many it wrote. */
size_t il_outcomes(uint64_t *outcomes, size_t max);

#endif
