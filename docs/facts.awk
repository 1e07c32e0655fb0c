# facts.awk: what the pages say of the course, read from the tree itself: clauses and symbols from the headers,
# labs from modules.mk, tests from the suites. A library for filter.awk; it runs in the repository's root.
#
#   clause_id[1..clauses]   "01.5", by lab and number
#   clause_points, clause_text, clause_header, clause_owner   by id
#   clause_tests            by id: "test `join_drop`: plain, asan", one after the other; lab_tests["01"]: how many
#   symbol_name[1..symbols] in the order of the headers; symbol_kind (function, macro, struct, enum, typedef,
#                           variable), symbol_header, symbol_brief, symbol_clauses (with spaces)   by index
#   header_name[1..headers] "future.h", "detail/atomic.h"; header_brief by name
#   setting                 of modules.mk, by name: setting["LABS"], setting["01-futures.title"]

# The name of a field in a comment: "Threads", "Cancel safety".
BEGIN { field_name = "[A-Z][a-z-]+( [a-z]+)?" }

function words_match(text, pattern)
{
    return match(text, pattern) ? substr(text, RSTART, RLENGTH) : ""
}

# "clause_01_5": Doxygen's anchors have no dots.
function anchor_of(id)
{
    sub(/\./, "_", id)
    return "clause_" id
}

function trimmed(text)
{
    gsub(/^[ \t]+|[ \t]+$/, "", text)
    return text
}

# The first sentence of a comment, without what stands in fields of its own.
function brief_of(text)
{
    gsub(/[ \t]+/, " ", text)
    sub(/^ *@brief /, "", text)
    sub(/^ *@file [^ ]+ @brief /, "", text)
    sub(/ *@(param|return|clause)[^a-z].*/, "", text)
    sub(" " field_name ": .*", "", text)
    if (match(text, /[.] /))
        text = substr(text, 1, RSTART)
    return trimmed(text)
}

function read_settings(path,    line, at)
{
    while ((getline line <path) > 0)
        if (line !~ /^#/ && (at = index(line, " :=")))
            setting[substr(line, 1, at - 1)] = trimmed(substr(line, at + 3))
    close(path)
}

# One comment, and the declaration that follows it.
function add_symbol(doc, declaration, header,    name, kind, ids, count, part, i)
{
    ids = ""
    count = split(doc, part, /@clause\{/)
    for (i = 2; i <= count; i++)
        ids = ids " " substr(part[i], 1, index(part[i], ",") - 1)
    count = split(doc, part, " ")
    for (i = 1; i <= count; i++)
        if (part[i] == "Clauses:")
            while (++i <= count && part[i] ~ /^[0-9xG]+\.[0-9]+[.,]?$/) {
                sub(/[.,]$/, "", part[i])
                ids = ids " " part[i]
            }
    if (declaration ~ /^#define /) {
        kind = "macro"
        name = words_match(substr(declaration, 9), "^[A-Za-z_0-9]+\\(?")
        sub(/\(/, "", name)
    } else if (declaration ~ /^(struct|enum) [a-z_0-9]+ *[{]/) {
        split(declaration, part, " ")
        kind = part[1]
        name = part[2]
    } else if (declaration ~ /^enum *[{]/) {
        return ""
    } else if (declaration ~ /^extern /) {
        kind = "variable"
        name = words_match(declaration, "wf_[a-z_0-9]+;")
        sub(/;/, "", name)
    } else {
        kind = declaration ~ /^typedef / ? "typedef" : "function"
        name = words_match(declaration, "wf_[a-z_0-9]+\\(")
        sub(/\(/, "", name)
    }
    if (name == "")
        return ""
    symbol_name[++symbols] = name
    symbol_kind[symbols] = kind
    symbol_header[symbols] = header
    symbol_brief[symbols] = brief_of(doc)
    symbol_clauses[symbols] = trimmed(ids)
    return kind == "function" ? name "()" : name
}

function read_header(path,    header, line, in_doc, doc, waits, declaration, found, count, i, part, text, owner)
{
    header = path
    sub(/^runtime\/include\/weft\//, "", header)
    header_name[++headers] = header
    while ((getline line <path) > 0) {
        if (line ~ /^\/\*\*/ && !in_doc) {
            in_doc = 1
            doc = declaration = ""
            waits = count = 0
        }
        if (in_doc) {
            if ((i = index(line, "@clause{"))) {
                text = substr(line, i + 8)
                split(text, part, ",")
                found[++count] = part[1]
                clause_id[++clauses] = part[1]
                clause_points[part[1]] = part[2]
                clause_header[part[1]] = header
                text = substr(text, index(text, "\"") + 1)
                sub(/"\}.*/, "", text)
                clause_text[part[1]] = text
            }
            text = line
            sub(/^(\/\*\*| \*\/| \*)/, "", text)
            sub(/\*\/.*/, "", text)
            doc = doc " " text
            if (line ~ /\*\//) {
                in_doc = 0
                if (doc ~ /@file /)
                    header_brief[header] = brief_of(doc)
                else
                    waits = 1
            }
            continue
        }
        if (waits && line !~ /^[ \t]*$/) {
            declaration = declaration " " line
            if (line ~ /[;{]/ || line ~ /^#define /) {
                owner = add_symbol(doc, trimmed(declaration), header)
                for (i = 1; i <= count; i++)
                    clause_owner[found[i]] = owner
                waits = count = 0
            }
        }
    }
    close(path)
}

# {"join_result", "01.5", PLAIN | ASAN, test_join_result},
function read_suite(path,    line, part, variants)
{
    while ((getline line <path) > 0)
        if (line ~ /^ *\{"[a-z0-9_]+", "[0-9x]+\.[0-9]+", /) {
            split(line, part, "\"")
            variants = part[5]
            sub(/^, /, "", variants)
            sub(/, [a-z].*/, "", variants)
            gsub(/ \| /, ", ", variants)
            clause_tests[part[4]] = clause_tests[part[4]] (clause_tests[part[4]] == "" ? "" : "; ") "test `" part[2] "`: " \
                tolower(variants)
            lab_tests[substr(part[4], 1, 2)]++
        }
    close(path)
}

function comes_after(left, right,    a, b)
{
    split(left, a, ".")
    split(right, b, ".")
    return a[1] != b[1] ? a[1] > b[1] : a[2] + 0 > b[2] + 0
}

function read_course(    command, path, i, k, id)
{
    read_settings("runtime/modules.mk")
    command = "ls runtime/include/weft/*.h runtime/include/weft/detail/*.h runtime/include/weft/exercises/*.h"
    while ((command | getline path) > 0)
        read_header(path)
    close(command)
    command = "ls grader/suites/*/suite.c"
    while ((command | getline path) > 0)
        read_suite(path)
    close(command)
    for (i = 2; i <= clauses; i++) {
        id = clause_id[i]
        for (k = i - 1; k >= 1 && comes_after(clause_id[k], id); k--)
            clause_id[k + 1] = clause_id[k]
        clause_id[k + 1] = id
    }
}
