#!/usr/bin/env bash
# exercise.sh [--hint] [--proof] [DIR]: grade DIR/orders.c, the exercise "use the weakest order that works".
# exercise.sh --check                   grade the grading: solution, starter, and wrong ones of several kinds
#
#   --hint    for an order that is too strong, say which one suffices
#   --proof   for an order that is needed, say which model fails with a weaker one, and how
#
# A piece whose models do not all pass, each explored to its end, earns nothing. Of the others, each order that the
# weakening search finds to be needed earns its share. Exit status: 0 for 100 points, 1 for less, 2 if nothing was graded.
# The file is compiled and run as it is, without a sandbox: this is for one's own work.
set -u -o pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
exercise=$tree/exercises/orders
build=$tree/build/exercise
starter=$exercise/orders.c
pieces=(mailbox spin counted lazy ring stack gate pair)
declare -A points=([mailbox]=10 [spin]=12 [counted]=13 [lazy]=10 [ring]=13 [stack]=12 [gate]=14 [pair]=16)

die()
{
    printf 'exercise: %s\n' "$*" >&2
    exit 2
}

# A file's text without comments; its lines stay where they are.
without_comments()
{
    gcc -fpreprocessed -dD -E -x c - <"$1" | sed 's/^# [0-9].*//'
}

# What must stay as it is, a token a line: all but comments, orders and fences.
fixed_part()
{
    without_comments "$1" | tr -d '\n' |
        sed -E 's/\bmemory_order_(relaxed|acquire|release|acq_rel|seq_cst)\b/ORDER/g
                s/atomic_thread_fence[[:space:]]*\([[:space:]]*ORDER[[:space:]]*\)[[:space:]]*;//g' |
        grep -oE '[A-Za-z_0-9]+|[^A-Za-z_0-9[:space:]]'
}

# Only orders, fences and comments may differ from the starter, and each operation has a line of its own: the search
# tells operations apart by their lines.
check_form()
{
    local difference crowded
    difference=$(diff <(fixed_part "$starter") <(fixed_part "$1") | sed -n '2,12s/^[<>] //p' | tr '\n' ' ')
    [ -z "$difference" ] || die "$1: only orders, fences and comments may change, and the orders are relaxed, acquire," \
        "release, acq_rel, seq_cst. The first difference is at: $difference"
    crowded=$(without_comments "$1" | grep -E 'atomic_[a-z_]+ *\(.*atomic_[a-z_]+ *\(' | head -n 1)
    [ -z "$crowded" ] || die "$1: two operations on one line, give each a line of its own: $crowded"
}

# How many orders a piece has in the starter.
orders_of()
{
    awk -v piece="$1" '/^[a-z].*\(/ { inside = index($0, piece "_") || index($0, "*" piece "_") }
        inside { count += gsub(/memory_order_/, "&") } END { print count + 0 }' "$starter"
}

# grade_piece PROGRAM PIECE: one line of the table, and what is to be said of it. Sets `earned`.
grade_piece()
{
    local program=$1 piece=$2 models listing strong total needed worth=${points[$2]} status
    models=$("$program" list | cut -f1 | grep "^${piece}_")
    total=$(orders_of "$piece")
    earned=0
    # shellcheck disable=SC2086 # a list of words
    listing=$("$program" $models --seconds 5 2>&1)
    status=$?
    if [ $status != 0 ]; then
        printf '  %-8s %3d / %2d   %s\n' "$piece" 0 "$worth" "$([ $status = 1 ] && echo 'a model FAILS' || echo 'NOT VERIFIED')"
        grep -vE '^(ok|FAILED) ' <<<"$listing" | fold -s -w 130 | head -n 70 | sed 's/^/      /'
        return
    fi
    # shellcheck disable=SC2086
    listing=$("$program" $models --weaken --files orders.c --seconds 5 2>&1)
    status=$?
    if [ $status -gt 1 ] || grep -q 'budget reached' <<<"$listing"; then
        printf '  %-8s %3d / %2d   NOT VERIFIED\n' "$piece" 0 "$worth"
        printf '%s\n' "$listing" | sed 's/^/      /'
        return
    fi
    strong=$(grep -c '^  NOT NEEDED' <<<"$listing")
    needed=$((total > strong ? total - strong : 0))
    earned=$((worth * needed / total))
    printf '  %-8s %3d / %2d   ' "$piece" "$earned" "$worth"
    if [ "$strong" = 0 ]; then
        echo "each of its orders is as weak as can be"
    else
        echo "stronger than need be: $strong of $total"
    fi
    local remark='say "  too strong  " place "  " what'
    [ -z "${hint-}" ] || remark='say "  too strong  " place "  " what "   " (what ~ / fence / && weaker == "relaxed" ? "it can be dropped" : weaker " suffices")'
    awk "/^  NOT NEEDED/ { place = \$3; weaker = \$(NF - 3); what = \$4
             for (i = 5; i <= NF - 4; i++) what = what \" \" \$i; ${remark//say/print \"    \"} }" <<<"$listing" | sort -t: -k2n
    [ -z "${proof-}" ] || sed -n 's/^  needed /      needed/p' <<<"$listing" | sort -t: -k2n
}

