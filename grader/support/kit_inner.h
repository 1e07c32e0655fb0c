/**
 * @file kit_inner.h
 * @brief What the kit's own files share: leaves, wakers, storage, places.
 */
#ifndef WEFT_GRADER_KIT_INNER_H
#define WEFT_GRADER_KIT_INNER_H

#include "kit_subject.h"

enum { GUARD_BYTES = 64, GUARD_BYTE = 0xc3, GONE_BYTE = 0xdd };

/** Storage with a guard on each side. */
struct kit_block {
    struct kit_block *next;
    size_t bytes;
    unsigned char *memory; /* the guard in front */
};

/** Two wakers in a row have one datum, and differ by their tables alone. */
struct kit_datum {
    struct kit_object *object;
    int pair;
};

/** What became of a leaf. It outlives the leaf's frame. */
struct kit_track {
    struct wf_future *future;
    enum { NOT_BUILT, ALIVE, READY_NOW, DROPPED } state;
    bool armed, held; /* made READY by the judge; its output is held by nobody yet */
    int32_t result;
    uint32_t polled_in; /* the number of the poll */
    struct wf_waker kept;
    int kept_number; /* of the waker that `kept` is a clone of; -1: none */
};

struct kit_inner {
    struct kit_datum data[KIT_WAKERS / 2];
    int newest; /* waker of the last poll; -1: none */
    uint32_t polls;
    void (*inside)(void *arg); /* to be done in the next poll of a leaf, with `inside_arg`; NULL: nothing */
    void *inside_arg;
    bool built, over, in_operation, in_drop; /* a poll or drop of the object runs; a drop does */
    uint32_t operations,
        erred_in; /* polls and drops of it that began; in which of them the last mistake was made */
    struct wf_future_ops leaf_ops, int_ops;
    struct kit_track *tracks;
    struct kit_block *blocks;
    int32_t rubbish;
};

struct wf_waker kit_waker(struct kit_object *object, int number);

/** The object that is being polled or dropped on this thread, or built. */
extern __thread struct kit_object *kit_current;

/** The variation in force: where, place, intruder. */
extern struct kit_variation kit_varied;

/** The object has come to this place: the intruder of the variation in force, if it is set for that place, acts now. */
void kit_place(int place, struct kit_object *of);

void kit_build(struct kit_object *object, const struct kit_shape *shape, struct kit_object *parent,
               int32_t rubbish);
enum wf_poll kit_poll(struct kit_object *object, int waker);
void kit_drop(struct kit_object *object);
void kit_arm(struct kit_object *object, int index, int32_t result);
/** Everything is given back; its vector stays. */
void kit_release(struct kit_object *object);
/** Bring the vector up to date. */
void kit_look(struct kit_object *object);
/** Somebody else goes on with what outlived the object. */
void kit_witness(struct kit_object *object);

/* kit_where.c: polls (waker -1: drops) from where the variation says. `units`: of budget, in a context of its own; -1: none. */
void kit_go(struct kit_object *of, int waker, int32_t units);

/** Do it in a task, on a scheduler made for that (IN_TASK, IN_CLEAN_UP): kit_tasks.c, which labs have that have tasks. */
__attribute__((weak)) void kit_in_task(int32_t where, void (*what)(void *arg), void *arg);
/** Do it in a runtime of one thread, made for that (IN_ROOT to IN_SHUTDOWN): kit_runtimes.c, which labs have that have one. */
__attribute__((weak)) void kit_in_runtime(int32_t where, void (*what)(void *arg), void *arg);
/** Do it in a blocking call: labs that have these. */
__attribute__((weak)) void kit_in_call(void (*what)(void *arg), void *arg);

/* kit_leaves.c */

/** What a leaf's operations and size are, for the object's shape. */
void kit_prepare_leaves(struct kit_object *object);
/** Those that poll its leaves elsewhere do so now, if they can. */
void kit_take_turn(struct kit_object *object);
/** Whether the bytes at `out` are what leaf `index` makes. */
bool kit_is_output(const struct kit_object *object, int index, const void *out);
/** Which live leaves its tree shows, and what else that should not be there. */
void kit_look_at_tree(struct kit_object *object);
/** The memory is about to be freed: nothing that a dump would go to may lie in it. */
void kit_look_for_freed(struct kit_object *object, const void *memory, size_t size);

/* kit_mistakes.c */

/** A copy of the program makes this mistake with the object, and what came of it is told. */
void kit_err(struct kit_object *object, int mistake);
/** In a call out of the object's poll or drop: make the mistake of the variation in force, if it is one for there. False: it is not. */
bool kit_err_inside(struct kit_object *object);

/* kit_memory.c */

/** Count the bytes that changed outside of the object's storage. */
void kit_look_at_guards(struct kit_object *object);
void kit_free_storage(struct kit_object *object);
/** Allocations from here on are the object's; NULL: nobody's. */
void kit_watch_allocator(void);

/** Bytes that lives have allocated and not freed. */
int32_t kit_live_bytes(void);

#endif
