/**
 * @file models_idle.c
 * @brief Models of lab 05's idle word: work that is published while workers search and fall asleep.
 *
 * Work is one relaxed counter, for which only the idle word can order a look. A worker that is woken is told by a flag of its own, which
 * stands for its park: it can be read again and again without a look at the work.
 */
#include "interleave.h"

#include "weft/detail/idle.h"

enum { WORKERS = 2 };

static struct wf_idle idle;
static struct wf_list links[WORKERS];
static atomic_int work; /* published, and not taken yet */
static atomic_int woken[WORKERS];
static bool slept[WORKERS];

static void begin(uint32_t workers)
{
    interleave_name(&idle.state, "the idle word");
    interleave_name(&idle.lock, "the idle lock");
    interleave_name(&work, "work");
    wf_idle_init(&idle, workers);
    for (int i = 0; i < WORKERS; i++)
        wf_list_init(&links[i]);
}

static void wake_one(void)
{
    struct wf_list *link = wf_idle_to_wake(&idle);
    if (link)
        atomic_store_explicit(&woken[link - links], 1, memory_order_release);
}

static void publish(void)
{
    atomic_fetch_add_explicit(&work, 1, memory_order_relaxed);
    wake_one();
}

static bool take(void)
{
    int seen = atomic_load_explicit(&work, memory_order_relaxed);
    return seen > 0 && atomic_compare_exchange_strong_explicit(&work, &seen, seen - 1, memory_order_relaxed,
                                                               memory_order_relaxed);
}

/* Of a worker that searches, or may not: it takes what there is, or goes to sleep. */
static void find_or_sleep(int number, bool searching)
{
    if (searching && take()) {
        if (wf_idle_end_search(&idle))
            wake_one();
        return;
    }
    slept[number] = true;
    if (wf_idle_fall_asleep(&idle, &links[number], searching) &&
        atomic_load_explicit(&work, memory_order_relaxed) > 0)
        wake_one();
}

/* Search once, and go to sleep if there was nothing. */
static void search(int number)
{
    if (!take())
        find_or_sleep(number, wf_idle_begin_search(&idle));
}

static void *worker(void *number)
{
    interleave_thread_name(number ? "worker 1" : "worker 0");
    search(number ? 1 : 0);
    return NULL;
}

static pthread_t start(int number)
{
    pthread_t thread;
    assert(pthread_create(&thread, NULL, worker, number ? &idle : NULL) == 0);
    return thread;
}

/* All have done what they do: work that is left must have woken a worker, which would look for it. */
static void end(void)
{
    bool somebody = false;
    for (int i = 0; i < WORKERS; i++)
        somebody |= !slept[i] || atomic_load_explicit(&woken[i], memory_order_relaxed);
    interleave_expect(atomic_load_explicit(&work, memory_order_relaxed) == 0 || somebody,
                      "a worker is awake, or was woken, where work is left", "all %d sleep", WORKERS);
    wf_idle_destroy(&idle);
}

/* For the read-modify-write in wf_idle_to_wake, and the order of the change in fall_asleep before the look. */
MODEL(explore_fall_asleep, "05.8", "the last worker falls asleep while work is published; 2 threads")
{
    begin(WORKERS);
    interleave_thread_name("publisher");
    slept[1] = true;
    assert(wf_idle_fall_asleep(&idle, &links[1], false)); /* nobody searches */
    pthread_t thread = start(0);
    publish();
    pthread_join(thread, NULL);
    end();
}

/* It has begun to search before. */
static void *searcher(void *number)
{
    interleave_thread_name(number ? "worker 1" : "worker 0");
    find_or_sleep(number ? 1 : 0, true);
    return NULL;
}

/* For both: two searchers go to sleep, so either may be the last. They have begun before, or an idle word that changes by compare and
 * exchange has too many executions; and so there are as many workers again, which are awake. */
MODEL(explore_both_fall_asleep, "05.8", "two searchers fall asleep while work is published; 3 threads")
{
    begin(2 * WORKERS);
    interleave_thread_name("publisher");
    assert(wf_idle_begin_search(&idle) && wf_idle_begin_search(&idle));
    pthread_t first, second;
    assert(pthread_create(&first, NULL, searcher, NULL) == 0);
    assert(pthread_create(&second, NULL, searcher, &idle) == 0);
    publish();
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    end();
}

