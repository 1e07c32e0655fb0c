/**
 * @file selftest_times.c
 * @brief What the cases cost: how long each took, and how much processor time.
 *
 * A case's seconds depend on what else the machine does, and on what the case waits for; its processor time hardly does. So
 * the second is what tells whether a change made the check dearer.
 */
#include "selftest_internal.h"

static int64_t ms_of(struct timeval time)
{
    return time.tv_sec * INT64_C(1000) + time.tv_usec / 1000;
}

void selftest_take_times(struct selftest *test, struct known *known, const struct rusage *usage)
{
    known->took_ms = now_ms() - known->started_ms;
    known->processor_ms = ms_of(usage->ru_utime) + ms_of(usage->ru_stime);
    struct times *times = &test->times[known->kind];
    times->cases++;
    times->took_ms += known->took_ms;
    times->processor_ms += known->processor_ms;
}

void selftest_print_times(const struct selftest *test)
{
    int cases = 0;
    for (int kind = 0; kind < KINDS; kind++)
        cases += test->times[kind].cases;
    if (cases > 0)
        printf("\nkind       cases run  processor   took, one after the other\n");
    for (int kind = 0; kind < KINDS; kind++)
        if (test->times[kind].cases)
            printf("%-9s %10d %8.1f s %8.1f s\n", selftest_kind_names[kind], test->times[kind].cases,
                   (double)test->times[kind].processor_ms / 1000, (double)test->times[kind].took_ms / 1000);
}
