/**
 * @file engine.h
 * @brief The engine as its own files see it: how an execution goes, and which file does what.
 *
 * ## An execution
 *
 * All threads of a model are coroutines of one real thread. A visible operation is announced (thread->next) before it
 * runs, and a new thread runs to its first announcement at once. So at each decision the next operation of every thread
 * is known: which can run, which depend on each other. pick_thread() chooses; the chosen operation is a step.
 *
 * ## The files, in reading order
 *
 *     view.h        clocks and views
 *     operation.h   limits; what threads do, and what each step touches
 *     shared.h, thread.h, plain.h, told.h    what steps are about; state.h: all that an execution and a search consist of
 *     location.c    atomic objects and their stores
 *     choice.c      which stores an operation may read, and where among them its own may stand
 *     sc.c          the order of sequentially consistent events
 *     memory.c      what each memory order makes known
 *     mark.c        steps outside of the memory model: what a model knows of its own course
 *     turn.c        the same: which thread is given an address or a number first
 *     stale.c       why a load could read an old value, in words
 *     race.c        plain accesses: two without an order between them
 *     heap.c        blocks: use after free, overflow, double free, leak
 *     frames.c, unwritten.c    reads of memory that nothing has written: local variables, blocks
 *     thread.c      life of threads, spinning
 *     wait.c        loops that only look
 *     time.c        the clock, deadlines
 *     lock.c        mutexes, condition variables, futexes
 *     semaphore.c, rwlock.c, barrier.c, once.c
 *     descriptor.h, descriptor.c, transfer.c, readiness.c    eventfd, pipes, sockets; poll and epoll
 *     schedule.c    which threads can run; deadlock, livelock; the choice
 *     search.c      the tree of decisions, walked depth-first; random walks
 *     seen.c        states that the search has come to before
 *     reduce.c      which steps depend on each other; source-DPOR
 *     execution.c   one execution, and many: il_explore()
 *     decide.c      which step of a failing execution decides
 *     ladder.c      in which order to search, and what the verdict says
 *     account.c     what happened, in words; story.c: which of it is told; page.c, page_html.c: as a page
 *     site.c        files, lines, names of functions; object.c: of objects; debug_info.c, debug_local.c: what the program itself says of an address
 *     mend.c        whether the orders that an account names would mend the failure
 *     weaken.c      which orders are needed, which strengthening repairs; places.c: where, and with which instead
 *     assertion.c   assertions that no execution came to
 *     coroutine.c, locals.c, snapshot.c, failure.c, token.c
 *     hooks_compiler.c, hooks_memory.c, hooks_thread.c, hooks_lock.c, hooks_c11.c, hooks_time.c, hooks_semaphore.c, hooks_descriptor.c,
 *     hooks_refused.c    the front ends
 *     main.c, judged.c    the program
 */
#ifndef INTERLEAVE_ENGINE_H
#define INTERLEAVE_ENGINE_H

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "../interleave.h"
#include "state.h"

/* The time at which an execution begins. */
enum { NOW_SECONDS = 1000 };

static inline struct thread *il_this(void)
{
    return &il->threads[il->current];
}
static inline struct footprint footprint(int object, int object2, bool writes)
{
    return (struct footprint){.object = (int16_t)object, .object2 = (int16_t)object2, .writes = writes};
}
static inline bool il_acquires(enum il_order order)
{
    return order == IL_ACQUIRE || order == IL_ACQ_REL || order == IL_SEQ_CST || order == IL_CONSUME;
}
static inline bool il_releases(enum il_order order)
{
    return order == IL_RELEASE || order == IL_ACQ_REL || order == IL_SEQ_CST;
}
static inline bool il_is_own_stack(const volatile void *address)
{
    const volatile char *stack = il_this()->stack;
    return (const volatile char *)address >= stack && (const volatile char *)address < stack + STACK_BYTES;
}
static inline bool il_is_location(int object)
{
    return object >= 0 && object < FIRST_LOCK;
}

/* --- coroutine.c --- */
void coroutine_make(struct thread *thread);
/* NULL: the engine's own context */
void coroutine_switch(struct thread *from, struct thread *to);

/* --- snapshot.c --- */
void snapshot_take(void);
void snapshot_restore(void);
void snapshot_forget(void);

