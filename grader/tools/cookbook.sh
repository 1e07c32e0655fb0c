#!/usr/bin/env bash
# cookbook.sh: the example of "A new lab on the kit" in CONTRIBUTING.md is a lab that is graded.
#
# grader/cookbook has its files where they stand in the tree. In a copy of the tree, with the lines of modules.mk and suites.c that
# a new lab needs: starters are cut, clauses have their tests and mutants, tasks earn in order, the solution earns 100 points, and
# each mutant fails the test that it names. Each line of code that the chapter shows stands in one of the files. With more
# edges than its tests draw the selftest of the lab fails.
#
# Exit: 1 something of that does not hold. Needs what `make -s build/weft-grade` has built.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tree=$scratch/tree
lab=19-ended
bad=0

wrong()
{
    echo "cookbook: $*" >&2
    bad=1
}

# The chapter's code, but for "...", line by line, however it is indented or wrapped in a macro's backslashes.
plain() { sed 's/^ *//; s/ *\\\{0,1\}$//' "$@" | grep -v '^\(\.\.\.\)\{0,1\}$'; }
find grader/cookbook -type f -exec cat {} + | plain | sort -u >"$scratch/written"
awk '/^## / { inside = $0 == "## A new lab on the kit" } inside && /^       /' CONTRIBUTING.md | plain | sort -u >"$scratch/shown"
[ -s "$scratch/shown" ] || wrong "CONTRIBUTING.md has no chapter \"A new lab on the kit\" that shows code"
comm -13 "$scratch/written" "$scratch/shown" >"$scratch/neither"
[ ! -s "$scratch/neither" ] || wrong "CONTRIBUTING.md shows what no file of grader/cookbook has: $(cat "$scratch/neither")"

mkdir -p "$tree/build"
cp -a Makefile grader runtime solutions labs docs "$tree/"
cp -a build/obj build/headers.stamp "$tree/build/"
cp -a grader/cookbook/{grader,labs,runtime,solutions} "$tree/"
cd "$tree"
sed -i "s/^LABS := .*/& $lab/" runtime/modules.mk
cat grader/cookbook/modules.mk >>runtime/modules.mk
sed -i "s/^extern const struct judge_suite suite_x0_hello;/extern const struct judge_suite suite_${lab/-/_};\n&/
    s/^    &suite_x0_hello,/    \&suite_${lab/-/_},\n&/" grader/src/suites.c
make -s contract
make -s -j"$(nproc)" build/weft-grade "subject-objects-$lab" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
try()
{
    "$@" >"$scratch/log" 2>&1 || { wrong "$* fails:"; cat "$scratch/log" >&2; }
}
try make -s starters
try grader/tools/clauses.sh
try grader/tools/layers.sh
try grader/tools/tasks.sh "$lab"
try build/weft-grade selftest --lab "${lab%%-*}" "$lab alone" null mutant # not in weaker sandboxes, nor on all labs
passed=$(tail -n 1 "$scratch/log")

# More edges than its tests draw: the solution earns all points, and that does not pass for a proof of the suite.
sed -i "s/INT32_MIN, INT32_MAX)/INT32_MIN, INT32_MAX, $(seq -s ', ' 100 120))/" "grader/suites/$lab/steps.h"
try make -s -j"$(nproc)" build/weft-grade "subject-objects-$lab"
build/weft-grade selftest --lab "${lab%%-*}" "$lab alone" >"$scratch/log" 2>&1 && wrong "an edge that is never drawn passes"
grep -q 'the edge 1[0-9]* of the domain OUTPUT is declared, and no test draws it' "$scratch/log" ||
    { wrong "of an edge that is never drawn nothing is said:"; cat "$scratch/log" >&2; }

[ "$bad" = 0 ] || exit 1
echo "cookbook: $(wc -l <"$scratch/shown") lines of code in CONTRIBUTING.md are those of a lab that earns 100 points; an edge that is never drawn is an error; $passed"
