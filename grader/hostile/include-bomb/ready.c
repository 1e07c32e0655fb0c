/* Tries: a file that includes itself twice, two hundred levels deep. */
#include "ready.c"
#include "ready.c"
