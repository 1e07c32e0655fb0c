/**
 * @file token.h
 * @brief How a token is written: the engine writes and reads tokens, the judge takes one from the subject's side.
 *
 * The characters mean nothing to a shell or to make, and the first is no dash: a token is one word of any command.
 */
#ifndef INTERLEAVE_TOKEN_H
#define INTERLEAVE_TOKEN_H

#include <stdbool.h>
#include <string.h>

#define TOKEN_FIRST 'w'
#define TOKEN_ALPHABET "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-"

/** Whether the text can be a token; whether it stands for an execution the engine alone can say. */
static inline bool token_is_written(const char *text)
{
    return text[0] == TOKEN_FIRST && text[strspn(text, TOKEN_ALPHABET)] == '\0';
}

#define TOKEN_OF_WRITTEN 'n'

/** Whether it is of the program that was not optimised: its decisions may be others. */
static inline bool token_is_of_written(const char *text)
{
    size_t bounds = strcspn(text, ":");
    return bounds > 0 && text[bounds] == ':' && text[bounds - 1] == TOKEN_OF_WRITTEN;
}

#endif
