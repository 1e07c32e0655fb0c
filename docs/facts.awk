# facts.awk: what the pages say of the course: labs, clauses and tests as the grader lists them, symbols from the headers.
# A library for filter.awk; it runs in the repository's root, where the grader is built.
#
#   clause_id[1..clauses]   "01.5", by lab and number
#   clause_points, clause_text, clause_header, clause_owner   by id
#   clause_at               id, by header and line
#   clause_tests            by id: "test `join_drop`: plain, asan", one after the other
#   symbol_name[1..symbols] in the order of the headers; symbol_kind (function, macro, struct, enum, typedef,
#                           variable), symbol_header, symbol_brief, symbol_clauses (with spaces)   by index
#   header_name[1..headers] "future.h", "detail/atomic.h"; header_brief by name
#   lab_name[1..labs]       "01-futures", behind them up to [graded] what is beside the labs, "x0-hello"; lab_title, lab_headers (with spaces), lab_files (how many to write), lab_tests

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

# What the grader lists: grader/src/list.h has the lines.
function read_list(    command, line, part, id, lab)
{
    command = "build/weft-grade list --table"
    while ((command | getline line) > 0) {
        split(line, part, "\t")
        id = part[2]
        if (part[1] == "clause") {
            clause_id[++clauses] = id
            clause_points[id] = part[3]
            clause_header[id] = part[4]
            clause_text[id] = part[6]
            clause_at[part[4], part[5]] = id
        } else if (part[1] == "reference") {
            references_at[part[3], part[4]] = references_at[part[3], part[4]] " " id
        } else if (part[1] == "lab" && part[3] != "planned") {
            lab_name[++graded] = part[2]
            labs += part[3] == "built"
            lab_title[part[2]] = part[5]
        } else if (part[1] == "file" && part[3] == "write") {
            lab_files[part[2]]++
        } else if (part[1] == "file" && part[3] == "headers") {
            lab_headers[part[2]] = lab_headers[part[2]] " " part[4]
        } else if (part[1] == "test") {
            gsub(/,/, ", ", part[5])
            clause_tests[part[4]] = clause_tests[part[4]] (clause_tests[part[4]] == "" ? "" : "; ") "test `" part[3] "`: " \
                part[5]
            lab_tests[part[2]]++
        }
    }
    if (close(command) || !clauses) {
        print "docs: the grader does not list the course: make grader" >"/dev/stderr"
        exit 1
    }
}

# One comment, the declaration that follows it, and the clauses that it states or refers to.
function add_symbol(doc, declaration, header, ids,    name, kind, part)
{
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

function read_header(path,    header, line, number, in_doc, doc, waits, declaration, stated, referred, count, i, part, owner, text)
{
    header = path
    sub(/^runtime\/include\/weft\//, "", header)
    header_name[++headers] = header
    while ((getline line <path) > 0) {
        number++
        if (line ~ /^\/\*\*/ && !in_doc) {
            in_doc = 1
            doc = declaration = stated = referred = ""
            waits = 0
        }
        if (in_doc) {
            if ((header, number) in clause_at)
                stated = stated " " clause_at[header, number]
            if ((header, number) in references_at)
                referred = referred references_at[header, number]
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
                owner = add_symbol(doc, trimmed(declaration), header, stated referred)
                count = split(stated, part, " ")
                for (i = 1; i <= count; i++)
                    clause_owner[part[i]] = owner
                waits = 0
            }
        }
    }
    close(path)
}

function read_course(    command, path)
{
    read_list()
    command = "find runtime/include/weft -name '*.h' | LC_ALL=C sort"
    while ((command | getline path) > 0)
        read_header(path)
    close(command)
}
