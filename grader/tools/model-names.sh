#!/usr/bin/env bash
# model-names.sh OBJECT DUMP: refuse a model that calls a function of the C library which the checker does not know, or that touches
# memory by inline assembly. DUMP is what gcc writes with -fdump-tree-gimple-lineno.
#
# It sees the calls in grader/interleave/wrapped.txt; those in library.txt touch no memory that threads share. What another one
# does to memory it would not see, so a race in there, or with it, would be missed. Names of the runtime, the engine, the
# compiler and the model itself are none of the C library's.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 2
libc=$(${CC:-gcc} -print-file-name=libc.so.6)
unknown=$(comm -12 <(nm -u --format=just-symbols "$1" | sort -u) \
    <(nm -D --defined-only --format=just-symbols "$libc" "$(${CC:-gcc} -print-file-name=libm.so.6)" | sed 's/@.*//' | sort -u) |
    comm -23 - <(sort -u grader/interleave/wrapped.txt grader/interleave/library.txt))
# "[x.c:4:31] __asm__ __volatile__("lock; addl $1, %0" : "=m" plain : "m" plain)": with a text, and an operand or a clobber that is memory
assembly=$(sed -n 's/^ *\[\([^]:]*:[0-9]*\):[0-9]*\] __asm__.*(\("[^"].*\)/\1 \2/p' "$2" |
    awk '{ gsub(/"[xyz]?mm[0-9]+"/, "") } $0 !~ /^\/usr\// && ($0 ~ /: *"[^"]*m[^"]*"/ || $0 ~ /, "[^"]*m[^"]*"/) { print $1 }' | sort -u -V)
for place in $assembly; do
    echo "$place: inline assembly that may touch memory, which the checker would not see. Use C11 atomics and atomic_thread_fence()" >&2
done
[ -z "$unknown$assembly" ] && exit 0
[ -n "$unknown" ] || exit 1
for name in $unknown; do
    echo "the model calls $name(), which the checker does not know: it would not see what $name does to memory" >&2
done
echo "Do it in C, or with one of these, which it sees: $(grep -E '^(mem|str)' grader/interleave/wrapped.txt | tr '\n' ' ')" >&2
exit 1
