/**
 * @file accept_errors.h
 * @brief An accept4() that fails as a test says, before it is the system's again.
 */
#ifndef WEFT_GIVEN_ACCEPT_ERRORS_H
#define WEFT_GIVEN_ACCEPT_ERRORS_H

/** The next calls of accept4() in this test, on any thread, fail with these; 0 ends the list. */
void fail_accepts(const int *errors);

/** How many of them are left. */
int accept_errors_left(void);

#endif
