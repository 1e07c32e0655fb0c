#include "judge_ahead.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foreign.h"
#include "sandbox.h"
#include "util.h"

/* The one text in a file; NULL: there is none, or more. */
static json_t *text_in(int fd)
{
    off_t length = lseek(fd, 0, SEEK_END);
    char *text = length > 0 ? calloc(1, (size_t)length + 1) : NULL;
    json_t *json = NULL;
    if (text && pread(fd, text, (size_t)length, 0) == length)
        json = json_loads(text, 0, NULL); /* rejects anything behind the first object */
    free(text);
    return json;
}

/* How a judge without evidence ended, in Check's words: a signal, or its deadline. */
static json_t *lost_judge(SRunner *runner)
{
    TestResult **results = srunner_results(runner);
    char *text = format_text("the test's judge ended without evidence: nothing is known. Check says: %s",
                             srunner_ntests_run(runner) > 0 ? tr_msg(results[0]) : "the test did not run");
    json_t *evidence = json_pack("{s:o}", "observed", harmless_json(text, strlen(text), 1000));
    free(text);
    free(results);
    return evidence;
}

static _Noreturn void run(SRunner *runner, const char *lab, const char *test, int evidence_fd, int report_fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    int64_t began_ms = now_ms();
    srunner_run(runner, lab, test, CK_SILENT);
    kill_descendants(0); /* what outlived its judge, if anything did */
    bool passed = srunner_ntests_run(runner) == 1 && srunner_ntests_failed(runner) == 0;
    json_t *record = text_in(evidence_fd);
    json_t *report = json_pack("{s:b,s:I}", "passed", passed, "took_ms", (json_int_t)(now_ms() - began_ms));
    if (record)
        json_object_set_new(report, "record", record);
    else
        json_object_set_new(report, "lost", lost_judge(runner));
    _exit(json_dumpfd(report, report_fd, JSON_COMPACT) == 0 ? 0 : 1);
}

struct ahead ahead_start(SRunner *runner, const char *lab, const char *test, int evidence_fd)
{
    struct ahead ahead = {.report_fd = memfd_create("report", MFD_CLOEXEC)};
    ahead.pid = ahead.report_fd < 0 ? -1 : fork();
    if (ahead.pid < 0)
        die("no process left for a test: %s", strerror(errno));
    if (ahead.pid == 0)
        run(runner, lab, test, evidence_fd, ahead.report_fd);
    return ahead;
}

bool ahead_has_ended(struct ahead *ahead)
{
    ahead->ended = ahead->ended || waitpid(ahead->pid, NULL, WNOHANG) == ahead->pid;
    return ahead->ended;
}

struct found ahead_take(struct ahead *ahead)
{
    while (!ahead->ended && waitpid(ahead->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    json_t *report = text_in(ahead->report_fd);
    struct found found = {.record = json_incref(json_object_get(report, "record")),
                          .lost = json_incref(json_object_get(report, "lost")),
                          .check_passed = json_is_true(json_object_get(report, "passed")),
                          .took_ms = json_integer_value(json_object_get(report, "took_ms"))};
    json_decref(report);
    close(ahead->report_fd);
    *ahead = (struct ahead){0};
    return found;
}
