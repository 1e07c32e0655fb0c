/**
 * @file state.h
 * @brief The engine's state: limits, and what an execution and a search consist of.
 *
 * Everything is in one structure outside of the program's own variables, which are set back before each execution:
 * `il`, the pointer to it, is the only variable of the engine. No function has a static variable.
 */
#ifndef INTERLEAVE_STATE_H
#define INTERLEAVE_STATE_H

#include "access.h"
#include "explore.h"
#include "view.h"

enum {
    STEPS_LIMIT = 4000,    /* of one execution */
    STORES_MAX = 8192,     /* of one execution */
    DECISIONS_MAX = 12288, /* of one execution */
    LOCKS_MAX = 64,        /* mutexes and condition variables */
    BLOCKS_MAX = 4096,
    WATCHED_MAX = 64, /* what a spinning thread looks at */
    NAMES_MAX = 64,
    SPIN_READS = 8, /* identical reads that count as spinning */
    LOOP_MARKS = 4096,
    ASSERTIONS_MAX = 1024, /* of a program */
    THREAD_FUNCTIONS_MAX = 32,
    LOOKS_MAX = 64, /* in one round of a loop that only looks */
    LOOKS_IN_VAIN =
        100, /* of a loop that counts, once it goes on without an answer; then it is taken to be endless */
    STACK_BYTES = 256 << 10,
    HEAP_BYTES = 8 << 20,
    LOCALS_BYTES = 2 << 20, /* thread-local variables of a thread, the C library's among them */
    NOBODY = -1,
};

/* Fixed places, so that addresses are the same in each execution and each run. */
#define HEAP_BASE ((char *)0x200000000000u)
#define STACKS_BASE ((char *)0x210000000000u)
#define LOCALS_BASE ((char *)0x220000000000u)

/* Objects that steps are about: locations by their index, locks and threads beyond. */
enum { NO_OBJECT = -1, FIRST_LOCK = 1000, FIRST_THREAD = 2000, THE_CLOCK = 3000 };

/* What a step does with the clock. */
enum clock_use { CLOCK_NOT, CLOCK_READ, CLOCK_MOVED };
#define NS_PER_S INT64_C(1000000000)
#define NO_DEADLINE INT64_MAX

enum operation {
    OP_START,
    OP_LOAD,
    OP_STORE,
    OP_RMW,
    OP_COMPARE_EXCHANGE,
    OP_FENCE,
    OP_LOCK,
    OP_TRYLOCK,
    OP_UNLOCK,
    OP_WAIT,   /* of a condition variable: gives the mutex up and sleeps */
    OP_RELOCK, /* the same wait, when it returns */
    OP_SIGNAL,
    OP_FUTEX_WAIT, /* looks at the word, and may sleep */
    OP_WOKEN,      /* the same, when it returns */
    OP_READ_LOCK,
    OP_WRITE_LOCK,
    OP_BARRIER, /* arrives, and may sleep */
    OP_PASSED,  /* the same, when all have arrived */
    OP_TAKE,    /* of a semaphore: waits until there is a permit */
    OP_JOIN,
    OP_SPIN,
    OP_CLOCK,
    OP_SLEEP,
    OP_READ, /* of a descriptor */
    OP_WRITE,
    OP_CLOSE,
    OP_CONTROL, /* of an epoll: what it looks at */
    OP_POLL,    /* of several, or of what an epoll looks at */
    OP_TIMEOUT, /* of a wait of a condition variable: leaves the queue; the mutex is taken in a step of its own */
};

/* What two steps are compared by: do they depend on each other? */
struct footprint {
    int16_t object, object2;     /* NO_OBJECT: none */
    bool writes, spins, nothing; /* nothing: it was taken back */
    bool adds;     /* writes, and nobody asks what it found: two of these may come in any order */
    uint8_t clock; /* enum clock_use */
    uint64_t awaits; /* the end of a wait: a set of objects, by their numbers modulo 64, whose stores may answer it */
};

/* One store. Its index is its place in the modification order of its location, and grows when a store takes a place before it. */
struct store {
    uint64_t value;
    uint16_t location, index;
    int8_t thread; /* NOBODY: the initial value, or a plain write */
    uint8_t order;
    bool is_rmw;
    bool has_released, has_head;
    uint16_t clock; /* its thread's count of steps */
    uint16_t time;  /* its thread's clock, as in views */
    int step;       /* or -1 */
    il_site site;
    struct view released; /* has_released: what an acquire that reads it learns */
    struct view head; /* has_head: the same, for later stores of this thread; under C11's release sequences */
};

/* An atomic object. */
struct location {
    uintptr_t address; /* 0: no longer used */
    uint8_t size;
    bool rewritten;  /* by a plain write, since the last look: its value is a new store */
    uint16_t oldest; /* loads read nothing before this store: what is older was overwritten by a plain write */
    uint16_t count;
    uint16_t capacity;
    uint16_t *stores;        /* numbers of its stores, in modification order */
    int unwritten;           /* the number of a store that is memory which nothing has written; or -1 */
    bool reordered;          /* some store has a place before one that ran earlier */
    const struct step *last; /* about it; or NULL */
    il_site first_use;
    unsigned version; /* changes with the value: what spinning threads wait for */
};

