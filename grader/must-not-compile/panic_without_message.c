/* must not compile: a panic without a message; clause G.14 */
/* expect: expected expression */
#include "weft/panic.h"

void case_panic_without_message(void)
{
#ifdef CONTROL
    wf_panic("G.1", "no reason");
#else
    wf_panic("G.1");
#endif
}
