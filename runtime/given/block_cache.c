/**
 * @file block_cache.c
 * @brief The free blocks that each thread keeps.
 *
 * A spawn and its end are one allocation and one release. Here both are a few instructions on memory of the thread's own: the
 * block that was freed last, which is still in the processor's cache, is the next one that is handed out.
 *
 * Shape:     for each class of sizes two lists. Blocks are pushed to `free` and popped from it. When it has BATCH blocks it becomes
 *            `spare`, and what was spare goes to the store (detail/block_store.h); when it is empty the spare one takes its place.
 *            So a thread that frees as much as it allocates, in whichever order, comes to the store once in BATCH times at most.
 * Invariant: of blocks that it freed, a thread keeps less than 2 * BATCH of a class; of those that it took, what one span had. So
 *            where one thread allocates and another one frees, blocks go round in batches, and the program needs no more memory
 *            than it had in use at once, and that.
 * Threads:   any. When one ends, the store has its blocks. A free may come from another thread than the allocation.
 * Source:    the two lists: Bonwick's magazines.
 *
 * A block that was freed is not poisoned, and soon used again: what reads it later finds another task. So where tools look
 * for such mistakes this allocator is out of their way (alloc.c).
 */
#include "weft/detail/block_cache.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "weft/detail/block_store.h"

enum { BATCH = 64 };

/* One class. */
struct bin {
    struct wf_block *free, *spare; /* `spare`: a list that was full, or NULL */
    char *fresh, *end;             /* memory that is not cut into blocks yet; equal: none */
    uint32_t count, spare_count;   /* of the lists; more than BATCH where the store had more */
};

struct cache {
    struct bin bins[WF_BLOCK_CLASSES];
};

static __thread struct cache *own;
static pthread_key_t key; /* empties a cache when its thread ends */
static bool has_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void empty(struct bin *bin, size_t size)
{
    for (; bin->fresh != bin->end; bin->fresh += size) {
        struct wf_block *block = (struct wf_block *)(void *)bin->fresh;
        block->next = bin->free;
        bin->free = block;
    }
    wf_block_store_give(bin->free);
    wf_block_store_give(bin->spare);
}

static void thread_ends(void *cache)
{
    struct cache *self = cache;
    own =
        NULL; /* a destructor that runs later may allocate: it makes another cache, and this one is called again */
    for (size_t class_ = 0; class_ < WF_BLOCK_CLASSES; class_++)
        empty(&self->bins[class_], (class_ + 1) * WF_BLOCK_GRAIN);
    free(self);
}

static void make_key(void)
{
    has_key = pthread_key_create(&key, thread_ends) == 0;
}

/* This thread's cache. NULL: no memory for one, or nobody would empty it. */
static struct cache *make_own(void)
{
    pthread_once(&once, make_key);
    struct cache *self = has_key ? calloc(1, sizeof *self) : NULL;
    if (self && pthread_setspecific(key, self) != 0) {
        free(self);
        self = NULL;
    }
    own = self;
    return self;
}

static struct wf_block *pop(struct bin *bin)
{
    struct wf_block *block = bin->free;
    bin->free = block->next;
    bin->count--;
    return block;
}

static void *take_fresh(struct bin *bin, size_t class_)
{
    char *block = bin->fresh;
    bin->fresh += (class_ + 1) * WF_BLOCK_GRAIN;
    return block;
}

/* `free` is empty, or there is no cache. */
static WF_NOINLINE void *alloc_slowly(size_t class_)
{
    struct cache *self = own ? own : make_own();
    if (!self)
        return NULL;
    struct bin *bin = &self->bins[class_];
    if (bin->spare) {
        bin->free = bin->spare;
        bin->spare = NULL;
        bin->count = bin->spare_count;
        return pop(bin);
    }
    if (bin->fresh != bin->end)
        return take_fresh(bin, class_);
    struct wf_blocks taken = wf_block_store_take(class_);
    if (taken.list) {
        bin->free = taken.list;
        bin->count = taken.count;
        return pop(bin);
    }
    bin->fresh = taken.fresh;
    bin->end = taken.end;
    return bin->fresh ? take_fresh(bin, class_) : NULL;
}

static void *cache_alloc(void *arg, size_t size)
{
    (void)arg;
    if (WF_UNLIKELY(size - 1 >= WF_BLOCK_MAX)) /* 0, too */
        return malloc(size);
    struct cache *self = own;
    size_t class_ = (size - 1) / WF_BLOCK_GRAIN;
    if (WF_UNLIKELY(!self || !self->bins[class_].free))
        return alloc_slowly(class_);
    return pop(&self->bins[class_]);
}

/* `free` is full, or there is no cache. */
static WF_NOINLINE void free_slowly(struct wf_block *block, size_t class_)
{
    struct cache *self = own ? own : make_own();
    if (!self) {
        block->next = NULL;
        wf_block_store_give(block);
        return;
    }
    struct bin *bin = &self->bins[class_];
    wf_block_store_give(bin->spare);
    bin->spare = bin->free;
    bin->spare_count = bin->count;
    bin->free = NULL;
    bin->count = 0;
    block->next = bin->free;
    bin->free = block;
    bin->count++;
}

static void cache_free(void *arg, void *memory, size_t size)
{
    (void)arg;
    if (WF_UNLIKELY(size - 1 >= WF_BLOCK_MAX)) {
        free(memory);
        return;
    }
    struct cache *self = own;
    size_t class_ = (size - 1) / WF_BLOCK_GRAIN;
    struct wf_block *block = memory;
    if (WF_UNLIKELY(!self || self->bins[class_].count >= BATCH)) {
        free_slowly(block, class_);
        return;
    }
    struct bin *bin = &self->bins[class_];
    block->next = bin->free;
    bin->free = block;
    bin->count++;
}

const struct wf_allocator wf_block_cache = {cache_alloc, cache_free, NULL};
