# shellcheck shell=bash disable=SC2154
# results.sh: what stands in reports, files of results and gdb. Sourced by part.sh.

# a folder's name is foreign text too: one line, no markup, no controls, no bytes that are no UTF-8
odd=$(printf 'odd\nscore 100 of 100\xff<b>"&\033[31m')
submission "$odd"
expect 0 "from $work/odd\\nscore 100 of 100\\xff<b>\"&\\x1b[31m, seed" "$grade" run 01 --test ready_at_once --from "$work/$odd" --junit "$work/odd.xml" --json "$work/odd.json"
rm "$work/$odd/01-futures/map.c"
run 2 "$work/odd\\nscore 100 of 100\\xff" "$odd" --junit "$work/odd.xml"
expect 0 'failures="0" errors="2"' cat "$work/odd.xml"
[ -z "$(command -v xmllint)" ] || expect 0 "" xmllint --noout "$work/odd.xml"
expect 2 "$work/odd\\nnowhere, seed" "$grade" run 01 --from "$work/$(printf 'odd\nnowhere')"
# JUnit of what does not build, and of a run without a result, is no success
submission error && sed -i 's/WF_PENDING/WF_PENDNG/' "$work/error/01-futures/map.c"
expect 1 "does not compile" "$grade" run 01 --from "$work/error" --junit "$work/error.xml"
expect 0 'failures="0" errors="1"' cat "$work/error.xml"
expect 2 "verdict no_result" "$grade" run 01 --variants plain --from solutions --junit "$work/part.xml"
expect 0 'failures="0" errors="1"' cat "$work/part.xml"
# in gdb a panic that does not come has the same words, and ends
if [ -n "$(command -v gdb)" ]; then
    mkdir -p "$work/silent"
    cp -r solutions/03-tasks "$work/silent/"
    patch -s -d "$work/silent/03-tasks" -p1 <grader/golden/03-tasks/missing-panic.patch
    for words in "expected: a panic that names clause 03.20" "observed: the call returned: wf_task_reference"; do
        expect 1 "$words" env GDB_ARGS="-batch;run" "$grade" debug 03 --test references_max --from "$work/silent"
    done
    mkdir -p "$work/asleep"
    cp -r solutions/01-futures "$work/asleep/"
    patch -s -d "$work/asleep/01-futures" -p1 <grader/golden/01-futures/missing-panic-of-a-thread.patch
    expect 1 "observed: no panic:" env GDB_ARGS="-batch;run" "$grade" debug 01 --test block_on_nested --from "$work/asleep"
fi
# tests go on beside each other, and the result does not tell which of them ended first: neither where some fail, nor where so many
# hang that others are not run, of which some had begun
submission wrong && sed -i 's/= value/= value + 1/' "$work/wrong/01-futures/ready.c"
submission hangs && sed -i '1i #include <unistd.h>
    s/return WF_PENDING;/for (;;) pause();/' "$work/hangs/01-futures/ready.c"
for name in wrong hangs; do
    variants=plain,asan
    [ $name = wrong ] || variants=plain
    for way in "" --one-by-one; do # a word or none
        "$grade" run 01 --variants $variants --seed 1 --from "$work/$name" $way --json "$work/beside$way.json" >"$work/said" 2>&1
    done
    grep -v '"\(cpu\|wall\)_ms"' "$work/beside.json" >"$work/beside"
    holds "a result does not depend on which test ended first ($name)" \
        sh -c "grep -v '\"\(cpu\|wall\)_ms\"' '$work/beside--one-by-one.json' | diff '$work/beside' -"
    holds "some tests of it fail" grep -q '"status": "fail"' "$work/beside.json"
done
# the lab's files themselves, without a folder around them
submission flat
expect 0 "verdict pass" "$grade" run 01 --test ready_at_once --from "$work/flat/01-futures"
# one variant alone is no pass
expect 2 "verdict no_result" "$grade" run 01 --variants plain --from solutions
# a mask that hides files from other users is the grader's to deal with
expect 0 "verdict pass" sh -c "umask 077 && exec '$grade' run 01 --test ready_at_once --from '$work/flat/01-futures'"
