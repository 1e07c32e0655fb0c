/**
 * @file test_resolve.c
 * @brief Names of hosts, by lookups that the test scripts: no network is asked.
 */
#include "weft/resolve.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "weft/alloc.h"
#include "weft/blocking.h"
#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/test.h"
#include "weft/time.h"

/* --- a getaddrinfo() that a test lets fail --- */

static int system_fails_with, system_errno;
static struct addrinfo *system_finds; /* or NULL: what it does find */

typedef int get(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found);
typedef void let_go(struct addrinfo *found);

/* These stand before the system's, or a sanitizer's. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the system's names are reserved to it */
int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    errno = system_errno;
    if (system_fails_with != 0)
        return system_fails_with;
    if (system_finds) {
        *found = system_finds;
        return 0;
    }
    void *next = dlsym(RTLD_NEXT, "getaddrinfo");
    return (*(get **)(void *)&next)(host, service, hints, found);
}

void freeaddrinfo(struct addrinfo *found)
{
    if (found == system_finds)
        return;
    void *next = dlsym(RTLD_NEXT, "freeaddrinfo");
    (*(let_go **)(void *)&next)(found);
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* --- lookups that the test scripts --- */

static sem_t begun, go;
static _Atomic int inside, most_inside, made;
static char names[16384]; /* of the lookups, in the sequence in which they began */
static struct wf_name asked;
static char asked_host[WF_HOST_BYTES_MAX + 1], asked_service[WF_SERVICE_BYTES_MAX + 1];
static pthread_t asked_on;

static struct wf_address an_address(uint32_t number, uint16_t port)
{
    return (struct wf_address){.length = sizeof(struct sockaddr_in),
                               .as.ip4 = {.sin_family = AF_INET,
                                          .sin_port = htons(port),
                                          .sin_addr.s_addr = htonl(0x7f000000 + number)}};
}

static void keep_record(const struct wf_name *name)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    asked = *name;
    asked_on = pthread_self();
    snprintf(asked_host, sizeof asked_host, "%s", name->host);
    snprintf(asked_service, sizeof asked_service, "%s", name->service ? name->service : "-");
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, "%s ", name->host);
    pthread_mutex_unlock(&lock);
}

static int add_address(struct wf_addresses *addresses, uint32_t number, uint16_t port)
{
    const struct wf_address address = an_address(number, port);
    return wf_addresses_add(addresses, &address);
}

/* "hangs..." waits until it may go on; "fails..." fails, having found something; "empty..." finds nothing. */
static int scripted(void *arg, const struct wf_name *name, struct wf_addresses *addresses)
{
    int number = ++inside, most = most_inside;
    while (number > most && !atomic_compare_exchange_weak(&most_inside, &most, number))
        continue;
    made++;
    if (arg)
        keep_record(name);
    sem_post(&begun);
    if (strncmp(name->host, "hangs", 5) == 0)
        while (sem_wait(&go) != 0)
            continue;
    int status = 0;
    for (uint32_t i = 1; status == 0 && i <= 3 && strncmp(name->host, "empty", 5) != 0; i++)
        status = add_address(addresses, i, name->port);
    inside--;
    return strncmp(name->host, "fails", 5) == 0 ? WF_ERESOLVER(EAI_AGAIN) : status;
}

static struct wf_runtime *runtime;
static struct wf_runtime_entry entry;
static struct wf_test_task task;

/* A runtime whose lookups are scripted, which the test's thread enters. */
static void begin(uint32_t threads_max, uint32_t at_once)
{
    sem_init(&begun, 0, 0);
    sem_init(&go, 0, 0);
    runtime = wf_runtime_new(
        &(struct wf_runtime_config){.kind = WF_RUNTIME_CURRENT_THREAD,
                                    .blocking_threads_max = threads_max,
                                    .resolver = {.lookup = scripted, .arg = names, .at_once = at_once}});
    ck_assert_ptr_nonnull(runtime);
    wf_runtime_enter(runtime, &entry);
}

static void end(void)
{
    wf_runtime_leave(&entry);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(inside, 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}

static void await_begun(void)
{
    while (sem_wait(&begun) != 0)
        continue;
}

/* Poll it to its end, on whichever thread it is made ready. */
static int resolved(struct wf_resolve *resolve)
{
    wf_test_task_init(&task, &resolve->future);
    if (wf_test_task_poll(&task) == WF_PENDING) {
        WF_EXPECT_WAKE(&task);
        WF_EXPECT_READY(&task);
    }
    WF_EXPECT_RELEASED(&task);
    return resolve->out;
}

static void expect_three(struct wf_resolve *resolve, uint16_t port)
{
    ck_assert_int_eq(resolve->out, 0);
    ck_assert_uint_eq(resolve->addresses.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        struct wf_address expected = an_address(i + 1, port);
        ck_assert_mem_eq(&resolve->addresses.at[i], &expected, sizeof expected);
    }
    wf_addresses_free(&resolve->addresses);
}

/* --- lists --- */

/* G.245 */
START_TEST(g245_a_list_keeps_its_sequence_and_no_twins)
{
    struct wf_addresses addresses = {0};
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < WF_ADDRESSES_MAX; i++)
            ck_assert_int_eq(add_address(&addresses, i, 80), 0);
    ck_assert_uint_eq(addresses.count, WF_ADDRESSES_MAX);
    ck_assert_int_eq(add_address(&addresses, 0, 81), WF_EFULL);
    ck_assert_uint_eq(addresses.count, WF_ADDRESSES_MAX);
    for (uint32_t i = 0; i < WF_ADDRESSES_MAX; i++)
        ck_assert_uint_eq(ntohl(addresses.at[i].as.ip4.sin_addr.s_addr), 0x7f000000 + i);
    for (int i = 0; i < 2; i++) {
        wf_addresses_free(&addresses);
        ck_assert_uint_eq(addresses.count, 0);
        ck_assert_uint_eq(wf_live_bytes(), 0);
    }
}
END_TEST

