#!/bin/bash
# Proves the model checker: `prove.sh [planted] [litmus] [published] [fuzz] [accesses] [bad-input] [told] [program]`, or all of them.
#
# One line for each check, a summary in the last one; exit status 0 only if everything is as expected.
#   BUILD=DIRECTORY   where programs are built (build/interleave-proof)
#   FRESH="N SEED"    random programs for the litmus part besides the stored ones, and the seed of the first
#   FUZZ="N SEED"     random programs for the fuzz part, and the seed of the first
# `prove.sh litmus publish` writes docs/proof.md.
set -u -o pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build/interleave-proof}
mkdir -p "$build/engine" || exit 2
build=$(cd "$build" && pwd)

common="-std=gnu11 -D_GNU_SOURCE -g -fno-pie"
warnings="-Wall -Wextra -Wshadow -Wimplicit-fallthrough -Werror"
# as in variants.mk: gcc reads what the source reads, and each variable has a place of its own
as_written="-fno-tree-sra -fno-tree-loop-im -fstack-reuse=none"
model="$common -O1 -fsanitize=thread -fno-builtin -fno-omit-frame-pointer -I$here"
wraps=$(sed 's/^/-Wl,--wrap=/' "$here/wrapped.txt" | tr '\n' ' ')
link="$(sed -n 's/^interleave.link := //p' "$here/../variants.mk") -pthread"

checks=0
failed=0

# report STATUS WHAT RESULT: one line of the table
report() {
    checks=$((checks + 1))
    [ "$1" = ok ] || failed=$((failed + 1))
    printf '%-4s  %-34s  %s\n' "$1" "$2" "$3"
}

