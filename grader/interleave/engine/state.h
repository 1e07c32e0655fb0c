/**
 * @file state.h
 * @brief The engine's state: all that an execution and a search consist of.
 *
 * Everything is in one structure outside of the program's own variables, which are set back before each execution:
 * `il`, the pointer to it, is the only variable of the engine. No function has a static variable.
 */
#ifndef INTERLEAVE_STATE_H
#define INTERLEAVE_STATE_H

#include "plain.h"
#include "shared.h"
#include "thread.h"
#include "told.h"

/* One decision of the path being walked. */
struct decision {
    bool is_value; /* which value, not which thread */
    uint8_t count; /* of values */
    uint8_t chosen;
    int8_t current;                             /* the thread that ran before */
    uint8_t enabled, backtrack, done, sleeping; /* sets of threads */
    uint8_t preempting;                         /* those whose choice preempts `current` */
    int preemptions;                            /* so far */
    int step;                                   /* that follows */
    uint64_t signature; /* of all threads' next operations, to notice a model that is not deterministic */
};

/* An order that is changed for a while: weaken.c. */
struct replaced_order {
    il_site const *sites; /* ended by NULL; all of one place in the source */
    enum il_order order;
    bool failure_order, drop_fence, fence_before;
    bool beside; /* the operation keeps its own, too */
};

struct segment {
    char *start, *end, *copy;
};

struct set {
    uint64_t *items;
    size_t count, capacity;
};

/* A place where an atomic operation was made, and its order: what weaken.c goes through. */
struct place {
    il_site site;
    uint8_t op, order, failure_order;
};
enum { PLACES_MAX = 512 };

/* What a called function must keep. */
struct registers {
#if defined(__aarch64__)
    uint64_t of[19];
#else
    uint64_t of[6];
#endif
    uint64_t stack_pointer;
};

struct engine {
    struct registers registers; /* of the caller of the hook that was called last; the first member: hooks.h */
    struct il_options options;
    void (*body)(void);
    bool running;               /* a model is being executed */
    bool inside;                /* the engine itself runs, called from a model */
    bool tracing;               /* the account is being written */
    bool replaying;             /* decisions come from `replay` */
    bool touching;              /* the engine accesses memory on the model's behalf: a crash is the model's */
    void (*outside)(void *arg); /* to be run on the engine's own stack; or NULL */
    void *outside_arg;

    /* the execution */
    struct thread threads[THREADS_MAX];
    int thread_count, current;
    struct location locations[LOCATIONS_MAX];
    int location_count;
    struct store *stores;
    int store_count;
    struct lock locks[LOCKS_MAX];
    int lock_count;
    struct descriptors *descriptors;
    int failed_allocations;
    int64_t now;             /* the clock, in nanoseconds */
    unsigned jumps;          /* of the clock, so far */
    int waits_for_clock;     /* of these, those for a loop that reads the clock */
    int sc_count;            /* of seq_cst events */
    struct sc_fence *fences; /* seq_cst ones */
    int fence_count;
    struct step *steps;
    struct look *looks;      /* LOOKS_MAX of each thread */
    struct knowledge *known; /* before each of them, if its state is known */
    int step_count;
    uint8_t able; /* threads that could run when the newest was chosen, for a reason */
    int preemptions, stale_reads, overtakings, idle;
    const struct step *last_awaiting, *last_timed; /* or NULL */
    bool pruned;
    uint64_t trace; /* what was done, in one number */
    uint64_t state; /* the same but for the order of independent steps: seen.c */
    int values_chosen;
    enum il_failure failure;
    char message[IL_MESSAGE_BYTES];
    il_site failure_site;
    int plain_accesses; /* since the last step */

    /* the search */
    struct decision *decisions;
    int decision_count, position, prefix;
    uint8_t *taken; /* decisions as numbers: threads, or VALUE + value */
    int taken_count;
    uint8_t *replay;
    int replay_count, replay_position;
    const struct il_options *goes_on; /* behind the replay, the search, within these; NULL: it does not */
    uint64_t random;
    int changes[16], change_count, steps_expected, lowest_priority;
    long executions, prunings, steps_total;
    long steps_at_look; /* at the clock, for the budget */
    struct set outcomes;
    struct seen *seen; /* states: seen.c */
    size_t seen_count, seen_capacity;
    bool loops[LOOP_MARKS]; /* sites at which a thread looked twice, and did nothing else between, by their addresses */
    bool has_loops;
    bool found_loop; /* one more: all begins anew */
    bool timed;      /* a wait with a deadline was met */
    bool counted;    /* a thread has slept in a loop that counts, or saw newer values for having given way */
    il_site endless_site; /* where one still looked after LOOKS_IN_VAIN looks; or NULL */

    /* memory */
    struct cell *cells;
    struct access *accesses; /* of all cells; 0 is none */
    int access_count;
    unsigned generation;
    struct block *blocks;
    int block_count;
    char *heap_top;
    char *heap_low;             /* blocks stand from here to the top */
    bool falling;               /* addresses and numbers of threads fall: turn.c */
    bool turns_meet;            /* of two threads that gave out some nothing orders the two */
    void (*asks_order)(void);   /* the body of the model that was seen to ask for their order; or NULL */
    bool freeing;               /* what is written just now is a block that is freed */
    uint8_t using;              /* what is accessed just now as a whole: enum used */
    uint8_t *unwritten;         /* a bit for each byte of the heap and of the stacks: unwritten.c */
    struct function *functions; /* frames.c: FUNCTIONS of them, by their sites */
    struct frame *frames;       /* FRAMES_MAX of each thread */
    bool copies[COPY_MARKS];    /* reads that copy a structure, by their places and what they read */
    uint16_t *owners;           /* of each 16 bytes of the heap: a block, or 0 */

    /* words */
    struct named names[NAMES_MAX];
    int name_count;
    struct line *lines;
    int line_count, line_capacity, line_number;
    struct il_hint hints[IL_HINTS]; /* of the account */
    int hint_count;
    int decides_at;           /* decisions after which no execution passes any more; 0: not known */
    struct sites *sites;      /* files and lines, as far as they were asked for */
    struct symbols *symbols;  /* static variables; NULL: not asked for yet */
    struct Dwarf *debug_info; /* of the program; NULL: it has none, or nobody has asked */
    bool debug_info_asked;
    char texts[16][160]; /* of where() and the like, in turn */
    int text_next;

    /* assertion.c: of all executions */
    bool came_to[ASSERTIONS_MAX];
    void *(*thread_functions[THREAD_FUNCTIONS_MAX])(void *);
    int thread_function_count;

    /* changed orders */
    struct replaced_order replaced[2]; /* used in turn, from the first */
    struct place *places;
    int place_count;

    /* the program's variables */
    struct segment segments[16];
    int segment_count;
    ptrdiff_t locals_offset;  /* of its thread-local variables, from a thread pointer */
    size_t locals_bytes;      /* 0: none */
    const char *locals_first; /* what they begin with */
    size_t locals_first_bytes;
    void *main_stack_pointer, *main_thread_pointer;
    unsigned long hardware; /* what the processor can do, as the kernel says */
    char *signal_stack;

    /* ticks of the processor clock, to find endless loops */
    long tick_executions;
    int tick_steps, ticks;
    void (*progress)(long executions, int milliseconds); /* a sign of life; or NULL */
    int64_t started_ms, last_progress_ms;
    int64_t records; /* told to the judge so far */
};

extern struct engine *il;
enum { VALUE = 0x80 };

#endif
