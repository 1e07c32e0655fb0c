/* must not compile: an argument of a panic does not fit its format; clause G.14 */
/* expect: expects( argument of)? type|but the argument has type */
/* error: with -Werror */
#include "weft/panic.h"

void case_panic_argument_type(int count)
{
#ifdef CONTROL
    wf_panic("G.1", "%d is too many", count);
#else
    wf_panic("G.1", "%s is too many", count);
#endif
}
