/**
 * @file form.h
 * @brief An exercise on memory orders: what may differ from the course's file, and what may not.
 */
#ifndef WEFT_GRADER_FORM_H
#define WEFT_GRADER_FORM_H

/**
 * Compare a submitted text with the course's: only memory orders, fences and comments may differ, and each operation has
 * a line of its own. NULL: so it is. Otherwise what is wrong, in words for the person who submits; the caller frees.
 */
char *form_difference(const char *submitted, const char *original);

#endif
