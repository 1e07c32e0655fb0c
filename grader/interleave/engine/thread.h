/**
 * @file thread.h
 * @brief A thread of a model: what it knows, what it waits for, where it looks.
 */
#ifndef INTERLEAVE_THREAD_H
#define INTERLEAVE_THREAD_H

#include "operation.h"

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
    int last_step;                    /* the number of the last one made; or -1 */
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
    uint16_t took_turn; /* its clock when it allocated last, or started a thread: turn.c */
    uint16_t yielded;   /* steps that it had made when it gave way */
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
    int frame_count;        /* in il->frames */
    void *thread_pointer;   /* to its thread-local variables; NULL: not made yet */
};

#endif
