/**
 * @file list.h
 * @brief What the course consists of, for programs: every script of the tree takes its facts from here.
 */
#ifndef WEFT_GRADER_LIST_H
#define WEFT_GRADER_LIST_H

#include <jansson.h>

#include "course.h"

/** Labs, given files, clauses, references to them, tests and variants. Never NULL. The caller decreases its count. */
json_t *list_json(const struct course *course);

/**
 * The same as lines of words with tabs between, for scripts. The first word says what a line is about; clauses come first:
 *
 *     clause     01.5  5  combine.h  41  the text
 *     reference  01.5  combine.h  60
 *     lab        01-futures  built|beside|planned  modules  Futures, wakers and block_on
 *     file       01-futures  write|given|headers  ready.c
 *     test       01-futures  join_result  01.5  plain,asan  model, or nothing
 *     given      alloc.c
 *     variant    plain
 */
void list_table(const json_t *list);

#endif
