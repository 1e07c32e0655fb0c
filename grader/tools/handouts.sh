#!/usr/bin/env bash
# handouts.sh: the accounts of models that pages show are what the grader says, line for line.
#
# A line of an account is one that is indented as code and has a number, or a rule, and a lane; or says after how many
# executions something was found. Each must be in a report of
# grader/golden, which make check compares with what is printed. Indentation does not count.
# So must what the warm-up shows of a wrong answer.
# Exit: 1 a line is in no report, or no page shows an account.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
reports=$(mktemp)
trap 'rm -f "$reports"' EXIT
sed 's/^ *//' grader/golden/*/*.txt >"$reports"
awk '
    NR == FNR { known[$0]; next }
    /^    +([0-9]+ +([A-Z] [.]|[.] [A-Z])|----|====) / || /^    +observed .* found after [0-9]+ execution/ ||
    FILENAME ~ /x0-/ && /^    +(expected|observed|[0-9]+  wf_[a-z_]+[(]) / {
        line = $0
        sub(/^ */, "", line)
        lines++
        if (!(line in known)) {
            print FILENAME ":" FNR ": no report says: " line
            bad++
        }
    }
    END {
        print lines + 0 " lines of accounts, " bad + 0 " of them in no report of grader/golden"
        exit bad || !lines
    }' "$reports" README.md labs/*/README.md
