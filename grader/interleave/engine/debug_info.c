/**
 * @file debug_info.c
 * @brief The program's debug information and symbols, by libdw.
 *
 * libdw allocates and reads by the C library itself: only the objects of this link call the engine in its place. The
 * session is kept in mapped memory, as all that the engine knows, or the next execution would set it back.
 */
#include "debug_dwarf.h"
#include "debug_info.h"
#include "engine.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

Dwarf *dwarf_session(void)
{
    if (!il->debug_info_asked) {
        il->debug_info_asked = true;
        int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC); /* stays open: libdw reads when it is asked */
        il->debug_info = file >= 0 ? dwarf_begin(file, DWARF_C_READ) : NULL;
    }
    return il->debug_info;
}

/* By the units themselves: not every compiler writes an index of addresses. */
bool find_unit(Dwarf *dwarf, uintptr_t address, Dwarf_Die *unit)
{
    for (Dwarf_CU *each = NULL; dwarf_get_units(dwarf, each, &each, NULL, NULL, unit, NULL) == 0;)
        if (dwarf_haspc(unit, address) > 0)
            return true;
    return false;
}

/* Where the call of an inlined function stands. False: this scope is none. */
static bool find_call(Dwarf_Die *unit, Dwarf_Die *scope, const char **path, int *line)
{
    Dwarf_Attribute attribute;
    Dwarf_Word file = 0, number = 0;
    Dwarf_Files *files;
    if (dwarf_tag(scope) != DW_TAG_inlined_subroutine)
        return false;
    dwarf_formudata(dwarf_attr(scope, DW_AT_call_file, &attribute), &file);
    dwarf_formudata(dwarf_attr(scope, DW_AT_call_line, &attribute), &number);
    *path = dwarf_getsrcfiles(unit, &files, NULL) == 0 ? dwarf_filesrc(files, file, NULL, NULL) : NULL;
    *line = (int)number;
    return true;
}

void debug_info_frames(uintptr_t address, debug_info_frame *frame, void *arg)
{
    Dwarf *dwarf = dwarf_session();
    Dwarf_Die unit, *around = NULL, *scopes = NULL;
    if (!dwarf || !find_unit(dwarf, address, &unit))
        return;
    Dwarf_Line *row = dwarf_getsrc_die(&unit, address);
    const char *path = row ? dwarf_linesrc(row, NULL, NULL) : NULL;
    int line = 0, count = dwarf_getscopes(&unit, address, &around);
    if (row)
        dwarf_lineno(row, &line);
    /* the first list goes on, behind an inlined function, with the scopes where it was written: the second with its callers */
    count = count > 0 ? dwarf_getscopes_die(&around[0], &scopes) : 0;
    bool wanted = true;
    for (int i = 0; i < count && wanted; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
            continue;
        const char *function = dwarf_diename(&scopes[i]);
        wanted = frame(arg, function ? function : "?", path ? path : "?", line);
        if (!find_call(&unit, &scopes[i], &path, &line))
            break;
    }
    free(scopes);
    free(around);
}

/* --- a block's structure: what the function that made it calls it by --- */

bool find_type(Dwarf_Die *of, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    Dwarf_Die named;
    return dwarf_formref_die(dwarf_attr_integrate(of, DW_AT_type, &attribute), &named) &&
           dwarf_peel_type(&named, type) == 0;
}

/* Of all structures that a function's variables point to, the largest that has room in the block. */
struct wanted {
    size_t size;
    Dwarf_Die structure;
    Dwarf_Word bytes; /* 0: none so far */
    bool several;
};

static void look_at(Dwarf_Die *variable, struct wanted *wanted)
{
    Dwarf_Die pointer, structure;
    Dwarf_Word bytes = 0;
    if (!find_type(variable, &pointer) || dwarf_tag(&pointer) != DW_TAG_pointer_type ||
        !find_type(&pointer, &structure) || dwarf_tag(&structure) != DW_TAG_structure_type ||
        dwarf_aggregate_size(&structure, &bytes) != 0 || bytes > wanted->size || bytes < wanted->bytes)
        return;
    wanted->several = bytes == wanted->bytes && (wanted->several || structure.addr != wanted->structure.addr);
    wanted->structure = structure;
    wanted->bytes = bytes;
}

/* Where the function itself has none: pointers that the whole unit has, to a structure as large as the block. */
static void look_in_unit(Dwarf_Die *unit, struct wanted *wanted)
{
    Dwarf_Die child;
    if (wanted->bytes > 0 || dwarf_child(unit, &child) != 0)
        return;
    do {
        struct wanted found = {.size = wanted->size};
        if (dwarf_tag(&child) == DW_TAG_variable)
            look_at(&child, &found);
        if (found.bytes == wanted->size)
            look_at(&child, wanted);
    } while (dwarf_siblingof(&child, &child) == 0);
}

