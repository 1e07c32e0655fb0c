/**
 * @file accept_errors.c
 * @brief An accept4() that fails as a test says: what the network does at its own time, at a time of the test's.
 */
#include "accept_errors.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>

enum { AT_MOST = 64 };

static int list[AT_MOST];
static _Atomic int count, used;

void fail_accepts(const int *errors)
{
    int length = 0;
    for (; errors[length] != 0 && length < AT_MOST; length++)
        list[length] = errors[length];
    used = 0;
    count = length;
}

int accept_errors_left(void)
{
    return used < count ? count - used : 0;
}

typedef int accept_call(int fd, struct sockaddr *address, socklen_t *length, int flags);

/* Stands before the system's, or a sanitizer's. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): the system's names are reserved to it */
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    int mine = used < count ? used++ : count;
    if (mine < count) {
        errno = list[mine];
        return -1;
    }
    void *next = dlsym(RTLD_NEXT, "accept4");
    return (*(accept_call **)(void *)&next)(fd, address, length, flags);
}
