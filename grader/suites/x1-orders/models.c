/**
 * @file models.c
 * @brief What the eight pieces promise, as models. The names that they give to objects are for the account of a failure.
 *
 * They are judge of both halves of a clause: each order that the solution has is needed by one of them.
 */
#include "interleave.h"

#include <stdio.h>

#include "weft/exercises/orders.h"

static pthread_t start(void *(*run)(void *))
{
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    return thread;
}

/* --- 1. mailbox --- */

static struct mailbox box;

static void *sender(void *arg)
{
    mailbox_put(&box, 42);
    return arg;
}

static void *looker(void *arg)
{
    int letter;
    if (mailbox_take(&box, &letter))
        assert(letter == 42);
    return arg;
}

MODEL(explore_mailbox, "x1.1", "one puts, two look once: a letter is whole, misses are counted; 3 threads")
{
    interleave_name(&box.full, "full");
    interleave_name(&box.misses, "misses");
    interleave_name(&box.letter, "letter");
    pthread_t first = start(sender), second = start(looker);
    int letter, misses = 0;
    if (mailbox_take(&box, &letter))
        assert(letter == 42);
    else
        misses = 1;
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    assert(mailbox_misses(&box) >= misses && mailbox_misses(&box) <= misses + 1);
}

/* --- 2. spin lock --- */

static struct spin spin;
static int guarded;

static void *spinner(void *arg)
{
    spin_lock(&spin);
    guarded++;
    spin_unlock(&spin);
    return arg;
}

MODEL(explore_spin, "x1.2", "two lock, one of them twice: no increment is lost; 2 threads")
{
    interleave_name(&spin.held, "held", "FREE", "HELD");
    pthread_t other = start(spinner);
    spinner(NULL);
    spinner(NULL);
    pthread_join(other, NULL);
    assert(guarded == 3);
}

MODEL(explore_spin_try, "x1.2", "one locks, one tries: if it succeeds, its increment is not lost; 2 threads")
{
    interleave_name(&spin.held, "held", "FREE", "HELD");
    pthread_t other = start(spinner);
    int expected = 1;
    if (spin_try_lock(&spin)) {
        guarded++;
        expected++;
        spin_unlock(&spin);
    }
    pthread_join(other, NULL);
    assert(guarded == expected);
}

/* --- 3. reference count --- */

static struct counted *shared;

static void *user(void *arg)
{
    shared->data[1]++;
    counted_get(shared);
    counted_put(shared);
    counted_put(shared);
    return arg;
}

MODEL(explore_counted, "x1.3",
      "two use their halves, and give up: the last one frees, after all uses; 2 threads")
{
    shared = counted_new();
    interleave_name(&shared->references, "references");
    counted_get(shared);
    pthread_t other = start(user);
    shared->data[0]++;
    counted_put(shared);
    pthread_join(other, NULL);
}

MODEL(explore_counted_alone, "x1.3",
      "a thread with the only reference may write where others wrote; 2 threads")
{
    shared = counted_new();
    interleave_name(&shared->references, "references");
    counted_get(shared);
    pthread_t other = start(user);
    if (counted_is_mine(shared)) {
        shared->data[1]++;
        assert(shared->data[1] == 2);
    }
    counted_put(shared);
    pthread_join(other, NULL);
}

/* --- 4. once --- */

static int thing, made;

static int *make(void)
{
    thing = 7;
    made++;
    return &thing;
}

static struct lazy lazy = {.lock = PTHREAD_MUTEX_INITIALIZER, .make = make};

static void *getter(void *arg)
{
    assert(*lazy_get(&lazy) == 7);
    return arg;
}

MODEL(explore_lazy, "x1.4", "three get: made once, and whole; 3 threads")
{
    interleave_name(&lazy.object, "object");
    pthread_t first = start(getter), second = start(getter);
    getter(NULL);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    assert(made == 1);
}

/* --- 5. ring --- */

static struct ring ring;

static void *producer(void *arg)
{
    int next = 1;
    for (int tries = 0; tries < 4; tries++)
        next += ring_push(&ring, next);
    return arg;
}

MODEL(explore_ring, "x1.5", "up to four pushes through two slots, three pops: in order, none lost; 2 threads")
{
    interleave_name(&ring.head, "head");
    interleave_name(&ring.tail, "tail");
    interleave_name(&ring.slots[0], "slot 0");
    interleave_name(&ring.slots[1], "slot 1");
    pthread_t other = start(producer);
    int next = 1, value;
    for (int tries = 0; tries < 3; tries++)
        if (ring_pop(&ring, &value)) {
            assert(value == next);
            next++;
        }
    pthread_join(other, NULL);
    while (ring_pop(&ring, &value)) {
        assert(value == next);
        next++;
    }
    assert(next >= RING_SLOTS + 1);
}

/* --- 6. stack --- */

static struct stack stack;
static struct node nodes[2];

static void *pusher(void *arg)
{
    struct node *node = arg;
    node->value = 10;
    stack_push(&stack, node);
    return arg;
}

/* Counts what it takes, and reads each node. */
static int take(void)
{
    int count = 0;
    for (struct node *node = stack_take_all(&stack); node; node = node->next) {
        assert(node->value == 10);
        count++;
    }
    return count;
}

static void describe_node(uint64_t value, char *text, size_t size)
{
    const struct node *node = (const struct node *)(uintptr_t)value;
    if (node)
        snprintf(text, size, "node %td", node - nodes);
    else
        snprintf(text, size, "empty");
}

MODEL(explore_stack, "x1.6", "two push, a third takes twice: each node once, and whole; 3 threads")
{
    interleave_name_with(&stack.top, "top", describe_node);
    interleave_name(&nodes[0].value, "value of node 0");
    interleave_name(&nodes[1].value, "value of node 1");
    pthread_t first, second;
    pthread_create(&first, NULL, pusher, &nodes[0]);
    pthread_create(&second, NULL, pusher, &nodes[1]);
    int count = take();
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    assert(count + take() == 2);
}

/* --- 7. gate --- */

static struct gate gate;
static int inside;

static void visit(int me)
{
    if (!gate_try_enter(&gate, me))
        return;
    inside++;
    gate_leave(&gate, me);
}

static void *visitor(void *arg)
{
    visit(1);
    visit(1);
    return arg;
}

MODEL(explore_gate, "x1.7", "each comes, one of them twice: never both inside; 2 threads")
{
    interleave_name(&gate.wants[0], "wants[0]", "AWAY", "WANTS");
    interleave_name(&gate.wants[1], "wants[1]", "AWAY", "WANTS");
    pthread_t other = start(visitor);
    visit(0);
    pthread_join(other, NULL);
}

/* --- 8. sequence lock --- */

static struct pair pair;

static void *writer(void *arg)
{
    pair_write(&pair, 1, 1);
    pair_write(&pair, 2, 2);
    return arg;
}

MODEL(explore_pair, "x1.8", "two writes, one read: both numbers are of the same write; 2 threads")
{
    interleave_name(&pair.sequence, "sequence");
    interleave_name(&pair.first, "first");
    interleave_name(&pair.second, "second");
    pthread_t other = start(writer);
    int first, second;
    if (pair_read(&pair, &first, &second))
        assert(first == second);
    pthread_join(other, NULL);
}