/* G.245: what there was is still there. */
START_TEST(g245_a_list_that_cannot_grow_is_as_it_was)
{
    WF_FAIL_EACH_ALLOCATION(failures)
    {
        struct wf_addresses addresses = {0};
        uint32_t added = 0;
        for (uint32_t i = 0; i < 40; i++)
            if (add_address(&addresses, i, 80) == 0)
                added++;
        ck_assert_uint_ge(added, 39);
        ck_assert_uint_eq(addresses.count, added);
        wf_addresses_free(&addresses);
    }
}
END_TEST

/* --- the system --- */

static int system_says(struct wf_addresses *addresses, const char *host, const char *service, int family,
                       int type)
{
    return wf_lookup_by_system(NULL,
                               &(struct wf_name){.host = host,
                                                 .host_length = strlen(host),
                                                 .service = service,
                                                 .port = 77,
                                                 .family = family,
                                                 .type = type},
                               addresses);
}

/* G.246: what the system has for localhost, which is in its files. */
START_TEST(g246_the_system_is_asked)
{
    struct wf_addresses addresses = {0};
    struct addrinfo *found;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    ck_assert_int_eq(getaddrinfo("localhost", "77", &hints, &found), 0);
    ck_assert_int_eq(system_says(&addresses, "localhost", NULL, AF_UNSPEC, 0), 0);
    ck_assert_uint_ge(addresses.count, 1);
    const struct addrinfo *next = found;
    for (uint32_t i = 0; i < addresses.count; i++, next = next->ai_next) {
        ck_assert_uint_eq(addresses.at[i].length, next->ai_addrlen);
        ck_assert_mem_eq(&addresses.at[i].as, next->ai_addr, next->ai_addrlen);
    }
    freeaddrinfo(found);
    wf_addresses_free(&addresses);
    ck_assert_int_eq(system_says(&addresses, "localhost", NULL, AF_INET, 0), 0);
    ck_assert_int_eq(addresses.at[0].as.any.sa_family, AF_INET);
    ck_assert_uint_eq(addresses.at[0].as.ip4.sin_port, htons(77));
    wf_addresses_free(&addresses);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.246: twins, what is no address of IP, and more than there may be. */
START_TEST(g246_the_first_addresses_are_kept)
{
    enum { FOUND = 3 * WF_ADDRESSES_MAX };
    static struct sockaddr_in names_of[FOUND];
    static struct addrinfo found[FOUND];
    struct wf_addresses addresses = {0};
    for (uint32_t i = 0; i < FOUND; i++) {
        names_of[i] = an_address(i / 2, 0).as.ip4;
        found[i] = (struct addrinfo){.ai_family = i == 0 ? AF_UNIX : AF_INET,
                                     .ai_addrlen = sizeof names_of[i],
                                     .ai_addr = (struct sockaddr *)&names_of[i],
                                     .ai_next = i + 1 < FOUND ? &found[i + 1] : NULL};
    }
    system_finds = found;
    ck_assert_int_eq(system_says(&addresses, "x", NULL, AF_UNSPEC, 0), 0);
    ck_assert_uint_eq(addresses.count, WF_ADDRESSES_MAX);
    for (uint32_t i = 0; i < addresses.count; i++) {
        struct wf_address expected = an_address(i, 77);
        ck_assert_mem_eq(&addresses.at[i], &expected, sizeof expected);
    }
    wf_addresses_free(&addresses);
}
END_TEST

/* G.246 */
START_TEST(g246_each_error_of_the_system_is_told_apart)
{
    static const int codes[] = {EAI_AGAIN,  EAI_BADFLAGS, EAI_FAIL,   EAI_FAMILY,   EAI_MEMORY,
                                EAI_NONAME, EAI_SERVICE,  EAI_NODATA, EAI_SOCKTYPE, EAI_ADDRFAMILY};
    struct wf_addresses addresses = {0};
    system_errno = ENETDOWN; /* is not looked at */
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        system_fails_with = codes[i];
        ck_assert_int_eq(system_says(&addresses, "x", NULL, AF_UNSPEC, 0), WF_ERESOLVER(codes[i]));
    }
    system_fails_with = EAI_SYSTEM;
    ck_assert_int_eq(system_says(&addresses, "x", NULL, AF_UNSPEC, 0), -ENETDOWN);
    system_errno = 0;
    ck_assert_int_eq(system_says(&addresses, "x", NULL, AF_UNSPEC, 0), -EIO);
    system_fails_with = 0;
    ck_assert_int_eq(system_says(&addresses, "127.0.0.1", "no-such-service", AF_UNSPEC, 0),
                     WF_ERESOLVER(EAI_SERVICE));
    ck_assert_ptr_null(addresses.at);
    wf_alloc_fail_at(1);
    ck_assert_int_eq(system_says(&addresses, "127.0.0.1", NULL, AF_UNSPEC, 0), WF_ENOMEM);
    ck_assert_ptr_null(addresses.at);
}
END_TEST

