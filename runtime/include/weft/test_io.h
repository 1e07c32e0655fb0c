/**
 * @file test_io.h
 * @brief A peer that follows a script: to test what speaks a protocol without a network, in every piece that bytes may come in.
 *
 *     static const struct wf_test_act script[] = {
 *         WF_PEER_RECEIVES("PING\r\n"),
 *         WF_PEER_SENDS("+PO"),                 // the first read gets this alone
 *         WF_PEER_WAITS,                        // until the test says wf_test_io_go_on()
 *         WF_PEER_SENDS("NG\r\n"),
 *         WF_PEER_EXPECTS_END,                  // the program ends its side
 *         WF_PEER_ENDS,
 *     };
 *     struct wf_test_io peer;
 *     WF_TEST_IO(&peer, script);
 *     ... what is tested gets &peer.io, a stream as any other (io.h) ...
 *     WF_EXPECT_SCRIPT_DONE(&peer);
 *     wf_test_io_destroy(&peer);
 *
 * The peer does one act after the other. What it sends lies there until it is read, so the program may write before it reads; what it
 * receives must come in this sequence, byte for byte. What the program does against the script fails the test at once, in words, as an
 * expectation of test.h does, with the await tree of what did it. A read behind the last act is PENDING: the peer is silent.
 *
 * `most`, if it is set, bounds the bytes of each read and write: with 1 they come one at a time.
 *
 * Memory:  the caller's storage; nothing here allocates. The script is borrowed.
 * Threads: reads, writes and wf_test_io_go_on(): any.
 * Source:  tokio_test's io::Builder. There a write does not go on before what stands above it in the script was read.
 *
 * @clause{G.266,0,"A read gets the bytes of one WF_PEER_SENDS at most, once all acts above it are done; at WF_PEER_ENDS it is 0, from then on."}
 * @clause{G.267,0,"A write takes the bytes of one WF_PEER_RECEIVES at most, when its turn has come. Other bytes, or bytes when the peer receives none, fail the test."}
 * @clause{G.268,0,"At WF_PEER_WAITS nothing behind it happens before a wf_test_io_go_on, which wakes what waits: reads and writes are PENDING."}
 * @clause{G.269,0,"At WF_PEER_FAILS reads, once what was sent is read, and writes are that error, from then on."}
 * @clause{G.270,0,"WF_PEER_EXPECTS_END is done by a shutdown; a write there fails the test. A shutdown while the peer still expects bytes fails it too; a write after it is -EPIPE."}
 * @clause{G.271,0,"No read and no write of a wf_test_io moves more than `most` bytes, if that is not 0."}
 * @clause{G.272,0,"WF_EXPECT_SCRIPT_DONE fails unless each act is done and each byte read, and says which is the first that is not."}
 */
#ifndef WEFT_TEST_IO_H
#define WEFT_TEST_IO_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "weft/detail/compiler.h"
#include "weft/detail/readiness.h"
#include "weft/io.h"
#include "weft/test.h"

WF_BEGIN_DECLS

/** What a peer does next. */
enum wf_test_act_kind {
    WF_TEST_SENDS,       /**< WF_PEER_SENDS */
    WF_TEST_RECEIVES,    /**< WF_PEER_RECEIVES */
    WF_TEST_WAITS,       /**< WF_PEER_WAITS */
    WF_TEST_ENDS,        /**< WF_PEER_ENDS */
    WF_TEST_EXPECTS_END, /**< WF_PEER_EXPECTS_END */
    WF_TEST_FAILS,       /**< WF_PEER_FAILS */
};

/** One act of a script. Made by the macros WF_PEER_*. */
struct wf_test_act {
    enum wf_test_act_kind kind; /**< what the peer does */
    const void *bytes;          /**< that are sent or received */
    size_t size;                /**< how many */
    int error;                  /**< of WF_TEST_FAILS: negative */
};

