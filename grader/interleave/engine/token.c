/**
 * @file token.c
 * @brief A failing execution as one word: its bounds, and its decisions.
 *
 *     w-1s1u2:A3Bb2C
 *
 * w: stale reads at most, s: oddities and u: spins without an answer a thread at most (they decide where choices exist at
 * all). t, where a wait with a deadline was met: early ends of such waits a thread at most; m, unless it is 0: calls of malloc
 * that fail; a: to give out an address is a step; n: of the program that was not optimised. After the colon a capital letter for the thread that was chosen, a small one for a value (a is 0), each with a
 * count when it is repeated.
 */
#include "engine.h"
#include "token.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

char *token_make(void)
{
    char *text = malloc((size_t)il->replay_count * 2 + 64);
    if (!text)
        engine_failed("no memory");
    int length =
        sprintf(text, "w%ds%du%d", il->options.stale_reads, il->options.spurious, il->options.unanswered);
    if (il->timed)
        length += sprintf(text + length, "t%d", il->options.timeouts);
    if (il->options.failed_allocations)
        length += sprintf(text + length, "m%d", il->options.failed_allocations);
    length += sprintf(text + length, "%s%s%s:", il->options.addresses ? "a" : "",
                      il->options.c11_release_sequences ? "c" : "",
                      il->options.as_written ? (const char[]){TOKEN_OF_WRITTEN, '\0'} : "");
    for (int i = 0; i < il->replay_count;) {
        int same = 1;
        while (i + same < il->replay_count && il->replay[i + same] == il->replay[i])
            same++;
        uint8_t decision = il->replay[i];
        text[length++] = (char)(decision & VALUE ? 'a' + (decision & ~VALUE) : 'A' + decision);
        if (same > 1)
            length += sprintf(text + length, "%d", same);
        i += same;
    }
    text[length] = '\0';
    if (!token_is_written(text))
        engine_failed("the token %s has a character that is none of a token's", text);
    return text;
}

/* The bound that stands at *at, behind its letter. False: none does, or one that is none. */
static bool read_bound(const char **at, char letter, int *bound)
{
    if (**at != letter)
        return false;
    char *end;
    long value = strtol(*at + 1, &end, 10);
    if (end == *at + 1 || value < IL_UNBOUNDED || value > INT_MAX)
        return false;
    *bound = (int)value;
    *at = end;
    return true;
}

bool token_read(const char *token)
{
    const char *at = token;
    if (!token_is_written(token) || !read_bound(&at, TOKEN_FIRST, &il->options.stale_reads) ||
        !read_bound(&at, 's', &il->options.spurious) || !read_bound(&at, 'u', &il->options.unanswered))
        return false;
    if ((*at == 't' && !read_bound(&at, 't', &il->options.timeouts)) ||
        (*at == 'm' && !read_bound(&at, 'm', &il->options.failed_allocations)))
        return false;
    il->options.addresses = *at == 'a';
    at += il->options.addresses;
    il->options.c11_release_sequences = *at == 'c';
    at += *at == 'c';
    il->options.as_written = *at == TOKEN_OF_WRITTEN;
    at += il->options.as_written;
    if (*at++ != ':')
        return false;
    il->replay_count = 0;
    while (*at) {
        char letter = *at++;
        if (!(letter >= 'A' && letter < 'A' + THREADS_MAX) && !(letter >= 'a' && letter <= 'z'))
            return false;
        long count = 1;
        if (isdigit((unsigned char)*at)) {
            char *end;
            count = strtol(at, &end, 10);
            at = end;
        }
        if (count < 1 || count > 2 * DECISIONS_MAX - il->replay_count)
            return false;
        while (count-- > 0)
            il->replay[il->replay_count++] = (uint8_t)(letter >= 'a' ? VALUE | (letter - 'a') : letter - 'A');
    }
    return true;
}
