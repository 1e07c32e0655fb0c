# mutants.awk: the rows of weft-grade's selftest, sorted, as docs/mutants.md has them: a table for each lab.
#
#     sort TABLE | awk -f docs/mutants.awk runtime/modules.mk -

FNR == NR {
    if (match($0, /^[0-9x][0-9]-[a-z-]+\.title := /))
        title[substr($0, 1, 2)] = substr($0, RLENGTH + 1)
    next
}
/^\| [0-9x][0-9]\./ {
    if (substr($0, 3, 2) != lab) {
        lab = substr($0, 3, 2)
        printf "\n## Lab %s: %s\n\n", lab, title[lab]
        print "| mutant | what the student did or believed | killed by | other tests that fail |"
        print "| --- | --- | --- | --- |"
    }
    sub(/\.patch \|/, " |")
    print
}
