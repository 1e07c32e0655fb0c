/**
 * @file epoll.c
 * @brief A bare loop of epoll_wait(), edge-triggered.
 */
#include <sys/epoll.h>
#include <unistd.h>

#include "pipes.h"

void run(struct pipes *pipes)
{
    struct epoll_event events[WAYS_MAX];
    int loop = epoll_create1(EPOLL_CLOEXEC);
    must(loop >= 0, "epoll_create1");
    for (unsigned i = 0; i < pipes->count; i++) {
        struct epoll_event wanted = {.events = (uint32_t)EPOLLET | EPOLLIN, .data.ptr = &pipes->ways[i]};
        must(epoll_ctl(loop, EPOLL_CTL_ADD, pipes->ways[i].reader, &wanted) == 0, "epoll_ctl");
    }
    for (bool over = false; !over;) {
        int count = epoll_wait(loop, events, WAYS_MAX, -1);
        must(count >= 0, "epoll_wait");
        for (int i = 0; i < count; i++)
            over = answer(pipes, events[i].data.ptr);
    }
    (void)close(loop);
}