/* A mutex, a condition variable, a lock for readers and writers, or a barrier. */
struct lock {
    uintptr_t address;
    bool is_condition;
    int8_t owner;
    uint8_t waiting;
    int8_t waiters[THREADS_MAX];
    int depth;                    /* of a recursive mutex: times that it was locked again */
    uint8_t readers[THREADS_MAX]; /* times that each thread holds it for reading */
    int threads;                  /* that a barrier waits for */
    bool done;                    /* what was to be done once */
    unsigned version;
    unsigned changes; /* sections in which its owner did more than look */
    unsigned acts;    /* of its owner, when it was locked */
    struct view released;
    struct view read; /* what readers released: for writers only */
    il_site site;     /* where it was locked */
    il_site first_use;
    il_site destroyed_at; /* or NULL */
    int8_t lost_thread;   /* the thread that signalled when none waited; or NOBODY */
    il_site lost_site;
    const struct step *last; /* about it; or NULL */
};

/* What a thread will do next. */
struct pending {
    uint8_t op, order;
    struct footprint touches;
    il_site site;
    int8_t target; /* of a join; or a descriptor's index */
    bool waits;    /* at the descriptor */
    uint64_t room; /* that it needs there */
};

/* Of a step, for sc.c. */
struct step_sc {
    uint16_t number;     /* of its seq_cst event among those of its thread; 0: it is none */
    struct clock before; /* what precedes each event that must come after this one; itself, too */
    struct clock fences; /* as in sc_view */
};

/* Of a thread, for sc.c. A location is NO_OBJECT where an event is about none. */
struct thread_sc {
    uint16_t count;  /* of its seq_cst events */
    int16_t last_at; /* the location of the last one */
    struct clock last,
        before;            /* the last one, and the last one at another location; with what precedes them */
    int16_t run_at;        /* the location at which its last events were, all of them */
    struct clock run;      /* sc_view.elsewhere, when they began */
    struct clock entering; /* what precedes the operation that it makes just now */
    int last_fence;        /* in il->fences, plus 1; 0: none */
    bool was_elsewhere;    /* a plain access was its last event */
};

struct sc_fence {
    uint16_t number;    /* among the seq_cst events of its thread */
    int previous;       /* of the same thread, as last_fence */
    struct clock clock; /* what happens before it */
};

/* A step that was made. */
struct step {
    int8_t thread;
    uint8_t op, order; /* order: of what it did; a compare-exchange that failed has its second one */
    bool failed;
    uint16_t clock; /* the thread's own count of steps */
    uint16_t time;  /* and what its clock said when the step began, as in a store or a plain access */
    int decision;   /* that chose it */
    int read;       /* the number of the store that it read; or -1 */
    int store;      /* that it made; or -1 */
    struct footprint touches;
    struct clock past; /* steps that it depends on, transitively */
    const struct step *before[2], *awaiting_before,
        *timed_before; /* the last steps about the same objects, that await any, that use the clock; or NULL */
    bool taken_back;   /* a look of a round that counts for nothing: wait.c */
    struct step_sc sc;
    il_site site;
};

/* A value that a spinning thread has read, and waits to see changed. */
struct watched {
    int16_t object;
    uint16_t index, reads;
    unsigned version, changes; /* changes: the thread's own, so far */
    il_site site;
};

/* A descriptor that a thread polls, and for what. */
struct polled {
    int8_t descriptor; /* its index */
    int16_t events;
};
enum { POLLED_MAX = 8 };

/* An operation of a thread that changed nothing, and what the thread knew before it: wait.c. */
struct look {
    uint64_t state; /* of the thread, as one number; 0: not known */
    il_site site;
    int step;
    unsigned version; /* of the object, as it was read */
    int16_t object;
    bool locked; /* a mutex, which it locked or unlocked */
    bool odd;    /* it read another store than the newest, or failed for no reason */
};
/* What a thread knew before a look. */
struct knowledge {
    bool has_acquired;
    struct thread_sc sc;
    struct view now, acquired;
    struct clock past;
};

enum thread_state { UNUSED, ALIVE, ENDED };

struct thread {
    int8_t id, parent;
    uint8_t state;
    bool starting;         /* runs to its first announcement */
    bool in_wait;          /* queued at a condition variable */
    struct clock woken_by; /* in a wait that was signalled: the steps up to the signal */
    int woken_at;          /* the step that woke it; or -1 */
    bool joined, detached, changed_something;
    struct pending next;

    struct view now;      /* what it has seen */
    struct view acquired; /* has_acquired: what an acquire fence would add, from relaxed loads */
    struct view released; /* has_released: what its last release fence published */
    bool has_acquired, has_released;
    struct thread_sc sc;

