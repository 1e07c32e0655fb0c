#!/bin/sh
# layout.sh: where the members of the structures that threads share lie, as gdb reads it from what gcc compiled: offset and size in
# bytes, and what is left empty. docs/seams.md says why they lie there.
set -eu
LC_ALL=C
export LC_ALL

root=$(dirname "$0")/../..
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
flags=$(sed -n 's/^GRADE_COMMON *:= *//p' "$root/grader/variants.mk")

cat >"$scratch/all.c" <<END
#include "weft/task.h"
#include "weft/task_set.h"
struct wf_task *task;
struct wf_task_set *set;
struct wf_join_handle *handle;
struct wf_context *context;
END
# shellcheck disable=SC2086 # a list of words
gcc $flags -I"$root/runtime/include" -c "$scratch/all.c" -o "$scratch/all.o"
for name in wf_task wf_join_handle wf_task_set wf_context; do
    gdb -nx -batch -ex "ptype /o struct $name" "$scratch/all.o"
    echo
done
