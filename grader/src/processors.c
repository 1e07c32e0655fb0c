/**
 * @file processors.c
 * @brief How many known submissions, or tests of one run, go on beside each other: as many as leave no processor idle.
 */
#include <stdlib.h>
#include <string.h>

#include "util.h"

/* Threads on all processors that run or could run, but for this one. -1: nobody can say. */
static int count_runnable(void)
{
    char *text = read_file("/proc/stat", 1 << 20, NULL, NULL);
    const char *line = text ? strstr(text, "\nprocs_running ") : NULL;
    int count = line ? (int)strtol(line + strlen("\nprocs_running "), NULL, 10) - 1 : -1;
    free(text);
    return count;
}

/* Whether one more can run. Many wait, for a deadlock to be sure or for a thread to stay asleep: while they leave a
 * processor idle, at two looks one after the other, others go on beside them. The limit is that of memory: some eat as
 * much as they may. */
bool has_processor(long processors, long running)
{
    enum { FOR_EACH_PROCESSOR = 3, BETWEEN_LOOKS_MS = 15, LOOKS = 2 };
    static int64_t looked_ms;
    static int idle_looks;
    if (running < processors)
        return true;
    if (running >= FOR_EACH_PROCESSOR * processors || now_ms() < looked_ms + BETWEEN_LOOKS_MS)
        return false;
    looked_ms = now_ms();
    int runnable = count_runnable();
    idle_looks = runnable >= 0 && runnable < processors ? idle_looks + 1 : 0;
    if (idle_looks < LOOKS)
        return false;
    idle_looks = 0;
    return true;
}
