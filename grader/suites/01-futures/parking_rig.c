#include "parking_rig.h"

int64_t live_bytes(struct judge *judge)
{
    int64_t bytes = DO(judge, live_bytes).a;
    judge_returned(judge, "%lld", (long long)bytes);
    if (bytes == 0)
        judge_forget_trace(judge);
    return bytes;
}

void use_up(struct judge *judge, int waker)
{
    if (judge_random(judge, 2))
        DO(judge, wake, .waker = waker);
    else
        DO(judge, drop_waker, .waker = waker);
}
