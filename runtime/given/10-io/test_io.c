/**
 * @file test_io.c
 * @brief A peer that follows a script.
 *
 * Two places in one script: `next` is where the peer is. It goes by itself over what it sends, and over its end, and stops where it receives,
 * waits, or expects the end. `reading` is how far the program has read what was sent. Acts in between that send nothing are passed by
 * it: reading <= next.
 *
 * The readiness's bits say only that something has changed: each call looks at the script itself, and one that finds nothing clears its bit
 * as it was before that look.
 */
#include "weft/test_io.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "weft/context.h"

enum { QUOTED = 40, QUOTE_BYTES = 4 * QUOTED + 8 };

/* --- words --- */

/* The first bytes, as a string of C has them. */
static const char *quote(char text[static QUOTE_BYTES], const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    char *at = text;
    *at++ = '"';
    for (size_t i = 0; i < size && i < QUOTED; i++) {
        static const char named[] = "\n\r\t\"\\", names[] = "nrt\"\\";
        const char *name = from[i] ? strchr(named, from[i]) : NULL;
        if (name)
            at += sprintf(at, "\\%c", names[name - named]);
        else
            at += sprintf(at, isprint(from[i]) ? "%c" : "\\x%02x", from[i]);
    }
    sprintf(at, size > QUOTED ? "\"..." : "\"");
    return text;
}

static const char *what_it_does(char text[static QUOTE_BYTES + 32], const struct wf_test_io *peer, size_t act)
{
    static const char *const words[] = {
        [WF_TEST_SENDS] = "sends ", [WF_TEST_RECEIVES] = "receives ",          [WF_TEST_WAITS] = "waits",
        [WF_TEST_ENDS] = "ends",    [WF_TEST_EXPECTS_END] = "expects the end", [WF_TEST_FAILS] = "fails"};
    char bytes[QUOTE_BYTES] = "";
    const struct wf_test_act *it = act < peer->count ? &peer->script[act] : NULL;
    if (it && it->bytes)
        quote(bytes, it->bytes, it->size);
    snprintf(text, QUOTE_BYTES + 32, "%s%s", it ? words[it->kind] : "has done all of its script", bytes);
    return text;
}

/* What the program does is not what the script has next. */
static WF_NORETURN void against_the_script(struct wf_test_io *peer, const char *what, const char *detail)
{
    char act[QUOTE_BYTES + 32];
    const struct wf_context *context = wf_context_current;
    what_it_does(act, peer, peer->next);
    pthread_mutex_unlock(&peer->lock); /* the tree's printing may call what reads */
    wf_test_fail(context ? context->root : NULL, peer->function, peer->file, peer->line,
                 "%s, where the peer of the script %s (act %zu of %zu)%s", what, act,
                 peer->next < peer->count ? peer->next + 1 : peer->count, peer->count, detail);
}

/* --- the peer --- */

/* Go over all that the peer does by itself. */
static void advance(struct wf_test_io *peer)
{
    while (peer->next < peer->count &&
           (peer->script[peer->next].kind == WF_TEST_SENDS || peer->script[peer->next].kind == WF_TEST_ENDS))
        peer->next++;
}

/* The act is done. */
static void step(struct wf_test_io *peer)
{
    peer->next++;
    peer->received = 0;
    advance(peer);
}

static const struct wf_test_act *act_now(const struct wf_test_io *peer)
{
    return peer->next < peer->count ? &peer->script[peer->next] : NULL;
}

static bool is_at(const struct wf_test_io *peer, enum wf_test_act_kind kind)
{
    const struct wf_test_act *act = act_now(peer);
    return act && act->kind == kind;
}

static size_t at_most(const struct wf_test_io *peer, size_t size)
{
    return peer->most != 0 && peer->most < size ? peer->most : size;
}

/* --- reading --- */

/* The act that is read next, if it was done already: it sends, or ends. NULL: there is nothing to read now. */
static const struct wf_test_act *to_read(struct wf_test_io *peer)
{
    for (; peer->reading < peer->next; peer->reading++) {
        const struct wf_test_act *act = &peer->script[peer->reading];
        if (act->kind == WF_TEST_SENDS || act->kind == WF_TEST_ENDS)
            return act;
    }
    return NULL;
}

