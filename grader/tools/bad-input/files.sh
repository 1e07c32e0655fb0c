# shellcheck shell=bash disable=SC2154
# files.sh: files and folders that are missing, damaged, too large, links, or no C. Sourced by part.sh.

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
# A text with 400,000 names of files, and a name with more folders than a path has: the grader keeps a list of them, outside of any deadline.
submission names && {
    printf '#define SELF "ready.c"\n#define TEXT(x) #x\n#define NAME(x) TEXT(x)\n'
    yes '#line 1 NAME(__COUNTER__)' | head -n 2000
    printf '#if __COUNTER__ < 400000\n#include SELF\n#endif\n#if __INCLUDE_LEVEL__ == 0\n'
    cat solutions/01-futures/ready.c && echo '#endif'
} >"$work/names/01-futures/ready.c"
one names 0 "verdict pass"
submission folders && printf '#line 1 "include/%s.h"\n' "$(printf 'a/%.0s' {1..200000})" | cat - solutions/01-futures/ready.c >"$work/folders/01-futures/ready.c"
one folders 0 "verdict pass"
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

# forged LAB FILE: the lab's starter with that file, which writes records of its own into the judge's channel. The judge computes with what is in
# them: an event where the suite knows none, an index into its own table, a count of tasks.
forged()
{
    rm -rf "$work/forged" && mkdir -p "$work/forged" && cp -r "labs/$1" "$work/forged/" &&
        cp "grader/tools/bad-input/forged/$2" "$work/forged/$1/"
    expect 1 "verdict fail" "$grade" run "${1%%-*}" --seed 1 --from "$work/forged"
}
forged x0-hello ticket.c
forged 07-time timer_wheel.c
forged 05-work-stealing run_queue.c
