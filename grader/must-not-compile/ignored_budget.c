/* must not compile: what is left of the budget is not looked at; clause G.20 */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/context.h"

int case_ignored_budget(const struct wf_waker *waker)
{
#ifdef CONTROL
    return wf_budget_spend(waker);
#else
    wf_budget_spend(waker);
    return 1;
#endif
}
