/**
 * @file judge_queue.h
 * @brief An oracle of one queue of tasks: which are polled, in which sequence, when each does what its program says.
 *
 * It knows five acts, which have other numbers in each lab's table: the lab says how each is written there.
 */
#ifndef WEFT_GRADER_JUDGE_QUEUE_H
#define WEFT_GRADER_JUDGE_QUEUE_H

#include "../support/step_table.h"
#include "judge.h"

/** What a task does in a poll: keep its waker; wake another, or itself; spawn one; end the poll. Behind the last act it is READY. */
enum queue_act { QUEUE_KEEPS, QUEUE_WAKES, QUEUE_WAKES_SELF, QUEUE_SPAWNS, QUEUE_PENDS };

/** The act as a step of the lab's; `task`: which it wakes or spawns. */
typedef struct step_act queue_write(enum queue_act act, int task);

/** Tasks have numbers from 1. */
enum { QUEUE_TASKS = 8, QUEUE_ACTS_MAX = 10 };

/** An empty queue; no task has a program. */
void queue_begin(void);
/** Draw the task's program, which wakes others and itself and spawns tasks from `*unborn` on. @return how many acts it has. */
int queue_draw(struct judge *judge, int number, int *unborn, queue_write *write,
               struct step_act acts[QUEUE_ACTS_MAX]);
/** From outside a task is spawned, or woken. */
void queue_spawn(int number);
void queue_wake(int number);
/** Run until no task can. @return the tasks in the sequence of their polls, ended by -1; `*count`: how many polls. */
const int *queue_run(int *count);

#endif
