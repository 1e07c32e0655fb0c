#!/bin/sh
# clauses.sh: every clause is tested, every test and every mutant is about a clause that exists.
#
#   weft-grade list         clauses, references to them, and tests
#   grader/suites/NN-*      a model:   MODEL(explore_park, "01.17", ... in models*.c
#   grader/mutants/NN-*     a mutant:  "Kills: join_result" and "Clause: 01.5", before the patch itself
#   grader/given-tests      a test of G.5: START_TEST(g05_...); a model of it: MODEL(explore_..., "G.5", ...)
#   grader/must-not-compile a case of G.5: "clause G.5" in the first line
#
# A clause is one promise, in 30 words or fewer. A clause NN.k needs a test and a mutant; a clause G.k needs a test or a
# case. A model needs a test of its name.
#
# Exit: 1 something is missing or names what does not exist.
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
. grader/tools/facts.sh

# awk, over those of the given files that exist: a pattern that matches none stays what it is
over()
{
    program=$1
    shift
    for file; do
        [ -e "$file" ] && set -- "$@" "$file"
        shift
    done
    [ $# = 0 ] || awk "$program" "$@"
}

# One fact a line: what, where, and the words that are known of it.
{
    printf '%s\n' "$facts" | awk -F '\t' '
        $1 == "clause" { print "clause", "runtime/include/weft/" $4 ":" $5, $2, split($6, word, " ") }
        $1 == "reference" { print "reference", "runtime/include/weft/" $3 ":" $4, $2 }
        $1 == "test" { print "test", "grader/suites/" $2 "/suite.c", $3, $4, $6 == "model" }'

    # shellcheck disable=SC2016
    over 'match($0, /^MODEL\([a-z0-9_]+, "[^"]*"/) {
        split(substr($0, RSTART + 6, RLENGTH - 6), part, /[,"]/)
        print "model", FILENAME ":" FNR, part[1], part[3]
    }' grader/suites/[0-9x][0-9]-*/models*.c

    # shellcheck disable=SC2016
    over 'FNR == 1 { flush(); file = FILENAME; kills = clause = "-"; head = 1 }
        /^(---|diff|Index:) / { head = 0 }
        head && /Kills: / { kills = $0; sub(/.*Kills: */, "", kills); sub(/[ .,;].*/, "", kills) }
        head && /Clause: / { clause = $0; sub(/.*Clause: */, "", clause); sub(/[ ,;].*|\.$/, "", clause) }
        function flush() { if (file) print "mutant", file, kills, clause }
        END { flush() }' grader/mutants/[0-9x][0-9]-*/*.patch

    # shellcheck disable=SC2016
    over '/^START_TEST\(g[0-9][0-9]+_/ { print "given", FILENAME ":" FNR, "G." substr($0, 13) + 0 }' \
        grader/given-tests/*.c
    # shellcheck disable=SC2016
    over 'match($0, /^MODEL\([a-z0-9_]+, "[^"]*"/) {
        split(substr($0, RSTART + 6, RLENGTH - 6), part, /[,"]/)
        print "given", FILENAME ":" FNR, part[3]
    }' grader/given-tests/models/*.c
    # shellcheck disable=SC2016
    over 'FNR == 1 && match($0, /clause G\.[0-9]+/) {
        print "given", FILENAME ":1", substr($0, RSTART + 7, RLENGTH - 7)
    }' grader/must-not-compile/*.c
} | awk '
    function wrong(text) { print "clauses: " text >"/dev/stderr"; bad = 1 }
    function lab_of(path) { return substr(path, match(path, /\/[0-9x][0-9]-/) + 1, 2) }
    function in_lab(clause, path) { return index(clause, lab_of(path) ".") == 1 }

    # The order of the input is that of the sources above, so definitions come before what is held against them;
    # references wait for the end.
    $1 == "reference" { referred[$3] = $2 }
    $1 == "clause" {
        if ($4 > 30)
            wrong($2 ": clause " $3 " has " $4 " words, of 30 at most: two promises are two clauses")
        defined[$3] = $2
        ordered[++clauses] = $3
    }
    $1 == "test" {
        tests++
        key = lab_of($2) "/" $3
        if (key in clause_of)
            wrong($2 ": there is another test " $3)
        clause_of[key] = $4
        if ($5)
            unmodelled[key] = $2
        tested[$4] = 1
        if (!($4 in defined))
            wrong($2 ": test " $3 " names clause " $4 ", which no header defines")
        else if (!in_lab($4, $2))
            wrong($2 ": test " $3 " is of clause " $4 ", which is of another lab")
    }
    $1 == "model" {
        models++
        key = lab_of($2) "/" $3
        if (!(key in unmodelled))
            wrong($2 ": model " $3 " is no test of its suite")
        else if (clause_of[key] != $4)
            wrong($2 ": model " $3 " is of clause " $4 ", its test is of clause " clause_of[key])
        delete unmodelled[key]
    }
    $1 == "mutant" {
        mutants++
        key = lab_of($2) "/" $3
        mutated[$4] = 1
        if ($3 == "-" || $4 == "-")
            wrong($2 ": says nothing of what it breaks: \"Kills: TEST\" and \"Clause: NN.k\" before the patch")
        else if (!($4 in defined))
            wrong($2 ": names clause " $4 ", which no header defines")
        else if (!(key in clause_of))
            wrong($2 ": names test " $3 ", which the suite of its lab does not have")
        else if (clause_of[key] != $4)
            wrong($2 ": is of clause " $4 ", but test " $3 " is of clause " clause_of[key])
    }
    $1 == "given" {
        given_tests++
        tested[$3] = mutated[$3] = 1
        if (!($3 in defined))
            wrong($2 ": tests clause " $3 ", which no header defines")
    }
    END {
        for (i = 1; i <= clauses; i++) {
            clause = ordered[i]
            if (!(clause in tested))
                wrong(defined[clause] ": clause " clause " has no test")
            if (!(clause in mutated) && clause !~ /^G/)
                wrong(defined[clause] ": clause " clause " has no mutant")
        }
        for (key in unmodelled)
            wrong(unmodelled[key] ": there is no model for this test")
        for (clause in referred)
            if (!(clause in defined))
                wrong(referred[clause] ": refers to clause " clause ", which no header defines")
        if (!clauses)
            wrong("no header defines any clause")
        if (bad)
            exit 1
        printf "clauses: %d clauses, each tested, by %d tests of labs (%d models) and %d of the given parts; %d mutants\n", \
            clauses, tests, models, given_tests, mutants
    }'
