#include "parking_rig.h"

#include "../../src/judge_replies.h"

int64_t live_bytes(struct judge *judge)
{
    return judge_live_bytes(judge, DO(judge, live_bytes));
}

void use_up(struct judge *judge, int waker)
{
    if (judge_random(judge, 2))
        DO(judge, wake, .waker = waker);
    else
        DO(judge, drop_waker, .waker = waker);
}
