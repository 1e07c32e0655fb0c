#include "common.h"

#include <stdlib.h>
#include <string.h>

#include "scenario.h"
#include "weft/alloc.h"

_Static_assert(sizeof(struct probe) <= PROBE_BYTES, "a room for a probe holds one");

/* --- probes --- */

static enum wf_poll wide_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct probe *self = (struct probe *)future;
    enum wf_poll poll = mock_probe_poll(future, cx);
    for (int i = 0; poll == WF_READY && i < WIDE_WORDS; i++)
        self->wide[i] = wide_word(self->mock.value, i);
    return poll;
}

static void destroy_wide(void *out)
{
    scenario_event(EVENT_OUT_DESTROYED, 0, ((int64_t *)out)[WIDE_WORDS - 1]);
}

static const struct wf_future_ops probe_ops[] = {
    [PROBE_INT] = {.name = "probe",
                   .poll = mock_probe_poll,
                   .drop = mock_probe_drop,
                   .size = sizeof(struct probe),
                   .out_offset = offsetof(struct probe, mock.out),
                   .out_size = sizeof(int)},
    [PROBE_WIDE] = {.name = "probe",
                    .poll = wide_poll,
                    .drop = mock_probe_drop,
                    .size = sizeof(struct probe),
                    .out_offset = offsetof(struct probe, wide),
                    .out_size = WIDE_BYTES,
                    .drop_out = destroy_wide},
    [PROBE_SILENT] = {.name = "probe",
                      .poll = mock_probe_poll,
                      .drop = mock_probe_drop,
                      .size = sizeof(struct probe)},
    [PROBE_BARE] = {.name = "probe",
                    .poll = mock_probe_poll,
                    .size = sizeof(struct probe),
                    .out_offset = offsetof(struct probe, mock.out),
                    .out_size = sizeof(int)},
};

struct probe *place_probe(int64_t number, enum probe_kind kind, void *room)
{
    struct probe *probe = room;
    *probe = (struct probe){0};
    mock_probe(room, scenario_in_range(number, PROBES_MAX), &probe_ops[scenario_in_range(kind, 4)]);
    return probe;
}

/* --- the allocator --- */

void (*common_allocating)(void);

static void *tell_alloc(void *arg, size_t size)
{
    (void)arg;
    if (common_allocating)
        common_allocating();
    /* NULL: a size that no memory has is the submission's mistake, or the vast one that was asked for */
    void *memory = size < VAST_SLOT ? malloc(size) : NULL;
    scenario_event(EVENT_ALLOCATED, 0, 0);
    if (memory)
        memset(memory, RUBBISH, size);
    return memory;
}

static void tell_free(void *arg, void *memory, size_t size)
{
    (void)arg;
    scenario_event(EVENT_FREED, 0, 0);
    mock_freed(memory, size);
    memset(memory, GONE, size);                      /* a later read finds rubbish, in every variant */
    __asm__ volatile("" : : "r"(memory) : "memory"); /* or the compiler leaves that out */
    free(memory);
}

static const struct wf_allocator allocator = {tell_alloc, tell_free, NULL};

/* --- steps --- */

ON_STEP(probe, DONE_BY(place_probe(step->probe, (enum probe_kind)step->kind,
                                   mock_frame(step->probe, sizeof(struct probe)))));
ON_STEP(arm, mock_arm(scenario_in_range(step->probe, PROBES_MAX), step->value));
ON_STEP(poll, mock_poll(step->future, step->waker));
ON_STEP(drop, mock_drop(step->future));
ON_STEP(clones, mock_clones());
ON_STEP(live_bytes, ANSWERS((int64_t)wf_live_bytes()));
ON_STEP(fail_allocation, DONE_BY(wf_alloc_fail_at((uint32_t)step->nth)));

void common_begin(void)
{
    wf_set_allocator(&allocator);
    mocks_begin();
}
