/**
 * @file scenarios.c
 * @brief Lab 19 in the subject: the scenario "ended", and that of the laws.
 */
#include "mocks.h"
#include "scenario.h"
#include "steps.h"
#include "weft/ended.h"

static struct step_reply on_build(const struct step_build *step)
{
    (void)step;
    mock_probe(mock_frame(PROBE, sizeof(struct mock_probe)), PROBE, &mock_probe_ops);
    wf_ended(mock_frame(ENDED, sizeof(struct wf_ended)), mock_future(PROBE));
    return STEP_DONE;
}

static ON_STEP(arm, mock_arm(PROBE, step->output));
static ON_STEP(poll, mock_poll(ENDED, 0));
static ON_STEP(drop, mock_drop(ENDED));
static ON_STEP(clones, mock_clones());

STEP_SCENARIO(ended, LAB_STEPS, mocks_begin, mocks_end)

extern const struct scenario scenario_laws;
const struct scenario *const scenarios[] = {&scenario_ended, &scenario_laws, NULL};
