#include "told.h"

#include <pthread.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/current_thread.h"
#include "weft/detail/poll_watch.h"

struct told told[TOLD_MAX];
_Atomic int told_count;
struct wf_poll_watch *watch;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t scripted_ns;

static uint64_t scripted(void)
{
    return scripted_ns;
}

void keep_told(void *arg, const struct wf_long_poll *poll)
{
    ck_assert_ptr_eq(arg, &told_count);
    pthread_mutex_lock(&lock);
    ck_assert_int_lt(told_count, TOLD_MAX);
    struct told *kept = &told[told_count];
    kept->poll = *poll;
    memcpy(kept->from, poll->from, poll->from_count * sizeof kept->from[0]);
    if (poll->to_count > 0)
        memcpy(kept->to, poll->to, poll->to_count * sizeof kept->to[0]);
    told_count++;
    pthread_mutex_unlock(&lock);
}

void begin_watch(void)
{
    watch = wf_poll_watch_new(&(struct wf_poll_watch_config){
        .limit_ns = LIMIT, .slots = 1, .told = keep_told, .arg = &told_count, .clock = scripted});
    ck_assert_ptr_nonnull(watch);
}

void end_watch(void)
{
    wf_poll_watch_drop(watch);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

void look(uint64_t now_ns)
{
    scripted_ns = now_ns;
    wf_poll_watch_look(watch, now_ns);
}

void run_watched(struct wf_future *root)
{
    struct wf_context base = {.poll_slot = wf_poll_watch_slot(watch, 0)};
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    wf_context_enter(&base);
    wf_current_thread_block_on(runtime, root);
    wf_context_leave(&base);
    wf_current_thread_drop(runtime);
}

bool job_looks(struct job *self, struct wf_cx *cx)
{
    (void)self;
    (void)cx;
    look(1000);
    look(1000 + LIMIT);
    return true;
}

bool job_awaits_a_look(struct job *self, struct wf_cx *cx)
{
    if (self->polls == 1)
        ck_assert_int_eq(spawn_job(wf_scheduler_current(), job_looks, 0, &self->child), 0);
    return wf_future_poll(&self->child.future, cx) == WF_READY;
}