/* --- a lookup --- */

/* G.247: what the caller had is overwritten meanwhile. */
START_TEST(g247_a_lookup_has_a_copy_of_the_name)
{
    char host[] = "hangs.example.org with more behind it", service[] = "https";
    struct wf_resolve resolve;
    begin(0, 0);
    wf_resolve_name(&resolve, &(struct wf_name){.host = host,
                                                .host_length = strlen("hangs.example.org"),
                                                .service = service,
                                                .port = 443,
                                                .family = AF_INET6,
                                                .type = SOCK_DGRAM});
    ck_assert_int_eq(made, 0);
    wf_test_task_init(&task, &resolve.future);
    WF_EXPECT_PENDING(&task);
    memset(host, 'x', sizeof host);
    memset(service, 'x', sizeof service);
    resolve.name = (struct wf_name){0};
    await_begun();
    WF_EXPECT_PENDING(&task);
    sem_post(&go);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    WF_EXPECT_RELEASED(&task);
    ck_assert_str_eq(asked_host, "hangs.example.org");
    ck_assert_str_eq(asked_service, "https");
    ck_assert_uint_eq(asked.host_length, strlen("hangs.example.org"));
    ck_assert_uint_eq(asked.port, 443);
    ck_assert_int_eq(asked.family, AF_INET6);
    ck_assert_int_eq(asked.type, SOCK_DGRAM);
    ck_assert(!pthread_equal(asked_on, pthread_self()));
    ck_assert_int_eq(made, 1);
    expect_three(&resolve, 443);
    end();
}
END_TEST

/* G.247 */
START_TEST(g247_errors_come_with_no_addresses)
{
    struct wf_resolve resolve;
    begin(0, 0);
    ck_assert_int_eq(resolved(wf_resolve(&resolve, "fails", 80, AF_UNSPEC)), WF_ERESOLVER(EAI_AGAIN));
    ck_assert_ptr_null(resolve.addresses.at);
    ck_assert_int_eq(resolved(wf_resolve(&resolve, "empty", 80, AF_UNSPEC)), WF_ERESOLVER(EAI_NONAME));
    ck_assert_ptr_null(resolve.addresses.at);
    ck_assert_int_eq(made, 2);
    end();
}
END_TEST

/* G.247: a poll of another task takes the waker over. */
START_TEST(g247_the_waker_of_the_last_poll_is_woken)
{
    struct wf_resolve resolve;
    struct wf_test_task other;
    begin(0, 0);
    wf_resolve(&resolve, "hangs", 80, AF_UNSPEC);
    wf_test_task_init(&task, &resolve.future);
    wf_test_task_init(&other, &resolve.future);
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_PENDING(&other);
    WF_EXPECT_RELEASED(&task);
    sem_post(&go);
    WF_EXPECT_WAKE(&other);
    WF_EXPECT_READY(&other);
    WF_EXPECT_RELEASED(&other);
    ck_assert_uint_eq(wf_test_task_wakes(&task), 0);
    expect_three(&resolve, 80);
    end();
}
END_TEST

struct user {
    struct wf_future future;
    struct wf_resolve resolve;
    const char *host;
    int out;
};

ASYNC_FN(user)
{
    ASYNC_BEGIN;
    wf_resolve(&self->resolve, self->host, 80, AF_UNSPEC);
    AWAIT(&self->resolve);
    ck_assert_int_eq(self->resolve.out, 0);
    ck_assert_uint_eq(self->resolve.addresses.count, 3);
ASYNC_FINALLY:
    wf_addresses_free(&self->resolve.addresses);
    ASYNC_END;
}

struct many {
    struct wf_future future;
    struct wf_join_handle users[300];
    int i;
    int out;
};

ASYNC_FN(many)
{
    ASYNC_BEGIN;
    for (self->i = 0; self->i < 300; self->i++) {
        ck_assert_int_eq(WF_SPAWN(wf_scheduler_current(), &self->users[self->i], user, .host = "name"), 0);
        if (self->i % 3 == 0)
            wf_join_handle_abort(&self->users[self->i / 2]);
    }
    for (self->i = 0; self->i < 300; self->i++)
        if (!wf_future_is_done(&self->users[self->i].future))
            AWAIT(&self->users[self->i]);
ASYNC_FINALLY:
    ASYNC_END;
}

