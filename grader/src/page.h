/**
 * @file page.h
 * @brief The failure of a model as a page.
 */
#ifndef WEFT_GRADER_PAGE_H
#define WEFT_GRADER_PAGE_H

#include "result.h"

/** Of the one test of the result: the page, in a file below build/trace, or why there is none. Returns the exit status. */
int page_write(const struct result *result);

#endif
