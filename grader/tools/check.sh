#!/usr/bin/env bash
# check.sh [--quick]: everything that must hold before a submission, a line a step.
#
# Steps go on after a failure, so that one run shows all that is wrong; the log of each is in build/check.
# The last line counts: "N passed, N failed". Exit status 0 only if none failed.
set -u -o pipefail
cd "$(dirname "$0")/../.."
quick=${1:+--quick}
logs=build/check
mkdir -p "$logs"
jobs=$(nproc)
export CK_DEFAULT_TIMEOUT=120 # Check's own 4 s are not enough under valgrind, or on a busy machine
passed=0
failed=0

# step NAME COMMAND...: run it, keep its output, say how it went
step()
{
    local name=$1 log start end
    shift
    log=$logs/$(printf %s "$name" | tr -c 'a-z0-9' -).log
    start=$(date +%s%N)
    [ -t 1 ] && printf '  ...     %s' "$name"
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        word=ok
    else
        failed=$((failed + 1))
        word=FAILED
    fi
    end=$(date +%s%N)
    [ -t 1 ] && printf '\r\033[K'
    printf '  %-7s %-34s %6.1f s  %s\n' "$word" "$name" "$(((end - start) / 100000000))e-1" "$(tail -n 1 "$log" | cut -c1-90)"
    [ $word = ok ] || { sed 's/^/          /' "$log" | tail -n 30; echo "          all of it: $log"; }
}

# What gcc has built is compiled a second time, by the compiler that finds other mistakes.
second_compiler()
{
    printf '%s\n' runtime/given/*.c runtime/given/*/*.c solutions/*/*.c runtime/examples/*.c runtime/bench/*.c grader/src/*.c \
        grader/support/*.c grader/suites/*/*.c grader/given-tests/*.c grader/interleave/*/*.c grader/sandbox/*.c |
        xargs -P "$jobs" -n 4 clang -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wshadow -Wimplicit-fallthrough \
            -Wconditional-uninitialized -Wno-unused-parameter -Iruntime/include -Igrader/support -Igrader/interleave -fsyntax-only &&
        echo "every file compiles with clang too"
}

# The unit tests of the given parts, in one variant.
given_tests()
{
    make -s -j"$jobs" "build/given-tests/$1" && "build/given-tests/$1" | tail -n 1
}

# The engine that explores interleavings against what is known of it, and the models on the solutions.
interleave()
{
    FUZZ=${quick:+300 1} make -s interleave PROVE="${quick:+planted litmus published fuzz}"
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

# What make expand shows is a program that does the same.
expansions()
{
    local source name expanded=$logs/expanded.c count=0
    make -s lib >/dev/null || return 1
    for source in $(grep -l '^ASYNC_FN' runtime/examples/*.c); do
        name=$(basename "$source" .c)
        make -s expand FILE="$source" >"$expanded" && ! grep -Ew 'ASYNC_FN|ASYNC_INIT|ASYNC_RETURN|AWAIT(_TO)?' "$expanded" &&
            gcc -std=gnu11 -D_GNU_SOURCE -pthread -Iruntime/include -o "$logs/expanded" "$expanded" build/lib/libweft.a &&
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
    local name count=0
    gcc -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=address,undefined -pthread -Iruntime/include -o "$logs/bench" \
        runtime/bench/bench.c solutions/*/*.c runtime/given/*.c runtime/given/*/*.c || return 1
    for name in $(awk '$1 !~ /^#/ && NF { print $1 }' runtime/bench/benchmarks.txt); do
        "$logs/bench" "$name" 2000 >/dev/null || return 1
        count=$((count + 1))
    done
    echo "$count benchmarks run; measuring is make bench"
}

# Examples and unit tests once more without instrumentation: valgrind sees what the compilers optimised.
valgrind_clean()
{
    local name
    for name in $(basename -s .c runtime/examples/*.c); do
        make -s run EXAMPLE="$name" >/dev/null &&
            valgrind -q --error-exitcode=9 --leak-check=full "build/examples/$name" | diff "runtime/examples/$name.expected" - || return 1
    done
    # the children that panic on purpose leak on purpose: only invalid accesses count here
    valgrind -q --trace-children=no --error-exitcode=9 build/given-tests/plain | tail -n 1
}

# The grader, sanitized, on a good, an unfinished and a wrong submission: it must grade them as ever.
grader_sanitized()
{
    local lab
    . grader/tools/facts.sh && make -s build/weft-grade-asan || return 1
    export ASAN_OPTIONS=detect_leaks=0
    for lab in $(labs); do
        build/weft-grade-asan run "$lab" --from solutions --json build/check/asan.json --junit build/check/asan.xml || return 1
        build/weft-grade-asan run "$lab" --from labs --variants plain
        [ $? = 1 ] || return 1
        build/weft-grade-asan explain "${lab%%-*}.1" >/dev/null || return 1
    done
    build/weft-grade-asan run x1 --from labs
    [ $? = 1 ] || return 1
    build/weft-grade-asan selftest printers >/dev/null || return 1
    build/weft-grade-asan list >/dev/null &&
        echo "the grader is clean under ASan and UBSan"
}

contract()
{
    sha256sum --quiet --strict -c runtime/contract.sha256 && echo "the headers are the contract that was agreed" ||
        { echo "a header was changed: if the contract shall change, run make contract"; false; }
}

echo "weft: check${quick:+ (quick)}"
step "build" make -s -j"$jobs" build/weft-grade subject-objects
step "second compiler" second_compiler
step "contract" contract
step "starters are fresh" grader/tools/starters.sh --check
step "layout" grader/tools/format.sh --check
[ -n "$quick" ] || step "lint" grader/tools/lint.sh
step "layers" grader/tools/layers.sh
step "cycles" grader/tools/cycles.sh
step "suites" grader/tools/suites.sh
step "clauses" grader/tools/clauses.sh
step "handouts" grader/tools/handouts.sh
[ -n "$quick" ] || step "tasks earn in order" grader/tools/tasks.sh
step "must not compile" grader/tools/must-not-compile.sh
step "given, plain" given_tests plain
if [ -z "$quick" ]; then
    step "given, asan" given_tests asan
    step "given, tsan" given_tests tsan
    step "valgrind" valgrind_clean
    step "benchmarks" benchmarks
fi
step "examples" examples
step "expand" expansions
step "frames" frames
step "install" grader/tools/install-test.sh
step "sandbox" grader/tools/sandbox-test.sh
step "bad input" grader/tools/bad-input.sh
step "interleave" interleave
step "orders, built by clang" orders_by_clang
step "quotes of the checker" grader/tools/chapter.sh
step "grading the grader" build/weft-grade selftest $quick
if [ -z "$quick" ]; then
    step "the grader, sanitized" grader_sanitized
    step "suites under load" grader/tools/soak.sh --sample
    step "docs" make -s docs
fi
echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
