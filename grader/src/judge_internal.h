/**
 * @file judge_internal.h
 * @brief The judge of one test, as its own files see it.
 */
#ifndef WEFT_GRADER_JUDGE_INTERNAL_H
#define WEFT_GRADER_JUDGE_INTERNAL_H

#include "judge.h"
#include "result.h"

enum { TRACE_FIRST = 10, TRACE_LAST = 40, EVENTS_MAX = 256, EVENT_TEXT_MAX = 8192 };

struct judge {
    /* set before the test */
    const struct judge_suite *suite;
    const char *test;
    const struct sandbox *sandbox;
    const char *variant;
    char *folder;    /* of the subject */
    int evidence_fd; /* results are appended here */
    uint64_t random;
    int64_t started_ms;
    int64_t run_deadline_ms;         /* of all tests together */
    int64_t processor_ms;            /* spent below this process during the test, as far as it was seen */
    int64_t census_ms, last_look_ms; /* at the last look: what lived, and when that was */
    bool census_fell;                /* the last look found less than that */
    int64_t delayed_ms;              /* at the last look: how long its threads had had no processor */
    int64_t own_delayed_ms;          /* at the last look: how long this process had */
    int64_t last_try_ms, late_ms; /* when a look was last thought of; how much too late, since the last look */
    int64_t held_ms;              /* of the test: what the machine kept it, or the judge, from going on */
    bool debugged;                /* gdb runs the subject: no deadlines */
    const char *from;             /* the submission as typed */
    const char *graded_folder;    /* where the graded lab's files are in it */
    const char *memory_imports;   /* what its objects ask the C library for; NULL: nothing */
    const char *root;             /* the course's tree */
    int64_t budget_ms;            /* of a model: processor time to explore it */
    const char *token;            /* of a model: the one execution to replay; NULL: all */
    char *written_folder;         /* of a model: the program that was not optimised; NULL: there is none */
    bool page_wanted;             /* of a model: its failure as a page */
    bool hint;                    /* of a weakening search: it says which order suffices */

    /* the subject */
    const char *scenario;
    pid_t pid; /* 0: not running */
    int command_fd, record_fd, output_fd;
    char records[1 << 16];
    size_t record_start, record_end;
    int64_t records_seen;
    char text[CHANNEL_TEXT_MAX + 1]; /* of the last record */
    char output[1 << 14];            /* the first of what it printed */
    size_t output_bytes, output_total;
    bool crashed, hung, unwritten, panic_expected, panic_seen, finished;

    /* the step at hand */
    const char *doing;
    char doing_text[480];
    const char *awaited, *instead; /* what shall come, and what is said if nothing does; NULL: a reply */
    int steps;
    struct channel_record events[EVENTS_MAX]; /* of the driver, during the step */
    int event_count;
    char event_text[EVENT_TEXT_MAX + 1]; /* of the driver's events during the step, joined */
    size_t event_text_bytes;
    struct channel_record later[EVENTS_MAX]; /* of other threads, not taken yet */
    int later_count;

    char *trace[TRACE_FIRST + TRACE_LAST]; /* the first lines that matter, which set the scene, and the last ones */
    int trace_count, trace_first;          /* lines noted; the first of them that still matters */
    int fold_period, fold_at, folded; /* lines that repeat the last `fold_period`, and so are counted only */
    char fold_number[24];             /* where they differ by the number at their end: the last one's */
    int reply_line;
    json_t *drawn; /* of a lab with a table of steps: how often it did each, and drew each edge; NULL: it did none */
    uint32_t outer_step; /* the next step rides in this one; 0: in none */
    int64_t outer_arguments[CHANNEL_ARGUMENTS_MAX];
    json_t *account; /* of a model that failed: stands in place of the trace, whole */
    json_t *facts;   /* that the evidence shall hold too, whatever comes of the test */

    _Alignas(16) unsigned char state[JUDGE_STATE_BYTES]; /* the suite's */
};

/* One wait for the subject. */
struct waiting {
    int64_t since;
    int asleep_looks; /* in a row, in which all slept */
    bool looked;
    bool nobody;          /* of the subject was there in the last look */
    int64_t processor_ms; /* the test's, at the first look */
    int64_t held_ms;      /* of the wait: what the machine kept the subject, or the judge, from going on */
};

