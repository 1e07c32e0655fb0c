#!/bin/sh
# suites.sh: what a lab's suite shows.
#
# By symbols: a suite is one object (grader/grader.mk), in which nothing is global but its table, suite_NN_name.
#
# Exit: 1 a suite shows another name, or not its own.
set -eu
LC_ALL=C
export LC_ALL

cd "$(dirname "$0")/../.."
. grader/tools/facts.sh
bad=0 suites=0

fail()
{
    echo "suites: $*" >&2
    bad=$((bad + 1))
}

for lab in $(labs) $(labs beside); do
    suites=$((suites + 1))
    object=build/obj/grader/suite-$lab.o
    shown=$(nm --defined-only -g "$object" | awk '{ print $3 }')
    [ "$shown" = "suite_$(echo "$lab" | tr - _)" ] || fail "$object shows: $shown"
done

[ "$bad" = 0 ] || exit 1
echo "suites: each of $suites suites shows nothing but its own table"
