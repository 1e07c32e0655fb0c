#!/bin/sh
# cycles.sh: no file of the grader needs another that needs it, directly or not, by the symbols of their objects.
#
# Exit: 1 there is a cycle, 2 an object is missing (make grader).
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for source in grader/src/*.c; do
    object=build/obj/grader/${source%.c}.o
    [ -e "$object" ] || { echo "cycles: there is no $object: run make grader" >&2 && exit 2; }
    nm -P -g "$object" | awk -v file="$(basename "$source")" '{ print ($2 == "U" ? "NEEDS" : "DEFINES"), file, $1 }'
done >"$scratch/symbols"

awk 'NR == FNR { if ($1 == "DEFINES") home[$3] = $2; next }
    $1 == "NEEDS" && ($3 in home) && home[$3] != $2 { print $2, home[$3], $3 }' "$scratch/symbols" "$scratch/symbols" >"$scratch/needs"

if ! cut -d ' ' -f 1,2 "$scratch/needs" | tsort >"$scratch/order" 2>"$scratch/loops"; then
    echo "cycles: the files that tsort names after each \"loop\" need each other:" >&2
    sed 's/^tsort: /    /' "$scratch/loops" >&2
    exit 1
fi
echo "cycles: $(wc -l <"$scratch/order") files of the grader need each other in one direction"
