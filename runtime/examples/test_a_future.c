/**
 * @file test_a_future.c
 * @brief Tests of a future of one's own: polled by hand, cancelled, and without memory. No runtime takes part.
 *
 * `total` is what is tested. The numbers that it waits for come from test futures, one when the test says so.
 */
#include <assert.h>
#include <stdio.h>

#include "weft/alloc.h"
#include "weft/async.h"
#include "weft/error.h"
#include "weft/test.h"

enum { COUNT = 2, NOTES_BYTES = 64 };

/* Adds up what its numbers say, one after the other, and takes notes. They are borrowed; it drops the one that it awaits. */
struct total {
    struct wf_future future;
    struct wf_future *numbers[COUNT];
    int i;
    char *notes;
    int out;
};

ASYNC_FN(total)
{
    ASYNC_BEGIN;
    self->notes = wf_alloc(NOTES_BYTES);
    if (!self->notes)
        ASYNC_RETURN(WF_ENOMEM);
    for (; self->i < COUNT; self->i++) {
        AWAIT(self->numbers[self->i]);
        self->out += wf_future_int_out(self->numbers[self->i]);
    }
ASYNC_FINALLY:
    wf_free(self->notes, NOTES_BYTES);
    ASYNC_END;
}

/* A total of two numbers that a test completes, and a task that polls it. */
static struct wf_test_future first, second;
static struct total total;
static struct wf_test_task task;

static void build(void)
{
    wf_test_future(&first);
    wf_test_future(&second);
    ASYNC_INIT(&total, total, .numbers = {&first.future, &second.future});
    wf_test_task_init(&task, &total.future);
}

static void it_waits_for_one_number_after_the_other(void)
{
    build();
    WF_EXPECT_PENDING(&task);
    wf_test_future_complete(&second, 2);
    assert(wf_test_task_wakes(&task) == 0); /* it is not its turn */
    wf_test_future_complete(&first, 40);
    WF_EXPECT_READY(&task);
    assert(total.out == 42);
    WF_EXPECT_RELEASED(&task);
}

static void it_lets_go_when_it_is_cancelled(void)
{
    build();
    WF_EXPECT_PENDING(&task);
    wf_future_drop(&total.future);
    WF_EXPECT_RELEASED(&task);
    assert(wf_live_bytes() == 0);
}

static void it_says_so_when_there_is_no_memory(void)
{
    WF_FAIL_EACH_ALLOCATION(failures)
    {
        build();
        wf_test_future_complete(&first, 1);
        wf_test_future_complete(&second, 2);
        WF_EXPECT_READY(&task);
        assert(total.out == (failures.n == 1 ? WF_ENOMEM : 3));
    }
}

int main(void)
{
    it_waits_for_one_number_after_the_other();
    it_lets_go_when_it_is_cancelled();
    it_says_so_when_there_is_no_memory();
    printf("total: 3 tests passed\n");
    return 0;
}
