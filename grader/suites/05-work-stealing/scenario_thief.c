/**
 * @file scenario_thief.c
 * @brief Lab 05: a thief that is stopped in the middle of its steal.
 *
 * The slots that it fills lie in a page that may not be written to. So its first write there is a fault, and the handler, which runs on the
 * thief's thread, stands still until the judge lets it go on. A thief that has claimed tasks by then is at work: the victim's `head` says
 * so. A ring that is made otherwise, under a lock say, has no such state to be seen; its thief may hold the lock, so it goes on at once.
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scenario.h"
#include "thief.h"

enum { THREAD_OF_THIEF = 1 };

/* The slots before THIEF_FIRST, and what stands before them, end with a page. */
enum { IN_FRONT = offsetof(struct wf_run_queue, slots) + THIEF_FIRST * sizeof(struct wf_task *) };
_Static_assert(IN_FRONT % _Alignof(struct wf_run_queue) == 0, "the ring is aligned");

static unsigned char *memory; /* two pages; the thief stops at the second one */
static size_t page;
static struct sigaction others_action;
static __thread bool may_stop;

static pthread_t thief;
static bool exists, is_stopped;
static sem_t came, go_on; /* it was stopped, or has returned; and it goes on */

static struct {
    struct wf_run_queue *from;
    struct wf_task *task;
    uint32_t count;
    bool stood; /* it was stopped, once */
} steal;

static void allow_writes(bool allowed)
{
    if (mprotect(memory + page, page, allowed ? PROT_READ | PROT_WRITE : PROT_READ) != 0)
        scenario_broken("a page cannot be protected");
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        ;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    const unsigned char *place = info->si_addr;
    if (!may_stop || place < memory + page || place >= memory + 2 * page) {
        sigaction(number, &others_action, NULL); /* a crash: it comes again */
        return;
    }
    steal.stood = true;
    sem_post(&came);
    wait_for(&go_on);
    allow_writes(true);
}

void thief_begin(void)
{
    page = (size_t)sysconf(_SC_PAGESIZE);
    memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        scenario_broken("no memory");
    sem_init(&came, 0, 0);
    sem_init(&go_on, 0, 0);
    const struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, &others_action);
}

void thief_end(void)
{
    uint32_t count;
    if (exists)
        (void)thief_goes_on(&count);
}

struct wf_run_queue *thief_ring(void)
{
    return (struct wf_run_queue *)(void *)(memory + page - IN_FRONT);
}

static void *thieve(void *arg)
{
    scenario_name_thread(THREAD_OF_THIEF);
    may_stop = true;
    steal.task = wf_run_queue_steal(steal.from, thief_ring(), &steal.count);
    if (!steal.stood)
        sem_post(&came);
    return arg;
}

bool thief_stops(struct wf_run_queue *from)
{
    steal.from = from;
    steal.stood = false;
    allow_writes(false);
    if (pthread_create(&thief, NULL, thieve, NULL) != 0)
        scenario_broken("no thread");
    exists = true;
    wait_for(&came);
    uint64_t head = wf_load_acquire(&from->head);
    is_stopped = steal.stood && (uint32_t)(head >> 32) != (uint32_t)head;
    if (steal.stood && !is_stopped)
        sem_post(&go_on);
    return is_stopped;
}

bool thief_exists(void)
{
    return exists;
}

struct wf_task *thief_goes_on(uint32_t *count)
{
    if (!exists)
        scenario_broken("there is no thief");
    if (is_stopped)
        sem_post(&go_on);
    pthread_join(thief, NULL);
    exists = is_stopped = false;
    allow_writes(true);
    *count = steal.count;
    return steal.task;
}
