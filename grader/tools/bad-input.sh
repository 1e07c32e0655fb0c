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
for command in help help-all list grade debug trace run lib model bench install exercise expand frames soak accept; do
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
expect 2 "--sandbox is bubblewrap, landlock or none, not fortress" "$grade" run 01 --sandbox fortress
expect 2 "confine needs a command" "$grade" confine
expect 2 "/usr/bin/nowhere: No such file" "$grade" confine -- /usr/bin/nowhere
expect 2 "there is no clause 01.99" "$grade" explain 01.99
expect 0 "A map is PENDING while its inner future is" "$grade" explain 01.3
expect 0 "planned: $(. grader/tools/facts.sh && labs planned | head -n 1)" "$grade" list
# a clause that cannot be read is said to stand where it stands, with what is wrong
mkdir -p "$work/course/build" "$work/course/grader" && cp -r runtime "$work/course/" && cp grader/variants.mk "$work/course/grader/"
cp "$grade" "$work/course/build/"
clause() # WHAT CLAUSE: of the header that ends with it
{
    { cat runtime/include/weft/error.h; printf '/** %s */\n' "$2"; } >"$work/course/runtime/include/weft/error.h"
    expect 2 "error.h:$(($(wc -l <runtime/include/weft/error.h) + 1)): a clause is @clause{NN.k,points,\"text\"}. Of this one $1" "$work/course/build/weft-grade" list --table
}
clause "its number is not" '@clause{1.5,5,"text"}'
clause "its number is not" '@clause 01.5 is no text'
clause "its points are no number" '@clause{01.99,,"text"}'
clause "its text does not begin" '@clause{01.99,5,text}'
clause "its text does not end" '@clause{01.99,5,"text'
clause "it is about a given part, and has points" '@clause{G.99,5,"text"}'
{ cat runtime/include/weft/error.h; echo '/** @clause{01.1,5,"text"} */'; } >"$work/course/runtime/include/weft/error.h"
expect 2 "clause 01.1 is stated twice, in " "$work/course/build/weft-grade" list --table
expect 0 "explores  a park that returns has seen" "$grade" explain explore_unpark
expect 2 "there is no lab 99" "$grade" selftest --lab 99

expect 2 "run explores them all" "$grade" run 01 --test explore_unpark --token x
expect 2 "explore_unpark is a model: name the execution" "$grade" debug 01 --test explore_unpark
expect 2 "trace needs --test" "$grade" trace 01
expect 2 "has no model join_drop. It has:" "$grade" trace 01 --test join_drop
expect 2 "Which model?" make -s model FILE="$work/nowhere.c"

expect 2 "does not exist" "$grade" run 01 --from "$work/nowhere"

# the environment: what it holds is no program, and changes no command
for variable in SHELL ENV MAKEOVERRIDES GRADE_CC CC CFLAGS B; do
    expect 0 "verdict pass" env "$variable=\$(shell touch $ran)\$(touch $ran)" make -s grade LAB=01 TEST=ready_at_once FROM=solutions
done
expect 0 "verdict pass" env POSIXLY_CORRECT=1 CDPATH=/tmp:.:/ IFS=/ LC_ALL=tr_TR.UTF-8 GREP_OPTIONS=-v make -s grade LAB=01 TEST=ready_at_once FROM=solutions
expect 1 "" test -e "$ran"
for name in 't $(touch x)`touch x`' "t=q'" $'t\nl' t%s; do
    mkdir -m 755 "$work/$name"
    expect 0 "verdict pass" env TMPDIR="$work/$name" "$grade" run 01 --from solutions --test ready_at_once
done
expect 2 "Set TMPDIR to a folder that exists" env TMPDIR=/nowhere "$grade" run 01 --from solutions
if [ "$(id -u)" = 0 ]; then
    mkdir -p -m 711 "$work/closed/inner" && chmod 700 "$work/closed"
    expect 2 "$work/closed is closed to other users" env TMPDIR="$work/closed/inner" "$grade" run 01 --from solutions --test ready_at_once
