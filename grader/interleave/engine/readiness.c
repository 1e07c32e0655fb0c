/**
 * @file readiness.c
 * @brief poll and epoll: which of several descriptors can be read or written.
 *
 * A poll is one step, enabled when there is something to tell, or its time has come. It may wait at many objects: those are what it
 * awaits, and each step about one of them may be its answer. An epoll keeps what it looks at from one call to the next, and for
 * those of one edge or one shot what it has told already.
 */
#include "descriptor.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

/* --- what there is to tell --- */

static unsigned in_events(const struct descriptor *descriptor)
{
    const struct stream *in = stream_at(descriptor->in);
    if (!in || !stream_is_readable(in))
        return 0;
    bool is_data = in->count > 0 || in->total > 0;
    unsigned end = !in->no_writer ? 0 : descriptor->kind == PIPE_IN ? POLLHUP : POLLRDHUP | POLLIN;
    return (is_data ? POLLIN : 0) | end;
}

static unsigned out_events(const struct descriptor *descriptor)
{
    const struct stream *out = stream_at(descriptor->out);
    if (!out)
        return 0;
    unsigned end = out->no_reader && descriptor->kind == PIPE_OUT ? POLLERR : 0;
    return (can_write(descriptor, 1) ? POLLOUT : 0) | end;
}

static unsigned events_of(const struct descriptor *descriptor)
{
    const struct stream *in = stream_at(descriptor->in), *out = stream_at(descriptor->out);
    bool is_over = descriptor->kind == SOCKET && in->no_writer && (out->no_reader || out->no_writer);
    return in_events(descriptor) | out_events(descriptor) | (is_over ? POLLHUP : 0);
}

static unsigned told(unsigned events, unsigned wanted)
{
    return events & (wanted | POLLERR | POLLHUP);
}

static void learn(struct thread *thread, const struct descriptor *descriptor, unsigned events)
{
    if (events & (POLLIN | POLLHUP | POLLRDHUP) && descriptor->in != NO_STREAM)
        stream_tells_reader(thread, stream_at(descriptor->in));
    if (events & (POLLOUT | POLLERR) && descriptor->kind != EVENT && descriptor->out != NO_STREAM)
        stream_tells_writer(thread, stream_at(descriptor->out), 1);
}

static uint64_t bits_of(const struct descriptor *descriptor)
{
    uint64_t bits = 0;
    const struct stream *streams[] = {stream_at(descriptor->in), stream_at(descriptor->out)};
    for (int i = 0; i < 2; i++)
        if (streams[i])
            bits |= object_bit(FIRST_LOCK + streams[i]->lock);
    return bits;
}

/* --- poll --- */

static bool any_is_ready(const struct thread *thread)
{
    for (int i = 0; i < thread->polled_count; i++) {
        const struct descriptor *descriptor = descriptor_at(thread->polled[i].descriptor);
        if (descriptor->closed_at || told(events_of(descriptor), (unsigned)thread->polled[i].events))
            return true;
    }
    return false;
}

static void read_polled(struct thread *thread, const struct pollfd *polled, size_t count, il_site site)
{
    thread->polled_count = 0;
    if (count > POLLED_MAX)
        unsupported(site, "poll at %s of more than %d descriptors: make the model smaller", where(site),
                    POLLED_MAX);
    for (size_t i = 0; i < count; i++) {
        struct pollfd one;
        il_plain(&polled[i].fd, sizeof polled[i].fd + sizeof polled[i].events, false, site);
        memory_copy(&one, &polled[i], sizeof one);
        if (one.fd < 0)
            continue;
        int index = descriptor_of(one.fd, "poll", site);
        if (descriptor_at(index)->kind == EPOLL)
            unsupported(site, "poll at %s of an epoll", where(site));
        thread->polled[thread->polled_count++] =
            (struct polled){.descriptor = (int8_t)index, .events = one.events};
    }
}