static int64_t read_now(struct wf_test_io *peer, const struct iovec *pieces, int count)
{
    const struct wf_test_act *act = to_read(peer);
    if (!act)
        return is_at(peer, WF_TEST_FAILS) ? act_now(peer)->error : -EAGAIN;
    if (act->kind == WF_TEST_ENDS)
        return 0;
    size_t left = at_most(peer, act->size - peer->read), done = 0;
    for (int i = 0; i < count && left > 0; i++) {
        size_t size = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        if (size > 0)
            memcpy(pieces[i].iov_base, (const char *)act->bytes + peer->read, size);
        peer->read += size;
        done += size;
        left -= size;
    }
    if (peer->read == act->size) {
        peer->reading++;
        peer->read = 0;
    }
    return (int64_t)done;
}

/* --- writing --- */

static void compare(struct wf_test_io *peer, const char *expected, const void *written, size_t size)
{
    if (memcmp(expected, written, size) == 0)
        return;
    char quoted[QUOTE_BYTES], what[QUOTE_BYTES + 32], detail[64];
    size_t same = 0;
    while (expected[same] == ((const char *)written)[same])
        same++;
    snprintf(what, sizeof what, "%s is written", quote(quoted, written, size));
    snprintf(detail, sizeof detail, ": byte %zu of them differs", peer->received + same + 1);
    against_the_script(peer, what, detail);
}

static int64_t write_now(struct wf_test_io *peer, const struct iovec *pieces, int count)
{
    const struct wf_test_act *act = act_now(peer);
    size_t done = 0;
    int first = 0;
    while (pieces[first].iov_len == 0)
        first++;
    if (peer->is_shut)
        return -EPIPE;
    if (act && act->kind == WF_TEST_FAILS)
        return act->error;
    if (act && act->kind == WF_TEST_WAITS)
        return -EAGAIN;
    if (!act || act->kind != WF_TEST_RECEIVES) {
        char quoted[QUOTE_BYTES], what[QUOTE_BYTES + 32];
        quote(quoted, pieces[first].iov_base, pieces[first].iov_len);
        snprintf(what, sizeof what, "%s is written", quoted);
        against_the_script(peer, what, "");
    }
    size_t left = at_most(peer, act->size - peer->received);
    for (int i = first; i < count && left > 0; i++) {
        size_t size = pieces[i].iov_len < left ? pieces[i].iov_len : left;
        if (size > 0)
            compare(peer, (const char *)act->bytes + peer->received, pieces[i].iov_base, size);
        peer->received += size;
        done += size;
        left -= size;
    }
    if (peer->received == act->size)
        step(peer);
    return (int64_t)done;
}

static int64_t shut_now(struct wf_test_io *peer)
{
    bool again = peer->is_shut;
    if (again)
        return 0;
    if (is_at(peer, WF_TEST_WAITS))
        return -EAGAIN;
    if (is_at(peer, WF_TEST_FAILS))
        return act_now(peer)->error;
    if (is_at(peer, WF_TEST_RECEIVES))
        against_the_script(peer, "the program ends its side", "");
    peer->is_shut = true;
    if (is_at(peer, WF_TEST_EXPECTS_END))
        step(peer);
    return 0;
}

/* --- as a stream --- */

/* A call has found nothing to do. */
static int64_t wait_for(struct wf_test_io *peer, struct wf_io_wait *wait, uint64_t seen, unsigned interest)
{
    wf_readiness_clear(&peer->readiness, seen, interest);
    *wait = (struct wf_io_wait){&peer->readiness, interest};
    return -EAGAIN;
}

/* Of a call that may have moved the peer on. Only whom that serves is woken, and wakers are called with no lock. */
static void ended(struct wf_test_io *peer, size_t next_before)
{
    unsigned bits = 0;
    if (peer->next != next_before && (to_read(peer) || is_at(peer, WF_TEST_FAILS)))
        bits |= WF_READABLE;
    if (peer->next != next_before && peer->script[next_before].kind == WF_TEST_WAITS &&
        !is_at(peer, WF_TEST_WAITS))
        bits |= WF_WRITABLE;
    pthread_mutex_unlock(&peer->lock);
    if (bits != 0)
        wf_readiness_event(&peer->readiness, bits);
}

static int64_t test_read(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_test_io *peer = (struct wf_test_io *)io;
    uint64_t seen = wf_readiness_look(&peer->readiness); /* before the script is looked at: see above */
    pthread_mutex_lock(&peer->lock);
    int64_t result = read_now(peer, pieces, count);
    ended(peer, peer->next); /* a read does not move the peer */
    return result == -EAGAIN ? wait_for(peer, wait, seen, WF_READABLE) : result;
}

