/**
 * @file actors.h
 * @brief Threads of a subject beside the driver's, which is number 0 and waits for the judge.
 *
 * Which way depends on what the call under test does:
 *     actor_start       it may block: the driver stays free to do what ends it
 *     actor_aside       it is to happen at this very moment, on another thread
 *     actors_at_once    several threads live whole lives beside each other, and share nothing: what ThreadSanitizer then sees is
 *                       what the code under test has of all of them, a static variable or buffer
 * A wake or a drop in the middle of another call is a plan (plans.h); what threads hand each other is in handover.h.
 */
#ifndef WEFT_GRADER_ACTORS_H
#define WEFT_GRADER_ACTORS_H

#include <stddef.h>
#include <stdint.h>

#include "channel.h"

/** Actors have numbers from 1. */
enum { ACTORS_MAX = THREAD_ASIDE, ACTOR_ARGUMENTS_MAX = 512 };

/**
 * Let the actor do a job with a copy of these arguments, from actor_begin() on. It does one at a time: its last one is over, and
 * the judge saw so. Returns the thread's number in the kernel, by which the judge can see whether it sleeps.
 */
int64_t actor_start(int64_t number, void (*job)(const void *arguments), const void *arguments, size_t bytes);
void actor_begin(int64_t number);
/** Wait for the end of the actor's job; of all jobs: before what they used is changed. */
void actor_join(int64_t number);
void actors_join(void);

/** Do that on another thread, THREAD_ASIDE, and wait for its end. */
void actor_aside(void (*job)(void *arg), void *arg);

/** So many threads, each with one of the `owns`, an array of members of `bytes`. They begin at once, and none ends before all are
 * through. Nothing else orders them. */
void actors_at_once(int count, void (*live)(void *own), void *owns, size_t bytes);

#endif
