/* must not compile: a hole never returns, so it has no value; contract in weft/panic.h */
/* expect: void value not ignored|incompatible type 'void' */
#include "weft/panic.h"

int case_todo_as_value(void)
{
#ifdef CONTROL
    LAB_TODO("01.T1");
#else
    int value = LAB_TODO("01.T1");
    return value;
#endif
}
