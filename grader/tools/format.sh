#!/usr/bin/env bash
# format.sh [--check [layout]]: lays the C files of the tree out as .clang-format says. With --check it changes nothing: it says
# which files are laid out otherwise, and lints them, which takes minutes; with --check layout it does not lint.
#
# Left out: what is cut from other files (labs/NN-name/*.c), and grader/hostile and must-not-compile, which are odd on purpose.
# Lint is clang-tidy with .clang-tidy, on what is built; a warning fails. TIDY_SECONDS (900) bounds it: what did not come to
# its end within it is no failure, and said.
# Exit: 1 a file is laid out otherwise, or has a warning; 2 it was not called so, or clang-format-14 does not run.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

find runtime solutions grader -name '*.[ch]' -not -path 'grader/hostile/*' -not -path 'grader/must-not-compile/*' 2>/dev/null | LC_ALL=C sort >"$scratch/files"

command -v clang-format-14 >/dev/null || { echo "format: clang-format-14 is not there: sudo apt-get install clang-format-14" >&2; exit 2; }
case $* in
'')
    xargs clang-format-14 -i <"$scratch/files"
    exit
    ;;
--check | '--check layout') ;;
*)
    echo "format: usage: grader/tools/format.sh [--check [layout]]" >&2
    exit 2
    ;;
esac

bad=0 failed=0
xargs -P "$(nproc)" -n 16 clang-format-14 --dry-run -Werror <"$scratch/files" 2>"$scratch/layout" || failed=1
sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: error: code should be.*/\1/p' "$scratch/layout" | sort -u >"$scratch/differ"
if [ -s "$scratch/differ" ]; then
    echo "format: these files are laid out otherwise than .clang-format says. To mend it: grader/tools/format.sh" >&2
    sed 's/^/    /' "$scratch/differ" >&2
    bad=1
elif [ $failed = 1 ]; then
    cat "$scratch/layout" >&2
    exit 2
fi
if [ "${2-}" = layout ]; then
    echo "format: $(wc -l <"$scratch/differ") of $(wc -l <"$scratch/files") files are laid out otherwise"
    exit $bad
fi

# What is built in one way or another, and not what is meant not to be.
grep -E '^(runtime/(given|examples|bench)|solutions|grader/(src|support|suites|given-tests|interleave/(engine|support)))/.*\.c$' \
    "$scratch/files" >"$scratch/built"
tidy() # FILE: its warnings, in a file of its own; and that it came to its end
{
    local log
    log=$scratch/tidy.$(tr / + <<<"$1")
    clang-tidy-14 --quiet "$1" -- -std=gnu11 -D_GNU_SOURCE -Iruntime/include -Igrader/support -Igrader/interleave \
        >"$log" 2>/dev/null || true
    touch "$log.over"
}
export -f tidy
export scratch
timeout "${TIDY_SECONDS:-900}" xargs -P "$(nproc)" -I {} bash -c 'tidy {}' <"$scratch/built" || true
linted=$(find "$scratch" -name 'tidy.*.over' | wc -l) built=$(wc -l <"$scratch/built")
if cat "$scratch"/tidy.* 2>/dev/null | grep -E '(warning|error): ' | sort -u >"$scratch/warnings"; then
    cut -c 1-200 "$scratch/warnings" >&2
    bad=1
fi
[ "$linted" = "$built" ] || echo "format: $((built - linted)) of $built files are not linted, there was no time left"
echo "format: $(wc -l <"$scratch/differ") of $(wc -l <"$scratch/files") files are laid out otherwise; $(wc -l <"$scratch/warnings") warnings in $linted files"
exit $bad
