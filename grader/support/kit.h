/**
 * @file kit.h
 * @brief What judge and subject agree on in the laws of futures: domains, one step, what is observed, and what a future is.
 *
 * Each is declared once, as one line of a table (an X-macro), from which come a structure, the dispatch, the text in a trace and
 * the account of what was drawn. The laws themselves are docs/laws.md; the judge's half is src/laws.c, the subject's
 * kit_life.c. A lab adds a table of its futures (suites/NN/futures.h) and how each is built (suites/NN/laws_futures.c).
 */
#ifndef WEFT_GRADER_KIT_H
#define WEFT_GRADER_KIT_H

#include <limits.h>
#include <stdint.h>

#include "step_table.h"
#include "weft/error.h"

/* --- domains: the edges of each are drawn in every run, whatever the seed --- */

/* DOMAIN(name, edges...) */
#define KIT_DOMAINS(DOMAIN)                                                                                  \
    DOMAIN(COUNT, 0, 1, 2, 3, 5, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 300, 1000)            \
    DOMAIN(ORDER, 0, 1)                                                                                      \
    DOMAIN(BYTES, 0, 1, 4, 7, 8, 16, 24, 48, 63, 64, 65, 100, 4096, 65536)                                   \
    DOMAIN(OWNED, 0, 1)                                                                                      \
    DOMAIN(WANT, 0, 1)                                                                                       \
    DOMAIN(ROOM, ROOM_NONE, ROOM_NULL_WITH_SIZE, ROOM_VALID_WITH_0, ROOM_ONE_SHORT, ROOM_EXACT, ROOM_AMPLE)  \
    DOMAIN(FORM, 0, 1, 2)                                                                                    \
    DOMAIN(RESULT, 0, 1, -1, -4095, -4096, INT_MIN, INT_MAX, WF_ENOMEM, WF_ECANCELED, WF_ETIMEDOUT,          \
           WF_EAGAIN, WF_ECLOSED, WF_EDISABLED, WF_EEND, WF_EFULL, WF_ELAGGED, WF_ETOOLONG)                  \
    DOMAIN(RUBBISH, 0xa5, 0, 0xff)                                                                           \
    DOMAIN(WHERE, NO_CONTEXT, IN_CONTEXT, IN_BUDGET, OTHER_THREAD, IN_BLOCK_ON, IN_TASK, DROPPED_OUTSIDE,    \
           IN_ANOTHER, IN_CLEAN_UP, IN_ROOT, IN_RUNTIME, IN_LOCAL_TASK, IN_SHUTDOWN, IN_CALL)                \
    DOMAIN(PLACE, AT_LEAF_POLL, AT_LEAF_DROP, AT_CALLBACK, AT_CLONE, AT_WAKE, AT_WAKER_DROP, AT_ALLOC,       \
           AT_FREE, AT_DROP_OUT, AT_FINALLY, AT_HOOK)                                                        \
    DOMAIN(INTRUDER, DUMPS, LIVES, POLLS_TWIN, WAKES_TWIN, DROPS_TWIN)                                       \
    DOMAIN(SITE, 0, 1)                                                                                       \
    DOMAIN(UNITS, 0, 1, 2, 127, 128)

enum { ROOM_NONE, ROOM_NULL_WITH_SIZE, ROOM_VALID_WITH_0, ROOM_ONE_SHORT, ROOM_EXACT, ROOM_AMPLE };

/** From where a life is polled and dropped. */
enum {
    NO_CONTEXT,
    IN_CONTEXT,
    IN_BUDGET,
    OTHER_THREAD,
    IN_BLOCK_ON,
    IN_TASK,
    DROPPED_OUTSIDE, /* and polled in a context */
    IN_ANOTHER,      /* in the poll of a leaf of another one like it */
    IN_CLEAN_UP,     /* of a task that was aborted */
    IN_ROOT,         /* of a runtime of one thread */
    IN_RUNTIME,      /* in a task of it */
    IN_LOCAL_TASK,   /* in a task of a local set in it */
    IN_SHUTDOWN,     /* in the clean-up of a task of it, while it is dropped */
    IN_CALL,         /* that blocks */
};

