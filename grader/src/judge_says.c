#include "judge_says.h"

#include <stdio.h>

#include "judge.h"

void judge_say(const struct judge_says *says, size_t count, const struct channel_record *event, char *text,
               int size)
{
    const struct judge_says *say = event->kind < count ? &says[event->kind] : NULL;
    if (!say || !say->format)
        snprintf(text, (size_t)size, "event %u", event->kind);
    else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, (size_t)size, say->format, say->a ? say->a(event->a) : "",
                 say->b ? say->b(event->b) : judge_number(event->thread));
#pragma GCC diagnostic pop
}

const char *judge_number(int64_t number)
{
    static char texts[4][24];
    static unsigned next;
    char *text = texts[next++ % 4];
    snprintf(text, sizeof texts[0], "%lld", (long long)number);
    return text;
}

const char *judge_probe_polled(int64_t number)
{
    static char text[60];
    long long waker = (long long)(number >> 1);
    const char *poll = number & 1 ? "READY" : "PENDING";
    if (waker == 0) /* most polls are given it */
        snprintf(text, sizeof text, ": %s", poll);
    else if (waker < 0)
        snprintf(text, sizeof text, " with another waker: %s", poll);
    else
        snprintf(text, sizeof text, " with waker %lld: %s", waker, poll);
    return text;
}