static void look_in(Dwarf_Die *scope, struct wanted *wanted)
{
    Dwarf_Die child;
    if (dwarf_child(scope, &child) != 0)
        return;
    do {
        int tag = dwarf_tag(&child);
        if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter)
            look_at(&child, wanted);
        else if (tag == DW_TAG_lexical_block)
            look_in(&child, wanted);
    } while (dwarf_siblingof(&child, &child) == 0);
}

static void append(char *text, size_t room, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    if (length < room)
        vsnprintf(text + length, room - length, format, arguments);
    va_end(arguments);
}

static Dwarf_Word number_at(Dwarf_Die *of, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number = 0;
    dwarf_formudata(dwarf_attr(of, name, &attribute), &number);
    return number;
}

/* The first of its bytes, and the byte behind the last; of a bit-field all bytes that hold some of its bits. False: no member. */
static bool find_extent(Dwarf_Die *member, Dwarf_Word *start, Dwarf_Word *end)
{
    Dwarf_Die type;
    Dwarf_Word bytes = 0, bits = number_at(member, DW_AT_bit_size);
    if (dwarf_tag(member) != DW_TAG_member || !find_type(member, &type) ||
        dwarf_aggregate_size(&type, &bytes) != 0)
        return false;
    Dwarf_Word first = number_at(member, DW_AT_data_bit_offset);
    if (dwarf_hasattr(
            member, DW_AT_bit_offset)) /* as it was written before: from the other end of a word of this type */
        first = 8 * (number_at(member, DW_AT_data_member_location) + bytes) -
                number_at(member, DW_AT_bit_offset) - bits;
    *start = bits ? first / 8 : number_at(member, DW_AT_data_member_location);
    *end = bits ? (first + bits + 7) / 8 : *start + bytes;
    return true;
}

bool find_member(Dwarf_Die *structure, size_t offset, Dwarf_Die *member, Dwarf_Word *start, bool goes_on)
{
    Dwarf_Word end;
    if (goes_on ? dwarf_siblingof(member, member) != 0 : dwarf_child(structure, member) != 0)
        return false;
    do {
        if (find_extent(member, start, &end) && offset >= *start && offset < end)
            return true;
    } while (dwarf_siblingof(member, member) == 0);
    return false;
}

/* Bit-fields that share this byte, of which `member` is the first: ".flag or .count". */
static void append_bits(Dwarf_Die *structure, Dwarf_Die *member, size_t offset, char *text, size_t room)
{
    Dwarf_Word start;
    const char *word = "";
    do {
        append(text, room, "%s.%s", word, dwarf_diename(member));
        word = " or ";
    } while (find_member(structure, offset, member, &start, true));
}

/* The indices of an element of an array of one or more dimensions: the last one is that of the innermost. */
static void append_indices(Dwarf_Die *array, size_t element, char *text, size_t room)
{
    enum { DIMENSIONS_MAX = 8 };
    size_t counts[DIMENSIONS_MAX], dimensions = 0, indices[DIMENSIONS_MAX];
    Dwarf_Die child;
    for (int more = dwarf_child(array, &child); more == 0 && dimensions < DIMENSIONS_MAX;
         more = dwarf_siblingof(&child, &child))
        if (dwarf_tag(&child) == DW_TAG_subrange_type) {
            size_t count = (size_t)number_at(&child, DW_AT_count);
            counts[dimensions++] = count ? count : (size_t)number_at(&child, DW_AT_upper_bound) + 1;
        }
    for (size_t i = dimensions; i > 1; i--) {
        indices[i - 1] = element % counts[i - 1];
        element /= counts[i - 1];
    }
    indices[0] = element;
    for (size_t i = 0; i < dimensions || i == 0; i++)
        append(text, room, "[%zu]", indices[i]);
}

