/* must not compile: a panic never returns, so it has no value; contract in weft/panic.h */
/* expect: void value not ignored|incompatible type 'void' */
#include "weft/panic.h"

int case_panic_as_value(void)
{
#ifdef CONTROL
    wf_panic("G.1", "no value");
#else
    int value = wf_panic("G.1", "no value");
    return value;
#endif
}
