#!/usr/bin/env bash
# check.sh [--quick | --long]: everything that must hold before a submission, a line a step.
#
# Steps go on after a failure, so that one run shows all that is wrong; the log of each is in build/check. Those that do not
# disturb each other go on beside each other. The last line counts: "N passed, N failed". Exit status 0 only if none failed.
#
# A step that passed is "kept" while nothing changed that it depends on (grader/src/kept.h): the files that it names here,
# this script, and what machine.sh says. With FRESH set everything is run. What fails is never kept, nor what depends on how
# busy the machine is.
set -u -o pipefail
cd "$(dirname "$0")/../.."
mode=${1-}
quick=
[ "$mode" != --quick ] || quick=--quick
long=
[ "$mode" != --long ] || long=yes
fresh=${FRESH:+--fresh}
unset FRESH # of prove.sh it is a number
logs=build/check
key=$logs/key
mkdir -p "$logs"
jobs=$(nproc)
export CK_DEFAULT_TIMEOUT=600 # Check's own 4 s are not enough under valgrind, or on a busy machine

# Two checks would write the same files. The lock is gone with the process that holds it.
exec 9>>"$logs/lock"
if ! flock -n 9; then
    echo "check: another check runs in this tree ($(cat "$logs/holder" 2>/dev/null)); this one waits until it has ended"
    flock 9
fi
echo "process $$, since $(date +%T)" >"$logs/holder"
rm -rf "$logs/ended"
mkdir -p "$logs/ended"

# step NAME COMMAND...: run it, keep its output, say how it went: how long it took, and how much processor time it and all that it
# started used, which does not depend on what goes on beside it
step()
{
    local name=$1 log word TIMEFORMAT='%R %U %S'
    shift
    log=$logs/$(printf %s "$name" | tr -c 'a-z0-9' -).log
    word=ok
    # in a shell of its own, whose children are this step's alone: of what runs beside it this shell counts what has ended, too
    (time "$@" >"$log" 2>&1 9>&-) 2>"$log.times" || word=FAILED
    {
        # shellcheck disable=SC2046,SC2183 # two numbers
        printf '  %-7s %-34s %6.1f s, processor %6.1f s  %s\n' "$word" "$name" \
            $(awk '{ print $1, $2 + $3 }' "$log.times") "$(tail -n 1 "$log" | cut -c1-90)"
        [ $word = ok ] || { sed 's/^/          /' "$log" | tail -n 100; echo "          all of it: $log"; }
    } >"$log.line"
    cat "$log.line" # at once: another step may end now
    echo "$word" >"$logs/ended/$(basename "$log")"
    [ $word = ok ]
}

