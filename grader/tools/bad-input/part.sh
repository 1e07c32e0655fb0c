#!/usr/bin/env bash
# part.sh PART TREE COUNTS: one part of bad-input.sh, in the copy of the tree that is its own. What failed is printed; COUNTS gets
# a line with the number of cases and of failures.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$2" || exit 2
grade=$PWD/build/weft-grade
work=$(mktemp -d)
chmod 755 "$work"
trap 'chmod -R u+rwx "$work" 2>/dev/null; rm -rf "$work"' EXIT
cases=0
failures=0
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/$1.sh"
echo "$cases $failures" >"$3"
[ $failures = 0 ]