    struct clock past; /* of the steps: those its last step depends on */
    uint16_t steps;
    unsigned changes;                 /* stores that changed a value */
    int spurious;                     /* oddities met so far */
    int unanswered;                   /* spins that ended without a change, so far */
    int in_vain;                      /* looks that are left to a loop that goes on without an answer */
    unsigned vain_changes;            /* its changes when it did */
    bool endless;                     /* it has had them */
    int64_t deadline;                 /* of what it waits for; or NO_DEADLINE */
    bool in_time;                     /* no thread can run, and this is the next deadline */
    int in_time_at;                   /* steps that were made when that came; or -1 */
    int early;                        /* ends of a wait by a deadline that lay ahead, so far */
    bool looks;                       /* its next operation may be a look */
    int16_t looks_at;                 /* then the object */
    uint64_t looks_from;              /* then its state when it announced that; 0: not known */
    uint64_t awaits;                  /* what it came round for: a set of objects, as in a footprint */
    int look_count;                   /* since it did anything else */
    int awaited;                      /* looks behind those: one of their objects must change first */
    unsigned acts;                    /* operations that were no looks */
    struct polled polled[POLLED_MAX]; /* what it polls */
    int polled_count;
    uint16_t yielded; /* steps that it had made when it gave way */
    bool gives_way;
    int yields; /* in a row, without a change by the thread */
    unsigned yield_changes;
    struct watched watched[WATCHED_MAX];
    int watched_count;
    int8_t lost_thread; /* whose signal came before its wait; or NOBODY */
    il_site lost_site;
    int priority; /* of the random strategy */

    void *(*run)(void *);
    void *arg, *result;
    char name[16];
    void *stack_pointer;
    const void *called_at;  /* where it called the engine or the library last; an il_site */
    const char *frames_end; /* the functions of the program that it is in have their variables above this */
    char *stack;            /* the lowest usable byte; below it is a guard page */
    void *thread_pointer;   /* to its thread-local variables; NULL: not made yet */
};

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

/* What an access uses as a whole, if it does. */
enum used { USES_NONE, USES_MUTEX, USES_CONDITION };

/* An access to some of 8 bytes that no later one of its thread has replaced. */
struct access {
    il_site site;
    int next; /* of the same cell; 0: none */
    uint16_t clock;
    int8_t thread;
    uint8_t bytes; /* a set */
    bool is_write, atomic, frees;
    uint8_t uses; /* enum used */
};
struct cell {
    uintptr_t key;
    unsigned generation;
    int first; /* its accesses; 0: none */
    bool has_atomic;
};
enum { CELLS = 1 << 14, ACCESSES_MAX = 1 << 16 };

struct block {
    char *start;
    size_t size;
    bool freed;
    bool held; /* by a static variable, at the end */
    int8_t made_by, freed_by;
    il_site made_at, freed_at;
};

struct named {
    uintptr_t address;
    const char *name;
    const char *const *values;
    void (*describe)(uint64_t value, char *text, size_t size);
};

/* One line of the account. Texts hold sites as marks, which site.c replaces at the end. */
enum line_kind { LINE_STEP, LINE_HIDDEN, LINE_PLAIN, LINE_SWITCH, LINE_REMARK };
/* A function that is being executed: where it is, and its frame on the stack. */
struct call {
    il_site site;
    uintptr_t frame;
};
struct line {
    enum line_kind kind;
    int8_t thread;
    int number;
    int step;          /* the newest one then */
    int from;          /* the number of the step whose store it read, if that was another thread's; 0: none */
    int decisions;     /* made until then */
    uintptr_t address; /* of a plain access */
    size_t size;
    il_site site;
    struct call *calls; /* that its thread was in, innermost first; ended by a site that is NULL */
    char *text;
    bool wanted;   /* a plain access: one of two that race */
    bool left_out; /* one of many that repeat those before */
    bool decides;  /* before it the execution could still have passed */
    int folded;    /* lines from this one on that are told as one, in code that is not under test; 0: none */
    char *words;   /* then what that code does, */
    il_site called_at; /* and where it was called; NULL: not known */
};

/* An order that is changed for a while: weaken.c. */
struct replaced_order {
    il_site const *sites; /* ended by NULL; all of one place in the source */
    enum il_order order;
    bool failure_order, drop_fence, fence_before;
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
    bool running;   /* a model is being executed */
    bool inside;    /* the engine itself runs, called from a model */
    bool tracing;   /* the account is being written */
    bool replaying; /* decisions come from `replay` */
    bool touching;  /* the engine accesses memory on the model's behalf: a crash is the model's */

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
    bool freeing;     /* what is written just now is a block that is freed */
    uint8_t using;    /* what is accessed just now as a whole: enum used */
    uint8_t *written; /* a bit for each byte of the heap: unwritten.c */
    uint16_t *owners; /* of each 16 bytes of the heap: a block, or 0 */

    /* words */
    struct named names[NAMES_MAX];
    int name_count;
    struct line *lines;
    int line_count, line_capacity, line_number;
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
    struct replaced_order replaced;
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
