/**
 * @file debug_info.c
 * @brief The program's debug information and symbols, by libdw.
 *
 * libdw allocates and reads by the C library itself: only the objects of this link call the engine in its place. The
 * session is kept in mapped memory, as all that the engine knows, or the next execution would set it back.
 */
#include "debug_info.h"
#include "engine.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>

/* NULL: the program has no debug information. */
static Dwarf *session(void)
{
    if (!il->debug_info_asked) {
        il->debug_info_asked = true;
        int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC); /* stays open: libdw reads when it is asked */
        il->debug_info = file >= 0 ? dwarf_begin(file, DWARF_C_READ) : NULL;
    }
    return il->debug_info;
}

/* The unit that an address belongs to. By the units themselves: not every compiler writes an index of addresses. */
static bool find_unit(Dwarf *dwarf, uintptr_t address, Dwarf_Die *unit)
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
    Dwarf *dwarf = session();
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
    Dwarf *dwarf = session();
    Elf *elf = dwarf ? dwarf_getelf(dwarf) : NULL;
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section));)
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            table_variables(elf, section, &header, variable, arg);
}
