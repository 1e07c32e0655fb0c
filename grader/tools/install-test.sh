#!/usr/bin/env bash
# install-test.sh: an outside program, in C and in C++, builds against the installed library and runs, linked
# to the shared library and to the static one; so does one of async functions and tasks. Where PREFIX has blanks and
# quotes too; and what pkg-config cannot carry is refused. In each standard of C and C++, with every warning as an error,
# so do those of grader/outside.
set -eu
cd "$(dirname "$0")/../.."
fail() { echo "$*"; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/outside.c" <<'PROGRAM'
#include <stdio.h>
#include <weft/block_on.h>
#include <weft/combine.h>
#include <weft/current_thread.h>

int main(void)
{
    struct wf_ready left, right;
    struct wf_future *both[] = {&wf_ready(&left, 20)->future, &wf_ready(&right, 22)->future};
    struct wf_join join;
    int status = wf_block_on(&wf_join(&join, both, 2, WF_FAIR)->future);
    struct wf_current_thread *runtime = wf_current_thread_new(NULL, NULL);
    if (!runtime)
        return 1;
    struct wf_ready last;
    wf_current_thread_block_on(runtime, &wf_ready(&last, 1)->future);
    wf_current_thread_drop(runtime);
    printf("%d %d\n", status, left.out + right.out + last.out - 1);
    return 0;
}
PROGRAM
cp "$work/outside.c" "$work/outside.cc"
# try NAME COMMAND...: the command makes a program that prints what it should
try()
{
    local name=$1
    shift
    "$@" -o "$work/$name"
    [ "$(LD_LIBRARY_PATH=$prefix/lib "$work/$name")" = "0 42" ] || fail "$name prints something else, below $prefix"
}
for name in prefix "a  b'c&|*%\`d\` é"; do
    prefix=$PWD/build/check/$name
    rm -rf "$prefix"
    said=$(make -s install PREFIX="$prefix")
    eval "$(sed -n 's/.*: \(PKG_CONFIG_PATH=.*\) pkg-config.*/export \1/p' <<<"$said")" # as it is offered
    eval "flags=($(pkg-config --cflags weft)) libs=($(pkg-config --libs weft))"
    try c-shared gcc -std=c11 "${flags[@]}" "$work/outside.c" "${libs[@]}"
    try c-static gcc -std=c11 "${flags[@]}" "$work/outside.c" "$prefix/lib/libweft.a" -pthread
    ! command -v clang >/dev/null || try clang clang -std=c11 "${flags[@]}" "$work/outside.c" "${libs[@]}"
    ! command -v g++ >/dev/null || try c++ g++ -std=c++17 -Wall -Wextra -Werror "${flags[@]}" "$work/outside.cc" "${libs[@]}"
    # The macros are C only.
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        $compiler -std=gnu11 -O2 "${flags[@]}" -o "$work/tree" runtime/examples/spawn_tree.c "${libs[@]}"
        LD_LIBRARY_PATH=$prefix/lib "$work/tree" | diff runtime/examples/spawn_tree.expected -
    done
done
# The shared library exports what its headers declare and nothing else, a student's helper without `static` neither; and it reaches its
# thread-local pointer without a call.
mkdir "$work/own"
cp -r solutions/01-futures "$work/own/"
echo 'int helper_of_a_student(void); int helper_of_a_student(void) { return 1; }' >>"$work/own/01-futures/ready.c"
make -s lib OWN=01 FROM="$work/own" >/dev/null
exported=$(nm -D --defined-only build/lib/libweft.so | awk '{ print $3 }')
foreign=$(while read -r name; do grep -qrw -- "$name" runtime/include/weft || echo "$name"; done <<<"$exported")
[ -z "$foreign" ] || fail "libweft.so exports what no header declares: $foreign"
grep -qx wf_block_on <<<"$exported" || fail "libweft.so does not export wf_block_on"
! nm -D build/lib/libweft.so | grep -q __tls_get_addr || fail "libweft.so calls __tls_get_addr for its thread-local pointer"

# What a program allocates with, that installs nothing: the block cache; malloc where a tool looks for uses after a free.
cat >"$work/allocator.c" <<'PROGRAM'
#include <stdio.h>
#include <weft/alloc.h>
#include <weft/detail/block_store.h>

int main(void)
{
    void *memory = wf_alloc(64);
    wf_free(memory, 64);
    puts(wf_block_store_bytes() ? "cache" : "malloc");
    return memory == NULL;
}
PROGRAM
allocates() # WITH COMMAND...
{
    local with=$1
    shift
    [ "$(LD_LIBRARY_PATH=$prefix/lib "$@")" = "$with" ] || fail "a program does not allocate with $with: $*"
}
for way in '' -fsanitize=address -fsanitize=thread; do
    gcc -std=c11 $way "${flags[@]}" -o "$work/allocator-shared$way" "$work/allocator.c" "${libs[@]}"
    gcc -std=c11 $way "${flags[@]}" -o "$work/allocator-static$way" "$work/allocator.c" "$prefix/lib/libweft.a" -pthread
    for linked in shared static; do
        allocates "$([ -n "$way" ] && echo malloc || echo cache)" "$work/allocator-$linked$way"
    done
done
! command -v valgrind >/dev/null || allocates malloc valgrind -q "$work/allocator-shared"

# The headers warn of nothing in a user's build, and a frame that is larger than the stack runs without optimisation too.
ulimit -S -s 8192 || true # where less is allowed, less is what it runs with
strict=(-Wall -Wextra -Wshadow -Wpedantic -Werror)
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    for standard in c11 gnu11 c17 c2x; do
        try macros $compiler -std=$standard -O0 "${strict[@]}" "${flags[@]}" grader/outside/macros.c "${libs[@]}"
        try macros $compiler -std=$standard -O2 "${strict[@]}" "${flags[@]}" grader/outside/macros.c "${libs[@]}"
    done
done
for compiler in g++ clang++; do
    command -v $compiler >/dev/null || continue
    for standard in c++11 c++14 c++17 c++20; do
        try plusplus $compiler -std=$standard "${strict[@]}" "${flags[@]}" grader/outside/plusplus.cc "${libs[@]}"
    done
done

for name in 'a"b' 'a\b' 'a$b' 'a#b' 'a(b' 'a:b' $'a\nb' 'a '; do
    ! said=$(make -s install PREFIX="$work/$name" 2>&1) || fail "PREFIX is not refused: $name"
    grep -q '^install: PREFIX is' <<<"$said" || fail "PREFIX is refused without a word: $name: $said"
done
make -s install DESTDIR="$work/-stage  d" PREFIX=/opt/weft >/dev/null
head -n 1 "$work/-stage  d/opt/weft/lib/pkgconfig/weft.pc" | grep -qx 'prefix=/opt/weft' || fail "DESTDIR is in the pkg-config file"
echo "an outside program builds against the installed library, and runs"
