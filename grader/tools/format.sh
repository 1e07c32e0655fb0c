#!/usr/bin/env bash
# format.sh [--check]: lays the C files of the tree out as .clang-format says. With --check it changes nothing: it says which
# files are laid out otherwise.
#
# Left out: what is cut from other files (labs/NN-name/*.c), and grader/hostile and must-not-compile, which are odd on purpose.
# Exit: 1 a file is laid out otherwise; 2 it was not called so, or clang-format-14 does not run.
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
--check) ;;
*)
    echo "format: usage: grader/tools/format.sh [--check]" >&2
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
echo "format: $(wc -l <"$scratch/differ") of $(wc -l <"$scratch/files") files are laid out otherwise"
exit $bad
