/**
 * @file descriptor.c
 * @brief eventfd, pipes and pairs of sockets of a model: what is written to one end can be read from the other.
 *
 * They are the model's own: nothing of it comes to the kernel. Each call is one step. One that waits is enabled when there is
 * something to read, or room to write; one that does not wait says EAGAIN. A descriptor's number is used once in an execution, so a
 * use after the close is seen even if the kernel would have given out the number once more.
 */
#include "descriptor.h"

#include <errno.h>

#define OUTSIDE                                                                                              \
    "input and output cannot be explored, since it would happen in each execution: use interleave_note() for words"

/* --- descriptors --- */

void descriptors_forget(void)
{
    il->descriptors->count = il->descriptors->stream_count = 0;
}

size_t descriptors_bytes(void)
{
    return sizeof(struct descriptors);
}

struct descriptor *descriptor_at(int index)
{
    return &il->descriptors->of[index];
}

struct stream *stream_at(int index)
{
    return index == NO_STREAM ? NULL : &il->descriptors->streams[index];
}

const char *descriptor_text(int index)
{
    static const char *const kinds[] = {[EVENT] = "an eventfd",
                                        [PIPE_IN] = "the end of a pipe for reading",
                                        [PIPE_OUT] = "the end of a pipe for writing",
                                        [SOCKET] = "a socket",
                                        [EPOLL] = "an epoll"};
    char *text = scratch_text();
    snprintf(text, 160, "descriptor %d (%s, made at %s)", FIRST_DESCRIPTOR + index,
             kinds[descriptor_at(index)->kind], where(descriptor_at(index)->made_at));
    return text;
}

void check_open(int index, const char *what, il_site site)
{
    const struct descriptor *descriptor = descriptor_at(index);
    if (descriptor->closed_at)
        fail(IL_MISUSE, site, "%s by %s at %s of %s, which %s closed at %s", what, thread_text(il->current),
             where(site), descriptor_text(index), thread_text(descriptor->closed_by),
             where(descriptor->closed_at));
}

int descriptor_of(int number, const char *what, il_site site)
{
    int index = number - FIRST_DESCRIPTOR;
    if (number >= 0 && index < 0)
        unsupported(site, "%s at %s: " OUTSIDE, what, where(site));
    if (number < 0 || index >= il->descriptors->count)
        fail(IL_MISUSE, site, "%s by %s at %s of descriptor %d, which the model has not made", what,
             thread_text(il->current), where(site), number);
    check_open(index, what, site);
    return index;
}

struct descriptor *descriptor_new(enum descriptor_kind kind, bool never_waits, il_site site)
{
    take_turn(TURN_DESCRIPTOR, site);
    if (il->descriptors->count == DESCRIPTORS_MAX)
        unsupported(site, "more than %d descriptors: make the model smaller", DESCRIPTORS_MAX);
    struct descriptor *descriptor = &il->descriptors->of[il->descriptors->count++];
    *descriptor = (struct descriptor){.kind = (uint8_t)kind,
                                      .in = NO_STREAM,
                                      .out = NO_STREAM,
                                      .never_waits = never_waits,
                                      .made_at = site,
                                      .closed_by = NOBODY};
    return descriptor;
}

static int stream_new(il_site site)
{
    if (il->descriptors->stream_count == STREAMS_MAX)
        unsupported(site, "more than %d pipes and sockets: make the model smaller", STREAMS_MAX);
    struct stream *stream = &il->descriptors->streams[il->descriptors->stream_count];
    stream->total = stream->written = 0;
    stream->first = stream->count = stream->filled = stream->emptied = 0;
    stream->piece_count = 0;
    stream->no_writer = stream->no_reader = false;
    view_clear(&stream->ended);
    view_clear(&stream->room);
    stream->lock = lock_at(stream, true, site);
    return il->descriptors->stream_count++;
}

static int number_of(const struct descriptor *descriptor)
{
    return FIRST_DESCRIPTOR + (int)(descriptor - il->descriptors->of);
}

int il_eventfd(uint64_t count, bool takes_one, bool never_waits, il_site site)
{
    struct descriptor *descriptor = descriptor_new(EVENT, never_waits, site);
    descriptor->in = descriptor->out = stream_new(site);
    descriptor->takes_one = takes_one;
    stream_at(descriptor->in)->total = count;
    tell_hidden(il_this(), site, "descriptor %d is an eventfd", number_of(descriptor));
    return number_of(descriptor);
}

void il_pipe(int numbers[2], bool never_waits, il_site site)
{
    struct descriptor *in = descriptor_new(PIPE_IN, never_waits, site);
    struct descriptor *out = descriptor_new(PIPE_OUT, never_waits, site);
    in->in = out->out = stream_new(site);
    numbers[0] = number_of(in);
    numbers[1] = number_of(out);
    tell_hidden(il_this(), site, "descriptors %d and %d are a pipe", numbers[0], numbers[1]);
}

