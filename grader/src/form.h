/**
 * @file form.h
 * @brief Exercises whose files have a form: in one only memory orders may differ from the course's file; a model is plain C.
 */
#ifndef WEFT_GRADER_FORM_H
#define WEFT_GRADER_FORM_H

/**
 * Compare a submitted text with the course's: only memory orders, fences and comments may differ, and each operation has
 * a line of its own. NULL: so it is. Otherwise what is wrong, in words for the person who submits; the caller frees.
 */
char *form_difference(const char *submitted, const char *original);

/**
 * Look at a text that is a model, which the engine explores in its own process and reports of. It is plain C without what would run
 * outside of an execution, or unseen by the engine: directives but #include of interleave.h and of weft/, attributes, assembly. NULL:
 * so it is. Otherwise what is wrong, as above.
 */
char *form_model_problem(const char *submitted);

#endif
