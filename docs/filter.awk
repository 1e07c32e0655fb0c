# filter.awk FILE: a header or a page as Doxygen shall see it. Run by Doxygen in the repository's root, as
#
#     awk -f docs/facts.awk -f docs/filter.awk FILE
#
# Headers    @clause{01.5,5,"text"} becomes a box with an anchor; numbers after "Clauses:" become links. A field becomes a
#            paragraph with a name: one or two words and a colon, where a line begins ("Threads: any").
# Markdown   gets a label, a table of contents where it is long, and links that lead to the site's own pages: what
#            is not part of the site becomes plain text. Numbers of clauses become links. The pages for people on
#            a forge stay plain Markdown, and nothing is copied.
#
# <!-- clauses --> and <!-- api --> in a page are replaced by what the headers say, <!-- sizes --> by the numbers of
# the built labs, <!-- program FILE --> and <!-- output FILE --> by an example and what it prints, <!-- file FILE --> by a
# file of the tree. A handout gets links to the one before and the one after.

BEGIN {
    read_course()
    for (i = 1; i <= clauses; i++)
        is_clause[clause_id[i]] = 1
    path = ARGV[1]
    command = "pwd"
    command | getline root
    sub("^" root "/", "", path)
    sub(/^\.\//, "", path)
    is_header = path ~ /\.h$/
    header = path
    sub(/^runtime\/include\/weft\//, "", header)
}

function clause_link(id)
{
    return is_header ? "@ref " anchor_of(id) " \"" id "\"" : "[" id "](@ref " anchor_of(id) ")"
}

# Links for the numbers of clauses in `text`, unless they are part of something else.
function linked(text,    result, id, before, after)
{
    result = ""
    while (match(text, /(G|[0-9x][0-9])\.[1-9][0-9]*/)) {
        id = substr(text, RSTART, RLENGTH)
        before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
        after = substr(text, RSTART + RLENGTH, 2)
        result = result substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        if (id in is_clause && before !~ /[A-Za-z0-9_.\/"[]/ && after !~ /^([A-Za-z_"\]]|\.[0-9])/)
            id = clause_link(id)
        result = result id
    }
    return result text
}

# --- headers ---

function clause_box(line, id,    rest)
{
    rest = clause_text[id]
    gsub(/,/, "\\,", rest)
    return substr(line, 1, index(line, "@") - 1) "@clause{" anchor_of(id) "," id "," clause_worth(id) "," rest "}"
}

function clause_worth(id)
{
    return id ~ /^G/ ? "given" : clause_points[id] (clause_points[id] == 1 ? " point" : " points")
}

is_header && (header, FNR) in clause_at {
    print clause_box($0, clause_at[header, FNR])
    next
}

# A line of a comment in which each field begins with @label{its name}. A field begins where the text of the comment
# begins; what is indented goes on with it. A name of one word may begin a sentence too: "Threads: any. Cost: O(1)."
function with_fields(line,    result, pattern, at, end)
{
    result = ""
    pattern = line ~ /^ \* / ? "^ [*] " field_name ": +" : ""
    for (;;) {
        if (pattern == "" || !match(line, pattern)) {
            pattern = "[.] [A-Z][a-z-]+: +"
            if (!match(line, pattern))
                return result line
        }
        at = RSTART + (pattern ~ /^\^/ ? 3 : 2)
        end = RSTART + RLENGTH
        result = result substr(line, 1, at - 1) "@label{" words_match(substr(line, at), "^[^:]*") "} "
        line = substr(line, end)
        pattern = ""
    }
}

is_header && /^(\/\*\*| \*)/ {
    $0 = with_fields(/ Clauses: / ? linked($0) : $0)
}

is_header {
    print
    next
}

# --- pages ---

# The label of a page: "lab_01" for a handout, "answers_01" for its answers, "notes_01" for an instructor's notes, "runtime", else the file's name.
function page_of(file,    name)
{
    if (file ~ /^labs\/[0-9x][0-9]-[^\/]*\/README\.md$/)
        return "lab_" substr(file, 6, 2)
    if (file ~ /^labs\/[0-9x][0-9]-[^\/]*\/ANSWERS\.md$/)
        return "answers_" substr(file, 6, 2)
    if (file ~ /^solutions\/[0-9x][0-9]-[^\/]*\/NOTES\.md$/)
        return "notes_" substr(file, 11, 2)
    if (file == "runtime/README.md")
        return "runtime"
    if (file == "README.md" || file == "docs/mainpage.md")
        return "index"
    if (file !~ /^docs\/[a-z-]+\.md$/)
        return ""
    name = substr(file, 6, length(file) - 8)
    gsub(/-/, "_", name)
    return name
}

# As GitHub makes a heading's anchor.
function slug_of(heading)
{
    heading = tolower(heading)
    gsub(/[^a-z0-9_ -]/, "", heading)
    gsub(/ /, "-", heading)
    return heading
}

