/**
 * @file async_trait.c
 * @brief Async methods behind an interface, and an async closure.
 *
 * A log line can be written to any sink. Two kinds of sink have the same table of operations, but their `write` needs
 * frames of different sizes, which the caller does not know. It offers a slot in its own frame: the plain sink's frame
 * fits, the framing sink's is put in a box. Then a closure over a sink: each call numbers its line, and since a call
 * changes the number, calls take turns.
 */
#include <stdio.h>
#include <string.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/block_on.h"
#include "weft/closure.h"
#include "weft/dyn.h"
#include "weft/error.h"

/* --- the interface -------------------------------------------------------------------------------------- */

struct sink;

struct sink_ops {
    const char *name;
    size_t write_bytes; /* of the frame that `write` builds */
    /* Builds in `frame` a future that writes `line`, borrowed until then; its output is an int, the length. */
    void (*write)(void *frame, struct sink *sink, const char *line);
};

struct sink {
    const struct sink_ops *ops;
};

/* --- two implementations -------------------------------------------------------------------------------- */

/* PENDING once: a stand-in for a device that is busy. */
struct busy {
    struct wf_future future; /* first: the frame is a future */
    int polls;
    int out;
};

static enum wf_poll busy_poll(struct wf_future *future, struct wf_cx *cx)
{
    if (((struct busy *)future)->polls++ > 0)
        return WF_READY;
    wf_waker_wake_by_ref(cx->waker);
    return WF_PENDING;
}

static const struct wf_future_ops busy_ops = {.name = "busy", .poll = busy_poll, WF_FRAME(struct busy)};

static struct busy *busy(struct busy *self)
{
    *self = (struct busy){.future = {.ops = &busy_ops}};
    return self;
}

/* Writes the line as it is. */
struct plain_write {
    struct wf_future future;
    const char *line; /* an argument */
    struct busy busy; /* a child */
    int out;
};

ASYNC_FN(plain_write)
{
    ASYNC_BEGIN;
    AWAIT(busy(&self->busy));
    self->out = printf("%s\n", self->line);
ASYNC_FINALLY:
    ASYNC_END;
}

static void plain_sink_write(void *frame, struct sink *sink, const char *line)
{
    (void)sink;
    ASYNC_INIT((struct plain_write *)frame, plain_write, .line = line);
}

static const struct sink_ops plain_sink_ops = {"plain", sizeof(struct plain_write), plain_sink_write};

/* Draws a frame around the line, in a buffer that lives across its await. */
struct framing_sink {
    struct sink sink; /* first: the interface */
    char corner;
};

struct framing_write {
    struct wf_future future;
    const struct framing_sink *sink; /* an argument; borrowed */
    const char *line;                /* an argument */
    char text[256];
    struct busy busy; /* a child */
    int out;
};

ASYNC_FN(framing_write)
{
    ASYNC_BEGIN;
    snprintf(self->text, sizeof self->text, "%c %s %c", self->sink->corner, self->line, self->sink->corner);
    AWAIT(busy(&self->busy));
    self->out = printf("%s\n", self->text);
ASYNC_FINALLY:
    ASYNC_END;
}

static void framing_sink_write(void *frame, struct sink *sink, const char *line)
{
    ASYNC_INIT((struct framing_write *)frame, framing_write, .sink = (const struct framing_sink *)sink,
               .line = line);
}

static const struct sink_ops framing_sink_ops = {"framing", sizeof(struct framing_write), framing_sink_write};

/* --- a closure over a sink ------------------------------------------------------------------------------ */

/* What it captured. */
struct numbering {
    struct sink *sink; /* borrowed */
    int lines;         /* changed by each call */
};

/* One call: writes the line with its number. The sink is known at run time only, so this is a dynamic call too. */
struct numbered_write {
    struct wf_future future;
    struct numbering *captured;
    const char *line; /* the call's argument */
    char text[64];
    struct wf_dyn write;
    int out; /* 0, or WF_ENOMEM */
};

ASYNC_FN(numbered_write)
{
    ASYNC_BEGIN;
    snprintf(self->text, sizeof self->text, "%d. %s", ++self->captured->lines, self->line);
    {
        struct sink *sink = self->captured->sink; /* a local variable, gone before the next await */
        void *frame = wf_dyn(&self->write, NULL, 0, sink->ops->write_bytes, NULL);
        if (frame)
            sink->ops->write(frame, sink, self->text);
    }
    AWAIT_TO(self->out, &self->write);
ASYNC_FINALLY:
    ASYNC_END;
}

static void numbered_build(void *frame, void *captured, void *argument)
{
    ASYNC_INIT((struct numbered_write *)frame, numbered_write, .captured = captured, .line = argument);
}

static const struct wf_closure_ops numbered_ops = {
    .name = "numbered",
    .kind = WF_CLOSURE_IN_TURN,
    .frame_bytes = sizeof(struct numbered_write),
    .build = numbered_build,
};

/* --- the caller ----------------------------------------------------------------------------------------- */

/* Writes to two sinks, then through the closure. 0, or WF_ENOMEM. */
struct say_all {
    struct wf_future future;
    struct sink *sinks[2]; /* an argument; borrowed */
    int i;
    WF_SLOT(slot, 128);  /* room for a method's frame, if it fits */
    struct wf_dyn write; /* a call of a method */
    int written;         /* its value */
    struct numbering numbering;
    struct wf_closure numbered;
    struct wf_call call; /* a call of the closure */
    int status;
    int out;
};

ASYNC_FN(say_all)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < 2; self->i++) {
        {
            struct sink *sink = self->sinks[self->i];
            size_t before = wf_live_bytes();
            void *frame =
                wf_dyn(&self->write, self->slot, sizeof self->slot, sink->ops->write_bytes, &self->written);
            if (frame)
                sink->ops->write(frame, sink, "hello");
            printf("%s sink: %s\n", sink->ops->name, wf_live_bytes() > before ? "boxed" : "in the slot");
        }
        AWAIT_TO(self->status, &self->write);
        if (self->status != 0)
            ASYNC_RETURN(self->status);
        printf("%d bytes written\n", self->written);
    }

    self->numbering.sink = self->sinks[0];
    wf_closure(&self->numbered, &numbered_ops, &self->numbering);
    AWAIT_TO(self->status, wf_closure_call(&self->call, &self->numbered, "one", NULL, 0, &self->out));
    if (self->status == 0 && self->out == 0)
        AWAIT_TO(self->status, wf_closure_call(&self->call, &self->numbered, "two", NULL, 0, &self->out));
    if (self->status != 0)
        ASYNC_RETURN(self->status);
ASYNC_FINALLY:
    if (self->numbered.ops)
        wf_closure_drop(&self->numbered);
    ASYNC_END;
}

int main(void)
{
    struct sink plain = {&plain_sink_ops};
    struct framing_sink framing = {{&framing_sink_ops}, '|'};
    struct say_all frame;
    ASYNC_INIT(&frame, say_all, .sinks = {&plain, &framing.sink});
    int status = wf_block_on(&frame.future);
    if (status == 0)
        status = frame.out;
    printf("%s; %d lines numbered; live bytes: %zu\n", wf_strerror(status), frame.numbering.lines,
           wf_live_bytes());
    return status == 0 ? 0 : 1;
}
