/**
 * @file judge_ahead.h
 * @brief One test under Check, in a process of its own, so that several can go on beside each other.
 *
 * That process is the one to which whatever its judge leaves behind comes down, and it ends all of that before it ends itself.
 * So each test is cleaned up without a look at the others.
 */
#ifndef WEFT_GRADER_JUDGE_AHEAD_H
#define WEFT_GRADER_JUDGE_AHEAD_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** A test that was started and whose end was not taken yet; zeroes: none. */
struct ahead {
    pid_t pid;
    int report_fd;
    bool ended;
};

/** What came of it. */
struct found {
    json_t *record;    /**< what its judge left; NULL: none or more than one */
    json_t *lost;      /**< without a record: the words for it */
    bool check_passed; /**< Check saw the judge end well */
    int64_t took_ms;
};

/** Start it. `evidence_fd`: an empty file, to which its judge writes its record. */
struct ahead ahead_start(SRunner *runner, const char *lab, const char *test, int evidence_fd);
/** Whether it has come to its end. Does not wait. */
bool ahead_has_ended(struct ahead *ahead);
/** Wait for its end, and take what it found. The caller gives both texts back. */
struct found ahead_take(struct ahead *ahead);

#endif