static void *publisher(void *arg)
{
    interleave_thread_name("second publisher");
    publish();
    return arg;
}

/* For the lock: one sleeper is not chosen twice. */
MODEL(explore_two_publishers, "05.6", "two threads publish work while one worker sleeps; 2 threads")
{
    pthread_t thread;
    begin(WORKERS);
    interleave_thread_name("publisher");
    slept[0] = slept[1] = true;
    assert(wf_idle_fall_asleep(&idle, &links[0], false)); /* nobody searches */
    assert(wf_idle_fall_asleep(&idle, &links[1], false));
    assert(pthread_create(&thread, NULL, publisher, NULL) == 0);
    publish();
    pthread_join(thread, NULL);
    int count = atomic_load_explicit(&woken[0], memory_order_relaxed) +
                atomic_load_explicit(&woken[1], memory_order_relaxed);
    interleave_expect(count == 1, "one worker is woken, which searches", "%d were", count);
    wf_idle_destroy(&idle);
}

/* For the lock in wf_idle_wake_up: one of both takes the worker out of the sleepers, and the worker knows which; and the word
 * changes before another thread finds that the list is empty. */
MODEL(explore_wake_up, "05.6", "a worker wakes by itself while another thread wakes it; 2 threads")
{
    pthread_t thread;
    begin(WORKERS);
    interleave_thread_name("worker 0");
    assert(wf_idle_fall_asleep(&idle, &links[0], false));
    assert(pthread_create(&thread, NULL, publisher, NULL) == 0);
    bool itself = wf_idle_wake_up(&idle, &links[0]);
    pthread_join(thread, NULL);
    bool by_another = atomic_load_explicit(&woken[0], memory_order_relaxed);
    interleave_expect(itself != by_another, "either the worker wakes by itself, or the other thread wakes it",
                      "%s", itself ? "both" : "neither");
    interleave_expect(!by_another || wf_idle_end_search(&idle), "one that was woken searches, alone",
                      "it does not");
    interleave_expect(!wf_idle_to_wake(&idle), "none is to be woken where all are awake", "one is");
    bool last = wf_idle_fall_asleep(&idle, &links[0], false);
    interleave_expect(last && wf_idle_to_wake(&idle) == &links[0],
                      "when the worker sleeps again, and nobody searches, it can be woken again",
                      last ? "it is not chosen" : "the word says that somebody searches");
    wf_idle_destroy(&idle);
}

static void *finder(void *arg)
{
    interleave_thread_name("searcher");
    if (wf_idle_end_search(&idle)) /* it has found other work, and polls it for long */
        wake_one();
    return arg;
}

/* For the look of a worker that was refused to search: the searcher that stood for it looks no more. */
MODEL(explore_refused, "05.8",
      "a worker may not search, falls asleep, and the searcher finds other work; 3 threads")
{
    pthread_t other;
    begin(WORKERS);
    interleave_thread_name("publisher");
    assert(wf_idle_begin_search(&idle));
    assert(pthread_create(&other, NULL, finder, NULL) == 0);
    pthread_t thread = start(1);
    publish();
    pthread_join(other, NULL);
    pthread_join(thread, NULL);
    interleave_expect(atomic_load_explicit(&work, memory_order_relaxed) == 0 || !slept[1] ||
                          atomic_load_explicit(&woken[1], memory_order_relaxed),
                      "the worker that sleeps was woken for work that nobody else looks at", "it sleeps");
    wf_idle_destroy(&idle);
}

static void *end_one(void *last)
{
    interleave_thread_name("worker 1");
    *(bool *)last = wf_idle_end_search(&idle);
    return NULL;
}

static void *sleep_one(void *last)
{
    interleave_thread_name("worker 0");
    *(bool *)last = wf_idle_fall_asleep(&idle, &links[0], true);
    return NULL;
}