static int64_t test_write(struct wf_io *io, const struct iovec *pieces, int count, struct wf_io_wait *wait)
{
    struct wf_test_io *peer = (struct wf_test_io *)io;
    uint64_t seen = wf_readiness_look(&peer->readiness);
    pthread_mutex_lock(&peer->lock);
    size_t next = peer->next;
    int64_t result = write_now(peer, pieces, count);
    ended(peer, next);
    return result == -EAGAIN ? wait_for(peer, wait, seen, WF_WRITABLE) : result;
}

static int64_t test_shutdown(struct wf_io *io, struct wf_io_wait *wait)
{
    struct wf_test_io *peer = (struct wf_test_io *)io;
    uint64_t seen = wf_readiness_look(&peer->readiness);
    pthread_mutex_lock(&peer->lock);
    size_t next = peer->next;
    int64_t result = shut_now(peer);
    ended(peer, next);
    return result == -EAGAIN ? wait_for(peer, wait, seen, WF_WRITABLE) : result;
}

static const struct wf_io_ops test_io_ops = {
    .name = "test_io", .read = test_read, .write = test_write, .shutdown = test_shutdown};

/* --- its life --- */

/* A script that cannot be followed is a mistake of the test. */
static void check_script(const struct wf_test_io *peer)
{
    bool has_ended = false;
    for (size_t i = 0; i < peer->count; i++) {
        const struct wf_test_act *act = &peer->script[i];
        bool has_bytes = act->kind == WF_TEST_SENDS || act->kind == WF_TEST_RECEIVES;
        const char *wrong = NULL;
        if (has_bytes && act->size == 0)
            wrong = "has no bytes";
        else if (act->kind == WF_TEST_FAILS && act->error >= 0)
            wrong = "fails with no negative error";
        else if (act->kind == WF_TEST_FAILS && i + 1 < peer->count)
            wrong = "fails, and is not the last";
        else if (act->kind == WF_TEST_SENDS && has_ended)
            wrong = "sends, and stands below the peer's end";
        if (wrong)
            wf_test_fail(NULL, peer->function, peer->file, peer->line, "act %zu of the script %s", i + 1,
                         wrong);
        has_ended |= act->kind == WF_TEST_ENDS;
    }
}

void wf_test_io_init(struct wf_test_io *peer, const struct wf_test_act *script, size_t count,
                     const char *function, const char *file, int line)
{
    *peer = (struct wf_test_io){.io = {&test_io_ops},
                                .script = script,
                                .count = count,
                                .function = function,
                                .file = file,
                                .line = line};
    check_script(peer);
    pthread_mutex_init(&peer->lock, NULL);
    pthread_mutex_init(&peer->waiters_lock, NULL);
    wf_readiness_init(&peer->readiness, &peer->waiters_lock);
    advance(peer);
}

void wf_test_io_go_on(struct wf_test_io *peer)
{
    pthread_mutex_lock(&peer->lock);
    if (!is_at(peer, WF_TEST_WAITS))
        against_the_script(peer, "wf_test_io_go_on() is called", "");
    size_t next = peer->next;
    step(peer);
    ended(peer, next);
}

void wf_test_io_expect_done(struct wf_test_io *peer, const char *function, const char *file, int line)
{
    char act[QUOTE_BYTES + 32];
    pthread_mutex_lock(&peer->lock);
    const struct wf_test_act *unread = to_read(peer);
    size_t next = peer->next;
    pthread_mutex_unlock(&peer->lock);
    if (unread && unread->kind == WF_TEST_SENDS)
        wf_test_fail(NULL, function, file, line,
                     "of act %zu of %zu, in which the peer %s, %zu bytes are not read", peer->reading + 1,
                     peer->count, what_it_does(act, peer, peer->reading), unread->size - peer->read);
    if (next < peer->count && peer->script[next].kind != WF_TEST_FAILS)
        wf_test_fail(NULL, function, file, line, "act %zu of %zu is not done: the peer %s", next + 1,
                     peer->count, what_it_does(act, peer, next));
}

void wf_test_io_destroy(struct wf_test_io *peer)
{
    pthread_mutex_destroy(&peer->waiters_lock);
    pthread_mutex_destroy(&peer->lock);
}
