/**
 * @file models_designs.c
 * @brief The submission's three models, each on right and on wrong designs of lab 05's ring and idle word.
 *
 * A submission calls lab 05's functions by their names. The linker sends these calls here (MODEL_LINK_FLAGS in scenarios.mk), and
 * from here they go to the design at hand. So a model meets the same functions, at the same addresses, on whatever design it runs;
 * and the right ones and the wrong ones of the same layout begin as the same bytes.
 *
 * An explore_ model must pass. A catch_ model must fail: judge_caught() looks at how it does.
 */
#include "interleave.h"

#include <string.h>

#include "weft/detail/idle.h"
#include "weft/detail/run_queue.h"

/* --- designs: designs.sh makes the functions that are declared here --- */

struct ring {
    void (*init)(struct wf_run_queue *queue, uint32_t size, uint32_t first);
    uint32_t (*push)(struct wf_run_queue *queue, struct wf_task *task, struct wf_inject_queue *inject);
    struct wf_task *(*pop)(struct wf_run_queue *queue);
    struct wf_task *(*steal)(struct wf_run_queue *from, struct wf_run_queue *own, uint32_t *count);
};

#define RING(name)                                                                                           \
    void name##_wf_run_queue_init(struct wf_run_queue *queue, uint32_t size, uint32_t first);                \
    uint32_t name##_wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task,                      \
                                      struct wf_inject_queue *inject);                                       \
    struct wf_task *name##_wf_run_queue_pop(struct wf_run_queue *queue);                                     \
    struct wf_task *name##_wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own,           \
                                              uint32_t *count);                                              \
    static const struct ring name = {name##_wf_run_queue_init, name##_wf_run_queue_push,                     \
                                     name##_wf_run_queue_pop, name##_wf_run_queue_steal};

RING(ring_reference)
RING(ring_ring_under_a_lock)
RING(ring_copies_then_claims)
RING(ring_05_05_push_releases_nothing)
RING(ring_05_05_tail_is_not_acquired)
RING(ring_05_05_pop_by_a_store)
RING(ring_05_05_gives_back_by_a_store)
RING(ring_05_05_sheds_by_a_store)
RING(ring_05_05_room_from_real)
RING(ring_05_05_gives_back_before_the_copy)

struct idle {
    void (*init)(struct wf_idle *idle, uint32_t workers);
    void (*destroy)(struct wf_idle *idle);
    struct wf_list *(*to_wake)(struct wf_idle *idle);
    bool (*fall_asleep)(struct wf_idle *idle, struct wf_list *link, bool searching);
    bool (*wake_up)(struct wf_idle *idle, struct wf_list *link);
    bool (*is_asleep)(struct wf_idle *idle, struct wf_list *link);
    bool (*begin_search)(struct wf_idle *idle);
    bool (*end_search)(struct wf_idle *idle);
};

#define IDLE(name)                                                                                           \
    void name##_wf_idle_init(struct wf_idle *idle, uint32_t workers);                                        \
    void name##_wf_idle_destroy(struct wf_idle *idle);                                                       \
    struct wf_list *name##_wf_idle_to_wake(struct wf_idle *idle);                                            \
    bool name##_wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool searching);             \
    bool name##_wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link);                                 \
    bool name##_wf_idle_is_asleep(struct wf_idle *idle, struct wf_list *link);                               \
    bool name##_wf_idle_begin_search(struct wf_idle *idle);                                                  \
    bool name##_wf_idle_end_search(struct wf_idle *idle);                                                    \
    static const struct idle name = {name##_wf_idle_init,         name##_wf_idle_destroy,                    \
                                     name##_wf_idle_to_wake,      name##_wf_idle_fall_asleep,                \
                                     name##_wf_idle_wake_up,      name##_wf_idle_is_asleep,                  \
                                     name##_wf_idle_begin_search, name##_wf_idle_end_search};

IDLE(idle_reference)
IDLE(idle_idle_under_its_lock)
IDLE(idle_fences)
IDLE(idle_05_08_looks_by_a_load)
IDLE(idle_05_08_looks_relaxed)
IDLE(idle_05_08_look_releases_nothing)

/* --- what the submission calls --- */

static const struct ring *ring = &ring_reference;
static const struct idle *idle_word = &idle_reference;

void __wrap_wf_run_queue_init(struct wf_run_queue *queue, uint32_t size, uint32_t first);
void __wrap_wf_run_queue_init(struct wf_run_queue *queue, uint32_t size, uint32_t first)
{
    ring->init(queue, size, first);
}

uint32_t __wrap_wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task,
                                  struct wf_inject_queue *inject);
uint32_t __wrap_wf_run_queue_push(struct wf_run_queue *queue, struct wf_task *task,
                                  struct wf_inject_queue *inject)
{
    return ring->push(queue, task, inject);
}

struct wf_task *__wrap_wf_run_queue_pop(struct wf_run_queue *queue);
struct wf_task *__wrap_wf_run_queue_pop(struct wf_run_queue *queue)
{
    return ring->pop(queue);
}

struct wf_task *__wrap_wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own,
                                          uint32_t *count);
struct wf_task *__wrap_wf_run_queue_steal(struct wf_run_queue *from, struct wf_run_queue *own, uint32_t *count)
{
    return ring->steal(from, own, count);
}

void __wrap_wf_idle_init(struct wf_idle *idle, uint32_t workers);
void __wrap_wf_idle_init(struct wf_idle *idle, uint32_t workers)
{
    idle_word->init(idle, workers);
}

void __wrap_wf_idle_destroy(struct wf_idle *idle);
void __wrap_wf_idle_destroy(struct wf_idle *idle)
{
    idle_word->destroy(idle);
}

