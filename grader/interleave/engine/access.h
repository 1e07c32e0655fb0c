/**
 * @file access.h
 * @brief What a thread of a model may do: each visible operation, as the front ends report it.
 *
 * The front ends (hooks_compiler.c, hooks_memory.c and others) are the only callers in a model; tests of the engine call these
 * directly, in programs that are linked without the front ends and without --wrap. Every call names its `site`: an address in the program, from which file and line are found when an account
 * is written.
 */
#ifndef INTERLEAVE_ACCESS_H
#define INTERLEAVE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Memory orders, numbered as the compilers number them. */
enum il_order { IL_RELAXED, IL_CONSUME, IL_ACQUIRE, IL_RELEASE, IL_ACQ_REL, IL_SEQ_CST };

/** Read-modify-write operations. */
enum il_rmw { IL_EXCHANGE, IL_ADD, IL_SUB, IL_AND, IL_OR, IL_XOR, IL_NAND };

/** An address in the program's code. */
typedef const void *il_site;

/** Whether a model is being executed: outside of one the operations act on memory directly, or do nothing. */
bool il_active(void);

/* --- atomics: sizes 1, 2, 4, 8 --- */

uint64_t il_load(const volatile void *object, unsigned size, enum il_order order, il_site site);
void il_store(volatile void *object, unsigned size, uint64_t value, enum il_order order, il_site site);
uint64_t il_rmw(volatile void *object, unsigned size, enum il_rmw kind, uint64_t operand, enum il_order order,
                il_site site);
/** Compare and exchange; returns what was there: it succeeded if that is `expected` and *succeeded says so. */
uint64_t il_compare_exchange(volatile void *object, unsigned size, uint64_t expected, uint64_t desired,
                             enum il_order order, enum il_order failure_order, bool weak, bool *succeeded,
                             il_site site);
void il_fence(enum il_order order, il_site site);

/* --- plain memory --- */

void il_plain(const volatile void *address, size_t size, bool is_write, il_site site);
/** The same of memory that a call of the library is given: where nothing is, the program crashes there. */
void il_touch(const volatile void *address, size_t size, bool is_write, il_site site);
/** A read of something that is no number, such as a structure that is copied: parts of it may be unwritten. */
void il_read_whole(const volatile void *address, size_t size, il_site site);
/** The same of a copy, by memcpy or its kin: what was not written before is not after. `may_overlap`: memmove. */
void il_copy(void *to, const void *from, size_t size, bool may_overlap, il_site site);
void *il_malloc(size_t size, size_t alignment, bool zeroed, il_site site);
void il_free(void *memory, il_site site);
/** The size of a live block; 0: not a block. */
size_t il_block_size(const void *memory);

/* --- threads --- */

int il_spawn(void *(*run)(void *arg), void *arg, il_site site);
void *il_join(int id, il_site site);
void il_detach(int id, il_site site);
int il_self(void);
/** A hint that the thread spins: it sleeps until something that it has read changes. */
void il_spin(il_site site);
/** Let others go first. */
void il_yield(il_site site);
_Noreturn void il_exit_thread(void *result, il_site site);

/* --- time: nanoseconds --- */

int64_t il_now(il_site site);
void il_sleep(int64_t deadline, il_site site);

/* --- locks: 0 or an error code of POSIX --- */

int il_mutex_lock(void *mutex, il_site site);
int il_mutex_trylock(void *mutex, il_site site);
int il_mutex_unlock(void *mutex, il_site site);
/** Whether the calling thread holds it. */
bool il_mutex_is_own(void *mutex, il_site site);
/** Lock it once more, or once less (`by` is -1); false: it is held once only. */
bool il_mutex_nest(void *mutex, int by, il_site site);
int il_rwlock_lock(void *object, bool writes, bool tries, il_site site);
int il_rwlock_unlock(void *object, il_site site);
/** True: the caller is to do it, and then to say so. */
bool il_once_begin(void *once, il_site site);
void il_once_end(void *once, il_site site);
void il_barrier_init(void *barrier, unsigned threads, il_site site);
/** True for one of the threads. */
bool il_barrier_wait(void *barrier, il_site site);
int il_mutex_destroy(void *object, bool is_condition, il_site site);
void il_mutex_init(void *object);
/** The deadline is a time of the clock in nanoseconds, or INT64_MAX. ETIMEDOUT: it has come. */
int il_condition_wait(void *condition, void *mutex, int64_t deadline, il_site site);
int il_mutex_timedlock(void *mutex, int64_t deadline, il_site site);
int il_condition_signal(void *condition, bool all, il_site site);
/** EAGAIN: the word is not `expected`. ETIMEDOUT as above. */
int il_futex_wait(const void *word, uint32_t expected, int64_t deadline, il_site site);
/** Add a permit to those that this word counts: EOVERFLOW: there are as many as can be. Nothing but these two changes the word. */
int il_post(void *word, il_site site);
/** Wait until there is one, and take it. The deadline as above. */
int il_take(void *word, int64_t deadline, il_site site);
/* --- descriptors: a number, or what was read or written; less than 0: an error code of POSIX, negated --- */

int il_eventfd(uint64_t count, bool takes_one, bool never_waits, il_site site);
void il_pipe(int numbers[2], bool never_waits, il_site site);
void il_socketpair(int numbers[2], bool never_waits, il_site site);
int64_t il_read(int number, void *bytes, size_t size, bool never_waits, il_site site);
int64_t il_write(int number, const void *bytes, size_t size, bool never_waits, il_site site);
int il_close(int number, il_site site);
/** 0, or an error code. */
int il_shutdown(int number, bool reading, bool writing, il_site site);
bool il_descriptor_waits(int number, il_site site);
void il_descriptor_set(int number, bool never_waits, il_site site);
struct pollfd;
struct epoll_event;
/** A wait for `deadline`; NO_DEADLINE: for ever. `waits`: false: only a look. */
int il_poll(struct pollfd *polled, size_t count, bool waits, int64_t deadline, il_site site);
int il_epoll_new(il_site site);
int il_epoll_control(int number, int operation, int other, const struct epoll_event *event, il_site site);
int il_epoll_wait(int number, struct epoll_event *events, int most, bool waits, int64_t deadline,
                  il_site site);

/** Returns how many were woken. */
int il_futex_wake(const void *word, int most, il_site site);

#endif
