/**
 * @file hooks_memory.c
 * @brief Calls of the C library that touch memory: malloc and its kin, memcpy and its kin, strings.
 *
 * The linker sends them here: each line of wrapped.txt is an option --wrap of the link. A call from anywhere but a
 * running model goes on to the library.
 */
#include "hooks.h"

#include <errno.h>

WRAP(void *, malloc, size_t size)
{
    void *memory = NULL;
    if (!modelled())
        return __real_malloc(size);
    INSIDE(memory = il_malloc(size, 0, false, SITE));
    return memory;
}

WRAP(void *, calloc, size_t count, size_t size)
{
    void *memory = NULL;
    size_t bytes;
    if (!modelled())
        return __real_calloc(count, size);
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    INSIDE(memory = il_malloc(bytes, 0, true, SITE));
    return memory;
}

WRAP(void, free, void *memory)
{
    if (modelled())
        INSIDE(il_free(memory, SITE));
    else if (!heap_holds(memory))
        __real_free(memory);
}

void *interleave_malloc(size_t size, const void *site)
{
    void *memory = NULL;
    if (!modelled())
        return __real_malloc(size);
    INSIDE(memory = il_malloc(size, 0, false, site));
    return memory;
}

void interleave_free(void *memory, const void *site)
{
    if (modelled())
        INSIDE(il_free(memory, site));
    else
        __wrap_free(memory);
}

WRAP(void *, realloc, void *memory, size_t size)
{
    void *moved = NULL;
    if (!modelled())
        return __real_realloc(memory, size);
    if (size == 0) {
        INSIDE(il_free(memory, SITE));
        return NULL;
    }
    size_t before = il_block_size(memory);
    INSIDE(moved = il_malloc(size, 0, false, SITE));
    if (memory && moved) {
        size_t kept = before < size ? before : size;
        memcpy(moved, memory, kept);
        INSIDE(written_copy(moved, memory, kept); il_free(memory, SITE));
    }
    return moved;
}

WRAP(void *, aligned_alloc, size_t alignment, size_t size)
{
    void *memory = NULL;
    if (!modelled())
        return __real_aligned_alloc(alignment, size);
    INSIDE(memory = il_malloc(size, alignment, false, SITE));
    return memory;
}

WRAP(int, posix_memalign, void **memory, size_t alignment, size_t size)
{
    if (!modelled())
        return __real_posix_memalign(memory, alignment, size);
    void *made = NULL;
    INSIDE(made = il_malloc(size, alignment, false, SITE));
    if (!made)
        return ENOMEM;
    touch(memory, sizeof *memory, true, SITE);
    INSIDE(raw_write(memory, sizeof *memory, (uintptr_t)made));
    return 0;
}

WRAP(void *, memcpy, void *to, const void *from, size_t size)
{
    copied(to, from, size, false, SITE);
    return IN_LIBRARY(__real_memcpy(to, from, size));
}

WRAP(void *, memmove, void *to, const void *from, size_t size)
{
    copied(to, from, size, true, SITE);
    return IN_LIBRARY(__real_memmove(to, from, size));
}

WRAP(void *, memset, void *to, int value, size_t size)
{
    touch(to, size, true, SITE);
    return IN_LIBRARY(__real_memset(to, value, size));
}

WRAP(void *, mempcpy, void *to, const void *from, size_t size)
{
    copied(to, from, size, false, SITE);
    return IN_LIBRARY(__real_mempcpy(to, from, size));
}

WRAP(void, bcopy, const void *from, void *to, size_t size)
{
    copied(to, from, size, true, SITE);
    IN_LIBRARY((__real_bcopy(from, to, size), 0));
}

WRAP(void, bzero, void *to, size_t size)
{
    touch(to, size, true, SITE);
    IN_LIBRARY((__real_bzero(to, size), 0));
}

WRAP(void, explicit_bzero, void *to, size_t size)
{
    touch(to, size, true, SITE);
    IN_LIBRARY((__real_explicit_bzero(to, size), 0));
}

WRAP(int, memcmp, const void *left, const void *right, size_t size)
{
    touch(left, size, false, SITE);
    touch(right, size, false, SITE);
    return IN_LIBRARY(__real_memcmp(left, right, size));
}

