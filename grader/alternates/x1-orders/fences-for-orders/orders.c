/* Another way to the same end: fences where the solution has orders, and orders where it has fences. What is not
 * explained here is as there. "Pairs with" names the other end of the edge. */
#include "weft/exercises/orders.h"

/* --- 1. mailbox --- */

void mailbox_put(struct mailbox *box, int letter)
{
    box->letter = letter;
    /* release: publishes the letter, by the store that follows. Pairs with the fence in mailbox_take(). */
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&box->full, 1, memory_order_relaxed);
}

bool mailbox_take(struct mailbox *box, int *letter)
{
    if (!atomic_load_explicit(&box->full, memory_order_relaxed)) {
        /* relaxed: nothing is published by a count; a read-modify-write never loses one. */
        atomic_fetch_add_explicit(&box->misses, 1, memory_order_relaxed);
        return false;
    }
    /* acquire: the load above has read what the other fence published. An empty box costs no acquire. */
    atomic_thread_fence(memory_order_acquire);
    *letter = box->letter;
    return true;
}

int mailbox_misses(struct mailbox *box)
{
    /* relaxed: pthread_join() has ordered all counting before this. */
    return atomic_load_explicit(&box->misses, memory_order_relaxed);
}

/* --- 2. spin lock --- */

void spin_lock(struct spin *lock)
{
    /* acquire: what the last holder did is seen. Pairs with the release in spin_unlock(). */
    while (atomic_exchange_explicit(&lock->held, 1, memory_order_acquire))
        /* relaxed: only a hint when to try again; the exchange decides. */
        while (atomic_load_explicit(&lock->held, memory_order_relaxed))
            ;
}

bool spin_try_lock(struct spin *lock)
{
    int expected = 0;
    /* acquire: as in spin_lock(). relaxed: a thread that fails does not touch what the lock guards. */
    return atomic_compare_exchange_strong_explicit(&lock->held, &expected, 1, memory_order_acquire,
                                                   memory_order_relaxed);
}

void spin_unlock(struct spin *lock)
{
    /* release: publishes what was done under the lock. Pairs with both acquires above. */
    atomic_store_explicit(&lock->held, 0, memory_order_release);
}

/* --- 3. reference count --- */

struct counted *counted_new(void)
{
    struct counted *object = malloc(sizeof *object);
    if (!object)
        abort();
    object->data[0] = object->data[1] = 0;
    atomic_init(&object->references, 1);
    return object;
}

void counted_get(struct counted *object)
{
    /* relaxed: the caller's own reference keeps the object alive, and nothing is published. */
    atomic_fetch_add_explicit(&object->references, 1, memory_order_relaxed);
}

void counted_put(struct counted *object)
{
    /* acq_rel: releases what was done with the object; the last one, who frees it, acquires all of that. */
    if (atomic_fetch_sub_explicit(&object->references, 1, memory_order_acq_rel) == 1) {
        free(object);
    }
}

bool counted_is_mine(struct counted *object)
{
    /* acquire: a thread that is alone will write where others have read. Pairs with the release in counted_put(). */
    return atomic_load_explicit(&object->references, memory_order_acquire) == 1;
}

/* --- 4. once --- */

int *lazy_get(struct lazy *lazy)
{
    /* acquire: a thread that sees the pointer sees the object. Pairs with the release below. */
    int *object = atomic_load_explicit(&lazy->object, memory_order_acquire);
    if (object)
        return object;
    pthread_mutex_lock(&lazy->lock);
    /* relaxed: the store is made under the same lock, and the lock orders it. */
    object = atomic_load_explicit(&lazy->object, memory_order_relaxed);
    if (!object) {
        object = lazy->make();
        /* release: publishes the object to those who do not take the lock. */
        atomic_store_explicit(&lazy->object, object, memory_order_release);
    }
    pthread_mutex_unlock(&lazy->lock);
    return object;
}

/* --- 5. ring --- */

