/**
 * @file judge_test.c
 * @brief Runs one test under Check, in this process or in one beside it, and takes what its judge found.
 *
 * Each test is a Check test of its own, run in a forked child that holds the judge. The child appends its evidence to a file
 * that only judges hold open; Check says how the child ended. Of a child that died without evidence nothing is known.
 */
#include "judge_test.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../interleave/engine/token.h"
#include "foreign.h"
#include "judge_internal.h"

enum {
    CHECK_SECONDS =
        HELD_PATIENCE * TEST_MS / 1000 + 10, /* the outermost deadline of one test, beside a model's budget */
};

/* What the forked test needs; set before Check runs it. A process runs one at a time. */
static struct {
    const struct judge_context *context;
    const struct judge_test_run *run;
    int evidence_fd;
} current;

/* Each test draws from its own stream, so that running it alone draws the same. */
static uint64_t seed_of(uint64_t seed, const char *name)
{
    for (; *name; name++)
        seed = (seed ^ (unsigned char)*name) * 0x100000001b3u;
    return seed;
}

struct judge *judge_test_judge(const struct judge_context *context, const struct judge_test_run *run,
                               int evidence_fd)
{
    struct judge *judge = calloc(1, sizeof *judge);
    if (!judge)
        abort();
    judge->suite = context->suite;
    judge->test = run->test->name;
    judge->sandbox = context->sandbox;
    judge->variant = run->variant;
    judge->folder = build_subject_folder(context->build, run->variant);
    judge->evidence_fd = evidence_fd;
    judge->random = seed_of(context->seed, run->test->name);
    judge->started_ms = judge->last_look_ms = now_ms();
    judge->own_delayed_ms = census_own_delay();
    judge->run_deadline_ms = context->deadline_ms;
    judge->from = context->from;
    judge->root = context->root;
    judge->graded_folder = context->build->graded_folder;
    judge->memory_imports = context->build->memory_imports;
    judge->budget_ms = run->test->variants == INTERLEAVE ? run->budget_ms : 0;
    judge->token = context->token;
    if (context->build->has_written)
        judge->written_folder = build_subject_folder(context->build, BUILD_WRITTEN);
    if (judge->token && token_is_of_written(judge->token) && judge->written_folder)
        judge->folder = judge->written_folder;
    judge->page_wanted = context->page_wanted;
    judge->hint = context->hint;
    judge->reply_line = -1;
    return judge;
}

START_TEST(run_one)
{
    (void)_i;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct judge *judge = judge_test_judge(current.context, current.run, current.evidence_fd);
    current.run->test->run(judge);
    judge_end_of_test(judge);
}
END_TEST

static int new_file(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        die("cannot make the evidence file");
    return fd;
}

/* What was written there, if it is one record and nothing else; else NULL. */
static json_t *take_record(int fd)
{
    off_t length = lseek(fd, 0, SEEK_END);
    char *text = length > 0 ? calloc(1, (size_t)length + 1) : NULL;
    json_t *record = NULL;
    if (text && pread(fd, text, (size_t)length, 0) == length)
        record = json_loads(text, 0, NULL); /* rejects anything behind the first object */
    free(text);
    close(fd);
    return record;
}

/* How a judge without evidence ended, in Check's words: a signal, or its deadline. The caller frees. */
static char *lost_judge(SRunner *runner)
{
    TestResult **results = srunner_results(runner);
    char *text = format_text("the test's judge ended without evidence: nothing is known. Check says: %s",
                             srunner_ntests_run(runner) > 0 ? tr_msg(results[0]) : "the test did not run");
    char *harmless = harmless_text(text, strlen(text), 1000);
    free(results);
    free(text);
    return harmless;
}

void judge_test_run_now(const struct judge_context *context, struct judge_test_run *run)
{
    current.context = context;
    current.run = run;
    current.evidence_fd = new_file("evidence");
    bool is_model = run->test->variants == INTERLEAVE;
    TCase *test_case = tcase_create(run->test->name);
    tcase_set_timeout(test_case,
                      CHECK_SECONDS +
                          (is_model ? HELD_PATIENCE * BUDGET_PATIENCE * (double)run->budget_ms / 1000 : 0));
    tcase_add_test(test_case, run_one);
    Suite *suite = suite_create(context->suite->lab);
    suite_add_tcase(suite, test_case);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK); /* whatever CK_FORK in the environment says */
    int64_t began_ms = now_ms();
    srunner_run(runner, context->suite->lab, run->test->name, CK_SILENT);
    kill_descendants(0); /* what outlived its judge, if anything did */
    run->passed = srunner_ntests_run(runner) == 1 && srunner_ntests_failed(runner) == 0;
    run->evidence = take_record(current.evidence_fd);
    run->lost = run->evidence ? NULL : lost_judge(runner);
    run->stopped = !run->evidence && now_ms() - began_ms > TEST_MS;
    run->started = true;
    srunner_free(runner);
}

void judge_test_start(const struct judge_context *context, struct judge_test_run *run)
{
    run->end_fd = new_file("end");
    run->started = true;
    run->pid = fork();
    if (run->pid < 0)
        die("no process left");
    if (run->pid > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER,
          1); /* what its judge leaves behind is this process's to end, and nobody else's */
    judge_test_run_now(context, run);
    json_t *end = json_pack("{s:O?, s:b, s:s?, s:b}", "evidence", run->evidence, "passed", run->passed,
                            "lost", run->lost, "stopped", run->stopped);
    _exit(end && json_dumpfd(end, run->end_fd, 0) == 0 ? 0 : 1);
}

static void take_end(struct judge_test_run *run)
{
    json_t *end = take_record(run->end_fd);
    const char *lost = json_string_value(json_object_get(end, "lost"));
    json_t *evidence = json_object_get(end, "evidence");
    run->pid = 0;
    run->passed = json_is_true(json_object_get(end, "passed"));
    run->evidence = json_is_object(evidence) ? json_incref(evidence) : NULL;
    run->lost = lost            ? copy_text(lost)
                : run->evidence ? NULL
                                : copy_text("the test's process ended: nothing is known");
    run->stopped = json_is_true(json_object_get(end, "stopped"));
    json_decref(end);
}

void judge_test_wait(struct judge_test_run *runs, size_t count)
{
    int running = 0;
    for (size_t i = 0; i < count; i++)
        running += runs[i].pid > 0;
    for (pid_t pid = -1; running > 0 && (pid = wait(NULL)) > 0;)
        for (size_t i = 0; i < count; i++)
            if (runs[i].pid == pid) {
                take_end(&runs[i]);
                return;
            }
}

void judge_test_free(struct judge_test_run *run)
{
    json_decref(run->evidence);
    free(run->lost);
    run->evidence = NULL;
    run->lost = NULL;
}