# What a program is made of beside its own source is small: a change of any header, of the engine, or of this script builds all.
newest=$(ls -t "$here"/*.h "$here"/*/*.h "$here"/engine/*.c "$here/wrapped.txt" "$0" | head -1)
stale() { # OUTPUT SOURCE
    [ ! -e "$1" ] || [ "$2" -nt "$1" ] || [ "$newest" -nt "$1" ]
}

# Commands from standard input, one a line, two at a time.
in_parallel() {
    xargs -r -d '\n' -P 2 -n 1 bash -c
}

build_engine() {
    for source in "$here"/engine/*.c; do
        object=$build/engine/$(basename "$source" .c).o
        if stale "$object" "$source"; then
            echo "gcc $common -O2 -c $source -o $object"
        fi
    done | in_parallel || exit 2
    # by the sources: an object of a file that is gone may still stand there
    engine=$(for source in "$here"/engine/*.c; do echo "$build/engine/$(basename "$source" .c).o"; done | grep -v '/main\.o' | tr '\n' ' ')
    # Tests that call the engine directly have no front end but the compiler's.
    bare=$(echo "$engine" | tr ' ' '\n' | grep -v -e '/hooks_[^c]' -e '/hooks_c11' -e '/judged\.o' | tr '\n' ' ')
    local verdict=$build/verdict.o
    if stale "$verdict" "$here/selftest/verdict.c"; then
        gcc $common $warnings -O2 -c "$here/selftest/verdict.c" -o "$verdict" || exit 2
    fi
}

# compile_model COMPILER SOURCE OUTPUT FLAGS [MAIN]: the command that makes a program of a file of models
compile_model() {
    local flags="$warnings -Wno-unused-parameter"
    [ "$1" = gcc ] && flags="$flags -Wno-tsan $as_written"
    echo "$1 $model $flags $4 -c $2 -o $3.o && gcc $link -o $3 $3.o ${5:-$build/verdict.o} $engine $wraps"
}

have() {
    command -v "$1" >/dev/null
}

prove_planted() {
    local list=$here/planted/planted.txt file bug expected text program
    while IFS='|' read -r file bug expected text; do
        file=${file// /} bug=${bug// /}
        program=$build/planted-$file-$bug
        stale "$program" "$here/planted/$file.c" && compile_model gcc "$here/planted/$file.c" "$program" "-DBUG=$bug"
    done < <(grep -v '^#' "$list") | in_parallel
    while IFS='|' read -r file bug expected text; do
        file=${file// /} bug=${bug// /} expected=$(echo $expected)
        check_planted "$file" "$bug" "$expected"
    done < <(grep -v '^#' "$list")
}

check_planted() { # FILE BUG EXPECTED
    local what="planted $1 $2" line status=ok
    line=$("$build/planted-$1-$2" 2>&1 </dev/null)
    IFS=$'\t' read -r _ _ verdict failure executions ms verdict2 failure2 executions2 ms2 replay message <<<"$line"
    if [ "$3" = none ]; then
        [ "$verdict $verdict2" = "exhausted exhausted" ] || status=FAIL
        result="all $executions2 executions pass, $ms2 ms reduced; $ms ms in all"
    else
        [ "$failure" = "$3" ] && [ "${verdict2:-}" = failed ] && [ "$replay" = same ] || status=FAIL
        result="$failure after $executions executions, $ms ms; reduced $executions2, $ms2 ms; replay: ${replay:-}"
    fi
    [ $status = ok ] || result="expected $3: $line"
    report $status "$what" "$result"
}

# bare_program NAME SOURCES
bare_program() {
    local program=$build/$1 sources="" changed=
    for source in $2; do
        sources="$sources $here/litmus/$source"
        stale "$program" "$here/litmus/$source" && changed=1
    done
    [ -z "$changed" ] || gcc $common $warnings -O2 $link -o "$program" $sources $bare || exit 2
}

prove_litmus() {
    bare_program litmus "litmus.c rc11.c stored.c random_program.c program.c"
    "$build/litmus" "$here/litmus/rc11-outcomes.txt" "$here/litmus/more.txt" --fresh ${FRESH:-2000 1} --markdown "$build/litmus.md" >"$build/litmus.out" 2>&1
    local status=$?
    sed '$d; s/^/      /' "$build/litmus.out"
    report "$([ $status = 0 ] && echo ok || echo FAIL)" litmus "$(tail -1 "$build/litmus.out")"
}

# The page of the docs: the table of outcomes, and the planted bugs.
written_page() {
    cat "$here/../../docs/proof.head"
    cat "$build/litmus.md"
    printf '\n## Planted bugs\n\n| in | found as | what was done wrong |\n|---|---|---|\n'
    grep -v '^#' "$here/planted/planted.txt" | awk -F ' *[|] *' '$2 != 0 { printf "| `%s.c` | %s | %s |\n", $1, $3, $4 }'
}

prove_published() {
    written_page >"$build/proof.md"
    if cmp -s "$build/proof.md" "$here/../../docs/proof.md"; then
        report ok published "docs/proof.md is what was found"
    else
        report FAIL published "docs/proof.md is stale: grader/interleave/prove.sh litmus publish"
    fi
}

prove_fuzz() {
    bare_program fuzz "fuzz.c random_program.c program.c"
    "$build/fuzz" ${FUZZ:-3000 1} >"$build/fuzz.out" 2>&1
    local status=$?
    sed '$d; s/^/      /' "$build/fuzz.out"
    report "$([ $status = 0 ] && echo ok || echo FAIL)" fuzz "$(tail -1 "$build/fuzz.out")"
}

prove_accesses() {
    local file compiler program
    for file in plain libc atomic local; do
        for compiler in gcc clang; do
            have $compiler || continue
            program=$build/accesses-$file-$compiler
            stale "$program" "$here/selftest/accesses_$file.c" &&
                compile_model $compiler "$here/selftest/accesses_$file.c" "$program" ""
        done
    done | in_parallel
    for file in plain libc atomic local; do
        for compiler in gcc clang; do
            have $compiler || { report FAIL "accesses $file $compiler" "$compiler is not installed"; continue; }
            check_accesses $file $compiler
        done
    done
}

check_accesses() { # FILE COMPILER
    local name expected verdict failure replay message status result known
    while IFS=$'\t' read -r name expected verdict failure _ _ _ _ _ _ replay message; do
        status=ok result=$failure
        known=$(awk -F ' *[|] *' -v name="$name" -v compiler="$2" \
            '$1 == name && ($2 == compiler || $2 == "both") { print $3 }' "$here/selftest/missed.txt")
        if [ "$failure" != "$expected" ]; then
            if [ -n "$known" ]; then
                result="not seen, as is known: $known"
            else
                status=FAIL result="expected $expected, found $failure: $message"
            fi
        elif [ -n "$known" ]; then
            status=FAIL result="found, but missed.txt says that it is missed"
        fi
        report $status "$2 $name" "$result"
    done < <("$build/accesses-$1-$2" 2>&1 </dev/null || printf 'accesses-%s\t-\tcrash\tstatus %s\n' "$1" $?)
}

prove_bad_input() {
    local file name expected phrase unseen compiler program
    program=$build/locals-written
    stale "$program" "$here/selftest/locals.c" && compile_model gcc "$here/selftest/locals.c" "$program" "-O0 -Wno-uninitialized -Wno-maybe-uninitialized" | in_parallel
    for file in bad_input bad_use waits time primitives bounds descriptors readiness memory locals pointers tokens addresses; do
        for compiler in gcc clang; do
            have $compiler || continue
            program=$build/$file-$compiler
            if stale "$program" "$here/selftest/$file.c"; then
                compile_model $compiler "$here/selftest/$file.c" "$program" \
                    "-Wno-infinite-recursion -Wno-uninitialized -Wno-maybe-uninitialized -Wno-unknown-warning-option $([ $compiler = clang ] && echo -Wno-atomic-alignment)"
            fi
        done
    done | in_parallel
    for file in bad_input bad_use waits time primitives bounds descriptors readiness memory locals pointers tokens addresses; do
        for compiler in gcc clang $([ $file != locals ] || echo written); do
            [ $compiler = written ] || have $compiler || { report FAIL "bad input $compiler" "$compiler is not installed"; continue; }
            while IFS='|' read -r name expected phrase unseen; do
                name=${name// /} expected=$(echo $expected) phrase=$(echo $phrase)
                case " $unseen " in *" $compiler "*) expected=none phrase=pass ;; esac
                check_bad_input "$compiler" "$file" "$name" "$expected" "$phrase"
            done < <(grep -v '^#' "$here/selftest/$file.txt")
        done
    done
}

check_bad_input() { # COMPILER FILE NAME EXPECTED PHRASE
    local line status=ok verdict failure headline
    line=$(BUDGET_MS=1000 timeout 60 "$build/$2-$1" "$3" 2>&1 </dev/null)
    local exit_status=$?
    IFS=$'\t' read -r _ _ verdict failure _ _ _ _ _ _ _ headline <<<"$line"
    [ "$verdict" = budget ] && failure=budget
    [ $exit_status = 71 ] && failure="engine failed" headline=$line
    [ "$failure" = "$4" ] && grep -qF -- "$5" <<<"$headline" || status=FAIL
    if [ $status = ok ]; then
        report ok "bad input $3 $1" "$headline"
    else
        report FAIL "bad input $3 $1" "expected $4 and '$5': exit status $exit_status: $line"
    fi
}

# What the words of a failure or a verdict hold, and that they fit: in a file, and where the terminal is narrow.
prove_told() {
    local main=$build/engine/main.o program=$build/told name expected phrase
    if stale "$program" "$here/selftest/told.c"; then
        compile_model gcc "$here/selftest/told.c" "$program" "" "$main" | in_parallel
    fi
    while IFS='|' read -r name expected phrase; do
        name=${name// /} expected=${expected// /} phrase=$(echo "$phrase" | sed 's/^ *//')
        [ -e "$build/told-$name.out" ] && [ "$build/told-$name.out" -nt "$program" ] || {
            "$program" "$name" --seconds 1 >"$build/told-$name.out" 2>&1 </dev/null
            echo $? >"$build/told-$name.status"
        }
        check_told "$name" "$expected" "$phrase"
    done < <(grep -v '^#' "$here/selftest/told.txt")
    check_widths "100 columns" 100 "$build"/told-*.out
    for name in sequence_ended on_a_stack folds; do
        COLUMNS=80 "$program" "$name" >"$build/narrow-$name.out"
    done
    check_widths "80 columns" 80 "$build"/narrow-*.out
}

