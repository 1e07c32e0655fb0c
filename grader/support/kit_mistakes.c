/**
 * @file kit_mistakes.c
 * @brief What a caller may do wrong with a future: tried by a copy of the program, so that the life goes on after it.
 *
 * The copy is forked in the middle of the life, makes the mistake and tells by a pipe what came of it; a panic ends it. While it
 * panics the tree of the future is printed, which must not lead to what is over.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kit_inner.h"
#include "scenario.h"
#include "weft/await_tree.h"
#include "weft/context.h"
#include "weft/panic.h"

/* --- the copy --- */

enum { NO_PLACE_OF_IT = 77, ENDED_BY_PANIC = 78 };

static int pipe_end;

static void tell(const char *text)
{
    if (write(pipe_end, text, strlen(text)) < 0)
        _exit(EXIT_FAILURE);
}

/* Prints what a panic prints of the tree, tells of it, and ends the copy: the signal of an abort is one that not every sandbox lets a
 * copy of the program send. */
static void tell_panic(const struct wf_panic_info *info)
{
    char text[ERRED_BYTES];
    const struct wf_context *context = wf_context_running();
    if (context && context->root)
        wf_await_tree_print(context->root, stderr, 4);
    fflush(stderr);
    snprintf(text, sizeof text, "%s\n%s", info->clause, info->message);
    tell(text);
    _exit(ENDED_BY_PANIC);
}

static void poll_it(struct kit_object *object)
{
    int newest = object->inner->newest;
    const struct wf_waker waker = kit_waker(object, newest < 0 ? 0 : newest);
    struct wf_cx cx = {.waker = &waker};
    (void)!wf_future_poll(object->future, &cx);
}

static void *poll_there(void *object)
{
    struct wf_context context = {.runs = "laws", .root = ((struct kit_object *)object)->future};
    wf_context_enter(&context);
    poll_it(object);
    wf_context_leave(&context);
    return NULL;
}

static void poll_elsewhere(struct kit_object *object)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, poll_there, object) == 0)
        pthread_join(thread, NULL);
}

static void make(struct kit_object *object, int mistake)
{
    switch (mistake) {
    case POLL_READY:
    case POLL_DROPPED:
    case POLL_IN_DROP:
    case POLL_IN_POLL:
    case POLL_OUTSIDE:
        poll_it(object);
        break;
    case POLL_ELSEWHERE:
        poll_elsewhere(object);
        break;
    case POLL_LOST:
        wf_store_relaxed(&object->future->line, (uint32_t)NO_PLACE_OF_IT);
        poll_it(object);
        break;
    case DROP_DROPPED:
    case DROP_IN_DROP:
        wf_future_drop(object->future);
        break;
    case READ_AS_INT:
        (void)wf_future_int_out(object->future);
        break;
    default:
        kit_own_mistakes[mistake - OWN_MISTAKES].make(object);
    }
}

/* A panic prints the tree of what runs: of the object, unless what surrounds it has a root already. Every other time it is made in
 * a context of its own also there: what it finds around it need not be the innermost one. */
_Noreturn static void be_the_copy(struct kit_object *object, int mistake)
{
    struct wf_context context = {.runs = "laws", .root = object->future};
    if (!freopen("/dev/null", "w", stderr))
        fclose(stderr);
    wf_set_panic_hook(tell_panic);
    kit_varied.place = NOWHERE;
    bool alone = !wf_context_running() || object->inner->operations % 2;
    if (mistake == POLL_OUTSIDE)
        wf_context_current = NULL;
    else if (alone)
        wf_context_enter(&context);
    make(object, mistake);
    tell(ERRED_QUIETLY);
    _exit(EXIT_SUCCESS);
}

/* --- the life --- */

void kit_err(struct kit_object *object, int mistake)
{
    char text[ERRED_BYTES] = "";
    size_t length = 0;
    int ends[2], status = 0;
    fflush(NULL);
    if (pipe(ends) != 0)
        scenario_broken("no pipe");
    pid_t pid = fork();
    if (pid < 0)
        scenario_broken("no process");
    if (pid == 0) {
        close(ends[0]);
        pipe_end = ends[1];
        be_the_copy(object, mistake);
    }
    close(ends[1]);
    for (ssize_t got = 1; got > 0 && length < sizeof text - 1; length += (size_t)(got > 0 ? got : 0))
        got = read(ends[0], text + length, sizeof text - 1 - length);
    close(ends[0]);
    waitpid(pid, &status, 0);
    bool returned = strcmp(text, ERRED_QUIETLY) == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool panicked = *text && WIFEXITED(status) && WEXITSTATUS(status) == ENDED_BY_PANIC;
    const char *came = returned || panicked ? text : ERRED_AND_ENDED;
    scenario_event_text(EVENT_ERRED, came, strlen(came));
}

bool kit_err_inside(struct kit_object *object)
{
    struct kit_inner *inner = object->inner;
    int mistake = kit_varied.mistake;
    unsigned when = mistake >= OWN_MISTAKES   ? kit_own_mistakes[mistake - OWN_MISTAKES].when
                    : mistake == POLL_IN_POLL ? IN_ITS_POLL
                                              : IN_ITS_DROP;
    if (!inner->in_operation || !(when & (inner->in_drop ? IN_ITS_DROP : IN_ITS_POLL)) ||
        inner->erred_in == inner->operations)
        return false;
    inner->erred_in = inner->operations; /* once in each */
    kit_err(object, mistake);
    return true;
}
