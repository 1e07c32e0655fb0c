/**
 * @file scenario_fd_reactors.c
 * @brief Lab 08: descriptors by number, and reactors that do as they are told.
 */
#include "fd_reactors.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mocks.h"
#include "weft/context.h"

/* --- descriptors --- */

static struct descriptor descriptors[DESCRIPTORS_MAX];

struct descriptor *descriptor_at(int64_t number)
{
    return &descriptors[scenario_in_range(number, DESCRIPTORS_MAX)];
}

int64_t number_of_fd(int fd)
{
    for (int64_t i = 0; fd != -1 && i < DESCRIPTORS_MAX; i++)
        if (descriptors[i].fd == fd)
            return i;
    return fd == -1 ? -1 : -2;
}

/* Whether the number is still that open file. */
static bool is_ours(const struct descriptor *self)
{
    struct stat file;
    return self->fd >= 0 && fstat(self->fd, &file) == 0 && file.st_ino == self->file.st_ino &&
           file.st_dev == self->file.st_dev;
}

bool is_of_scenario(int fd)
{
    for (int64_t i = 0; i < DESCRIPTORS_MAX; i++)
        if ((descriptors[i].fd == fd && is_ours(&descriptors[i])) || descriptors[i].other == fd ||
            descriptors[i].copy == fd)
            return true;
    return false;
}

static void forget(struct descriptor *self)
{
    if (is_ours(self))
        (void)close(self->fd);
    if (self->other >= 0)
        (void)close(self->other);
    if (self->copy >= 0)
        (void)close(self->copy);
    *self = (struct descriptor){.fd = -1, .other = -1, .copy = -1};
}

struct step_reply on_descriptor(const struct step_descriptor *step)
{
    struct descriptor *self = descriptor_at(step->descriptor);
    int fds[2];
    forget(self);
    if (step->kind == NEGATIVE)
        return STEP_DONE;
    if (step->kind == CHARACTERS || step->kind == NO_FLAGS) {
        self->fd = step->kind == NO_FLAGS ? open("/", O_PATH) : open("/dev/null", O_RDONLY);
        if (self->fd < 0 || fstat(self->fd, &self->file) != 0)
            scenario_broken("no such file");
        return STEP_DONE;
    }
    bool is_socket = step->kind == SOCKET || step->kind == SOCKET_HIGH;
    if ((is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds)) != 0)
        scenario_broken("no more descriptors");
    if (step->kind == SOCKET_HIGH) { /* a number that does not fit into a byte with a sign */
        int low = fds[0];
        if ((fds[0] = fcntl(low, F_DUPFD, 200)) < 0)
            scenario_broken("no such high descriptor");
        (void)close(low);
    }
    int mine = step->kind == PIPE_WRITE;
    self->fd = fds[mine];
    self->other = fds[!mine];
    for (struct descriptor *old = descriptors; old < descriptors + DESCRIPTORS_MAX; old++)
        if (old != self && old->fd == self->fd)
            old->fd = -1; /* it was closed, and its number is this one's now */
    if (fstat(self->fd, &self->file) != 0 ||
        fcntl(self->fd, F_SETFL,
              (step->flags & HAS_NONBLOCK ? O_NONBLOCK : 0) | (step->flags & HAS_APPEND ? O_APPEND : 0) |
                  (step->flags & HAS_ASYNC ? O_ASYNC : 0)) != 0 ||
        fcntl(self->fd, F_SETFD, step->flags & HAS_CLOEXEC ? FD_CLOEXEC : 0) != 0)
        scenario_broken("a descriptor has no flags");
    if (step->kind == NOT_OPEN)
        (void)close(self->fd);
    return STEP_DONE;
}

struct step_reply on_flags(const struct step_flags *step)
{
    int fd = descriptor_at(step->descriptor)->fd, flags = fcntl(fd, F_GETFL), of_fd = fcntl(fd, F_GETFD);
    if (flags < 0 || of_fd < 0)
        return ANSWERS(-errno);
    return ANSWERS((flags & O_NONBLOCK ? HAS_NONBLOCK : 0) | (flags & O_APPEND ? HAS_APPEND : 0) |
                   (flags & O_ASYNC ? HAS_ASYNC : 0) | (of_fd & FD_CLOEXEC ? HAS_CLOEXEC : 0));
}

ON_STEP(owner, ANSWERS(is_ours(descriptor_at(step->descriptor))));

/* --- a copy, which an end leaves alone --- */