/* What a look at a subject that is waited for finds. */
enum lateness {
    IN_TIME,
    ASLEEP,    /* all of it, for so long that it will not go on */
    SPINNING,  /* since this wait began */
    TOO_LONG,  /* this wait, by the clock, in which it could have gone on */
    TEST_OVER, /* the test's own deadline, of such time or of processor time */
    HELD,      /* by the machine, for so long that nothing is known */
    RUN_OVER   /* the run's */
};

#define JUDGE_RUN_DEADLINE "the run's deadline: all tests together had taken too long"

/* Deadlines nest: these are well inside Check's own. */
enum {
    TICK_MS = 50,
    PROCESSOR_MS = 1500,      /* spent without the answer that is due: an endless loop */
    DYING_MS = 2000,          /* from the end of a scenario until nothing else is left */
    WALL_MS = 20000,          /* for any answer, whatever the reason */
    TEST_MS = 40000,          /* for all answers of a test, and beside that, in a model's, */
    TEST_PROCESSOR_MS = 4000, /* for the same, of processor time; tests of the reference need 130 ms at most */
    BUDGET_PATIENCE = 4,      /* times its budget, which is processor time */
    HELD_PATIENCE = 2,        /* times what is for it by the clock, where the machine holds it */
};

/* judge.c */

void judge_send(struct judge *judge, uint32_t operation, const int64_t *arguments, uint32_t count);
/** The test has run to its end: it passes, if its last scenario did come to one. */
void judge_end_of_test(struct judge *judge);

/* lateness.c */

/** A wait begins. */
struct waiting judge_waiting(void);
/** Look at the subject, now and then. `idle`: nothing came from it. */
enum lateness judge_lateness(struct judge *judge, struct waiting *waiting, bool idle);

/* evidence.c */

/** Where in `trace` a line of this number stands, counted from the test's beginning; -1: nowhere any more. */
int judge_trace_slot(const struct judge *judge, int line);
/** Take in what the subject has printed. */
void judge_drain(struct judge *judge);
/** The same, and end the test if it is too much. */
void judge_check_flood(struct judge *judge);
/** Write the test's record and end everything that runs below. */
void judge_end_test(struct judge *judge, enum test_status status, json_t *evidence);
/** End the test: the grader itself failed. */
_Noreturn void judge_grader_error(struct judge *judge, const char *what);
/** End the test: nothing is known, for this reason. */
_Noreturn void judge_not_verified(struct judge *judge, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/** The stage's paths become those that the person knows. The caller frees. */
char *judge_shown_paths(const struct judge *judge, const char *text);
/** Foreign bytes for the evidence: harmless, cut, with the paths that the person knows. */
json_t *judge_shown(const struct judge *judge, const char *text, size_t length, size_t limit);

/* debugger.c */

/** Become gdb on the subject with these arguments, ended by NULL. */
_Noreturn void judge_exec_debugger(const struct judge *judge, const char *program,
                                   const char *const arguments[]);

/* subject.c */

/** The next record, of any type but a panic that nobody expects: that fails here, as does a subject that ends or hangs. */
struct channel_record judge_wait_record(struct judge *judge);
/** The same as a part of a wait that goes on: records that come do not begin it anew. */
struct channel_record judge_wait_within(struct judge *judge, struct waiting *waiting);
/** Read what is there of the record stream; false at its end. */
bool judge_fill(struct judge *judge);
/** Clause, function, place and message of a panic's text, which is cut up. */
void judge_split_panic(char *text, char *part[4]);
/** Look at the subject, as judge_lateness() does, and fail the test once it is late. */
void judge_look(struct judge *judge, struct waiting *waiting, bool idle);

/* subject_end.c */

/** End the test: the machine held the subject, or the judge, for so long that nothing is known. */
_Noreturn void judge_say_held(struct judge *judge);
/** Whether it is late, for a caller with words of its own; ends the test if the run is over, or the machine holds it. */
bool judge_is_late(struct judge *judge, struct waiting *waiting, bool idle);
/** Wait for the process itself to end. False: it does not, it sleeps or spins. */
bool judge_wait_exit(struct judge *judge, int *code, int *signal_number);
/** How it ended, in words. */
void judge_say_how_it_ended(struct judge *judge, int code, int signal_number, char *text, size_t size);
/** The record stream ended where it should not: fail. */
_Noreturn void judge_subject_ended(struct judge *judge);

#endif