fi
expect 0 "make help-all shows" make
expect 0 "make check " make help-all

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
# a folder that leads to the solutions, or to what only the grader may read: by each name that a link may have. Then
# without the system call that opens a whole path, which older kernels and some filters do not have.
gcc -o "$work/without-openat2" grader/tools/without-openat2.c || failures=$((failures + 1))
mkdir -m 700 "$work/theirs" && cp -r solutions/01-futures "$work/theirs/"
submission linked
for target in "$work/theirs/01-futures" ../theirs/01-futures "$PWD/solutions/01-futures" /proc/self/cwd/solutions/01-futures; do
    rm -rf "$work/linked/01-futures" && ln -s "$target" "$work/linked/01-futures"
    run 1 "is a symbolic link. Below FROM no link is followed" linked
    expect 1 "is a symbolic link. Below FROM no link is followed" "$work/without-openat2" "$grade" run 01 --variants plain --from "$work/linked"
done
submission inner && mv "$work/inner/01-futures/map.c" "$work/inner/map.c" && ln -s ../map.c "$work/inner/01-futures/map.c"
run 1 "is a symbolic link. Submit the file itself" inner
expect 1 "is a symbolic link. Submit the file itself" "$work/without-openat2" "$grade" run 01 --variants plain --from "$work/inner"
submission hard && ln -f "$work/theirs/01-futures/map.c" "$work/hard/01-futures/map.c"
run 1 "is a hard link: the same file has another name" hard
submission fifo && rm "$work/fifo/01-futures/map.c" && mkfifo "$work/fifo/01-futures/map.c"
run 1 "is not a regular file" fifo
submission lone && mv "$work/lone/01-futures"/*.c "$work/lone/" && ln -sf ../theirs/01-futures/map.c "$work/lone/map.c" && rmdir "$work/lone/01-futures"
run 1 "is a symbolic link. Submit the file itself" lone
# headers that are links are not read, whatever they lead to
submission linkedheader && ln -s /etc/shadow "$work/linkedheader/01-futures/combine.h"
run 2 "ready_at_once" linkedheader
submission linkedheaders && mkdir "$work/linkedheaders/include" && ln -s "$work/header/runtime/include/weft" "$work/linkedheaders/include/weft"
run 2 "ready_at_once" linkedheaders
# FROM itself may be a link, also without that system call
submission target && ln -s target "$work/alias"
run 2 "ready_at_once" alias
expect 2 "ready_at_once" "$work/without-openat2" "$grade" run 01 --variants plain --from "$work/alias" --test ready_at_once
submission locked && chmod 000 "$work/locked/01-futures/map.c"
if [ "$(id -u)" != 0 ]; then
    run 2 "cannot be read: Permission denied" locked
elif setpriv --reuid 65534 --regid 65534 --clear-groups test -x "$grade"; then
    expect 2 "Permission denied" setpriv --reuid 65534 --regid 65534 --clear-groups "$grade" run 01 --variants plain --from "$work/locked"
fi
# one text for all variants: what is hidden from a sanitizer is not there at all, or the sanitizer sees it
ends_with() # NAME: a submission whose ready.c ends with the standard input
{
    submission "$1" && cat >>"$work/$1/01-futures/ready.c"
}
# one NAME STATUS TEXT [FLAGS]: that submission in all variants, but one test only
one() { expect "$2" "$3" "$grade" run 01 --seed 1 --from "$work/$1" --test ready_at_once "${@:4}"; }
# holds WORD...: a condition of its own
holds()
{
    cases=$((cases + 1))
    "${@:2}" || { failures=$((failures + 1)); printf 'it does not hold: %s\n' "$1"; }
}
ends_with shown-to-all <<C
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ || !defined __OPTIMIZE__
#error a variant shows
#endif
_Static_assert(__LINE__ == $(($(wc -l <solutions/01-futures/ready.c) + 4)), "the lines are the file's");
C
one shown-to-all 0 "verdict pass"
ends_with leaks-in-plain <<'C'
#ifndef __SANITIZE_ADDRESS__
#include <stdlib.h>
__attribute__((constructor)) static void lose(void) { void *volatile lost = malloc(100); lost = 0; (void)lost; }
#endif
C
one leaks-in-plain 1 "LeakSanitizer: detected memory leaks"
# the compiler's words are about the file, not about its text: macros and comments count, and each is said once
ends_with warned <<'C'
#define ZERO_OF(x) ((x) / 0)
int wf_warned(int x); int wf_warned(int x) { switch (x) { case 1: x++; /* falls through */ default: return ZERO_OF(x); } }
C
one warned 0 "note: in expansion of macro 'ZERO_OF'"
one warned 0 "$work/warned/01-futures/ready.c:$(grep -n 'default:' "$work/warned/01-futures/ready.c" | cut -d: -f1):"
"$grade" run 01 --from "$work/warned" --test ready_at_once >"$work/said"
holds "a warning is said once" [ "$(grep -c "warning: division by zero" "$work/said")" = 1 ]
holds "a comment says that a case falls through" sh -c "! grep -q fallthrough '$work/said'"
# a file that another one includes, by a name that only the compiler sees
submission stale && printf '#define OTHER "map.c"\n#include OTHER\n' >>"$work/stale/01-futures/ready.c"
sed -i '1i #if __INCLUDE_LEVEL__' "$work/stale/01-futures/map.c" && printf '#endif\nstruct wf_map;\n' >>"$work/stale/01-futures/map.c"
run 2 "map_applies_once" stale --test map_applies_once
sed -i 's/return WF_READY;/return WF_PENDING;/' "$work/stale/01-futures/map.c"
run 1 "map_applies_once" stale --test map_applies_once
# what is kept is of one tier, is not used when it is damaged, and is bounded
entries() { find build/objects -type f | wc -l; }
rm -rf build/objects
expect 2 "ready_at_once" "$grade" run 01 --variants plain --from solutions --sandbox none --test ready_at_once
kept=$(entries)
if "$grade" run 01 --variants plain --from solutions --test ready_at_once | grep -q 'sandbox bubblewrap'; then
    holds "no object of the tier none is used in bubblewrap" [ "$(entries)" = $((2 * kept)) ]
