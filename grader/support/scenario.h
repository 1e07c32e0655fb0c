/**
 * @file scenario.h
 * @brief The subject's side of a scenario: read commands, act on the student's code, tell what happened.
 *
 * A scenario observes and never judges. It knows no expected value.
 */
#ifndef WEFT_GRADER_SCENARIO_H
#define WEFT_GRADER_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"

/** Of a function whose accesses and atomics ThreadSanitizer shall not see. */
#define UNSEEN __attribute__((no_sanitize("thread"), noinline))

/** A scenario by name: `begin` sets up, `act` does one command and replies, `end` releases everything. NULL: there is nothing. */
struct scenario {
    const char *name;
    void (*begin)(void);
    void (*act)(const struct channel_command *command);
    void (*end)(void);
};

/** The lab's scenarios, ended by one without a name. Defined by the lab's scenario files. */
extern const struct scenario *const scenarios[];

/** Tell the judge of an event. Any thread. */
void scenario_event(uint32_t kind, int64_t a, int64_t b);

/** Tell the judge of an event that is a text: at most CHANNEL_TEXT_MAX bytes of it. Any thread. */
void scenario_event_text(uint32_t kind, const char *text, size_t length);

/** Answer the command at hand. The driver's thread only, once a command. */
void scenario_reply(int64_t a, int64_t b);

/** Number this thread, so that its events name it; the driver's is 0. */
void scenario_name_thread(uint32_t number);

/** The calling thread's number. */
uint32_t scenario_thread(void);
/** Whether it is the driver's, and waits for the judge. */
bool scenario_awaits_a_step(void);

/** The number, if it is from 0 to limit - 1; else the judge has sent nonsense. */
int64_t scenario_in_range(int64_t number, int64_t limit);

/** The scenario cannot go on for a reason of its own: a defect of the grader, said as such. */
_Noreturn void scenario_broken(const char *why);

#endif
