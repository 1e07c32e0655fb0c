/**
 * @file judged.h
 * @brief What a model program tells the judge: kinds of events, and its one command.
 *
 * The program's argument is "model:NAME", which explores one model, or "weaken:CLAUSE:FILES", which asks which memory orders
 * in the files ("a.c,b.c") the models of the clause need.
 */
#ifndef INTERLEAVE_JUDGED_H
#define INTERLEAVE_JUDGED_H

#include "../../support/channel.h"

/** The command: arguments[0] the budget in ms, 0: the default; arguments[1] not 0: the page is wanted; arguments[2] not 0: the program
 * was not optimised, so that its tokens say so. */
enum { JUDGED_RUN = CHANNEL_FIRST_OPERATION };

/** Kinds of events; a text that is too long for one is continued in the next. The reply to the command has
 * a: enum il_verdict, b: executions. Of a weakening search it is IL_FAILED if a model does not pass as it is. */
enum judged_event {
    JUDGED_PROGRESS = 1, /* a: executions so far, b: milliseconds */
    JUDGED_LINE,         /* a piece of the account, which has lines */
    JUDGED_TOKEN,        /* replays the failure */
    JUDGED_HEADLINE,     /* the verdict in one sentence */
    JUDGED_BOUNDS,       /* what was explored, in words */
    JUDGED_ROWS,         /* a piece of the rows that a page is made of: page_html.h */
    JUDGED_FAILURE,      /* a: enum il_failure; text: its name */
    JUDGED_SPARE, /* an order that no model needs. Text, by tabs: place, operation with its order, what suffices */
};

#endif