# What a step depends on: files that it names, what all need, the machine; and how much was asked for.
sums_of() # PATH...
{
    echo "$long"
    find "$@" Makefile grader/*.mk runtime/modules.mk grader/tools/check.sh grader/tools/facts.sh -type f -print0 |
        LC_ALL=C sort -zu | xargs -0 sha256sum
    cat "$key/machine"
}

# kept_step "PATH..." NAME COMMAND...: the same, unless it passed when all files in these folders were the same
kept_step()
{
    local paths=$1 name=$2 sums=$logs/ended/sums.$BASHPID
    shift
    # shellcheck disable=SC2086 # a list of words
    sums_of $paths >"$sums"
    if [ -z "$fresh" ] && build/weft-grade kept "check: $name" <"$sums"; then
        printf '  kept    %s\n' "$name"
        echo kept >"$logs/ended/$(printf %s "$name" | tr -c 'a-z0-9' -).log"
        return 0
    fi
    # shellcheck disable=SC2086
    if step "$@" && sums_of $paths >"$sums.after" && cmp -s "$sums" "$sums.after"; then # else somebody works on the tree
        build/weft-grade keep "check: $name" <"$sums"
    fi
}

# What gcc has built is compiled a second time, by the compiler that finds other mistakes: the linter's, with the same warnings,
# where it reads the file; a quick check has none.
second_compiler()
{
    printf '%s\n' runtime/given/*.c runtime/given/*/*.c solutions/*/*.c runtime/examples/*.c runtime/examples/*/*.c \
        runtime/bench/*.c grader/src/*.c grader/support/*.c grader/suites/*/*.c grader/given-tests/*.c grader/given-tests/*/*.c \
        grader/interleave/*/*.c grader/sandbox/*.c |
        LC_ALL=C sort >"$logs/compiled"
    grader/tools/lint.sh --list >"$logs/linted" || return 1
    [ -z "$quick" ] || : >"$logs/linted"
    LC_ALL=C comm -23 "$logs/compiled" "$logs/linted" | xargs -P "$jobs" -n 4 clang -std=gnu11 -D_GNU_SOURCE -Wall -Wextra \
        -Werror -Wshadow -Wimplicit-fallthrough -Wconditional-uninitialized -Wno-unused-parameter -Iruntime/include \
        -Igrader/support -Igrader/interleave -fsyntax-only &&
        echo "$(LC_ALL=C comm -23 "$logs/compiled" "$logs/linted" | wc -l) files compile with clang too; the linter's clang compiles $(wc -l <"$logs/linted")"
}

# The unit tests of the given parts, in one variant.
given_tests()
{
    make -s -j"$jobs" "build/given-tests/$1" && "build/given-tests/$1" | tail -n 1
}

# The engine that explores interleavings against what is known of it, and the models on the solutions.
interleave()
{
    if [ -n "$long" ]; then
        make -s interleave
    else
        FUZZ="300 1" make -s interleave PROVE="planted litmus published fuzz told"
    fi
}

# The exercise's orders are as weak as can be as either compiler builds them; the grade is gcc's.
orders_by_clang()
{
    CC=clang grader/tools/model.sh "$logs/orders" grader/suites/x1-orders/models.c solutions/x1-orders/orders.c -Iruntime/include &&
        "$logs/orders" --weaken --files orders.c
}

# Each example prints what is written beside it.
examples()
{
    local source name count=0
    for source in runtime/examples/*.c; do
        name=$(basename "$source" .c)
        make -s run EXAMPLE="$name" | diff "runtime/examples/$name.expected" - || return 1
        make -s run EXAMPLE="$name" VARIANT=asan | diff "runtime/examples/$name.expected" - || return 1
        count=$((count + 1))
    done
    echo "$count examples print what they should, also under ASan"
}

# What the runtime is linked with.
facade_libraries()
{
    sed -n 's/^FACADE_LIBRARIES := //p' runtime/modules.mk
}

# What make expand shows is a program that does the same.
expansions()
{
    local source name expanded=$logs/expanded.c count=0
    make -s lib >/dev/null || return 1
    for source in $(grep -l '^ASYNC_FN' runtime/examples/*.c); do
        name=$(basename "$source" .c)
        make -s expand FILE="$source" >"$expanded" && ! grep -Ew 'ASYNC_FN|ASYNC_INIT|ASYNC_RETURN|AWAIT(_TO)?' "$expanded" &&
            gcc -std=gnu11 -D_GNU_SOURCE -pthread -Iruntime/include -Iruntime/examples -o "$logs/expanded" "$expanded" \
                $(grader/tools/example.sh "$name") build/lib/libweft.a $(facade_libraries) &&
            "$logs/expanded" | diff "runtime/examples/$name.expected" - || return 1
        count=$((count + 1))
    done
    echo "$count examples do the same when their macros are expanded"
}

# make frames lists every future that the text defines, with the size that the compiler gives it.
frames()
{
    local defined listed bytes
    defined=$(cat solutions/*/*.c runtime/examples/*.c | grep -cE '^ASYNC_FN\(|^static const struct wf_future_ops [a-z_]+ = \{')
    listed=$(make -s frames | tail -n +2 | wc -l)
    [ "$defined" = "$listed" ] || { echo "$listed of $defined futures are listed"; return 1; }
    bytes=$(make -s frames FILE=solutions/01-futures/ready.c | awk '$2 == "ready" { print $1 }')
    echo '#include "weft/future.h"
        _Static_assert(sizeof(struct wf_ready) == BYTES, "the size that make frames says");' |
        gcc -Iruntime/include -DBYTES="$bytes" -fsyntax-only -x c - && echo "$listed futures are listed"
}

# Every benchmark runs, small and under ASan, and finds that what it times was done. Nothing is measured here.
benchmarks()
{
    local name operations workers count=0
    gcc -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=address,undefined -pthread -Iruntime/include -o "$logs/bench" \
        runtime/bench/*.c solutions/[0-9]*/*.c runtime/given/*.c runtime/given/*/*.c runtime/facade/*.c \
        $(facade_libraries) || return 1
    while read -r name operations workers; do
        "$logs/bench" "$name" "$operations" "$workers" >/dev/null || return 1
        count=$((count + 1))
    done < <(awk '!/^(#|$)/ && $3 != "-" {
        name = $2
        sub(/\..*/, "", name) # the first part of a benchmark that has only parts
        for (i = split($4, workers, ","); i >= 1; i--)
            print name, $3 < 1000 ? $3 : 1000, workers[i]
    }' runtime/bench/benchmarks.txt)
    echo "$count benchmarks run; measuring is make bench"
}

