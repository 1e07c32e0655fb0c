/* Tries: the reference itself, by every path that it may have. */
#define ABOVE "../../../solutions/01-futures/ready.c"
#define BESIDE "solutions/01-futures/ready.c"
#if __has_include(ABOVE)
#include ABOVE
#elif __has_include(BESIDE)
#include BESIDE
#elif __has_include("/autograder/source/solutions/01-futures/ready.c")
#define GRADESCOPE "/autograder/source/solutions/01-futures/ready.c"
#include GRADESCOPE
#elif __has_include("/workspaces/weft/solutions/01-futures/ready.c")
#define CODESPACE "/workspaces/weft/solutions/01-futures/ready.c"
#include CODESPACE
#else
#error "the reference is out of reach"
#endif
