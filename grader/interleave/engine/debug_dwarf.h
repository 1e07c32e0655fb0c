/**
 * @file debug_dwarf.h
 * @brief What the files that read debug information by libdw have in common.
 */
#ifndef INTERLEAVE_DEBUG_DWARF_H
#define INTERLEAVE_DEBUG_DWARF_H

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** NULL: the program has no debug information. */
Dwarf *dwarf_session(void);
/** The unit that an address of code belongs to. */
bool find_unit(Dwarf *dwarf, uintptr_t address, Dwarf_Die *unit);
/** The type of a variable or member, or what a pointer points to, without its names and qualifiers. */
bool find_type(Dwarf_Die *of, Dwarf_Die *type);
/** The member at this offset, and where it starts. `goes_on`: behind `member`, the one that was found before. */
bool find_member(Dwarf_Die *structure, size_t offset, Dwarf_Die *member, Dwarf_Word *start, bool goes_on);
/** What stands at an offset of an object of this type: appends ".member", "[index]" and, where neither says all, " + bytes".
 * `whole`: of a structure and its first member, the structure. */
void append_place(Dwarf_Die *type, size_t offset, bool whole, char *text, size_t room);

#endif
