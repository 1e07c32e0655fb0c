/**
 * @file owned_tasks.c
 * @brief The lists of all tasks that are not over.
 */
#include "weft/detail/owned_tasks.h"

#include <stddef.h>

#include "weft/context.h"
#include "weft/detail/task_state.h"

static struct wf_owned_list *list_of(struct wf_owned_tasks *owned, const struct wf_task *task)
{
    return &owned->lists[task->id / WF_IDS_PER_BLOCK & owned->mask];
}

void wf_owned_tasks_init(struct wf_owned_tasks *owned, struct wf_owned_list *lists, uint32_t count)
{
    *owned = (struct wf_owned_tasks){.lists = lists, .mask = count - 1};
    for (uint32_t i = 0; i < count; i++) {
        lists[i] = (struct wf_owned_list){.closed = false};
        pthread_mutex_init(&lists[i].lock, NULL);
        wf_list_init(&lists[i].tasks);
    }
}

void wf_owned_tasks_destroy(struct wf_owned_tasks *owned)
{
    for (uint32_t i = 0; i <= owned->mask; i++)
        pthread_mutex_destroy(&owned->lists[i].lock);
}

bool wf_owned_tasks_add(struct wf_owned_tasks *owned, struct wf_task *task)
{
    struct wf_owned_list *list = list_of(owned, task);
    pthread_mutex_lock(&list->lock);
    bool open = !list->closed;
    if (open) {
        wf_list_push_back(&list->tasks, &task->owned);
        list->count++;
    }
    pthread_mutex_unlock(&list->lock);
    return open;
}

bool wf_owned_tasks_remove(struct wf_owned_tasks *owned, struct wf_task *task)
{
    struct wf_owned_list *list = list_of(owned, task);
    pthread_mutex_lock(&list->lock);
    wf_list_remove(&task->owned);
    list->count--;
    bool over = list->closed && list->count == 0;
    pthread_mutex_unlock(&list->lock);
    return over;
}

bool wf_owned_tasks_close(struct wf_owned_tasks *owned, uint32_t number, struct wf_task_queue *batch,
                          uint32_t *count)
{
    struct wf_owned_list *list = &owned->lists[number];
    wf_task_queue_init(batch);
    *count = 0;
    pthread_mutex_lock(&list->lock);
    list->closed = true;
    bool empty = list->count == 0;
    for (struct wf_list *link = list->tasks.next; link != &list->tasks; link = link->next) {
        struct wf_task *task = WF_CONTAINER_OF(link, struct wf_task, owned);
        if (wf_task_to_cancelled(task)) {
            wf_task_queue_push(batch, task);
            ++*count;
        }
    }
    pthread_mutex_unlock(&list->lock);
    return empty;
}

uint32_t wf_owned_tasks_count(struct wf_owned_tasks *owned)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i <= owned->mask; i++) {
        pthread_mutex_lock(&owned->lists[i].lock);
        count += owned->lists[i].count;
        pthread_mutex_unlock(&owned->lists[i].lock);
    }
    return count;
}
