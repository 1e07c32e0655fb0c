#include "judge_replies.h"

#include "weft/future.h"

struct judge_reply judge_polled(struct judge *judge, struct judge_reply reply)
{
    if (reply.a == WF_READY)
        judge_returned(judge, "READY, out %s", judge_code(reply.b));
    else if (reply.a == WF_PENDING)
        judge_returned(judge, "PENDING");
    else
        judge_fail(judge, "WF_PENDING or WF_READY", "the poll returned %lld, which is neither",
                   (long long)reply.a);
    return reply;
}

void judge_expect_no_bypass(struct judge *judge, const char *(*name_of)(int64_t future))
{
    int count;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        EXPECT(judge, events[i].kind != EVENT_PROBE_BYPASSED,
               "futures are polled by wf_future_poll() and dropped by wf_future_drop()",
               "an operation of %s was called directly", name_of(events[i].a));
}

int judge_count_events(const struct judge *judge, uint32_t kind, int64_t a)
{
    int count, found = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++)
        found += events[i].kind == kind && (a < 0 || events[i].a == a);
    return found;
}

void judge_expect_woken(struct judge *judge, uint32_t kind, int64_t waker, int times, const char *why)
{
    int count, wakes = 0;
    const struct channel_record *events = judge_events(judge, &count);
    for (int i = 0; i < count; i++) {
        if (events[i].kind != kind)
            continue;
        wakes++;
        EXPECT(judge, events[i].a == waker, why, "waker %lld is woken", (long long)events[i].a);
    }
    EXPECT(judge, wakes == times, why, "%d wakes", wakes);
}

int64_t judge_counted(struct judge *judge, struct judge_reply reply)
{
    judge_returned(judge, "%lld", (long long)reply.a);
    return reply.a;
}

int64_t judge_live_bytes(struct judge *judge, struct judge_reply reply)
{
    if (judge_counted(judge, reply) == 0)
        judge_forget_trace(judge);
    return reply.a;
}

void judge_finish_without_clones(struct judge *judge, struct judge_reply reply)
{
    int64_t clones = judge_counted(judge, reply);
    EXPECT(judge, clones == 0, "every future is over, so no waker is kept", "%lld clones of wakers are alive",
           (long long)clones);
    judge_finish(judge);
}