/** Every call out of the submission is a place, where somebody else may do something. */
enum {
    NOWHERE,
    AT_LEAF_POLL,
    AT_LEAF_DROP,
    AT_CALLBACK,
    AT_CLONE,
    AT_WAKE,
    AT_WAKER_DROP,
    AT_ALLOC,
    AT_FREE,
    AT_DROP_OUT,
    AT_FINALLY,
    AT_HOOK, /* of events */
    PLACES
};

/** What is done there: look at the whole tree; live a whole life of the same shape; poll another that is alive, make READY what that
 * waits for, which wakes it, or drop it; make the mistake of the variation. */
enum { NOBODY, DUMPS, LIVES, POLLS_TWIN, WAKES_TWIN, DROPS_TWIN, ERRS };

/* --- mistakes: what its caller may do wrong --- */

/* MISTAKE(name, how it reads). What a header promises of it, by kind of future: laws_mistakes.c, and a lab's LAB_MISTAKES. */
#define KIT_MISTAKES(MISTAKE)                                                                                \
    MISTAKE(POLL_READY, "polled after it was READY")                                                         \
    MISTAKE(POLL_DROPPED, "polled after it was dropped")                                                     \
    MISTAKE(DROP_DROPPED, "dropped a second time")                                                           \
    MISTAKE(POLL_IN_DROP, "polled while it is being dropped")                                                \
    MISTAKE(DROP_IN_DROP, "dropped while it is being dropped")                                               \
    MISTAKE(POLL_IN_POLL, "polled inside of its own poll")                                                   \
    MISTAKE(POLL_ELSEWHERE, "polled by another thread than before")                                          \
    MISTAKE(POLL_OUTSIDE, "polled outside of any context")                                                   \
    MISTAKE(POLL_LOST, "polled while its line is no place of it")                                            \
    MISTAKE(READ_AS_INT, "asked for an int output")

#define KIT_MISTAKE_NAME(name, text) name,
/** Those of one kind alone come behind: its own ones, in the order of the lab's LAB_OWN_MISTAKES. */
enum kit_mistake { NO_MISTAKE, KIT_MISTAKES(KIT_MISTAKE_NAME) OWN_MISTAKES };

/** When one can be made. */
enum {
    WHEN_NEW = 1 << 0,
    WHEN_SUSPENDED = 1 << 1,
    WHEN_READY = 1 << 2,
    WHEN_DROPPED = 1 << 3,
    IN_ITS_POLL = 1 << 4,
    IN_ITS_DROP = 1 << 5,
    WHEN_ALIVE = WHEN_NEW | WHEN_SUSPENDED,
    WHEN_OVER = WHEN_READY | WHEN_DROPPED,
    AT_ANY_TIME = WHEN_ALIVE | WHEN_OVER,
};

#define KIT_DOMAIN_NAME(name, ...) DOMAIN_##name,
enum kit_domain { KIT_DOMAINS(KIT_DOMAIN_NAME) DOMAINS };
KIT_DOMAINS(STEP_HAS_EDGES)

/* --- the step: one whole life --- */

/** A future's shape: what it is built of. SHAPED(member, domain) */
#define KIT_SHAPE(SHAPED)                                                                                    \
    SHAPED(count, COUNT)                                                                                     \
    SHAPED(order, ORDER)                                                                                     \
    SHAPED(bytes, BYTES)                                                                                     \
    SHAPED(owned, OWNED) /* where there is an output: one of 0 bytes is none */                              \
    SHAPED(want, WANT)                                                                                       \
    SHAPED(room, ROOM)                                                                                       \
    SHAPED(form, FORM)

/** What differs from the plain run of a life. */
#define KIT_VARIATION(VARIED)                                                                                \
    VARIED(rubbish, RUBBISH) VARIED(where, WHERE) VARIED(place, PLACE) VARIED(intruder, INTRUDER)

#define KIT_MEMBER(name, domain) int32_t name;
struct kit_shape {
    int32_t kind; /**< the future's number in the lab's table */
    KIT_SHAPE(KIT_MEMBER)
    int32_t result; /**< of a future that is built with it */
};
struct kit_variation {
    KIT_VARIATION(KIT_MEMBER)
    int32_t twin;    /**< so many more are alive, and do each operation after the first */
    int32_t fail;    /**< this allocation of its life fails; 0: none */
    int32_t mistake; /**< of the intruder ERRS */
};

