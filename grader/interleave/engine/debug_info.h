/**
 * @file debug_info.h
 * @brief What the program's own debug information and symbols say of an address. libdw reads them, in this process.
 */
#ifndef INTERLEAVE_DEBUG_INFO_H
#define INTERLEAVE_DEBUG_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Called for each frame, the innermost first, the callers that it was inlined into after it; until it returns false. */
typedef bool debug_info_frame(void *arg, const char *function, const char *path, int line);
/** Of an address of code; no frame where nothing is known of it. */
void debug_info_frames(uintptr_t address, debug_info_frame *frame, void *arg);

/** Called for each static variable, a thread-local one too: its address is then its place in the thread's block. */
typedef void debug_info_variable(void *arg, const char *name, uintptr_t address, size_t size);
void debug_info_variables(debug_info_variable *variable, void *arg);

/**
 * What stands at `offset` of a block of `size` bytes that the function around `address` has made: "struct.member", in `text`.
 * The function has a pointer to the structure, or else its file. False: neither has one, or several that could be it.
 */
bool debug_info_member(uintptr_t address, size_t size, size_t offset, char *text, size_t room);

/** What stands at `offset` of the static variable at that address, to be put behind its name: ".member", "[2].member", or " + 8".
 * `whole`: where a structure begins, it, and not its first member. */
void debug_info_place(uintptr_t variable, size_t offset, bool whole, char *text, size_t room);

/** The variable that holds `address`, of the function that is at `pc` with this frame pointer: "name.member", in `text`. */
bool debug_info_local(uintptr_t pc, uintptr_t frame, uintptr_t address, bool whole, char *text, size_t room);

/** Called for each local variable that lies in the frame for as long as the function runs. `offset`: from where the caller's frame
 * ends. `type`: its place in the debug information. */
typedef void debug_info_local_variable(void *arg, const char *name, int64_t offset, size_t size,
                                       uint64_t type);
/** Of the function that is at `pc`, which is where it begins; none where its frame is no plain one. */
void debug_info_locals(uintptr_t pc, debug_info_local_variable *local, void *arg);

/** Whether there is a structure or union of just this size at just this offset of an object, whose type has that place. */
bool debug_info_holds_structure(uint64_t place, size_t offset, size_t size);

/** What stands at `offset` of such an object, to be put behind its name: ".member", "[2].member", or nothing. */
void debug_info_part(uint64_t place, size_t offset, char *text, size_t room);

#endif