void il_socketpair(int numbers[2], bool never_waits, il_site site)
{
    struct descriptor *one = descriptor_new(SOCKET, never_waits, site);
    struct descriptor *other = descriptor_new(SOCKET, never_waits, site);
    one->in = other->out = stream_new(site);
    one->out = other->in = stream_new(site);
    numbers[0] = number_of(one);
    numbers[1] = number_of(other);
    tell_hidden(il_this(), site, "descriptors %d and %d are a pair of sockets", numbers[0], numbers[1]);
}

bool il_descriptor_waits(int number, il_site site)
{
    return !descriptor_at(descriptor_of(number, "a use", site))->never_waits;
}

void il_descriptor_set(int number, bool never_waits, il_site site)
{
    descriptor_at(descriptor_of(number, "a use", site))->never_waits = never_waits;
}

void descriptors_check_leaks(void)
{
    for (int i = 0; i < il->descriptors->count && !il->failure; i++) {
        if (descriptor_at(i)->closed_at)
            continue;
        il->failure = IL_LEAK;
        il->failure_site = descriptor_at(i)->made_at;
        snprintf(il->message, sizeof il->message, "%s is never closed", descriptor_text(i));
    }
}

/* --- the end --- */

/* A thread that waits at a descriptor would wait on, or use another file of the same number: a mistake either way. */
static void check_nobody_waits(int index, il_site site)
{
    for (int i = 0; i < il->thread_count; i++) {
        const struct thread *thread = &il->threads[i];
        if (thread->state == ALIVE && (thread->next.op == OP_READ || thread->next.op == OP_WRITE) &&
            thread->next.target == index && thread_runnable(thread) == CANNOT)
            fail(IL_MISUSE, site, "%s closes at %s %s, at which %s waits at %s", thread_text(il->current),
                 where(site), descriptor_text(index), thread_text(i), where(thread->next.site));
    }
}

static void end_reading(const struct thread *thread, struct stream *stream)
{
    if (!stream)
        return;
    stream->no_reader = true;
    stream->emptied++;
    view_join(&stream->room, &thread->now);
    stream_has_changed(stream);
}

static void end_writing(const struct thread *thread, struct stream *stream)
{
    if (!stream)
        return;
    stream->no_writer = true;
    stream->filled++;
    view_join(&stream->ended, &thread->now);
    stream_has_changed(stream);
}

static struct step *begin_end(struct thread *thread, int index, const char *what, il_site site)
{
    const struct descriptor *descriptor = descriptor_at(index);
    int in = descriptor->in == NO_STREAM ? -1 : stream_at(descriptor->in)->lock;
    int out = descriptor->out == NO_STREAM || descriptor->out == descriptor->in
                  ? -1
                  : stream_at(descriptor->out)->lock;
    if (descriptor->kind == EPOLL)
        in = descriptor->lock;
    struct pending next = pending_on(OP_CLOSE, in < 0 ? out : in, in < 0 ? -1 : out, site);
    next.target = (int8_t)index;
    thread->next = next;
    announce(thread);
    check_open(index, what, site);
    struct step *step = step_begin(thread);
    stream_moves(step, descriptor->in);
    stream_moves(step, descriptor->out);
    return step;
}

int il_close(int number, il_site site)
{
    struct thread *thread = il_this();
    int index = descriptor_of(number, "close", site);
    struct descriptor *descriptor = descriptor_at(index);
    struct step *step = begin_end(thread, index, "close", site);
    check_nobody_waits(index, site);
    descriptor->closed_at = site;
    descriptor->closed_by = thread->id;
    if (descriptor->kind != EVENT && descriptor->kind != EPOLL) {
        end_reading(thread, stream_at(descriptor->in));
        end_writing(thread, stream_at(descriptor->out));
    }
    interests_forget(index);
    step_end(thread, step, NULL);
    tell_step(thread, site, "close descriptor %d", number);
    return 0;
}

int il_shutdown(int number, bool reading, bool writing, il_site site)
{
    struct thread *thread = il_this();
    int index = descriptor_of(number, "shutdown", site);
    const struct descriptor *descriptor = descriptor_at(index);
    if (descriptor->kind != SOCKET)
        return ENOTSOCK;
    struct step *step = begin_end(thread, index, "shutdown", site);
    if (reading) {
        end_reading(thread, stream_at(descriptor->in));
        end_writing(thread, stream_at(descriptor->in));
    }
    if (writing)
        end_writing(thread, stream_at(descriptor->out));
    step_end(thread, step, NULL);
    tell_step(thread, site, "shut down descriptor %d", number);
    return 0;
}

void descriptors_each_view(void (*act)(struct view *view, const void *argument), const void *argument)
{
    for (int i = 0; i < il->descriptors->stream_count; i++) {
        struct stream *stream = stream_at(i);
        act(&stream->ended, argument);
        act(&stream->room, argument);
        for (int k = 0; k < stream->piece_count; k++)
            act(&stream->pieces[k].released, argument);
    }
}