void append_place(Dwarf_Die *type, size_t offset, bool whole, char *text, size_t room)
{
    Dwarf_Die inner, element;
    Dwarf_Word start, bytes;
    if (whole && offset == 0 && dwarf_tag(type) == DW_TAG_structure_type)
        return;
    if (dwarf_tag(type) == DW_TAG_structure_type && find_member(type, offset, &inner, &start, false) &&
        find_type(&inner, &element)) {
        if (number_at(&inner, DW_AT_bit_size)) {
            append_bits(type, &inner, offset, text, room);
            return;
        }
        if (dwarf_diename(&inner))
            append(text, room, ".%s", dwarf_diename(&inner));
        append_place(&element, offset - start, whole, text, room);
    } else if (dwarf_tag(type) == DW_TAG_array_type && find_type(type, &element) &&
               dwarf_aggregate_size(&element, &bytes) == 0 && bytes > 0) {
        append_indices(type, offset / (size_t)bytes, text, room);
        append_place(&element, offset % bytes, whole, text, room);
    } else if (offset > 0) {
        append(text, room, " + %zu", offset);
    }
}

bool debug_info_member(uintptr_t address, size_t size, size_t offset, char *text, size_t room)
{
    Dwarf *dwarf = dwarf_session();
    Dwarf_Die unit, *around = NULL, *scopes = NULL;
    struct wanted wanted = {.size = size};
    if (!dwarf || !find_unit(dwarf, address, &unit))
        return false;
    int count = dwarf_getscopes(&unit, address, &around);
    count = count > 0 ? dwarf_getscopes_die(&around[0], &scopes) : 0;
    for (int i = 0; i < count && dwarf_tag(&scopes[i]) != DW_TAG_compile_unit; i++)
        look_in(&scopes[i], &wanted);
    look_in_unit(&unit, &wanted);
    free(scopes);
    free(around);
    if (wanted.bytes == 0 || wanted.several || offset >= wanted.bytes || !dwarf_diename(&wanted.structure))
        return false;
    snprintf(text, room, "%s", dwarf_diename(&wanted.structure));
    append_place(&wanted.structure, offset, false, text, room);
    return true;
}

/* --- a static variable's structure --- */

/* The address that an operation of a location names, or the place of one in the unit's table. */
static bool is_address(Dwarf_Attribute *location, const Dwarf_Op *operation, uintptr_t address)
{
    Dwarf_Attribute entry;
    Dwarf_Addr found;
    if (operation->atom == DW_OP_addrx)
        return dwarf_getlocation_attr(location, operation, &entry) == 0 &&
               dwarf_formaddr(&entry, &found) == 0 && found == address;
    return operation->atom == DW_OP_addr && operation->number == address;
}

/* Whether the variable lies at this address: one that has a place of its own, and is no thread's. */
static bool lies_at(Dwarf_Die *variable, uintptr_t address)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *operations;
    size_t count;
    return dwarf_tag(variable) == DW_TAG_variable &&
           dwarf_getlocation(dwarf_attr_integrate(variable, DW_AT_location, &attribute), &operations,
                             &count) == 0 &&
           count == 1 && is_address(&attribute, &operations[0], address);
}

/* In a unit, or a function: the static variable at this address. */
static bool find_variable(Dwarf_Die *scope, uintptr_t address, Dwarf_Die *variable)
{
    Dwarf_Die child;
    if (dwarf_child(scope, &child) != 0)
        return false;
    do {
        int tag = dwarf_tag(&child);
        if (lies_at(&child, address)) {
            *variable = child;
            return true;
        }
        if ((tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block) &&
            find_variable(&child, address, variable))
            return true;
    } while (dwarf_siblingof(&child, &child) == 0);
    return false;
}

void debug_info_place(uintptr_t variable, size_t offset, bool whole, char *text, size_t room)
{
    Dwarf *dwarf = dwarf_session();
    Dwarf_Die unit, found, type;
    text[0] = '\0';
    for (Dwarf_CU *each = NULL; dwarf && dwarf_get_units(dwarf, each, &each, NULL, NULL, &unit, NULL) == 0;)
        if (find_variable(&unit, variable, &found) && find_type(&found, &type)) {
            append_place(&type, offset, whole, text, room);
            return;
        }
    if (offset > 0)
        append(text, room, " + %zu", offset);
}

/* --- symbols --- */

/* Of the program's symbols those of one table. */
static void table_variables(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                            debug_info_variable *variable, void *arg)
{
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;
    for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
        int type = GELF_ST_TYPE(symbol.st_info);
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if ((type == STT_OBJECT || type == STT_TLS) && symbol.st_shndx != SHN_UNDEF && symbol.st_size && name)
            variable(arg, name, symbol.st_value, symbol.st_size);
    }
}

void debug_info_variables(debug_info_variable *variable, void *arg)
{
    Dwarf *dwarf = dwarf_session();
    Elf *elf = dwarf ? dwarf_getelf(dwarf) : NULL;
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section));)
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            table_variables(elf, section, &header, variable, arg);
}
