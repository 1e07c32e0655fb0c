#include "weft/detail/task_state.h"

#include "weft/panic.h"
#include "weft/task.h"

/* What becomes of a word: the new one, and what the caller is told. */
struct change {
    uint32_t word;
    uint32_t told;
};

typedef struct change change_of(uint32_t word);

enum { ONE = WF_TASK_REFERENCE };

/* Each change acquires and releases, also one that leaves the word as it is. */
static uint32_t change(struct wf_task *task, change_of *of, uint32_t *before)
{
    uint32_t word = wf_load_acquire(&task->state);
    for (;;) {
        struct change to = of(word);
        uint32_t seen = word;
        if (wf_compare_exchange_acq_rel(&task->state, &seen, to.word)) {
            if (before)
                *before = word;
            return to.told;
        }
        word = seen;
    }
}

/* --- run --- */

enum { MISUSED = 100 };

static struct change running(uint32_t word)
{
    if (!(word & WF_TASK_NOTIFIED) || word & (WF_TASK_RUNNING | WF_TASK_COMPLETE))
        return (struct change){word, MISUSED};
    return (struct change){(word & ~(uint32_t)WF_TASK_NOTIFIED) | WF_TASK_RUNNING,
                           word & WF_TASK_CANCELLED ? WF_RUN_CANCEL : WF_RUN_POLL};
}

enum wf_to_running wf_task_to_running(struct wf_task *task)
{
    uint32_t before, told = change(task, running, &before);
    if (told == MISUSED)
        wf_panic("03.1", "task %s, state 0x%x, cannot be run", wf_task_name(task), before);
    return (enum wf_to_running)told;
}

static struct change idle(uint32_t word)
{
    if (word & WF_TASK_CANCELLED)
        return (struct change){word & ~(uint32_t)WF_TASK_NOTIFIED, WF_IDLE_CANCEL};
    uint32_t stopped = word & ~(uint32_t)WF_TASK_RUNNING;
    return word & WF_TASK_NOTIFIED ? (struct change){stopped, WF_IDLE_AGAIN}
                                   : (struct change){stopped - ONE, WF_IDLE_PARKED};
}

static struct change yielding(uint32_t word)
{
    return idle(word | WF_TASK_NOTIFIED);
}

enum wf_to_idle wf_task_to_idle(struct wf_task *task, bool yielded)
{
    return (enum wf_to_idle)change(task, yielded ? yielding : idle, NULL);
}

static struct change complete(uint32_t word)
{
    uint32_t told = WF_COMPLETE_UNCLAIMED;
    if (word & WF_TASK_JOIN_INTEREST)
        told = word & WF_TASK_JOIN_WAKER ? WF_COMPLETE_WAKE : WF_COMPLETE_QUIET;
    return (struct change){(word & ~(uint32_t)WF_TASK_RUNNING) | WF_TASK_COMPLETE, told};
}

enum wf_to_complete wf_task_to_complete(struct wf_task *task)
{
    return (enum wf_to_complete)change(task, complete, NULL);
}

/* --- references --- */

static struct change one_more(uint32_t word)
{
    bool full = word / ONE >= WF_TASK_REFERENCES_MAX;
    return (struct change){full ? word : word + ONE, full};
}

void wf_task_reference(struct wf_task *task)
{
    if (change(task, one_more, NULL))
        wf_panic("03.20", "too many references to task %s", wf_task_name(task));
}

static struct change one_less(uint32_t word)
{
    return (struct change){word - ONE, word / ONE == 1};
}

bool wf_task_unreference(struct wf_task *task, uint32_t count)
{
    bool last = false;
    while (count-- > 0)
        last = change(task, one_less, NULL);
    return last;
}

/* --- wake --- */

static bool is_idle(uint32_t word)
{
    return !(word & (WF_TASK_RUNNING | WF_TASK_COMPLETE | WF_TASK_NOTIFIED));
}

static struct change notified(uint32_t word)
{
    if (word & WF_TASK_COMPLETE)
        return (struct change){word, false};
    bool submit = is_idle(word);
    return (struct change){(word | WF_TASK_NOTIFIED) + (submit ? ONE : 0u), submit};
}

bool wf_task_to_notified_by_reference(struct wf_task *task)
{
    return change(task, notified, NULL);
}

static struct change handed_over(uint32_t word)
{
    if (word & WF_TASK_COMPLETE)
        return (struct change){word - ONE, word / ONE == 1 ? WF_NOTIFIED_FREE : WF_NOTIFIED_NOTHING};
    if (is_idle(word))
        return (struct change){word | WF_TASK_NOTIFIED, WF_NOTIFIED_SUBMIT};
    return (struct change){(word | WF_TASK_NOTIFIED) - ONE, WF_NOTIFIED_NOTHING};
}

enum wf_to_notified wf_task_to_notified_by_value(struct wf_task *task)
{
    return (enum wf_to_notified)change(task, handed_over, NULL);
}

/* --- join --- */

static struct change shared(uint32_t word)
{
    bool over = word & WF_TASK_COMPLETE;
    return (struct change){over ? word : word | WF_TASK_JOIN_WAKER, !over};
}

bool wf_task_share_join_waker(struct wf_task *task)
{
    return change(task, shared, NULL);
}

static struct change unshared(uint32_t word)
{
    bool over = word & WF_TASK_COMPLETE;
    return (struct change){over ? word : word & ~(uint32_t)WF_TASK_JOIN_WAKER, !over};
}

bool wf_task_unshare_join_waker(struct wf_task *task)
{
    return change(task, unshared, NULL);
}

static struct change ended(uint32_t word)
{
    return (struct change){word & ~(uint32_t)WF_TASK_JOIN_WAKER, !(word & WF_TASK_JOIN_INTEREST)};
}

bool wf_task_end_join_waker(struct wf_task *task)
{
    return change(task, ended, NULL);
}

static struct change join_dropped(uint32_t word)
{
    uint32_t left = word & ~(uint32_t)WF_TASK_JOIN_INTEREST;
    if (!(word & WF_TASK_COMPLETE))
        return (struct change){left & ~(uint32_t)WF_TASK_JOIN_WAKER, WF_JOIN_DROP_WAKER};
    return (struct change){left, WF_JOIN_DROP_OUTPUT | (word & WF_TASK_JOIN_WAKER ? 0u : WF_JOIN_DROP_WAKER)};
}

uint32_t wf_task_to_join_dropped(struct wf_task *task)
{
    return change(task, join_dropped, NULL);
}

/* --- abort --- */

static struct change cancelled(uint32_t word)
{
    if (word & WF_TASK_COMPLETE)
        return (struct change){word, false};
    if (is_idle(word))
        return (struct change){(word | WF_TASK_CANCELLED | WF_TASK_NOTIFIED) + ONE, true};
    return (struct change){word | WF_TASK_CANCELLED, false};
}

bool wf_task_to_cancelled(struct wf_task *task)
{
    return change(task, cancelled, NULL);
}