check_told() { # NAME STATUS PHRASE
    local said
    said=$(tr -s ' \n' ' ' <"$build/told-$1.out")
    if [ "$(cat "$build/told-$1.status")" = "$2" ] && grep -qF -- "$3" <<<"$said"; then
        report ok "told $1" "$3"
    else
        report FAIL "told $1" "expected status $2 and '$3': status $(cat "$build/told-$1.status"): $said"
    fi
}

check_widths() { # WHAT COLUMNS FILES
    local what=$1 columns=$2 long
    shift 2
    long=$(awk -v columns="$columns" 'length > columns { print FILENAME ": " $0; exit }' "$@")
    report "$([ -z "$long" ] && echo ok || echo FAIL)" "told in $what" "${long:-all of $# outputs}"
}

# The program as it is run by hand: what it prints, and its exit status.
prove_program() {
    local main=$build/engine/main.o program token
    {
        compile_model gcc "$here/planted/message.c" "$build/program-right" "" "$main"
        compile_model gcc "$here/planted/oneshot.c" "$build/program-wrong" "-DBUG=1" "$main"
        compile_model gcc "$here/planted/link.c" "$build/program-overtaken" "-DBUG=1" "$main"
        have clang && compile_model clang "$here/planted/mpsc.c" "$build/program-inlined" "-DBUG=1" "$main"
        compile_model gcc "$here/selftest/bad_input.c" "$build/program-bad" "-Wno-infinite-recursion" "$main"
        compile_model gcc "$here/selftest/large_static.c" "$build/program-large" "" "$main"
        compile_model gcc "$here/selftest/leaves.c" "$build/program-leaves" "" "$main"
        compile_model gcc "$here/selftest/large_local.c" "$build/program-large-local" "" "$main"
    } | in_parallel
    check_program "all pass" 0 "executions pass" "$build/program-right"
    check_program "list" 0 "message" "$build/program-right" list
    check_program "a failure" 1 "deadlock" "$build/program-wrong" oneshot
    check_program "a store that is overtaken" 1 "OVERTAKEN: B (push) already stored 0 at link.c:" "$build/program-overtaken"
    check_program "and why" 1 "but that is relaxed on both sides: it publishes nothing" "$build/program-overtaken"
    check_program "what it takes" 1 "if each store took effect after all that ran before" "$build/program-overtaken"
    token=$("$build/program-wrong" oneshot 2>&1 | sed -n 's/.*--replay \([^ ]*\).*/\1/p')
    ! have clang || check_program "a frame inlined from a header" 1 "sleeps at mpsc.c:" "$build/program-inlined"
    check_program "a replay" 1 "deadlock" "$build/program-wrong" oneshot --replay "$token"
    rm -f "$build/page.html"
    check_program "a page" 1 "deadlock" "$build/program-wrong" oneshot --page "$build/page.html"
    check_program "the page itself" 0 "oneshot" cat "$build/page.html"
    check_program "no replay token" 2 "no replay token" "$build/program-wrong" oneshot --replay nonsense
    check_program "a bound that is too large" 2 "no replay token" "$build/program-wrong" oneshot --replay w4294967296s1u2:A
    check_program "a bound that is no number" 2 "no replay token" "$build/program-wrong" oneshot --replay wAs1u2:A
    check_program "seconds that are no number" 64 "from 1 to" "$build/program-wrong" --seconds 5x
    check_program "seconds that are too many" 64 "from 1 to" "$build/program-wrong" --seconds 4294967297
    check_program "no such model" 64 "nobody" "$build/program-wrong" nobody
    check_program "budget reached" 2 "NOT VERIFIED" "$build/program-bad" too_large --seconds 1
    check_program "a long account" 2 "lines are left out here: --all-steps has them" "$build/program-bad" too_many_atomics
    check_program "the whole of it" 2 "128 A bad_input.c:" "$build/program-bad" too_many_atomics --all-steps
    check_program "not supported" 2 "NOT VERIFIED" "$build/program-bad" calls_write
    check_program "a program that is ended" 1 "a model ended the program" "$build/program-leaves"
    check_program "engine crash" 71 "the engine failed" "$build/program-bad" engine_crash
    check_program "large statics" 71 "make large arrays smaller" "$build/program-large"
    check_program "large thread-locals" 71 "make large arrays smaller" "$build/program-large-local"
}

