/**
 * @file combinators.h
 * @brief The four combinators by the number of their kind.
 */
#ifndef WEFT_SUITE_01_COMBINATORS_H
#define WEFT_SUITE_01_COMBINATORS_H

#include <stddef.h>

#include "steps.h"

/** A frame for any of them. */
union combinator {
    struct wf_join join;
    struct wf_try_join try_join;
    struct wf_select select;
    struct wf_race race;
};

size_t combinator_bytes(int64_t kind);
/** Build one in a frame of at least so many bytes. */
struct wf_future *build_combinator(int64_t kind, void *frame, struct wf_future **branches, size_t count,
                                   int64_t order);

/* scenario_many.c */
struct step_reply on_many(const struct step_many *step);
struct step_reply on_last(const struct step_last *step);
struct step_reply on_dropped(const struct step_dropped *step);
struct step_reply on_turns(const struct step_turns *step);
struct step_reply on_wins(const struct step_wins *step);
struct step_reply on_two_threads(const struct step_two_threads *step);

#endif
