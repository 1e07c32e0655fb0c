#!/usr/bin/env bash
# handouts.sh: the accounts of models that pages show are what the grader says, line for line.
#
# A line of an account is one that is indented as code and has a number, or a rule, and a lane; or says after how
# many executions something was found. Each must be in a report of
# grader/golden, which make check compares with what is printed. Neither indentation counts nor where a long line is broken:
# what goes on below it is indented deeper, and joined to it. So must what the warm-up shows of a wrong answer.
# A handout has 3,500 words at most, without its code and the bars of its tables.
# Exit: 1 a line is in no report, no page shows an account, or a handout is too long.
set -eu -o pipefail
cd "$(dirname "$0")/../.."
status=0
for page in labs/*/README.md; do
    words=$(awk '!/^    / { gsub(/[|]/, " "); print }' "$page" | wc -w)
    if [ "$words" -gt 3500 ]; then
        echo "$page: $words words, and a handout has 3,500 at most: shorten it"
        status=1
    fi
done
awk '
    function check() {
        gsub(/ +/, " ", line)
        sub(/^ /, "", line)
        if (!line)
            return
        if (pages) {
            lines++
            if (!(line in known)) {
                print place ": no report says: " line
                bad++
            }
        } else {
            known[line]
        }
        line = ""
    }
    { match($0, /^ */) }
    /^    +([0-9]+ +([A-Z] [.]|[.] [A-Z])|----|====) / || /^    +observed .* found after [0-9]+ execution/ ||
    FILENAME ~ /x0-/ && /^    +(expected|observed|[0-9]+  wf_[a-z_]+[(]) / {
        check()
        line = $0
        place = FILENAME ":" FNR
        indent = RLENGTH
        pages = FILENAME !~ /^grader[/]golden/
        next
    }
    line && RLENGTH > indent && !/^ +([A-Z.] [A-Z.] |race  |[*.^][*.^][*.^][*.^] )/ { line = line " " $0; next }
    { check() }
    END {
        check()
        print lines + 0 " lines of accounts, " bad + 0 " of them in no report of grader/golden"
        exit bad || !lines
    }' grader/golden/*/*.txt README.md labs/*/README.md || status=1
exit $status
