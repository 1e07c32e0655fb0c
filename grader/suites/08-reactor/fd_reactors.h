/**
 * @file fd_reactors.h
 * @brief What the files of the scenario "fd" share: descriptors by number, and the reactors that watch them.
 */
#ifndef WEFT_SUITE_08_FD_REACTORS_H
#define WEFT_SUITE_08_FD_REACTORS_H

#include <sys/stat.h>

#include "stage.h"
#include "weft/async_fd.h"

struct descriptor {
    int fd, other, copy; /* the other end, and another number of the same file; -1: none */
    struct stat file;
};

struct descriptor *descriptor_at(int64_t number);
/** -1: of -1; -2: none of ours. */
int64_t number_of_fd(int fd);
/** One that a step has made, or its other end. */
bool is_of_scenario(int fd);
/** Of the source that watches it; NULL: none does. */
struct wf_readiness *readiness_of(int64_t descriptor);
/** Its reactor tells of these bits. */
void tell_of(int64_t descriptor, unsigned bits);
/** All that is watched in this place is closed. */
void shut_down(int64_t place);
/** This thread is in this place from now on: in the other runtime by a context inside of this one's. */
void go_to(int64_t place);
void reactors_begin(void);
void reactors_end(void);

#define FD_REACTOR_STEPS(STEP, ARG)                                                                          \
    STEP(descriptor, , )                                                                                     \
    STEP(closing, , )                                                                                        \
    STEP(had_events, , )                                                                                     \
    STEP(note, , )                                                                                           \
    STEP(copy, , )                                                                                           \
    STEP(copy_works, , )                                                                                     \
    STEP(flags, , )                                                                                          \
    STEP(owner, , ) STEP(fails, , ) STEP(tell, , ) STEP(end, , ) STEP(word, , ) STEP(waiting, , )
FD_REACTOR_STEPS(STEP_DECLARE, STEP_NOTHING)

#endif
