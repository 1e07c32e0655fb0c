#!/usr/bin/env bash
# lint.sh [--deep] [FILE...]: clang-tidy, as .clang-tidy says, on every C file and the headers that it includes; or on these.
# It is clang that reads them: its own warnings count too, so that what is linted has been compiled by the second compiler.
# lint.sh --list: the files.
#
# Most of the time is the static analyzer's, which follows each function along all its paths until it has seen so
# many states of the program: 225,000 as clang has it, with --deep (make check LONG=1); 3,000 without. A path that needs more is
# not followed to its end; all other checks see everything in both.
#
# A file that passed is not linted again before something changes that its lint depends on: build/lint keeps a sum of it, over
# the file, all headers that it includes, .clang-tidy, this script, which has the flags, how deep, and the linter's version.
# LINT_KEPT=folder keeps the sums there.
# Left out: what is cut from other files (labs/NN-name/*.c), the cookbook, whose files are a lab's in another tree only, and what is
# wrong on purpose: hostile, must-not-compile, and of the model checker planted and selftest. And what is measured beside the runtime, if
# its library is not installed: the check does not need that, and says so.
# Exit: 1 there is a warning, or a file that cannot be linted; 2 clang-tidy-14 does not run.
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 2
export kept=${LINT_KEPT:-build/lint} flags="-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Wimplicit-fallthrough
    -Wconditional-uninitialized -Wno-unused-parameter -Iruntime/include -Igrader/support -Igrader/interleave"
files()
{
    find runtime solutions grader -name '*.c' | LC_ALL=C sort | grep -vE '^grader/(cookbook|hostile|must-not-compile|interleave/(planted|selftest))/'
}
if [ "${1-}" = --list ]; then
    files
    exit
fi
export states="--extra-arg=-Xclang --extra-arg=-analyzer-config --extra-arg=-Xclang --extra-arg=max-nodes=3000"
if [ "${1-}" = --deep ]; then
    states=
    shift
fi
mkdir -p "$kept"
scratch=$(mktemp -d)
export scratch
trap 'rm -rf "$scratch"' EXIT

if ! clang-tidy-14 --version >"$scratch/common"; then
    echo "lint: clang-tidy-14 does not run: sudo apt-get install clang-tidy-14" >&2
    exit 2
fi
{ cat .clang-tidy grader/tools/lint.sh && echo "$states"; } >>"$scratch/common"

lint() # FILE: if it does not pass, the file .bad says why
{
    local name key status=0
    name=$(tr / + <<<"$1")
    # shellcheck disable=SC2086 # the flags are words
    key=$(clang $flags -M -MT all "$1" 2>/dev/null | sed 's/^all://; s/\\$//' | xargs cat -- "$scratch/common" | sha256sum) || key=
    if [ -n "$key" ] && [ "$key" = "$(cat "$kept/$name" 2>/dev/null)" ]; then
        return 0
    fi
    : >"$scratch/$name.linted"
    # shellcheck disable=SC2086
    clang-tidy-14 --quiet --config-file=.clang-tidy $states "$1" -- $flags >"$scratch/$name.log" 2>"$scratch/$name.said" || status=$?
    if [ $status = 0 ] && ! grep -qE ': (warning|error): ' "$scratch/$name.log"; then
        [ -z "$key" ] || echo "$key" >"$kept/$name"
        return 0
    fi
    rm -f "$kept/$name"
    grep -E ': (warning|error): ' "$scratch/$name.log" >"$scratch/$name.bad" ||
        echo "$1: error: clang-tidy-14 ends with status $status: $(tail -n 1 "$scratch/$name.said")" >"$scratch/$name.bad"
}
export -f lint

if [ $# -gt 0 ]; then
    printf '%s\n' "$@"
else
    files
fi >"$scratch/asked"
while IFS= read -r file; do
    # shellcheck disable=SC2086
    if [[ $file = runtime/bench/peers/* ]] && ! clang $flags -E "$file" >/dev/null 2>&1; then
        echo "lint: left out, as its library is not installed (make bench-deps): $file" >&2
    else
        echo "$file"
    fi
done <"$scratch/asked" >"$scratch/files"
# shellcheck disable=SC2016 # the inner shell expands it
xargs -d '\n' -P "$(nproc)" -I {} bash -c 'lint "$1"' lint {} <"$scratch/files" || exit 2

find "$scratch" -name '*.log' -exec cat {} + >"$kept/log"
find "$scratch" -name '*.bad' -exec cat {} + | sed "s|^$PWD/||" | sort -u >"$scratch/warnings"
cat "$scratch/warnings" >&2
[ ! -s "$scratch/warnings" ] || echo "lint: with the code, and the steps that lead there: $kept/log" >&2
linted=$(find "$scratch" -name '*.linted' | wc -l)
echo "lint: $(wc -l <"$scratch/warnings") warnings in $(wc -l <"$scratch/files") files, of which $linted had to be linted"
[ ! -s "$scratch/warnings" ]
