#!/usr/bin/env bash
# spurious.sh: the runtime bears polls for no reason. In a copy of the tree in which WF_SPURIOUS is 4 (future.h), so that every fourth
# poll of a task or root that is PENDING is repeated, these must pass: the unit tests, with several seeds; the examples; and on its
# solution each test of each lab, in the variant plain.
#
# spurious.txt lists what is left out, with the reason: tests that count polls, or say what each of them returns.
#
# Exit: 1 something else fails, or the list names what is not there. Needs what `make -s build/weft-grade subject-objects` has built.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
. grader/tools/facts.sh
seeds="1 2 3"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/tree
bad=0 passed=0

# The copy has links to all objects but those of the variant plain: nothing else is stale, for make sees an old variants.mk.
mkdir -p "$tree/build"
cp -a Makefile grader runtime solutions labs docs "$tree/"
cp -al build/obj "$tree/build/" 2>/dev/null || cp -a build/obj "$tree/build/" # linked, where that is one file system
cp -a build/headers.stamp build/weft-grade "$tree/build/"
rm -rf "$tree/build/obj/plain"
sed -i 's/^\(text\|plain\)\.flags := .*/& -DWF_SPURIOUS=4/' "$tree/grader/variants.mk"
touch -r grader/variants.mk "$tree/grader/variants.mk"
cd "$tree"
grep -q '^plain.flags := .*-DWF_SPURIOUS' grader/variants.mk

# PLACE NAME REASON: the words of the list that are no comment
sed '/^#/d; /^$/d' grader/tools/spurious.txt >"$scratch/list"

# judge PLACE: the names of what failed come in; those that are not listed are wrong
judge()
{
    local name
    while read -r name; do
        if ! awk -v place="$1" -v name="$name" '$1 == place && $2 == name { found = 1 } END { exit !found }' "$scratch/list"; then
            echo "spurious: $1 $name fails where polls are repeated, and spurious.txt does not say why it may" >&2
            bad=$((bad + 1))
        fi
    done
}

make -s -j"$(nproc)" build/given-tests/plain
for seed in $seeds; do
    CK_VERBOSITY=verbose WF_SPURIOUS_SEED=$seed build/given-tests/plain >"$scratch/said" 2>"$scratch/errors" || :
    grep -q '^[0-9]*%: Checks: ' "$scratch/said" || { tail -n 20 "$scratch/said" "$scratch/errors" >&2; exit 1; }
    sed -n 's/^[^:]*:[0-9]*:\([PFE]\):.*:\([a-z0-9_]*\):[0-9]*: .*/\1 \2/p' "$scratch/said" | sort -u >"$scratch/results"
    sed -n 's/^. //p' "$scratch/results" >>"$scratch/given.names"
    passed=$((passed + $(grep -c '^P' "$scratch/results")))
    judge given < <(sed -n 's/^[FE] //p' "$scratch/results")
done
for source in runtime/examples/*.c; do
    name=$(basename "$source" .c)
    echo "$name" >>"$scratch/examples.names"
    if make -s run EXAMPLE="$name" 2>&1 | cmp -s - "runtime/examples/$name.expected"; then
        passed=$((passed + 1))
    else
        judge examples <<<"$name"
    fi
done
# Each test by itself: one that counts polls may hang, and after that the rest of a run is not run.
printf '%s\n' "$facts" | awk -F '\t' '$1 == "test" && $2 ~ /^[0-9]/ && $6 != "model" && $5 ~ /^plain/ { print substr($2, 1, 2), $3 }' >"$scratch/tests"
while read -r lab name; do
    echo "$name" >>"$scratch/$lab.names"
    ! grep -q "^$lab $name " "$scratch/list" || continue
    if build/weft-grade run "$lab" --from solutions --variants plain --seed 1 --test "$name" --json "$scratch/result.json" >"$scratch/said" 2>&1 ||
        awk -F '"' '$2 == "name" { name = $4 } $2 == "variant" { variant = $4 }
            $2 == "status" && name { found = found || (variant == "plain" && $4 == "pass"); name = "" }
            END { exit !found }' "$scratch/result.json"; then # the other variants were not asked for: no verdict
        passed=$((passed + 1))
    else
        judge "$lab" <<<"$name"
    fi
done <"$scratch/tests"

while read -r place name reason; do
    [ -n "$reason" ] || { echo "spurious: the list gives no reason for $place $name" >&2; bad=$((bad + 1)); }
    grep -qxF -- "$name" "$scratch/$place.names" 2>/dev/null ||
        { echo "spurious: the list names $place $name, which is not there" >&2; bad=$((bad + 1)); }
done <"$scratch/list"
[ "$bad" = 0 ] || exit 1
echo "spurious: where every fourth poll is repeated $passed runs of tests and examples pass; $(wc -l <"$scratch/list") tests count polls, and are left out"
