#include "selftest.h"
int selftest(const struct course *course, bool quick, char *const names[]){(void)course;(void)quick;(void)names;return 2;}
void selftest_print_mutants(const struct course *course, const char *lab, const char *test){(void)course;(void)lab;(void)test;}
