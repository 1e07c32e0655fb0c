/**
 * @file descriptor.h
 * @brief What descriptors stand for: counters, pipes, pairs of sockets, sets that epoll looks at.
 */
#ifndef INTERLEAVE_DESCRIPTOR_H
#define INTERLEAVE_DESCRIPTOR_H

#include "engine.h"

enum {
    DESCRIPTORS_MAX = 24,
    STREAMS_MAX = 24,
    STREAM_BYTES = 4096, /* what a pipe holds, and a socket; the least that POSIX allows a pipe */
    PIECES_MAX = 16,
    INTERESTS_MAX = 8,
    FIRST_DESCRIPTOR = 3,
    NO_STREAM = -1,
};

enum descriptor_kind { EVENT, PIPE_IN, PIPE_OUT, SOCKET, EPOLL };

/* What one write has left in a stream, and what its thread knew. */
struct piece {
    unsigned bytes;
    struct view released;
};

/* One direction of a pipe or a socket; or the count of an eventfd. */
struct stream {
    int lock;       /* its number in il->locks: steps about it are about that */
    uint64_t total; /* of an eventfd: the count */
    char bytes[STREAM_BYTES];
    unsigned first, count; /* of the bytes */
    uint64_t written;      /* bytes, so far */
    struct piece pieces[PIECES_MAX];
    int piece_count;
    bool no_writer, no_reader; /* that end was closed or shut down */
    struct view ended;         /* what the thread knew that did the one */
    struct view room;          /* what readers knew, and the thread that did the other */
    unsigned filled, emptied;  /* times that something came, and that there was room again: edges */
};

struct interest {
    int descriptor; /* its index */
    uint32_t events;
    uint64_t data;
    bool disarmed;            /* it is for one shot, and has had it */
    unsigned filled, emptied; /* of its streams, when it was told last; of those for one edge */
};

struct descriptor {
    uint8_t kind;
    int in, out; /* streams, or NO_STREAM */
    bool never_waits;
    bool takes_one; /* an eventfd that is a semaphore */
    il_site made_at, closed_at;
    int8_t closed_by;
    int lock; /* of an EPOLL */
    struct interest interests[INTERESTS_MAX];
    int interest_count, next; /* next: which one is looked at first */
};

struct descriptors {
    int count, stream_count;
    struct descriptor of[DESCRIPTORS_MAX];
    struct stream streams[STREAMS_MAX];
    char taken[STREAM_BYTES]; /* by the read that is made just now */
};

/* Its index. It is one of the model's, and open; else the execution ends. */
int descriptor_of(int number, const char *what, il_site site);
struct descriptor *descriptor_at(int index);
/* The same of one that was open when the step was announced. */
void check_open(int index, const char *what, il_site site);
/* "descriptor 4 (a pipe, made at x.c:12)". A scratch text. */
const char *descriptor_text(int index);
struct descriptor *descriptor_new(enum descriptor_kind kind, bool never_waits, il_site site);
struct stream *stream_at(int index); /* NULL: NO_STREAM */

/* --- transfer.c --- */
bool stream_is_readable(const struct stream *stream);
bool can_write(const struct descriptor *descriptor, uint64_t room);
/* The step is about to move something: what there is before it does. `stream`: which of its two objects. */
void stream_moves(struct step *step, int index);
/* Something has come, or was taken; or an end was closed. */
void stream_has_changed(const struct stream *stream);
/* The thread learns what made it readable, or writable. */
void stream_tells_reader(struct thread *thread, const struct stream *stream);
void stream_tells_writer(struct thread *thread, const struct stream *stream, uint64_t room);

/* --- readiness.c --- */
/* Something has happened to the stream. */
void interests_may_be_met(const struct stream *stream);
/* It is closed: no epoll looks at it any more. */
void interests_forget(int index);

#endif