/* --- locals.c --- */
void locals_start(void);
/* They begin as the program says. */
void locals_make(struct thread *thread);
/* NULL: the engine's own */
void locals_use(const struct thread *thread);
int locals_owner(const volatile void *address); /* the thread's number; NOBODY: it is no such address */

/* --- thread.c --- */
struct thread *thread_new(void *(*run)(void *), void *arg);
_Noreturn void thread_main(void);
_Noreturn void il_leave(void); /* back to the engine; the execution is over */
void thread_watch(struct thread *thread, int object, uint16_t index, unsigned version, il_site site);
void thread_spin_if_repeating(struct thread *thread, int location, il_site site);

/* --- wait.c --- */
/* The thread is about to look at the object. `arguments`: what else it does so with. */
void look_begins(struct thread *thread, int object, uint64_t arguments, il_site site);
/* What the engine has left below its caller: at most so much, unless an account is written. */
enum { STACK_USED = 2 << 10, STACK_USED_PLAIN = 640 };
void stack_clean(size_t bytes);
void look_is_chosen(struct thread *thread, struct step *step);
/* It was a look. `locked`: of a mutex that was free, or was its own. */
void look_made(struct thread *thread, unsigned version, bool locked, bool odd);
/* The thread did something that another could see. */
void look_ends(struct thread *thread);
/* Something that the thread came round for has changed. */
bool await_is_answered(const struct thread *thread);
bool waits_for_clock(const struct thread *thread);

/* --- time.c --- */
enum runnable { CANNOT, CAN, CAN_SPURIOUSLY };
/* The wait of this thread could end by its deadline: in time, or early. */
enum runnable timeout_runnable(const struct thread *thread);
/* And in time since so many steps were made. */
bool is_in_time_since(const struct thread *thread, int steps);
/* No thread can run: those of the next deadline can. False: there is none. */
bool time_can_pass(void);
void clock_ticks(struct thread *thread, struct step *step);
void timeout_set(struct thread *thread, int64_t deadline);
/* The wait ends by its deadline, in this step. True: early. */
bool timeout_take(struct thread *thread, struct step *step);
#define EARLY ", early: others could still run"

/* --- lock.c --- */
/* The number of the lock at this address; it is looked at, and there. */
int lock_of(const void *object, bool is_condition, il_site site);
void announce_lock(struct thread *thread, struct pending next, il_site site);
struct pending pending_on(enum operation op, int lock, int lock2, il_site site);
void enqueue(struct thread *thread, struct lock *queue);
/* It is no longer in its queue, since that step. */
void wake(struct thread *thread, const struct step *signal);
const char *lock_text(const struct lock *lock, char *text, size_t size);

int lock_at(const void *object, bool is_condition, il_site site);

/* --- descriptor.c, transfer.c, readiness.c --- */
size_t descriptors_bytes(void);
void descriptors_forget(void);
void descriptors_check_leaks(void);
void descriptors_each_view(void (*act)(struct view *view, const void *argument), const void *argument);
bool transfer_is_runnable(const struct pending *next);
/* It waits for a stream, and could not run just before the earlier step, which moved something there. */
bool transfer_was_blocked(const struct pending *next, const struct step *earlier);
bool look_is_runnable(const struct thread *thread);

/* --- rwlock.c --- */
bool rwlock_is_free(const struct lock *lock, bool writes);

/* --- schedule.c --- */
/* Something that the spinning thread has read has changed; or it did not only look, and need not wait. */
bool spin_is_answered(const struct thread *thread);
enum runnable thread_runnable(const struct thread *thread);
/* What the thread will do stands in thread->next; returns when that is chosen. */
void announce(struct thread *thread);
void reschedule(struct thread *thread);
int pick_thread(void); /* NOBODY: all have ended */

/* --- search.c --- */
int choose_thread(unsigned enabled, unsigned spurious, bool may_stay);
int choose_value(int count); /* 0 is the ordinary one */
bool next_path(void);
uint64_t random_number(void);

/* --- seen.c --- */
void states_forget(void);
void state_add_step(const struct step *step);
void state_add_value(int value);
/* What follows was explored before, with as many preemptions left, while the same threads slept. */
bool state_is_seen(unsigned sleeping);

