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

expect 2 "there is no lab 99" "$grade" run 99
expect 2 "which lab?" "$grade" run
expect 2 "there is no command fly" "$grade" fly
expect 2 "has no test or clause nonsense" "$grade" run 01 --test nonsense
expect 2 "the seed is a number" "$grade" run 01 --seed banana
expect 2 "OWN names lab 42" "$grade" run 01 --own 42
expect 2 "there is no variant fast" "$grade" run 01 --variants fast
expect 2 "--sandbox is bubblewrap, landlock or none, not fortress" "$grade" run 01 --sandbox fortress
expect 2 "confine needs a command" "$grade" confine
expect 2 "/usr/bin/nowhere: No such file" "$grade" confine -- /usr/bin/nowhere
expect 2 "there is no clause 01.99" "$grade" explain 01.99
expect 0 "A map is PENDING while its inner future is" "$grade" explain 01.3
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