/* The answer, in the model's memory. Returns how many have one. */
static int write_polled(struct thread *thread, struct pollfd *polled, size_t count, il_site site)
{
    int ready = 0;
    for (size_t i = 0, k = 0; i < count; i++) {
        struct pollfd one;
        memory_copy(&one, &polled[i], sizeof one);
        short events = 0;
        if (one.fd >= 0) {
            const struct descriptor *descriptor = descriptor_at(thread->polled[k].descriptor);
            events = (short)told(events_of(descriptor), (unsigned)thread->polled[k++].events);
            learn(thread, descriptor, (unsigned)events);
        }
        ready += events != 0;
        il_plain(&polled[i].revents, sizeof events, true, site);
        memory_copy(&polled[i].revents, &events, sizeof events);
    }
    return ready;
}

/* The wait has ended: with something to tell, or since its time has come; then the text says how. */
static const char *end_wait(struct thread *thread, struct step *step, bool ready)
{
    bool early = !ready && thread->next.waits && timeout_take(thread, step);
    if (ready)
        step->touches.clock = CLOCK_NOT;
    thread->deadline = NO_DEADLINE;
    return ready                ? ""
           : early              ? ": its time has come" EARLY
           : thread->next.waits ? ": its time has come"
                                : ": nothing";
}

static void announce_look(struct thread *thread, int object, uint64_t awaits, bool waits, int64_t deadline,
                          int target, il_site site)
{
    timeout_set(thread, waits ? deadline : NO_DEADLINE);
    thread->next =
        (struct pending){.op = OP_POLL,
                         .touches = {.object = (int16_t)object,
                                     .object2 = NO_OBJECT,
                                     .awaits = awaits,
                                     .clock = thread->deadline == NO_DEADLINE ? CLOCK_NOT : CLOCK_MOVED},
                         .waits = waits,
                         .target = (int8_t)target,
                         .site = site};
    announce(thread);
}

/* The one stream that is looked at; NULL: there are several. */
static const struct stream *only_stream(const struct thread *thread)
{
    const struct polled *polled = &thread->polled[0];
    if (thread->polled_count != 1)
        return NULL;
    const struct descriptor *descriptor = descriptor_at(polled->descriptor);
    return descriptor->in == descriptor->out || !(polled->events & POLLOUT) ? stream_at(descriptor->in)
           : !(polled->events & (POLLIN | POLLRDHUP))                       ? stream_at(descriptor->out)
                                                                            : NULL;
}

int il_poll(struct pollfd *polled, size_t count, bool waits, int64_t deadline, il_site site)
{
    struct thread *thread = il_this();
    uint64_t awaits = 0;
    read_polled(thread, polled, count, site);
    for (int i = 0; i < thread->polled_count; i++)
        awaits |= bits_of(descriptor_at(thread->polled[i].descriptor));
    const struct stream *stream = waits ? NULL : only_stream(thread);
    if (stream)
        look_begins(thread, FIRST_LOCK + stream->lock, 0, site);
    announce_look(thread, NO_OBJECT, awaits, waits, deadline, NOBODY, site);
    for (size_t i = 0; i < count; i++)
        if (polled[i].fd >= 0)
            (void)descriptor_of(polled[i].fd, "poll", site);
    struct step *step = step_begin(thread);
    bool ready = any_is_ready(thread);
    const char *end = end_wait(thread, step, ready);
    int answers = write_polled(thread, polled, count, site);
    step_end(thread, step, NULL);
    if (stream && !ready)
        look_made(thread, il->locks[stream->lock].version, false, false);
    else
        look_ends(thread);
    tell_step(thread, site, "poll: %d of %d descriptors are ready%s", answers, thread->polled_count, end);
    return answers;
}

/* --- epoll --- */

int il_epoll_new(il_site site)
{
    struct descriptor *descriptor = descriptor_new(EPOLL, true, site);
    descriptor->lock = lock_at(descriptor, true, site);
    descriptor->interest_count = descriptor->next = 0;
    int number = FIRST_DESCRIPTOR + (int)(descriptor - il->descriptors->of);
    tell_hidden(il_this(), site, "descriptor %d is an epoll", number);
    return number;
}