/* --- reduce.c --- */
/* As in footprint.awaits. */
uint64_t object_bit(int object);
bool depends(const struct footprint *a, const struct footprint *b);
struct step *step_begin(struct thread *thread);
/* `after`: steps that it could not come before, for a reason besides its footprint; or NULL */
void step_end(struct thread *thread, struct step *step, const struct clock *after);
/* Its next step will not be made any more. */
void step_never_made(const struct thread *thread);

/* --- location.c --- */
/* A new store at this place in the modification order; those that stood there and behind it move on. The newest one's value is
 * what stands in memory. */
struct store *location_put(int index, int place, uint64_t value, int thread, il_site site);
/* Take in what a plain write has left there, if one has. */
void location_refresh(int index, il_site site);
int location_of(const volatile void *object, unsigned size, il_site site);
struct store *location_newest(const struct location *location);
struct store *location_store(const struct location *location, int index);
uint64_t raw_read(const volatile void *address, unsigned size);
void raw_write(volatile void *address, unsigned size, uint64_t value);
/* Of or to the model's memory: a crash is the model's. */
void memory_copy(void *to, const void *from, size_t bytes);
void memory_rewritten(uintptr_t start, uintptr_t end);

/* --- memory.c --- */
/* The step reads this store. */
void read_from(struct thread *thread, struct step *step, const struct store *store, enum il_order order);
/* A new store of the thread, at this place. `read`: what a read-modify-write read; else NULL. */
struct store *make_store(struct thread *thread, struct step *step, int index, int place, uint64_t value,
                         enum il_order order, const struct store *read);

/* --- choice.c --- */
/* All of the location of this index. Which store, by its place, a load reads, or a read-modify-write. */
int choose_read(const struct thread *thread, int index, enum il_order order, bool writes);
/* Where in the modification order a store stands. */
int choose_place(const struct thread *thread, int index, enum il_order order);
/* The same as choose_read() for a compare-exchange, and whether it succeeds. */
int choose_exchange(struct thread *thread, int index, uint64_t expected, bool weak, enum il_order order,
                    enum il_order failure_order, bool *succeeds);

/* --- mark.c, turn.c --- */
struct step *mark_begin(const int *mark, enum operation op, int *index, il_site site); /* a step */
enum turn { TURN_BLOCK, TURN_THREAD, TURN_DESCRIPTOR };
/* An address or a number is about to be given out: where the model compares these, that is a step. */
void take_turn(enum turn turn, il_site site);
bool order_is_asked(void); /* by the execution that has just passed: what follows has these steps */

/* --- sc.c --- */
/* An event that is about no location: a lock, a fence, the start or end of a thread. */
void sc_pass(struct thread *thread);
/* An operation on this location begins. */
void sc_begin(struct thread *thread, int location);
/* Whether it may come before the stores from this index on, in the modification order. */
bool sc_permits(const struct thread *thread, int location, enum il_order order, int behind);
/* It has done so; what it acquired is known to its thread, and what it releases is not yet told. */
void sc_made(struct thread *thread, struct step *step);
void sc_fence(struct thread *thread);
/* For each view that there is: of threads, stores and locks. */
void each_view(void (*act)(struct view *view, const void *argument), const void *argument);
/* Of these, those of wait.c: what threads knew before a look. `i`: in il->known. */
void each_knowledge(void (*act)(struct view *view, const void *argument), const void *argument);
bool knowledge_counts(int i);

/* --- race.c, heap.c --- */
void race_check(struct thread *thread, const volatile void *address, size_t size, bool is_write, bool atomic,
                il_site site);
void heap_check(const volatile void *address, size_t size, const char *what, il_site site);
bool heap_holds(const volatile void *address);
int heap_block(const volatile void *address); /* 0: none */
void heap_reset(void);
void heap_check_leaks(void);

/* --- frames.c --- */
/* A function of the model begins, or ends: its frame pointer, and what it was called from. */
void frame_begins(const void *pointer, const void *returns_to, il_site site);
void frame_ends(const void *pointer);
/* The thread is over, or left them all. */
void frames_forget(struct thread *thread);
/* The variable at this address of a stack, whose thread and function, and the place in it; NULL: none that is watched. */
const struct local *local_at(uintptr_t address, int *owner, const struct function **function, size_t *offset);

/* --- unwritten.c --- */
void written_set(const volatile void *memory, size_t size, bool written);
/* The bytes were copied, perhaps to memory that overlaps. */
void written_copy(const void *to, const void *from, size_t size);
bool is_unwritten(const volatile void *memory, size_t size);
void unwritten_check(const volatile void *memory, size_t size, il_site site);
_Noreturn void unwritten_found(const volatile void *memory, size_t size, il_site site);

