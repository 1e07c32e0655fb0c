/**
 * @file places.h
 * @brief Where the threads of a subject stand, when it crashes and when the judge asks.
 */
#ifndef WEFT_GRADER_PLACES_H
#define WEFT_GRADER_PLACES_H

/** From now on a crash, and CHANNEL_WHERE_SIGNAL sent to a thread, print the functions that the thread is in. */
void places_watch(void);

#endif
