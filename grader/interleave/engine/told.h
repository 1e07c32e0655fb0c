/**
 * @file told.h
 * @brief Words for people: names, and the lines of an account.
 */
#ifndef INTERLEAVE_TOLD_H
#define INTERLEAVE_TOLD_H

#include "operation.h"

struct named {
    uintptr_t address;
    const char *name;
    const char *const *values;
    void (*describe)(uint64_t value, char *text, size_t size);
};

/* One line of the account. Texts hold sites as marks, which site.c replaces at the end. */
enum line_kind { LINE_STEP, LINE_HIDDEN, LINE_PLAIN, LINE_SWITCH, LINE_REMARK };
/* A function that is being executed: where it is, and its frame on the stack. */
struct call {
    il_site site;
    uintptr_t frame;
};
struct line {
    enum line_kind kind;
    int8_t thread;
    int number;
    int step;          /* the newest one then */
    int from;          /* the number of the step whose store it read, if that was another thread's; 0: none */
    int decisions;     /* made until then */
    uintptr_t address; /* of a plain access */
    size_t size;
    il_site site;
    struct call *calls; /* that its thread was in, innermost first; ended by a site that is NULL */
    char *text;
    bool wanted;   /* a plain access: one of two that race */
    bool left_out; /* one of many that repeat those before */
    bool decides;  /* before it the execution could still have passed */
    int folded;    /* lines from this one on that are told as one, in code that is not under test; 0: none */
    char *words;   /* then what that code does, */
    il_site called_at; /* and where it was called; NULL: not known */
};

#endif
