/**
 * @file words.c
 * @brief The table of lab 08's steps for the judge, and how its numbers and events read.
 */
#include <stdio.h>

#include "../../src/judge_says.h"
#include "tests.h"

static void tell_bits(int64_t bits, char *text, size_t size)
{
    snprintf(text, size, bits < 10 ? "%lld" : "0x%llx", (long long)bits);
}

static void tell_code(int64_t code, char *text, size_t size)
{
    snprintf(text, size, "%s", judge_code(code));
}

static void tell_units(int64_t units, char *text, size_t size)
{
    if (units < 0)
        text[0] = 0;
    else
        snprintf(text, size, ", with %lld units of budget", (long long)units);
}

static void tell_times(int64_t times, char *text, size_t size)
{
    if (times == 0)
        text[0] = 0;
    else
        snprintf(text, size, "; %lld times", (long long)times);
}

STEP_TABLE_DEFINE(LAB_DOMAINS, LAB_STEPS, NULL)

static const char *reactor_and_interest(int64_t b)
{
    static char text[80];
    snprintf(text, sizeof text, "0x%llx%s", (unsigned long long)b & 0xffffffff,
             b >> 32 > OTHER_RUNTIME ? ", by the operations of another reactor"
             : b >> 32               ? ", in the other runtime"
                                     : "");
    return text;
}

static const char *unwatched_how(int64_t how)
{
    if (!(how & UNWATCHED_THERE))
        return "which that reactor does not watch";
    if (!(how & UNWATCHED_OPEN))
        return "when it is closed already";
    return how & UNWATCHED_ALONE ? "while it is open" : "while somebody waits for it";
}

static const char *called_how(int64_t how)
{
    if (how & CALLED_BEYOND_SCRIPT)
        return ", once more than there is to do";
    if (!(how & CALLED_WITH_ARG))
        return ", with another argument";
    return how & CALLED_UNDRAINED ? "" : ", with drained set";
}

static const char *polled_how(int64_t how)
{
    static char text[60];
    snprintf(text, sizeof text, how & 1 ? "READY, out %s" : "PENDING", judge_code(how >> 1));
    return text;
}

static const struct judge_says says[] = {
    [EVENT_WOKEN] = {"waker %s is woken", judge_number, NULL},
    [EVENT_UNDER_LOCK] = {"a waker is cloned, woken or dropped while a readiness is locked", NULL, NULL},
    [EVENT_WATCHED] = {"the reactor is to watch descriptor %s for %s", judge_number, reactor_and_interest},
    [EVENT_UNWATCHED] = {"descriptor %s is unwatched, %s", judge_number, unwatched_how},
    [EVENT_CALLED] = {"the call is made on descriptor %s%s", judge_number, called_how},
    [EVENT_WAITER_POLLED] = {"in that call number %s is polled: %s", judge_number, polled_how},
};

void describe_event(struct judge *judge, const struct channel_record *event, char *text, int size)
{
    (void)judge;
    JUDGE_SAY(says, event, text, size);
}
