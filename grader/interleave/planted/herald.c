/**
 * @file herald.c
 * @brief Two threads announce something by one flag: the second finds it set already.
 *
 * A mark tells the model that the second announcement is over before the flag is taken: then what was written before it, plainly,
 * may be read. The mark orders nothing, nor do the fences beside it.
 *
 * BUG 1: finds the flag set, and returns. "Nothing would change."
 * BUG 2: the same between seq_cst fences. "The flag is taken after my look, or I would have found it clear."
 */
#include "both.h"
#include "interleave.h"

#ifndef BUG
#define BUG 0
#endif

static atomic_int flag = 1; /* the first announcement */
static int news;            /* of the second */
static struct interleave_mark announced;

static void announce(void)
{
    if (BUG == 2)
        atomic_thread_fence(memory_order_seq_cst);
    if (BUG && atomic_load_explicit(&flag, memory_order_relaxed))
        return;
    atomic_exchange_explicit(&flag, 1, memory_order_release);
}

static void *herald(void *arg)
{
    news = 42;
    announce();
    interleave_mark(&announced);
    return arg;
}

static void *listener(void *arg)
{
    bool heard = interleave_is_marked(&announced);
    atomic_exchange_explicit(&flag, 0, memory_order_acquire);
    if (BUG == 2)
        atomic_thread_fence(memory_order_seq_cst);
    if (heard)
        assert(news == 42);
    return arg;
}

MODEL(herald, "-", "an announcement is made while another is there, and both are taken at once")
{
    interleave_name(&flag, "flag");
    interleave_name(&announced, "the announcement is made");
    both(herald, listener);
}
