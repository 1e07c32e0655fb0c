#!/usr/bin/env bash
# model-names.sh OBJECT: refuse a model that calls a function of the C library which the checker does not know.
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
[ -z "$unknown" ] && exit 0
for name in $unknown; do
    echo "the model calls $name(), which the checker does not know: it would not see what $name does to memory" >&2
done
echo "Do it in C, or with one of these, which it sees: $(grep -E '^(mem|str)' grader/interleave/wrapped.txt | tr '\n' ' ')" >&2
exit 1