/** The peer sends a string literal, without its NUL. */
#define WF_PEER_SENDS(text) WF_PEER_SENDS_BYTES("" text, sizeof(text) - 1)
/** The peer sends bytes, at least one. */
#define WF_PEER_SENDS_BYTES(pointer, length)                                                                 \
    {                                                                                                        \
        .kind = WF_TEST_SENDS, .bytes = (pointer), .size = (length)                                          \
    }
/** The peer receives exactly a string literal, without its NUL. */
#define WF_PEER_RECEIVES(text) WF_PEER_RECEIVES_BYTES("" text, sizeof(text) - 1)
/** The peer receives exactly these bytes, at least one. */
#define WF_PEER_RECEIVES_BYTES(pointer, length)                                                              \
    {                                                                                                        \
        .kind = WF_TEST_RECEIVES, .bytes = (pointer), .size = (length)                                       \
    }
/** The peer does nothing until wf_test_io_go_on(). */
#define WF_PEER_WAITS                                                                                        \
    {                                                                                                        \
        .kind = WF_TEST_WAITS                                                                                \
    }
/** The peer sends no more, and may receive more: no WF_PEER_SENDS stands below. */
#define WF_PEER_ENDS                                                                                         \
    {                                                                                                        \
        .kind = WF_TEST_ENDS                                                                                 \
    }
/** The program ends its side now. */
#define WF_PEER_EXPECTS_END                                                                                  \
    {                                                                                                        \
        .kind = WF_TEST_EXPECTS_END                                                                          \
    }
/** The connection breaks: a negated errno, -ECONNRESET for example. The last act of a script. */
#define WF_PEER_FAILS(code)                                                                                  \
    {                                                                                                        \
        .kind = WF_TEST_FAILS, .error = (code)                                                               \
    }

/** A peer. It does not move. */
struct wf_test_io {
    struct wf_io io;                  /**< first: the stream; to be given to what is tested */
    const struct wf_test_act *script; /**< borrowed */
    size_t count;                     /**< acts */
    size_t most;                      /**< bytes in a call at most; 0: no limit */
    const char *function;             /**< where the script was given, for words of a failure */
    const char *file;                 /**< likewise */
    int line;                         /**< likewise */
    pthread_mutex_t lock;             /**< guards what follows */
    size_t next;                      /**< the first act that is not done; what was sent counts as done */
    size_t received;                  /**< bytes of it, where it is WF_TEST_RECEIVES */
    size_t reading;                   /**< the act that reads are at, never behind `next` */
    size_t read;                      /**< bytes of it */
    bool is_shut;                     /**< the program has ended its side */
    pthread_mutex_t waiters_lock;     /**< the readiness's */
    struct wf_readiness readiness; /**< who waits for the peer; its bits say only that it is worth while to look */
};

/**
 * @brief Make a peer with a script, an array.
 *
 * Clauses: G.266 G.267 G.268 G.269 G.270
 */
#define WF_TEST_IO(peer, acts) wf_test_io_init((peer), (acts), sizeof(acts) / sizeof *(acts), WF_TEST_HERE)

/** @brief Implementation of WF_TEST_IO(). */
void wf_test_io_init(struct wf_test_io *peer, const struct wf_test_act *script, size_t count,
                     const char *function, const char *file, int line);

/** @brief Let a peer that waits go on. One that does not wait now fails the test: the script is not where the test thinks. Clauses: G.268 */
void wf_test_io_go_on(struct wf_test_io *peer);

/** @brief Fail unless the script is through: each act done, each byte read. Clauses: G.272 */
#define WF_EXPECT_SCRIPT_DONE(peer) wf_test_io_expect_done((peer), WF_TEST_HERE)

/** @brief Implementation of WF_EXPECT_SCRIPT_DONE(). */
void wf_test_io_expect_done(struct wf_test_io *peer, const char *function, const char *file, int line);

/** @brief End it. Nothing waits for it any more. */
void wf_test_io_destroy(struct wf_test_io *peer);

WF_END_DECLS

#endif