/* Streams count what happens to them: what has happened since it was told last? */
static bool has_edge(const struct interest *interest, const struct descriptor *descriptor)
{
    const struct stream *in = stream_at(descriptor->in), *out = stream_at(descriptor->out);
    return (in && in->filled != interest->filled) || (out && out->emptied != interest->emptied);
}

static unsigned interest_events(const struct interest *interest)
{
    const struct descriptor *descriptor = descriptor_at(interest->descriptor);
    if (interest->disarmed || (interest->events & EPOLLET && !has_edge(interest, descriptor)))
        return 0;
    return told(events_of(descriptor), interest->events);
}

static void see_edges(struct interest *interest)
{
    const struct descriptor *descriptor = descriptor_at(interest->descriptor);
    interest->filled = descriptor->in == NO_STREAM ? 0 : stream_at(descriptor->in)->filled;
    interest->emptied = descriptor->out == NO_STREAM ? 0 : stream_at(descriptor->out)->emptied;
}

static uint64_t awaited_by(const struct descriptor *epoll)
{
    uint64_t awaits = 0;
    for (int i = 0; i < epoll->interest_count; i++)
        awaits |= bits_of(descriptor_at(epoll->interests[i].descriptor));
    return awaits;
}

/* The threads that wait at this epoll await other objects now. */
static void interests_have_changed(struct descriptor *epoll)
{
    int index = (int)(epoll - il->descriptors->of);
    il->locks[epoll->lock].version++;
    for (int i = 0; i < il->thread_count; i++) {
        struct thread *thread = &il->threads[i];
        if (thread->state == ALIVE && thread->next.op == OP_POLL && thread->next.target == index)
            thread->next.touches.awaits = awaited_by(epoll) | thread->awaits;
    }
}

static void remove_interest(struct descriptor *epoll, int i)
{
    memmove(&epoll->interests[i], &epoll->interests[i + 1],
            (size_t)(--epoll->interest_count - i) * sizeof epoll->interests[0]);
    epoll->next = 0;
    interests_have_changed(epoll);
}

void interests_forget(int index)
{
    for (int e = 0; e < il->descriptors->count; e++) {
        struct descriptor *epoll = descriptor_at(e);
        for (int i = 0; epoll->kind == EPOLL && i < epoll->interest_count; i++)
            if (epoll->interests[i].descriptor == index)
                remove_interest(epoll, i--);
    }
}

void interests_may_be_met(const struct stream *stream)
{
    for (int e = 0; e < il->descriptors->count; e++) {
        struct descriptor *epoll = descriptor_at(e);
        for (int i = 0; epoll->kind == EPOLL && i < epoll->interest_count; i++) {
            const struct descriptor *descriptor = descriptor_at(epoll->interests[i].descriptor);
            if (stream_at(descriptor->in) == stream || stream_at(descriptor->out) == stream)
                il->locks[epoll->lock].version++;
        }
    }
}

/* Where it stands in the list; the end: nowhere. */
static int find_interest(const struct descriptor *epoll, int index)
{
    int i = 0;
    while (i < epoll->interest_count && epoll->interests[i].descriptor != index)
        i++;
    return i;
}

static int change_interest(struct descriptor *epoll, int operation, int index,
                           const struct epoll_event *event, il_site site)
{
    int i = find_interest(epoll, index);
    bool is_there = i < epoll->interest_count;
    if (operation == EPOLL_CTL_ADD ? is_there : !is_there)
        return operation == EPOLL_CTL_ADD ? -EEXIST : -ENOENT;
    if (operation == EPOLL_CTL_DEL) {
        remove_interest(epoll, i);
        return 0;
    }
    if (i == INTERESTS_MAX)
        unsupported(site, "an epoll of more than %d descriptors: make the model smaller", INTERESTS_MAX);
    struct interest *interest = &epoll->interests[i];
    *interest = (struct interest){.descriptor = index, .events = event->events, .data = event->data.u64};
    see_edges(interest);
    interest->filled--; /* what is there already counts as new */
    epoll->interest_count += !is_there;
    interests_have_changed(epoll);
    return 0;
}

