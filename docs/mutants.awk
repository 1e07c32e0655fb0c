# mutants.awk: the rows of weft-grade's selftest, sorted, as docs/mutants.md has them: a table for each lab.
#
#     { build/weft-grade list --table; sort TABLE; } | awk -f docs/mutants.awk
#
# A row has: file, mistake, the test that kills the mutant, other tests that fail.

function trimmed(text)
{
    gsub(/^ +| +$/, "", text)
    return text
}

/^lab\t/ {
    split($0, word, "\t")
    title[substr(word[2], 1, 2)] = word[5]
}
/^\| [0-9x][0-9]\./ {
    split($0, cell, "|")
    name = trimmed(cell[2])
    if (substr(name, 1, 2) != lab) {
        lab = substr(name, 1, 2)
        printf "\n## Lab %s: %s\n\n", lab, title[lab]
        print "| mutant | what the student did or believed | found by |"
        print "| --- | --- | --- |"
    }
    sub(/\.patch$/, "", name)
    match(name, /^..\.[0-9]+-/)
    clause = substr(name, 1, 3) substr(name, 4, RLENGTH - 4) + 0
    name = substr(name, RLENGTH + 1)
    gsub(/-/, " ", name)
    others = trimmed(cell[5])
    gsub(/ +/, "` `", others)
    found = trimmed(cell[4])
    sub(/ /, "` ", found)
    printf "| %s %s | %s | `%s%s |\n", clause, name, trimmed(cell[3]), found, \
        others == "" ? "" : "; besides `" others "`"
}