/* G.247, G.250: tasks on several threads, some of which are aborted in line, in a lookup or afterwards. */
START_TEST(g247_tasks_of_several_threads_resolve)
{
    struct many root;
    runtime = wf_runtime_new(&(struct wf_runtime_config){.workers = 2, .resolver = {.lookup = scripted}});
    ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, many)->future), 0);
    wf_runtime_drop(runtime);
    ck_assert_int_ge(made, 150);
    ck_assert_int_le(most_inside, WF_LOOKUPS_AT_ONCE);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- addresses as text --- */

/* G.248: also where no runtime is. */
START_TEST(g248_an_address_as_text_needs_no_thread)
{
    static const struct {
        const char *host, *service;
        int family, out;
    } cases[] = {
        {"127.0.0.1", NULL, AF_UNSPEC, 0},
        {"127.0.0.1", "443", AF_INET, 0},
        {"::1", NULL, AF_UNSPEC, 0},
        {"fe80::1%1", "00443", AF_INET6, 0},
        {"127.0.0.1", NULL, AF_INET6, WF_ERESOLVER(EAI_ADDRFAMILY)},
        {"::1", NULL, AF_INET, WF_ERESOLVER(EAI_ADDRFAMILY)},
        {"localhost", NULL, AF_UNIX, WF_ERESOLVER(EAI_FAMILY)},
    };
    struct wf_blocking_metrics metrics;
    struct wf_resolve resolve;
    for (int in_runtime = 0; in_runtime < 2; in_runtime++) {
        if (in_runtime)
            begin(0, 0);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            wf_resolve_name(&resolve, &(struct wf_name){.host = cases[i].host,
                                                        .host_length = strlen(cases[i].host),
                                                        .service = cases[i].service,
                                                        .port = 443,
                                                        .family = cases[i].family});
            wf_test_task_init(&task, &resolve.future);
            WF_EXPECT_READY(&task);
            ck_assert_int_eq(resolve.out, cases[i].out);
            ck_assert_uint_eq(resolve.addresses.count, cases[i].out == 0);
            if (cases[i].out == 0) /* the port is in the same place in both families */
                ck_assert_uint_eq(resolve.addresses.at[0].as.ip4.sin_port, htons(443));
            wf_addresses_free(&resolve.addresses);
        }
    }
    wf_blocking_pool_metrics(wf_runtime_blocking_pool(runtime), &metrics);
    ck_assert_uint_eq(metrics.started, 0);
    ck_assert_int_eq(made, 0);
    end();
}
END_TEST

/* --- names that are none --- */

static char long_host[400], long_service[WF_SERVICE_BYTES_MAX + 2];

/* G.249: of `length` bytes. */
static int refused(const char *host, size_t length, const char *service)
{
    struct wf_resolve resolve;
    wf_resolve_name(&resolve, &(struct wf_name){.host = host, .host_length = length, .service = service});
    wf_test_task_init(&task, &resolve.future);
    WF_EXPECT_READY(&task);
    ck_assert_ptr_null(resolve.addresses.at);
    return resolve.out;
}

/* G.249 */
START_TEST(g249_what_is_no_name_is_refused)
{
    struct wf_resolve resolve;
    memset(long_host, 'a', sizeof long_host);
    memset(long_service, 'a', WF_SERVICE_BYTES_MAX + 1);
    begin(0, 0);
    ck_assert_int_eq(refused("", 0, NULL), -EINVAL);
    ck_assert_int_eq(refused("localhost\0.evil.org", 19, NULL), -EINVAL);
    ck_assert_int_eq(refused("127.0.0.1\0", 10, NULL), -EINVAL);
    ck_assert_int_eq(refused(long_host, WF_HOST_BYTES_MAX + 1, NULL), WF_ETOOLONG);
    ck_assert_int_eq(refused(long_host, SIZE_MAX, NULL), WF_ETOOLONG);
    ck_assert_int_eq(refused("name", 4, ""), -EINVAL);
    ck_assert_int_eq(refused("name", 4, long_service), WF_ETOOLONG);
    ck_assert_int_eq(refused("name", 4, "65536"), WF_ERESOLVER(EAI_SERVICE));
    ck_assert_int_eq(refused("name", 4, "99999999999999999999"), WF_ERESOLVER(EAI_SERVICE));
    ck_assert_int_eq(refused("name", 4, "4294967376"), WF_ERESOLVER(EAI_SERVICE)); /* 80, and 2^32 */
    ck_assert_int_eq(made, 0);
    long_service[WF_SERVICE_BYTES_MAX] = 0;
    wf_resolve_name(
        &resolve,
        &(struct wf_name){.host = long_host, .host_length = WF_HOST_BYTES_MAX, .service = long_service});
    ck_assert_int_eq(resolved(&resolve), 0);
    ck_assert_uint_eq(strlen(asked_host), WF_HOST_BYTES_MAX);
    ck_assert_str_eq(asked_service, long_service);
    expect_three(&resolve, 0);
    end();
}
END_TEST

/* --- drops --- */

