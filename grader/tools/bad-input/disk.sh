# shellcheck shell=bash disable=SC2154
# disk.sh: a full disk, output that cannot be written, and a stop half-way. Sourced by part.sh.

# a full disk: no result wherever it is met, never a failure, and the earlier result is kept
mkdir "$work/full"
on_full() # LAB TEST MOUNT-OPTION [full]: grades the solution with its stage there: 2 and the words for it, or 0
{
    mount -t tmpfs -o "$3" tmpfs "$work/full" && chmod 1777 "$work/full"
    TMPDIR=$work/full "$grade" run "$1" --from solutions --test "$2" >"$work/said" 2>&1
    local status=$?
    umount "$work/full"
    if [ $status = 2 ]; then grep -q "Free some space" "$work/said"; else [ $status = 0 ] && [ "$4" != full ]; fi || { cat "$work/said"; false; }
}
if mount -t tmpfs -o size=64k tmpfs "$work/full" 2>/dev/null; then
    head -c 200000 /dev/zero >"$work/full/filler" 2>/dev/null
    expect 2 "the earlier result is kept" "$grade" run 01 --variants plain --from solutions --json "$work/full/01.json"
    umount "$work/full"
    # the smaller ones are met by copies, text, objects; without kept objects, and with them
    for size in size=64k size=200k size=400k size=800k nr_inodes=30 nr_inodes=60; do
        rm -rf build/objects
        holds "a full disk ($size) is no result" on_full 01 ready_at_once "$size" full
    done
    # the rest by the links, for which one file is compiled as well as five
    for size in size=300k size=1200k size=1600k size=3m size=5m size=8m nr_inodes=110 nr_inodes=140; do
        rm -rf build/objects
        holds "a full disk ($size) is no result, with one file" on_full x0 take "$size" full
    done
    for size in size=9m size=11m size=13m size=15m; do
        rm -rf build/objects
        holds "a full disk ($size) is no failure" on_full x0 take "$size" perhaps
    done
    "$grade" run 01 --from solutions --test ready_at_once >/dev/null
    for size in size=800k size=1600k size=2m; do
        holds "a full disk ($size) is no result, with kept objects" on_full 01 ready_at_once "$size" full
    done
    # the remedy that is offered, where /tmp is full and the tree is not there
    [[ $PWD == /tmp/* ]] || expect 0 "verdict pass" unshare -m sh -c "mount -t tmpfs -o size=64k tmpfs /tmp; head -c 200000 /dev/zero >/tmp/filler; cd '$PWD'; exec env TMPDIR=/var/tmp '$grade' run 01 --from solutions --test ready_at_once"
fi
# the compiler takes its time for each file and variant: then the rest is left out, or a run would take minutes
submission slow
for file in "$work"/slow/01-futures/*.c; do
    printf '#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(x)))\nint wf_slow(int *p);\nint wf_slow(int *p) { B(B(if (*p) ++*p;)) return 0; }\n' >>"$file"
done
run 1 "was not compiled: the compiler had to be stopped" slow
submission words && echo 'char *wf_text = "No space left on device" + ;' >>"$work/words/01-futures/map.c"
run 1 "does not compile" words

# output that cannot be written
for command in "run 01 --from solutions --test ready_at_once" list "explain 01.3" "selftest empty-file" --help; do
    expect 2 "cannot write to standard output" sh -c "'$grade' $command >/dev/full"
done
expect 2 "cannot write to standard output: Bad file descriptor" sh -c "'$grade' list >&-"
for option in json junit; do
    ln -s /dev/full "$work/full.$option" # not the device itself: a grader that replaces what is there would replace it
    expect 2 "cannot write the result: No space left on device" "$grade" run 01 --from solutions --test ready_at_once --$option "$work/full.$option"
    holds "a device is written to and not replaced ($option)" [ -c "$work/full.$option" ]
done

# Ctrl-C half-way
cases=$((cases + 1))
echo earlier >"$work/result.json"
mkdir -m 755 "$work/stages"
TMPDIR=$work/stages "$grade" run 01 --from solutions --json "$work/result.json" >"$work/stopped" 2>&1 &
pid=$!
for _ in $(seq 500); do # until it has built its subjects, and runs tests
    [ -z "$(find "$work/stages" -name subject 2>/dev/null)" ] || break
    sleep 0.02
done
kill -INT $pid
wait $pid
if [ $? != 130 ] || ! grep -q "earlier results are kept" "$work/stopped" || [ "$(cat "$work/result.json")" != earlier ] ||
    [ -n "$(ls "$work/stages")" ]; then
    failures=$((failures + 1))
    echo "a stop half-way: something was left, or not said"
    cat "$work/stopped"
fi
