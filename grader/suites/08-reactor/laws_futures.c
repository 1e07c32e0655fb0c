/**
 * @file laws_futures.c
 * @brief How lab 08's futures are built for the laws, in the order of futures.h.
 */
#include "futures.h"
#include "kit_subject.h"
#include "weft/async_fd.h"

static pthread_mutex_t lock_of_all = PTHREAD_MUTEX_INITIALIZER; /* it outlives each readiness */

/* A descriptor that nothing watches: its readiness is the life's own. */
struct place {
    struct wf_source source;
    struct wf_async_fd async_fd;
};

static struct place *place_of(const struct kit_object *object)
{
    return object->extra[0];
}

static void prepare_on(struct kit_object *object)
{
    struct place *place = object->extra[0] = kit_new(object, sizeof *place);
    place->source = (struct wf_source){.fd = -1};
    wf_readiness_init(&place->source.readiness, &lock_of_all);
    place->async_fd = (struct wf_async_fd){.source = &place->source, .fd = -1, .interest = WF_READABLE};
}

static void prepare_over(struct kit_object *object)
{
    prepare_on(object);
    wf_readiness_add(&place_of(object)->source.readiness, WF_READABLE);
}

/* It became ready, and somebody else has used that up. */
static void kick(struct kit_object *object)
{
    struct wf_readiness *readiness = &place_of(object)->source.readiness;
    wf_readiness_event(readiness, WF_READABLE);
    wf_readiness_clear(readiness, wf_readiness_look(readiness), WF_READABLE);
}

static void build_fd_ready(struct kit_object *object, void *frame)
{
    kit_returned(object, frame, wf_fd_ready(frame, &place_of(object)->async_fd, WF_READABLE));
}

static int64_t return_at_once(int fd, void *arg, bool *drained)
{
    (void)fd, (void)arg, (void)drained;
    return 0;
}

static void build_fd_io(struct kit_object *object, void *frame)
{
    kit_returned(object, frame,
                 wf_fd_io(frame, &place_of(object)->async_fd, WF_READABLE, return_at_once, NULL));
}

static const struct kit_kind fd_ready_on_kind = {.name = "fd_ready_on",
                                                 KIT_FRAME(struct wf_fd_ready),
                                                 .prepare = prepare_on,
                                                 .build = build_fd_ready,
                                                 .kick = kick};
static const struct kit_kind fd_ready_over_kind = {
    .name = "fd_ready_over", KIT_FRAME(struct wf_fd_ready), .prepare = prepare_over, .build = build_fd_ready};
static const struct kit_kind fd_io_on_kind = {
    .name = "fd_io_on", KIT_FRAME(struct wf_fd_io), .prepare = prepare_on, .build = build_fd_io, .kick = kick};
static const struct kit_kind fd_io_over_kind = {
    .name = "fd_io_over", KIT_FRAME(struct wf_fd_io), .prepare = prepare_over, .build = build_fd_io};

KIT_KINDS(LAB_FUTURES);
KIT_OWN_MISTAKES(LAB_OWN_MISTAKES);