/* G.250: one that was not polled, one in line, one in its lookup, one that is over and not polled. */
START_TEST(g250_a_drop_returns_at_once)
{
    struct wf_resolve first, second, unpolled;
    struct wf_test_task other;
    begin(0, 1);
    char *host = strdup("hangs");
    ck_assert_ptr_nonnull(host);
    wf_resolve(&first, host, 80, AF_UNSPEC);
    wf_resolve(&second, "second", 80, AF_UNSPEC);
    wf_future_drop(&wf_resolve(&unpolled, "unpolled", 80, AF_UNSPEC)->future);
    wf_test_task_init(&task, &first.future);
    wf_test_task_init(&other, &second.future);
    WF_EXPECT_PENDING(&task);
    WF_EXPECT_PENDING(&other);
    await_begun();
    wf_future_drop(&second.future);
    WF_EXPECT_RELEASED(&other);
    wf_future_drop(&first.future);
    WF_EXPECT_RELEASED(&task);
    ck_assert_int_eq(inside, 1); /* it goes on, without us */
    memset(&first, 0xff, sizeof first);
    free(host);
    sem_post(&go);
    ck_assert_int_eq(resolved(wf_resolve(&second, "third", 80, AF_UNSPEC)), 0);
    expect_three(&second, 80);
    ck_assert_uint_eq(wf_test_task_wakes(&other), 0);
    ck_assert_str_eq(names, "hangs third ");
    wf_resolve(&first, "hangs", 80, AF_UNSPEC);
    wf_test_task_init(&task, &first.future);
    WF_EXPECT_PENDING(&task);
    sem_post(&go);
    WF_EXPECT_WAKE(&task);
    wf_future_drop(&first.future);
    WF_EXPECT_RELEASED(&task);
    end();
}
END_TEST

/* G.250, G.63: a request to end is a drop, and budget is only spent where it ends. */
START_TEST(g250_a_request_to_end_gives_the_lookup_up)
{
    struct wf_resolve resolve;
    struct counts counts = {0};
    struct wf_waker waker = counting_waker(&counts);
    struct wf_cx cx = {.waker = &waker};
    WF_ATOMIC(bool) canceled = false;
    begin(0, 0);
    wf_resolve(&resolve, "hangs", 80, AF_UNSPEC);
    struct wf_context context = {.constrained = true, .budget = 1, .canceled = &canceled};
    wf_context_enter(&context);
    ck_assert_int_eq(wf_future_poll(&resolve.future, &cx), WF_PENDING);
    ck_assert_uint_eq(context.budget, 1);
    await_begun();
    wf_store_relaxed(&canceled, true);
    ck_assert_int_eq(wf_future_poll(&resolve.future, &cx), WF_READY);
    ck_assert_uint_eq(context.budget, 0);
    ck_assert_int_eq(resolve.out, WF_ECANCELED);
    ck_assert_int_eq(counts.clones, counts.drops);
    ck_assert_int_eq(counts.wakes_by_ref, 0);
    wf_resolve(&resolve, "127.0.0.1", 80, AF_UNSPEC);
    ck_assert_int_eq(wf_future_poll(&resolve.future, &cx), WF_PENDING); /* nothing is left */
    ck_assert_int_eq(counts.wakes_by_ref, 1);
    wf_future_drop(&resolve.future);
    wf_context_leave(&context);
    sem_post(&go);
    end();
}
END_TEST

struct limited {
    struct wf_future future;
    struct wf_resolve resolve;
    struct wf_timeout limit;
    int out;
};

ASYNC_FN(limited)
{
    ASYNC_BEGIN;
    wf_resolve(&self->resolve, "hangs", 80, AF_UNSPEC);
    wf_timeout(&self->limit, WF_MILLISECONDS(1), &self->resolve.future);
    AWAIT(&self->limit);
    self->out = self->limit.out;
ASYNC_FINALLY:
    wf_addresses_free(&self->resolve.addresses);
    ASYNC_END;
}

/* G.250: the lookup hangs until the task is over, and then for as long as the test wants. */
START_TEST(g250_a_timeout_ends_a_wait_for_a_resolver_that_never_answers)
{
    struct limited root;
    begin(0, 1);
    wf_runtime_leave(&entry);
    for (int i = 0; i < 3; i++) { /* the second and the third are in line */
        ck_assert_int_eq(wf_runtime_block_on(runtime, &ASYNC_INIT(&root, limited)->future), 0);
        ck_assert_int_eq(root.out, WF_ETIMEDOUT);
    }
    ck_assert_int_eq(made, 1);
    ck_assert_int_eq(inside, 1);
    sem_post(&go);
    wf_runtime_enter(runtime, &entry);
    end();
}
END_TEST

struct hung {
    struct wf_future future;
    struct wf_resolve resolve;
    int out;
};

static int hung_over;

ASYNC_FN(hung)
{
    ASYNC_BEGIN;
    wf_resolve(&self->resolve, "hangs", 80, AF_UNSPEC);
    AWAIT(&self->resolve);
ASYNC_FINALLY:
    if (++hung_over == 2)
        sem_post(&go); /* in the shutdown, when none is in line any more: the lookup may end */
    ASYNC_END;
}

static bool polled_three(struct job *self, struct wf_cx *cx)
{
    if (self->polls > 3)
        return true;
    wf_give_way(cx->waker);
    return false;
}

