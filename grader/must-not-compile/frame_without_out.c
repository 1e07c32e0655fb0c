/* must not compile: WF_FRAME describes an output that the frame does not have; contract in weft/future.h */
/* expect: no member named .out */
#include "weft/future.h"

struct frame {
    struct wf_future future;
#ifdef CONTROL
    int out;
#endif
};

extern const struct wf_future_ops frame_ops;
const struct wf_future_ops frame_ops = {.name = "frame", WF_FRAME(struct frame)};