/* --- failure.c --- */
_Noreturn void fail(enum il_failure kind, il_site site, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
_Noreturn void unsupported(il_site site, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void engine_failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
void failure_watch(struct sigaction before[], bool begin);

/* --- execution.c --- */
void engine_start(void);
int64_t engine_ms(void);
/* As il->options, il->replay and the path of decisions say. */
void execute(void);
/* On the engine's own stack: what takes much of it must not leave its traces on the model's. */
void run_outside(void (*act)(void *arg), void *arg);

/* --- decide.c --- */
/* How many decisions of the failing execution in il->replay it takes until, in these bounds, every way on fails; 0: not known, or
 * every execution fails. */
int decides_at(const struct il_options *bounds);

/* --- places.c --- */
void places_begin(void); /* from here on they are noted, each once; until the end */
void places_end(void);
void places_resolve(void); /* files and lines of all of them are known from here on */
void note_place(il_site site, enum operation op, enum il_order order, enum il_order failure_order);
const struct replaced_order *replaced_at(il_site site); /* NULL: nothing is changed there */
void nothing_is_replaced(void);
/* The order to use at this site; may make a fence first. */
enum il_order order_at(il_site site, enum il_order order);
enum il_order failure_order_at(il_site site, enum il_order order);

/* --- stale.c --- */
/* While the account is written. */
void note_hint(struct il_hint hint);
void tell_stale(const struct thread *thread, int index, const struct store *read);
/* Nothing, if the store is the newest: else which one that ran earlier stands behind it. */
void tell_overtaking(const struct thread *thread, const struct store *store);
/* In `text`: which order is missing, and at which step, so that `reader` would know what `writer` did at that time of its
 * clock. False: it has read nothing that could tell it. */
bool missing_order(const struct thread *reader, int writer, uint16_t time, char *text, size_t size);
/* The same where `writer`, from that time on, only looked at an object that `reader` then read: what to do instead. */
bool only_looked(const struct thread *reader, int writer, uint16_t time, char *text, size_t size);

/* A load of the thread read an old value while its own store before it was not seen yet: what to do. */
bool store_waited(const struct thread *thread, char *text, size_t size);

/* --- account.c --- */
void account_clear(void);
/* A place for a breakpoint: a traced execution fails here, on the stack of the thread that fails. */
void interleave_failed(const char *message);
/* A line of it: a step, something that is not a step, a remark across all lanes. */
void tell_line(enum line_kind kind, int thread, il_site site, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Unless `tracing` these do nothing, and the words are not made: an execution without an account is most of them. */
#define TELL(...) (il->tracing ? tell_line(__VA_ARGS__) : (void)0)
#define tell_step(thread, site, ...) TELL(LINE_STEP, (thread)->id, (site), __VA_ARGS__)
#define tell_hidden(thread, site, ...) TELL(LINE_HIDDEN, (thread)->id, (site), __VA_ARGS__)
#define tell_switch(...) TELL(LINE_SWITCH, NOBODY, NULL, __VA_ARGS__)
#define tell_remark(...) TELL(LINE_REMARK, NOBODY, NULL, __VA_ARGS__)
char *account_text(const char *headline);
/* One of sixteen texts of 160 bytes, used in turn. */
char *scratch_text(void);
/* "EMPTY", "42": a value of a location in words. A scratch text. */
const char *value_text(int index, uint64_t value);
const char *location_text(int index);
const char *thread_text(int id);  /* "B (receiver)" */
const char *stands_text(int id);  /* where it is: "B (receiver) stands at ..." */
const char *side_of_next(int id); /* of the operation last announced: "before" or "after" */
extern const char *const order_names[];
const char *operation_name(enum operation op);

/* --- story.c --- */
/* While the account is written. */
void tell_plain(const struct thread *thread, const volatile void *address, size_t size, il_site site);
/* Two accesses race, and what each of them is in words. */
void tell_race(const struct access *before, uintptr_t address, const char *what_before,
               const struct access *now, const char *what_now);
/* The lines become what is told. */
void story_make(void);
/* How many lines from this one on repeat those before, so that they are left out. */
int story_left_out(int i);
#define STEP_DECIDES "this step decides: before it some way on passes, after it none does"

/* --- assertion.c --- */
/* A thread of the model begins there. */
void assertion_thread(void *(*run)(void *));
/* Words that name those of the model that no execution came to, to be put behind a verdict; or none. */
void assertions_unreached(const struct interleave_model *model, char *text, size_t size);

/* --- support/weft.c, which is not in each program --- */
/* What a function of the runtime does, after the name of a thread: "parks"; NULL: it has no words. */
const char *weft_words(const char *function) __attribute__((weak));

/* --- site.c --- */
/* A mark, which site_expand() replaces by "file.c:12 function". A scratch text. */
const char *where(il_site site);
/* Marks for the name of a function, of a variable, and of what a pointer points to. Scratch texts. */
const char *function_mark(const void *address);
const char *variable_mark(uintptr_t address);
const char *pointee_mark(uintptr_t address);
/* And for an object, by the name that the source line gives it: as the argument of an operation, or to the left of a "=". */
const char *object_mark(uintptr_t address, il_site site, bool is_assigned);
/* Replace all marks. Frees `text`. */
char *site_expand(char *text);
/* Find file, line and function of sites, all at once. */
void site_resolve(const il_site *sites, size_t count);
/* Of the course's own code, which is not under test; and the function that the site is in, itself not inlined. */
bool site_is_foreign(il_site site);
const char *site_entry(il_site site);
/* "file.c:12" and "function", of a site that was resolved. */
const char *site_place(il_site site);
const char *site_function(il_site site);
/* Its file, whole, and line; NULL: not known, or it was inlined from a header. And the file of this name, among all sites. */
const char *site_path(il_site site, int *line);
const char *site_path_of(const char *file);

/* --- object.c --- */
/* `whole`: of a structure and its first member, the structure. */
void write_variable(FILE *out, uintptr_t address, bool whole);
/* By its own name, or the one that the source gives it at this site, as the argument of an operation or to the left of a "=". */
void write_object(FILE *out, uintptr_t address, il_site site, bool is_assigned);
/* Of the file that places call by this name, whole; NULL: it cannot be read. The caller frees. */
char *source_text(void *arg, const char *file);

/* --- page.c --- */
/* Rows for page_write_html(). The caller frees. */
char *page_rows(const char *name, const char *headline, const char *token);

/* --- token.c --- */
char *token_make(void);
bool token_read(const char *token);

/* --- ladder.c --- */
struct ladder_result {
    struct il_result result;
    char bounds[1400]; /* in words, and what no execution came to */
    char headline[IL_MESSAGE_BYTES + 1500];
};
/* As in struct il_options. */
struct ladder_asked {
    bool all_steps, as_written;
};
void ladder_climb(const struct interleave_model *model, int budget_ms, struct ladder_asked asked,
                  struct ladder_result *out);
void model_bounds(const struct interleave_model *model, struct il_options *options);

/* --- weaken.c --- */
/* Operations in `files` ("a.c,b.c"; NULL: all). 0: every order is needed, or has a reason in the file `reasons` (NULL: none). 1: some are not */
int weaken(const struct interleave_model *const models[], size_t count, int budget_ms, const char *files,
           const char *reasons, FILE *out);
int repair(const struct interleave_model *model, int budget_ms, FILE *out);
/* The same question within `budget_ms` for all. `spare` is told of each order that no model needs, `what` suffices for it. */
typedef void spare_order(const char *place, const char *operation, const char *suffices);
enum il_verdict weaken_judged(const struct interleave_model *const models[], size_t count, int budget_ms,
                              const char *files, spare_order *spare, long *executions);

/* Of the same line and function; both sites were resolved. */
bool same_place(il_site a, il_site b);

/* --- mend.c --- */
/* Lines for the account of a failure: which of the orders that it names make the model pass, and if none does, which single change. The
 * caller frees; NULL: there is nothing to say. */
char *mend(const struct interleave_model *model, const struct il_result *failure, int budget_ms);

/* --- judged.c --- */
/* `token`: the one execution to run; NULL: all. */
int judged_main(const struct interleave_model *const models[], size_t count, const char *name,
                const char *token);
/* `request`: "CLAUSE:FILES". */
int judged_weaken(const struct interleave_model *const models[], size_t count, const char *request);

#endif