/** What is done in a life. */
enum kit_act {
    ACT_POLL,      /* a: waker */
    ACT_POLL_WITH, /* the same, in a context that has `result` units of budget left */
    ACT_ARM,       /* a: leaf: it is READY with `result` from now on, and wakes its waker */
    ACT_ARM_ALL,   /* the same for all that are not */
    ACT_DROP,
    ACT_KICK,     /* something else than a leaf asks for a poll */
    ACT_ARM_REST, /* a: the one leaf that is left as it is; the same as ACT_ARM for all others that are not */
    ACT_WITNESS,  /* somebody else takes over what outlives it */
    ACT_ERR, /* a: the mistake, by a copy of the program: what comes of it is told, and the life goes on */
};

struct kit_op {
    uint8_t act;
    int32_t a;
    int32_t result;
};
enum { KIT_OPS_MAX = 14, KIT_WAKERS = 4, KIT_COUNT_MAX = 1000, KIT_MAP_KEY = 0x55 };

/** The one command: a life, or a crowd of them. In a channel's command it is its arguments, as bytes. */
struct kit_life {
    struct kit_shape shape;
    struct kit_variation variation;
    int32_t crowd; /**< so many at once, over one parent; 0: one life as `ops` say */
    int32_t count; /**< of ops */
    struct kit_op ops[KIT_OPS_MAX];
};
_Static_assert(sizeof(struct kit_life) <= CHANNEL_ARGUMENTS_MAX * sizeof(int64_t),
               "a life fits into a command");

enum { STEP_LIFE = CHANNEL_FIRST_OPERATION };
/** A vector of what was observed, as the text of an event: of the object, or of its twin. What came of a mistake, in words. */
enum { EVENT_SEEN = 1, EVENT_SEEN_OF_TWIN, EVENT_ERRED };
/** What came of a mistake: clause and message of a panic, with a newline between them; or one of these. */
#define ERRED_QUIETLY "it returned"
#define ERRED_AND_ENDED "the program ended otherwise than by a panic"
enum { ERRED_BYTES = 160 };

/* --- what is observed after the construction, after each operation, and after the release --- */

/* SEEN(name, how it reads before the number) */
#define KIT_OBSERVED(SEEN)                                                                                   \
    SEEN(poll, "the poll's result (0 PENDING, 1 READY, -1 none) is")                                         \
    SEEN(out, "out is")                                                                                      \
    SEEN(head, "the state that its head says (0 new, 1 suspended, 2 done, 3 dropped) is")                    \
    SEEN(leaf_polls, "polls of what it waits for, so far:")                                                  \
    SEEN(leaf_done, "of these futures READY:")                                                               \
    SEEN(leaf_drops, "of these futures dropped:")                                                            \
    SEEN(leaf_alive, "of these futures alive:")                                                              \
    SEEN(twice, "futures polled twice in one poll:")                                                         \
    SEEN(bypassed, "operations called past wf_future_poll() and wf_future_drop():")                          \
    SEEN(holding, "futures that hold a clone of the newest waker:")                                          \
    SEEN(clones, "clones of its wakers that are alive:")                                                     \
    SEEN(wakes_newest, "wakes of the newest waker:")                                                         \
    SEEN(wakes_older, "wakes of older wakers:")                                                              \
    SEEN(callbacks, "calls of its callback:")                                                                \
    SEEN(callback_wrong, "calls of its callback with a wrong argument, output or time:")                     \
    SEEN(finals, "runs of its clean-up:")                                                                    \
    SEEN(finals_early, "futures that were alive while its clean-up ran:")                                    \
    SEEN(made, "outputs made that have a destructor:")                                                       \
    SEEN(destroyed, "of these outputs destroyed:")                                                           \
    SEEN(claimed, "of these outputs handed on:")                                                             \
    SEEN(value_wrong, "outputs that are not what was made:")                                                 \
    SEEN(allocations, "allocations:")                                                                        \
    SEEN(frees, "frees:")                                                                                    \
    SEEN(spent, "units of budget spent:")                                                                    \
    SEEN(context_lost, "times that the thread's context was another one afterwards:")                        \
    SEEN(block_on_wrong, "times that wf_block_on() returned something else than 0:")                         \
    SEEN(budget_wrong, "polls of wf_block_on() that did not begin with WF_BUDGET units of budget:")          \
    SEEN(surroundings_wrong, "polls and drops of what it waits for in other surroundings than it makes:")    \
    SEEN(reached, "live futures that its tree shows:")                                                       \
    SEEN(tree_wrong, "things that its tree shows and that are over, freed, or no future:")                   \
    SEEN(room_wrong, "times that the frame lay elsewhere than it should, or its head was not zero:")         \
    SEEN(returned_wrong, "constructors that returned another address than their storage's:")                 \
    SEEN(books, "its parent's count is")                                                                     \
    SEEN(uncounted, "polls and drops of what it waits for in which its parent did not count it:")            \
    SEEN(damage, "bytes outside of its frame that changed:")                                                 \
    SEEN(twin_wrong, "lives of others that went wrong:")                                                     \
    SEEN(ops_wrong, "constructors after which its ops name another size or another output:")                 \
    SEEN(went_on, "things that it left and that somebody else could go on with:")                            \
    SEEN(failures, "allocations that failed:")                                                               \
    SEEN(intrusions, "intrusions:")                                                                          \
    SEEN(live, "bytes allocated and not freed:")

