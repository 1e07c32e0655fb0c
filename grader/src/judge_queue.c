#include "judge_queue.h"

#include <string.h>

enum { POLLS_MAX = 200 };

struct act {
    enum queue_act act;
    int task;
};

/* The judge has a process for each test, so one queue lies here. */
static struct {
    struct task {
        struct act program[QUEUE_ACTS_MAX];
        int count, next;
        bool kept, notified, running, done;
    } tasks[QUEUE_TASKS + 1];
    int queue[POLLS_MAX], head, tail;
    int polls[POLLS_MAX + 1], poll_count;
} oracle;

void queue_begin(void)
{
    memset(&oracle, 0, sizeof oracle);
}

/* Each keeps its waker at first, and ends three polls. */
int queue_draw(struct judge *judge, int number, int *unborn, queue_write *write,
               struct step_act acts[QUEUE_ACTS_MAX])
{
    struct task *task = &oracle.tasks[number];
    task->program[task->count++] = (struct act){QUEUE_KEEPS, 0};
    for (int poll = 0; poll < 3; poll++) {
        for (int action = judge_random(judge, 3); action > 0; action--) {
            int choice = judge_random(judge, 5);
            task->program[task->count++] =
                choice == 0 ? (struct act){QUEUE_WAKES_SELF, 0}
                : choice == 1 && *unborn <= QUEUE_TASKS
                    ? (struct act){QUEUE_SPAWNS, (*unborn)++}
                    : (struct act){QUEUE_WAKES, 1 + judge_random(judge, QUEUE_TASKS)};
        }
        task->program[task->count++] = (struct act){QUEUE_PENDS, 0};
    }
    for (int i = 0; i < task->count; i++)
        acts[i] = write(task->program[i].act, task->program[i].task);
    return task->count;
}

/* What runs is queued when its poll ends. */
void queue_spawn(int number)
{
    struct task *task = &oracle.tasks[number];
    task->notified = true;
    if (!task->running && oracle.tail < POLLS_MAX)
        oracle.queue[oracle.tail++] = number;
}

void queue_wake(int number)
{
    const struct task *task = &oracle.tasks[number];
    if (task->kept && !task->done && !task->notified)
        queue_spawn(number);
}

static void poll(int number)
{
    struct task *task = &oracle.tasks[number];
    oracle.polls[oracle.poll_count++] = number;
    task->notified = false;
    task->running = true;
    bool pending = false;
    while (!pending && !task->done) {
        if (task->next == task->count) {
            task->done = true;
            break;
        }
        const struct act act = task->program[task->next++];
        switch (act.act) {
        case QUEUE_KEEPS:
            task->kept = true;
            break;
        case QUEUE_WAKES:
            queue_wake(act.task);
            break;
        case QUEUE_WAKES_SELF:
            task->notified = true;
            break;
        case QUEUE_SPAWNS:
            queue_spawn(act.task);
            break;
        case QUEUE_PENDS:
            pending = true;
            break;
        }
    }
    task->running = false;
    if (pending && task->notified)
        queue_spawn(number);
}

const int *queue_run(int *count)
{
    oracle.poll_count = 0;
    while (oracle.head < oracle.tail && oracle.poll_count < POLLS_MAX)
        poll(oracle.queue[oracle.head++]);
    oracle.polls[oracle.poll_count] = -1;
    *count = oracle.poll_count;
    return oracle.polls;
}
