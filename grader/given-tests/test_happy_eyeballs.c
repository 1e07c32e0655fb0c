/**
 * @file test_happy_eyeballs.c
 * @brief Races of attempts that are scripted, on a clock that the test moves: what begins when, who wins, and what is left.
 */
#include "weft/happy_eyeballs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "given.h"
#include "weft/alloc.h"
#include "weft/error.h"
#include "weft/test.h"
#include "weft/test_clock.h"
#include "weft/time.h"

enum { NEVER = -1, MANY = 1000 };

/* What an attempt does: it ends so many milliseconds after it began, with this result; 0: in its first poll. */
struct script {
    int family;
    int after_ms;
    int result;
};

struct scripted {
    struct wf_future future;
    struct wf_sleep sleep;
    const struct script *script;
    int out;
};

static struct wf_test_clock clock_of_test;
static struct wf_test_task task;
static uint64_t begun_ns;
static struct wf_address addresses[MANY];
static const struct script *scripts;
static struct wf_happy_eyeballs race;
static char
    told[20000]; /* "3@250 " for each attempt: the address, and when it began; then "+3" for the one that wins */
static int alive, most_alive, drops, freed, won;

static uint64_t now_ms(void)
{
    return (wf_now() - begun_ns) / 1000000;
}

static void tell(size_t number, bool wins)
{
    size_t used = strlen(told);
    if (wins)
        snprintf(told + used, sizeof told - used, "+%zu", number);
    else
        snprintf(told + used, sizeof told - used, "%zu@%lu ", number, (unsigned long)now_ms());
}

static enum wf_poll scripted_poll(struct wf_future *future, struct wf_cx *cx)
{
    struct scripted *self = (struct scripted *)future;
    if (self->script->after_ms == NEVER)
        return WF_PENDING;
    if (self->script->after_ms != 0 && wf_future_poll(&self->sleep.future, cx) == WF_PENDING)
        return WF_PENDING;
    if (self->script->after_ms == 0)
        wf_future_drop(&self->sleep.future);
    self->out = self->sleep.out < 0 ? self->sleep.out : self->script->result;
    return WF_READY;
}

static void scripted_drop(struct wf_future *future)
{
    wf_future_drop(&((struct scripted *)future)->sleep.future);
    drops++;
}

static const struct wf_future_ops scripted_ops = {
    .name = "scripted", .poll = scripted_poll, .drop = scripted_drop, WF_FRAME(struct scripted)};

static struct wf_future *scripted_begin(void *arg, const struct wf_address *address, int *error)
{
    size_t number = (size_t)(address - addresses);
    ck_assert_ptr_eq(arg, &alive);
    tell(number, false);
    struct scripted *self = wf_alloc(sizeof *self);
    if (!self) {
        *error = WF_ENOMEM;
        return NULL;
    }
    *self = (struct scripted){.future = {.ops = &scripted_ops}, .script = &scripts[number]};
    wf_sleep(&self->sleep,
             WF_MILLISECONDS((uint64_t)(self->script->after_ms > 0 ? self->script->after_ms : 0)));
    if (++alive > most_alive)
        most_alive = alive;
    return &self->future;
}

static void scripted_win(void *arg, struct wf_future *attempt)
{
    (void)arg;
    ck_assert(wf_future_is_done(attempt));
    tell((size_t)(((struct scripted *)attempt)->script - scripts), true);
    won++;
}

static void scripted_free(void *arg, struct wf_future *attempt)
{
    (void)arg;
    ck_assert(wf_future_is_done(attempt) || wf_future_is_dropped(attempt));
    wf_free(attempt, sizeof(struct scripted));
    alive--;
    freed++;
}

static const struct wf_attempt_ops scripted_attempts = {scripted_begin, scripted_win, scripted_free};

static void begin(const struct script *of, size_t count, const struct wf_happy_eyeballs_options *options)
{
    wf_test_clock_begin(&clock_of_test);
    begun_ns = wf_now();
    scripts = of;
    told[0] = 0;
    alive = most_alive = drops = freed = won = 0;
    for (size_t i = 0; i < count; i++)
        addresses[i].as.any.sa_family = (sa_family_t)of[i].family;
    wf_happy_eyeballs(&race, addresses, count, &scripted_attempts, &alive, options);
    wf_test_task_init(&task, &race.future);
}

