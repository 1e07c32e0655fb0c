/**
 * @file hooks_refused.c
 * @brief Calls of the C library that cannot be explored: each ends the execution, with a message that names it.
 */
#include "hooks.h"

#include <time.h>
#include <unistd.h>

#define REFUSED(result, name, why, parameters, arguments)                                                    \
    result __real_##name parameters;                                                                         \
    result __wrap_##name parameters;                                                                         \
    result __wrap_##name parameters                                                                          \
    {                                                                                                        \
        if (!modelled())                                                                                     \
            return __real_##name arguments;                                                                  \
        unsupported(SITE, #name " at %s: " why, where(SITE));                                                \
    }
#define SIGNALS "a signal is not modelled: say with a lock or an atomic what is waited for"
#define OUTSIDE                                                                                              \
    "input and output cannot be explored, since it would happen in each execution: use interleave_note() for words"
#define UNKNOWN "this kind of synchronisation is not modelled: use atomics, mutexes and condition variables"

struct timeval;
REFUSED(int, socket, OUTSIDE, (int domain, int type, int protocol), (domain, type, protocol))
REFUSED(FILE *, fopen, OUTSIDE, (const char *path, const char *mode), (path, mode))
REFUSED(size_t, fread, OUTSIDE, (void *bytes, size_t size, size_t count, FILE *file),
        (bytes, size, count, file))
REFUSED(char *, fgets, OUTSIDE, (char *text, int size, FILE *file), (text, size, file))
REFUSED(int, getchar, OUTSIDE, (void), ())
REFUSED(int, accept, OUTSIDE, (int fd, void *address, void *length), (fd, address, length))
REFUSED(int, connect, OUTSIDE, (int fd, const void *address, unsigned length), (fd, address, length))
REFUSED(int, system, OUTSIDE, (const char *command), (command))
REFUSED(int, kill, OUTSIDE, (pid_t pid, int number), (pid, number))
REFUSED(int, raise, OUTSIDE, (int number), (number))
REFUSED(pid_t, fork, OUTSIDE, (void), ())
REFUSED(int, puts, OUTSIDE, (const char *text), (text))
REFUSED(int, putchar, OUTSIDE, (int character), (character))
REFUSED(int, fputs, OUTSIDE, (const char *text, FILE *file), (text, file))
REFUSED(int, fputc, OUTSIDE, (int character, FILE *file), (character, file))
REFUSED(size_t, fwrite, OUTSIDE, (const void *bytes, size_t size, size_t count, FILE *file),
        (bytes, size, count, file))
REFUSED(int, pthread_cancel, UNKNOWN, (pthread_t thread), (thread))
REFUSED(int, pthread_kill, UNKNOWN, (pthread_t thread, int number), (thread, number))
REFUSED(int, pthread_key_create, "a thread's own data is _Thread_local in a model",
        (pthread_key_t * key, void (*end)(void *)), (key, end))
REFUSED(void, __pthread_register_cancel,
        "pthread_cleanup_push is not modelled: clean up before the thread ends", (void *frame), (frame))
REFUSED(int, pause, SIGNALS, (void), ())
REFUSED(int, getrandom, "a model must not depend on random numbers",
        (void *bytes, size_t count, unsigned flags), (bytes, count, flags))

int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    if (modelled())
        unsupported(SITE, "open at %s: " OUTSIDE, where(SITE));
    va_list arguments;
    va_start(arguments, flags);
    unsigned mode = va_arg(arguments, unsigned);
    va_end(arguments);
    return __real_open(path, flags, mode);
}

#define REFUSED_FORMAT(name, parameters, real)                                                               \
    int __wrap_##name parameters;                                                                            \
    int __wrap_##name parameters                                                                             \
    {                                                                                                        \
        if (modelled())                                                                                      \
            unsupported(SITE, #name " at %s: " OUTSIDE, where(SITE));                                        \
        va_list arguments;                                                                                   \
        va_start(arguments, format);                                                                         \
        int written = real;                                                                                  \
        va_end(arguments);                                                                                   \
        return written;                                                                                      \
    }
REFUSED_FORMAT(printf, (const char *format, ...), vprintf(format, arguments))
REFUSED_FORMAT(fprintf, (FILE * file, const char *format, ...), vfprintf(file, format, arguments))
