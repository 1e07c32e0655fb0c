/**
 * @file stage.h
 * @brief What the files of the scenario share: probes, programs, schedulers, the mock park.
 */
#ifndef WEFT_SUITE_04_STAGE_H
#define WEFT_SUITE_04_STAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "steps.h"
#include "weft/coop.h"
#include "weft/combine.h"
#include "weft/current_thread.h"
#include "weft/detail/atomic.h"
#include "weft/local_set.h"
#include "weft/task.h"
#include "weft/task_local.h"

/** What a probe, a thread, a park or a hook does. */
struct program {
    int count;
    struct step_act acts[PROGRAM_MAX];
};

/** What is polled: the frame of a task, of a root or of a body. */
struct frame {
    struct wf_future future;
    int number;
    int out;
};

/** A future that consumes for ever: one branch of `race`. Or so often, and gives back: `refund_freely`. */
struct eater {
    struct wf_future future;
    struct wf_consume consume;
    int64_t left; /* -1: for ever */
    int64_t eaten;
    bool pauses; /* is PENDING once, half-way */
    bool gives_back;
    int out;
};

struct probe {
    struct program poll, drop;
    int next; /* act of the poll's program */
    int repeated[PROGRAM_MAX];
    int polls;
    bool quiet;
    WF_ATOMIC(bool) may_go_on; /* `wait`, `let_go` */
    struct frame own;          /* of a root or body */

    struct wf_waker kept;
    struct wf_join_handle handle;
    struct wf_abort_handle abort;

    bool between; /* the child is polled with a waker that stands between */
    /* what that one does when it is woken next, by any thread: an act of the poll's program; NULL: nothing */
    WF_ATOMIC(const struct step_act *) on_wake;
    bool on_each_wake; /* and later ones, all on the thread that polls; written before on_wake */

    /* the child that it awaits, while `awaits` */
    bool awaits;
    struct wf_future *child;
    struct wf_yield yield;
    struct eater eater;
    struct wf_unconstrained outer, inner;
    struct wf_local_run run;
    struct wf_local_scope scope;
    struct wf_select select;
    struct wf_future *branches[2];
};

/** A probe by its number. */
struct probe *probe_by_number(int64_t number);
/** The number of a probe; of none: -1. */
int64_t number_of(const struct probe *probe);
/** The frame of probe `number`, built in `frame`. */
void build_frame(struct frame *frame, int64_t number);

/** The number of a task, which is a probe. */
int64_t number_of_task(const struct wf_task *task);
/** How many tasks were built and are neither READY nor dropped. */
int tasks_alive(void);
/** A root or body, built: the frame of probe `number` outside of any task. */
struct wf_future *own_frame(int64_t number);
/** Set what a range of probes does. */
void set_program(bool drop, int64_t range, const struct program *program);
/** Drop what probes still keep: the end of the scenario. */
void release_probes(void);

/** Does an act that anybody can do; false: it is none. `self`: the probe that is polled or dropped, or NULL. */
bool do_anywhere(struct probe *self, const struct step_act *act);
/** Build the scope of the act `scope` around a future. */
struct wf_future *in_scope(struct probe *self, const struct step_scope *act, struct wf_future *inner);
/** Keep a clone of the waker, in place of what the probe kept. */
void keep(struct probe *self, const struct wf_waker *waker);
/** The waker that a probe kept. Borrowed. */
const struct wf_waker *kept_waker(int64_t probe);
/** Tell how the task's join handle ended. */
void tell_joined(int64_t number, enum wf_poll poll);
/** Drop what is left of a spawn of the probe: its handles. */
void release_handles(struct probe *probe);
/** Run a program while `self` is dropped. */
void run_for(struct probe *self, const struct program *program);
/** Run a program outside of any poll. */
void run_program(const struct program *program);
/** Do one act on a thread of its own and wait for its end. */
void run_aside(const struct step_act *act);

extern struct wf_current_thread *runtimes[RUNTIMES_MAX];
extern struct wf_local_set *locals[LOCALS_MAX];

/* scenario_locks.c */

/** Publish what this thread left in the tables, and see what others did: the driver's and the park's. */
void synchronise(void);
/** Guards the tables; held in no call but to clone a waker. */
extern pthread_mutex_t tables;
/** Do that before the n-th mutex that this thread takes from now on, not counting those inside of others. The act outlives that. */
void run_aside_at_lock(const struct step_act *act, int64_t nth);
/** The same, after the n-th that it gives back. */
void run_aside_at_unlock(const struct step_act *act, int64_t nth);
/** This thread waits at that gate before it takes its next mutex; -1: no more. */
void slow_lock(int64_t gate);

/* scenario_park.c */
bool new_runtime(int64_t runtime, bool mock, int64_t hooks);
void set_park_program(int64_t runtime, bool forever, const struct program *program);
/** What the runtime's hook, HOOK_BEFORE_PARK and so on, does the next time. */
void set_hook_program(int64_t runtime, int hook, const struct program *program);
void set_shutdown_program(int64_t runtime, const struct program *program);
void hold_next_unpark(int64_t runtime, int64_t gate);

/* scenario_set.c */
void set_new(void);
void set_run(int64_t limit);
void set_end_turn(void);
void set_shutdown(void);
void set_end(void);
/** Abort what is left and run it, in a last block_on, then give the runtime's first reference up: no drop. */
void end_runtime(int64_t runtime);

/* scenario_moving.c: of the scheduler whose tasks may move to another thread, or of the one whose tasks stay */
struct wf_scheduler *mover_scheduler(bool moves);
/** Run its tasks, each when it is woken, until none is left to run. */
void run_mover(bool moves);
/** Poll probe `root` once as the root of a block_on of it, which stays on its thread. */
void poll_root_of_mover(bool moves, int64_t root);

/* scenario_storm.c */
void storm(int64_t probe, int64_t rounds, int64_t spin);
void spawn_many(struct wf_scheduler *scheduler, int64_t count);
void many_begin_to_drop(void);
void wake_many(void);
void count_many(int64_t *dropped, int64_t *polled);
void forget_many(void);
void spawn_chain(struct wf_scheduler *scheduler, int64_t count);
int64_t chain_dropped(void);

/* scenario_lives.c */
/** Two threads live so many lives each, at once. How many tasks were READY, and how many dropped. */
struct step_reply live_at_once(int64_t what, int64_t times);

/** The scheduler by its number. */
struct wf_scheduler *scheduler_by_number(int64_t number);

#endif
