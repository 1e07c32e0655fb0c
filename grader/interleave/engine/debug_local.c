/**
 * @file debug_local.c
 * @brief What the program's debug information says of local variables: which one holds an address, and which a function begins with.
 */
#include "debug_dwarf.h"
#include "debug_info.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAVED_BYTES = 16 }; /* the caller's frame pointer, and where it goes on */

/* The address that the function's variables are counted from. */
static bool find_base(Dwarf_Die *function, uintptr_t pc, uintptr_t frame, uintptr_t *base)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *operations;
    size_t count;
    enum { FRAME_POINTER = DW_OP_reg6 };
    if (dwarf_getlocation_addr(dwarf_attr_integrate(function, DW_AT_frame_base, &attribute), pc, &operations,
                               &count, 1) != 1 ||
        count != 1)
        return false;
    *base = frame + (operations[0].atom == DW_OP_call_frame_cfa ? SAVED_BYTES : 0);
    return operations[0].atom == DW_OP_call_frame_cfa || operations[0].atom == FRAME_POINTER;
}

/* Of the variables in this scope, not in one within it: the one that holds the address. */
static bool find_local(Dwarf_Die *scope, uintptr_t pc, uintptr_t base, uintptr_t address, bool whole,
                       char *text, size_t room)
{
    Dwarf_Die child, type;
    Dwarf_Attribute attribute;
    Dwarf_Op *operations;
    size_t count;
    Dwarf_Word bytes = 0;
    if (dwarf_child(scope, &child) != 0)
        return false;
    do {
        int tag = dwarf_tag(&child);
        if ((tag != DW_TAG_variable && tag != DW_TAG_formal_parameter) || !dwarf_diename(&child) ||
            dwarf_getlocation_addr(dwarf_attr_integrate(&child, DW_AT_location, &attribute), pc, &operations,
                                   &count, 1) != 1 ||
            count != 1 || operations[0].atom != DW_OP_fbreg || !find_type(&child, &type) ||
            dwarf_aggregate_size(&type, &bytes) != 0)
            continue;
        uintptr_t start = base + (uintptr_t)operations[0].number;
        if (address < start || address >= start + bytes)
            continue;
        snprintf(text, room, "%s", dwarf_diename(&child));
        append_place(&type, address - start, whole, text, room);
        return true;
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

bool debug_info_local(uintptr_t pc, uintptr_t frame, uintptr_t address, bool whole, char *text, size_t room)
{
    Dwarf *dwarf = dwarf_session();
    Dwarf_Die unit, *around = NULL, *scopes = NULL;
    bool found = false;
    uintptr_t base = 0;
#if !defined(__x86_64__)
    return false; /* how far above its frame pointer a frame ends is not known */
#endif
    if (!dwarf || !find_unit(dwarf, pc, &unit))
        return false;
    int count = dwarf_getscopes(&unit, pc, &around);
    count = count > 0 ? dwarf_getscopes_die(&around[0], &scopes) : 0;
    bool has_base = false;
    for (int i = 0; i < count && !has_base; i++)
        has_base = dwarf_tag(&scopes[i]) == DW_TAG_subprogram && find_base(&scopes[i], pc, frame, &base);
    for (int i = 0; i < count && has_base && !found; i++)
        found = find_local(&scopes[i], pc, base, address, whole, text, room);
    free(scopes);
    free(around);
    return found;
}

/* --- those that a function begins with --- */

#if defined(__x86_64__)
/* The function's frame pointer is where it seems to be, and the caller's frame ends just above what it saves: not where the stack
 * was aligned anew. */
static bool has_plain_frame(Dwarf *dwarf, uintptr_t pc)
{
    enum { FRAME_POINTER = 6 };
    Dwarf_CFI *rules = dwarf_getcfi_elf(dwarf_getelf(dwarf));
    Dwarf_Frame *frame = NULL;
    Dwarf_Op *operations;
    size_t count;
    if (!rules || dwarf_cfi_addrframe(rules, pc, &frame) != 0)
        return false;
    bool plain = dwarf_frame_cfa(frame, &operations, &count) == 0 && count == 1 &&
                 ((operations[0].atom == DW_OP_bregx && operations[0].number == FRAME_POINTER &&
                   operations[0].number2 == SAVED_BYTES) ||
                  (operations[0].atom == DW_OP_breg6 && operations[0].number == SAVED_BYTES));
    free(frame);
    return plain;
}

struct wanted_locals {
    int64_t base;
    debug_info_local_variable *local;
    void *arg;
};

/* Those that have one place for as long as the function runs. Parameters are written before it begins. */
static void each_local(Dwarf_Die *scope, const struct wanted_locals *wanted)
{
    Dwarf_Die child, type;
    Dwarf_Attribute attribute;
    Dwarf_Op *operations;
    size_t count;
    Dwarf_Word bytes = 0;
    if (dwarf_child(scope, &child) != 0)
        return;
    do {
        int tag = dwarf_tag(&child);
        if (tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine)
            each_local(&child, wanted);
        if (tag != DW_TAG_variable || !dwarf_diename(&child) ||
            dwarf_getlocation(dwarf_attr(&child, DW_AT_location, &attribute), &operations, &count) != 0 ||
            count != 1 || operations[0].atom != DW_OP_fbreg || !find_type(&child, &type) ||
            dwarf_aggregate_size(&type, &bytes) != 0)
            continue;
        wanted->local(wanted->arg, dwarf_diename(&child), wanted->base + (int64_t)operations[0].number,
                      (size_t)bytes, dwarf_dieoffset(&type));
    } while (dwarf_siblingof(&child, &child) == 0);
}
#endif

void debug_info_locals(uintptr_t pc, debug_info_local_variable *local, void *arg)
{
#if defined(__x86_64__)
    Dwarf *dwarf = dwarf_session();
    Dwarf_Die unit, *around = NULL;
    uintptr_t base;
    if (!dwarf || !find_unit(dwarf, pc, &unit) || !has_plain_frame(dwarf, pc))
        return;
    int count = dwarf_getscopes(&unit, pc, &around);
    for (int i = 0; i < count; i++)
        if (dwarf_tag(&around[i]) == DW_TAG_subprogram) {
            if (find_base(&around[i], pc, 0, &base))
                each_local(&around[i], &(struct wanted_locals){(int64_t)base - SAVED_BYTES, local, arg});
            break;
        }
    free(around);
#else
    (void)pc, (void)local, (void)arg;
#endif
}

/* --- parts of one --- */

/* Of the type at this place of the debug information. */
static bool type_at(uint64_t place, Dwarf_Die *type)
{
    Dwarf *dwarf = dwarf_session();
    return dwarf && dwarf_offdie(dwarf, place, type);
}

static bool holds_structure(Dwarf_Die *type, size_t offset, size_t size)
{
    Dwarf_Die part, element;
    Dwarf_Word start, bytes = 0;
    int tag = dwarf_tag(type);
    if (tag == DW_TAG_array_type)
        return find_type(type, &element) && dwarf_aggregate_size(&element, &bytes) == 0 && bytes > 0 &&
               holds_structure(&element, offset % (size_t)bytes, size);
    if ((tag != DW_TAG_structure_type && tag != DW_TAG_union_type) || dwarf_aggregate_size(type, &bytes) != 0)
        return false;
    if (offset == 0 && bytes == size)
        return true;
    for (bool found = find_member(type, offset, &part, &start, false); found;
         found = find_member(type, offset, &part, &start, true))
        if (find_type(&part, &element) && holds_structure(&element, offset - (size_t)start, size))
            return true;
    return false;
}

bool debug_info_holds_structure(uint64_t place, size_t offset, size_t size)
{
    Dwarf_Die type;
    return type_at(place, &type) && holds_structure(&type, offset, size);
}

void debug_info_part(uint64_t place, size_t offset, char *text, size_t room)
{
    Dwarf_Die type;
    text[0] = '\0';
    if (type_at(place, &type))
        append_place(&type, offset, false, text, room);
}
