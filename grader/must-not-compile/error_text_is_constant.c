/* must not compile: the text of an error is static; clause G.18 */
/* expect: discards (the )?('const' )?qualifier */
/* error: with -Werror */
#include "weft/error.h"

void case_error_text_is_constant(int code)
{
#ifdef CONTROL
    const char *text = wf_strerror(code);
    (void)text;
#else
    char *text = wf_strerror(code);
    text[0] = 0;
#endif
}
