#!/usr/bin/env bash
# tasks.sh [--whole] [LAB...]: every task of a lab earns points in the handout's order, and as many as the handout promises.
#
# LAB is 01 or 01-futures; without one, all labs. A submission begins as the starter. The tasks are filled from the solution,
# one after the other, in the order in which section 5 of labs/NN-name/README.md has them ("**T1. ..."), and the lab is
# graded after each. The handout promises, in section 6:
#
#     | 01.1 | 4 | `ready_at_once` | T1 |      the clause earns its points after T1 and all tasks before it, and not sooner
#     | after | T1 | T2 |                       the sum of points after each task
#     | points | 7 | 14 |
#
# A clause counts as earned when each of its tests passes that is run: in plain and by exploration, and with --whole in the
# sanitized variants too. A test that passes has met no task that is not written, so what it ran is the solution's own code, in
# which the sanitizers find nothing: that is asked of the solution, which is what the last task makes.
#
# Exit: 1 a task earns nothing, or the handout promises something else; 2 there is no such lab.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
whole=
if [ "${1-}" = --whole ]; then
    whole=yes
    shift
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
. grader/tools/facts.sh
known=$(labs | xargs)
bad=0

wrong()
{
    echo "tasks: $*" >&2
    bad=1
}

# Whether something was said of this clause already; from now on it was.
told()
{
    grep -qx "$1" "$scratch/told" || { echo "$1" >>"$scratch/told" && false; }
}

# The clauses of which all tests that were run pass, with their points; where all variants were run, what they earn says the same.
earned()
{
    awk -F'"' '
        function tell() { if (passed && !failed && points > 0) print id, points }
        /^   "id": / { tell(); id = $4; passed = failed = 0 }
        /^   "points": / { points = $3; gsub(/[^0-9]/, "", points) }
        /^     "variant": / { is_run = variants == "" || index(variants, $4) }
        /^     "status": / && is_run { if ($4 == "pass") passed = 1; else failed = 1 }
        END { tell() }' variants="$2" "$1"
}

# The clauses that pass with exactly this task, as the handout says.
promised()
{
    awk -F'|' -v task="$2" '{ gsub(/[ `]/, "") } $2 ~ /^[0-9]+[.][0-9]+$/ && $5 == task { print $2, $3 }' "$1"
}

# The sum after this task, as the handout says.
promised_sum()
{
    awk -F'|' -v task="$2" '{ gsub(/ /, "") }
        $2 == "after" { for (i = 3; i < NF; i++) if ($i == task) column = i }
        $2 == "points" && column { print $column; exit }' "$1"
}

try()
{
    local lab=$1 handout=labs/$1/README.md from=$scratch/$1 filled='' line='' file task variants points before=0
    local tasks
    tasks=$(sed -n 's/^\*\*\(T[0-9]*\)\. .*/\1/p' "$handout")
    [ "$tasks" ] || { wrong "$handout: no task begins with **T1. "; return; }
    mkdir -p "$from"
    : >"$scratch/due"
    : >"$scratch/told"
    for task in $tasks; do
        grep -q "LAB ${lab%%-*}\.$task {" "solutions/$lab"/*.c || wrong "$handout: no file of solutions/$lab has a region of $task"
        filled="$filled ${lab%%-*}.$task"
        # shellcheck disable=SC2013 # the words of one line
        for file in $(files "$lab" write); do
            awk -v lab="${lab%%-*}" -v filled="$filled " -f grader/tools/cut.awk "solutions/$lab/$file" >"$from/$file"
        done
        rm -f "$scratch/result.json"
        variants=
        [ "$whole" ] || variants=plain,interleave
        build/weft-grade run --from "$from" ${variants:+--variants "$variants"} --json "$scratch/result.json" -- "$lab" >"$scratch/report" 2>&1 || true
        [ -s "$scratch/result.json" ] || { wrong "$lab after $task: no result"; cat "$scratch/report" >&2; return; }
        earned "$scratch/result.json" "$variants" | sort >"$scratch/earned"
        promised "$handout" "$task" | sort >"$scratch/new"
        sort "$scratch/due" "$scratch/new" -o "$scratch/due"
        points=$(awk '{ sum += $2 } END { print sum + 0 }' "$scratch/earned")
        line="$line  $task $points"
        [ "$points" -gt "$before" ] || wrong "$lab: $task earns nothing: $before points before, $points after it"
        [ -s "$scratch/new" ] || wrong "$handout: no clause passes after $task"
        while read -r clause more; do
            told "$clause" || wrong "$lab: $clause earns its $more points after $task, and the handout promises them later or never"
        done < <(comm -23 "$scratch/earned" "$scratch/due")
        while read -r clause more; do
            told "$clause" || wrong "$lab: $clause does not earn after $task the $more points that the handout promises"
        done < <(comm -13 "$scratch/earned" "$scratch/due")
        [ "$(promised_sum "$handout" "$task")" = "$points" ] ||
            wrong "$handout: the sum after $task is $points, not '$(promised_sum "$handout" "$task")'"
        before=$points
    done
    [ "$before" = 100 ] || wrong "$lab: all tasks together earn $before of 100 points"
    echo "tasks: ${lab%%-*}, points after each:$line"
}

# shellcheck disable=SC2086 # a list of words
[ $# -gt 0 ] || set -- $known
for asked; do
    found=
    for lab in $known; do
        if [ "$asked" = "$lab" ] || [ "$asked" = "${lab%%-*}" ]; then
            found=yes
            try "$lab"
        fi
    done
    [ "$found" ] || { echo "tasks: there is no lab '$asked'; there is: $known" >&2; exit 2; }
done
exit $bad