WRAP(size_t, strlen, const char *text)
{
    size_t length = IN_LIBRARY(__real_strlen(text));
    touch(text, length + 1, false, SITE);
    return length;
}

WRAP(char *, strcpy, char *to, const char *from)
{
    size_t bytes = IN_LIBRARY(__real_strlen(from)) + 1;
    copied(to, from, bytes, false, SITE);
    return IN_LIBRARY(__real_strcpy(to, from));
}

WRAP(char *, stpcpy, char *to, const char *from)
{
    size_t bytes = IN_LIBRARY(__real_strlen(from)) + 1;
    copied(to, from, bytes, false, SITE);
    return IN_LIBRARY(__real_stpcpy(to, from));
}

WRAP(char *, strcat, char *to, const char *from)
{
    size_t before = IN_LIBRARY(__real_strlen(to)), bytes = IN_LIBRARY(__real_strlen(from)) + 1;
    touch(to, before + 1, false, SITE);
    copied(to + before, from, bytes, false, SITE);
    return IN_LIBRARY(__real_strcat(to, from));
}

WRAP(int, strcmp, const char *left, const char *right)
{
    touch(left, IN_LIBRARY(__real_strlen(left)) + 1, false, SITE);
    touch(right, IN_LIBRARY(__real_strlen(right)) + 1, false, SITE);
    return IN_LIBRARY(__real_strcmp(left, right));
}

/* Of a text, its end included, but at most `size`. */
static inline __attribute__((always_inline)) size_t bytes_read(const char *text, size_t size)
{
    size_t length = IN_LIBRARY(strnlen(text, size));
    return length < size ? length + 1 : size;
}

WRAP(char *, strncpy, char *to, const char *from, size_t size)
{
    touch(from, bytes_read(from, size), false, SITE);
    touch(to, size, true, SITE);
    return IN_LIBRARY(__real_strncpy(to, from, size));
}

WRAP(int, strncmp, const char *left, const char *right, size_t size)
{
    touch(left, bytes_read(left, size), false, SITE);
    touch(right, bytes_read(right, size), false, SITE);
    return IN_LIBRARY(__real_strncmp(left, right, size));
}

WRAP(char *, strchr, const char *text, int character)
{
    touch(text, IN_LIBRARY(__real_strlen(text)) + 1, false, SITE);
    return IN_LIBRARY(__real_strchr(text, character));
}

WRAP(char *, strncat, char *to, const char *from, size_t size)
{
    size_t before = IN_LIBRARY(__real_strlen(to)), length = IN_LIBRARY(strnlen(from, size));
    touch(to, before + 1, false, SITE);
    touch(from, bytes_read(from, size), false, SITE);
    touch(to + before, length + 1, true, SITE);
    return IN_LIBRARY(__real_strncat(to, from, size));
}

WRAP(char *, strrchr, const char *text, int character)
{
    touch(text, IN_LIBRARY(__real_strlen(text)) + 1, false, SITE);
    return IN_LIBRARY(__real_strrchr(text, character));
}

WRAP(char *, strstr, const char *text, const char *part)
{
    touch(text, IN_LIBRARY(__real_strlen(text)) + 1, false, SITE);
    touch(part, IN_LIBRARY(__real_strlen(part)) + 1, false, SITE);
    return IN_LIBRARY(__real_strstr(text, part));
}

WRAP(void *, memchr, const void *memory, int value, size_t size)
{
    touch(memory, size, false, SITE);
    return IN_LIBRARY(__real_memchr(memory, value, size));
}

int __wrap_snprintf(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int __wrap_snprintf(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = IN_LIBRARY(vsnprintf(text, size, format, arguments));
    va_end(arguments);
    size_t written = size == 0 ? 0 : (size_t)length + 1 < size ? (size_t)length + 1 : size;
    if (length >= 0)
        touch(text, written, true, SITE);
    return length;
}

WRAP(char *, strdup, const char *text)
{
    if (!modelled())
        return __real_strdup(text);
    size_t bytes = IN_LIBRARY(__real_strlen(text)) + 1;
    char *copy = NULL;
    touch(text, bytes, false, SITE);
    INSIDE(copy = il_malloc(bytes, 0, false, SITE));
    if (!copy)
        return NULL;
    copied(copy, text, bytes, false, SITE);
    return IN_LIBRARY(__real_memcpy(copy, text, bytes));
}