int il_epoll_control(int number, int operation, int other, const struct epoll_event *event, il_site site)
{
    struct thread *thread = il_this();
    int epoll = descriptor_of(number, "epoll_ctl", site), index = descriptor_of(other, "epoll_ctl", site);
    struct descriptor *descriptor = descriptor_at(epoll), *looked_at = descriptor_at(index);
    struct epoll_event wanted = {0};
    if (descriptor->kind != EPOLL || epoll == index || operation < EPOLL_CTL_ADD || operation > EPOLL_CTL_MOD)
        return -EINVAL;
    if (operation != EPOLL_CTL_DEL) {
        il_plain(event, sizeof *event, false, site);
        memory_copy(&wanted, event, sizeof wanted);
    }
    if (looked_at->kind == EPOLL || wanted.events & (EPOLLEXCLUSIVE | EPOLLPRI))
        unsupported(site,
                    "an epoll of an epoll, EPOLLEXCLUSIVE and EPOLLPRI are not modelled: epoll_ctl at %s",
                    where(site));
    int stream = looked_at->in == NO_STREAM ? looked_at->out : looked_at->in;
    thread->next = pending_on(OP_CONTROL, descriptor->lock, stream_at(stream)->lock, site);
    announce(thread);
    (void)descriptor_of(number, "epoll_ctl", site);
    (void)descriptor_of(other, "epoll_ctl", site);
    struct step *step = step_begin(thread);
    int status = change_interest(descriptor, operation, index, &wanted, site);
    step_end(thread, step, NULL);
    tell_step(thread, site, "epoll %d %s descriptor %d%s", number,
              operation == EPOLL_CTL_ADD   ? "looks at"
              : operation == EPOLL_CTL_DEL ? "looks no more at"
                                           : "looks anew at",
              other, status ? ": an error" : "");
    return status;
}

bool look_is_runnable(const struct thread *thread)
{
    if (!thread->next.waits)
        return true;
    if (thread->next.target == NOBODY)
        return any_is_ready(thread);
    const struct descriptor *epoll = descriptor_at(thread->next.target);
    for (int i = 0; i < epoll->interest_count; i++)
        if (interest_events(&epoll->interests[i]))
            return true;
    return epoll->closed_at != NULL;
}

/* What is told of it now. */
static void tell_interest(struct thread *thread, struct interest *interest, unsigned events,
                          struct epoll_event *answer, il_site site)
{
    struct epoll_event one = {.events = events, .data.u64 = interest->data};
    learn(thread, descriptor_at(interest->descriptor), events);
    see_edges(interest);
    interest->disarmed = interest->events & EPOLLONESHOT;
    il_plain(answer, sizeof *answer, true, site);
    memory_copy(answer, &one, sizeof one);
}

int il_epoll_wait(int number, struct epoll_event *events, int most, bool waits, int64_t deadline, il_site site)
{
    struct thread *thread = il_this();
    int index = descriptor_of(number, "epoll_wait", site), answers = 0;
    struct descriptor *epoll = descriptor_at(index);
    if (epoll->kind != EPOLL || most <= 0)
        return -EINVAL;
    if (!waits)
        look_begins(thread, FIRST_LOCK + epoll->lock, 0, site);
    announce_look(thread, FIRST_LOCK + epoll->lock, awaited_by(epoll), waits, deadline, index, site);
    (void)descriptor_of(number, "epoll_wait", site);
    struct step *step = step_begin(thread);
    int count = epoll->interest_count, first = epoll->next;
    for (int i = 0; i < count && answers < most; i++) { /* the next call begins behind the last one told */
        struct interest *interest = &epoll->interests[(first + i) % count];
        unsigned found = interest_events(interest);
        if (found) {
            tell_interest(thread, interest, found, &events[answers++], site);
            epoll->next = (first + i + 1) % count;
        }
    }
    const char *end = end_wait(thread, step, answers > 0);
    step_end(thread, step, NULL);
    if (!waits && !answers)
        look_made(thread, il->locks[epoll->lock].version, false, false);
    else
        look_ends(thread);
    tell_step(thread, site, "epoll %d: %d descriptors are ready%s", number, answers, end);
    return answers;
}