# grade FILE: the table
grade()
{
    local file=$1 total=0 earned piece program
    [ -r "$file" ] || die "there is no file $file"
    check_form "$file"
    mkdir -p "$build"
    program=$build/orders
    cp "$file" "$build/orders.c" || die "cannot write to $build"
    "$tree/grader/tools/model.sh" "$program" "-I$exercise" "$exercise/models.c" "$build/orders.c" || die "$file does not compile"
    echo "Use the weakest order that works: $file"
    echo
    for piece in "${pieces[@]}"; do
        grade_piece "$program" "$piece"
        total=$((total + earned))
    done
    echo
    echo "score $total of 100"
    [ "$total" = 100 ]
}

# --- the grading itself ---

# expect WHAT STATUS PATTERN FILE: grading the file ends with this status, and prints a line like this
expect()
{
    local log=$build/check.log status
    ("$0" "$(dirname "$4")" >"$log" 2>&1)
    status=$?
    if [ "$status" = "$2" ] && grep -q -- "$3" "$log"; then
        echo "  ok      $1"
        return
    fi
    echo "  FAILED  $1: status $status, expected $2 and a line like '$3'"
    sed 's/^/          /' "$log" | head -n 30
    failed=$((failed + 1))
}

# The solution with one change, in a folder of its own.
changed()
{
    mkdir -p "$build/$1"
    sed -E "$2" "$exercise/solution/orders.c" >"$build/$1/orders.c"
    cmp -s "$exercise/solution/orders.c" "$build/$1/orders.c" && die "the change '$1' changes nothing"
    echo "$build/$1/orders.c"
}

check()
{
    failed=0
    mkdir -p "$build"
    expect "the solution gets all" 0 '^score 100 of 100' "$exercise/solution/orders.c"
    CC=clang expect "the solution gets all, built by clang" 0 '^score 100 of 100' "$exercise/solution/orders.c"
    expect "another way gets all" 0 '^score 100 of 100' "$exercise/alternate/orders.c"
    expect "the starter passes, and gets 7" 1 '^score 7 of 100' "$exercise/orders.c"
    expect "all relaxed gets nothing" 1 '^score 0 of 100' \
        "$(changed relaxed '/fence/d; s/memory_order_[a-z_]+/memory_order_relaxed/g')"
    expect "one order too weak costs its piece" 1 '^score 88 of 100' "$(changed weak '/&lock->held, 0/s/release/relaxed/')"
    expect "a model that fails is told" 1 'data race' "$(changed weak '/&lock->held, 0/s/release/relaxed/')"
    expect "one order too strong costs its share" 1 '^score 98 of 100' "$(changed strong '/&pair->first, first/s/relaxed/release/')"
    expect "a fence too many costs its share" 1 '^score 93 of 100' \
        "$(changed fence 's/(.*)lazy->make\(\);/& atomic_thread_fence(memory_order_release);/; s/_fence\(memory_order_release\);/\n&/; s/ atomic_thread\n/\natomic_thread/')"
    expect "other code is not graded" 2 'only orders, fences and comments' "$(changed code 's/return object;/return 0;/')"
    expect "an order by another name is not graded" 2 'only orders, fences' "$(changed consume 's/memory_order_acquire/memory_order_consume/')"
    expect "two operations on one line are not graded" 2 'two operations on one line' \
        "$(changed crowded 's/memory_order_release\);$/& atomic_thread_fence(memory_order_release);/')"
    expect "an order that C11 forbids does not compile" 2 'does not compile' "$(changed forbidden '/&box->full, 1/s/release/acquire/')"
    expect "no file" 2 'there is no file' "$build/nowhere/orders.c"
    [ $failed = 0 ] && echo "exercise: all 14 gradings are as expected" || echo "exercise: $failed gradings are not as expected"
    [ $failed = 0 ]
}

while [ $# -gt 0 ]; do
    case $1 in
        --hint) hint=yes ;;
        --proof) proof=yes ;;
        --check) check; exit ;;
        --) shift; break ;;
        -*) die "usage: exercise.sh [--hint] [--proof] [DIR] | --check" ;;
        *) break ;;
    esac
    shift
done
folder=${1:-$exercise}
case $folder in -*) folder=./$folder ;; esac # no option of whatever reads it
grade "$folder/orders.c"
