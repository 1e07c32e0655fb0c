/**
 * @file udp_time.c
 * @brief What time is it? A question and its answer are one datagram each, and each may be lost: the client asks again.
 *
 * The answer has the number of its question, so that one that comes late is not taken for the answer to the next. The server loses the
 * first question on purpose. Its clock is one that prints the same each time: seconds since midnight, a minute for each answer.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "weft/error.h"
#include "weft/runtime.h"
#include "weft/time.h"
#include "weft/udp.h"

enum { QUESTIONS = 3, TRIES = 5, MIDDAY = 12 * 3600 };

/* A datagram: of a question, `seconds` means nothing. */
struct message {
    uint32_t number;
    uint32_t seconds;
};

/* Answers each question, until a datagram without bytes says that it is enough. */
struct server {
    struct wf_future future;
    struct wf_udp *udp;
    struct wf_socket_io io;
    struct wf_address sender;
    struct message message;
    uint32_t questions, answers;
    int out;
};

ASYNC_FN(server)
{
    ASYNC_BEGIN;
    for (;;) {
        AWAIT(wf_udp_receive_from(&self->io, self->udp, &self->message, sizeof self->message, &self->sender));
        if (self->io.out <= 0)
            break;
        if (self->io.out != sizeof self->message || wf_udp_is_cut(&self->io))
            continue; /* nobody who knows the protocol sends that */
        if (self->questions++ == 0) {
            printf("server: question %u is lost\n", ntohl(self->message.number));
            continue;
        }
        self->message.seconds = htonl(MIDDAY + self->answers++ * 60);
        AWAIT(wf_udp_send_to(&self->io, self->udp, &self->message, sizeof self->message, &self->sender));
        if (self->io.out < 0) /* of this client alone */
            fprintf(stderr, "server: %s\n", wf_strerror((int)self->io.out));
    }
    self->out = (int)self->io.out;
ASYNC_FINALLY:
    ASYNC_END;
}

/* Asks until an answer comes, each time with more patience. out: 0, or WF_ETIMEDOUT, or why it cannot be asked. */
struct ask {
    struct wf_future future;
    struct wf_udp *udp;
    uint32_t number;
    struct wf_socket_io io;
    struct wf_timeout limit;
    uint64_t deadline_ns;
    struct message question, answer;
    uint32_t tries;
    int out;
};

ASYNC_FN(ask)
{
    ASYNC_BEGIN;
    self->question.number = htonl(self->number);
    for (self->tries = 1; self->tries <= TRIES; self->tries++) {
        AWAIT(wf_udp_send(&self->io, self->udp, &self->question, sizeof self->question));
        if (self->io.out < 0)
            ASYNC_RETURN((int)self->io.out);
        self->deadline_ns = wf_add_ns(wf_now(), WF_SECONDS(1u << (self->tries - 1)));
        do { /* one deadline for all that comes: what is no answer to this question does not prolong it */
            wf_udp_receive(&self->io, self->udp, &self->answer, sizeof self->answer);
            AWAIT(wf_timeout_at(&self->limit, self->deadline_ns, &self->io.future));
            if (self->limit.out == 0 && self->io.out < 0)
                ASYNC_RETURN((int)self->io.out);
            if (self->limit.out == 0 && self->io.out == sizeof self->answer &&
                self->answer.number == self->question.number)
                ASYNC_RETURN(0);
        } while (self->limit.out == 0);
    }
    self->out = WF_ETIMEDOUT;
ASYNC_FINALLY:
    ASYNC_END;
}

struct async_main {
    struct wf_future future;
    struct wf_main_arguments arguments;
    struct wf_address loopback, server_address;
    struct wf_udp server_udp, udp;
    struct wf_join_handle server;
    struct ask ask;
    struct wf_socket_io io;
    uint32_t number;
    int out;
};

ASYNC_FN(async_main)
{
    ASYNC_BEGIN;
    self->loopback.length = sizeof self->loopback.as.ip4;
    self->loopback.as.ip4 =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    self->out = wf_udp_bind(&self->server_udp, &self->loopback, NULL);
    if (self->out == 0)
        self->out = wf_udp_local(&self->server_udp, &self->server_address);
    if (self->out == 0)
        self->out = wf_udp_bind(&self->udp, &self->loopback, NULL);
    if (self->out == 0) /* from now on answers of others are no answers */
        self->out = wf_udp_connect(&self->udp, &self->server_address);
    if (self->out == 0)
        self->out = WF_SPAWN(wf_scheduler_current(), &self->server, server, .udp = &self->server_udp);
    if (self->out != 0)
        break;
    for (self->number = 1; self->number <= QUESTIONS; self->number++) {
        AWAIT(ASYNC_INIT(&self->ask, ask, .udp = &self->udp, .number = self->number));
        uint32_t seconds = ntohl(self->ask.answer.seconds);
        if (self->ask.out != 0)
            printf("client: %s\n", wf_strerror(self->ask.out));
        else
            printf("client: %02u:%02u, asked %u times\n", seconds / 3600, seconds / 60 % 60, self->ask.tries);
    }
    AWAIT(wf_udp_send(&self->io, &self->udp, NULL, 0));
    AWAIT_TO(self->out, &self->server);
    printf("server: ended, %s\n", wf_strerror(self->out));
ASYNC_FINALLY:
    wf_udp_close(&self->udp);
    wf_udp_close(&self->server_udp);
    ASYNC_END;
}
WF_MAIN(async_main)
