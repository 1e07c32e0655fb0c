#!/usr/bin/env bash
# designs.sh NAME OBJECT: one design of lab 05's ring or idle word, as an object that shows its functions as NAME_wf_...
#
# NAME is ring- or idle-, and what the design is: `reference`, the solution of lab 05; one of the lab's alternates; or one of its
# mutants, without ".patch": the solution with that mistake. So there is no second copy of any of them. The object is compiled as
# all that is explored, and its debug information calls the file designs/run_queue.c, or idle.c. CC, CFLAGS: what make has.
#
# Exit: 1 there is no such design, or it does not compile.
set -eu -o pipefail
name=$1 object=$2
lab=05-work-stealing
design=${name#*-}
case $name in
    ring-*) file=run_queue.c ;;
    idle-*) file=idle.c ;;
    *) echo "designs.sh: $name is neither a ring- nor an idle-" >&2 && exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "solutions/$lab/$file" "$work/$file"
if [ -e "grader/alternates/$lab/$design/$file" ]; then
    cp "grader/alternates/$lab/$design/$file" "$work/$file"
elif [ -e "grader/mutants/$lab/$design.patch" ]; then
    patch -p1 -s --fuzz=0 --no-backup-if-mismatch -d "$work" <"grader/mutants/$lab/$design.patch"
    ! cmp -s "solutions/$lab/$file" "$work/$file" || { echo "designs.sh: the patch $design does not change $file" >&2 && exit 1; }
elif [ "$design" != reference ]; then
    echo "designs.sh: lab 05 has no solution, alternate or mutant $design with a file $file" >&2
    exit 1
fi
# shellcheck disable=SC2086 # lists of words
$CC $CFLAGS "-ffile-prefix-map=$work=designs" -c "$work/$file" -o "$work/plain.o"
prefix=$(tr -c 'a-z0-9\n' _ <<<"$name")
nm -g --defined-only -f posix "$work/plain.o" | awk -v prefix="$prefix" '{ print $1, prefix "_" $1 }' >"$work/names"
objcopy --redefine-syms="$work/names" "$work/plain.o" "$work/named.o"
mkdir -p "$(dirname "$object")"
mv "$work/named.o" "$object.$$" && mv "$object.$$" "$object"
