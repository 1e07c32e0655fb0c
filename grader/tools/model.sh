#!/usr/bin/env bash
# model.sh OUT FILE.c... [-Idir | -DNAME=VALUE]...: build the model program OUT of these files.
#
# They are compiled as the grader compiles what it explores, and linked with the engine, without the runtime. An order
# that C11 forbids, such as a load with release, is an error here: it means nothing that could be explored. CC=clang
# takes the other compiler.
set -eu -o pipefail
tree=$(cd "$(dirname "$0")/../.." && pwd)
out=${1:?usage: model.sh OUT FILE.c... [-Idir | -DNAME=VALUE]...}
shift

# The words of a line of variants.mk.
words_of()
{
    sed -n "s/^$1 := //p" "$tree/grader/variants.mk"
}

compiler=${CC:-$(words_of GRADE_CC)}
case $compiler in
    *clang*) # gcc alone knows -Wno-tsan, and has what these switch off
        strict="-Werror=atomic-memory-ordering -Wno-unknown-warning-option"
        explored=$(words_of interleave.flags | sed 's/-fno-tree-[^ ]*//g; s/-fstack-reuse=none//')
        ;;
    *)
        strict=-Werror=invalid-memory-model
        explored=$(words_of interleave.flags)
        ;;
esac
read -ra flags <<<"$(words_of GRADE_COMMON) $explored $strict -I$tree/grader/interleave"
read -ra link <<<"$(words_of interleave.link) -pthread"
files=()
for word; do
    case $word in
        -*) flags+=("$word") ;;
        *) files+=("$word") ;;
    esac
done

make -s -C "$tree" build/obj/engine/engine.o
mkdir -p "$(dirname "$out")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
objects=()
for file in "${files[@]}"; do
    objects+=("$work/${#objects[@]}.o")
    "$compiler" "${flags[@]}" -c "$file" -o "${objects[-1]}"
done
engine=()
for file in "$tree"/grader/interleave/engine/*.c; do # not all objects that are there: some may be of older files
    engine+=("$tree/build/obj/engine/grader/interleave/engine/$(basename "$file" .c).o")
done
mapfile -t wraps < <(sed 's/^/-Wl,--wrap=/' "$tree/grader/interleave/wrapped.txt")
"$(words_of GRADE_CC)" "${link[@]}" -o "$out" "${objects[@]}" "${engine[@]}" "${wraps[@]}"