function resolved(target,    part, count, i, depth, result)
{
    result = path
    sub(/[^\/]*$/, "", result)
    count = split(result target, part, "/")
    for (i = 1; i <= count; i++)
        if (part[i] == "..")
            depth--
        else if (part[i] != "." && part[i] != "")
            part[++depth] = part[i]
    result = ""
    for (i = 1; i <= depth; i++)
        result = result (i > 1 ? "/" : "") part[i]
    return result
}

function picture_name(target)
{
    sub(/.*\//, "", target)
    return target
}

# <a id="waker"></a> in a page, as Doxygen knows it.
function with_anchors(text)
{
    while (match(text, /<a id="[a-z-]+"><\/a>/))
        text = substr(text, 1, RSTART - 1) "@anchor " page "-" substr(text, RSTART + 7, RLENGTH - 13) " " \
            substr(text, RSTART + RLENGTH)
    return text
}

function rewritten_link(text, target,    anchor, file)
{
    if (target ~ /^([a-z]+:|@ref )/)
        return "[" text "](" target ")"
    anchor = target ~ /#/ ? target : ""
    sub(/^[^#]*#/, "", anchor)
    sub(/#.*/, "", target)
    file = target == "" ? path : resolved(target)
    if (page_of(file) != "")
        return "[" text "](@ref " page_of(file) (anchor == "" ? "" : "-" anchor) ")"
    if (file ~ /^runtime\/include\/weft\/.*\.h$/)
        return "[" text "](@ref " substr(file, length("runtime/include/weft/") + 1) ")"
    if (file == "grader/interleave/interleave.h")
        return "[" text "](@ref interleave.h)"
    if (file ~ /^runtime\/include\/weft/)
        return "[" text "](@ref api)"
    if (file ~ /^runtime\/examples\/[a-z_]+\.c$/)
        return "[" text "](@ref example-" substr(file, 18, length(file) - 19) ")"
    return text ~ /`/ ? text : "`" text "`"
}

# A line of text: code stays, links are rewritten, clauses linked.
function rewritten(text,    result, code_at, code_length, link_at, link_length, bracket, inner, target)
{
    result = ""
    for (;;) {
        code_at = match(text, /`[^`]*`/)
        code_length = RLENGTH
        link_at = match(text, /!?\[[^]\[]*\]\([^()]*\)/)
        link_length = RLENGTH
        if (!link_at && !code_at)
            return result linked(text)
        if (code_at && (!link_at || code_at < link_at)) {
            result = result linked(substr(text, 1, code_at - 1)) substr(text, code_at, code_length)
            text = substr(text, code_at + code_length)
            continue
        }
        inner = substr(text, link_at, link_length)
        bracket = index(inner, "](")
        result = result linked(substr(text, 1, link_at - 1))
        text = substr(text, link_at + link_length)
        target = substr(inner, bracket + 2, length(inner) - bracket - 2)
        if (inner ~ /^!/)
            result = result substr(inner, 1, bracket + 1) picture_name(target) ")" # see pictures.sh
        else
            result = result rewritten_link(substr(inner, 2, bracket - 2), target)
    }
}

# --- from one handout to the next ---

function first_line(file,    line)
{
    getline line <file
    close(file)
    sub(/^# /, "", line)
    return line
}

# The handouts in the order of the course: the warm-up, if there is one, then lab by lab; exercises stand beside it.
function print_way(class,    command, file, part, handout, count, i)
{
    command = "(ls labs/x0-*/README.md; ls labs/[0-9]*/README.md) 2>/dev/null" # ls sorts what it is given
    while ((command | getline file) > 0)
        handout[++count] = file
    close(command)
    for (i = 1; i <= count && handout[i] != path; i++)
        ;
    if (i > count)
        return
    printf "<div class=\"way %s\">", class
    if (i > 1)
        printf "<span class=\"before\">@ref lab_%s \"%s\"</span>", substr(handout[i - 1], 6, 2), first_line(handout[i - 1])
    printf "<span>@ref labs \"All labs\"</span>"
    if (i < count)
        printf "<span class=\"after\">@ref lab_%s \"%s\"</span>", substr(handout[i + 1], 6, 2), first_line(handout[i + 1])
    print "</div>\n"
}

# A file of the tree, as it is.
function print_file(file,    line, lines)
{
    print "```text"
    while ((getline line <file) > 0) {
        print line
        lines++
    }
    close(file)
    print "```"
    if (!lines)
        print "@ref " file # there is no such file: Doxygen warns, and the build fails
}

{ lines[++count] = $0 }

END {
    if (is_header)
        exit
    page = page_of(path)
    for (i = 1; i <= count; i++)
        sections += lines[i] ~ /^## /
    for (i = 1; i <= count; i++) {
        line = lines[i]
        if (line ~ /^(```|~~~)/)
            fenced = !fenced
        if (fenced || line ~ /^    /)
            print line
        else if (line == "<!-- clauses -->")
            print_clauses()
        else if (line == "<!-- api -->")
            print_api()
        else if (line == "<!-- sizes -->")
            print_sizes()
        else if (line ~ /^<!-- file [^ ]+ -->$/) {
            split(line, word, " ")
            print_file(word[3])
        } else if (line ~ /^<!-- (program|output) [^ ]+ -->$/) {
            split(line, word, " ")
            print (word[2] == "program" ? "@include " : "@verbinclude ") word[3]
        } else if (line ~ /^# /) {
            print line (page == "index" || line ~ /\{#/ ? "" : " {#" page "}")
            if (sections > 3 && page != "index")
                print "\n[TOC]"
            if (page ~ /^lab_/) {
                print ""
                print_way("top")
            }
            if (page ~ /^notes_/)
                print "\n<div class=\"answers\">For those who teach: this page gives the answers.</div>\n"
        } else if (line ~ /^## / && page == "index")
            print "<h2>" substr(line, 4) "</h2>" # not a section: the tree at the left would list it
        else if (line ~ /^## /)
            print line " {#" page "-" slug_of(substr(line, 4)) "}"
        else
            print rewritten(with_anchors(line))
    }
    if (page ~ /^lab_/) {
        print ""
        print_way("bottom")
    }
}

# --- pages made from the headers ---

function title_of(lab)
{
    return "Lab " substr(lab, 1, 2) ": " lab_title[lab]
}

function print_boxes(prefix,    i, id, owner)
{
    for (i = 1; i <= clauses; i++) {
        id = clause_id[i]
        if (index(id, prefix) != 1)
            continue
        owner = clause_owner[id]
        printf "<div class=\"clause\"><span class=\"clause-number\">%s</span><span class=\"clause-worth\">%s</span>\n", \
            clause_link(id), clause_worth(id)
        print clause_text[id]
        printf "<div class=\"clause-note\">%s", owner == "" ? "@ref " clause_header[id] : "@ref " owner
        if (owner != "")
            printf " in @ref %s", clause_header[id]
        if (id in clause_tests)
            printf "; %s", clause_tests[id]
        print "</div></div>\n"
    }
}

function print_clauses(    i)
{
    for (i = 1; i <= graded; i++) {
        printf "## %s {#clauses-%s}\n\n", title_of(lab_name[i]), substr(lab_name[i], 1, 2)
        print_boxes(substr(lab_name[i], 1, 2) ".")
    }
    print "## The given parts {#clauses-given}\n"
    print "Nobody writes them in a lab; their tests are in `grader/given-tests` and `grader/must-not-compile`.\n"
    print_boxes("G.")
}

function print_sizes(    lab, i, k, own, points)
{
    print "| built | files to write | clauses | tests | points |\n| --- | --- | --- | --- | --- |"
    for (i = 1; i <= labs; i++) {
        lab = lab_name[i]
        own = points = 0
        for (k = 1; k <= clauses; k++)
            if (index(clause_id[k], substr(lab, 1, 2) ".") == 1) {
                own++
                points += clause_points[clause_id[k]]
            }
        printf "| %s | %d | %d | %d | %d |\n", title_of(lab), lab_files[lab], own, lab_tests[lab], points
    }
    print ""
}

function print_header_symbols(header,    i, types, id, part, count, links, k, rows)
{
    printf "### %s {#api-%s}\n\n", header, slug_of(header)
    printf "%s See @ref %s.\n\n", header_brief[header], header
    types = rows = ""
    for (i = 1; i <= symbols; i++) {
        if (symbol_header[i] != header)
            continue
        if (symbol_kind[i] != "function" && symbol_kind[i] != "macro") {
            types = types (types == "" ? "" : ", ") (symbol_kind[i] ~ /^(struct|enum)$/ ? symbol_kind[i] " " : "") \
                "@ref " symbol_name[i]
            continue
        }
        links = ""
        count = split(symbol_clauses[i], part, " ")
        for (k = 1; k <= count; k++)
            links = links " " clause_link(part[k])
        rows = rows "| @ref " symbol_name[i] (symbol_kind[i] == "function" ? "()" : "") " | " symbol_brief[i] \
            " |" links " |\n"
    }
    if (rows != "")
        printf "| function or macro | what for | clauses |\n| --- | --- | --- |\n%s\n", rows
    if (types != "")
        printf "Types and variables: %s.\n\n", types
}

function print_api(    number, name, count, i, k, listed)
{
    for (i = 1; i <= graded; i++) {
        number = substr(lab_name[i], 1, 2)
        printf "## %s {#api-%s}\n\n", title_of(lab_name[i]), number
        printf "[The handout](@ref lab_%s), [its clauses](@ref clauses-%s).\n\n", number, number
        count = split(lab_headers[lab_name[i]], name, " ")
        for (k = 1; k <= count; k++) {
            listed[name[k]] = 1
            print_header_symbols(name[k])
        }
    }
    print "## The given parts {#api-given}\n"
    print "Below all labs; the files are in `runtime/given`, or the header is all there is.\n"
    for (i = 1; i <= headers; i++)
        if (!(header_name[i] in listed))
            print_header_symbols(header_name[i])
}
