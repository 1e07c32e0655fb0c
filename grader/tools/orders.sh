#!/usr/bin/env bash
# orders.sh [--all]: is every memory order of the solutions needed by some model, or is there a reason why it stands?
#
# Each order is weakened, alone, and the models that come to it are explored again (make interleave builds them). An order
# that no model needs must have a line in grader/suites/NN-name/orders.txt. --all shows the needed ones too.
# Exit: 1 an order without either.
set -u -o pipefail
cd "$(dirname "$0")/../.."
all=${1:-}
failed=0
for program in build/models/[0-9x][0-9]-*; do
    lab=$(basename "$program")
    files=$(find "solutions/$lab" "runtime/given/$lab" -name '*.c' -printf '%f,' 2>/dev/null)
    # a line that goes on below is one
    report=$("$program" --weaken --seconds 5 --files "${files%,}" --reasons "grader/suites/$lab/orders.txt" |
        awk '/^      / { sub(/^ +/, " "); line = line $0; next } NR > 1 { print line } { line = $0 } END { print line }') || failed=1
    echo "$lab: $(tail -n 1 <<<"$report")"
    grep -vE "^[0-9]+ operations${all:+|^$}" <<<"$report" | { [ "$all" ] && cat || grep -v '^  needed'; } | sort
done
[ $failed = 0 ] && echo "every order of the solutions is needed by a model, or has a reason" ||
    { echo "an order is not needed by any model, and has no reason: weaken it, write a model that needs it, or write the reason down"; false; }