static bool writes(int fd)
{
    return (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY;
}

static bool pass(int from)
{
    char byte = 'x';
    return write(from, &byte, 1) == 1;
}

/* Without waiting for it. */
static int take(int at)
{
    char byte = 0;
    struct pollfd look = {.fd = at, .events = POLLIN};
    return poll(&look, 1, 0) == 1 && read(at, &byte, 1) == 1 && byte == 'x';
}

struct step_reply on_copy(const struct step_copy *step)
{
    struct descriptor *self = descriptor_at(step->descriptor);
    self->copy = fcntl(self->fd, F_DUPFD, 0);
    if (self->copy < 0 || !pass(writes(self->other) ? self->other : self->fd))
        scenario_broken("no copy, or no byte");
    return STEP_DONE;
}

struct step_reply on_copy_works(const struct step_copy_works *step)
{
    struct descriptor *self = descriptor_at(step->descriptor);
    bool both = S_ISSOCK(self->file.st_mode);
    int from = writes(self->other) ? self->other : self->copy;
    int to = from == self->copy ? self->other : self->copy;
    struct step_reply reply = {.a = take(to)};
    reply.a += pass(from) && take(to);
    reply.a += both && pass(to) && take(from);
    (void)close(self->copy);
    self->copy = -1;
    return reply;
}

/* --- reactors --- */

enum { REACTORS = 2 };

static struct wf_reactor reactors[REACTORS];

struct mock_source {
    struct wf_source head;
    struct mock_source *next;
};

static struct mock_source *sources; /* the newest first */
static int64_t next_failure;
ON_STEP(fails, DONE_BY(next_failure = step->code));

/* By the operations of reactor `who`. */
static int watch_by(int64_t who, struct wf_reactor *reactor, int fd, unsigned interest, struct wf_source **out)
{
    int64_t told = reactor == &reactors[who] ? who : REACTORS; /* it is another one's */
    int failed = (int)next_failure;
    next_failure = 0;
    scenario_event(EVENT_WATCHED, number_of_fd(fd), interest | told << 32);
    if (failed)
        return failed;
    struct mock_source *source = mock_storage(sizeof *source);
    source->head.reactor = reactor;
    source->head.fd = fd;
    wf_readiness_init(&source->head.readiness, &lock_of_all);
    source->next = sources;
    sources = source;
    *out = &source->head;
    errno = ENOTTY; /* any: a call that succeeds says nothing by it */
    return 0;
}

static void unwatch_by(int64_t who, struct wf_source *head)
{
    struct mock_source **link = &sources;
    while (*link && &(*link)->head != head)
        link = &(*link)->next;
    int64_t found = (fcntl(head->fd, F_GETFD) >= 0 ? UNWATCHED_OPEN : 0) |
                    (wf_list_is_empty(&head->readiness.waiters) ? UNWATCHED_ALONE : 0) |
                    (*link && head->reactor == &reactors[who] ? UNWATCHED_THERE : 0);
    scenario_event(EVENT_UNWATCHED, number_of_fd(head->fd), found);
    if (*link) {
        struct mock_source *source = *link;
        *link = source->next;
        free(source);
    }
    /* as any call may that succeeds: an errno that is wanted was taken before */
    errno = EDOM;
}

/* Each reactor has operations of its own, as two kinds of reactor would. */
static int watch_here(struct wf_reactor *reactor, int fd, unsigned interest, struct wf_source **out)
{
    return watch_by(THIS_RUNTIME, reactor, fd, interest, out);
}

static int watch_there(struct wf_reactor *reactor, int fd, unsigned interest, struct wf_source **out)
{
    return watch_by(OTHER_RUNTIME, reactor, fd, interest, out);
}

static void unwatch_here(struct wf_source *head)
{
    unwatch_by(THIS_RUNTIME, head);
}

static void unwatch_there(struct wf_source *head)
{
    unwatch_by(OTHER_RUNTIME, head);
}

static const struct wf_reactor_ops mock_ops[REACTORS] = {{watch_here, unwatch_here},
                                                         {watch_there, unwatch_there}};

struct wf_readiness *readiness_of(int64_t descriptor)
{
    int fd = descriptor_at(descriptor)->fd;
    for (struct mock_source *source = sources; source; source = source->next)
        if (source->head.fd == fd)
            return &source->head.readiness;
    return NULL;
}

void tell_of(int64_t descriptor, unsigned bits)
{
    struct wf_readiness *readiness = readiness_of(descriptor);
    if (readiness)
        wf_readiness_event(readiness, bits);
}

void shut_down(int64_t place)
{
    for (struct mock_source *source = sources; source; source = source->next)
        if (source->head.reactor == &reactors[place])
            wf_readiness_close(&source->head.readiness);
}

ON_STEP(had_events,
        DONE_BY(wf_store_relaxed(&readiness_of(step->descriptor)->word, (uint64_t)step->tick *WF_READY_TICK)));
ON_STEP(note, DONE_BY(wf_readiness_add(readiness_of(step->descriptor), (unsigned)step->bits)));
ON_STEP(tell, DONE_BY(tell_of(step->descriptor, (unsigned)step->bits)));
ON_STEP(end, DONE_BY(shut_down(scenario_in_range(step->place, REACTORS))));

struct step_reply on_word(const struct step_word *step)
{
    const struct wf_readiness *readiness = readiness_of(step->descriptor);
    return (struct step_reply){readiness ? (int64_t)wf_readiness_look(readiness) : 0, readiness != NULL};
}

struct step_reply on_waiting(const struct step_waiting *step)
{
    const struct wf_readiness *readiness = readiness_of(step->descriptor);
    struct step_reply reply = STEP_DONE;
    if (readiness)
        for (const struct wf_list *node = readiness->waiters.next;
             node != &readiness->waiters && reply.a < 100; node = node->next)
            reply.a++;
    return reply;
}

void go_to(int64_t place)
{
    static struct wf_context inside;
    if (wf_context_current == &inside)
        wf_context_leave(&inside);
    wf_context_current->reactor = place == NO_RUNTIME ? NULL : &reactors[THIS_RUNTIME];
    if (place == OTHER_RUNTIME) {
        inside = (struct wf_context){.reactor = &reactors[OTHER_RUNTIME]};
        wf_context_enter(&inside);
    }
}

void reactors_begin(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)close(0); /* 0 is a descriptor like any other: the next one made has it */
    for (int i = 0; i < REACTORS; i++)
        reactors[i].ops = &mock_ops[i];
    for (int i = 0; i < DESCRIPTORS_MAX; i++)
        descriptors[i] = (struct descriptor){.fd = -1, .other = -1, .copy = -1};
}

void reactors_end(void)
{
    for (int i = 0; i < DESCRIPTORS_MAX; i++)
        forget(&descriptors[i]);
}