#define KIT_SEEN_MEMBER(name, text) int32_t name;
struct kit_seen {
    KIT_OBSERVED(KIT_SEEN_MEMBER)
};

/* --- what a future is, for its laws --- */

/** When it is READY. */
enum kit_waits {
    WAITS_FOR_NOTHING, /* READY at the first poll */
    WAITS_FOR_EVER,    /* never READY */
    WAITS_FOR_ALL,     /* when all its leaves are */
    WAITS_OR_FAILS,    /* when all are, or one with a negative output */
    WAITS_FOR_ANY,     /* when one is */
    WAITS_IN_TURN,     /* two leaves, the second built when the first is READY */
    WAITS_ONE_TURN,    /* PENDING once, then READY */
};

/** Whose its leaves are, and which operations fall to it. */
enum kit_leaves {
    NO_LEAVES,
    OWNS_LEAVES,
    LENDS_LEAVES,
    RUN_ELSEWHERE /* it polls none of them: a task does, which goes on when it is dropped */
};

/** Who receives a leaf's output. */
enum kit_output { STAYS, TO_CALLBACK, TO_VALUE };

/** The domains that a kind ranges over, and what else differs. */
enum {
    BY_COUNT = 1 << DOMAIN_COUNT,
    BY_ORDER = 1 << DOMAIN_ORDER,
    BY_BYTES = 1 << DOMAIN_BYTES,
    BY_OWNED = 1 << DOMAIN_OWNED,
    BY_WANT = 1 << DOMAIN_WANT,
    BY_ROOM = 1 << DOMAIN_ROOM,
    BY_FORM = 1 << DOMAIN_FORM,
    BY_RESULT = 1 << DOMAIN_RESULT,
    SHAPES = (1 << DOMAIN_RESULT) - 1, /* those above but the result: members of the shape */
    NO_OUTPUT = 1 << 16,               /* its frame has no `out` that is an int */
    HAS_PARENT = 1 << 17,              /* several may be built over one parent, which counts them */
    STAYS_EMPTY = 1 << 18,             /* in form 1 nothing is built in its room; it has no other forms */
    BUILDS_LATE = 1 << 19,    /* its leaves are built when it comes to them, none before its first poll */
    CALLS_TO_BUILD = 1 << 20, /* the construction calls its callback, once, where there is room */
    CLEANS_UP = 1 << 21,      /* it has a clean-up, which runs once, when it is over, polled or not */
    KEEPS_WAKER = 1 << 24,    /* while it is PENDING it keeps a clone of its own */
    IN_RUNTIMES = 1 << 22,    /* of a lab that has a runtime of one thread: it is polled in one too */
    IN_CALLS = 1 << 23,       /* of a lab that has blocking calls: the same */
    SPENDS_ONE = 1 << 25,     /* READY costs it a unit of budget */
    SPENDS_NONE = 1 << 26,    /* what it polls has another budget, or none */
    /* Tasks, which outlive it: one from the begin, but in form 0, and one at each kick. In form 1 they wait, in form 2 they give
     * way once. */
    RUNS_TASKS = 1 << 27,
    IN_TASKS = 1 << 28,   /* of a lab that has tasks: it is polled in one too */
    READS_INTS = 1 << 29, /* it reads the outputs of its leaves, and panics where one is no int */
    SAYS_ONE = 1 << 30,   /* it waits for nothing, and its `out` is 1, where others' is 0 */
};

#endif