struct wf_list *__wrap_wf_idle_to_wake(struct wf_idle *idle);
struct wf_list *__wrap_wf_idle_to_wake(struct wf_idle *idle)
{
    return idle_word->to_wake(idle);
}

bool __wrap_wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool searching);
bool __wrap_wf_idle_fall_asleep(struct wf_idle *idle, struct wf_list *link, bool searching)
{
    return idle_word->fall_asleep(idle, link, searching);
}

bool __wrap_wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link);
bool __wrap_wf_idle_wake_up(struct wf_idle *idle, struct wf_list *link)
{
    return idle_word->wake_up(idle, link);
}

bool __wrap_wf_idle_is_asleep(struct wf_idle *idle, struct wf_list *link);
bool __wrap_wf_idle_is_asleep(struct wf_idle *idle, struct wf_list *link)
{
    return idle_word->is_asleep(idle, link);
}

bool __wrap_wf_idle_begin_search(struct wf_idle *idle);
bool __wrap_wf_idle_begin_search(struct wf_idle *idle)
{
    return idle_word->begin_search(idle);
}

bool __wrap_wf_idle_end_search(struct wf_idle *idle);
bool __wrap_wf_idle_end_search(struct wf_idle *idle)
{
    return idle_word->end_search(idle);
}

/* --- the submission's models on them --- */

extern const struct interleave_model *const __start_interleave_models[];
extern const struct interleave_model *const __stop_interleave_models[];

/* The submission's model of that name. Members of its struct interleave_model (preemptions and the like) count for nothing here. */
static void run(const char *name)
{
    for (const struct interleave_model *const *each = __start_interleave_models;
         each < __stop_interleave_models; each++)
        if (strcmp((*each)->name, name) == 0) {
            (*each)->body();
            return;
        }
    interleave_fail("model.c has no MODEL(%s, ...)", name);
}

static void on_ring(const char *name, const struct ring *design)
{
    ring = design;
    run(name);
}

static void on_idle(const char *name, const struct idle *design)
{
    idle_word = design;
    run(name);
}

/* What is wrong with a ring or an idle word is the line "Mistake:" of its patch in grader/mutants/05-work-stealing. */

MODEL(explore_steal, "x2.1", "`steal` on the reference's ring")
{
    on_ring("steal", &ring_reference);
}

MODEL(catch_steal_unpublished, "x2.1", "`steal` on a ring whose push stores tail relaxed")
{
    on_ring("steal", &ring_05_05_push_releases_nothing);
}

MODEL(explore_steal_locked, "x2.2", "`steal` on a ring under a lock")
{
    on_ring("steal", &ring_ring_under_a_lock);
}

MODEL(explore_steal_copying, "x2.2", "`steal` on a ring from which a thief copies first, and claims then")
{
    on_ring("steal", &ring_copies_then_claims);
}

MODEL(catch_steal_unread, "x2.2", "`steal` on a ring whose thief loads tail relaxed")
{
    on_ring("steal", &ring_05_05_tail_is_not_acquired);
}

MODEL(catch_steal_pop, "x2.2", "`steal` on a ring whose pop looks at head, and then stores it")
{
    on_ring("steal", &ring_05_05_pop_by_a_store);
}

MODEL(catch_steal_end, "x2.2", "`steal` on a ring whose thief ends with a store of head")
{
    on_ring("steal", &ring_05_05_gives_back_by_a_store);
}

MODEL(explore_overflow, "x2.3", "`overflow` on the reference's ring")
{
    on_ring("overflow", &ring_reference);
}

MODEL(catch_overflow_shed, "x2.3", "`overflow` on a ring that sheds by a store of head")
{
    on_ring("overflow", &ring_05_05_sheds_by_a_store);
}

MODEL(explore_overflow_locked, "x2.4", "`overflow` on a ring under a lock")
{
    on_ring("overflow", &ring_ring_under_a_lock);
}

MODEL(explore_overflow_copying, "x2.4",
      "`overflow` on a ring from which a thief copies first, and claims then")
{
    on_ring("overflow", &ring_copies_then_claims);
}

MODEL(catch_overflow_room, "x2.4", "`overflow` on a ring whose push counts room from what is claimed")
{
    on_ring("overflow", &ring_05_05_room_from_real);
}

MODEL(catch_overflow_early, "x2.4",
      "`overflow` on a ring whose thief gives the slots back before it reads them")
{
    on_ring("overflow", &ring_05_05_gives_back_before_the_copy);
}

MODEL(explore_sleep, "x2.5", "`sleep` on the reference's idle word")
{
    on_idle("sleep", &idle_reference);
}

MODEL(catch_sleep_load, "x2.5", "`sleep` on an idle word at which a load looks")
{
    on_idle("sleep", &idle_05_08_looks_by_a_load);
}

MODEL(explore_sleep_locked, "x2.6",
      "`sleep` on an idle word that is changed and looked at under its lock alone")
{
    on_idle("sleep", &idle_idle_under_its_lock);
}

MODEL(explore_sleep_fences, "x2.6", "`sleep` on an idle word with fences")
{
    on_idle("sleep", &idle_fences);
}

MODEL(catch_sleep_relaxed, "x2.6",
      "`sleep` on an idle word that a worker changes relaxed when it falls asleep")
{
    on_idle("sleep", &idle_05_08_looks_relaxed);
}

MODEL(catch_sleep_unpublished, "x2.6",
      "`sleep` on an idle word at which an acquire looks, which releases nothing")
{
    on_idle("sleep", &idle_05_08_look_releases_nothing);
}
