/**
 * @file options.h
 * @brief The command line.
 */
#ifndef WEFT_GRADER_OPTIONS_H
#define WEFT_GRADER_OPTIONS_H

#include <stdbool.h>

enum { EXIT_PASS = 0, EXIT_NOT_ALL = 1, EXIT_NO_RESULT = 2, EXIT_STOPPED = 130 };

/** What was asked for. Texts are the command line's own, or NULL. */
struct options {
    const char *command;
    const char *argument; /**< the first word behind the command */
    char *const *rest;    /**< all words behind the command, ended by NULL */
    const char *from, *own, *seed, *test, *mutant, *token, *json, *junit, *variants, *sandbox, *lab;
    bool debug, trace; /**< the command is that one */
    const char *kept;  /**< a folder of machine.sh */
    bool quick, whole, fresh, deep, hint, one_hang, one_by_one;
};

/** Read it; prints how it is used, and exits, if it cannot be read. */
struct options options_read(int argc, char **argv);

/** Print how the program is used and exit: with 2 after a problem, which is named; with 0 if there is none. */
_Noreturn void options_usage(const char *problem);

#endif
