/**
 * @file block_store.c
 * @brief Segments, spans, and the free blocks of each: see detail/block_store.h.
 *
 * Two of its choices are about what memory costs where it is touched first, which is more than all the rest of a spawn:
 *
 * - A segment asks for a huge page: one fault in place of 512. Where the kernel has none to give, or was told not to, the memory
 *   comes page by page as usual. The first segment does not ask: a program with few tasks takes the pages that it uses.
 * - A span that was never used is handed out whole and uncut, so that no block is touched before somebody wants it.
 */
#include "weft/detail/block_store.h"

#include <pthread.h>
#include <sys/mman.h>

#include "weft/list.h"

enum { SPANS = WF_SEGMENT / WF_SPAN };

/* The blocks of one class. Guarded by the lock. */
struct span {
    struct wf_list node;   /* in `partial` of its class, while it has free blocks */
    struct wf_block *free; /* NULL: all are out */
    uint32_t out;          /* blocks that threads have */
    uint32_t class_;
};

/* At the begin of its memory. Guarded by the lock. */
struct segment {
    struct wf_list node; /* in `roomy`, while not all spans are used */
    uint32_t used;       /* bit i: span i has a class */
    struct span spans[SPANS];
};
_Static_assert(SPANS == 32, "a segment's `used` has a bit for each span");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wf_list partial[WF_BLOCK_CLASSES]; /* spans with free blocks */
static struct wf_list roomy; /* segments with unused spans; those that have none in use are last */
static uint32_t segments, unused_segments; /* all; of those the ones without a used span */

/* --- before main() --- */

/* The thread that forks is the only one in the child, so the lock must be its own. */
static void before_fork(void)
{
    pthread_mutex_lock(&lock);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&lock);
}

/* Later a fork could come in the middle of it. */
__attribute__((constructor(101))) static void init(void)
{
    for (size_t i = 0; i < WF_BLOCK_CLASSES; i++)
        wf_list_init(&partial[i]);
    wf_list_init(&roomy);
    (void)pthread_atfork(before_fork, after_fork,
                         after_fork); /* no memory: a fork is as unsafe as without it */
}

/* --- segments --- */

static struct segment *segment_of(const void *block)
{
    return (struct segment *)((uintptr_t)block & ~(uintptr_t)(WF_SEGMENT - 1));
}

/* 2 MB at a multiple of 2 MB: of twice as much, the middle. */
static void *map_aligned(void)
{
    char *all = mmap(NULL, 2 * (size_t)WF_SEGMENT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)all & (WF_SEGMENT - 1);
    if (before)
        munmap(all, before);
    munmap(all + before + WF_SEGMENT, WF_SEGMENT - before);
    return all + before;
}

/* NULL: no memory. */
static struct segment *new_segment(void)
{
    struct segment *segment = map_aligned();
    if (!segment)
        return NULL;
    if (segments++ > 0)
        (void)madvise(segment, WF_SEGMENT, MADV_HUGEPAGE); /* advice: refused, there are small pages */
    unused_segments++;
    wf_list_push_back(&roomy, &segment->node); /* it is all zero: no span is used */
    return segment;
}

/* --- spans --- */

static size_t block_size(const struct span *span)
{
    return ((size_t)span->class_ + 1) * WF_BLOCK_GRAIN;
}

static size_t index_of(const struct segment *segment, const void *block)
{
    return ((uintptr_t)block - (uintptr_t)segment) / WF_SPAN;
}

/* Where the blocks of span `index` begin: at a multiple of 64, as one of a class with such a size then does too. */
static char *span_begin(struct segment *segment, size_t index)
{
    size_t table = (sizeof *segment + 63) & ~(size_t)63;
    return (char *)segment + (index ? index * WF_SPAN : table);
}

static size_t span_blocks(struct segment *segment, size_t index)
{
    char *end = (char *)segment + (index + 1) * WF_SPAN;
    return (size_t)(end - span_begin(segment, index)) / block_size(&segment->spans[index]);
}

/* A span for blocks of a class, all of them out. */
static struct wf_blocks new_span(size_t class_)
{
    struct segment *segment =
        wf_list_is_empty(&roomy) ? new_segment() : WF_CONTAINER_OF(roomy.next, struct segment, node);
    if (!segment)
        return (struct wf_blocks){.list = NULL};
    if (segment->used == 0)
        unused_segments--;
    size_t index = (size_t)__builtin_ctz(~segment->used);
    segment->used |= 1u << index;
    if (segment->used == UINT32_MAX)
        wf_list_remove(&segment->node);
    struct span *span = &segment->spans[index];
    wf_list_init(&span->node);
    span->free = NULL;
    span->class_ = (uint32_t)class_;
    span->out = (uint32_t)span_blocks(segment, index);
    char *begin = span_begin(segment, index);
    return (struct wf_blocks){.fresh = begin, .end = begin + span->out * block_size(span)};
}

/* No block of the span is out. @return the segment, if it is to be unmapped, else NULL. */
static struct segment *end_span(struct segment *segment, struct span *span)
{
    wf_list_remove(&span->node);
    if (segment->used != UINT32_MAX)
        wf_list_remove(&segment->node);
    segment->used &= ~(1u << (span - segment->spans));
    if (segment->used) {
        wf_list_push_front(&roomy, &segment->node);
        return NULL;
    }
    if (unused_segments >= WF_SEGMENTS_KEPT) {
        segments--;
        return segment;
    }
    unused_segments++;
    wf_list_push_back(&roomy, &segment->node);
    return NULL;
}

/* --- what threads call --- */

struct wf_blocks wf_block_store_take(size_t class_)
{
    pthread_mutex_lock(&lock);
    struct wf_blocks taken;
    if (wf_list_is_empty(&partial[class_])) {
        taken = new_span(class_);
    } else {
        /* all that the span has, at once: the blocks were another thread's, and to walk along them is slow */
        struct span *span = WF_CONTAINER_OF(wf_list_pop_front(&partial[class_]), struct span, node);
        struct segment *segment = segment_of(span);
        uint32_t all = (uint32_t)span_blocks(segment, (size_t)(span - segment->spans));
        taken = (struct wf_blocks){.list = span->free, .count = all - span->out};
        span->free = NULL;
        span->out = all;
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

/* @return the block's segment, if it is to be unmapped, else NULL. */
static struct segment *give_one(struct wf_block *block)
{
    struct segment *segment = segment_of(block);
    struct span *span = &segment->spans[index_of(segment, block)];
    if (!span->free)
        wf_list_push_front(&partial[span->class_], &span->node);
    block->next = span->free;
    span->free = block;
    return --span->out == 0 ? end_span(segment, span) : NULL;
}

void wf_block_store_give(struct wf_block *list)
{
    struct wf_block *unmapped = NULL; /* a list of segments, through their first words */
    if (!list)
        return;
    pthread_mutex_lock(&lock);
    while (list) {
        struct wf_block *next = list->next;
        struct wf_block *segment = (struct wf_block *)(void *)give_one(list);
        if (segment) {
            segment->next = unmapped;
            unmapped = segment;
        }
        list = next;
    }
    pthread_mutex_unlock(&lock);
    while (unmapped) { /* slow, so not under the lock */
        struct wf_block *next = unmapped->next;
        munmap(unmapped, WF_SEGMENT);
        unmapped = next;
    }
}

size_t wf_block_store_bytes(void)
{
    pthread_mutex_lock(&lock);
    size_t bytes = (size_t)segments * WF_SEGMENT;
    pthread_mutex_unlock(&lock);
    return bytes;
}
