/* must not compile: allocated memory is lost; contract in weft/alloc.h */
/* expect: ignoring return value */
/* error: with -Werror */
#include "weft/alloc.h"

void case_ignored_alloc(void)
{
#ifdef CONTROL
    wf_free(wf_alloc(16), 16);
#else
    wf_alloc(16);
#endif
}
