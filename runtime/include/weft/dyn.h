/**
 * @file dyn.h
 * @brief A future whose frame is known only at run time: async methods behind an ops table, and recursion.
 *
 * An interface has several implementations, and the frame of an async method is of another size in each. So the caller
 * offers a slot of fixed size in its own frame: a frame that fits lies there, one that does not is allocated (a box).
 * Recursion needs the box, without any slot: a frame cannot contain itself.
 *
 *     // The interface: each implementation says how large its read's frame is, and builds it.
 *     struct source_ops {
 *         size_t read_bytes;
 *         void (*read)(void *frame, struct source *source);
 *     };
 *
 *     // A caller, inside an async function:
 *     void *frame = wf_dyn(&self->call, self->slot, sizeof self->slot, source->ops->read_bytes, &self->value);
 *     if (frame)
 *         source->ops->read(frame, source);
 *     AWAIT(&self->call);              // call.out: 0, or WF_ENOMEM
 *
 * Source: Rust's Box<dyn Future>, async functions in traits.
 */
#ifndef WEFT_DYN_H
#define WEFT_DYN_H

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/detail/compiler.h"
#include "weft/future.h"

WF_BEGIN_DECLS

/** A member that is a slot for frames of up to `bytes` bytes. */
#define WF_SLOT(name, bytes) alignas(max_align_t) unsigned char name[bytes]

/** A call of an async method. Clauses: 02.9 02.10 02.11 02.12 02.20 02.21 02.22 */
struct wf_dyn {
    struct wf_future future; /**< the head */
    struct wf_future *inner; /**< the method's frame, in the slot or allocated; NULL: there is no room */
    size_t boxed_bytes;      /**< of the allocation that holds it; 0: it is in the slot */
    void *value;             /**< where the method's output goes, or NULL: the output is destroyed */
    int out;                 /**< 0: the method is done; WF_ENOMEM: there was no memory for its frame */
};

/**
 * @brief Begin a call: find room for a frame of `frame_bytes`, for the caller to build a future in.
 * @param frame_bytes of the method's frame; at least a head, or it panics.
 * @param slot        offered to the frame, aligned for any type (WF_SLOT), alive as long as `dyn`; NULL: none.
 * @param value       where the method's output is copied to when it is READY, of that size; NULL: the output is destroyed.
 * @return the room: where the caller builds the method's future before it polls `dyn`; its head is all zero until then, so
 *         that a drop can tell, and a poll of `dyn` panics (G.4). NULL: no memory. Either way `dyn` is a future.
 *
 * Cancel safety: that of the method.
 * Cost:          an allocation where the frame does not fit, none else.
 *
 * @clause{02.9,5,"A frame that fits the slot lies in it, and nothing is allocated; one that does not, or has no slot, is allocated, once. One smaller than a head panics."}
 * @clause{02.10,5,"Without memory wf_dyn returns NULL. The call is then READY at its first poll, with WF_ENOMEM; if it is dropped instead, nothing happens."}
 * @clause{02.11,4,"Each poll of a call polls the method's future once, with the same cx. The call becomes READY, with 0, in the same poll as the method."}
 * @clause{02.20,3,"When the method is READY, its output is copied to where `value` points, or, where `value` is NULL, destroyed by drop_out."}
 * @clause{02.21,1,"While a call is suspended, its awaiting is the method's future."}
 * @clause{02.12,6,"An allocated frame is freed once: before the call is READY, or, where the call is dropped, after the method's future was dropped."}
 * @clause{02.22,2,"If no future was built in the room of a call, a drop of the call drops none, and frees an allocated room."}
 */
WF_MUST_USE void *wf_dyn(struct wf_dyn *dyn, void *slot, size_t slot_bytes, size_t frame_bytes, void *value);

WF_END_DECLS

#endif
