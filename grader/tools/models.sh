#!/usr/bin/env bash
# models.sh PROGRAM...: run each program of models: a line each with its executions and its time, and the account of a
# failure. The last line sums up; exit status 0 only if each model was explored to its end and passes.
set -u -o pipefail
for program; do
    lab=${program##*/}
    "$program" | sed "s/^\(ok\|FAILED\|NOT VERIFIED\)  /&${lab%%-*} /" || echo "not all of $lab passes"
done | awk '
    / executions? +[0-9]+ ms  / {
        models++
        passed += /^ok /
        for (i = 2; i <= NF; i++)
            if ($i ~ /^executions?$/ && $(i + 2) == "ms") {
                executions += $(i - 1)
                milliseconds += $(i + 1)
                break
            }
        ok = /^ok /
        if (ok)
            sub(/ ms  .*/, " ms")
    }
    /^    / && ok { next } # its bounds go on
    !/^ok / { ok = 0 }
    /^not all of / { bad = 1 }
    { print }
    END {
        printf "models: %d of %d explored to their end, %d executions, %d ms\n", passed, models, executions, milliseconds
        exit bad || models == 0 || passed < models
    }'
