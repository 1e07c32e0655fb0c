/**
 * @file pipes.c
 * @brief The beginning and the end of a loop without a runtime.
 */
#include "pipes.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void must(bool succeeded, const char *what)
{
    if (!succeeded) {
        perror(what);
        exit(1);
    }
}

bool answer(struct pipes *pipes, struct way *way)
{
    char bytes[64];
    must(read(way->reader, bytes, sizeof bytes) == 1, "read");
    if (--way->left == 0)
        pipes->open--;
    if (way->back->left > 0)
        must(write(way->back->writer, bytes, 1) == 1, "write");
    return pipes->open == 0;
}

static double ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int main(int argc, char **argv)
{
    static struct pipes pipes;
    const char *name = argc >= 3 ? argv[1] : "";
    uint64_t pairs = strcmp(name, "pipe") == 0 ? 1 : strcmp(name, "pipes") == 0 ? PAIRS_MAX : 0;
    uint64_t count = pairs ? strtoull(argv[2], NULL, 10) / pairs : 0;
    if (count == 0 || argc > 4) {
        fprintf(stderr, "usage: %s pipe|pipes COUNT [WORKERS]\n", argv[0]);
        return 2;
    }
    pipes.count = pipes.open = (unsigned)(2 * pairs);
    for (unsigned i = 0; i < pipes.count; i++) {
        int ends[2];
        must(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0, "pipe");
        pipes.ways[i] = (struct way){ends[0], ends[1], &pipes.ways[i ^ 1], count};
    }
    double wall = ns(CLOCK_MONOTONIC), cpu = ns(CLOCK_PROCESS_CPUTIME_ID);
    for (unsigned i = 0; i < pipes.count; i += 2)
        must(write(pipes.ways[i].writer, "!", 1) == 1, "write");
    run(&pipes);
    wall = ns(CLOCK_MONOTONIC) - wall;
    cpu = ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("%s %.2f %.2f\n", name, wall / (double)(count * pairs), cpu / (double)(count * pairs));
    return 0;
}