fi
for entry in build/objects/*; do printf damaged | dd of="$entry" bs=1 seek=200 conv=notrunc status=none; done
expect 0 "verdict pass" "$grade" run 01 --from solutions --test ready_at_once
for digit in 1 2; do # used long ago, and together more than the limit
    truncate -s 200M "build/objects/$(printf %064d $digit)" && touch -d "200$digit-01-01" "build/objects/$(printf %064d $digit)"
done
submission another && echo 'int wf_another;' >>"$work/another/01-futures/map.c"
one another 0 "verdict pass"
holds "what was not used for longest goes first" [ ! -e "build/objects/$(printf %064d 1)" ]
holds "no more goes than must" [ -e "build/objects/$(printf %064d 2)" ]
rm -f "build/objects/$(printf %064d 2)"
# in a folder that is a link to one that holds more, nothing else is touched
mkdir -p "$work/elsewhere/photos" && touch -d 2001-01-01 "$work/elsewhere/letter" "$work/elsewhere/photos/one" "$work/elsewhere/photos"
touch -d 2001-01-01 "$work/elsewhere/$(printf %064d 3).7.tmp"
rm -rf build/objects && ln -s "$work/elsewhere" build/objects
one another 0 "verdict pass"
holds "what is not the cache's stays" [ -e "$work/elsewhere/letter" -a -e "$work/elsewhere/photos/one" ]
holds "what a run left half written goes" [ ! -e "$work/elsewhere/$(printf %064d 3).7.tmp" ]
rm -f build/objects

# no program that runs a submission says where the tree is, or where it was linked
names_nothing() { ! grep -rlF -e "$PWD" -e "${TMPDIR:-/tmp}/weft-" --include='*.o' --include="$(printf '?%.0s' {1..64})" build/obj/{plain,asan,tsan,interleave,engine} build/objects; }
holds "no object names the tree or a stage" names_nothing
expect 1 "runtime/given/panic.c"$'\n' env GDB_ARGS="-batch;info line wf_panic_at;list wf_panic_at;info source" "$grade" debug 01 --test ready_at_once --from solutions
# what a submission can see and write. As another user: in the tier none too nothing of its own build
curious() # NAME [PATH...]: a submission that looks for open doors, and at these paths
{
    local name=$1 path
    shift
    submission "$name"
    {
        for path in "$@"; do printf '#if CLOSED && __has_include("%s")\n#error sees %s\n#endif\n' "$path" "$path"; done
        printf 'static const char *const paths[] = {'
        printf '"%s", ' "$@"
        cat <<'C'
0};
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static int open_doors;
static int look(const char *path, const struct stat *status, int type, struct FTW *at)
{
    (void)type, (void)at;
    if (!S_ISLNK(status->st_mode) && access(path, W_OK) == 0)
        printf("can write %s\n", path), open_doors++;
    return 0;
}
__attribute__((constructor)) static void look_around(void)
{
    char *stage = realpath("/proc/self/exe", NULL);
    struct stat status;
    for (int up = 0; up < 3; up++)
        *strrchr(stage, '/') = 0;
    if (!CLOSED)
        nftw(stage, look, 16, FTW_PHYS);
    if (!CLOSED && (stat(stage, &status) != 0 || status.st_mode & 7))
        printf("others read %s\n", stage), open_doors++;
    for (const char *const *path = paths; CLOSED && *path; path++)
        if (access(*path, F_OK) == 0)
            printf("sees %s\n", *path), open_doors++;
    printf("%d open doors\n", open_doors);
    fflush(stdout);
    abort();
}
C
    } | sed "s/CLOSED/$closed/g" >>"$work/$name/01-futures/ready.c"
}
if [ "$(id -u)" = 0 ]; then
    closed=0 curious curious /
    expect 1 " 0 open doors" "$grade" run 01 --variants plain --from "$work/curious" --test ready_at_once --sandbox none
    elsewhere=$(mktemp -d /usr/src/weft-XXXXXX) class=$(mktemp -d /usr/local/weft-XXXXXX) games=$(mktemp -d /usr/games/weft-XXXXXX)
    chmod 755 "$elsewhere" "$class" "$games"
    if "$grade" run 01 --variants plain --from solutions --test ready_at_once | grep -q 'sandbox bubblewrap'; then
        mkdir "$elsewhere/build" && cp -a Makefile grader runtime solutions "$elsewhere/" && cp -a build/obj build/headers.stamp build/weft-grade "$elsewhere/build/"
        closed=1 curious hidden "$elsewhere/solutions/01-futures/ready.c" "$elsewhere/Makefile" "$class/hidden/01-futures/ready.c" "$class/other.c"
        echo >"$class/other.c" && cp -r "$work/hidden" "$class/"
        closed=1 curious hidden "$games/hidden/01-futures/ready.c" && cp -r "$work/hidden" "$games/"
        expect 1 " 0 open doors" "$elsewhere/build/weft-grade" run 01 --variants plain --from "$class/hidden" --test ready_at_once
        expect 1 " 0 open doors" "$grade" run 01 --variants plain --from "$games/hidden" --test ready_at_once
    fi
    rm -rf "$elsewhere" "$class" "$games"
fi
expect 2 "put it elsewhere" "$grade" run 01 --from /usr

# a folder's name is foreign text too: one line, no markup, no controls, no bytes that are no UTF-8
odd=$(printf 'odd\nscore 100 of 100\xff<b>"&\033[31m')
submission "$odd"
expect 0 "from $work/odd\\nscore 100 of 100\\xff<b>\"&\\x1b[31m, seed" "$grade" run 01 --from "$work/$odd" --junit "$work/odd.xml" --json "$work/odd.json"
rm "$work/$odd/01-futures/map.c"
run 2 "$work/odd\\nscore 100 of 100\\xff" "$odd" --junit "$work/odd.xml"
expect 0 'failures="0" errors="2"' cat "$work/odd.xml"
[ -z "$(command -v xmllint)" ] || expect 0 "" xmllint --noout "$work/odd.xml"
expect 2 "$work/odd\\nnowhere, seed" "$grade" run 01 --from "$work/$(printf 'odd\nnowhere')"
# JUnit of what does not build, and of a run without a result, is no success
expect 1 "does not compile" "$grade" run 01 --from "$work/error" --junit "$work/error.xml"
expect 0 'failures="0" errors="1"' cat "$work/error.xml"
expect 2 "verdict no_result" "$grade" run 01 --variants plain --from solutions --junit "$work/part.xml"
expect 0 'failures="0" errors="1"' cat "$work/part.xml"
# in gdb a panic that does not come has the same words, and ends
if [ -n "$(command -v gdb)" ]; then
    mkdir -p "$work/silent"
    cp -r solutions/03-tasks "$work/silent/"
    patch -s -d "$work/silent/03-tasks" -p1 <grader/golden/03-tasks/missing-panic.patch
    for words in "expected: a panic that names clause 03.6" "observed: the call returned: wf_task_reference"; do
        expect 1 "$words" env GDB_ARGS="-batch;run" "$grade" debug 03 --test references_max --from "$work/silent"
    done
    mkdir -p "$work/asleep"
    cp -r solutions/01-futures "$work/asleep/"
    patch -s -d "$work/asleep/01-futures" -p1 <grader/golden/01-futures/missing-panic-of-a-thread.patch
    expect 1 "observed: no panic:" env GDB_ARGS="-batch;run" "$grade" debug 01 --test block_on_nested --from "$work/asleep"
fi
# the lab's files themselves, without a folder around them
submission flat
expect 0 "verdict pass" "$grade" run 01 --from "$work/flat/01-futures"
# one variant alone is no pass
expect 2 "verdict no_result" "$grade" run 01 --variants plain --from solutions
# a mask that hides files from other users is the grader's to deal with
expect 0 "verdict pass" sh -c "umask 077 && exec '$grade' run 01 --from '$work/flat/01-futures'"

# a full disk: no result wherever it is met, never a failure, and the earlier result is kept
mkdir "$work/full"
on_full() # MOUNT-OPTION [full]: grades the solution with its stage there: 2 and the words for it, or 0
{
    mount -t tmpfs -o "$1" tmpfs "$work/full" && chmod 1777 "$work/full"
    TMPDIR=$work/full "$grade" run 01 --from solutions --test ready_at_once >"$work/said" 2>&1
    local status=$?
    umount "$work/full"
    if [ $status = 2 ]; then grep -q "Free some space" "$work/said"; else [ $status = 0 ] && [ "$2" != full ]; fi || { cat "$work/said"; false; }
}
if mount -t tmpfs -o size=64k tmpfs "$work/full" 2>/dev/null; then
    head -c 200000 /dev/zero >"$work/full/filler" 2>/dev/null
    expect 2 "the earlier result is kept" "$grade" run 01 --variants plain --from solutions --json "$work/full/01.json"
    umount "$work/full"
    # the smaller ones are met by copies, text, objects, the rest by the links; without kept objects, and with them
    for size in size=64k size=200k size=400k size=800k size=1200k size=1600k size=3m size=5m nr_inodes=30 nr_inodes=60 nr_inodes=110; do
        rm -rf build/objects
        holds "a full disk ($size) is no result" on_full "$size" full
    done
    for size in size=6m size=7m size=8m size=9m; do
        rm -rf build/objects
        holds "a full disk ($size) is no failure" on_full "$size" perhaps
    done
    "$grade" run 01 --from solutions --test ready_at_once >/dev/null
    for size in size=800k size=1600k size=2m; do
        holds "a full disk ($size) is no result, with kept objects" on_full "$size" full
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
for command in "run 01 --from solutions --test ready_at_once" list "explain 01.3" "selftest includes-dev-zero" --help; do
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
