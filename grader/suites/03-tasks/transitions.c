#include "transitions.h"

void (*transitions_hook)(enum point point, struct wf_task *task);

static void come_to(enum point point, struct wf_task *task)
{
    if (transitions_hook)
        transitions_hook(point, task);
}

#define WRAP(type, name, point)                                                                              \
    type __real_##name(struct wf_task *task);                                                                \
    type __wrap_##name(struct wf_task *task);                                                                \
    type __wrap_##name(struct wf_task *task)                                                                 \
    {                                                                                                        \
        come_to(point, task);                                                                                \
        return __real_##name(task);                                                                          \
    }

WRAP(enum wf_to_running, wf_task_to_running, AT_TO_RUNNING)
WRAP(bool, wf_task_share_join_waker, AT_SHARE)
WRAP(bool, wf_task_unshare_join_waker, AT_UNSHARE)
WRAP(bool, wf_task_end_join_waker, AT_END)
WRAP(uint32_t, wf_task_to_join_dropped, AT_JOIN_DROPPED)

enum wf_to_idle __real_wf_task_to_idle(struct wf_task *task, bool yielded);
enum wf_to_idle __wrap_wf_task_to_idle(struct wf_task *task, bool yielded);
enum wf_to_idle __wrap_wf_task_to_idle(struct wf_task *task, bool yielded)
{
    come_to(AT_TO_IDLE, task);
    return __real_wf_task_to_idle(task, yielded);
}

enum wf_to_complete __real_wf_task_to_complete(struct wf_task *task);
enum wf_to_complete __wrap_wf_task_to_complete(struct wf_task *task);
enum wf_to_complete __wrap_wf_task_to_complete(struct wf_task *task)
{
    come_to(AT_TO_COMPLETE, task);
    enum wf_to_complete to_do = __real_wf_task_to_complete(task);
    come_to(AT_COMPLETED, task);
    return to_do;
}

bool __real_wf_task_unreference(struct wf_task *task, uint32_t count);
bool __wrap_wf_task_unreference(struct wf_task *task, uint32_t count);
bool __wrap_wf_task_unreference(struct wf_task *task, uint32_t count)
{
    come_to(count == 1 ? AT_UNREFERENCE : AT_LET_GO, task);
    return __real_wf_task_unreference(task, count);
}
