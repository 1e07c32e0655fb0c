/**
 * @file exercises/orders.h
 * @brief Eight small pieces of concurrent code, as their users see them: the contract of the exercise on memory orders.
 *
 * The runtime does not use them, and they are not installed. Each clause has two halves. The first is what the models
 * check. The second is what the weakening search asks: an order is as weak as can be if with each weaker one a model fails.
 * A clause of which only the second half is broken earns a share: the orders that are right, of those in the starter.
 * The handout is labs/x1-orders/README.md.
 */
#ifndef WEFT_EXERCISES_ORDERS_H
#define WEFT_EXERCISES_ORDERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include <pthread.h>

/**
 * 1. A mailbox for one letter, from one thread to one other.
 *
 * @clause{x1.1,10,"A letter that is taken out is whole, and the misses are counted; each order of the mailbox is as weak as can be."}
 */
struct mailbox {
    int letter;        /**< plain data: the flag says when it may be read */
    atomic_int full;   /**< the letter is in the box */
    atomic_int misses; /**< how often somebody looked into an empty box: a statistic */
};

/** Put the only letter in. What the sender did before is done for the thread that takes it out. */
void mailbox_put(struct mailbox *box, int letter);
/** Take the letter, if it is there. */
bool mailbox_take(struct mailbox *box, int *letter);
/** How many looks were in vain. Exact once all threads have been joined. */
int mailbox_misses(struct mailbox *box);

/**
 * 2. A spin lock. What was done under the lock is done for the thread that holds it next.
 *
 * @clause{x1.2,12,"What was done under the spin lock is done for its next holder; each order of the lock is as weak as can be."}
 */
struct spin {
    atomic_int held; /**< 1: some thread holds it */
};

/** Take the lock; spins until it is free. */
void spin_lock(struct spin *lock);
/** Take the lock if it is free. False: it is not. */
bool spin_try_lock(struct spin *lock);
/** Give the lock back. The caller holds it. */
void spin_unlock(struct spin *lock);

/**
 * 3. A counted object: the count begins with 1, and the thread that drops the last reference frees it.
 *
 * @clause{x1.3,13,"An object is freed once, after all uses, and a thread alone with it may write all of it; each order of the count is as weak as can be."}
 */
struct counted {
    atomic_int references; /**< how many there are */
    int data[2]; /**< plain; each thread has its own half, until one of them has the only reference */
};

/** A new object. The caller has its only reference. */
struct counted *counted_new(void);
/** One more reference. The caller has one already. */
void counted_get(struct counted *object);
/** Give a reference up. All that was done with the object comes before it is freed. */
void counted_put(struct counted *object);
/** The caller's reference is the only one: it may write to all of the object, without a lock. */
bool counted_is_mine(struct counted *object);

/**
 * 4. An object that is made when it is first wanted, once. `make` is called under the lock.
 *
 * @clause{x1.4,10,"The object is made once, and every thread that gets it sees it whole; each order of `lazy_get()` is as weak as can be."}
 */
struct lazy {
    pthread_mutex_t lock;  /**< held while the object is made */
    int *(*make)(void);    /**< makes it */
    _Atomic(int *) object; /**< NULL: not made yet */
};

/** The object, made if it was not. */
int *lazy_get(struct lazy *lazy);

/** How many values a ring holds. */
enum { RING_SLOTS = 2 };

/**
 * 5. A queue between one producer and one consumer.
 *
 * @clause{x1.5,13,"Values come out of the ring in the order in which they went in, and none is lost; each order of the ring is as weak as can be."}
 */
struct ring {
    int slots[RING_SLOTS]; /**< plain data */
    atomic_uint head;      /**< of the next pop; only the consumer writes it */
    atomic_uint tail;      /**< of the next push; only the producer writes it */
};

/** False: the ring is full. */
bool ring_push(struct ring *ring, int value);
/** False: the ring is empty. */
bool ring_pop(struct ring *ring, int *value);

/** A node of a stack. */
struct node {
    struct node *next; /**< the one below */
    int value;         /**< plain data */
};

/**
 * 6. A stack: any thread pushes, any thread takes all.
 *
 * @clause{x1.6,12,"Each node that was pushed is taken once, and is whole; each order of the stack is as weak as can be."}
 */
struct stack {
    _Atomic(struct node *) top; /**< NULL: the stack is empty */
};

/** Push a node. The stack owns it until it is taken. */
void stack_push(struct stack *stack, struct node *node);
/** All nodes, last one first. The caller owns them. */
struct node *stack_take_all(struct stack *stack);

/**
 * 7. A gate for two threads, 0 and 1: never both inside. A thread that finds the other there, or on the way, does not wait.
 *
 * @clause{x1.7,14,"Two threads are never inside the gate at once, and a visit sees the visits before it; each order of the gate is as weak as can be."}
 */
struct gate {
    atomic_int wants[2]; /**< thread 0, or 1, is inside or on its way */
};

/** False: the other thread is inside, or on its way. */
bool gate_try_enter(struct gate *gate, int me);
/** Leave. The caller is inside. */
void gate_leave(struct gate *gate, int me);

/**
 * 8. A pair of numbers, written by one thread, read by any without a lock: a sequence lock.
 *
 * @clause{x1.8,16,"Two numbers that are read are of one write; each order of the sequence lock is as weak as can be."}
 */
struct pair {
    atomic_uint sequence; /**< odd: a write is under way */
    atomic_int first;     /**< the first number */
    atomic_int second;    /**< the second number */
};

/** Write both numbers. One thread does. */
void pair_write(struct pair *pair, int first, int second);
/** False: a write came between, try again. True: the two numbers are of the same write. */
bool pair_read(struct pair *pair, int *first, int *second);

#endif