bool ring_push(struct ring *ring, int value)
{
    /* relaxed: only this thread writes the tail. */
    unsigned tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    /* acquire: the consumer has read the slot that is used again. Pairs with the release in ring_pop(). */
    if (tail - atomic_load_explicit(&ring->head, memory_order_acquire) == RING_SLOTS)
        return false;
    ring->slots[tail % RING_SLOTS] = value;
    /* release: publishes the slot. Pairs with the acquire in ring_pop(). */
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    return true;
}

bool ring_pop(struct ring *ring, int *value)
{
    /* relaxed: only this thread writes the head. */
    unsigned head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    /* acquire: a thread that sees the tail sees the slot. Pairs with the release in ring_push(). */
    if (atomic_load_explicit(&ring->tail, memory_order_acquire) == head)
        return false;
    *value = ring->slots[head % RING_SLOTS];
    /* release: the slot has been read before it is given back. Pairs with the acquire in ring_push(). */
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    return true;
}

/* --- 6. stack --- */

void stack_push(struct stack *stack, struct node *node)
{
    /* relaxed: a guess, which the compare-exchange checks. The node below is not looked at. */
    struct node *top = atomic_load_explicit(&stack->top, memory_order_relaxed);
    do {
        node->next = top;
        /* release: publishes this node. Earlier nodes stay published: a read-modify-write carries the release sequence on.
         * relaxed: a failure is only another guess. */
    } while (!atomic_compare_exchange_weak_explicit(&stack->top, &top, node, memory_order_release,
                                                    memory_order_relaxed));
}

struct node *stack_take_all(struct stack *stack)
{
    /* acquire: the nodes will be read. Pairs with the releases of all pushes. */
    return atomic_exchange_explicit(&stack->top, NULL, memory_order_acquire);
}

/* --- 7. gate --- */

bool gate_try_enter(struct gate *gate, int me)
{
    /* relaxed: the fence orders it before the load. */
    atomic_store_explicit(&gate->wants[me], 1, memory_order_relaxed);
    /* seq_cst: of two threads that both come here, one sees the other's store. */
    atomic_thread_fence(memory_order_seq_cst);
    /* acquire: what gate_leave() has released. */
    if (atomic_load_explicit(&gate->wants[!me], memory_order_acquire)) {
        /* relaxed: the other may enter on this very store, but the fence above has published our earlier visits. */
        atomic_store_explicit(&gate->wants[me], 0, memory_order_relaxed);
        return false;
    }
    return true;
}

void gate_leave(struct gate *gate, int me)
{
    /* release: publishes what was done inside. Pairs with the load in gate_try_enter(). */
    atomic_store_explicit(&gate->wants[me], 0, memory_order_release);
}

/* --- 8. sequence lock --- */

void pair_write(struct pair *pair, int first, int second)
{
    /* relaxed: only this thread writes. */
    unsigned sequence = atomic_load_explicit(&pair->sequence, memory_order_relaxed);
    /* relaxed: the stores of the numbers publish it. */
    atomic_store_explicit(&pair->sequence, sequence + 1, memory_order_relaxed);
    /* release, both: a thread that reads one of the numbers sees the odd sequence. */
    atomic_store_explicit(&pair->first, first, memory_order_release);
    atomic_store_explicit(&pair->second, second, memory_order_release);
    /* release: publishes the numbers. Pairs with the acquire in pair_read(). */
    atomic_store_explicit(&pair->sequence, sequence + 2, memory_order_release);
}

bool pair_read(struct pair *pair, int *first, int *second)
{
    /* acquire: the numbers are at least as new as this sequence. Pairs with the last store of pair_write(). */
    unsigned before = atomic_load_explicit(&pair->sequence, memory_order_acquire);
    /* acquire, both: if a number is of a later write, the last load sees that write's odd sequence. */
    *first = atomic_load_explicit(&pair->first, memory_order_acquire);
    *second = atomic_load_explicit(&pair->second, memory_order_acquire);
    /* relaxed: the acquires have made known what it must not miss. */
    return before % 2 == 0 && atomic_load_explicit(&pair->sequence, memory_order_relaxed) == before;
}
