/**
 * @file channel.h
 * @brief What judge and subject say to each other: typed, length-capped records over two pipes.
 *
 * The judge sends one command at a time; the subject answers with any number of events and one reply. The
 * subject never learns a seed or an expected value. Both ends run on the same machine: native byte order.
 */
#ifndef WEFT_GRADER_CHANNEL_H
#define WEFT_GRADER_CHANNEL_H

#include <signal.h>
#include <stdint.h>

/* Asks a thread of the subject where it stands: it prints that. */
#define CHANNEL_WHERE_SIGNAL SIGUSR2

enum {
    CHANNEL_COMMAND_FD = 3, /* the subject reads commands here */
    CHANNEL_RECORD_FD = 4,  /* and writes records here */
    CHANNEL_ARGUMENTS_MAX = 32,
    CHANNEL_TEXT_MAX = 480,
};

/** One command: an operation of the scenario, and numbers. Operation 0 ends the scenario, 1 lets it exit. */
struct channel_command {
    uint32_t operation;
    uint32_t count;
    int64_t arguments[CHANNEL_ARGUMENTS_MAX];
};

enum { CHANNEL_END = 0, CHANNEL_EXIT = 1, CHANNEL_FIRST_OPERATION = 2 };

enum channel_record_type {
    RECORD_HELLO = 1, /* the scenario begins */
    RECORD_EVENT,     /* kind: the scenario's; a, b: its numbers; text: some have one */
    RECORD_REPLY,     /* the command is done; a, b: its results */
    RECORD_PANIC,     /* text: clause, function, file:line, message, separated by newlines */
    RECORD_TODO,      /* text: the same, with the task for the clause */
    RECORD_END,       /* a: records before this one; b: live bytes */
};

/** Threads of the subject have numbers: the driver's is 0, those that the judge lets begin have small ones; and one that is made to
 * do something at a certain moment has this. */
enum { THREAD_ASIDE = 9 };

/** One record: this head, then `text_bytes` bytes. */
struct channel_record {
    uint32_t type;
    uint32_t text_bytes; /* at most CHANNEL_TEXT_MAX */
    uint32_t kind;
    uint32_t thread; /* that wrote it */
    int64_t a;
    int64_t b;
};

#endif
