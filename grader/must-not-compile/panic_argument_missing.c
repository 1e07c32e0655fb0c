/* must not compile: a panic has fewer arguments than its format; clause G.14 */
/* expect: expects a matching|more '%' conversions than data arguments */
/* error: with -Werror */
#include "weft/panic.h"

void case_panic_argument_missing(void)
{
#ifdef CONTROL
    wf_panic("G.1", "%s has %d", "it", 3);
#else
    wf_panic("G.1", "%s has %d", "it");
#endif
}
