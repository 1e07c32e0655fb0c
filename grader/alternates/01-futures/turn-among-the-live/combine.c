/**
 * @file combine.c
 * @brief join, try_join, select and race as one walk that is told by each combinator when to stop.
 *
 * ## The walk
 *
 * It counts the live branches, then polls them in turn. Each that gets READY is taken off the count and shown to
 * the combinator, which may end the walk. What is left of the count at the end says whether to wait.
 *
 * ## The turn
 *
 * `turn` is the place after the branch that went first last. The walk begins at the first live branch from
 * there on. Between two firsts of a branch each other one can be first at most once, because places pass in
 * array order and the walk never goes back; so a branch that stays live is first at least once in `count` polls.
 * Finished branches take no turn: of n live ones each is first in every n-th poll.
 */
#include "weft/combine.h"

#include <stdbool.h>

#include "weft/error.h"
#include "weft/panic.h"

static struct wf_branches branches_of(struct wf_future *futures[], size_t count, enum wf_order order)
{
    return (struct wf_branches){.futures = futures, .count = (uint32_t)count, .order = order};
}

static bool is_live(const struct wf_future *branch)
{
    return branch && !wf_future_is_done(branch);
}

static uint32_t count_live(const struct wf_branches *branches)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < branches->count; i++)
        live += is_live(branches->futures[i]);
    return live;
}

static void drop_live(const struct wf_branches *branches)
{
    for (uint32_t i = branches->count; i-- > 0;)
        if (is_live(branches->futures[i]))
            wf_future_drop(branches->futures[i]);
}

/* Where the next live branch is, from `from` on and round the end. There must be one. */
static uint32_t find_live(const struct wf_branches *branches, uint32_t from)
{
    for (uint32_t i = from; i < branches->count; i++)
        if (is_live(branches->futures[i]))
            return i;
    for (uint32_t i = 0; i < from; i++)
        if (is_live(branches->futures[i]))
            return i;
    wf_panic("01.7", "no branch is live among %u", branches->count);
}

/* Asked after branch `index` got READY. True: this decides, poll no other. */
typedef bool decides(struct wf_future *self, uint32_t index);

/* Poll each live branch once, until one decides. True: READY, because one did or none is left. */
static bool walk(struct wf_future *self, struct wf_branches *branches, struct wf_cx *cx, decides *decide)
{
    uint32_t left = count_live(branches);
    bool fair = branches->order == WF_FAIR;
    uint32_t from = fair ? branches->turn : 0;
    for (uint32_t to_poll = left; to_poll > 0; to_poll--) {
        uint32_t index = find_live(branches, from);
        from = index + 1;
        if (fair && to_poll == left)
            branches->turn = from < branches->count ? from : 0;
        if (wf_future_poll(branches->futures[index], cx) == WF_PENDING)
            continue;
        if (decide && decide(self, index))
            return true;
        /* READY in the middle: `left` counts what waits, `to_poll` what is not asked yet */
        left--;
        if (to_poll == left + 1)
            continue;
    }
    return count_live(branches) == 0;
}

static void visit_branches(const struct wf_branches *branches, wf_visit *visit, void *arg)
{
    for (uint32_t i = 0; i < branches->count; i++)
        if (is_live(branches->futures[i]))
            visit(arg, branches->futures[i]);
}
