#include "weft/async.h"
#include "weft/panic.h"

void wf_async_lost(const struct wf_future *future)
{
    wf_panic("G.27", "%s is resumed at line %u, where it has no AWAIT", future->ops->name,
             wf_load_relaxed(&future->line));
}

void wf_async_drop(struct wf_future *future, void (*finally)(struct wf_future *future))
{
    for (struct wf_future *child; (child = future->awaiting);) {
        future->awaiting = NULL;
        wf_future_drop(child);
    }
    finally(future);
}

struct paper {
    char *text;
    size_t size, length;
};

/* The zero byte wanders in front of the end, so that the text is whole after each byte. */
static void put(struct paper *paper, char byte)
{
    if (paper->length + 1 < paper->size) {
        paper->text[paper->length] = byte;
        paper->text[paper->length + 1] = '\0';
    }
    paper->length++;
}

static void put_words(struct paper *paper, const char *words)
{
    while (*words)
        put(paper, *words++);
}

static void put_number(struct paper *paper, uint32_t number)
{
    if (number >= 10)
        put_number(paper, number / 10);
    put(paper, (char)('0' + number % 10));
}

size_t wf_async_backtrace(const struct wf_future *future, char *text, size_t size)
{
    struct paper paper = {text, size, 0};
    if (size)
        text[0] = '\0';
    for (;;) {
        uint32_t line = wf_load_relaxed(&future->line);
        put_words(&paper, future->ops ? future->ops->name : "(empty)");
        if (!future->ops)
            return paper.length;
        if (line == WF_LINE_DONE || line == WF_LINE_DROPPED) {
            put_words(&paper, line == WF_LINE_DONE ? " [done]" : " [dropped]");
            return paper.length;
        }
        if (line != WF_LINE_NEW) {
            put(&paper, ':');
            put_number(&paper, line);
        }
        future = future->awaiting;
        if (!future)
            return paper.length;
        put_words(&paper, " -> ");
    }
}