/* For the step in which a searcher is counted out and sees what is left: of those that end at once, by work or by sleep, one is the last. */
MODEL(explore_end_together, "05.7",
      "of three searchers two find work and one falls asleep, at the same time; 3 threads")
{
    pthread_t ender, sleeper;
    bool lasts[3];
    begin(3 * WORKERS);
    interleave_thread_name("worker 2");
    assert(wf_idle_begin_search(&idle) && wf_idle_begin_search(&idle) && wf_idle_begin_search(&idle));
    assert(pthread_create(&ender, NULL, end_one, &lasts[0]) == 0);
    assert(pthread_create(&sleeper, NULL, sleep_one, &lasts[1]) == 0);
    lasts[2] = wf_idle_end_search(&idle);
    pthread_join(ender, NULL);
    pthread_join(sleeper, NULL);
    int count = lasts[0] + lasts[1] + lasts[2];
    interleave_expect(count == 1, "one of them is told that nobody searches now", "%d are", count);
    wf_idle_destroy(&idle);
}

static void *beginner(void *begun)
{
    interleave_thread_name("worker 1");
    *(bool *)begun = wf_idle_begin_search(&idle);
    return NULL;
}

/* For what begin_search does where the word changes meanwhile: another searcher is no refusal while fewer than half search. */
MODEL(explore_both_begin, "05.7", "two of four workers begin to search; 2 threads")
{
    pthread_t thread;
    bool other = false;
    begin(2 * WORKERS);
    interleave_thread_name("worker 0");
    assert(pthread_create(&thread, NULL, beginner, &other) == 0);
    bool begun = wf_idle_begin_search(&idle);
    pthread_join(thread, NULL);
    interleave_expect(begun && other, "both may search: fewer than half did", "worker %d is refused", begun);
    bool first = wf_idle_end_search(&idle), second = wf_idle_end_search(&idle);
    interleave_expect(!first && second, "both are counted in, so the second one is the last",
                      first ? "the first one is" : "it is not");
    wf_idle_destroy(&idle);
}

/* For a refusal that leaves no trace: the searcher on whose account it is refused is the last one all the same. */
MODEL(explore_refused_and_end, "05.7", "a worker may not search, while the searcher finds work; 2 threads")
{
    pthread_t thread;
    bool begun = false;
    begin(WORKERS);
    interleave_thread_name("worker 0");
    assert(wf_idle_begin_search(&idle));
    assert(pthread_create(&thread, NULL, beginner, &begun) == 0);
    bool last = wf_idle_end_search(&idle);
    pthread_join(thread, NULL);
    interleave_expect(last, "the only one that searched is the last", "it is told that another one searches");
    interleave_expect(!begun || wf_idle_end_search(&idle), "the other one, if it began, is the last then",
                      "it is not");
    wf_idle_destroy(&idle);
}

static void *passer(void *begun)
{
    interleave_thread_name("worker 2");
    *(bool *)begun = wf_idle_begin_search(&idle);
    if (*(bool *)begun)
        (void)!wf_idle_end_search(&idle);
    return NULL;
}

/* For the changes of the word under the lock: the count of those that search changes without it, meanwhile, and no change is lost. */
MODEL(explore_counted, "05.6",
      "one worker wakes by itself, another one is chosen, while a third begins to search and ends; 2 threads")
{
    pthread_t thread;
    bool begun;
    begin(4 * WORKERS);
    interleave_thread_name("worker 0");
    assert(wf_idle_fall_asleep(&idle, &links[1], false));
    assert(wf_idle_fall_asleep(&idle, &links[0], false));
    assert(pthread_create(&thread, NULL, passer, &begun) == 0);
    bool itself = wf_idle_wake_up(&idle, &links[0]);
    struct wf_list *chosen = wf_idle_to_wake(&idle);
    pthread_join(thread, NULL);
    interleave_expect(itself && begun, "worker 0 wakes by itself, and worker 2 may search", "not so");
    interleave_expect(!chosen || wf_idle_end_search(&idle), "the chosen worker searches, alone",
                      "the word says otherwise");
    struct wf_list *next = wf_idle_to_wake(&idle);
    interleave_expect(next == (chosen ? NULL : &links[1]), "nobody searches now, and who sleeps can be chosen",
                      chosen ? "one is chosen that is awake" : "worker 1 is not");
    wf_idle_destroy(&idle);
}
