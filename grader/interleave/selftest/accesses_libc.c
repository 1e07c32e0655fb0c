/**
 * @file accesses_libc.c
 * @brief Functions of the C library that access memory, in a race that must be reported.
 */
#include <stdio.h>
#include <string.h>

#include "accesses.h"

enum { BYTES = 40 };

#define BUFFER(name) static char name##_buffer[BYTES] = "0123456789abcdefghijklmnopqrstuvwxyzABC"
#define LAST(name) &name##_buffer[BYTES - 2]

/* `statement` writes the whole of BUFFER(name). */
#define LIBC_WRITES(name, text, statement)                                                                   \
    BUFFER(name);                                                                                            \
    RACES_WITH_READ(name, text, LAST(name), statement)
/* `statement` reads the whole of BUFFER(name). */
#define LIBC_READS(name, text, statement)                                                                    \
    BUFFER(name);                                                                                            \
    RACES_WITH_WRITE(name, text, LAST(name), statement)

static const char source[BYTES] = "0123456789abcdefghijklmnopqrstuvwxyzABC";
static volatile size_t all = BYTES;

LIBC_WRITES(memset_constant, "memset, constant size", memset(memset_constant_buffer, 1, BYTES))
LIBC_WRITES(memset_variable, "memset, variable size", memset(memset_variable_buffer, 1, all))
LIBC_WRITES(memcpy_to, "memcpy to the object", memcpy(memcpy_to_buffer, source, BYTES))
LIBC_WRITES(memmove_to, "memmove to the object", memmove(memmove_to_buffer, source, all))
LIBC_READS(memcpy_from, "memcpy from the object", {
    char copy[BYTES];
    memcpy(copy, memcpy_from_buffer, BYTES);
    KNOWN(copy);
})
LIBC_READS(memmove_from, "memmove from the object", {
    char copy[BYTES];
    memmove(copy, memmove_from_buffer, all);
    KNOWN(copy);
})
LIBC_READS(memcmp_reads, "memcmp", USE(memcmp(memcmp_reads_buffer, source, BYTES)))
LIBC_READS(memchr_reads, "memchr", USE(memchr(memchr_reads_buffer, 'C', BYTES)))
LIBC_READS(strlen_reads, "strlen", USE(strlen(strlen_reads_buffer)))
LIBC_READS(strcmp_reads, "strcmp", USE(strcmp(strcmp_reads_buffer, source)))
LIBC_READS(strncmp_reads, "strncmp", USE(strncmp(strncmp_reads_buffer, source, BYTES)))
LIBC_READS(strchr_reads, "strchr", USE(strchr(strchr_reads_buffer, 'C')))
LIBC_WRITES(strcpy_to, "strcpy to the object", strcpy(strcpy_to_buffer, source))
LIBC_WRITES(strncpy_to, "strncpy to the object", strncpy(strncpy_to_buffer, source, BYTES))
LIBC_READS(strcpy_from, "strcpy from the object", {
    char copy[BYTES];
    strcpy(copy, strcpy_from_buffer);
    KNOWN(copy);
})
LIBC_WRITES(mempcpy_to, "mempcpy to the object", mempcpy(mempcpy_to_buffer, source, all))
LIBC_WRITES(bcopy_to, "bcopy to the object", bcopy(source, bcopy_to_buffer, all))
LIBC_WRITES(bzero_to, "bzero", bzero(bzero_to_buffer, all))
LIBC_WRITES(explicit_bzero_to, "explicit_bzero", explicit_bzero(explicit_bzero_to_buffer, all))
LIBC_WRITES(stpcpy_to, "stpcpy to the object", stpcpy(stpcpy_to_buffer, source))
LIBC_WRITES(strncat_to, "strncat to the object", {
    strncat_to_buffer[0] = 0;
    strncat(strncat_to_buffer, source, all);
})
LIBC_READS(strrchr_reads, "strrchr", USE(strrchr(strrchr_reads_buffer, '0')))
LIBC_READS(strstr_reads, "strstr", USE(strstr(strstr_reads_buffer, "ABC")))
LIBC_READS(strdup_reads, "strdup", free(strdup(strdup_reads_buffer)))
LIBC_WRITES(snprintf_to, "snprintf to the object", snprintf(snprintf_to_buffer, BYTES, "%s", source))

/* What the compiler may turn into such a call, or into instructions of its own. */
LIBC_WRITES(builtin_memset, "__builtin_memset, which may be put in line",
            __builtin_memset(builtin_memset_buffer, 1, BYTES))
LIBC_WRITES(builtin_memcpy, "__builtin_memcpy, which may be put in line",
            __builtin_memcpy(builtin_memcpy_buffer, source, BYTES))

static int by_number[8];
static int compare_int(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}
RACES_WITH_READ(qsort_sorts, "qsort", LAST_BYTE(by_number[7]), {
    by_number[0] = 1;
    qsort(by_number, 8, sizeof *by_number, compare_int);
})
