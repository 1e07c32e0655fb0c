/* x1.T1: give each operation the weakest order that works, and write one sentence beside it: why
 * that one, and what it pairs with. A fence may be dropped, or added. All else stays as it is */
#include "weft/exercises/orders.h"

/* --- 1. mailbox --- */

void mailbox_put(struct mailbox *box, int letter)
{
    box->letter = letter;
    atomic_store_explicit(&box->full, 1, memory_order_seq_cst);
}

bool mailbox_take(struct mailbox *box, int *letter)
{
    if (!atomic_load_explicit(&box->full, memory_order_seq_cst)) {
        atomic_fetch_add_explicit(&box->misses, 1, memory_order_seq_cst);
        return false;
    }
    *letter = box->letter;
    return true;
}

int mailbox_misses(struct mailbox *box)
{
    return atomic_load_explicit(&box->misses, memory_order_seq_cst);
}

/* --- 2. spin lock --- */

void spin_lock(struct spin *lock)
{
    while (atomic_exchange_explicit(&lock->held, 1, memory_order_seq_cst))
        while (atomic_load_explicit(&lock->held, memory_order_seq_cst))
            ;
}

bool spin_try_lock(struct spin *lock)
{
    int expected = 0;
    return atomic_compare_exchange_strong_explicit(&lock->held, &expected, 1, memory_order_seq_cst,
                                                   memory_order_seq_cst);
}

void spin_unlock(struct spin *lock)
{
    atomic_store_explicit(&lock->held, 0, memory_order_seq_cst);
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
    atomic_fetch_add_explicit(&object->references, 1, memory_order_seq_cst);
}

void counted_put(struct counted *object)
{
    if (atomic_fetch_sub_explicit(&object->references, 1, memory_order_seq_cst) == 1) {
        atomic_thread_fence(memory_order_seq_cst);
        free(object);
    }
}

bool counted_is_mine(struct counted *object)
{
    return atomic_load_explicit(&object->references, memory_order_seq_cst) == 1;
}

/* --- 4. once --- */

int *lazy_get(struct lazy *lazy)
{
    int *object = atomic_load_explicit(&lazy->object, memory_order_seq_cst);
    if (object)
        return object;
    pthread_mutex_lock(&lazy->lock);
    object = atomic_load_explicit(&lazy->object, memory_order_seq_cst);
    if (!object) {
        object = lazy->make();
        atomic_store_explicit(&lazy->object, object, memory_order_seq_cst);
    }
    pthread_mutex_unlock(&lazy->lock);
    return object;
}

/* --- 5. ring --- */

bool ring_push(struct ring *ring, int value)
{
    unsigned tail = atomic_load_explicit(&ring->tail, memory_order_seq_cst);
    if (tail - atomic_load_explicit(&ring->head, memory_order_seq_cst) == RING_SLOTS)
        return false;
    ring->slots[tail % RING_SLOTS] = value;
    atomic_store_explicit(&ring->tail, tail + 1, memory_order_seq_cst);
    return true;
}

bool ring_pop(struct ring *ring, int *value)
{
    unsigned head = atomic_load_explicit(&ring->head, memory_order_seq_cst);
    if (atomic_load_explicit(&ring->tail, memory_order_seq_cst) == head)
        return false;
    *value = ring->slots[head % RING_SLOTS];
    atomic_store_explicit(&ring->head, head + 1, memory_order_seq_cst);
    return true;
}

/* --- 6. stack --- */

void stack_push(struct stack *stack, struct node *node)
{
    struct node *top = atomic_load_explicit(&stack->top, memory_order_seq_cst);
    do {
        node->next = top;
    } while (!atomic_compare_exchange_weak_explicit(&stack->top, &top, node, memory_order_seq_cst,
                                                    memory_order_seq_cst));
}

struct node *stack_take_all(struct stack *stack)
{
    return atomic_exchange_explicit(&stack->top, NULL, memory_order_seq_cst);
}

/* --- 7. gate --- */

bool gate_try_enter(struct gate *gate, int me)
{
    atomic_store_explicit(&gate->wants[me], 1, memory_order_seq_cst);
    if (atomic_load_explicit(&gate->wants[!me], memory_order_seq_cst)) {
        atomic_store_explicit(&gate->wants[me], 0, memory_order_seq_cst);
        return false;
    }
    return true;
}

void gate_leave(struct gate *gate, int me)
{
    atomic_store_explicit(&gate->wants[me], 0, memory_order_seq_cst);
}

/* --- 8. sequence lock --- */

void pair_write(struct pair *pair, int first, int second)
{
    unsigned sequence = atomic_load_explicit(&pair->sequence, memory_order_seq_cst);
    atomic_store_explicit(&pair->sequence, sequence + 1, memory_order_seq_cst);
    atomic_thread_fence(memory_order_seq_cst);
    atomic_store_explicit(&pair->first, first, memory_order_seq_cst);
    atomic_store_explicit(&pair->second, second, memory_order_seq_cst);
    atomic_store_explicit(&pair->sequence, sequence + 2, memory_order_seq_cst);
}

bool pair_read(struct pair *pair, int *first, int *second)
{
    unsigned before = atomic_load_explicit(&pair->sequence, memory_order_seq_cst);
    *first = atomic_load_explicit(&pair->first, memory_order_seq_cst);
    *second = atomic_load_explicit(&pair->second, memory_order_seq_cst);
    atomic_thread_fence(memory_order_seq_cst);
    return before % 2 == 0 && atomic_load_explicit(&pair->sequence, memory_order_seq_cst) == before;
}