# Examples and unit tests once more without instrumentation: valgrind sees what the compilers optimised. What takes longest there is left to
# LONG: two servers, and the unit tests of what is given with labs that are not built yet.
valgrind_clean()
{
    local name
    [ -n "$long" ] || export CK_EXCLUDE_TAGS=ahead
    for name in $(basename -s .c runtime/examples/*.c); do
        [[ -z $long && $name =~ ^(file_server|tls_echo)$ ]] && continue
        make -s run EXAMPLE="$name" >/dev/null &&
            valgrind -q --error-exitcode=9 --leak-check=full "build/examples/$name" | diff "runtime/examples/$name.expected" - || return 1
    done
    # the children that panic on purpose leak on purpose: only invalid accesses count here; 512 threads are those of a blocking pool
    valgrind -q --max-threads=600 --trace-children=no --error-exitcode=9 build/given-tests/plain | tail -n 1
}

# The grader, sanitized, on a good, an unfinished and a wrong submission: it must grade them as ever. A suite's code is the same
# in each variant; what differs by variant is the same for each lab. So the first lab has all variants, the others plain.
grader_sanitized()
{
    local lab variants=
    . grader/tools/facts.sh && make -s -j"$jobs" build/weft-grade-asan || return 1
    # a report ends with a status that no grade has, for an unfinished submission ends with 1, as a report does by default
    export ASAN_OPTIONS=detect_leaks=0:exitcode=77 UBSAN_OPTIONS=exitcode=77
    for lab in $(labs); do
        build/weft-grade-asan run "$lab" --from solutions ${variants:+--variants "$variants"} --json build/check/asan.json --junit build/check/asan.xml
        case $? in
        0) ;;
        2) [ "$variants" ] && ! grep -qE '"status": "(fail|grader_error)"' build/check/asan.json || return 1 ;; # the others were not asked for
        *) return 1 ;;
        esac
        build/weft-grade-asan run "$lab" --from labs --variants plain
        [ $? = 1 ] || return 1
        build/weft-grade-asan explain "${lab%%-*}.1" >/dev/null || return 1
        [ "$long" ] || variants=plain
    done
    build/weft-grade-asan run x1 --from labs
    [ $? = 1 ] || return 1
    build/weft-grade-asan run x2 --from solutions || return 1
    build/weft-grade-asan selftest printers >/dev/null || return 1
    build/weft-grade-asan list >/dev/null &&
        echo "the grader is clean under ASan and UBSan"
}

contract()
{
    sha256sum --quiet --strict -c runtime/contract.sha256 && echo "the headers are the contract that was agreed" ||
        { echo "a header was changed: if the contract shall change, run make contract"; false; }
}

finish()
{
    local passed failed kept
    kept=$(cat "$logs"/ended/*.log | grep -c '^kept$')
    passed=$(($(cat "$logs"/ended/*.log | grep -c '^ok$') + kept))
    failed=$(cat "$logs"/ended/*.log | grep -c '^FAILED$')
    echo
    times >"$logs/times" # of this shell, and of all that it has waited for
    echo "$passed passed, $failed failed; $kept were kept, $((passed + failed - kept)) run; processor $(awk '
        { for (i = 1; i <= NF; i++) { split($i, part, /[ms]/); sum += 60 * part[1] + part[2] } } END { printf "%.0f", sum }' "$logs/times") s"
    [ "$failed" = 0 ]
}

# What most steps depend on: nearly everything but the pages.
code="runtime solutions labs grader"

# What grading one lab depends on, as a list of words: the solutions up to it, and of later ones the names that they define (as in
# grader/src/selftest_kept.c).
graded_with()
{
    local lab word later=
    . grader/tools/facts.sh
    printf '%s ' "runtime labs/$1 grader/suites/$1" grader/{src,support,interleave,sandbox,tools}
    for lab in $(labs); do
        word="solutions/$lab"
        [ -z "$later" ] || word="$key/names.$lab"
        printf '%s ' "$word"
        [ "$lab" != "$1" ] || later=yes
    done
}

# Lanes go on beside each other: what computes beside what waits. So no step may change what another one reads: those that must
# (bad input) have a copy of the tree, and what make writes appears whole or not yet.
compile_and_read()
{
    kept_step "runtime solutions grader" "second compiler${quick:+, all files}" second_compiler
    step "contract" contract
    step "starters are fresh" grader/tools/starters.sh --check
    step "layout" grader/tools/format.sh --check
    [ -n "$quick" ] || kept_step ".clang-tidy $code" "lint" grader/tools/lint.sh ${long:+--deep}
    step "layers" grader/tools/layers.sh
    step "cycles" grader/tools/cycles.sh
    step "suites" grader/tools/suites.sh
    step "clauses" grader/tools/clauses.sh
    step "handouts" grader/tools/handouts.sh
    kept_step "runtime grader/must-not-compile grader/tools" "must not compile" grader/tools/must-not-compile.sh
    kept_step "runtime solutions grader/given-tests" "given, plain" given_tests plain
    if [ -z "$quick" ]; then
        kept_step "runtime solutions grader/given-tests" "given, asan" given_tests asan
        kept_step "runtime solutions grader/given-tests" "given, tsan" given_tests tsan
        step "benchmarks" benchmarks
    fi
    kept_step "$code docs" "interleave" interleave
    kept_step "runtime solutions grader/suites grader/interleave grader/tools" "orders, built by clang" orders_by_clang
    kept_step "docs grader/interleave grader/tools runtime solutions" "quotes of the checker" grader/tools/chapter.sh
    [ -n "$quick" ] || kept_step "$code docs README.md CONTRIBUTING.md" "docs" make -s docs
}
build_and_run()
{
    local lab
    [ -n "$quick" ] || kept_step "runtime solutions grader/given-tests" "valgrind" valgrind_clean
    kept_step "$code" "examples" examples
    kept_step "$code" "clients" grader/tools/clients.sh
    [ -n "$quick" ] || kept_step "$code" "web clients" grader/tools/web-clients.sh
    kept_step "$code" "expand" expansions
    kept_step "$code" "frames" frames
    kept_step "$code" "install" grader/tools/install-test.sh
    kept_step "$code" "sandbox" grader/tools/sandbox-test.sh
    if [ -z "$quick" ]; then
        for lab in $(. grader/tools/facts.sh && labs); do
            kept_step "$(graded_with "$lab")" "tasks earn in order, $lab" grader/tools/tasks.sh ${long:+--whole} "$lab"
        done
        kept_step "$code" "the grader, sanitized" grader_sanitized
        kept_step "$code CONTRIBUTING.md" "cookbook" grader/tools/cookbook.sh
    fi
    [ -z "$long" ] || kept_step "$code" "polls for no reason" grader/tools/spurious.sh
}
bad_input()
{
    local part
    for part in $(grader/tools/bad-input.sh --list); do
        [ -n "$long" ] || case $part in
        disk | mutants) continue ;; # these two cost as much as the next four; docs/grader.md says what LONG adds
        esac
        case $part in
        lint) kept_step ".clang-tidy grader/tools" "bad input, $part" grader/tools/bad-input.sh $part ;;
        disk | environment | files | late | objects | reach) # they grade lab 01
            kept_step "$(graded_with 01-futures) labs docs" "bad input, $part" grader/tools/bad-input.sh $part ;;
        *) kept_step "$code docs README.md CONTRIBUTING.md" "bad input, $part" grader/tools/bad-input.sh $part ;;
        esac
    done
}

echo "weft: check${mode:+ ($mode)}${fresh:+, whatever was kept}"
given_programs=$([ -n "$quick" ] && echo build/given-tests/plain || echo build/given-tests/{plain,asan,tsan})
# shellcheck disable=SC2086 # a list of words
if ! step "build" make -s -j"$jobs" build/weft-grade subject-objects $given_programs || ! step "machine" grader/tools/machine.sh "$key"; then
    finish
    exit 1
fi
# After the machine's key, which holds TMPDIR.
memory=$(grader/tools/memory.sh "$logs/memory")
if [ "$memory" ]; then
    trap 'rm -rf "$memory" "$logs/memory"' EXIT
    export TMPDIR=$memory
fi
compile_and_read &
build_and_run &
[ -n "$quick" ] || bad_input &
step "grading the grader" build/weft-grade selftest $quick ${long:+--whole} --kept "$key" $fresh
wait
if [ -n "$long" ]; then
    # Ten minutes for all: a run under such a load takes a minute or more. make soak takes the time that it needs.
    mapfile -t soaked < <(. grader/tools/facts.sh && labs)
    for lab in "${soaked[@]}"; do
        step "under load, $lab" grader/tools/soak.sh "$lab" 25 $((600 / ${#soaked[@]}))
    done
fi
finish
