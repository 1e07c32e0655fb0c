/**
 * @file orders.h
 * @brief Eight small pieces of concurrent code, as their users see them. What each promises is what the models check.
 */
#ifndef ORDERS_H
#define ORDERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include <pthread.h>

/** 1. A mailbox for one letter, from one thread to one other. */
struct mailbox {
    int letter; /**< plain data: the flag says when it may be read */
    atomic_int full;
    atomic_int misses; /**< how often somebody looked into an empty box: a statistic */
};

/** Put the only letter in. What the sender did before is done for whoever takes it out. */
void mailbox_put(struct mailbox *box, int letter);
/** Take the letter, if it is there. */
bool mailbox_take(struct mailbox *box, int *letter);
/** How many looks were in vain. Exact once all threads have been joined. */
int mailbox_misses(struct mailbox *box);

/** 2. A spin lock. What was done under the lock is done for whoever holds it next. */
struct spin {
    atomic_int held;
};

void spin_lock(struct spin *lock);
bool spin_try_lock(struct spin *lock);
void spin_unlock(struct spin *lock);

/** 3. A counted object: the count begins with 1, and who drops the last reference frees it. */
struct counted {
    atomic_int references;
    int data[2]; /**< plain; each thread has its own half, until one of them has the only reference */
};

struct counted *counted_new(void);
/** One more reference. The caller has one already. */
void counted_get(struct counted *object);
/** Give a reference up. All that was done with the object comes before it is freed. */
void counted_put(struct counted *object);
/** The caller's reference is the only one: it may write to all of the object, without a lock. */
bool counted_is_mine(struct counted *object);

/** 4. An object that is made when it is first wanted, once. `make` is called under the lock. */
struct lazy {
    pthread_mutex_t lock;
    int *(*make)(void);
    _Atomic(int *) object; /**< NULL: not made yet */
};

int *lazy_get(struct lazy *lazy);

/** 5. A queue between one producer and one consumer. */
enum { RING_SLOTS = 2 };
struct ring {
    int slots[RING_SLOTS];
    atomic_uint head; /**< of the next pop; only the consumer writes it */
    atomic_uint tail; /**< of the next push; only the producer writes it */
};

/** False: the ring is full. */
bool ring_push(struct ring *ring, int value);
/** False: the ring is empty. */
bool ring_pop(struct ring *ring, int *value);

/** 6. A stack: any thread pushes, any thread takes all. */
struct node {
    struct node *next;
    int value;
};
struct stack {
    _Atomic(struct node *) top;
};

void stack_push(struct stack *stack, struct node *node);
/** All nodes, last one first. The caller owns them. */
struct node *stack_take_all(struct stack *stack);

/** 7. A gate for two threads, 0 and 1: never both inside. Who finds the other there, or on the way, does not wait. */
struct gate {
    atomic_int wants[2];
};

bool gate_try_enter(struct gate *gate, int me);
void gate_leave(struct gate *gate, int me);

/** 8. A pair of numbers, written by one thread, read by any without a lock: a sequence lock. */
struct pair {
    atomic_uint sequence; /**< odd: a write is under way */
    atomic_int first, second;
};

void pair_write(struct pair *pair, int first, int second);
/** False: a write came between, try again. True: the two numbers are of the same write. */
bool pair_read(struct pair *pair, int *first, int *second);

#endif
