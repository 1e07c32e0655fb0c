#!/usr/bin/env bash
# bad-input.sh: what people get wrong must end in a message that names the thing and says what to do.
#
# Each case is a command, the exit status, and a text that its output must hold. Nothing may be left running
# or lying about, and an earlier result stays as it was.
set -u
cd "$(dirname "$0")/../.."
grade=$PWD/build/weft-grade
work=$(mktemp -d)
chmod 755 "$work"
trap 'chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT
cases=0
failures=0

# expect STATUS TEXT COMMAND...
expect()
{
    local want=$1 text=$2 got output
    shift 2
    cases=$((cases + 1))
    output=$(timeout 60 "$@" 2>&1 </dev/null)
    got=$?
    if [ "$got" != "$want" ] || ! grep -qF -- "$text" <<<"$output"; then
        failures=$((failures + 1))
        printf 'status %s instead of %s, or no "%s":\n  %s\n%s\n\n' "$got" "$want" "$text" "$*" "$(head -n 20 <<<"$output")"
    fi
}

# submission NAME: a fresh copy of the solution in $work/NAME
submission()
{
    rm -rf "${work:?}/$1"
    mkdir -p "$work/$1"
    cp -r solutions/01-futures "$work/$1/"
    rm -f "$work/$1"/01-futures/*.md
}

run() { expect "$1" "$2" "$grade" run 01 --variants plain --seed 1 --from "$work/$3" "${@:4}"; }

# No name that a person passes is a program: neither make nor a shell expands it, wherever it is used, exported or handed on.
# Each command meets each of these names in every variable at once, as arguments of make and in the environment; then with a
# lab or a pick that is there, so that it comes as far as the others. Each would leave the file $ran.
ran=$work/ran
hostile=(
    "\$(shell touch $ran)\`touch $ran\`\$(touch $ran)" "\$\$(touch $ran)" "'; touch $ran; '\"; touch $ran; \"" "-x; touch $ran #%"
    "--eval=\$(shell touch $ran)" $'x\n'"touch $ran"$'\n'"--eval=\$(shell touch $ran)" "a[\$(touch $ran)]" $'\xff'"\`touch $ran\`"
)
# hostile_names COMMAND [NAME=VALUE]...: the values stand in place of a hostile one
hostile_names()
{
    local name variable words
    for name in "${hostile[@]}"; do
        words=()
        for variable in LAB FROM OWN TEST TOKEN SEED DEEP SANDBOX FILE EXAMPLE VARIANT HINT RUNS ROUNDS LABS MINE; do
            words+=("$variable=$name")
        done
        words+=("PREFIX=$work/$name" "DESTDIR=$work/$name" "${@:2}")
        cases=$((cases + 2))
        timeout 60 make -s "$1" "${words[@]}" >"$work/said" 2>&1 </dev/null
        env "${words[@]}" timeout 60 make -s "$1" >>"$work/said" 2>&1 </dev/null
        if [ -e "$ran" ]; then
            failures=$((failures + 1))
            printf 'make %s runs the name %q\n' "$*" "$name"
            rm -f "$ran"
        fi
    done
}
for command in help list grade debug trace run lib model bench install exercise expand frames soak accept; do
    hostile_names $command
done
hostile_names grade LAB=01
hostile_names grade LAB=01 OWN=all TEST= SEED= SANDBOX=
hostile_names debug LAB=01 TEST=explore_unpark SEED=
hostile_names trace LAB=01 TEST=explore_unpark OWN= SEED=
hostile_names soak LAB=01
for command in run lib model bench; do
    hostile_names $command EXAMPLE=first_future VARIANT=plain OWN=01 SANDBOX= FILE=grader/interleave/examples/ticket.c
done
hostile_names install OWN=

# A folder that is called like a program is graded like any other, and the command that its report offers can be pasted.
named="$work/a  b'\"\\#\$(shell touch $ran)\`touch $ran\`; touch $ran %"
mkdir -p "$named" && cp -r solutions/01-futures "$named/" && sed -i 's/= value/= value + 1/' "$named/01-futures/ready.c"
chmod -R a+rX "$work"
make -s grade LAB=01 TEST=ready_at_once FROM="$named" >"$work/said" 2>&1
offered=$(sed -n 's/^ *replay *//p' "$work/said")
expect 2 "observed  out is" bash -c "$offered"
expect 2 "observed  out is" sh -c "$offered"
cp runtime/examples/async_function.c "$named/x.c"
expect 0 "labs of your own: 01" make -s lib OWN=01 FROM="$named"
expect 0 "live bytes: 0" make -s run EXAMPLE=first_future OWN=01 FROM="$named"
expect 0 "switch" make -s expand FILE="$named/x.c"
expect 0 "x.c" make -s frames FILE="$named/x.c"
for name in $'a\nb' $'\xff'; do
    cp -r "$named/01-futures" "$work/$name"
    expect 1 "No command can be offered" "$grade" run 01 --test ready_at_once --from "$work/$name"
done
cases=$((cases + 1))
if [ -e "$ran" ]; then
    failures=$((failures + 1))
    echo "a folder's name was run: $named"
fi

# A token of another alphabet is none of the engine's, and no command is offered with it.
submission forged && cp grader/hostile/forged-token/ready.c "$work/forged/01-futures/"
expect 1 "the subject sends another text as the token" "$grade" run 01 --variants interleave --test explore_unpark --from "$work/forged"
expect 0 "" sh -c "'$grade' run 01 --variants interleave --test explore_unpark --from '$work/forged' | { ! grep TOKEN=; }"
expect 2 "the token is a word like" "$grade" trace 01 --test explore_unpark --token "w-1s1u2:A'"

# One parser of picks: the grader's.
for own in 1 01,02 01-futures "2 1" all; do
    expect 0 "live bytes: 0" make -s run EXAMPLE=first_future OWN="$own" FROM=solutions
done
for command in "run EXAMPLE=first_future" lib "model FILE=grader/interleave/examples/ticket.c" bench "grade LAB=01"; do
    # shellcheck disable=SC2086 # a list of words
    expect 2 "OWN names lab 07, which does not exist. It is all, or numbers of: 01-futures" make -s $command OWN=07
done
expect 2 "LABS names lab 99" make -s accept LABS="01 99"
expect 2 "does not exist. FROM names" make -s run EXAMPLE=first_future OWN=01 FROM="$work/nowhere"
expect 2 "01.T9 is not written yet: wf_block_on (labs/01-futures/block_on.c:" make -s run EXAMPLE=first_future OWN=1
expect 2 "Which example? EXAMPLE= is one of: across_threads" make -s run EXAMPLE=nonsense
expect 2 "VARIANT= is one of: plain asan tsan" make -s run EXAMPLE=first_future VARIANT=fast
expect 2 "RUNS is a number" make -s soak LAB=01 RUNS=many

expect 2 "there is no lab 99" "$grade" run 99
expect 2 "which lab?" "$grade" run
expect 2 "there is no command fly" "$grade" fly
expect 2 "has no test or clause nonsense" "$grade" run 01 --test nonsense
expect 2 "the seed is a number" "$grade" run 01 --seed banana
expect 2 "OWN names lab 42" "$grade" run 01 --own 42
expect 2 "there is no variant fast" "$grade" run 01 --variants fast
expect 2 "there is no clause 01.99" "$grade" explain 01.99
expect 2 "there is no lab '99'; there is: 01-futures" grader/tools/tasks.sh 99
expect 0 "A map becomes READY in the same poll as its inner future" "$grade" explain 01.3
expect 0 "planned: $(sed -n 's/^PLANNED := \([^ ]*\).*/\1/p' runtime/modules.mk)" "$grade" list
expect 0 "explores  a park that returns has seen" "$grade" explain explore_unpark
expect 2 "there is no lab 99" "$grade" selftest --lab 99

expect 2 "run explores them all" "$grade" run 01 --test explore_unpark --token x
expect 2 "explore_unpark is a model: name the execution" "$grade" debug 01 --test explore_unpark
expect 2 "trace needs --test" "$grade" trace 01
expect 2 "has no model join_drop. It has:" "$grade" trace 01 --test join_drop
expect 2 "Which model?" make -s model FILE="$work/nowhere.c"

expect 2 "does not exist" "$grade" run 01 --from "$work/nowhere"

expect 2 "which file?" grader/tools/expand.sh ""
expect 1 "there is no file '$work/nowhere.c'" grader/tools/expand.sh "$work/nowhere.c"
expect 1 "nothing to expand" grader/tools/expand.sh runtime/examples/first_future.c
expect 1 "there is no file '$work/nowhere.c'" grader/tools/frames.sh "$work/nowhere.c"
expect 1 "no future is defined" grader/tools/frames.sh runtime/given/future.c

mkdir "$work/hollow"
run 2 "holds neither a folder 01-futures nor the lab's files" hollow
submission missing && rm "$work/missing/01-futures/map.c"
run 2 "map.c" missing
run 2 "The reference never fills in for it" missing
submission empty && : >"$work/empty/01-futures/map.c"
run 1 "is empty" empty
submission prose && echo "This is my homework, dear grader." >"$work/prose/01-futures/map.c"
run 1 "does not compile" prose
submission binary && head -c 4000 /bin/true >"$work/binary/01-futures/map.c"
run 1 "is not C source: there is a zero byte" binary
submission huge && truncate -s 100M "$work/huge/01-futures/map.c"
run 1 "a source file may have" huge
submission zero && sed -i '1i #include "/dev/zero"' "$work/zero/01-futures/map.c"
run 1 "line 1 includes /dev/zero" zero
submission hidden && sed -i '1i #define WHERE "/dev/zero"\n#include WHERE' "$work/hidden/01-futures/map.c"
run 1 "map.c" hidden
submission outside && sed -i '1i #include "../../secret.h"' "$work/outside/01-futures/map.c"
run 1 "line 1 includes ../../secret.h" outside
submission twice && echo 'struct wf_join; struct wf_join *wf_join(void) { return 0; }' >>"$work/twice/01-futures/map.c"
run 1 "multiple definition of \`wf_join'" twice
submission error && sed -i 's/WF_PENDING/WF_PENDNG/' "$work/error/01-futures/map.c"
run 1 "$work/error/01-futures/map.c:14:" error
submission header && mkdir -p "$work/header/runtime/include/weft" &&
    sed 's/uint32_t count;/uint64_t count;/' runtime/include/weft/combine.h >"$work/header/runtime/include/weft/combine.h"
run 1 "differs from the course's header" header
submission link && ln -sf /etc/passwd "$work/link/01-futures/map.c"
run 1 "is a symbolic link" link
submission locked && chmod 000 "$work/locked/01-futures/map.c"
if [ "$(id -u)" != 0 ]; then
    run 2 "cannot be read: Permission denied" locked
elif setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$grade"; then
    expect 2 "Permission denied" setpriv --reuid 65534 --regid 65534 --clear-groups "$grade" run 01 --variants plain --from "$work/locked"
fi
# the lab's files themselves, without a folder around them
submission flat
expect 0 "verdict pass" "$grade" run 01 --from "$work/flat/01-futures"
# one variant alone is no pass
expect 2 "verdict no_result" "$grade" run 01 --variants plain --from solutions
# a mask that hides files from other users is the grader's to deal with
expect 0 "verdict pass" sh -c "umask 077 && exec '$grade' run 01 --from '$work/flat/01-futures'"

# a full disk: no result, and the earlier one is kept
mkdir "$work/full"
if mount -t tmpfs -o size=64k tmpfs "$work/full" 2>/dev/null; then
    chmod 1777 "$work/full"
    expect 2 "Free some space" env TMPDIR="$work/full" "$grade" run 01 --variants plain --from solutions
    head -c 200000 /dev/zero >"$work/full/filler" 2>/dev/null
    expect 2 "the earlier result is kept" "$grade" run 01 --variants plain --from solutions --json "$work/full/01.json"
    umount "$work/full"
fi

# Ctrl-C half-way
cases=$((cases + 1))
echo earlier >"$work/result.json"
mkdir -m 755 "$work/stages"
TMPDIR=$work/stages "$grade" run 01 --from solutions --json "$work/result.json" >"$work/stopped" 2>&1 &
pid=$!
sleep 1.5
kill -INT $pid
wait $pid
if [ $? != 130 ] || ! grep -q "earlier results are kept" "$work/stopped" || [ "$(cat "$work/result.json")" != earlier ] ||
    [ -n "$(ls "$work/stages")" ]; then
    failures=$((failures + 1))
    echo "a stop half-way: something was left, or not said"
    cat "$work/stopped"
fi

echo "bad input: $((cases - failures)) of $cases cases end in a clear message"
[ $failures = 0 ]