static void end(void)
{
    WF_EXPECT_RELEASED(&task);
    ck_assert_int_eq(alive, 0);
    wf_test_clock_end(&clock_of_test);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

/* Poll it as an executor would: where it was woken. Time goes on by milliseconds. @return whether it is over by then. */
static bool run_until(uint64_t ms)
{
    enum wf_poll poll = race.begun == 0 ? wf_test_task_poll(&task) : WF_PENDING;
    for (;;) {
        while (poll == WF_PENDING && wf_test_task_wakes(&task) > 0)
            poll = wf_test_task_poll(&task);
        if (poll == WF_READY || now_ms() >= ms)
            return poll == WF_READY;
        wf_test_clock_advance(WF_MILLISECONDS(1));
    }
}

/* All of a race of `count` attempts, which is over after `ms`. */
static void expect_race(const struct script *of, size_t count, const struct wf_happy_eyeballs_options *options,
                        const char *expected, int out, uint64_t ms)
{
    begin(of, count, options);
    ck_assert(run_until(100000));
    ck_assert_str_eq(told, expected);
    ck_assert_int_eq(race.out, out);
    ck_assert_uint_eq(now_ms(), ms);
    ck_assert_int_eq(won, out == 0);
    end();
}

#define EXPECT_RACE(scripts_of, ...)                                                                         \
    expect_race(scripts_of, sizeof(scripts_of) / sizeof *(scripts_of), __VA_ARGS__)

/* --- which is next --- */

/* G.253: of one family, two in turn, one that is shorter, and a third kind. */
START_TEST(g253_families_take_turns)
{
    static const struct script v4[] = {{AF_INET, 0, -1}, {AF_INET, 0, -2}, {AF_INET, 0, -3}};
    static const struct script v6_first[] = {{AF_INET6, 0, -1}, {AF_INET6, 0, -2}, {AF_INET6, 0, -3},
                                             {AF_INET, 0, -4},  {AF_INET, 0, -5},  {AF_INET, 0, -6}};
    static const struct script v4_first[] = {{AF_INET, 0, -1},  {AF_INET6, 0, -2}, {AF_INET6, 0, -3},
                                             {AF_INET6, 0, -4}, {AF_INET, 0, -5},  {AF_INET6, 0, -6}};
    static const struct script mixed[] = {
        {AF_INET6, 0, -1}, {AF_UNIX, 0, -2}, {AF_INET6, 0, -3}, {AF_INET, 0, -4}, {AF_INET6, 0, -5}};
    EXPECT_RACE(v4, NULL, "0@0 1@0 2@0 ", -1, 0);
    EXPECT_RACE(v6_first, NULL, "0@0 3@0 1@0 4@0 2@0 5@0 ", -1, 0);
    EXPECT_RACE(v4_first, NULL, "0@0 1@0 4@0 2@0 3@0 5@0 ", -1, 0);
    EXPECT_RACE(mixed, NULL, "0@0 1@0 2@0 3@0 4@0 ", -1, 0);
}
END_TEST

/* G.253 */
START_TEST(g253_nothing_begins_before_the_first_poll)
{
    static const struct script one[] = {{AF_INET, 5, 0}};
    begin(one, 1, NULL);
    wf_test_clock_advance(WF_SECONDS(1));
    ck_assert_str_eq(told, "");
    wf_future_drop(&race.future);
    end();
    EXPECT_RACE(one, NULL, "0@0 +0", 0, 5);
}
END_TEST

/* --- when --- */

/* G.254 */
START_TEST(g254_the_next_begins_after_a_head_start)
{
    static const struct script hang[] = {{AF_INET6, NEVER, 0}, {AF_INET, NEVER, 0}, {AF_INET6, 30, 0}};
    EXPECT_RACE(hang, NULL, "0@0 1@250 2@500 +2", 0, 530);
    EXPECT_RACE(hang, (&(struct wf_happy_eyeballs_options){.head_start_ns = WF_MILLISECONDS(100)}),
                "0@0 1@100 2@200 +2", 0, 230);
    EXPECT_RACE(hang, (&(struct wf_happy_eyeballs_options){.head_start_ns = 1}), "0@0 1@10 2@20 +2", 0, 50);
    EXPECT_RACE(hang, (&(struct wf_happy_eyeballs_options){.head_start_ns = WF_SECONDS(9)}),
                "0@0 1@9000 2@18000 +2", 0, 18030);
}
END_TEST

/* G.254: in its first poll, and later; after it the head start counts anew. */
START_TEST(g254_the_next_begins_at_once_when_the_newest_fails)
{
    static const struct script fails[] = {
        {AF_INET6, 0, -7}, {AF_INET, 40, -7}, {AF_INET6, NEVER, 0}, {AF_INET, 0, -7}, {AF_INET, 100, 0}};
    EXPECT_RACE(fails, NULL, "0@0 1@0 2@40 3@290 4@290 +4", 0, 390);
}
END_TEST

/* G.254: the first fails while the second, the newest, has its head start. */
START_TEST(g254_an_older_failure_changes_nothing)
{
    static const struct script older[] = {{AF_INET, 300, -7}, {AF_INET, NEVER, 0}, {AF_INET, 0, 0}};
    EXPECT_RACE(older, NULL, "0@0 1@250 2@500 +2", 0, 500);
}
END_TEST

/* G.254: a task that is polled for no reason begins nothing; and where no address is left, nothing wakes it. */
START_TEST(g254_polls_and_timers_without_a_reason_begin_nothing)
{
    static const struct script two[] = {{AF_INET, NEVER, 0}, {AF_INET, NEVER, 0}};
    static const struct script fails[] = {{AF_INET, 40, -7}, {AF_INET, NEVER, 0}};
    begin(two, 2, NULL);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(wf_test_task_poll(&task), WF_PENDING);
    ck_assert_str_eq(told, "0@0 ");
    ck_assert(!run_until(250));
    ck_assert_str_eq(told, "0@0 1@250 ");
    wf_test_clock_advance(WF_HOURS(1));
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    wf_future_drop(&race.future);
    ck_assert_int_eq(drops, 2);
    end();
    begin(fails, 2, NULL); /* the second takes the place of a head start that had begun */
    ck_assert(!run_until(40));
    ck_assert_str_eq(told, "0@0 1@40 ");
    wf_test_clock_advance(WF_HOURS(1));
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    wf_future_drop(&race.future);
    end();
}
END_TEST

/* --- who wins --- */

/* G.255: a slow first one that wins after others began; what is READY together; one that wins at once. */
START_TEST(g255_the_first_that_succeeds_wins)
{
    static const struct script slow[] = {{AF_INET6, 600, 0}, {AF_INET, NEVER, 0}, {AF_INET6, NEVER, 0}};
    static const struct script together[] = {{AF_INET6, 300, 0}, {AF_INET, 50, 0}};
    static const struct script beside_a_failure[] = {{AF_INET6, 300, -7}, {AF_INET, 50, 0}};
    static const struct script at_once[] = {{AF_INET6, 0, 5}, {AF_INET, 0, 0}};
    static const struct script failing[] = {{AF_INET, 400, -7}, {AF_INET, 140, 0}, {AF_INET, NEVER, 0}};
    EXPECT_RACE(slow, NULL, "0@0 1@250 2@500 +0", 0, 600);
    ck_assert_uint_eq(race.winner, 0);
    ck_assert_int_eq(drops, 2);
    ck_assert_int_eq(freed, 3);
    EXPECT_RACE(together, NULL, "0@0 1@250 +0", 0, 300);
    ck_assert_int_eq(drops, 1);
    EXPECT_RACE(beside_a_failure, NULL, "0@0 1@250 +1", 0, 300);
    EXPECT_RACE(at_once, NULL, "0@0 +0", 0, 0);
    ck_assert_int_eq(drops, 0);
    EXPECT_RACE(failing, NULL, "0@0 1@250 +1", 0, 390);
    ck_assert_uint_eq(race.winner, 1);
}
END_TEST

/* G.255: before the first poll, and after each millisecond. */
START_TEST(g255_a_drop_at_any_moment_leaves_nothing)
{
    static const struct script all[] = {
        {AF_INET6, 20, -7}, {AF_INET, NEVER, 0}, {AF_INET6, 5, -7}, {AF_INET, NEVER, 0}, {AF_INET, 30, 0}};
    static const struct wf_happy_eyeballs_options options = {.head_start_ns = WF_HEAD_START_MIN_NS};
    begin(all, 5, &options);
    wf_future_drop(&race.future);
    ck_assert_int_eq(drops, 0);
    end();
    bool over = false;
    for (uint64_t ms = 0; !over; ms++) {
        begin(all, 5, &options);
        over = run_until(ms);
        int before = drops, going_on = alive;
        wf_future_drop(&race.future);
        ck_assert_int_eq(drops - before, going_on);
        end();
        ck_assert_uint_lt(ms, 1000);
    }
}
END_TEST

/* G.255: what an attempt says of the runtime ends the race: nothing begins any more. */
START_TEST(g255_a_cancellation_or_a_shutdown_ends_the_race)
{
    static const struct script ends[] = {{AF_INET, 300, WF_ECANCELED}, {AF_INET, NEVER, 0}, {AF_INET, 0, 0}};
    static const struct script closed[] = {{AF_INET, 0, WF_ECLOSED}, {AF_INET, 0, 0}};
    EXPECT_RACE(ends, NULL, "0@0 1@250 ", WF_ECANCELED, 300);
    EXPECT_RACE(closed, NULL, "0@0 ", WF_ECLOSED, 0);
    for (size_t skipped = 0; skipped < 2;
         skipped++) { /* an attempt that sees that the clock is gone, and one that does not */
        begin(ends + skipped, 3 - skipped, NULL);
        ck_assert(!run_until(100));
        wf_test_clock_end(&clock_of_test);
        WF_EXPECT_READY(&task);
        ck_assert_int_eq(race.out, WF_ECLOSED);
        WF_EXPECT_RELEASED(&task);
        ck_assert_int_eq(alive, 0);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
}
END_TEST

/* --- if none does --- */

/* G.256: the first one's, although the others are slower, or faster. */
START_TEST(g256_the_earliest_error_is_told)
{
    static const struct script slow[] = {{AF_INET, 900, -7}, {AF_INET, 10, -8}, {AF_INET, 10, -9}};
    static const struct script fast[] = {{AF_INET, 10, -7}, {AF_INET, 900, -8}};
    static const struct script one[] = {{AF_INET, 10, -ECONNREFUSED}};
    EXPECT_RACE(slow, NULL, "0@0 1@250 2@260 ", -7, 900);
    EXPECT_RACE(fast, NULL, "0@0 1@10 ", -7, 910);
    EXPECT_RACE(one, NULL, "0@0 ", -ECONNREFUSED, 10);
    expect_race(one, 0, NULL, "", -EINVAL, 0);
}
END_TEST

/* G.256 */
START_TEST(g256_no_way_says_less_than_any_other_error)
{
    static const int no_ways[] = {-ENETUNREACH, -EHOSTUNREACH, -EADDRNOTAVAIL, -EAFNOSUPPORT};
    for (size_t i = 0; i < 4; i++) {
        const struct script first[] = {
            {AF_INET6, 0, no_ways[i]}, {AF_INET, 0, -ECONNREFUSED}, {AF_INET, 0, -7}};
        const struct script last[] = {{AF_INET, 20, -ECONNREFUSED}, {AF_INET6, 0, no_ways[i]}};
        const struct script later[] = {{AF_INET, 300, -ECONNREFUSED}, {AF_INET6, 0, no_ways[i]}};
        const struct script slow[] = {{AF_INET6, 900, no_ways[i]}, {AF_INET, 10, -ECONNREFUSED}};
        const struct script all[] = {{AF_INET, 0, no_ways[i]}, {AF_INET6, 0, no_ways[(i + 1) % 4]}};
        EXPECT_RACE(first, NULL, "0@0 1@0 2@0 ", -ECONNREFUSED, 0);
        EXPECT_RACE(last, NULL, "0@0 1@20 ", -ECONNREFUSED, 20);
        EXPECT_RACE(later, NULL, "0@0 1@250 ", -ECONNREFUSED, 300);
        EXPECT_RACE(slow, NULL, "0@0 1@250 ", -ECONNREFUSED, 900);
        EXPECT_RACE(all, NULL, "0@0 1@0 ", no_ways[i], 0);
    }
}
END_TEST

/* G.256: an attempt for which there is no memory has failed, and the next one begins. */
START_TEST(g256_without_memory_the_others_are_tried)
{
    static const struct script two[] = {{AF_INET, 0, -7}, {AF_INET, 0, 0}};
    static const char *const expected[] = {"0@0 1@0 +1", "0@0 1@0 ", "0@0 1@0 +1"};
    static const int outs[] = {0, -7, 0};
    for (uint32_t n = 0; n < 3; n++) {
        begin(two, 2, NULL);
        wf_alloc_fail_at(n + 1);
        ck_assert(run_until(0));
        wf_alloc_fail_at(0);
        ck_assert_str_eq(told, expected[n]);
        ck_assert_int_eq(race.out, outs[n]);
        end();
    }
}
END_TEST

/* --- many --- */

static struct script many[MANY];

/* G.257: all hang; then the first fails, and one more begins. */
START_TEST(g257_attempts_are_bounded)
{
    for (int i = 0; i < MANY; i++)
        many[i] = (struct script){AF_INET, NEVER, 0};
    many[0] = (struct script){AF_INET, 60000, -7};
    begin(many, MANY, NULL);
    ck_assert(!run_until(59999));
    ck_assert_int_eq(alive, WF_ATTEMPTS_MAX);
    ck_assert_uint_eq(race.begun, WF_ATTEMPTS_MAX);
    ck_assert(!run_until(60000));
    ck_assert_uint_eq(race.begun, WF_ATTEMPTS_MAX + 1);
    ck_assert_int_eq(alive, WF_ATTEMPTS_MAX);
    ck_assert_int_eq(drops, 0);
    wf_future_drop(&race.future);
    end();
}
END_TEST

/* G.257: one after the other, each for as long as it takes. */
START_TEST(g257_one_at_once_is_no_race)
{
    static const struct script all[] = {{AF_INET, 2000, -7}, {AF_INET6, 300, -7}, {AF_INET, 1000, 0}};
    EXPECT_RACE(all, (&(struct wf_happy_eyeballs_options){.at_once = 1}), "0@0 1@2000 2@2300 +2", 0, 3300);
    EXPECT_RACE(all, (&(struct wf_happy_eyeballs_options){.at_once = 2}), "0@0 1@250 2@550 +2", 0, 1550);
    EXPECT_RACE(all, (&(struct wf_happy_eyeballs_options){.at_once = UINT32_MAX}), "0@0 1@250 2@500 +2", 0,
                1500);
    ck_assert_int_eq(most_alive, 3);
}
END_TEST

/* G.257: a thousand that fail, at once or after a while; the last one succeeds. */
START_TEST(g257_a_thousand_are_tried)
{
    for (int slow = 0; slow < 2; slow++) {
        for (int i = 0; i < MANY; i++)
            many[i] =
                (struct script){i % 3 ? AF_INET : AF_INET6, slow ? 400 + i % 7 : 0, i == MANY - 1 ? 0 : -7};
        many[MANY - 1].family = AF_INET;
        begin(many, MANY, NULL);
        ck_assert(run_until(1000000));
        ck_assert_int_eq(race.out, 0);
        ck_assert_uint_eq(race.winner, MANY - 1);
        ck_assert_uint_eq(race.begun, MANY);
        ck_assert_int_eq(freed, MANY);
        ck_assert_int_le(most_alive, slow ? 3 : 1);
        end();
    }
}
END_TEST

TCase *happy_eyeballs_tests(void)
{
    TCase *tcase = tcase_create("happy_eyeballs");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g253_families_take_turns);
    tcase_add_test(tcase, g253_nothing_begins_before_the_first_poll);
    tcase_add_test(tcase, g254_the_next_begins_after_a_head_start);
    tcase_add_test(tcase, g254_the_next_begins_at_once_when_the_newest_fails);
    tcase_add_test(tcase, g254_an_older_failure_changes_nothing);
    tcase_add_test(tcase, g254_polls_and_timers_without_a_reason_begin_nothing);
    tcase_add_test(tcase, g255_the_first_that_succeeds_wins);
    tcase_add_test(tcase, g255_a_drop_at_any_moment_leaves_nothing);
    tcase_add_test(tcase, g255_a_cancellation_or_a_shutdown_ends_the_race);
    tcase_add_test(tcase, g256_the_earliest_error_is_told);
    tcase_add_test(tcase, g256_no_way_says_less_than_any_other_error);
    tcase_add_test(tcase, g256_without_memory_the_others_are_tried);
    tcase_add_test(tcase, g257_attempts_are_bounded);
    tcase_add_test(tcase, g257_one_at_once_is_no_race);
    tcase_add_test(tcase, g257_a_thousand_are_tried);
    return tcase;
}
