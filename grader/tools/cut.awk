# cut.awk: derives a starter from a solution:  awk -v lab=NN -f cut.awk solutions/NN-name/x.c
#
# What the student writes stands between two comments, each alone on its line:
#
#     /* LAB 03.T2 { hint */
#     /* LAB 03.T2 } */
#
# Indented, so inside a function: what is between is replaced by the hint and LAB_TODO("03.T2"). At column
# 0, so between functions: by the hint alone. Everything else is copied. weft/panic.h, where LAB_TODO is,
# is included if the solution has no need for it.
#
# With -v filled=" 03.T1 03.T2 " the regions of these tasks stay, as a student's who has written them.
#
# Exit: 1 with nothing on standard output if the markers are wrong.

function wrong(line, what)
{
    printf "%s:%d: %s\n", FILENAME, line, what >"/dev/stderr"
    failed = 1
}

function emit(line)
{
    out[++lines] = line
}

# The task and its hint as a comment, at most 100 columns wide.
function emit_hint(indent, task, hint,    words, count, i, line)
{
    count = split(task ": " hint " */", words, " +")
    words[count - 1] = words[count - 1] " " words[count] # the end of the comment never stands alone
    line = indent "/*"
    for (i = 1; i < count; i++) {
        if (length(line " " words[i]) > 100) {
            emit(line)
            line = indent " *"
        }
        line = line " " words[i]
    }
    emit(line)
}

function open_region()
{
    if (task != "") {
        wrong(NR, "region " marker_task " opens inside region " task " of line " opened)
        return
    }
    if (lab != "" && index(marker_task, lab ".") != 1)
        wrong(NR, "task " marker_task " in a file of lab " lab)
    task = marker_task
    opened = NR
    indent = marker_indent
    hint = $0
    sub(/^[^{]*\{ */, "", hint)
    sub(/ *\*\/$/, "", hint)
    if (hint == "")
        wrong(NR, "region " task " has no hint")
    kept = index(filled, " " task " ") > 0
    if (kept)
        return
    emit_hint(indent, task, hint)
    if (indent != "") {
        emit(indent "LAB_TODO(\"" task "\");")
        todo = 1
    }
}

function close_region()
{
    if (task == "")
        wrong(NR, "region " marker_task " closes and is not open")
    else if (marker_task != task)
        wrong(NR, "region " task " of line " opened " is closed as " marker_task)
    else if (marker_indent != indent)
        wrong(NR, "region " task " of line " opened " closes at another indentation")
    task = ""
}

/\/[*\/] *LAB / {
    if ($0 !~ /^[ \t]*\/\* LAB [0-9x][0-9]\.T[0-9]+ (\{ .*|\}) \*\/$/) {
        wrong(NR, "not a marker: /* LAB NN.Tn { hint */ or /* LAB NN.Tn } */, alone on one line")
        next
    }
    marker_indent = $0
    sub(/[^ \t].*/, "", marker_indent)
    marker_task = $3
    if ($4 == "{")
        open_region()
    else
        close_region()
    next
}

task == "" || kept {
    emit($0)
    if ($0 ~ /^#include "weft\//) {
        if (!block || last_include != lines - 1)
            block = lines # the includes of the last block begin here
        last_include = lines
        panics += $2 == "\"weft/panic.h\""
    }
}

END {
    if (task != "")
        wrong(opened, "region " task " is never closed")
    if (panics > 1)
        wrong(NR, "weft/panic.h is included " panics " times")
    if (todo && !block)
        wrong(NR, "nothing of weft is included, so there is no place for weft/panic.h")
    if (failed)
        exit 1
    place = -1 # the include of weft/panic.h goes after this line
    if (todo && !panics)
        for (place = last_include; place >= block && out[place] > "#include \"weft/panic.h\""; place--)
            ;
    for (i = 0; i <= lines; i++) {
        if (i > 0)
            print out[i]
        if (i == place)
            print "#include \"weft/panic.h\""
    }
}