/* G.250, G.92: one lookup has begun, and is waited for; the one in line is not made. */
START_TEST(g250_a_shutdown_waits_for_lookups_that_have_begun)
{
    struct job root = job_of(polled_three, 0);
    begin(0, 1);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(WF_SPAWN(wf_runtime_scheduler(runtime), NULL, hung), 0);
    wf_runtime_leave(&entry);
    ck_assert_int_eq(wf_runtime_block_on(runtime, &root.future), 0);
    await_begun();
    wf_runtime_drop(runtime);
    ck_assert_int_eq(inside, 0);
    ck_assert_int_eq(made, 1);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- what is lacking --- */

/* G.251: futures that outlive the runtime, in line and never polled. */
START_TEST(g251_without_a_resolver_it_is_closed)
{
    struct wf_resolve resolve, waits, late;
    struct wf_test_task first, other;
    ck_assert_int_eq(resolved(wf_resolve(&resolve, "name", 80, AF_UNSPEC)), WF_ECLOSED);
    begin(0, 1);
    wf_test_task_init(&first, &wf_resolve(&resolve, "hangs", 80, AF_UNSPEC)->future);
    wf_test_task_init(&other, &wf_resolve(&waits, "second", 80, AF_UNSPEC)->future);
    WF_EXPECT_PENDING(&first);
    WF_EXPECT_PENDING(&other);
    await_begun();
    wf_resolver_close(entry.context.resolver);
    WF_EXPECT_READY(&other);
    ck_assert_int_eq(waits.out, WF_ECLOSED);
    WF_EXPECT_RELEASED(&other);
    ck_assert_int_eq(resolved(wf_resolve(&late, "late", 80, AF_UNSPEC)), WF_ECLOSED);
    sem_post(&go);
    wf_runtime_leave(&entry);
    wf_runtime_drop(runtime);
    WF_EXPECT_READY(&first); /* it had begun, so it was waited for */
    WF_EXPECT_RELEASED(&first);
    expect_three(&resolve, 80);
    ck_assert_int_eq(made, 1);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* G.251: the lookup, the call, and the list, which the thread of the pool makes. */
START_TEST(g251_without_memory_it_says_so)
{
    int failed = 0;
    struct wf_resolve resolve;
    begin(0, 0);
    ck_assert_int_eq(resolved(wf_resolve(&resolve, "name", 80, AF_UNSPEC)), 0);
    wf_addresses_free(&resolve.addresses);
    for (uint32_t n = 1; n <= 4; n++) {
        wf_alloc_fail_at(n);
        int out = resolved(wf_resolve(&resolve, "name", 80, AF_UNSPEC));
        if (wf_alloc_fail_at(0) == 0) {
            ck_assert_int_eq(out, WF_ENOMEM);
            ck_assert_ptr_null(resolve.addresses.at);
            failed++;
        } else {
            expect_three(&resolve, 80);
        }
    }
    ck_assert_int_eq(failed, 3);
    end();
}
END_TEST

/* G.251: nobody is left in line. */
START_TEST(g251_without_a_thread_it_says_so)
{
    struct wf_resolve first, second, third;
    struct wf_test_task other, third_task;
    begin(0, 2);
    threads_left = 0;
    ck_assert_int_eq(resolved(wf_resolve(&first, "name", 80, AF_UNSPEC)), WF_EAGAIN);
    threads_left = 1;
    wf_test_task_init(&task, &wf_resolve(&first, "hangs", 80, AF_UNSPEC)->future);
    WF_EXPECT_PENDING(&task);
    await_begun();
    wf_test_task_init(&other, &wf_resolve(&second, "second", 80, AF_UNSPEC)->future);
    WF_EXPECT_PENDING(&other); /* no thread for it: it waits for the one there is */
    wf_test_task_init(&third_task, &wf_resolve(&third, "third", 80, AF_UNSPEC)->future);
    WF_EXPECT_PENDING(&third_task);
    ck_assert_int_eq(made, 1);
    sem_post(&go);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    expect_three(&first, 80);
    WF_EXPECT_WAKE(&other);
    WF_EXPECT_READY(&other);
    expect_three(&second, 80);
    WF_EXPECT_WAKE(&third_task);
    WF_EXPECT_READY(&third_task);
    expect_three(&third, 80);
    end();
}
END_TEST

static bool fails_next;
static struct wf_test_task second_task;
static int allocations;

/* Of the first future's two allocations the second one fails, for its call; meanwhile another future relies on that call. */
static void *alloc_or_rely(void *arg, size_t size)
{
    (void)arg;
    if (fails_next && ++allocations == 2) {
        fails_next = false;
        WF_EXPECT_PENDING(&second_task);
        return NULL;
    }
    return wf_malloc.alloc(wf_malloc.arg, size);
}

static void free_it(void *arg, void *memory, size_t size)
{
    (void)arg;
    wf_malloc.free(wf_malloc.arg, memory, size);
}

/* G.251: nobody is left in line for a call that is not to be had. */
START_TEST(g251_without_a_call_all_in_line_are_told)
{
    static const struct wf_allocator allocator = {alloc_or_rely, free_it, NULL};
    struct wf_resolve first, second;
    wf_set_allocator(&allocator);
    begin(0, 1);
    wf_test_task_init(&task, &wf_resolve(&first, "first", 80, AF_UNSPEC)->future);
    wf_test_task_init(&second_task, &wf_resolve(&second, "second", 80, AF_UNSPEC)->future);
    fails_next = true;
    WF_EXPECT_READY(&task);
    ck_assert_int_eq(first.out, WF_ENOMEM);
    WF_EXPECT_READY(&second_task);
    ck_assert_int_eq(second.out, WF_ENOMEM);
    WF_EXPECT_RELEASED(&second_task);
    ck_assert_int_eq(resolved(wf_resolve(&first, "first", 80, AF_UNSPEC)), 0);
    expect_three(&first, 80);
    end();
}
END_TEST

/* G.251: there is no memory for a call, but one goes on. */
START_TEST(g251_one_call_is_enough)
{
    struct wf_resolve first, second;
    begin(0, 2);
    wf_test_task_init(&task, &wf_resolve(&first, "hangs", 80, AF_UNSPEC)->future);
    wf_test_task_init(&second_task, &wf_resolve(&second, "second", 80, AF_UNSPEC)->future);
    WF_EXPECT_PENDING(&task);
    await_begun();
    wf_alloc_fail_at(2);
    WF_EXPECT_PENDING(&second_task);
    ck_assert_uint_eq(wf_alloc_fail_at(0), 0);
    sem_post(&go);
    WF_EXPECT_WAKE(&task);
    WF_EXPECT_READY(&task);
    expect_three(&first, 80);
    WF_EXPECT_WAKE(&second_task);
    WF_EXPECT_READY(&second_task);
    expect_three(&second, 80);
    end();
}
END_TEST

static int at_once(void *arg)
{
    return *(int *)arg;
}

/* Holds its thread until the pool is being dropped: then it takes no further call. */
static int waits_for_the_end(void *arg)
{
    static int number;
    sem_post(&begun);
    while (sem_wait(arg) != 0)
        continue;
    while (wf_blocking(NULL, at_once, &number) == 0)
        sched_yield();
    return 0;
}

static void *same(void *data)
{
    return data;
}

static void let_go_on(void *data)
{
    sem_post(data);
}

static void nothing(void *data)
{
    (void)data;
}

/* G.251, G.92: the only thread comes to the lookup's call when resolver and pool are closed: nothing of it is left. */
START_TEST(g251_a_call_that_has_not_begun_leaves_nothing)
{
    static const struct wf_waker_ops ops = {same, let_go_on, let_go_on, nothing};
    const struct wf_waker waker = {&ops, &go}; /* woken by the close */
    struct wf_cx cx = {.waker = &waker};
    struct wf_resolve resolve;
    begin(1, 0);
    ck_assert_int_eq(wf_blocking(NULL, waits_for_the_end, &go), 0);
    await_begun();
    wf_resolve(&resolve, "name", 80, AF_UNSPEC);
    ck_assert_int_eq(wf_future_poll(&resolve.future, &cx), WF_PENDING);
    wf_runtime_leave(&entry);
    wf_runtime_drop(runtime);
    ck_assert_int_eq(wf_future_poll(&resolve.future, &cx), WF_READY);
    ck_assert_int_eq(resolve.out, WF_ECLOSED);
    ck_assert_int_eq(made, 0);
    ck_assert_uint_eq(wf_live_bytes(), 0);
}
END_TEST

/* --- the limit --- */

enum { LOOKUPS = 20 };

static int at_once_of(uint32_t threads_max, uint32_t at_once)
{
    static const char host[] = "hangs";
    struct wf_resolve resolves[LOOKUPS];
    struct wf_test_task tasks[LOOKUPS];
    most_inside = 0;
    begin(threads_max, at_once);
    for (int i = 0; i < LOOKUPS; i++) {
        wf_test_task_init(&tasks[i], &wf_resolve(&resolves[i], host, (uint16_t)i, AF_UNSPEC)->future);
        WF_EXPECT_PENDING(&tasks[i]);
    }
    for (int i = 0; i < LOOKUPS; i++)
        sem_post(&go);
    for (int i = 0; i < LOOKUPS; i++) {
        WF_EXPECT_WAKE(&tasks[i]);
        WF_EXPECT_READY(&tasks[i]);
        WF_EXPECT_RELEASED(&tasks[i]);
        expect_three(&resolves[i], (uint16_t)i);
    }
    end();
    return most_inside;
}

/* Begin `count` lookups that hang; the others are in line. */
static void expect_begun(int count, uint32_t threads_max, uint32_t at_once)
{
    struct wf_resolve resolves[LOOKUPS];
    struct wf_test_task tasks[LOOKUPS];
    made = 0;
    begin(threads_max, at_once);
    for (int i = 0; i < LOOKUPS; i++) {
        wf_test_task_init(&tasks[i], &wf_resolve(&resolves[i], "hangs", 80, AF_UNSPEC)->future);
        WF_EXPECT_PENDING(&tasks[i]);
    }
    for (int i = 0; i < count; i++)
        await_begun();
    ck_assert_int_eq(made, count);
    for (int i = LOOKUPS; i-- > 0;) { /* from behind: what has begun is the first ones */
        wf_future_drop(&resolves[i].future);
        WF_EXPECT_RELEASED(&tasks[i]);
    }
    for (int i = 0; i < count; i++)
        sem_post(&go);
    end();
    ck_assert_int_eq(made, count);
}

/* G.252 */
START_TEST(g252_so_many_lookups_go_on_and_no_more)
{
    expect_begun(3, 0, 3);
    expect_begun(WF_LOOKUPS_AT_ONCE, 0, 0);
    expect_begun(2, 4, 0);
    expect_begun(3, 5, 0);
    expect_begun(1, 1, 7);
    ck_assert_int_le(at_once_of(0, 3), 3);
    ck_assert_int_le(at_once_of(4, 0), 2);
}
END_TEST

/* G.252 */
START_TEST(g252_lookups_begin_in_the_sequence_of_their_first_polls)
{
    static const char *const hosts[] = {"hangs", "b", "c", "d", "e"};
    struct wf_resolve resolves[5];
    struct wf_test_task tasks[5];
    begin(0, 1);
    for (int i = 0; i < 5; i++)
        wf_resolve(&resolves[i], hosts[i], 80, AF_UNSPEC);
    for (int i = 0; i < 5; i++) {
        int next = (int[]){0, 4, 2, 1, 3}[i];
        wf_test_task_init(&tasks[i], &resolves[next].future);
        WF_EXPECT_PENDING(&tasks[i]);
    }
    sem_post(&go);
    for (int i = 0; i < 5; i++) {
        WF_EXPECT_WAKE(&tasks[i]);
        WF_EXPECT_READY(&tasks[i]);
        wf_addresses_free(&resolves[(int[]){0, 4, 2, 1, 3}[i]].addresses);
    }
    ck_assert_str_eq(names, "hangs e c b d ");
    end();
}
END_TEST

/* G.252: a resolver that answers nobody leaves a thread for other calls, of two. */
START_TEST(g252_a_dead_resolver_does_not_eat_the_pool)
{
    struct wf_resolve resolves[LOOKUPS];
    struct wf_test_task tasks[LOOKUPS];
    struct wf_join_handle call;
    int number = 7;
    begin(2, 0);
    for (int i = 0; i < LOOKUPS; i++) {
        wf_test_task_init(&tasks[i], &wf_resolve(&resolves[i], "hangs", 80, AF_UNSPEC)->future);
        WF_EXPECT_PENDING(&tasks[i]);
    }
    await_begun();
    ck_assert_int_eq(wf_blocking(&call, at_once, &number), 0);
    WF_JOIN_INTO(&call, &number);
    wf_test_task_init(&task, &call.future);
    if (wf_test_task_poll(&task) == WF_PENDING) {
        WF_EXPECT_WAKE(&task);
        WF_EXPECT_READY(&task);
    }
    ck_assert_int_eq(inside, 1);
    for (int i = 0; i < LOOKUPS; i++)
        wf_future_drop(&resolves[i].future);
    sem_post(&go);
    end();
}
END_TEST

TCase *resolve_tests(void)
{
    TCase *tcase = tcase_create("resolve");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, g245_a_list_keeps_its_sequence_and_no_twins);
    tcase_add_test(tcase, g245_a_list_that_cannot_grow_is_as_it_was);
    tcase_add_test(tcase, g246_the_system_is_asked);
    tcase_add_test(tcase, g246_the_first_addresses_are_kept);
    tcase_add_test(tcase, g246_each_error_of_the_system_is_told_apart);
    tcase_add_test(tcase, g247_a_lookup_has_a_copy_of_the_name);
    tcase_add_test(tcase, g247_errors_come_with_no_addresses);
    tcase_add_test(tcase, g247_the_waker_of_the_last_poll_is_woken);
    tcase_add_test(tcase, g247_tasks_of_several_threads_resolve);
    tcase_add_test(tcase, g248_an_address_as_text_needs_no_thread);
    tcase_add_test(tcase, g249_what_is_no_name_is_refused);
    tcase_add_test(tcase, g250_a_drop_returns_at_once);
    tcase_add_test(tcase, g250_a_request_to_end_gives_the_lookup_up);
    tcase_add_test(tcase, g250_a_timeout_ends_a_wait_for_a_resolver_that_never_answers);
    tcase_add_test(tcase, g250_a_shutdown_waits_for_lookups_that_have_begun);
    tcase_add_test(tcase, g251_without_a_resolver_it_is_closed);
    tcase_add_test(tcase, g251_without_memory_it_says_so);
    tcase_add_test(tcase, g251_without_a_thread_it_says_so);
    tcase_add_test(tcase, g251_without_a_call_all_in_line_are_told);
    tcase_add_test(tcase, g251_one_call_is_enough);
    tcase_add_test(tcase, g251_a_call_that_has_not_begun_leaves_nothing);
    tcase_add_test(tcase, g252_so_many_lookups_go_on_and_no_more);
    tcase_add_test(tcase, g252_lookups_begin_in_the_sequence_of_their_first_polls);
    tcase_add_test(tcase, g252_a_dead_resolver_does_not_eat_the_pool);
    return tcase;
}