check_program() { # WHAT EXIT-STATUS PHRASE COMMAND...
    local what=$1 expected=$2 phrase=$3 output exit_status
    shift 3
    output=$(timeout 60 "$@" 2>&1 </dev/null)
    exit_status=$?
    if [ $exit_status = "$expected" ] && tr -s ' \n' ' ' <<<"$output" | grep -qF -- "$phrase"; then
        report ok "program: $what" "exit status $exit_status"
    else
        report FAIL "program: $what" "expected status $expected and '$phrase': status $exit_status: $(head -c 300 <<<"$output")"
    fi
}

build_engine
for part in ${*:-planted litmus published fuzz accesses bad-input told program}; do
    case $part in
    planted) prove_planted ;;
    litmus) prove_litmus ;;
    published) prove_published ;;
    publish) written_page >"$here/../../docs/proof.md" ;;
    fuzz) prove_fuzz ;;
    accesses) prove_accesses ;;
    bad-input) prove_bad_input ;;
    told) prove_told ;;
    program) prove_program ;;
    *) echo "prove.sh: no part is called '$part'" >&2; exit 2 ;;
    esac
done
if [ $failed = 0 ]; then
    echo "passed: $checks checks, all as expected"
else
    echo "FAILED: $failed of $checks checks are not as expected"
    exit 1
fi
