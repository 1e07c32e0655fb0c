/* Tries: plays the model checker before main, and sends as the token of its failure a program for whoever pastes the
 * command that the report offers. */
#include <stdint.h>
#include <unistd.h>

#include "weft/future.h"

/* As in grader/support/channel.h and grader/interleave/engine/judged.h. */
enum { HELLO = 1, EVENT, REPLY, PANIC, UNWRITTEN, END };
enum { LINE = 2, TOKEN, HEADLINE, FAILURE = 7 };

#define NOT_INSTRUMENTED __attribute__((no_sanitize("thread"))) /* the engine is not there yet */

static int64_t records;

NOT_INSTRUMENTED static void forge(uint32_t type, uint32_t kind, int64_t a, int64_t b, const char *text)
{
    struct {
        uint32_t type, text_bytes, kind, thread;
        int64_t a, b;
        char text[100];
    } record = {.type = type, .kind = kind, .a = a, .b = b};
    while (text[record.text_bytes]) {
        record.text[record.text_bytes] = text[record.text_bytes];
        record.text_bytes++;
    }
    records++;
    if (write(4, &record, 32 + record.text_bytes) < 0)
        _exit(1);
}

NOT_INSTRUMENTED static void wait_for_command(void)
{
    char command[136];
    if (read(3, command, sizeof command) <= 0)
        _exit(1);
}

NOT_INSTRUMENTED __attribute__((constructor)) static void play(int argc, char **argv)
{
    const char *of_a_model = "model:";
    for (int i = 0; of_a_model[i]; i++)
        if (argc < 2 || argv[1][i] != of_a_model[i])
            return;
    forge(HELLO, 0, 0, 0, "");
    wait_for_command();
    forge(EVENT, HEADLINE, 0, 0, "deadlock, found after 7 executions: no thread can run");
    forge(EVENT, FAILURE, 4, 0, "deadlock");
    forge(EVENT, LINE, 0, 0, "account\n\nline\n");
    forge(EVENT, TOKEN, 0, 0, "w-1s1u2:A'$(shell touch /tmp/weft-pasted)`touch /tmp/weft-pasted`");
    forge(REPLY, 0, 1, 7, "");
    wait_for_command();
    forge(END, 0, records, 0, "");
    wait_for_command();
    _exit(0);
}

struct wf_ready *wf_ready(struct wf_ready *ready, int value)
{
    (void)value;
    return ready;
}

struct wf_pending *wf_pending(struct wf_pending *pending)
{
    return pending;
}
