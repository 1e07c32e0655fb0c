/**
 * @file scenarios.c
 * @brief The warm-up's scenario: one ticket, and calls from two threads, one after the other.
 */
#include <pthread.h>
#include <stddef.h>

#include "scenario.h"
#include "steps.h"
#include "weft/exercises/ticket.h"

static struct wf_ticket ticket;

static void *take(void *number)
{
    *(uint32_t *)number = wf_ticket_take(&ticket);
    return NULL;
}

static void begin(void)
{
    ticket = (struct wf_ticket){0};
}

static void act(const struct channel_command *command)
{
    uint32_t number = 0;
    pthread_t other;
    if (command->arguments[0] == 0)
        take(&number);
    else if (pthread_create(&other, NULL, take, &number) != 0 || pthread_join(other, NULL) != 0)
        scenario_broken("there is no second thread");
    scenario_reply(number, 0);
}

static void end(void)
{
}

static const struct scenario scenario_tickets = {"tickets", begin, act, end};

const struct scenario *const scenarios[] = {&scenario_tickets, NULL};
