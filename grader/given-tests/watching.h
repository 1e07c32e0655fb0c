/**
 * @file watching.h
 * @brief For the tests of the reactor: one reactor, sources, and waiters that count their wakes.
 */
#ifndef WEFT_GIVEN_WATCHING_H
#define WEFT_GIVEN_WATCHING_H

#include <netinet/in.h>

#include "given.h"
#include "weft/detail/reactor.h"
#include "weft/runtime.h"

/** The reactor of the test. */
extern struct wf_reactor *reactor;

void begin_reactor(void);
/** Shut it down and drop it; then neither memory nor a descriptor of it is left. Sources are unwatched before. */
void end_reactor(void);

/** How many descriptors this process has open. */
int open_descriptors(void);

/** Watch `fd`, which must succeed; and unwatch it. */
struct wf_source *watch_fd(int fd, unsigned interest);
void unwatch(struct wf_source *source);

/** The bits of a source now; and how often something came for it. */
unsigned bits_of(const struct wf_source *source);
uint64_t ticks_of(const struct wf_source *source);
void clear_bits(struct wf_source *source, unsigned bits);

/** Take several turns: nothing that was there before is outstanding. */
void take_turns(void);
/** Park until the source has all of `bits`. */
void park_until(const struct wf_source *source, unsigned bits);
/** take_turns(), and expect exactly these bits; and of closed sides only what poll() tells. */
void expect_bits(const struct wf_source *source, unsigned bits);

/** One that waits for a source. */
struct watcher {
    struct wf_waiter waiter;
    struct wf_source *source;
    void (*act)(struct watcher *self); /**< called in the wake; or NULL */
    struct watcher *other;             /**< for act */
    int fd;                            /**< for act */
    _Atomic int wakes;
};

/** Wait for `interest`; it must not be served yet. Then its waiter is not to be moved. */
void wait_on(struct watcher *watcher, struct wf_source *source, unsigned interest);

/** Two that wait, each for an eventfd of its own: a park in which both come, that of watchers[first] before the other. */
void park_for_two(struct watcher watchers[2], void (*act)(struct watcher *self), int first);

/** Pairs: [0] is read where [1] is written; both non-blocking. */
void open_pipe(int ends[2]);
void open_pair(int ends[2]);
/** An eventfd, at nothing; non-blocking. */
int an_event(void);
/** Two ends of a TCP connection over loopback. */
void open_tcp(int ends[2]);
/** A port of loopback; 0: one that is free. */
struct sockaddr_in loopback_at(uint16_t port);
/** A TCP socket that listens on loopback, at `*port`. */
int listen_on_loopback(uint16_t *port);
void put(int fd, const char *text);
void drain(int fd);
void close_both(const int ends[2]);

/** A call of wf_fd_io(): at most 64 bytes, which go nowhere. */
int64_t read_some(int fd, void *arg, bool *drained);

struct wf_runtime *new_runtime_of(enum wf_runtime_kind kind, uint32_t workers, bool paused);

/** A thousand signals a second, whose handler counts them, and after which no call is restarted. */
void begin_signals(void);
void end_signals(void);
extern _Atomic int signals_come;

#endif
